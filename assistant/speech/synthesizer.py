"""What every voice offers, and which one speaks here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Protocol

from assistant.speech.speakable import clauses, speakable
from engines.errors import ReparteeError

VOICES = ("flite", "espeak")  # in the order that "auto" tries them: the more intelligible first


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
    """Speak `text` clause by clause in a thread and yield each chunk as soon as it is there."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
    wanted = True

    def sink(chunk: bytes) -> bool:
        if wanted:
            loop.call_soon_threadsafe(chunks.put_nowait, chunk)
        return wanted

    def speak_all() -> None:
        try:
            for clause in clauses(speakable(text)):
                if not wanted:
                    break
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


def load_synthesizer(name: str = "auto", *, speed: float = 1.0) -> Synthesizer:
    """Return a voice by name; "auto" is flite where its library is installed, else espeak, which pip always brings.

    `speed` multiplies the normal speaking rate (0.5 to 3). Raises VoiceError with what to install.
    """
    if name != "auto" and name not in VOICES:
        raise VoiceError(f"There is no voice named '{name}'; expected auto, {' or '.join(VOICES)}.")
    if name in {"auto", "flite"}:
        from assistant.speech.flite import Flite

        try:
            return Flite(speed=speed)
        except VoiceError:
            if name == "flite":
                raise
    from assistant.speech.espeak import Espeak

    return Espeak(speed=speed)
