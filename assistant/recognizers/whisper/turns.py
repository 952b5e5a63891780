"""Who is let through next where only one can be."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Turns:
    """Lets one at a time through: the lowest rank first, and of the same rank who has waited longest."""

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @property
    def idle(self) -> bool:
        """Whether nobody is being let through."""
        return not self._busy

    @asynccontextmanager
    async def take(self, rank: int) -> AsyncIterator[None]:
        """Wait for one's turn, and have it for the length of the block."""
        if self._busy:
            called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (rank, next(self._numbers), called))
            try:
                await called
            except asyncio.CancelledError:
                if called.done() and not called.cancelled():
                    self._pass_on()
                raise
        self._busy = True
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, called = heapq.heappop(self._waiting)
            if not called.done():
                called.set_result(None)  # and it stays busy: nobody slips in before
                return
        self._busy = False
