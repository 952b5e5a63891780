"""What every index of passages offers. It can be made again from the store at any time, and says how far it is."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from knowledge.collections import Collections


class IndexBrokenError(Exception):
    """The index is missing, damaged or of another version: make it again."""


class IndexBusyError(Exception):
    """Another process has been writing the index for too long."""


class Mark(NamedTuple):
    """Up to which change of which store an index has taken things up; `version` is 0 for one that is empty."""

    version: int
    store: str
    sequence: int


class Source(Protocol):
    """What an index is made from; a `knowledge.store.store.Store` is one."""

    @property
    def identity(self) -> str:
        """Tells two stores apart."""

    @property
    def sequence(self) -> int:
        """The number of the latest change."""

    def changes(self, since: int) -> Iterable[int]:
        """The documents that were added, replaced or removed after the change number `since`."""

    def collection_of(self, document: int) -> str:
        """The collection of a document; "" if it is gone."""

    def documents_of(self, identities: Sequence[int]) -> Mapping[int, int]:
        """The documents of these passages, of those that are there."""

    def indexable(self, document: int) -> Iterable[tuple[int, str, str, str]]:
        """Id, title, headings and text of the passages of a document; nothing if it is gone."""


class Index(Protocol):
    """An index of passages. Every method raises IndexBrokenError where the index turns out to be damaged."""

    @property
    def mark(self) -> Mark:
        """How far it has come; committed together with the content it speaks of."""

    @property
    def inode(self) -> int:
        """Tells two folders apart that were at the same place; 0 in memory."""

    def replay(self, source: Source) -> None:
        """Take up every change of `source` that the index does not have yet. Call it inside `exclusive`."""

    @property
    def old(self) -> int:
        """How many passages are as an earlier version wrote them: they are found, but `renew` makes it faster."""

    def renew(self, source: Source) -> bool:
        """Take up anew some documents that an earlier version wrote. Call it inside `exclusive`, up to date.

        Returns False where nothing can be done.
        """

    def search(self, question: str, k: int, collections: Collections = None) -> list[tuple[int, float]]:
        """Return ids and scores of the `k` best passages, best first; scores compare within one search only.

        Only passages of `collections` are looked at, None for all.
        """

    def reload(self) -> None:
        """See what another process has written since."""

    def close(self) -> None:
        """Give back what was taken for reading."""


class IndexKind(Protocol):
    """Makes and opens indexes of one kind; the class of the index is usually one."""

    def create(self, folder: Path | None) -> Index:
        """Make an empty index in a folder, or in memory. Raises IndexBrokenError if it cannot be written."""

    def open(self, folder: Path, *, readonly: bool = False) -> Index:
        """Open the index in `folder`. Raises IndexBrokenError if it is missing, damaged or of another version."""


@contextlib.contextmanager
def exclusive(folder: Path, wait_s: float) -> Iterator[None]:
    """Be the only one, of all processes, that writes or replaces the index in `folder`. Raises IndexBusyError.

    A process that ends, however it does, gives the lock back. The lock of the index itself lies in the folder, which
    may be damaged, and is replaced as a whole when the index is made again.
    """
    import fcntl
    import os

    deadline = time.monotonic() + wait_s
    lock = folder.with_name(f"{folder.name}.lock")
    with os.fdopen(os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise IndexBusyError from error
                time.sleep(0.02)
        yield
