"""A turn without a channel of its own: a question typed or from a recording, a reply into one or out of the speaker.

Recordings go through a conversation like everybody else's words, as fast as they can be decoded or in real time.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import numpy as np

from assistant.audio.files import is_silent, load_audio
from assistant.audio.pace import in_real_time
from assistant.audio.samples import RATE
from assistant.dialogue.conversation import Conversation
from assistant.dialogue.events import (
    Cleared,
    Committed,
    ConversationEvent,
    Heard,
    HearingFailed,
    Overheard,
    Partial,
    ReplyAudio,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SpeechStarted,
    SpeechStopped,
    Woken,
)
from assistant.dialogue.settings import ConversationSettings
from assistant.turn.events import Reply
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.parts import Parts

CHUNK_MS = 80.0  # what is fed at a time when a recording is heard as if it were spoken now
ROOM_S = 3.0  # of silence after a recording that is heard in real time; the endpointer needs less
LATEST_S = 60.0  # of silence after it, after which what was said is given up; a busy machine hears that much later


@dataclass(frozen=True)
class Spoken:
    """A reply and its speech: int16 mono PCM at `rate` Hz, empty where none was asked for."""

    reply: Reply
    pcm: bytes
    rate: int


async def ask(parts: Parts, question: str, *, speak: bool) -> Spoken:
    """Take one typed turn. Raises ReparteeError for what cannot be asked or said."""

    async def begin(conversation: Conversation) -> None:
        await conversation.respond(question)

    said = await _converse(Conversation(parts, settings=_settings(speak=speak)), begin)
    assert said is not None  # a typed question always has a reply
    return said


async def hear(parts: Parts, recording: Path, *, speak: bool, on_words: Callable[[str], None] | None = None) -> Spoken:
    """Take the turn that is spoken in a recording.

    With `on_words` it is heard in real time, as from a microphone: words are handed over as they become certain, and
    a silence ends the turn. Without, it is decoded at once, as fast as possible.
    Raises ReparteeError for a file that is no audio and for one in which no words are found.
    """
    pcm = await asyncio.to_thread(load_audio, recording)
    if is_silent(pcm):
        raise ReparteeError(f"{recording}: this recording is silent; expected a spoken question.")

    async def at_once(conversation: Conversation) -> None:
        await conversation.hear_recording(pcm)
        await conversation.respond()

    unheard: set[int] = set()  # turns that began and whose words are not known yet

    async def live(conversation: Conversation) -> None:
        room = np.zeros(round(LATEST_S * RATE), np.int16)
        least = len(pcm) + round(ROOM_S * RATE)
        fed = 0
        async for chunk in in_real_time(np.concatenate([pcm, room]), CHUNK_MS):
            if fed >= least and not unheard and conversation.replying is None:
                break  # nothing was said that ends in a reply
            await conversation.hear(chunk)
            fed += len(chunk)
        await conversation.close()

    if on_words is None:
        said = await _converse(Conversation(parts, settings=_settings(speak=speak)), at_once)
    else:
        settings = dataclasses.replace(ConversationSettings.of(parts.config), speak=speak, wake_words=())
        said = await _converse(Conversation(parts, settings=settings), live, on_words, unheard)
    if said is None:
        raise ReparteeError(f"{recording}: no words were heard; it needs speech that is loud and clear enough.")
    return said


def _settings(*, speak: bool) -> ConversationSettings:
    return ConversationSettings(turn_detection=None, speak=speak, speculate=False)


async def _converse(
    conversation: Conversation,
    begin: Callable[[Conversation], Awaitable[None]],
    on_words: Callable[[str], None] | None = None,
    unheard: set[int] | None = None,
) -> Spoken | None:
    """Return the first reply that is given to the end; None where no words were heard.

    `unheard` is kept to the turns that began and whose words are not known yet.
    """
    unheard = set() if unheard is None else unheard
    beginning = asyncio.ensure_future(begin(conversation))
    beginning.add_done_callback(lambda done: conversation.end() if not done.cancelled() and done.exception() else None)
    audio: list[ReplyAudio] = []
    try:
        async for event in conversation.events():
            _keep(unheard, event)
            match event:
                case Partial():
                    if on_words is not None:
                        on_words(event.appended)
                case HearingFailed():
                    raise ReparteeError(event.sentence)
                case ReplyStarted():
                    audio = []
                case ReplyAudio():
                    audio.append(event)
                case ReplyDone(status="cancelled"):
                    pass  # the person spoke on
                case ReplyDone():
                    return _spoken(event, audio)
                case Woken() | Overheard() | SpeechStarted() | SpeechStopped():
                    pass
                case Committed() | Cleared() | Heard() | ReplyText():
                    pass
                case _:
                    assert_never(event)
        if beginning.done() and not beginning.cancelled() and (error := beginning.exception()) is not None:
            raise error
        return None
    finally:
        beginning.cancel()
        await asyncio.wait([beginning])
        await conversation.close()


def _keep(unheard: set[int], event: ConversationEvent) -> None:
    match event:
        case SpeechStarted():
            unheard.add(event.turn)
        case Heard():
            unheard.discard(event.turn)


def _spoken(done: ReplyDone, audio: list[ReplyAudio]) -> Spoken | None:
    if done.error:
        raise ReparteeError(done.error)
    if done.reply is None or (done.reply.outcome == "failed" and not done.reply.question):
        return None  # no words were heard; what was said and could not be done is a reply
    return Spoken(done.reply, b"".join(piece.pcm for piece in audio), audio[0].rate if audio else 0)


async def play(pcm: bytes, rate: int) -> str:
    """Play int16 mono PCM and return "", or return why it could not be played."""
    try:
        import sounddevice
    except (ImportError, OSError):
        return "playing needs the extra [audio] and PortAudio"
    try:
        sounddevice.query_devices(kind="output")
        sounddevice.play(np.frombuffer(pcm, np.int16), rate)
        await asyncio.to_thread(sounddevice.wait)
    except (sounddevice.PortAudioError, ValueError):
        return "there is no sound device"
    return ""
