"""The store: one SQLite file (WAL) that is the truth about documents and passages. The index is made from it."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from engines.tokenize import Tokens
from knowledge.collections import Collections
from knowledge.migrations import checksum
from knowledge.passages import Passage, pack_tokens
from knowledge.store.records import Document, NewPassage, StoreError
from knowledge.store.sqlite.database import DatabaseFile
from knowledge.store.sqlite.passages import SELECT, PassageRows, columns
from knowledge.text import DocumentText

#: Passages that are in memory together while all are gone through.
_TOGETHER = 1000
#: Forget the changes of removed documents once there are so many of them.
MOST_REMOVED = 100
_COUNT = "SELECT count(*) FROM passages"


class SqliteStore:
    """Documents and passages in one SQLite file. Safe to use from several threads and several processes.

    `sequence` grows with every change of the content; `changes` tells which documents an index has to take up.
    `tell` hears, in a sentence, of what is wrong with the content without keeping the rest from being read, and of what
    keeps the file from being written (`database.DatabaseFile`); then `refusal` makes what to raise.
    """

    has_others = False

    def __init__(self, path: Path, *, readonly: bool = False, tell: Callable[[str], None] = lambda _: None) -> None:
        self._file = DatabaseFile(path, readonly=readonly, tell=tell)
        self.path, self.identity, self.is_new = path, self._file.identity, self._file.is_new
        self.readonly, self.refusal = self._file.readonly, self._file.refusal
        self._rows = PassageRows(path, tell)
        self._tell = tell

    def close(self) -> None:
        """Close the file. Everything that was reported as stored is already in it."""
        self._file.close()

    def follow(self, changed: Callable[[], None]) -> None:
        """Do nothing: no other machine writes a file, and of other processes `data_version` tells."""

    def unfollow(self) -> None:
        """Do nothing."""

    def made_elsewhere(self, made_of: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:  # noqa: ARG002
        """Return nothing: there are no other servers."""
        return {}

    def share(self, made_of: str, made: Mapping[bytes, bytes]) -> None:
        """Do nothing: there are no other servers."""

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
        with self._file.writing() as connection:
            run = connection.execute
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
            connection.executemany(
                'INSERT INTO passages (document, headings, start, "end", text, tokens, pages, checksum)'
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((document, *columns(new)) for new in passages),
            )
            self._changed(connection, document)
        return known is not None

    def move(self, path: str, collection: str) -> None:
        """Put the document at `path` into another collection; nothing happens where there is none."""
        with self._file.writing() as connection:
            run = connection.execute
            known = run("SELECT id FROM documents WHERE path = ?", (path,)).fetchone()
            if known is not None:
                run("UPDATE documents SET collection = ? WHERE id = ?", (collection, known[0]))
                self._changed(connection, known[0])

    def remove(self, document: int) -> bool:
        """Remove a document and its passages; return False if there is none with this id."""
        with self._file.writing() as connection:
            if not 0 < document < 2**63:  # SQLite's numbers end here
                return False
            removed = connection.execute("DELETE FROM documents WHERE id = ?", (document,)).rowcount == 1
            if removed:
                self._changed(connection, document)
        return removed

    def retokenise(self, fingerprint: str, tokenize: Callable[[str], Tokens]) -> None:
        """Tokenise every passage again, because the vocabulary is another one."""
        with self._file.writing() as connection:
            some = 'SELECT id, headings, start, "end", text, pages FROM passages WHERE id > ? ORDER BY id LIMIT ?'
            after = 0
            while rows := connection.execute(some, (after, _TOGETHER)).fetchall():
                for identity, headings, start, end, text, pages in rows:
                    tokens = pack_tokens(tokenize(text))
                    connection.execute(
                        "UPDATE passages SET tokens = ?, checksum = ? WHERE id = ?",
                        (tokens, checksum(headings, start, end, text, tokens, pages), identity),
                    )
                after = rows[-1][0]
            connection.execute("UPDATE facts SET value = ? WHERE name = 'tokenizer'", (fingerprint,))

    def flush(self) -> None:
        """Wait until everything is on the disk."""
        with self._file.asking() as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def touch(self) -> None:
        """Let other processes know, through `data_version`, that the index has been written."""
        with self._file.writing() as connection:
            connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'indexed'")

    def forget_removed(self, sequence: int) -> None:
        """Forget the removals up to the change number `sequence`, once they are many.

        An index that has taken up something, but less than `forgotten`, has to be made again.
        """
        with self._file.writing() as connection:
            run = connection.execute
            surplus = run("SELECT (SELECT count(*) FROM changes) - (SELECT count(*) FROM documents)").fetchone()[0]
            if surplus > MOST_REMOVED:
                run(
                    "DELETE FROM changes WHERE sequence <= ? AND document NOT IN (SELECT id FROM documents)",
                    (sequence,),
                )
                run("UPDATE facts SET value = max(value, ?) WHERE name = 'forgotten'", (sequence,))

    def _changed(self, connection: sqlite3.Connection, document: int) -> None:
        """Give a change its number."""
        run = connection.execute
        run("UPDATE facts SET value = value + 1 WHERE name = 'sequence'")
        run("REPLACE INTO changes SELECT ?, value FROM facts WHERE name = 'sequence'", (document,))
        self._file.renumbered()

    # Reading

    @property
    def forgotten(self) -> int:
        """The change number up to which removals may have been forgotten."""
        with self._file.asking():
            return int(self._file.fact("forgotten"))

    @property
    def sequence(self) -> int:
        """The number of the latest change."""
        with self._file.asking():
            return int(self._file.fact("sequence"))

    def glance(self) -> int:
        """The number of the latest change; while another thread is in the store, of the latest one that is known here.

        So what was changed through this object counts always, and what another process changed as soon as nobody waits.
        """
        return self._file.glance()

    @property
    def tokenizer(self) -> str:
        """The fingerprint of the tokenizer whose tokens are stored, empty if none has been used."""
        with self._file.asking():
            return str(self._file.fact("tokenizer"))

    def data_version(self) -> int:
        """A number that changes whenever the file has been changed, by whomever."""
        with self._file.reading() as connection:
            version: int = connection.execute("PRAGMA data_version").fetchone()[0]
            return version

    def digest(self, path: str) -> bytes | None:
        """The digest of the document at `path`, or None if it is not in the store."""
        with self._file.asking() as connection:
            row = connection.execute("SELECT digest FROM documents WHERE path = ?", (path,)).fetchone()
            return row[0] if row else None

    def collection(self, path: str) -> str | None:
        """The collection of the document at `path`, or None if it is not in the store."""
        with self._file.asking() as connection:
            row = connection.execute("SELECT collection FROM documents WHERE path = ?", (path,)).fetchone()
            return row[0] if row else None

    def collection_of(self, document: int) -> str:
        """The collection of a document; the unnamed one's if it is gone."""
        with self._file.asking() as connection:
            row = connection.execute("SELECT collection FROM documents WHERE id = ?", (document,)).fetchone()
            return row[0] if row else ""

    def collections(self) -> list[str]:
        """The names of the collections that have documents; each is looked up, not every document looked at."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "WITH RECURSIVE named(one) AS (SELECT min(collection) FROM documents WHERE collection > '' UNION ALL"
                " SELECT (SELECT min(d.collection) FROM documents d WHERE d.collection > named.one) FROM named"
                " WHERE named.one IS NOT NULL) SELECT one FROM named WHERE one IS NOT NULL"
            )
            return [row[0] for row in rows]

    def documents(self) -> list[Document]:
        """Every document, in the order of adding."""
        with self._file.asking() as connection:
            rows = connection.execute(
                "SELECT id, path, name, title, (SELECT count(*) FROM passages WHERE document = documents.id),"
                " bytes, added_at, collection FROM documents ORDER BY id"
            )
            names = ("id", "path", "name", "title", "passages", "bytes", "added_at", "collection")
            return [Document(**dict(zip(names, row, strict=True))) for row in rows]

    def titles(self) -> list[tuple[int, str, int]]:
        """Id, title and size in bytes, as it was on the disk, of every document."""
        with self._file.asking() as connection:
            return connection.execute("SELECT id, title, bytes FROM documents ORDER BY id").fetchall()

    def text(self, document: int) -> str:
        """The plain text of a document, into which its passages' offsets point. Raises StoreError if there is none."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT text FROM documents WHERE id = ?", (document,)).fetchone()
            if row is None:
                raise StoreError(f"There is no document {document}; `repartee knowledge list` shows them.")
            return zlib.decompress(row[0]).decode()

    def count(self, collections: Collections = None) -> int:
        """The number of passages, in these collections."""
        those, names = _among(collections)
        where = f" JOIN documents d ON d.id = passages.document WHERE {those}" if names else ""
        with self._file.asking() as connection:
            total: int = connection.execute(f"{_COUNT}{where}", names).fetchone()[0]
            return total

    def passages(self, identities: Sequence[int], collections: Collections = None) -> dict[int, Passage]:
        """The passages with these ids in these collections; what is gone is left out, and what is damaged, and told."""
        marks = ",".join("?" * len(identities))
        those, names = _among(collections)
        with self._file.reading() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE p.id IN ({marks}) AND {those}",
                (*identities, *names),
            ).fetchall()
        return {passage.id: passage for passage in self._rows.read(rows)}

    def changes(self, since: int) -> list[int]:
        """The documents that were added, replaced or removed after the change number `since`."""
        with self._file.asking() as connection:
            rows = connection.execute("SELECT document FROM changes WHERE sequence > ? ORDER BY sequence", (since,))
            return [row[0] for row in rows]

    def identities(self, after: int = 0, most: int = -1) -> list[int]:
        """The ids of the passages that follow the id `after`, in order; `most` of them at most, -1 for all."""
        with self._file.asking() as connection:
            rows = connection.execute("SELECT id FROM passages WHERE id > ? ORDER BY id LIMIT ?", (after, most))
            return [row[0] for row in rows]

    def identities_of(self, document: int) -> list[int]:
        """The ids of the passages of a document; none if it is gone."""
        with self._file.asking() as connection:
            rows = connection.execute("SELECT id FROM passages WHERE document = ? ORDER BY id", (document,))
            return [row[0] for row in rows]

    def documents_of(self, identities: Sequence[int]) -> dict[int, int]:
        """The documents of these passages, of those that are there."""
        marks = ",".join("?" * len(identities))
        with self._file.asking() as connection:
            rows = connection.execute(f"SELECT id, document FROM passages WHERE id IN ({marks})", identities)  # noqa: S608
            return dict(rows.fetchall())

    def indexable(self, document: int) -> list[tuple[int, str, str, str]]:
        """Id, title, headings and text of the passages of a document; nothing if it is gone."""
        with self._file.asking() as connection:
            rows = connection.execute(f"{SELECT} WHERE d.id = ? ORDER BY p.id", (document,)).fetchall()
        return [(each.id, each.title, " ".join(each.headings), each.text) for each in self._rows.read(rows)]


def _among(collections: Collections) -> tuple[str, tuple[str, ...]]:
    """What a statement about documents `d` demands so that they are in these collections, and its values."""
    if collections is None:
        return "1", ()
    names = tuple(sorted(collections)) or ("-",)  # which is nobody's name
    return f"d.collection IN ({','.join('?' * len(names))})", names
