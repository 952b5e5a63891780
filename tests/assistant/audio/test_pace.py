import asyncio

import numpy as np
import pytest

from assistant.audio import pace
from assistant.audio.pace import Pace, in_real_time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were slept; a clock that stands still otherwise."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds, 6))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(pace.time, "perf_counter", lambda: 100.0 + sum(slept))
    return slept


async def test_a_chunk_comes_when_its_last_sample_was_recorded(clock: list[float]) -> None:
    pcm = np.arange(4_000, dtype=np.int16)
    chunks = [chunk async for chunk in in_real_time(pcm, 100)]
    assert [len(chunk) for chunk in chunks] == [1_600, 1_600, 800]
    assert np.array_equal(np.concatenate(chunks), pcm)
    assert clock == [0.1, 0.1, 0.05]


async def test_who_is_late_does_not_stay_late(clock: list[float]) -> None:
    paced = Pace(1_000)
    await paced.record(100)
    clock.append(0.25)  # something else took so long
    for _ in range(4):
        await paced.record(100)
    assert clock == [0.1, 0.25, 0.0, 0.0, 0.05, 0.1]
    assert paced.due == pytest.approx(100.5)
