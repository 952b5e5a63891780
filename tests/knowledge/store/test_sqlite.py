"""One sentence says what is wrong with the file of a store."""

import contextlib
import errno
import sqlite3
import subprocess
import sys
import threading

import pytest

from knowledge.formats.plain import plain_document
from knowledge.migrations import VERSION
from knowledge.store.records import StoreError
from knowledge.store.sqlite.store import SqliteStore
from tests.knowledge.store.stored import put
from tests.paths import ROOT


@pytest.fixture
def path(tmp_path):
    return tmp_path / "knowledge.db"


@pytest.mark.parametrize("damage", ["garbage", "header", "half", "page", "text file"])
def test_a_damaged_store_is_one_sentence_that_names_the_file(path, damage):
    store = SqliteStore(path)
    for n in range(60):
        put(store, str(n), "Some words to fill the pages of the file. " * 30)
    store.close()
    content = bytearray(path.read_bytes())
    if damage == "garbage":
        content = bytearray(b"\x07" * len(content))
    elif damage == "header":
        content[:100] = b"\x00" * 100
    elif damage == "half":
        del content[len(content) // 2 :]
    elif damage == "page":
        content[8192:] = b"\xff" * (len(content) - 8192)
    else:
        content = bytearray(b"Dear diary, today I was renamed.\n" * 100)
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught, contextlib.closing(SqliteStore(path)) as damaged:
        damaged.passages([put(damaged, "new", "Words. " * 4000), *range(1, 61)])
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "move it away" in sentence
    assert "\n" not in sentence
    assert bytes(path.read_bytes()[:100]) == bytes(content[:100])


@pytest.mark.parametrize(
    "damage",
    [
        "tokens = x''",
        "tokens = x'02ff'",
        "tokens = x'0200000000'",
        "headings = '{'",
        "text = 'Two sentence.'",
        "text = CAST(x'ff4f6e65' AS TEXT)",
        "start = 1",
        "pages = '[[0, 7]]'",
        "checksum = 5",
        "headings = '{', checksum = NULL",
    ],
)
def test_a_damaged_passage_is_left_out_and_told_once(path, damage):
    with contextlib.closing(SqliteStore(path)) as store:
        put(store)
        put(store, "b", "Whole.")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE passages SET {damage} WHERE id = 1")
        connection.commit()
    told = []
    with contextlib.closing(SqliteStore(path, tell=told.append)) as damaged:
        assert [list(damaged.passages([1, 2])), list(damaged.passages([1, 2]))] == [[2], [2]]
        assert (damaged.indexable(1), len(damaged.indexable(2))) == ([], 1)
        assert told == [
            (
                f"{path} is damaged where a is stored, so a passage of it is left out; remove it and add it again: "
                "repartee knowledge remove 1."
            )
        ]
        assert damaged.remove(1)
        put(damaged)
        assert list(damaged.passages([2, 3])) == [2, 3]


def test_a_database_of_another_program_is_left_alone(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="is not a store of Repartee; move it away or choose another home"):
        SqliteStore(path)


def test_a_newer_store_asks_for_a_newer_version(path):
    SqliteStore(path).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    for readonly in (False, True):
        with pytest.raises(StoreError, match=rf"has format 99, of a newer .* up to {VERSION}: update Repartee"):
            SqliteStore(path, readonly=readonly)


def test_a_folder_in_place_of_the_store(path):
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be written; check its permissions"):
        SqliteStore(path)


def test_a_store_where_files_cannot_be_locked_says_so(path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("knowledge.store.sqlite.file.BUSY_S", 0.05)
    store = SqliteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # SQLite says the same of a drive without locks
    monkeypatch.setattr("fcntl.lockf", refuse)
    with pytest.raises(StoreError, match="lies where files cannot be locked"):
        put(store)
    other.close()
    store.close()


def test_a_store_where_files_cannot_be_locked_is_read_at_once(path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    store = SqliteStore(path)
    put(store)
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")  # nobody else may even read: SQLite says so of such a drive, too
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("fcntl.lockf", refuse)
    told = []
    reader = SqliteStore(path, tell=told.append)  # to wait for a lock, BUSY_S, would be of no use
    assert [document.name for document in reader.documents()] == ["a"]
    assert "can only be read, files cannot be locked there" in told[0]
    with pytest.raises(StoreError, match="lies where files cannot be locked"):
        put(reader, "b")
    reader.close()
    other.close()


def test_a_store_locked_by_another_process_says_so(path, monkeypatch):
    monkeypatch.setattr("knowledge.store.sqlite.file.BUSY_S", 0.05)
    store = SqliteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"was locked by another process for 0\.05 s; try again"):
        put(store)
    other.execute("ROLLBACK")
    assert put(store) is False
    other.close()
    store.close()


def test_a_full_disk_is_one_sentence_and_loses_nothing(path):
    store = SqliteStore(path)
    put(store)
    pages = store._file._connection.execute("PRAGMA page_count").fetchone()[0]
    store._file._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="cannot grow, the disk is full; free some space and try again"):
        put(store, "b", "Long. " * 20_000)
    assert [document.name for document in store.documents()] == ["a"]
    store.close()


def test_a_disk_that_fails_is_not_called_damage(path):
    # The kernel refuses to let the file grow, as a failing disk or a network share would.
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom engines.errors import ReparteeError\n"
        "from tests.knowledge.store.stored import put\nfrom knowledge.store.sqlite.store import SqliteStore\n"
        "store = SqliteStore(Path(sys.argv[1]))\nput(store)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, 2**16))\n"
        "try:\n    put(store, 'b', 'Long. ' * 200_000)\nexcept ReparteeError as error:\n    print(error)\n"
        "print([document.name for document in store.documents()])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, capture_output=True, text=True, check=False)
    sentence, names = done.stdout.splitlines()
    assert sentence == (
        f"{path} could not be read or written (disk I/O error); nothing in it was changed: check the disk, its free "
        "space and whether it allows locks, and try again."
    )
    assert names == "['a']"
    with contextlib.closing(SqliteStore(path)) as store:
        assert put(store, "b") is False


def test_a_search_reads_while_a_document_is_being_added(tmp_path):
    with contextlib.closing(SqliteStore(tmp_path / "knowledge.db")) as store:
        put(store)
        found = []

        def read():
            store.data_version()
            found.append((list(store.passages([1], frozenset({""}))), store.collections()))

        class Looked:
            """Passages that are looked for by another thread once they are being stored."""

            def __iter__(self):
                reading = threading.Thread(target=read, daemon=True)
                reading.start()
                reading.join(60)
                return iter(())

        store.put("/b", "b", b"", 1, plain_document("Two.", "B"), Looked(), "work")
        assert found == [([1], [])], "as it was before"
        read()
        assert found[1] == ([1], ["work"])
