"""What every store does, whatever it is kept in."""

import contextlib

import pytest

from knowledge.formats.plain import plain_document
from knowledge.store.postgres.store import open_store
from knowledge.store.records import StoreError
from knowledge.store.sqlite.store import SqliteStore
from tests.knowledge.store.stored import put
from tests.knowledge.texts import tokenize


class File:
    """A store in a file."""

    def __init__(self, folder):
        self.path = folder / "knowledge.db"

    def open(self, **options):
        return SqliteStore(self.path, **options)

    def erase(self):
        for file in self.path.parent.glob("knowledge.db*"):
            file.unlink()


class Shared:
    """A store in a database, and the copy that one home has of it."""

    def __init__(self, folder, found):
        self.home, self.database = folder, found

    def open(self, **options):
        return open_store(self.database.url, self.home, tokenize, **options)

    def erase(self):
        self.database.run("DROP SCHEMA repartee CASCADE")


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def place(request, tmp_path):
    if request.param == "SQLite":
        yield File(tmp_path)
        return
    yield Shared(tmp_path, request.getfixturevalue("shared"))


@pytest.fixture
def store(place):
    with contextlib.closing(place.open()) as opened:
        yield opened


def test_a_document_comes_back_with_its_passages(place):
    with contextlib.closing(place.open()) as store:
        assert put(store) is False
    with contextlib.closing(place.open()) as store:
        (document,) = store.documents()
        assert (document.path, document.name, document.title, document.passages) == ("/a", "a", "Title", 1)
        assert (document.bytes, document.collection) == (13, "")
        (identity,) = store.identities()
        passage = store.passages([identity])[identity]
        assert (passage.document, passage.title, passage.headings) == ("a", "Title", ("H", "I"))
        assert passage.tokens.offsets.tolist() == [[0, 3], [4, 12], [12, 13]]
        assert store.text(document.id) == "One sentence."
        assert store.digest("/a") == b"One sentence."
        assert store.titles() == [(document.id, "Title", 13)]
        with pytest.raises(StoreError, match="There is no document 7"):
            store.text(7)


def test_replacing_keeps_the_document_and_forgets_its_passages(store):
    put(store)
    before = store.sequence
    old = store.identities()
    assert put(store, text="Two now.") is True
    assert store.sequence == before + 1
    assert store.passages(old) == {}
    assert not set(old) & set(store.identities()), "a number is never lent to another passage"
    assert [row[3] for row in store.indexable(1)] == ["Two now."]
    assert store.changes(before) == [1]
    assert len(store.documents()) == 1


def test_a_failed_replacement_changes_nothing(store):
    put(store)
    before = store.sequence
    with pytest.raises(AttributeError):
        store.put("/a", "a", b"", 0, plain_document("New.", "New"), [None])
    assert (store.sequence, store.documents()[0].title, store.count()) == (before, "Title", 1)
    assert put(store, "b") is False


def test_removed_documents_never_lend_their_number_to_another(store):
    put(store)
    assert store.remove(1) is True
    before = store.sequence
    assert store.remove(1) is False
    assert store.sequence == before
    put(store, "b")
    assert [document.id for document in store.documents()] == [2]
    assert store.changes(0) == [1, 2]


def test_a_store_that_was_made_anew_has_higher_numbers(place):
    with contextlib.closing(place.open()) as store:
        put(store)
        first = store.sequence, store.identity
    place.erase()
    with contextlib.closing(place.open()) as store:
        assert store.documents() == []
        put(store)
        assert store.sequence > first[0]
        assert store.identity != first[1]


def test_a_number_that_no_document_can_have_removes_nothing(store):
    put(store)
    assert not any(store.remove(number) for number in (-1, 0, 2**63, 10**30))
    assert store.count() == 1


def test_a_store_opened_for_reading_refuses_to_change(place):
    with contextlib.closing(place.open()) as store:
        put(store)
    with contextlib.closing(place.open(readonly=True)) as reader:
        assert reader.count() == 1
        for change in (lambda: put(reader, "b"), lambda: reader.remove(1), lambda: reader.move("/a", "work")):
            with pytest.raises(StoreError, match="is open for reading only"):
                change()


def test_removals_are_forgotten_once_they_are_many(place, monkeypatch):
    monkeypatch.setattr("knowledge.store.sqlite.store.MOST_REMOVED", 3)
    with contextlib.closing(place.open()) as store:
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


def test_a_document_is_in_one_collection_and_moves_as_a_whole(store):
    put(store, "a")
    put(store, "b", collection="work")
    assert (store.collection("/a"), store.collection("/b"), store.collection("/c")) == ("", "work", None)
    assert (store.collections(), store.count(frozenset({"work"})), store.count(frozenset())) == (["work"], 1, 0)
    before = store.sequence
    store.move("/a", "house")
    store.move("/c", "house")
    assert (store.changes(before), store.collections()) == ([1], ["house", "work"])
    assert (store.collection_of(1), store.collection_of(9)) == ("house", "")
    assert list(store.passages(store.identities(), frozenset({"house"}))) == store.identities()[:1]


def test_signs_that_databases_do_not_like_come_back_as_they_were(store):
    text = "Zero \0 and '; DROP TABLE documents; -- and %s and \\x00 and \u2028 and 灯台 and 🗼."
    put(store, 'it\'s "%s" \\', text)
    (identity,) = store.identities()
    passage = store.passages([identity])[identity]
    assert (passage.text, store.text(passage.document_id)) == (text, text)
    assert passage.document == 'it\'s "%s" \\'
    assert store.digest('/it\'s "%s" \\') == text.encode()


def test_another_vocabulary_changes_tokens_and_nothing_else(store):
    put(store)
    (identity,) = store.identities()
    before = store.sequence
    store.retokenise("letters", lambda text: tokenize(" ".join(text)))
    assert (store.tokenizer, store.sequence) == ("letters", before)
    assert len(store.passages([identity])[identity].tokens.ids) == len("Onesentence.")


def test_a_glance_sees_what_was_changed_here(store):
    put(store)
    assert store.glance() == store.sequence
