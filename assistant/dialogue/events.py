"""What a Conversation tells its channel, in order. Immutable; times are milliseconds of the session's input audio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.turn.events import Reply, Transcript

Status = Literal["completed", "cancelled", "failed"]
Reason = Literal["", "turn_detected", "client_cancelled", "superseded", "nothing_to_answer"]


@dataclass(frozen=True)
class Woken:
    """The wake word `word` was heard; only where the conversation was given wake words."""

    word: str
    audio_ms: int


@dataclass(frozen=True)
class Overheard:
    """The wake word `word` was heard, and another conversation answers it: this one waits for the next."""

    word: str


@dataclass(frozen=True)
class SpeechStarted:
    """The person began to speak at `audio_ms` of the input audio (the pre-roll included); `turn` counts from 1."""

    turn: int
    audio_ms: int


@dataclass(frozen=True)
class SpeechStopped:
    """The person's turn ended; `audio_ms` is the end of the audio that belongs to it."""

    turn: int
    audio_ms: int


@dataclass(frozen=True)
class Committed:
    """The audio of `turn` is complete and will not grow; `audio_ms` is its length, `tag` that of a recording."""

    turn: int
    audio_ms: int
    tag: object = None


@dataclass(frozen=True)
class Cleared:
    """The uncommitted input audio was thrown away on request."""


@dataclass(frozen=True)
class Partial:
    """Words heard so far that will hardly change.

    `text` only ever grows by appended words; `appended` is what this event adds to it.
    """

    turn: int
    text: str
    appended: str


@dataclass(frozen=True)
class Heard:
    """The final transcript of `turn`: it may differ from its partials. Empty text means that no words were found."""

    turn: int
    transcript: Transcript


@dataclass(frozen=True)
class HearingFailed:
    """`turn` could not be recognised; `sentence` says why."""

    turn: int
    sentence: str


@dataclass(frozen=True)
class ReplyStarted:
    """A reply is being made. `turn` is the spoken turn it answers, None for a typed question.

    `tag` is what the channel asked for it with, None for a reply that it did not ask for.
    """

    generation: int
    turn: int | None
    tag: object = None


@dataclass(frozen=True)
class ReplyText:
    """The next clause of the reply, separator included: the concatenation of all is the whole reply."""

    generation: int
    text: str


@dataclass(frozen=True)
class ReplyAudio:
    """The next audio of the reply: int16 little-endian mono PCM at `rate` Hz, never silence at the very start."""

    generation: int
    pcm: bytes
    rate: int


@dataclass(frozen=True)
class ReplyDone:
    """The reply ended. `reply` carries citations and ledger (None if it was cancelled before it was found).

    `said` is the text whose audio was sent; `heard` what of it the person heard, which is what the history keeps.
    `tag` is that of its ReplyStarted.
    """

    generation: int
    reply: Reply | None
    status: Status
    reason: Reason = ""
    said: str = ""
    heard: str = ""
    error: str = ""
    tag: object = None


ConversationEvent = (
    Woken
    | Overheard
    | SpeechStarted
    | SpeechStopped
    | Committed
    | Cleared
    | Partial
    | Heard
    | HearingFailed
    | ReplyStarted
    | ReplyText
    | ReplyAudio
    | ReplyDone
)
