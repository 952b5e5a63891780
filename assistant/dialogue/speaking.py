"""A reply made audible: clause by clause, without the silence a synthesizer puts first, at the person's volume."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.samples import LeadingSilence
from assistant.languages.en.clauses import clauses_of
from assistant.voices.voice import FASTEST, SLOWEST

if TYPE_CHECKING:
    from assistant.voices.voice import Synthesizer

PIECE_MS = 200  # of audio in one piece, after the first
LOUDEST, QUIETEST, STEP = 4.0, 0.1, 1.6  # gain; one "louder" is 4 dB
HASTIEST, CALMEST, PACE_STEP = 2.0, 0.5, 1.25  # times as fast as the client has it; one "faster" is a quarter more


@dataclass(frozen=True)
class Clause:
    """The text of the clause whose audio follows."""

    text: str


@dataclass(frozen=True)
class _Prepared:
    """A clause that is synthesised before it is said: its audio as it comes, None behind it."""

    text: str
    chunks: asyncio.Queue[bytes | None]
    task: asyncio.Task[None]


class Speaker:
    """Says texts in one conversation's voice and volume."""

    def __init__(self, voice: Synthesizer) -> None:
        self.voice = voice
        self.speed = 1.0
        self.gain = 1.0
        self.pace = 1.0
        self._prepared: _Prepared | None = None

    def use(self, voice: Synthesizer, speed: float) -> None:
        """Speak with another voice, or faster, from the next text on."""
        if (voice, speed) != (self.voice, self.speed):
            self.forget()
            self.voice, self.speed = voice, speed

    def louder(self, steps: int) -> None:
        """Change the volume by `steps` of 4 dB, negative for quieter, within what does not distort beyond use."""
        self.gain = min(LOUDEST, max(QUIETEST, self.gain * STEP**steps))

    def faster(self, steps: int) -> None:
        """Change the pace by `steps`, negative for slower, within what can be followed; 0 is the usual pace."""
        self.forget()
        self.pace = min(HASTIEST, max(CALMEST, self.pace * PACE_STEP**steps)) if steps else 1.0

    @property
    def _rate_of_words(self) -> float:
        """How many times as fast as usual the voice speaks."""
        return min(FASTEST, max(SLOWEST, self.speed * self.pace))

    def prepare(self, text: str) -> None:
        """Synthesise the first clause of `text` in silence, for the case that it will be said."""
        first = clauses_of(text)[:1]
        if not first or (self._prepared is not None and self._prepared.text == first[0]):
            return
        self.forget()
        chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._prepared = _Prepared(first[0], chunks, asyncio.create_task(self._collect(first[0], chunks)))

    def forget(self) -> None:
        """Drop what was prepared."""
        if self._prepared is not None:
            self._prepared.task.cancel()
            self._prepared = None

    async def say(self, text: str) -> AsyncGenerator[Clause | bytes, None]:
        """Yield each clause and then its int16 mono PCM at the voice's rate; closing the iterator stops the voice."""
        trim, least = LeadingSilence(self.voice.rate), 0
        for clause in clauses_of(text):
            yield Clause(clause)
            waiting = b""
            async with aclosing(self._synthesise(clause)) as chunks:
                async for pcm in chunks:
                    waiting += trim(pcm)
                    if len(waiting) > least:
                        yield self._at_volume(waiting)
                        # The first sound leaves at once; what follows is there long before it is needed.
                        waiting, least = b"", 2 * self.voice.rate * PIECE_MS // 1000
            if waiting:
                yield self._at_volume(waiting)

    async def _synthesise(self, clause: str) -> AsyncGenerator[bytes, None]:
        prepared, self._prepared = self._prepared, None
        if prepared is not None and prepared.text == clause:
            try:
                while (pcm := await prepared.chunks.get()) is not None:  # what is there already, then the rest
                    yield pcm
                await prepared.task
            finally:
                prepared.task.cancel()
            return
        if prepared is not None:
            prepared.task.cancel()
        async with aclosing(self.voice.stream(clause, speed=self._rate_of_words)) as chunks:
            async for pcm in chunks:
                yield pcm

    async def _collect(self, text: str, chunks: asyncio.Queue[bytes | None]) -> None:
        try:
            async with aclosing(self.voice.stream(text, speed=self._rate_of_words)) as made:
                async for pcm in made:
                    chunks.put_nowait(pcm)
        finally:
            chunks.put_nowait(None)

    def _at_volume(self, pcm: bytes) -> bytes:
        if self.gain == 1.0 or not pcm:
            return pcm
        loud = np.frombuffer(pcm, np.int16).astype(np.float32) * self.gain
        return bytes(np.clip(loud, -32768, 32767).astype(np.int16).tobytes())
