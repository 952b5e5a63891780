"""A recording whose sender leaves while it is read: the file stays open, and its place taken, until that is over."""

from __future__ import annotations

import asyncio
import io
import threading
from types import SimpleNamespace
from typing import IO, Any

import numpy as np
import pytest

from assistant.channels.web.http import recordings


async def test_a_file_is_not_closed_under_the_thread_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, seen = asyncio.Event(), threading.Event(), []
    loop = asyncio.get_running_loop()

    def read(file: IO[bytes], *, name: str) -> np.ndarray:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(60), name
        seen.append(file.closed)
        raise ValueError("which nobody waits for any more")

    monkeypatch.setattr(recordings, "load_audio", read)
    state: Any = SimpleNamespace(service=SimpleNamespace(parts=None), recordings=asyncio.Semaphore(1))

    async def ask() -> None:
        with io.BytesIO(b"sound") as file:
            await recordings.recognised(state, file, "it")

    asking = asyncio.create_task(ask())
    await begun.wait()
    asking.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asking.done()
    assert state.recordings.locked()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert seen == [False]
    assert not state.recordings.locked()
