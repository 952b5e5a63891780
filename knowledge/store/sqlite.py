"""The store: one SQLite file (WAL) that is the truth about documents and passages. The index is made from it."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from engines.tokenize import Tokens
from knowledge.collections import Collections
from knowledge.migrations import TABLES, VERSION, checksum, migrate
from knowledge.passages import Passage, pack_tokens, unpack_tokens
from knowledge.store import file
from knowledge.store.records import Document, NewPassage, StoreError
from knowledge.text import DocumentText

#: Written to the file's header, so that another program's database is not taken for a store.
APPLICATION_ID = 0x52505254
#: Passages that are in memory together while all are gone through.
_TOGETHER = 1000
#: Forget the changes of removed documents once there are so many of them.
MOST_REMOVED = 100


class Store:
    """Documents and passages in one SQLite file. Safe to use from several threads and several processes.

    `sequence` grows with every change of the content; `changes` tells which documents an index has to take up.
    `tell` hears, in a sentence, of what is wrong with the content without keeping the rest from being read. A store
    of an older format is brought to today's; where it cannot be written, a copy of it in memory is. Where the disk is
    full or has no locks, a store that is there is opened for reading, and `refusal` makes what to raise for more.
    """

    has_others = False

    def __init__(self, path: Path, *, readonly: bool = False, tell: Callable[[str], None] = lambda _: None) -> None:
        self.path = path
        self.readonly = readonly
        self.refusal: Callable[[], StoreError] | None = None
        self.is_new = False
        self._tell = tell
        self._told: set[int] = set()
        self._lock = threading.RLock()
        self._latest = self._changing = 0  # change numbers: of the last commit, and of what is being written
        with self._guard():
            self._connection = self._connect()
            try:
                self._prepare()
                # A search does not wait for a document that is being added: it reads through a connection of its own.
                self._reader = self._connection if self.readonly else file.connect(self.path, "ro")
            except BaseException:
                self._connection.close()
                raise
        self._reading = self._lock if self._reader is self._connection else threading.RLock()

    def close(self) -> None:
        """Close the file. Everything that was reported as stored is already in it."""
        with self._lock, self._reading:
            self._reader.close()
            self._connection.close()

    def follow(self, changed: Callable[[], None]) -> None:
        """Do nothing: no other machine writes a file, and of other processes `data_version` tells."""

    def unfollow(self) -> None:
        """Do nothing."""

    def made_elsewhere(self, made_of: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:  # noqa: ARG002
        """Return nothing: there are no other servers."""
        return {}

    def share(self, made_of: str, made: Mapping[bytes, bytes]) -> None:
        """Do nothing: there are no other servers."""

    def _connect(self) -> sqlite3.Connection:
        if not self.readonly:
            file.create(self.path)
            try:
                return file.connect(self.path, "rwc")
            except sqlite3.OperationalError as error:
                if not self.path.stat().st_size or not (why := self._why_readonly(error)):
                    raise
                self.readonly = True
                self.refusal = why
        try:
            return file.connect(self.path, "ro")
        except sqlite3.OperationalError:
            # WAL needs its side files even to read, and locks; where they cannot be had, nobody writes either.
            log = self.path.with_name(f"{self.path.name}-wal")
            if log.exists() and log.stat().st_size:
                self._tell(
                    f"{self.path} can only be read without what was added last; open it where it can be written."
                )
            return file.connect(self.path, "ro&immutable=1")

    def _why_readonly(self, error: sqlite3.OperationalError) -> Callable[[], StoreError] | None:
        """What keeps a store that is there from being written but not from being read, which is told."""
        if file.is_full(error, self.path):
            self._tell(f"{self.path} can only be read, the disk is full; free some space to add documents.")
            return partial(file.full, self.path)
        if file.is_busy(error) and not file.has_locks(self.path.parent):
            self._tell(
                f"{self.path} can only be read, files cannot be locked there; to add documents choose a home on a disk "
                "of this machine with --home."
            )
            return partial(file.no_locks, self.path)
        return None

    def _prepare(self) -> None:
        run = self._connection.execute
        tables = run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0 and not self.readonly:
            run("PRAGMA journal_mode = WAL")
            with self._transaction():
                # Another process may have made the tables while this one waited for its turn.
                if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                    self._make_tables()
        if run("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError(f"{self.path} is not a store of Repartee; move it away or choose another home.")
        if (version := self._format()) > VERSION:
            raise StoreError(
                f"{self.path} has format {version}, of a newer version of Repartee; this one reads up to {VERSION}: "
                "update Repartee, or choose another home."
            )
        if version < VERSION:
            self._migrate()
        run = self._connection.execute
        run("PRAGMA foreign_keys = ON")
        # A commit survives a killed process. `flush` makes it survive a power cut, too: to wait for the disk after
        # every document would make adding many of them several times slower.
        run("PRAGMA synchronous = NORMAL")
        self.identity = str(self._fact("store"))
        self._latest = int(self._fact("sequence"))

    def _make_tables(self) -> None:
        self.is_new = True
        for statement in TABLES:
            self._connection.execute(statement)
        # Starting from the clock, a store that was made anew never repeats an older one's numbers.
        now = time.time_ns() // 10**6
        facts = {"store": uuid.uuid4().hex, "sequence": now, "tokenizer": "", "indexed": 0, "forgotten": 0}
        self._connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _format(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version < 1:
            raise sqlite3.DatabaseError("it names no format")
        return version

    def _migrate(self) -> None:
        if self.readonly:
            copy = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            copy.text_factory = file.lenient
            self._connection.backup(copy)
            self._connection.close()
            self._connection = copy
            migrate(copy, self._format())
            return
        with self._transaction():
            if (version := self._format()) < VERSION:  # another process may have been quicker
                migrate(self._connection, version)
        with suppress(OSError):
            self.path.chmod(0o600)  # as stores have been made since

    @contextmanager
    def _guard(self, *, reading: bool = False) -> Iterator[None]:
        """Hold the lock of a connection, and turn what SQLite raises into one sentence."""
        with self._reading if reading else self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise file.problem(error, self.path, readonly=self.readonly) from error
            except (zlib.error, ValueError) as error:  # of what was unpacked
                raise file.damaged(error, self.path) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.refusal is not None:
            raise self.refusal()
        if self.readonly:
            raise StoreError(f"{self.path} is open for reading only; choose a writable home with --home.")
        self._connection.execute("BEGIN IMMEDIATE")
        self._changing = self._latest
        try:
            yield
            self._connection.execute("COMMIT")
            self._latest = self._changing
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
        self._changing = int(self._fact("sequence"))

    # Writing

    def put(
        self,
        path: str,
        name: str,
        digest: bytes,
        size: int,
        text: DocumentText,
        passages: Sequence[NewPassage],
        collection: str = "",
    ) -> bool:
        """Add a document, or replace the one at `path`, in one transaction; return True if it replaced one."""
        compressed = zlib.compress(text.text.encode(), 1)
        row = (name, text.title, digest, size, time.time(), compressed, collection)
        with self._guard(), self._transaction():
            run = self._connection.execute
            known = run("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
            if known is None:
                document = run(
                    "INSERT INTO documents (name, title, digest, bytes, added_at, text, collection, path)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, path),
                ).lastrowid
            else:
                document = known[0]
                run("DELETE FROM passages WHERE document = ?", (document,))
                run(
                    "UPDATE documents SET name = ?, title = ?, digest = ?, bytes = ?, added_at = ?, text = ?,"
                    " collection = ? WHERE id = ?",
                    (*row, document),
                )
            assert document is not None
            self._connection.executemany(
                'INSERT INTO passages (document, headings, start, "end", text, tokens, pages, checksum)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((document, *columns(new)) for new in passages),
            )
            self._changed(document)
        return known is not None

    def move(self, path: str, collection: str) -> None:
        """Put the document at `path` into another collection; nothing happens where there is none."""
        with self._guard(), self._transaction():
            run = self._connection.execute
            known = run("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
            if known is not None:
                run("UPDATE documents SET collection = ? WHERE id = ?", (collection, known[0]))
                self._changed(known[0])

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
            some = 'SELECT id, headings, start, "end", text, pages FROM passages WHERE id > ? ORDER BY id LIMIT ?'
            after = 0
            while rows := self._connection.execute(some, (after, _TOGETHER)).fetchall():
                for identity, headings, start, end, text, pages in rows:
                    tokens = pack_tokens(tokenize(text))
                    self._connection.execute(
                        "UPDATE passages SET tokens = ?, checksum = ? WHERE id = ?",
                        (tokens, checksum(headings, start, end, text, tokens, pages), identity),
                    )
                after = rows[-1][0]
            self._connection.execute("UPDATE facts SET value = ? WHERE name = 'tokenizer'", (fingerprint,))

    def flush(self) -> None:
        """Wait until everything is on the disk."""
        with self._guard():
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def touch(self) -> None:
        """Let other processes know, through `data_version`, that the index has been written."""
        with self._guard(), self._transaction():
            self._connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'indexed'")

    def forget_removed(self, sequence: int) -> None:
        """Forget the removals up to the change number `sequence`, once they are many.

        An index that has taken up something, but less than `forgotten`, has to be made again.
        """
        with self._guard(), self._transaction():
            run = self._connection.execute
            surplus = run("SELECT (SELECT count(*) FROM changes) - (SELECT count(*) FROM documents)").fetchone()[0]
            if surplus > MOST_REMOVED:
                run(
                    "DELETE FROM changes WHERE sequence <= ? AND document NOT IN (SELECT id FROM documents)",
                    (sequence,),
                )
                run("UPDATE facts SET value = max(value, ?) WHERE name = 'forgotten'", (sequence,))

    # Reading

    @property
    def forgotten(self) -> int:
        """The change number up to which removals may have been forgotten."""
        with self._guard():
            return int(self._fact("forgotten"))

    @property
    def sequence(self) -> int:
        """The number of the latest change."""
        with self._guard():
            return int(self._fact("sequence"))

    def glance(self) -> int:
        """The number of the latest change; while another thread is in the store, of the latest one that is known here.

        So what was changed through this object counts always, and what another process changed as soon as nobody waits.
        """
        if self._lock.acquire(blocking=False):
            try:
                self._latest = self.sequence
            except StoreError:  # who reads what is in it is told
                pass
            finally:
                self._lock.release()
        return self._latest

    @property
    def tokenizer(self) -> str:
        """The fingerprint of the tokenizer whose tokens are stored, empty if none has been used."""
        with self._guard():
            return str(self._fact("tokenizer"))

    def data_version(self) -> int:
        """A number that changes whenever the file has been changed, by whomever."""
        with self._guard(reading=True):
            version: int = self._reader.execute("PRAGMA data_version").fetchone()[0]
            return version

    def digest(self, path: str) -> bytes | None:
        """The digest of the document at `path`, or None if it is not in the store."""
        with self._guard():
            row = self._connection.execute("SELECT digest FROM documents WHERE path = ?", (path,)).fetchone()
            return row[0] if row else None

    def collection(self, path: str) -> str | None:
        """The collection of the document at `path`, or None if it is not in the store."""
        with self._guard():
            row = self._connection.execute("SELECT collection FROM documents WHERE path = ?", (path,)).fetchone()
            return row[0] if row else None

    def collection_of(self, document: int) -> str:
        """The collection of a document; the unnamed one's if it is gone."""
        with self._guard():
            row = self._connection.execute("SELECT collection FROM documents WHERE id = ?", (document,)).fetchone()
            return row[0] if row else ""

    def collections(self) -> list[str]:
        """The names of the collections that have documents; each is looked up, not every document looked at."""
        with self._guard(reading=True):
            rows = self._reader.execute(
                "WITH RECURSIVE named(one) AS (SELECT min(collection) FROM documents WHERE collection > '' UNION ALL"
                " SELECT (SELECT min(d.collection) FROM documents d WHERE d.collection > named.one) FROM named"
                " WHERE named.one IS NOT NULL) SELECT one FROM named WHERE one IS NOT NULL"
            )
            return [row[0] for row in rows]

    def documents(self) -> list[Document]:
        """Every document, in the order of adding."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT id, path, name, title, (SELECT count(*) FROM passages WHERE document = documents.id),"
                " bytes, added_at, collection FROM documents ORDER BY id"
            )
            names = ("id", "path", "name", "title", "passages", "bytes", "added_at", "collection")
            return [Document(**dict(zip(names, row, strict=True))) for row in rows]

    def titles(self) -> list[tuple[int, str, int]]:
        """Id, title and size in bytes, as it was on the disk, of every document."""
        with self._guard():
            return self._connection.execute("SELECT id, title, bytes FROM documents ORDER BY id").fetchall()

    def text(self, document: int) -> str:
        """The plain text of a document, into which its passages' offsets point. Raises StoreError if there is none."""
        with self._guard(reading=True):
            row = self._reader.execute("SELECT text FROM documents WHERE id = ?", (document,)).fetchone()
            if row is None:
                raise StoreError(f"There is no document {document}; `repartee knowledge list` shows them.")
            return zlib.decompress(row[0]).decode()

    def count(self, collections: Collections = None) -> int:
        """The number of passages, in these collections."""
        those, names = _among(collections)
        where = f" JOIN documents d ON d.id = passages.document WHERE {those}" if names else ""
        with self._guard():
            total: int = self._connection.execute(f"{_COUNT}{where}", names).fetchone()[0]
            return total

    def passages(self, identities: Sequence[int], collections: Collections = None) -> dict[int, Passage]:
        """The passages with these ids in these collections; what is gone is left out, and what is damaged, and told."""
        marks = ",".join("?" * len(identities))
        those, names = _among(collections)
        with self._guard(reading=True):
            rows = self._reader.execute(
                f"{_PASSAGES} WHERE p.id IN ({marks}) AND {those}",
                (*identities, *names),
            ).fetchall()
        return {passage.id: passage for passage in map(self._passage, rows) if passage is not None}

    def _passage(self, row: tuple[Any, ...]) -> Passage | None:
        identity, document, name, title, headings, start, end, text, tokens, pages, expected = row
        try:
            right = expected in {None, checksum(headings, start, end, text, tokens, pages)}
            passage = Passage(
                id=identity,
                document_id=document,
                document=name,
                title=title,
                headings=_strings(headings),
                text=text,
                start=start,
                end=end,
                tokens=unpack_tokens(tokens),
                pages=_pairs(pages) if pages != "[]" else (),
            )
        except (TypeError, ValueError):
            right = False
        if not right:
            if document not in self._told:
                self._told.add(document)
                self._tell(
                    f"{self.path} is damaged where {name} is stored, so a passage of it is left out; remove it and add "
                    f"it again: repartee knowledge remove {document}."
                )
            return None
        return passage

    def changes(self, since: int) -> list[int]:
        """The documents that were added, replaced or removed after the change number `since`."""
        with self._guard():
            rows = self._connection.execute(
                "SELECT document FROM changes WHERE sequence > ? ORDER BY sequence", (since,)
            )
            return [row[0] for row in rows]

    def identities(self, after: int = 0, most: int = -1) -> list[int]:
        """The ids of the passages that follow the id `after`, in order; `most` of them at most, -1 for all."""
        with self._guard():
            rows = self._connection.execute("SELECT id FROM passages WHERE id > ? ORDER BY id LIMIT ?", (after, most))
            return [row[0] for row in rows]

    def identities_of(self, document: int) -> list[int]:
        """The ids of the passages of a document; none if it is gone."""
        with self._guard():
            rows = self._connection.execute("SELECT id FROM passages WHERE document = ? ORDER BY id", (document,))
            return [row[0] for row in rows]

    def documents_of(self, identities: Sequence[int]) -> dict[int, int]:
        """The documents of these passages, of those that are there."""
        marks = ",".join("?" * len(identities))
        with self._guard():
            rows = self._connection.execute(f"SELECT id, document FROM passages WHERE id IN ({marks})", identities)  # noqa: S608
            return dict(rows.fetchall())

    def indexable(self, document: int) -> list[tuple[int, str, str, str]]:
        """Id, title, headings and text of the passages of a document; nothing if it is gone."""
        with self._guard():
            rows = self._connection.execute(f"{_PASSAGES} WHERE d.id = ? ORDER BY p.id", (document,)).fetchall()
        passages = filter(None, map(self._passage, rows))
        return [(each.id, each.title, " ".join(each.headings), each.text) for each in passages]


@lru_cache(1024)
def _strings(stored: str) -> tuple[str, ...]:
    """The headings of a passage, which its neighbours have, too. Raises ValueError for what is damaged."""
    return tuple(json.loads(stored))


def _pairs(stored: str) -> tuple[tuple[int, int], ...]:
    return tuple((offset, number) for offset, number in json.loads(stored))


_COUNT = "SELECT count(*) FROM passages"
_PASSAGES = (
    'SELECT p.id, d.id, d.name, d.title, p.headings, p.start, p."end", p.text, p.tokens, p.pages, p.checksum'
    " FROM passages p JOIN documents d ON d.id = p.document"
)


def _among(collections: Collections) -> tuple[str, tuple[str, ...]]:
    """What a statement about documents `d` demands so that they are in these collections, and its values."""
    if collections is None:
        return "1", ()
    names = tuple(sorted(collections)) or ("-",)  # which is nobody's name
    return f"d.collection IN ({','.join('?' * len(names))})", names


def columns(new: NewPassage) -> tuple[str, int, int, str, bytes, str, int]:
    """A passage as it is stored: headings, start, end, text, tokens, pages and the checksum of these."""
    stored = (json.dumps(new.headings), new.start, new.end, new.text, pack_tokens(new.tokens), json.dumps(new.pages))
    return (*stored, checksum(*stored))
