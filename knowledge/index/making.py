"""The thread that makes what is derived of passages, after they were added."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from knowledge.store.records import StoreError
from knowledge.store.store import Store


class Kind(Protocol):
    """One kind of what is made of passages (`knowledge.index.derived`), or an index that is to be renewed."""

    def missing(self, count: int) -> int:
        """Of how many of `count` passages it is still to be made."""

    def complete(self, store: Store, stop: threading.Event) -> None:
        """Make what is missing, until `stop` is set. Raises StoreError."""

    def close(self) -> None:
        """Close its files; doing so twice is no error."""


class Making:
    """Makes what passages of a store lack, one kind after the other, in a thread that ends when all is there.

    `tell` hears in a sentence of what could not be made.
    """

    def __init__(self, store: Store, tell: Callable[[str], None]) -> None:
        self._store, self._tell = store, tell
        self._kinds: list[Kind] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def also(self, kind: Kind) -> None:
        """Make this kind too, from now on; it is closed with the others."""
        with self._lock:
            self._kinds.append(kind)
        self.begin()

    def begin(self) -> None:
        """Make what is missing now."""
        with self._lock:
            if not self._kinds or self._stop.is_set() or self._thread is not None:
                return
            self._thread = threading.Thread(target=self._make_all, name="reading ahead", daemon=True)
            self._thread.start()

    def missing(self) -> int:
        """How much is still to be made: the passages that lack it, of each kind."""
        if not self._kinds:
            return 0
        count = self._store.count()
        return sum(kind.missing(count) for kind in list(self._kinds))

    def finish(self, wait_s: float | None = None) -> bool:
        """Wait (so long at most) until passages have everything; whether nothing is being made."""
        if (thread := self._thread) is not None:
            thread.join(wait_s)
        return self._thread is None

    def stop(self) -> None:
        """Make nothing more; returns once nothing is being made."""
        self._stop.set()
        self.finish()

    def close(self) -> None:
        """Stop, and close the files."""
        self.stop()
        for kind in self._kinds:
            kind.close()

    def _make_all(self) -> None:
        is_done = False
        while not is_done:
            kinds, sequence, failed = len(self._kinds), self._store.sequence, False
            try:
                for kind in self._kinds[:kinds]:
                    kind.complete(self._store, self._stop)
            except StoreError as error:
                failed = True
                self._tell(f"Passages could not all be read ahead: {error}")
            with self._lock:  # what is added from here on begins another thread
                is_done = failed or self._stop.is_set() or (self._store.sequence, len(self._kinds)) == (sequence, kinds)
                if is_done:
                    self._thread = None
