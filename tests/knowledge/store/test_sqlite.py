"""The store keeps what it was given, and one sentence says what is wrong with it."""

import contextlib
import errno
import sqlite3
import subprocess
import sys

import pytest

from knowledge.formats.plain import plain_document
from knowledge.migrations import VERSION
from knowledge.store.records import NewPassage, StoreError
from knowledge.store.sqlite import Store
from tests.knowledge.texts import tokenize
from tests.paths import ROOT


@pytest.fixture
def path(tmp_path):
    return tmp_path / "knowledge.db"


def put(store, name="a", text="One sentence."):
    passages = [NewPassage(headings=("H", "I"), start=0, end=len(text), text=text, tokens=tokenize(text))]
    return store.put(f"/{name}", name, text.encode(), len(text), plain_document(text, "Title"), passages)


def test_a_document_comes_back_with_its_passages(path):
    store = Store(path)
    assert put(store) is False
    (document,) = store.documents()
    assert (document.path, document.name, document.title, document.passages) == ("/a", "a", "Title", 1)
    passage = store.passages([1])[1]
    assert (passage.document, passage.title, passage.headings) == ("a", "Title", ("H", "I"))
    assert passage.tokens.offsets.tolist() == [[0, 3], [4, 12], [12, 13]]
    assert store.text(document.id) == "One sentence."
    assert store.digest("/a") == b"One sentence."
    store.close()


def test_replacing_keeps_the_document_and_forgets_its_passages(path):
    store = Store(path)
    put(store)
    before = store.sequence
    assert put(store, text="Two now.") is True
    assert store.sequence == before + 1
    assert store.passages([1]) == {}
    assert [row[3] for row in store.indexable(1)] == ["Two now."]
    assert store.changes(before) == [1]
    store.close()


def test_a_failed_replacement_changes_nothing(path):
    store = Store(path)
    put(store)
    before = store.sequence
    with pytest.raises(AttributeError):
        store.put("/a", "a", b"", 0, plain_document("New.", "New"), [None])
    assert (store.sequence, store.documents()[0].title, store.count()) == (before, "Title", 1)
    assert put(store, "b") is False
    store.close()


def test_removed_documents_never_lend_their_number_to_another(path):
    store = Store(path)
    put(store)
    assert store.remove(1) is True
    assert store.remove(1) is False
    put(store, "b")
    assert [document.id for document in store.documents()] == [2]
    assert store.changes(0) == [1, 2]
    store.close()


def test_a_store_that_was_made_anew_has_higher_numbers(path):
    store = Store(path)
    put(store)
    first = store.sequence, store.identity
    store.close()
    path.unlink()
    store = Store(path)
    put(store)
    assert store.sequence > first[0]
    assert store.identity != first[1]
    store.close()


@pytest.mark.parametrize("damage", ["garbage", "header", "half", "page", "text file"])
def test_a_damaged_store_is_one_sentence_that_names_the_file(path, damage):
    store = Store(path)
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
    with pytest.raises(StoreError) as caught, contextlib.closing(Store(path)) as damaged:
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
    with contextlib.closing(Store(path)) as store:
        put(store)
        put(store, "b", "Whole.")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE passages SET {damage} WHERE id = 1")
        connection.commit()
    told = []
    with contextlib.closing(Store(path, tell=told.append)) as damaged:
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


def test_a_number_that_no_document_can_have_removes_nothing(path):
    with contextlib.closing(Store(path)) as store:
        put(store)
        assert not any(store.remove(number) for number in (-1, 0, 2**63, 10**30))
        assert store.count() == 1


def test_a_database_of_another_program_is_left_alone(path):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="is not a store of Repartee; move it away or choose another home"):
        Store(path)


def test_a_newer_store_asks_for_a_newer_version(path):
    Store(path).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    for readonly in (False, True):
        with pytest.raises(StoreError, match=rf"has format 99, of a newer .* up to {VERSION}: update Repartee"):
            Store(path, readonly=readonly)


def test_a_folder_in_place_of_the_store(path):
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be written; check its permissions"):
        Store(path)


def test_a_store_opened_for_reading_refuses_to_change(path):
    store = Store(path)
    put(store)
    reader = Store(path, readonly=True)
    assert reader.count() == 1
    with pytest.raises(StoreError, match="is open for reading only"):
        put(reader, "b")
    reader.close()
    store.close()


def test_a_store_where_files_cannot_be_locked_says_so(path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("knowledge.store.file.BUSY_S", 0.05)
    store = Store(path)
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

    store = Store(path)
    put(store)
    store.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")  # nobody else may even read: SQLite says so of such a drive, too
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("fcntl.lockf", refuse)
    told = []
    reader = Store(path, tell=told.append)  # to wait for a lock, BUSY_S, would be of no use
    assert [document.name for document in reader.documents()] == ["a"]
    assert "can only be read, files cannot be locked there" in told[0]
    with pytest.raises(StoreError, match="lies where files cannot be locked"):
        put(reader, "b")
    reader.close()
    other.close()


def test_a_store_locked_by_another_process_says_so(path, monkeypatch):
    monkeypatch.setattr("knowledge.store.file.BUSY_S", 0.05)
    store = Store(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"was locked by another process for 0\.05 s; try again"):
        put(store)
    other.execute("ROLLBACK")
    assert put(store) is False
    other.close()
    store.close()


def test_a_full_disk_is_one_sentence_and_loses_nothing(path):
    store = Store(path)
    put(store)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="cannot grow, the disk is full; free some space and try again"):
        put(store, "b", "Long. " * 20_000)
    assert [document.name for document in store.documents()] == ["a"]
    store.close()


def test_a_disk_that_fails_is_not_called_damage(path):
    # The kernel refuses to let the file grow, as a failing disk or a network share would.
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom engines.errors import ReparteeError\n"
        "from tests.knowledge.store.test_sqlite import put\nfrom knowledge.store.sqlite import Store\n"
        "store = Store(Path(sys.argv[1]))\nput(store)\n"
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
    with contextlib.closing(Store(path)) as store:
        assert put(store, "b") is False


def test_removals_are_forgotten_once_they_are_many(path, monkeypatch):
    monkeypatch.setattr("knowledge.store.sqlite.MOST_REMOVED", 3)
    with contextlib.closing(Store(path)) as store:
        for name in "abcdefg":
            put(store, name)
        for number in range(1, 4):
            store.remove(number)
        store.forget_removed(store.sequence)
        assert (len(store.changes(0)), store.forgotten) == (7, 0)
        store.remove(4)
        taken_up = store.sequence
        store.remove(5)
        store.forget_removed(taken_up)
        assert (sorted(store.changes(0)), store.forgotten) == ([5, 6, 7], taken_up)
        assert store.changes(taken_up) == [5]
