"""Keeps an index in step with the store: opens it, brings it up to date, and makes it again when it is damaged."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from knowledge.collections import Collections
from knowledge.index.index import Index, IndexBrokenError, IndexBusyError, IndexKind, exclusive
from knowledge.store.records import StoreError, StoreFullError
from knowledge.store.store import Store

#: Wait this long for another process that is writing the index, seconds.
WRITER_WAIT_S = 15.0

_LAGS = "The search index lags behind: the latest documents are found when it is brought up to date."

T = TypeVar("T")


class KeptIndex:
    """One index of a home, in a folder of its own. Safe to use from several threads and several processes.

    `tell` hears in a sentence of what was put right, or could not be.
    """

    def __init__(self, kind: IndexKind, place: Path, store: Store, tell: Callable[[str], None]) -> None:
        self._kind, self._place, self._store, self._tell = kind, place, store, tell
        self._lock = threading.RLock()
        self._holding = False
        self._index = self._open()

    def close(self) -> None:
        """Close the index."""
        with self._lock:
            self._index.close()

    def search(self, question: str, k: int, collections: Collections = None) -> list[tuple[int, float]]:
        """Search the index. Raises StoreError if it is damaged and cannot be made again."""
        return self._guarded(lambda index: index.search(question, k, collections))

    def refresh(self) -> None:
        """See what another process has written; an index in memory, which nobody else writes, is brought up to date."""
        if self._index.inode:
            self._guarded(lambda index: index.reload())
        else:
            with self._lock:
                self._guarded(lambda index: index.replay(self._store))

    def sync(self, wait_s: float | None = None) -> None:
        """Bring the index up to date, and tell if that is not possible."""
        with self._lock:
            if self._index.mark.sequence >= self._store.sequence:
                return
            if self._store.readonly and self._index.inode:
                self._tell(_LAGS)
                return
            try:
                with (
                    self._exclusive(WRITER_WAIT_S if wait_s is None else wait_s)
                    if self._index.inode
                    else contextlib.nullcontext()
                ):
                    self._guarded(self._replay)
            except IndexBusyError:
                self._tell(f"Another process is writing the search index. {_LAGS}")
            except StoreFullError:
                self._tell(f"The disk is full. {_LAGS}")

    def missing(self, count: int) -> int:
        """Of how many passages, `count` at most, the index is to be renewed."""
        return 0 if self._store.readonly else min(count, self._index.old)

    def complete(self, store: Store, stop: threading.Event) -> None:
        """Renew what an earlier version wrote, some documents at a time, until `stop` is set. Raises StoreError."""
        renewed = True
        with contextlib.suppress(IndexBusyError):
            while renewed and self.missing(1) and not stop.is_set():
                with self._exclusive(WRITER_WAIT_S):
                    self._guarded(lambda index: index.reload())  # another process may have done some
                    self.sync()
                    renewed = self._guarded(lambda index: index.renew(store))
                    store.touch()

    def _open(self) -> Index:
        try:
            return self._usable()
        except IndexBrokenError as error:
            return self._rebuild(str(error))

    def _usable(self) -> Index:
        index = self._kind.open(self._place, readonly=self._store.readonly)
        problem = ""
        if index.mark.store != self._store.identity or index.mark.sequence > self._store.sequence:
            problem = "it belonged to another store"
        elif index.mark.sequence < self._store.forgotten:
            problem = "it was too old to be brought up to date"
        if problem:
            index.close()
            raise IndexBrokenError(problem)
        return index

    def _rebuild(self, reason: str, broken: Index | None = None) -> Index:
        """Make the index again from the store: in a folder of its own that then takes the place of the old one."""
        if not self._store.readonly:
            try:
                with self._exclusive(WRITER_WAIT_S):
                    with contextlib.suppress(IndexBrokenError):
                        index = self._usable()
                        if broken is None or index.inode != broken.inode:
                            return index  # another process was quicker
                        index.close()
                    self._note_rebuild(reason, broken)
                    return self._replace()
            except (OSError, IndexBrokenError, IndexBusyError, StoreFullError) as error:
                self._tell(f"The search index could not be written ({error}), so it is kept in memory.")
        else:
            self._note_rebuild(reason, broken)
        index = self._kind.create(None)
        index.replay(self._store)
        return index

    def _note_rebuild(self, reason: str, broken: Index | None) -> None:
        if self._store.changes(0) and (broken or not self._store.is_new):  # a new store has nothing to lose
            self._tell(f"The search index was made again ({reason}).")

    def _replace(self) -> Index:
        for leftover in self._place.parent.glob(f"{self._place.name}-*"):
            shutil.rmtree(leftover)
        fresh, old = (self._place.with_name(f"{self._place.name}-{age}") for age in ("new", "old"))
        self._replay(self._kind.create(fresh))
        if self._place.exists():
            self._place.rename(old)
        fresh.rename(self._place)
        shutil.rmtree(old, ignore_errors=True)
        return self._kind.open(self._place)

    def _replay(self, index: Index) -> None:
        index.replay(self._store)
        if not self._store.readonly:
            self._store.forget_removed(index.mark.sequence)
            self._store.touch()
            self._store.flush()

    def _guarded(self, action: Callable[[Index], T]) -> T:
        """Run `action` on the index; if the index is damaged, make it again and run it once more."""
        index = self._index
        try:
            return action(index)
        except IndexBrokenError as error:
            with self._lock:
                if self._index is index:
                    index.close()
                    self._index = self._rebuild(str(error), index)
            try:
                return action(self._index)
            except IndexBrokenError as again:
                raise StoreError(f"{self._place} cannot be repaired ({again}); delete it, it is made again.") from again

    @contextlib.contextmanager
    def _exclusive(self, wait_s: float) -> Iterator[None]:
        """Hold the index against other processes; inside itself it does nothing more."""
        with self._lock:
            if self._holding:
                yield
                return
            with exclusive(self._place, wait_s):
                self._holding = True
                try:
                    yield
                finally:
                    self._holding = False
