"""How much one client may ask for: token buckets, and a bounded table of them."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable


class Bucket:
    """Holds up to `capacity` tokens, refilled at `per_second`; starts full."""

    def __init__(self, capacity: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.capacity, self.per_second, self._clock = capacity, per_second, clock
        self._tokens, self._at = capacity, clock()

    def _refill(self) -> None:
        now = self._clock()
        self._tokens = min(self.capacity, self._tokens + (now - self._at) * self.per_second)
        self._at = now

    def take(self, tokens: float = 1.0) -> bool:
        """Take the tokens if they are all there."""
        self._refill()
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True

    def owe(self, tokens: float = 1.0) -> float:
        """Take the tokens in any case; returns the seconds to wait until the debt is paid, 0 when there is none."""
        self._refill()
        self._tokens -= tokens
        return max(0.0, -self._tokens / self.per_second)


class Buckets:
    """One bucket for each of the clients seen last; a client that is forgotten starts full again."""

    def __init__(
        self, capacity: float, per_second: float, *, clients: int = 4096, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capacity, self._per_second, self._clients, self._clock = capacity, per_second, clients, clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, client: str) -> bool:
        """Take one token of this client's."""
        bucket = self._buckets.setdefault(client, Bucket(self._capacity, self._per_second, self._clock))
        self._buckets.move_to_end(client)
        if len(self._buckets) > self._clients:
            self._buckets.popitem(last=False)
        return bucket.take()
