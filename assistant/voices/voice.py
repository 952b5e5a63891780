"""What every voice offers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from typing import Protocol

import numpy as np

from assistant.languages.en.speakable import clauses, speakable
from engines.errors import ReparteeError

AUDIBLE = 200  # int16 samples, -44 dB
BEFORE_ONSET = 64  # samples, 4 ms
AHEAD = 500  # chunks of about 40 ms, made before they are listened to


class VoiceError(ReparteeError):
    """A voice that is unknown, not installed or does not work."""


class Synthesizer(Protocol):
    """Turns text into speech: int16 mono PCM at `rate` Hz."""

    name: str
    rate: int

    def stream(self, text: str) -> AsyncGenerator[bytes, None]:
        """Yield chunks as they are made; none for a text without words. Closing the iterator aborts the synthesis."""

    async def close(self) -> None:
        """Free the voice; safe to call twice."""


#: Speaks one clause, blocking, and hands each piece of PCM to the sink; stops when the sink returns False.
SpeakClause = Callable[[str, Callable[[bytes], bool]], None]


async def stream_clauses(text: str, speak: SpeakClause) -> AsyncGenerator[bytes, None]:
    """Speak `text` clause by clause in a thread and yield each chunk as soon as it is there.

    The silence that a voice puts before each clause is left out: the listener has waited for long enough.
    """
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
    wanted = True
    begun = False  # the clause is audible

    def sink(chunk: bytes) -> bool:
        nonlocal begun
        if not begun:
            chunk = from_onset(chunk)
            begun = bool(chunk)
        if wanted and chunk:
            loop.call_soon_threadsafe(chunks.put_nowait, chunk)
        return wanted

    def speak_all() -> None:
        nonlocal begun
        try:
            for clause in clauses(speakable(text)):
                while wanted and chunks.qsize() > AHEAD:
                    time.sleep(0.05)  # a slow listener
                if not wanted:
                    break
                begun = False
                speak(clause, sink)
        finally:
            loop.call_soon_threadsafe(chunks.put_nowait, None)

    speaking = loop.run_in_executor(None, speak_all)
    try:
        while (chunk := await chunks.get()) is not None:
            yield chunk
    finally:
        wanted = False
        await speaking  # at most one piece of a clause; raises what went wrong


def from_onset(chunk: bytes) -> bytes:
    """Return int16 samples from shortly before the first audible one; b"" where none is."""
    loud = np.flatnonzero(np.abs(np.frombuffer(chunk, np.int16).astype(np.int32)) > AUDIBLE)
    return chunk[2 * max(0, int(loud[0]) - BEFORE_ONSET) :] if len(loud) else b""
