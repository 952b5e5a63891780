"""Recorded audio at the pace at which it was spoken: for whoever plays recordings to a listener."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from assistant.audio.samples import RATE, Pcm, slices


class Pace:
    """Counts samples against the clock, from when it is made. Delays do not add up."""

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self.due = time.perf_counter()  # when the last sample so far was or will have been recorded, s

    async def record(self, samples: int) -> None:
        """Return when so many more samples would have been recorded."""
        self.due += samples / self._rate
        await asyncio.sleep(max(0.0, self.due - time.perf_counter()))


async def in_real_time(pcm: Pcm, chunk_ms: float) -> AsyncIterator[Pcm]:
    """Yield int16[samples] at 16 kHz in chunks, each when its last sample would have been recorded."""
    pace = Pace()
    for chunk in slices(pcm, round(chunk_ms * RATE / 1000)):
        await pace.record(len(chunk))
        yield chunk
