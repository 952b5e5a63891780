"""Token vectors of every passage, beside the store: a SQLite file of its own, made again when it is lost or damaged.

What words find is put in a better order by them (`engines.reader.late`). They are made after a document is in the
store, so that adding is not slower for them; a passage that has none yet keeps the place that its words give it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.passages import Passage

#: Passages whose vectors are made and stored together.
BATCH = 32
#: Raised when vectors are stored in another way.
VERSION = 1
_WAIT_S = 2.0

Codes = NDArray[np.int8]


class VectorMaker(Protocol):
    """What makes vectors and compares them: `engines.reader.late.TokenVectors`."""

    dims: int
    digest: str
    bm25: float

    def passages(self, texts: Sequence[tuple[str, NDArray[np.int32]]]) -> list[Codes]:
        """Vectors of passages, each given by its context and its tokens."""
        ...

    def question(self, text: str) -> NDArray[np.float32]:
        """Vectors of a question."""
        ...


class Vectors:
    """The vectors of one home. Safe to use from several threads and processes.

    A file that cannot be used is made again; where none can be written, nothing is kept and words alone rank.
    """

    def __init__(self, path: Path, maker: VectorMaker, *, readonly: bool = False) -> None:
        self._path, self._maker, self._readonly = path, maker, readonly
        self._lock = threading.Lock()
        self._connection = self._open()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def known(self) -> set[int]:
        """The passages that have vectors."""
        return {row[0] for row in self._rows("SELECT passage FROM vectors")}

    def of(self, identities: Sequence[int]) -> dict[int, Codes]:
        """The vectors of these passages, of those that have any: int8 [tokens, dims]."""
        marks = ",".join("?" * len(identities))
        rows = self._rows(f"SELECT passage, codes FROM vectors WHERE passage IN ({marks})", identities)  # noqa: S608
        size = self._maker.dims
        return {
            identity: np.frombuffer(codes, np.int8).reshape(-1, size)
            for identity, codes in rows
            if codes and len(codes) % size == 0
        }

    def add(self, passages: Sequence[Passage]) -> None:
        """Make and keep the vectors of passages."""
        made = self._maker.passages([(each.context, each.tokens.ids) for each in passages])
        rows = [(each.id, codes.tobytes()) for each, codes in zip(passages, made, strict=True)]
        self._write("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def forget(self, identities: Sequence[int]) -> None:
        """Drop the vectors of passages that are no longer there."""
        self._write("DELETE FROM vectors WHERE passage = ?", [(identity,) for identity in identities])

    def complete(
        self, present: Sequence[int], passages: Callable[[Sequence[int]], Sequence[Passage]], stop: threading.Event
    ) -> bool:
        """Make what is missing of the passages `present`, BATCH at a time, and drop what is too much.

        `passages` loads some by their ids. False if `stop` was set before everything was done, or nothing is kept.
        """
        if self._connection is None or self._readonly:
            return False
        known = self.known()
        if gone := sorted(known - set(present)):
            self.forget(gone)
        missing = [identity for identity in present if identity not in known]
        for begin in range(0, len(missing), BATCH):
            if stop.is_set():
                return False
            if found := passages(missing[begin : begin + BATCH]):
                self.add(found)
        return True

    def _rows(self, statement: str, values: Sequence[int] = ()) -> list[tuple[int, bytes]]:
        with self._lock:
            if self._connection is None:
                return []
            try:
                return self._connection.execute(statement, tuple(values)).fetchall()
            except sqlite3.Error:
                self._connection.close()
                self._connection = self._open(again=not self._readonly)
                return []

    def _write(self, statement: str, rows: Sequence[tuple[int, bytes] | tuple[int]]) -> None:
        with self._lock:
            if self._connection is not None and not self._readonly:
                with contextlib.suppress(sqlite3.Error), self._connection:  # a full disk: words alone rank
                    self._connection.executemany(statement, rows)

    def _open(self, *, again: bool = False) -> sqlite3.Connection | None:
        """Open the file, or make it anew if it is of other weights or damaged; None where that is not possible."""
        if again:
            for leftover in ("", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    self._path.with_name(self._path.name + leftover).unlink()
        try:
            if self._readonly:
                if not self._path.exists():
                    return None
                uri = f"{self._path.absolute().as_uri()}?mode=ro"
                connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_S, check_same_thread=False)
                return connection if self._made_of(connection) == self._should_be_of else None
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            connection = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
        except (OSError, sqlite3.Error):
            return None
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            with connection:
                connection.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)")
                connection.execute("CREATE TABLE IF NOT EXISTS vectors (passage INTEGER PRIMARY KEY, codes BLOB)")
                if self._made_of(connection) != self._should_be_of:
                    connection.execute("DELETE FROM vectors")
                    connection.execute("INSERT OR REPLACE INTO facts VALUES ('made of', ?)", (self._should_be_of,))
        except sqlite3.Error:
            connection.close()
            return None if again else self._open(again=True)
        return connection

    @property
    def _should_be_of(self) -> str:
        return f"{VERSION} {self._maker.digest} {self._maker.dims}"

    def _made_of(self, connection: sqlite3.Connection) -> str:
        row = connection.execute("SELECT value FROM facts WHERE name = 'made of'").fetchone()
        return str(row[0]) if row else ""


def reorder(ranked: Sequence[tuple[int, float]], scores: dict[int, float], bm25: float) -> list[tuple[int, float]]:
    """Sort what words found by the score of the vectors plus `bm25` times that of the words.

    A passage without vectors gets the mean of the others' scores, so that its words decide.
    """
    mean = sum(scores.values()) / len(scores) if scores else 0.0
    mixed = [(identity, scores.get(identity, mean) + bm25 * score) for identity, score in ranked]
    return sorted(mixed, key=lambda each: -each[1])
