"""A clock that is moved by hand, for what waits for hours: the soak of the house, and tests."""

from __future__ import annotations

import asyncio

from assistant.skills.moment import Moment

START = 1_900_000_000.0  # 17 March 2030, 17:46:40 UTC


class FastMoment(Moment):
    """Time stands still until `advance` moves it, stopping wherever somebody waits for it."""

    def __init__(self, timezone: str = "UTC", start: float = START) -> None:
        super().__init__(timezone)
        self._wall, self._steady = start, 1000.0
        self._waiting: list[tuple[float, asyncio.Event, asyncio.Event]] = []

    def now(self) -> float:
        """Return the wall clock, s."""
        return self._wall

    def steady(self) -> float:
        """Return the clock that nobody sets, s."""
        return self._steady

    def jump(self, seconds: float) -> None:
        """Set the wall clock, and no other."""
        self._wall += seconds

    async def wait(self, woken: asyncio.Event, seconds: float | None) -> None:
        """Wait for `woken`, or until the clock was moved far enough."""
        until = self._steady + seconds if seconds is not None else float("inf")
        reached = asyncio.Event()
        place = (until, reached, woken)
        self._waiting.append(place)
        waits = [asyncio.create_task(event.wait()) for event in (woken, reached)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._waiting.remove(place)
            for task in waits:
                task.cancel()

    async def settled(self) -> None:
        """Return when somebody waits for the time, and has nothing else to do."""
        while not self._waiting or any(event.is_set() for place in self._waiting for event in place[1:]):  # noqa: ASYNC110
            await asyncio.sleep(0.001)  # of real time: whoever was woken is at work

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, waking whoever waits at their time."""
        target = self._steady + seconds
        while True:
            await self.settled()
            following = min(place[0] for place in self._waiting)
            step = min(following, target) - self._steady
            self._wall, self._steady = self._wall + step, self._steady + step
            if following > target:
                return
            for until, reached, _ in self._waiting:
                if until <= self._steady:
                    reached.set()
