"""A store that several servers share: PostgreSQL has the truth, and every server a copy from which it reads.

The truth is documents, their passages with tokens, and the change log. Whoever adds or removes does so there, in one
transaction; then, and whenever another server tells of a change (NOTIFY), the copy takes up what the change log has and
it has not. So no turn waits for the network, and turns go on without it. A copy is a store as any other: the search
index and what is made of passages stand beside it, are fed from its change log, and know passages by the same numbers
on every server.

Vectors are in the truth too, but no database searches them. What ranks passages is a vector for each of their tokens,
in 8 bits, compared with each of the question's (`engines.reader.late`): pgvector compares one vector of a row with one
of a question, and one vector for a whole passage finds less than words do (docs/retrieval.md). So the codes lie in a
table as they are, 3 to 5 kB a passage, under what they were made from: a server that comes later, or again, fetches
them in place of running the encoder, and ranks with those on its own disk in the 5 ms that a turn has for it.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from engines.files import private_folder
from engines.tokenize import Tokens
from knowledge.migrations import checksum
from knowledge.passages import content_key, context, fingerprint, pack_tokens
from knowledge.store.postgres.database import CHANNEL, Database
from knowledge.store.postgres.following import Follower
from knowledge.store.records import NewPassage, StoreDamagedError, StoreError
from knowledge.store.sqlite.passages import columns
from knowledge.store.sqlite.store import SqliteStore
from knowledge.text import DocumentText

if TYPE_CHECKING:
    import psycopg

#: Documents that are fetched at once.
FETCHED = 16
#: In the folder of the copy.
COPY_NAME = "knowledge.db"


class RemadeError(StoreError):
    """The database is not the one of which the copy was made."""


class Change(NamedTuple):
    """A document as the truth has it, with the number of its latest change; `row` is None where it was removed."""

    document: int
    sequence: int
    row: tuple[Any, ...] | None
    tokenizer: str
    passages: Sequence[tuple[Any, ...]]


class PostgresStore(SqliteStore):
    """The store in a database, read from a copy at `path`. Safe to use from several threads and several processes.

    `tokenize` is for documents of servers that have another vocabulary. Raises StoreError as `SqliteStore` does for
    the copy; the database is first reached by `pull`. With `readonly` it never is.
    """

    has_others = True

    def __init__(
        self,
        database: Database,
        path: Path,
        tokenize: Callable[[str], Tokens],
        *,
        readonly: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(path, readonly=readonly, tell=tell)
        self._database, self._tokenize = database, tokenize
        self._vocabulary = ""
        self._ourselves = uuid.uuid4().hex
        self._pulling = threading.Lock()
        self._follower: Follower | None = None

    def close(self) -> None:
        """Leave the database and close the copy."""
        self.unfollow()
        self._database.close()
        super().close()

    def follow(self, changed: Callable[[], None]) -> None:
        """From now on take up what other servers change, and call `changed` after it, in a thread."""
        if not self.readonly and self._follower is None:
            self._follower = Follower(self._database, self._ourselves, self.pull, changed, self._tell)

    def unfollow(self) -> None:
        """Hear of other servers no more."""
        if self._follower is not None:
            self._follower.close()
            self._follower = None

    @property
    def copied_at(self) -> float | None:
        """When the copy last took something up, seconds since 1970; None for one that never did."""
        with self._file.asking() as connection:
            row = connection.execute("SELECT value FROM facts WHERE name = 'copied'").fetchone()
        return None if row is None else float(row[0])

    # The truth

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
        added_at = time.time()
        name, title = _text(name), _text(text.title)
        rows = [(*columns(new), content_key(context(name, title, new.headings), new.tokens.ids)) for new in passages]
        values = (name, title, digest, size, added_at, compressed, collection, self.tokenizer)
        with self._changing_truth() as connection:
            run, dropped = connection.execute, []
            known = run("SELECT id FROM repartee.documents WHERE path = %s", (_text(path),)).fetchone()
            if known is None:
                (document,) = run(
                    "INSERT INTO repartee.documents"
                    " (name, title, digest, bytes, added_at, text, collection, tokenizer, path)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                    (*values, _text(path)),
                ).fetchone() or (0,)
            else:
                (document,) = known
                dropped = run("DELETE FROM repartee.passages WHERE document = %s RETURNING key", (document,)).fetchall()
                run(
                    "UPDATE repartee.documents SET name = %s, title = %s, digest = %s, bytes = %s, added_at = %s,"
                    " text = %s, collection = %s, tokenizer = %s WHERE id = %s",
                    (*values, document),
                )
            connection.cursor().executemany(
                'INSERT INTO repartee.passages (document, headings, start, "end", text, tokens, pages, checksum, key)'
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [(document, *row[:3], row[3].encode(), *row[4:]) for row in rows],
            )
            _drop_made(connection, dropped)
            self._log(connection, document)
        return known is not None

    def move(self, path: str, collection: str) -> None:
        """Put the document at `path` into another collection; nothing happens where there is none."""
        with self._changing_truth() as connection:
            known = connection.execute(
                "UPDATE repartee.documents SET collection = %s WHERE path = %s RETURNING id", (collection, _text(path))
            ).fetchone()
            if known is not None:
                self._log(connection, known[0])

    def remove(self, document: int) -> bool:
        """Remove a document and its passages; return False if there is none with this id."""
        if not 0 < document < 2**63:  # the numbers of both databases end here
            return False
        with self._changing_truth() as connection:
            run = connection.execute
            dropped = run("DELETE FROM repartee.passages WHERE document = %s RETURNING key", (document,)).fetchall()
            removed = run("DELETE FROM repartee.documents WHERE id = %s", (document,)).rowcount == 1
            if removed:
                _drop_made(connection, dropped)
                self._log(connection, document)
        return removed

    def digest(self, path: str) -> bytes | None:
        """The digest of the document at `path`, or None if it is not in the store."""
        with self._database.asking() as connection:
            row = connection.execute("SELECT digest FROM repartee.documents WHERE path = %s", (_text(path),)).fetchone()
        return bytes(row[0]) if row else None

    def collection(self, path: str) -> str | None:
        """The collection of the document at `path`, or None if it is not in the store."""
        with self._database.asking() as connection:
            row = connection.execute(
                "SELECT collection FROM repartee.documents WHERE path = %s", (_text(path),)
            ).fetchone()
        return str(row[0]) if row else None

    def made_elsewhere(self, made_of: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What was made of these passages with `made_of` by any server, of those that have anything."""
        with self._database.asking() as connection:
            rows = connection.cursor(binary=True).execute(
                "SELECT key, made FROM repartee.made WHERE made_of = %s AND key = ANY(%s)", (made_of, list(keys))
            )
            return dict(rows.fetchall())

    def share(self, made_of: str, made: Mapping[bytes, bytes]) -> None:
        """Let other servers have it, as long as there are passages with these keys."""
        with self._database.writing() as connection:
            connection.execute("SELECT 1 FROM repartee.state FOR UPDATE")  # no passage goes meanwhile
            connection.cursor().executemany(
                "INSERT INTO repartee.made SELECT %(key)s, %(made_of)s, %(made)s"
                " WHERE EXISTS (SELECT 1 FROM repartee.passages WHERE key = %(key)s)"
                " ON CONFLICT (key) DO UPDATE SET made_of = excluded.made_of, made = excluded.made",
                [{"key": key, "made_of": made_of, "made": each} for key, each in made.items()],
            )

    @contextmanager
    def _changing_truth(self) -> Iterator[psycopg.Connection]:
        """A transaction in which nobody else writes: changes are committed in the order of their numbers."""
        self._file.check_writable()
        with self._database.writing() as connection:
            (identity,) = connection.execute("SELECT identity FROM repartee.state FOR UPDATE").fetchone() or ("",)
            if identity != self.identity:
                raise self._remade()
            yield connection
        try:
            self.pull()
        except StoreError as error:  # it is stored all the same
            self._tell(f"{error} What was changed is stored there, and is found here later.")

    def _log(self, connection: psycopg.Connection, document: int) -> None:
        """Give a change its number, and let other servers know when it is committed."""
        run = connection.execute
        run("UPDATE repartee.state SET sequence = sequence + 1")
        run(
            "INSERT INTO repartee.changes SELECT %s, sequence FROM repartee.state"
            " ON CONFLICT (document) DO UPDATE SET sequence = excluded.sequence",
            (document,),
        )
        run("SELECT pg_notify(%s, %s)", (CHANNEL, self._ourselves))

    def _remade(self) -> RemadeError:
        return RemadeError(f"{self._database.place} was made anew; start again to take up what is in it.")

    # The copy

    def pull(self) -> bool:
        """Take up what the truth has and the copy has not; return whether there was anything. Raises StoreError."""
        took = False
        with self._pulling:
            while True:
                changes, sequence = self._fetch(self._since())
                self._settle_vocabulary(changes)
                for change in changes:
                    self._take(change)
                took = took or bool(changes)
                if len(changes) < FETCHED:
                    self._reached(sequence)
                    return took

    def _since(self) -> int:
        """The change number from which to go on; -1 for a copy that is of no database yet."""
        return -1 if self.copied_at is None else self.sequence

    def _fetch(self, since: int) -> tuple[list[Change], int]:
        """The next changes after the number `since`, and the number of the latest one of all."""
        with self._database.reading() as connection:
            cursor = connection.cursor(binary=True)
            run = cursor.execute
            identity, sequence = run("SELECT identity, sequence FROM repartee.state").fetchone() or ("", 0)
            if since < 0:
                self._adopt(str(identity))
            elif identity != self.identity or sequence < since:
                raise self._remade()
            if sequence == since:
                return [], sequence
            changed = run(
                "SELECT document, sequence FROM repartee.changes WHERE sequence > %s ORDER BY sequence LIMIT %s",
                (since, FETCHED),
            ).fetchall()
            documents = [document for document, _ in changed]
            rows = run(
                "SELECT id, path, name, title, digest, bytes, added_at, text, collection, tokenizer"
                " FROM repartee.documents WHERE id = ANY(%s)",
                (documents,),
            ).fetchall()
            passages: dict[int, list[tuple[Any, ...]]] = {}
            for document, identity_, headings, start, end, text, *rest in run(
                'SELECT document, id, headings, start, "end", text, tokens, pages, checksum'
                " FROM repartee.passages WHERE document = ANY(%s) ORDER BY id",
                (documents,),
            ):
                row = (identity_, document, headings, start, end, text.decode("utf-8", "replace"), *rest)
                passages.setdefault(document, []).append(row)
        found = {row[0]: row for row in rows}
        return [
            Change(
                document=document,
                sequence=number,
                row=row[:-1] if row else None,
                tokenizer=row[-1] if row else "",
                passages=passages.get(document, ()),
            )
            for document, number in changed
            for row in (found.get(document),)
        ], int(sequence)

    def _adopt(self, identity: str) -> None:
        """Make an empty copy one of this database."""
        with self._file.writing() as connection:
            run = connection.execute
            if run("SELECT 1 FROM facts WHERE name = 'copied'").fetchone() is None:  # another process may be quicker
                run("UPDATE facts SET value = ? WHERE name = 'store'", (identity,))
                run("UPDATE facts SET value = 0 WHERE name = 'sequence'")
                run("INSERT INTO facts VALUES ('copied', 0)")
            self._file.renumbered()
            self.identity = str(self._file.fact("store"))

    def _settle_vocabulary(self, changes: Sequence[Change]) -> None:
        """Before documents come whose tokens are of another vocabulary than the copy's, make the copy's be ours."""
        if all(change.row is None or change.tokenizer == self.tokenizer for change in changes):
            return
        self._vocabulary = self._vocabulary or fingerprint(self._tokenize)
        if self.tokenizer != self._vocabulary:
            self.retokenise(self._vocabulary, self._tokenize)

    def _take(self, change: Change) -> None:
        """Take up one change, unless another process has already."""
        with self._file.writing() as connection:
            run = connection.execute
            if change.sequence <= int(self._file.fact("sequence")):
                return
            run("DELETE FROM documents WHERE id = ?", (change.document,))
            if change.row is not None:
                run(
                    "INSERT INTO documents (id, path, name, title, digest, bytes, added_at, text, collection)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    change.row,
                )
                connection.executemany(
                    'INSERT INTO passages (id, document, headings, start, "end", text, tokens, pages, checksum)'
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    self._with_our_tokens(change),
                )
            run("REPLACE INTO changes VALUES (?, ?)", (change.document, change.sequence))
            run("UPDATE facts SET value = ? WHERE name = 'sequence'", (change.sequence,))
            self._file.renumbered()

    def _with_our_tokens(self, change: Change) -> Sequence[tuple[Any, ...]]:
        """The passages of a document with tokens of the copy's vocabulary."""
        ours = str(self._file.fact("tokenizer"))
        if change.tokenizer == ours:
            return change.passages
        rows = []
        for identity, document, headings, start, end, text, _, pages, _ in change.passages:
            tokens = pack_tokens(self._tokenize(text))
            sum_ = checksum(headings, start, end, text, tokens, pages)
            rows.append((identity, document, headings, start, end, text, tokens, pages, sum_))
        return rows

    def _reached(self, sequence: int) -> None:
        """Note that everything up to this change number is in the copy."""
        with self._file.asking():
            if sequence == self._file.fact("sequence") and self.copied_at:
                return
            with self._file.writing() as connection:
                run = connection.execute
                run("UPDATE facts SET value = max(value, ?) WHERE name = 'sequence'", (sequence,))
                run("UPDATE facts SET value = ? WHERE name = 'copied'", (time.time(),))
                self._file.renumbered()


def open_store(
    url: str,
    home: Path,
    tokenize: Callable[[str], Tokens],
    *,
    readonly: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> PostgresStore:
    """Open the store in the database at `url`, with the copy that `home` has of it, or a new one.

    Where the database cannot be reached, what was copied before is there, and that is told. A copy that is damaged, or
    of a database that is no longer there, is made again. Raises StoreError where there is neither database nor copy.
    """
    database = Database(url)
    path = copy_folder(database, home) / COPY_NAME
    if readonly:
        if not path.exists():
            raise StoreError(f"{home} has no copy of {database.place} yet; it is made by what reads or adds documents.")
        return PostgresStore(database, path, tokenize, readonly=True, tell=tell)
    try:
        private_folder(home)
        private_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{home} cannot be used ({error.strerror}); choose another home with --home.") from error
    try:
        return _pulled(database, path, tokenize, tell)
    except StoreDamagedError as error:
        tell(f"{error.args[0].partition(';')[0]}; it is copied again from {database.place}.")
    except RemadeError:
        tell(f"{database.place} was made anew, so it is copied again.")
    shutil.rmtree(path.parent, ignore_errors=True)
    private_folder(path.parent)
    return _pulled(database, path, tokenize, tell)


def look(url: str, home: Path) -> tuple[str, bool]:
    """Say what is in the database at `url`, and whether `home` has a copy; nothing is made. Raises StoreError."""
    database = Database(url)
    has_copy = (copy_folder(database, home) / COPY_NAME).exists()
    return database.look(), has_copy


def copy_folder(database: Database, home: Path) -> Path:
    """Where a home has its copy of a database, and what is made of it."""
    return home / f"postgresql-{hashlib.sha256(database.place.encode()).hexdigest()[:12]}"


def _pulled(
    database: Database, path: Path, tokenize: Callable[[str], Tokens], tell: Callable[[str], None]
) -> PostgresStore:
    store = PostgresStore(database, path, tokenize, tell=tell)
    try:
        if not store.readonly:
            store.pull()
    except (StoreDamagedError, RemadeError):
        store.close()
        raise
    except StoreError as error:
        if not store.copied_at:
            store.close()
            raise
        tell(f"{error} Until it is back, answers come from what is here.")
    except BaseException:
        store.close()
        raise
    return store


def _drop_made(connection: psycopg.Connection, keys: Sequence[tuple[bytes]]) -> None:
    """Drop what was made of passages that are nowhere any more."""
    connection.execute(
        "DELETE FROM repartee.made WHERE key = ANY(%s)"
        " AND NOT EXISTS (SELECT 1 FROM repartee.passages WHERE passages.key = made.key)",
        ([key for (key,) in keys],),
    )


def _text(value: str) -> str:
    """A text as PostgreSQL can hold it."""
    return value.replace("\0", "\ufffd")
