"""The tables of the store, and the way from every format that was ever released to today's.

A store names its format in SQLite's `user_version`. To change the tables: change `TABLES`, write a function that
brings a store of the present format to the next one, and append it to `MIGRATIONS`. It runs in one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Sequence

TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    """CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL,
    digest BLOB NOT NULL, bytes INTEGER NOT NULL, added_at REAL NOT NULL, text BLOB NOT NULL,
    collection TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX documents_collection ON documents (collection)",
    """CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    headings TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, tokens BLOB NOT NULL,
    pages TEXT NOT NULL DEFAULT '[]', checksum INTEGER)""",
    "CREATE INDEX passages_document ON passages (document)",
    "CREATE TABLE changes (document INTEGER PRIMARY KEY, sequence INTEGER NOT NULL)",
    "CREATE INDEX changes_sequence ON changes (sequence)",
)


def checksum(headings: str, start: int, end: int, text: str, tokens: bytes, pages: str) -> int:
    """Return the checksum of a passage, from its columns as they are stored."""
    facts = json.dumps([headings, start, end, text, pages]).encode()
    return zlib.crc32(tokens, zlib.crc32(facts))


def _pages_and_checksums(connection: sqlite3.Connection) -> None:
    """Format 1 (version 0.1.0) had neither pages nor checksums of passages, and kept the changes of all removals."""
    connection.execute("ALTER TABLE passages ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'")
    connection.execute("ALTER TABLE passages ADD COLUMN checksum INTEGER")

    def of_row(headings: str, start: int, end: int, text: bytes, tokens: bytes) -> int:
        return checksum(headings, start, end, text.decode("utf-8", "replace"), tokens, "[]")

    connection.create_function("passage_checksum", 5, of_row, deterministic=True)
    connection.execute(
        'UPDATE passages SET checksum = passage_checksum(headings, start, "end", CAST(text AS BLOB), tokens)'
    )
    connection.execute("INSERT INTO facts VALUES ('forgotten', 0)")


def _collections(connection: sqlite3.Connection) -> None:
    """Format 2 had no collections: everybody could ask everything."""
    connection.execute("ALTER TABLE documents ADD COLUMN collection TEXT NOT NULL DEFAULT ''")
    connection.execute("CREATE INDEX documents_collection ON documents (collection)")


#: The function at index n brings a store of format n + 1 to format n + 2.
MIGRATIONS: Sequence[Callable[[sqlite3.Connection], None]] = (_pages_and_checksums, _collections)
#: The format that this version writes.
VERSION = len(MIGRATIONS) + 1


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring a store of format `version` (1 or more) to today's; call it inside a transaction."""
    for step in MIGRATIONS[version - 1 :]:
        step(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")
