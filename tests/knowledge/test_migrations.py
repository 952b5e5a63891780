"""A store that an earlier version made is brought to today's format, and keeps what is in it."""

import contextlib
import hashlib
import sqlite3
import time
import zlib

import pytest

from knowledge import migrations
from knowledge.collections import UNNAMED
from knowledge.migrations import VERSION
from knowledge.passages import pack_tokens
from knowledge.store.records import StoreError
from knowledge.store.sqlite.database import APPLICATION_ID
from knowledge.store.sqlite.store import SqliteStore
from tests.knowledge.texts import tokenize

#: As version 0.1.0 made it.
FORMAT_1 = """
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
TEXT = "The first keeper was Martha Reed, née Łoś."


@pytest.fixture
def old(home):
    """The path of a store of format 1 with two documents, one of which was removed."""
    home.mkdir()
    path = home / "knowledge.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        run = connection.execute
        run("PRAGMA journal_mode = WAL")
        connection.executescript(FORMAT_1)
        for fact in {"store": "ab" * 16, "sequence": 5002, "tokenizer": "", "indexed": 1}.items():
            run("INSERT INTO facts VALUES (?, ?)", fact)
        run(
            "INSERT INTO documents VALUES (2, '/x/keepers.md', 'keepers.md', 'Keepers', x'00', 99, ?, ?)",
            (time.time(), zlib.compress(TEXT.encode(), 1)),
        )
        run(
            "INSERT INTO passages VALUES (7, 2, '[\"The tower\"]', 0, ?, ?, ?)",
            (len(TEXT), TEXT, pack_tokens(tokenize(TEXT))),
        )
        connection.executescript("INSERT INTO changes VALUES (1, 5001), (2, 5002)")
        run(f"PRAGMA application_id = {APPLICATION_ID}")
        run("PRAGMA user_version = 1")
    return path


#: As it was before there were collections.
FORMAT_2 = f"""
{FORMAT_1}
ALTER TABLE passages ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE passages ADD COLUMN checksum INTEGER;
"""


@pytest.fixture
def newer(tmp_path):
    """The path of a store of format 2 with one document, on two pages."""
    path = tmp_path / "newer.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        run = connection.execute
        connection.executescript(FORMAT_2)
        for fact in {"store": "cd" * 16, "sequence": 9, "tokenizer": "", "indexed": 0, "forgotten": 4}.items():
            run("INSERT INTO facts VALUES (?, ?)", fact)
        run("INSERT INTO documents VALUES (3, '/x/k.pdf', 'k.pdf', 'K', x'00', 9, 0, ?)", (zlib.compress(b"Two."),))
        row = ("[]", 0, 4, "Two.", pack_tokens(tokenize("Two.")), "[[0, 1], [2, 2]]")
        run("INSERT INTO passages VALUES (7, 3, ?, ?, ?, ?, ?, ?, ?)", (*row, migrations.checksum(*row)))
        run("INSERT INTO changes VALUES (3, 9)")
        run(f"PRAGMA application_id = {APPLICATION_ID}")
        run("PRAGMA user_version = 2")
    return path


def version(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def tables(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return {
            name: [row[1:6] for row in connection.execute(f"PRAGMA table_info({name})")]
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }


def test_an_older_store_is_brought_to_todays_format_and_answers(old, opened, lighthouse, tmp_path):
    library = opened()
    (hit,) = library.search("Who was the first keeper?")
    assert (hit.passage.text, hit.passage.headings, hit.passage.page()) == (TEXT, ("The tower",), None)
    assert library.version == 5002
    library.add([lighthouse])
    assert [document.title for document in library.documents()] == ["Keepers", "The Lighthouse"]
    library.close()
    assert version(old) == VERSION
    SqliteStore(tmp_path / "new.db").close()
    assert tables(old) == tables(tmp_path / "new.db")
    assert opened().search("Who was Martha Reed?")


def test_every_document_of_a_store_without_collections_is_for_everybody(newer, tmp_path):
    told = []
    with contextlib.closing(SqliteStore(newer, tell=told.append)) as store:
        assert [(each.name, each.collection) for each in store.documents()] == [("k.pdf", "")]
        assert store.passages([7], UNNAMED)[7].pages == ((0, 1), (2, 2))
        assert (store.forgotten, store.collections(), store.passages([7], frozenset({"work"}))) == (4, [], {})
        store.move("/x/k.pdf", "work")
        assert store.collections() == ["work"]
    assert (version(newer), told) == (VERSION, [])
    SqliteStore(tmp_path / "new.db").close()
    assert tables(newer) == tables(tmp_path / "new.db")


def test_a_document_of_an_older_store_is_read_anew_although_it_is_the_same(old, opened, tmp_path):
    path = tmp_path / "keepers.md"
    path.write_text("The first keeper was Martha Reed.")
    with contextlib.closing(sqlite3.connect(old)) as connection:
        digest = hashlib.sha256(b"\1" + path.read_bytes()).digest()  # as version 0.1.0 made it
        connection.execute("UPDATE documents SET path = ?, digest = ?", (str(path.resolve()), digest))
        connection.commit()
    library = opened()
    assert library.add([path]).replaced == (path,)
    assert library.add([path]).unchanged == (path,)
    assert library.text(2) == path.read_text()


def test_the_passages_of_an_older_store_get_checksums(old):
    SqliteStore(old).close()
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE passages SET text = 'The first keeper was Nobody.'")
        connection.commit()
    told = []
    with contextlib.closing(SqliteStore(old, tell=told.append)) as store:
        assert store.passages([7]) == {}
    assert len(told) == 1


def test_an_older_store_that_is_only_read_is_read_as_it_is(old, opened):
    before = old.read_bytes()
    library = opened(readonly=True)
    assert library.search("Who was the first keeper?")[0].passage.text == TEXT
    library.close()
    assert old.read_bytes() == before


def test_a_step_that_fails_leaves_the_older_store_as_it_was(old, monkeypatch):
    def fails(connection):
        connection.execute("DELETE FROM documents")
        connection.execute("INSERT INTO nowhere VALUES (1)")

    monkeypatch.setattr(migrations, "MIGRATIONS", (fails,))
    with pytest.raises(StoreError):
        SqliteStore(old)
    assert version(old) == 1
    monkeypatch.undo()
    with contextlib.closing(SqliteStore(old)) as store:
        assert store.text(2) == TEXT


def test_a_damaged_passage_of_an_older_store_does_not_keep_it_from_being_migrated(old):
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE passages SET text = CAST(x'ff' AS TEXT), headings = '{'")
        connection.commit()
    told = []
    with contextlib.closing(SqliteStore(old, tell=told.append)) as store:
        assert store.passages([7]) == {}
    assert len(told) == 1


def test_two_that_find_an_older_store_at_once_both_read_it(old):
    first, second = SqliteStore(old), SqliteStore(old)
    assert first.text(2) == second.text(2) == TEXT
    first.close()
    second.close()
