"""What is made of every passage and kept beside the store: a SQLite file for each kind, made again when it is lost.

It is made after a document is in the store (`knowledge.index.making`), so that adding is not slower for it; a passage
that has nothing yet is found and read all the same. Like a search index it takes up the changes of the store that it
has not seen, so what one document costs does not grow with the others. A search reads through a connection of its own.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from knowledge.passages import Passage
from knowledge.store.store import Store

#: Passages of which something is made and stored together.
BATCH = 32
#: Passages that are looked at together.
LOOKED_AT = 1000
_PAGE = 8192  # bytes: what is read in a turn lies on few pages, and few are half empty
_WAIT_S = 2.0


class Derived:
    """One kind of what is made of passages, bytes for each. Safe to use from several threads and processes.

    The file's name names the kind, `made_of` what it depends on: a file of something else is emptied, one that cannot
    be used is made again, and where none can be written nothing is kept. `make` makes it of some passages, b"" of one
    that it can make nothing of. It is kept of so many passages as have room in `most_bytes` together; None: of all.

    In the file, `kept` says of which passages of which documents there is something, and how much; of the `facts`,
    `sequence` is the change of the `store` up to which what is gone was dropped, and `reached` the passage up to which
    nothing is missing.
    """

    def __init__(
        self,
        path: Path,
        made_of: str,
        make: Callable[[Sequence[Passage]], Sequence[bytes]],
        *,
        readonly: bool = False,
        most_bytes: int | None = None,
    ) -> None:
        self._path, self._made_of, self._make, self._readonly = path, made_of, make, readonly
        self._table, self._most_bytes = path.stem, most_bytes
        self._full = False
        self._reached = self._count = self._size = 0  # while it is being completed
        self._lock, self._writing = threading.Lock(), threading.RLock()
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._writing:
            self._close()

    def of(self, identities: Sequence[int]) -> dict[int, bytes]:
        """What was made of these passages, of those that have anything."""
        marks = ",".join("?" * len(identities))
        wanted = f"SELECT passage, codes FROM {self._table} WHERE passage IN ({marks})"  # noqa: S608
        with self._lock:
            if self._reader is None:
                return {}
            try:
                rows = self._reader.execute(wanted, tuple(identities)).fetchall()
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", None) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    with self._writing:
                        self._close()
                        self._open(again=not self._readonly)
                return {}
        return {identity: made for identity, made in rows if made}

    def missing(self, count: int) -> int:
        """Of how many of `count` passages it is still to be made; 0 where there is no more room, or no file."""
        if self._writer is None or self._full:
            return 0
        kept = sum(int(number) for (number,) in self._rows("SELECT count(*) FROM kept"))
        return max(0, count - kept)

    def complete(self, store: Store, stop: threading.Event) -> None:
        """Drop what was made of passages that are gone, or is too much, and make what is missing, until `stop` is set.

        Raises StoreError.
        """
        if self._writer is None:
            return
        self._take_up(store, stop)
        self._make_room()
        self._full = False
        while not stop.is_set():
            self._reached = self._number("reached")
            present = store.identities(self._reached, LOOKED_AT)
            if not present:
                return
            rows = self._rows("SELECT passage FROM kept WHERE passage > ? AND passage <= ?", self._reached, present[-1])
            kept = {passage for (passage,) in rows}
            missing = [identity for identity in present if identity not in kept]
            while missing and not stop.is_set():
                if not (count := self._make_some(missing, store)):
                    return
                del missing[:count]
            if not missing and not self._put([], present[-1]):
                return

    def _take_up(self, store: Store, stop: threading.Event) -> None:
        """Drop what was made of passages that are gone since it was last looked."""
        sequence, known = store.sequence, self._fact("store")
        if known not in ("", store.identity):
            self._write((f"DELETE FROM {self._table}", [()]), ("DELETE FROM kept", [()]))  # noqa: S608
        mark = self._number("sequence")
        if known != store.identity or mark < store.forgotten:
            self._look_through(store, stop)
        else:
            self._take_up_documents(store, store.changes(mark), stop)
        if not stop.is_set():
            self._note(store=store.identity, sequence=sequence)

    def _take_up_documents(self, store: Store, documents: Sequence[int], stop: threading.Event) -> None:
        reached = before = self._number("reached")
        for document in documents:
            if stop.is_set():
                return
            kept = {passage for (passage,) in self._rows("SELECT passage FROM kept WHERE document = ?", document)}
            present = store.identities_of(document)
            self._drop(kept.difference(present))
            reached = min([reached, *(passage - 1 for passage in present if passage not in kept)])
        if reached < before:  # a copy of another machine's store does not get its passages in order
            self._note(reached=reached)

    def _look_through(self, store: Store, stop: threading.Event) -> None:
        """Look at everything that is kept: the store does not know what has changed, or the file does not."""
        if not self._rows("SELECT 1 FROM kept LIMIT 1"):  # an earlier version noted nothing
            self._write((f"INSERT INTO kept SELECT passage, 0, length(codes) FROM {self._table}", [()]))  # noqa: S608
        after = 0
        while not stop.is_set():
            rows = self._rows("SELECT passage FROM kept WHERE passage > ? ORDER BY passage LIMIT ?", after, LOOKED_AT)
            if not rows:
                break
            documents = store.documents_of([passage for (passage,) in rows])
            self._drop(passage for (passage,) in rows if passage not in documents)
            those = [(document, passage) for passage, document in documents.items()]
            self._write(("UPDATE kept SET document = ? WHERE passage = ?", those))
            ((after,),) = rows[-1:]
        self._note(reached=0)

    def _make_room(self) -> None:
        """Drop the passages that came last if there is too much."""
        if self._most_bytes is None:
            return
        ((self._count, self._size),) = self._rows("SELECT count(*), coalesce(sum(bytes), 0) FROM kept") or [(0, 0)]
        dropped = []
        if self._size > self._most_bytes:
            for passage, size in self._rows("SELECT passage, bytes FROM kept ORDER BY passage DESC"):
                if self._size <= self._most_bytes:
                    break
                dropped.append(passage)
                self._size -= size
                self._count -= 1
        if dropped:
            self._drop(dropped)
            self._note(reached=min(self._number("reached"), dropped[-1] - 1))
            self._shrink()

    def _make_some(self, identities: Sequence[int], store: Store) -> int:
        """Make it of some of these passages, and return of how many; 0 where no more is kept."""
        count = min(len(identities), self._fitting())
        passages = list(store.passages(identities[:count]).values())
        rows = []
        for passage, made in zip(passages, self._make(passages) if passages else (), strict=True):
            if self._most_bytes is not None and self._size + len(made) > self._most_bytes:
                count = 0
                break
            rows.append((passage.id, passage.document_id, made))
            self._size += len(made)
            self._count += 1
        self._full = not count
        reached = identities[count - 1] if count else rows[-1][0] if rows else self._reached
        return count if self._put(rows, reached) else 0

    def _fitting(self) -> int:
        """Of how many passages, BATCH at most, it has room, by what it takes on average."""
        if self._most_bytes is None or not self._size:
            return BATCH
        return max(0, min(BATCH, (self._most_bytes - self._size) * self._count // self._size))

    def _put(self, rows: Sequence[tuple[int, int, bytes]], reached: int) -> bool:
        """Keep what was made, and note that nothing is missing up to the passage `reached`."""
        before, self._reached = self._reached, reached
        return self._write(
            (f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)", [(each, made) for each, _, made in rows]),  # noqa: S608
            ("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", [(each, at, len(made)) for each, at, made in rows]),
            # Unless another process has, which may have been set back.
            ("UPDATE facts SET value = ? WHERE name = 'reached' AND value = ?", [(reached, before)]),
        )

    def _drop(self, passages: Iterable[int]) -> None:
        rows = [(passage,) for passage in passages]
        if rows:
            self._write(
                (f"DELETE FROM {self._table} WHERE passage = ?", rows),  # noqa: S608
                ("DELETE FROM kept WHERE passage = ?", rows),
            )

    def _fact(self, name: str) -> str:
        rows = self._rows("SELECT value FROM facts WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    def _number(self, name: str) -> int:
        return int(self._fact(name) or 0)

    def _note(self, **facts: int | str) -> None:
        self._write(("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(facts.items())))

    def _rows(self, statement: str, *values: int | str) -> list[tuple[Any, ...]]:
        """Read as the one that writes."""
        with self._writing:
            if self._writer is None:
                return []
            try:
                return self._writer.execute(statement, values).fetchall()
            except sqlite3.Error:
                return []

    def _write(self, *statements: tuple[str, Sequence[tuple[Any, ...]]]) -> bool:
        """Write in one transaction, and tell whether that was possible; on a full disk it is not."""
        with self._writing:
            if self._writer is None:
                return False
            try:
                with self._writer:
                    for statement, rows in statements:
                        self._writer.executemany(statement, rows)
            except sqlite3.Error:
                return False
            return True

    def _shrink(self) -> None:
        """Give back the room of what was dropped."""
        with self._writing, contextlib.suppress(sqlite3.Error):
            if self._writer is not None:
                self._writer.execute("VACUUM")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    def _open(self, *, again: bool = False) -> None:
        """Open the file, or make it anew if it is of something else or damaged; where that is not possible, neither."""
        if again:
            remove(self._path)
        try:
            if self._readonly:
                if self._path.exists():
                    self._reader = self._opened_reader()
                return
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._writer = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        except (OSError, sqlite3.Error):
            return
        try:
            self._prepare(self._writer)
            self._reader = self._opened_reader()
        except sqlite3.Error:
            self._close()
            if not again:
                self._open(again=True)

    def _prepare(self, writer: sqlite3.Connection) -> None:
        writer.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = NORMAL")
        with writer:
            for table in (
                "facts (name TEXT PRIMARY KEY, value TEXT)",
                f"{self._table} (passage INTEGER PRIMARY KEY, codes BLOB)",
                "kept (passage INTEGER PRIMARY KEY, document INTEGER, bytes INTEGER)",
            ):
                writer.execute(f"CREATE TABLE IF NOT EXISTS {table}")
            writer.execute("CREATE INDEX IF NOT EXISTS kept_document ON kept (document)")
            if _made_of(writer) != self._made_of:
                for table in (self._table, "kept", "facts"):
                    writer.execute(f"DELETE FROM {table}")  # noqa: S608
                writer.execute("INSERT INTO facts VALUES ('made of', ?)", (self._made_of,))
            writer.execute("INSERT OR IGNORE INTO facts VALUES ('reached', 0)")

    def _opened_reader(self) -> sqlite3.Connection | None:
        """Open the file for reading, None if it is of something else. Raises sqlite3.Error."""
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        reader = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, check_same_thread=False)
        if _made_of(reader) == self._made_of:
            return reader
        reader.close()
        return None


def _made_of(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT value FROM facts WHERE name = 'made of'").fetchone()
    return str(row[0]) if row else ""


def remove(path: Path) -> None:
    """Remove a SQLite file with what lies beside it; one that is not there, or not ours to remove, is no error."""
    for leftover in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + leftover).unlink()
