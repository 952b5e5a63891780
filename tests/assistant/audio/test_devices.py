"""What becomes of chunks between the sound library's thread and who listens; the real devices are in test_listen.py."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from assistant.audio import devices
from assistant.audio.devices import BLOCK_MS, LOOK_S, LOST_LOOKS, MOST_BEHIND_S, SoundDevices
from assistant.audio.samples import PER_MS

BLOCK = BLOCK_MS * PER_MS


class Library:
    """As much of sounddevice as a microphone needs. `give` records a block of one value."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        self.opened: list[Any] = []

    def _terminate(self) -> None: ...

    def _initialize(self) -> None: ...

    def RawInputStream(self, *_arguments: Any, callback: Any, **_options: Any) -> Any:  # noqa: N802
        self.opened.append(callback)
        return _Stream()

    def RawOutputStream(self, *_arguments: Any, **_options: Any) -> Any:  # noqa: N802
        raise self.PortAudioError

    def give(self, value: int) -> None:
        self.opened[-1](np.full(BLOCK, value, np.int16).tobytes(), BLOCK, None, None)


class _Stream:
    active = True

    def start(self) -> None: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library()
    monkeypatch.setattr(devices, "_sounddevice", lambda: library)
    monkeypatch.setattr(devices, "RETRY_S", 0.0)
    return library


async def begun(library: Library, count: int) -> None:
    while len(library.opened) < count:
        await asyncio.sleep(0.01)


async def test_a_microphone_is_lost_when_nothing_came_for_so_many_looks(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(devices, "LOOK_S", 0.1)
    microphone = SoundDevices(16_000, told=told.append).microphone()
    listening = asyncio.create_task(anext(microphone))
    await begun(library, 1)
    await begun(library, 2)
    assert told == [
        "There is no loudspeaker; answers are only shown.",
        "The microphone is gone; plug it in again, I wait for it.",
        "There is no loudspeaker; answers are only shown.",
    ]
    listening.cancel()
    await asyncio.wait([listening])


async def test_a_loop_that_stood_still_does_not_lose_its_microphone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(devices, "LOOK_S", 0.01)
    microphone = SoundDevices(16_000, told=told.append).microphone()
    listening = asyncio.create_task(anext(microphone))
    await begun(library, 1)
    clock = iter(range(0, 10**9, 60))  # a minute passes between any two looks at it
    monkeypatch.setattr(devices.time, "monotonic", lambda: float(next(clock)))
    await asyncio.sleep(0.01 * 3 * LOST_LOOKS)
    library.give(7)
    assert (await listening)[0] == 7
    assert told == ["There is no loudspeaker; answers are only shown."]
    await microphone.aclose()


async def test_what_was_recorded_before_a_loss_is_not_heard_after_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "LOOK_S", 0.01)
    sound = SoundDevices(16_000)
    microphone = sound.microphone()
    listening = asyncio.create_task(anext(microphone))
    await begun(library, 1)
    library.give(1)
    assert (await listening)[0] == 1
    library.give(2)  # while nobody listens
    await asyncio.sleep(0.01)
    sound._streams[0].active = False  # unplugged
    listening = asyncio.create_task(anext(microphone))
    await begun(library, 2)
    await asyncio.sleep(0.05)
    library.give(3)
    assert (await listening)[0] == 3
    await microphone.aclose()


async def test_a_listener_who_is_behind_loses_the_oldest_and_keeps_no_more(library: Library) -> None:
    most = round(MOST_BEHIND_S * 1000 / BLOCK_MS)
    sound = SoundDevices(16_000)
    microphone = sound.microphone()
    listening = asyncio.create_task(anext(microphone))
    await begun(library, 1)
    library.give(0)
    await listening
    for value in range(1, most + 11):
        library.give(value)
    await asyncio.sleep(0)
    assert sound._chunks.qsize() == most
    assert (await anext(microphone))[0] == 11
    await microphone.aclose()


def test_a_loss_is_noticed_in_a_few_seconds() -> None:
    assert 1.0 < LOOK_S * LOST_LOOKS < 5.0
