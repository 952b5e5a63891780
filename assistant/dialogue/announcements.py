"""What is to be said that nobody asked for, one after the other, as soon as nobody speaks."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

ASIDE_S = 0.1  # how often the next looks whether it is its turn


class Announcements:
    """Those of one conversation that wait. `busy` says whether somebody speaks, `say` says one."""

    def __init__(self, busy: Callable[[], bool], say: Callable[[str], object]) -> None:
        self._busy, self._say = busy, say
        self._waiting: deque[str] = deque()
        self._saying: asyncio.Task[None] | None = None

    def add(self, text: str, *, first: bool = False) -> None:
        """Say this after those that wait already, or `first`."""
        if first:
            self._waiting.appendleft(text)
        else:
            self._waiting.append(text)
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._say_all())

    def remove(self, text: str) -> None:
        """Take back one that waits, if it still does."""
        with contextlib.suppress(ValueError):
            self._waiting.remove(text)

    async def close(self) -> None:
        """Say no more of them."""
        if self._saying is not None:
            self._saying.cancel()
            await asyncio.gather(self._saying, return_exceptions=True)

    async def _say_all(self) -> None:
        while self._waiting:
            while self._busy():  # noqa: ASYNC110 - the end of what is playing is no event, it is a time
                await asyncio.sleep(ASIDE_S)
            if self._waiting:  # not taken back meanwhile
                self._say(self._waiting.popleft())
