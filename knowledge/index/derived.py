"""What is made of every passage and kept beside the store: a SQLite file for each kind, made again when it is lost.

It is made after a document is in the store (`knowledge.index.making`), so that adding is not slower for it; a passage
that has nothing yet is found and read all the same.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from knowledge.passages import Passage

#: Passages of which something is made and stored together.
BATCH = 32
_PAGE = 8192  # bytes: what is read in a turn lies on few pages, and few are half empty
_WAIT_S = 2.0


class Derived:
    """One kind of what is made of passages, bytes for each. Safe to use from several threads and processes.

    The file's name names the kind, `made_of` what it depends on: a file of something else is emptied, one that cannot
    be used is made again, and where none can be written nothing is kept. `make` makes it of some passages, b"" of one
    that it can make nothing of. It is kept of so many passages as have room in `most_bytes` together; None: of all.
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
        self._lock = threading.Lock()
        self._connection = self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def of(self, identities: Sequence[int]) -> dict[int, bytes]:
        """What was made of these passages, of those that have anything."""
        marks = ",".join("?" * len(identities))
        rows = self._rows(f"SELECT passage, codes FROM {self._table} WHERE passage IN ({marks})", identities)  # noqa: S608
        return {identity: made for identity, made in rows if made}

    def missing(self, present: Sequence[int]) -> int:
        """Of how many of the passages `present` it is still to be made; 0 where there is no more room, or no file."""
        if self._connection is None or self._readonly or self._full:
            return 0
        return len(set(present) - set(self._sizes()))

    def complete(
        self, present: Sequence[int], load: Callable[[Sequence[int]], Sequence[Passage]], stop: threading.Event
    ) -> None:
        """Make what is missing of the passages `present`, and drop what is too much.

        Those are loaded by `load`, BATCH at a time, until `stop` is set.
        """
        if self._connection is None or self._readonly:
            return
        sizes = self._sizes()
        kept = set(present)
        gone = [identity for identity in sizes if identity not in kept]
        size = sum(sizes.values()) - sum(sizes[identity] for identity in gone)
        over = self._most_bytes is not None and size > self._most_bytes
        for identity in sorted(kept & sizes.keys(), reverse=True) if over else ():
            if size <= (self._most_bytes or 0):
                break
            gone.append(identity)
            size -= sizes[identity]
        self._write(f"DELETE FROM {self._table} WHERE passage = ?", [(identity,) for identity in gone])  # noqa: S608
        for identity in gone:
            del sizes[identity]
        if over:
            self._shrink()
        missing = [identity for identity in present if identity not in sizes]
        self._full = False
        while missing and not stop.is_set():
            count = self._fitting(size, len(sizes))
            rows = []
            for passage, made in self._made(load(missing[:count])):
                if self._most_bytes is not None and size + len(made) > self._most_bytes:
                    count = 0
                    break
                rows.append((passage, made))
                sizes[passage] = len(made)
                size += len(made)
            if not self._write(f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?)", rows):  # noqa: S608
                return
            if not count:
                self._full = True
                return
            del missing[:count]

    def _fitting(self, size: int, known: int) -> int:
        """Of how many passages, BATCH at most, it has room, by what it takes on average."""
        if self._most_bytes is None or not size:
            return BATCH
        return max(0, min(BATCH, (self._most_bytes - size) * known // size))

    def _made(self, passages: Sequence[Passage]) -> list[tuple[int, bytes]]:
        if not passages:
            return []
        return [(each.id, made) for each, made in zip(passages, self._make(passages), strict=True)]

    def _sizes(self) -> dict[int, int]:
        """Passage → bytes that are kept for it."""
        return dict(self._rows(f"SELECT passage, length(codes) FROM {self._table}"))  # noqa: S608

    def _rows(self, statement: str, values: Sequence[int] = ()) -> list[tuple[int, Any]]:
        with self._lock:
            if self._connection is None:
                return []
            try:
                return self._connection.execute(statement, tuple(values)).fetchall()
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", None) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    self._connection.close()
                    self._connection = self._open(again=not self._readonly)
                return []

    def _write(self, statement: str, rows: Sequence[tuple[int, bytes] | tuple[int]]) -> bool:
        """Write, and tell whether that was possible; on a full disk it is not."""
        with self._lock:
            if self._connection is None:
                return False
            try:
                with self._connection:
                    self._connection.executemany(statement, rows)
            except sqlite3.Error:
                return False
            return True

    def _shrink(self) -> None:
        """Give back the room of what was dropped."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _open(self, *, again: bool = False) -> sqlite3.Connection | None:
        """Open the file, or make it anew if it is of something else or damaged; None where that is not possible."""
        if again:
            remove(self._path)
        try:
            if self._readonly:
                if not self._path.exists():
                    return None
                uri = f"{self._path.absolute().as_uri()}?mode=ro"
                connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, check_same_thread=False)
                return connection if self._is_made_of(connection) == self._made_of else None
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            connection = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        except (OSError, sqlite3.Error):
            return None
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            with connection:
                connection.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)")
                connection.execute(
                    f"CREATE TABLE IF NOT EXISTS {self._table} (passage INTEGER PRIMARY KEY, codes BLOB)"
                )
                if self._is_made_of(connection) != self._made_of:
                    connection.execute(f"DELETE FROM {self._table}")  # noqa: S608
                    connection.execute("INSERT OR REPLACE INTO facts VALUES ('made of', ?)", (self._made_of,))
        except sqlite3.Error:
            connection.close()
            return None if again else self._open(again=True)
        return connection

    def _is_made_of(self, connection: sqlite3.Connection) -> str:
        row = connection.execute("SELECT value FROM facts WHERE name = 'made of'").fetchone()
        return str(row[0]) if row else ""


def remove(path: Path) -> None:
    """Remove a SQLite file with what lies beside it; one that is not there, or not ours to remove, is no error."""
    for leftover in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            path.with_name(path.name + leftover).unlink()
