"""Announcements wait for silence, in order; what is taken back is not said."""

from __future__ import annotations

import asyncio
import gc

import pytest

from assistant.dialogue import announcements
from assistant.dialogue.announcements import Announcements


class Room:
    """Somebody speaks in it until `quiet`; `said` is what was announced."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(announcements, "ASIDE_S", 0.0)
        self.quiet, self.said = False, list[str]()
        self.looks = 0
        self.waiting = Announcements(self.busy, self.said.append)

    def busy(self) -> bool:
        self.looks += 1
        return not self.quiet

    async def looked(self, more: int = 3) -> None:
        """Wait until it was looked a few times more whether anybody speaks."""
        until = self.looks + more
        async with asyncio.timeout(60):
            while self.looks < until:
                await asyncio.sleep(0)

    async def hears(self, *texts: str) -> None:
        async with asyncio.timeout(60):
            while self.said != list(texts):
                await asyncio.sleep(0)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


async def test_they_are_said_in_order_once_nobody_speaks(room: Room) -> None:
    room.waiting.add("tea")
    room.waiting.add("eggs")
    await room.looked()
    assert room.said == []
    room.quiet = True
    await room.hears("tea", "eggs")
    room.waiting.add("bread")
    await room.hears("tea", "eggs", "bread")


async def test_what_is_taken_back_while_somebody_speaks_is_not_said_and_the_next_is(room: Room) -> None:
    problems: list[object] = []  # of tasks that nobody waits for
    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
    room.waiting.add("tea")
    await room.looked()
    room.waiting.remove("tea")
    room.waiting.remove("never announced")
    room.quiet = True
    await room.looked(1)
    await asyncio.sleep(0)
    room.waiting.add("eggs")
    await room.hears("eggs")
    gc.collect()
    assert problems == []


async def test_nothing_is_said_after_the_end(room: Room) -> None:
    room.waiting.add("tea")
    await room.looked()
    await room.waiting.close()
    looks, room.quiet = room.looks, True
    await asyncio.sleep(0)
    assert (room.looks, room.said) == (looks, [])
