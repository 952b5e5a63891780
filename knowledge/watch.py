"""Folders whose documents are kept in the store as they change: saved, moved, renamed, deleted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.formats.registry import CONVERTERS
from knowledge.ingest import NOT_WRITTEN_HERE, AddReport
from knowledge.library import Library

#: Changes are taken together once nothing more has come for so long, and after LONGEST_MS whatever comes.
QUIET_MS, LONGEST_MS = 400, 5_000
#: A network drive may not tell of what others change on it, so folders are looked through this often as well.
LOOKED_THROUGH_S = 600
#: A folder that is moved away and made again is another, which nobody watches yet; this often they are compared.
COMPARED_S = 5


@dataclass
class Watch:
    """Keeps `library` as the documents at `paths` are; `tell` hears of everything that was taken or could not be.

    With `collection` it is put there, as `Library.add` does.
    """

    library: Library
    paths: Sequence[Path]
    tell: Callable[[AddReport], None]
    collection: str | None = field(default=None, kw_only=True)

    def look(self) -> None:
        """Take up everything that is new, different or gone. Raises StoreError."""
        self.tell(self.library.add(self._there(self.paths), prune=True, collection=self.collection))

    def take(self, changed: Iterable[Path]) -> None:
        """Take up documents that were changed, made or removed. Raises StoreError."""
        documents = [path for path in changed if self._is_document(path)]
        there = self._there(documents)
        if len(there) < len(documents):
            self.look()
        elif there:
            self.tell(self.library.add(there, collection=self.collection))

    def run(self, stop: threading.Event, *, polling: bool | None = None) -> None:
        """Look, then take up changes until `stop` is set.

        `polling`: look at every file again and again, for drives that tell of nothing; None: where that is known to be
        needed. Raises StoreError.
        """
        import watchfiles

        self.look()
        while not stop.is_set():
            roots = self._roots()
            if not any(roots):
                stop.wait(COMPARED_S)
                continue
            looked = 0.0  # once it is being watched: something may have come in between
            changes = watchfiles.watch(
                *self._there(self.paths),
                stop_event=stop,
                step=QUIET_MS,
                debounce=LONGEST_MS,
                force_polling=polling,
                rust_timeout=int(COMPARED_S * 1000),
                yield_on_timeout=True,
                raise_interrupt=False,
                ignore_permission_denied=True,
                watch_filter=None,
            )
            for batch in changes:
                if stop.is_set():
                    return
                if batch:
                    self.take(Path(path) for _, path in batch)
                if self._roots() != roots:
                    break
                if not looked or time.monotonic() - looked > LOOKED_THROUGH_S:
                    self.look()
                    looked = time.monotonic()
            else:
                return

    def _roots(self) -> list[tuple[int, int] | None]:
        """Return what is at each path now: its device and its number there."""
        return [_identity(path) for path in self.paths]

    def _there(self, paths: Iterable[Path]) -> list[Path]:
        return [path for path in paths if path.exists()]

    def _is_document(self, path: Path) -> bool:
        """Tell whether a path names a document, or may be a folder of them, that `add` would look at."""
        parts = path.parts
        for root in self.paths:
            if path.is_relative_to(root):
                parts = path.relative_to(root).parts
        if any(part.startswith(".") or part in NOT_WRITTEN_HERE for part in parts):
            return False
        return path.suffix.lower() in CONVERTERS or path.is_dir() or not path.suffix


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
