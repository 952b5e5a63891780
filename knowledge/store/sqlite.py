"""The store: one SQLite file (WAL) that is the truth about documents and passages. The index is made from it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engines.errors import ReparteeError
from engines.tokenize import Tokens
from knowledge.formats.documents import DocumentText
from knowledge.passages import Passage, pack_tokens, unpack_tokens

#: Written to the file's header, so that another program's database is not taken for a store.
APPLICATION_ID = 0x52505254
#: Raised when the tables change.
VERSION = 1
#: Wait this long for another process that is writing, seconds.
BUSY_S = 15.0

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL,
    digest BLOB NOT NULL, bytes INTEGER NOT NULL, added_at REAL NOT NULL, text BLOB NOT NULL);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    headings TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL);
CREATE INDEX passages_document ON passages (document);
CREATE TABLE changes (document INTEGER PRIMARY KEY, sequence INTEGER NOT NULL);
CREATE INDEX changes_sequence ON changes (sequence);
"""


@dataclass(frozen=True)
class Document:
    """A document in the store: ``path`` is absolute, ``name`` as it was given, ``added_at`` in seconds since 1970."""

    id: int
    path: str
    name: str
    title: str
    passages: int
    bytes: int
    added_at: float


@dataclass(frozen=True, eq=False)
class NewPassage:
    """A passage that is about to be stored."""

    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    tokens: Tokens


class StoreError(ReparteeError):
    """The store cannot be used; the sentence names the file and what to do."""


class Store:
    """Documents and passages in one SQLite file. Safe to use from several threads and several processes.

    ``sequence`` grows with every change of the content; ``changes`` tells which documents an index has to take up.
    """

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self.path = path
        self.readonly = readonly
        self._lock = threading.RLock()
        with self._guard():
            self._connection = self._connect()
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Close the file. Everything that was reported as stored is already in it."""
        with self._lock:
            self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        def connect(mode: str) -> sqlite3.Connection:
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?{mode}", uri=True, timeout=BUSY_S, check_same_thread=False,
                isolation_level=None,
            )  # fmt: skip
            try:
                connection.execute("PRAGMA schema_version").fetchone()
            except BaseException:
                connection.close()
                raise
            return connection

        if not self.readonly:
            return connect("mode=rwc")
        try:
            return connect("mode=ro")
        except sqlite3.OperationalError:
            # WAL needs its side files even to read; where they cannot be made, nobody writes either.
            return connect("mode=ro&immutable=1")

    def _prepare(self) -> None:
        run = self._connection.execute
        tables = run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0 and not self.readonly:
            run("PRAGMA journal_mode = WAL")
            with self._transaction():
                # Another process may have made the tables while this one waited for its turn.
                if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                    for statement in _TABLES.split(";\n"):
                        run(statement)
                    # Starting from the clock, a store that was made anew never repeats an older one's numbers.
                    facts = {
                        "store": uuid.uuid4().hex,
                        "sequence": time.time_ns() // 10**6,
                        "tokenizer": "",
                        "indexed": 0,
                    }
                    self._connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
                    run(f"PRAGMA application_id = {APPLICATION_ID}")
                    run(f"PRAGMA user_version = {VERSION}")
        if run("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError(f"{self.path} is not a store of Repartee; move it away or choose another home.")
        if (version := run("PRAGMA user_version").fetchone()[0]) != VERSION:
            raise StoreError(f"{self.path} has format {version} and this version reads {VERSION}; update Repartee.")
        run("PRAGMA foreign_keys = ON")
        # A commit survives a killed process. `flush` makes it survive a power cut, too: to wait for the disk after
        # every document would make adding many of them several times slower.
        run("PRAGMA synchronous = NORMAL")
        self.identity = str(self._fact("store"))

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Hold the lock, and turn what SQLite raises into one sentence."""
        with self._lock:
            try:
                yield
            except sqlite3.OperationalError as error:
                reason = str(error)
                if "readonly" in reason or "unable to open" in reason:
                    problem = "cannot be written" if not self.readonly else "cannot be opened"
                    raise StoreError(
                        f"{self.path} {problem}; check its permissions or choose another home with --home."
                    ) from error
                if "locked" in reason:
                    raise StoreError(
                        f"{self.path} was locked by another process for {BUSY_S:g} s; try again when it has finished."
                    ) from error
                if "full" in reason:
                    raise StoreError(
                        f"{self.path} cannot grow, the disk is full; free some space and try again."
                    ) from error
                raise self._damaged(error) from error
            except (sqlite3.DatabaseError, zlib.error, ValueError) as error:  # the last one is of what was unpacked
                raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> StoreError:
        return StoreError(f"{self.path} is damaged ({error}); move it away and add your documents again.")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.readonly:
            raise StoreError(f"{self.path} is open for reading only; choose a writable home with --home.")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _fact(self, name: str) -> int | str:
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise sqlite3.DatabaseError(f"no {name}")
        value: int | str = row[0]
        return value

    def _changed(self, document: int) -> None:
        run = self._connection.execute
        run("UPDATE facts SET value = value + 1 WHERE name = 'sequence'")
        run("REPLACE INTO changes SELECT ?, value FROM facts WHERE name = 'sequence'", (document,))

    # Writing

    def put(
        self, path: str, name: str, digest: bytes, size: int, text: DocumentText, passages: Sequence[NewPassage]
    ) -> bool:
        """Add a document, or replace the one at ``path``, in one transaction; return True if it replaced one."""
        compressed = zlib.compress(text.text.encode(), 1)
        row = (name, text.title, digest, size, time.time(), compressed)
        with self._guard(), self._transaction():
            run = self._connection.execute
            known = run("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
            if known is None:
                document = run(
                    "INSERT INTO documents (name, title, digest, bytes, added_at, text, path)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*row, path),
                ).lastrowid
            else:
                document = known[0]
                run("DELETE FROM passages WHERE document = ?", (document,))
                run(
                    "UPDATE documents SET name = ?, title = ?, digest = ?, bytes = ?, added_at = ?, text = ?"
                    " WHERE id = ?",
                    (*row, document),
                )
            self._connection.executemany(
                'INSERT INTO passages (document, headings, start, "end", text, tokens) VALUES (?, ?, ?, ?, ?, ?)',
                (
                    (document, json.dumps(new.headings), new.start, new.end, new.text, pack_tokens(new.tokens))
                    for new in passages
                ),
            )
            assert document is not None
            self._changed(document)
        return known is not None

    def remove(self, document: int) -> bool:
        """Remove a document and its passages; return False if there is none with this id."""
        with self._guard(), self._transaction():
            if not 0 < document < 2**63:  # SQLite's numbers end here
                return False
            removed = self._connection.execute("DELETE FROM documents WHERE id = ?", (document,)).rowcount == 1
            if removed:
                self._changed(document)
        return removed

    def retokenise(self, fingerprint: str, tokenize: Callable[[str], Tokens]) -> None:
        """Tokenise every passage again, because the vocabulary is another one."""
        with self._guard(), self._transaction():
            rows = self._connection.execute("SELECT id, text FROM passages").fetchall()
            self._connection.executemany(
                "UPDATE passages SET tokens = ? WHERE id = ?",
                ((pack_tokens(tokenize(text)), identity) for identity, text in rows),
            )
            self._connection.execute("UPDATE facts SET value = ? WHERE name = 'tokenizer'", (fingerprint,))

    def flush(self) -> None:
        """Wait until everything is on the disk."""
        with self._guard():
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def touch(self) -> None:
        """Let other processes know, through ``data_version``, that the index has been written."""
        with self._guard(), self._transaction():
            self._connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'indexed'")

    # Reading

    @property
    def sequence(self) -> int:
        """The number of the latest change."""
        with self._guard():
            return int(self._fact("sequence"))

    @property
    def tokenizer(self) -> str:
        """The fingerprint of the tokenizer whose tokens are stored, empty if none has been used."""
        with self._guard():
            return str(self._fact("tokenizer"))

    def data_version(self) -> int:
        """A number that changes whenever another connection has changed the file."""
        with self._guard():
            version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return version

    def digest(self, path: str) -> bytes | None:
        """The digest of the document at ``path``, or None if it is not in the store."""
        with self._guard():
            row = self._connection.execute("SELECT digest FROM documents WHERE path = ?", (path,)).fetchone()
            return row[0] if row else None

    def documents(self) -> list[Document]:
        """Every document, in the order of adding."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT id, path, name, title, (SELECT count(*) FROM passages WHERE document = documents.id),"
                " bytes, added_at FROM documents ORDER BY id"
            )
            return [Document(*row) for row in rows]

    def text(self, document: int) -> str:
        """The plain text of a document, into which its passages' offsets point. Raises StoreError if there is none."""
        with self._guard():
            row = self._connection.execute("SELECT text FROM documents WHERE id = ?", (document,)).fetchone()
            if row is None:
                raise StoreError(f"There is no document {document}; `repartee knowledge list` shows them.")
            return zlib.decompress(row[0]).decode()

    def count(self) -> int:
        """The number of passages."""
        with self._guard():
            total: int = self._connection.execute("SELECT count(*) FROM passages").fetchone()[0]
            return total

    def passages(self, identities: Sequence[int]) -> dict[int, Passage]:
        """The passages with these ids; those that are gone are left out."""
        marks = ",".join("?" * len(identities))
        with self._guard():
            rows = self._connection.execute(
                f'SELECT p.id, d.id, d.name, d.title, p.headings, p.text, p.start, p."end", p.tokens'  # noqa: S608
                f" FROM passages p JOIN documents d ON d.id = p.document WHERE p.id IN ({marks})",
                identities,
            ).fetchall()
            return {
                identity: Passage(
                    identity,
                    document,
                    name,
                    title,
                    tuple(json.loads(headings)),
                    text,
                    start,
                    end,
                    unpack_tokens(tokens),
                )
                for identity, document, name, title, headings, text, start, end, tokens in rows
            }

    def changes(self, since: int) -> list[int]:
        """The documents that were added, replaced or removed after the change number ``since``."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT document FROM changes WHERE sequence > ? ORDER BY sequence", (since,)
            )
            return [row[0] for row in rows]

    def indexable(self, document: int) -> list[tuple[int, str, str, str]]:
        """Id, title, headings and text of the passages of a document; nothing if it is gone."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT p.id, d.title, p.headings, p.text FROM passages p JOIN documents d ON d.id = p.document"
                " WHERE d.id = ? ORDER BY p.id",
                (document,),
            ).fetchall()
            return [(row[0], row[1], " ".join(json.loads(row[2])), row[3]) for row in rows]
