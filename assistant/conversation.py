"""One person talking with Repartee over one connection. No transport in here: audio and text in, events out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from assistant.conversation_events import ConversationEvent
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.turn import Assistant

SAMPLE_RATE = 16_000  # Hz, of the audio that hear() takes


class NothingToCommitError(ReparteeError):
    """commit() came with less than 100 ms of audio heard since the last commit."""


class NothingToAnswerError(ReparteeError):
    """respond() came without text while no user turn waits for an answer."""


class UnknownReplyError(ReparteeError):
    """truncate() named a generation that this conversation never spoke."""


@dataclass(frozen=True)
class TurnDetection:
    """How the end of a person's turn is found.

    With `adaptive`, the silence waited for is shorter than `silence_ms` where the words look complete and longer where
    they look unfinished; without, it is always `silence_ms`.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_ms: int = 240
    adaptive: bool = True
    create_response: bool = True
    interrupt_response: bool = True


@dataclass(frozen=True)
class ConversationSettings:
    """What a client may change while it is connected. `turn_detection` None is push-to-talk.

    `echo_cancelled` False means that the microphone hears the loudspeaker: then what is heard during a reply is not
    taken for speech (half duplex). `expires_s` is the silence after which earlier turns are forgotten.
    """

    turn_detection: TurnDetection | None = field(default_factory=TurnDetection)
    speak: bool = True
    speculate: bool = True
    echo_cancelled: bool = True
    expires_s: float = 300.0


class Conversation:
    """A conversation: hears, answers, can be interrupted, remembers what was said and what of it was heard."""

    def __init__(self, assistant: Assistant, *, settings: ConversationSettings | None = None) -> None: ...

    def update(self, settings: ConversationSettings) -> None:
        """Take new settings at once; audio already heard is kept."""

    async def hear(self, pcm: np.ndarray) -> None:
        """Take microphone audio: int16[n] at 16 kHz, mono, chunks of any size. Returns without waiting for words."""

    async def commit(self) -> None:
        """Push-to-talk: the audio since the last commit is a turn. Raises NothingToCommitError."""

    async def clear(self) -> None:
        """Throw away the audio that is not committed."""

    async def respond(self, text: str | None = None, *, speak: bool | None = None) -> int:
        """Answer `text`, or the last committed turn; returns the reply's generation. Raises NothingToAnswerError.

        A reply under way is cancelled first ("superseded"); `replying` tells whether there is one.
        """
        raise NotImplementedError

    async def interrupt(self, *, heard_ms: int | None = None) -> None:
        """Stop the reply: nothing of it is emitted afterwards but its ReplyDone.

        `heard_ms` is how much of it was played; None takes the playback clock's estimate.
        """

    def truncate(self, generation: int, heard_ms: int) -> str:
        """Cut the history to what was heard of a reply; returns the text kept. Raises UnknownReplyError."""
        raise NotImplementedError

    def current(self, generation: int) -> bool:
        """Whether audio of this generation may still be played: a channel asks just before it writes."""
        raise NotImplementedError

    @property
    def replying(self) -> int | None:
        """The generation of the reply that is being made or sent, None when there is none."""
        raise NotImplementedError

    def events(self) -> AsyncIterator[ConversationEvent]:
        """All events in order until close(); one consumer. Audio of a stale generation is never handed out."""
        raise NotImplementedError

    async def close(self) -> None:
        """Cancel everything under way; events() ends. Safe to call twice."""
