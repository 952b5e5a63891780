"""Documents of a collection are found by those who may ask it, and by nobody else, whatever the index says."""

import pytest

from engines.errors import ReparteeError
from knowledge.collections import UNNAMED, may_ask
from knowledge.index import words

HOUSE, WORK, BOTH = frozenset({"", "house"}), frozenset({"", "work"}), frozenset({"", "house", "work"})


@pytest.fixture
def filled(library, tmp_path):
    """A key in each collection, and one that is for everybody."""
    for collection, place in (("house", "attic"), ("work", "safe"), (None, "shed")):
        folder = tmp_path / (collection or "all")
        folder.mkdir()
        (folder / "key.md").write_text(f"# The {place}\n\nThe brass key is in the {place}.")
        library.add([folder], collection=collection)
    return library


def found(library, collections, k=20):
    return {hit.passage.title for hit in library.search("Where is the brass key?", k, collections=collections)}


def test_a_search_finds_what_may_be_asked(filled):
    assert found(filled, None) == found(filled, BOTH) == {"The attic", "The safe", "The shed"}
    assert found(filled, HOUSE) == {"The attic", "The shed"}
    assert found(filled, UNNAMED) == {"The shed"}
    assert found(filled, frozenset({"work"})) == {"The safe"}
    assert found(filled, frozenset()) == set()


def test_what_may_not_be_asked_takes_no_place_among_the_best(filled):
    assert found(filled, UNNAMED, k=1) == {"The shed"}
    assert found(filled, WORK, k=2) == {"The safe", "The shed"}


def test_documents_and_passages_are_counted_as_they_may_be_asked(filled):
    assert [(each.title, each.collection) for each in filled.documents(HOUSE)] == [
        ("The attic", "house"),
        ("The shed", ""),
    ]
    assert [filled.count(who) for who in (None, HOUSE, UNNAMED, frozenset())] == [3, 2, 1, 0]


def test_a_document_stays_in_its_collection_until_it_is_put_into_another(filled, tmp_path):
    path = tmp_path / "house" / "key.md"
    assert filled.add([path]).unchanged == (path,)
    path.write_text("# The attic\n\nThe brass key is under the attic floor.")
    assert filled.add([path]).replaced == (path,)
    assert found(filled, UNNAMED) == {"The shed"}
    assert filled.add([path], collection="work").replaced == (path,)
    assert (found(filled, HOUSE), found(filled, WORK)) == ({"The shed"}, {"The attic", "The safe", "The shed"})
    assert filled.add([path], collection="work").unchanged == (path,)
    assert filled.add([path], collection="").replaced == (path,)
    assert found(filled, UNNAMED) == {"The attic", "The shed"}


def test_the_store_has_the_last_word_where_the_index_lags_behind(filled, tmp_path):
    filled._store.move(str(tmp_path / "all" / "key.md"), "work")  # the index does not know
    assert found(filled, UNNAMED) == set()
    assert found(filled, WORK) == {"The safe", "The shed"}


def test_an_index_of_the_earlier_version_is_renewed_in_a_thread_and_not_made_again(opened, monkeypatch):
    monkeypatch.setattr(words, "VERSION", words.RENEWED)
    monkeypatch.setattr(words, "scoped", lambda term, collection: term or collection)  # as it was then
    first = opened()
    for place, collection in (("attic", "house"), ("safe", "work"), ("shed", "")):
        first.add_texts([(place, f"The brass key is in the {place}.")], "The {}".format, collection=collection)
    folder = first._index._index.inode
    monkeypatch.undo()
    monkeypatch.setattr(words, "_TOGETHER", 1)
    reading = opened(readonly=True)
    assert (reading._index.missing(100), reading._index._index.old) == (0, 2)
    library = opened()
    assert library.finish(30)
    assert (library.unmade(), library._index._index.old, library._index._index.mark.version) == (0, 0, words.VERSION)
    assert (library._index._index.inode, library.notes) == (folder, [])
    for each in (library, reading):
        assert found(each, None) == {"The attic", "The safe", "The shed"}
        assert (found(each, WORK, k=2), found(each, UNNAMED, k=1)) == ({"The safe", "The shed"}, {"The shed"})
    assert reading._index._index.old == 0


def test_another_process_sees_the_same(filled, opened):
    assert found(opened(), HOUSE) == {"The attic", "The shed"}


@pytest.mark.parametrize("name", ["Work", "two words", "-x", "é", "a/b", "..", "x" * 33, "*"])
def test_what_is_no_name_is_one_sentence(library, lighthouse, name):
    with pytest.raises(ReparteeError, match="is no name for a collection; expected small letters"):
        library.add([lighthouse], collection=name)
    assert not library.documents()


def test_who_may_ask_what():
    assert may_ask(None, "work")
    assert may_ask(WORK, "work")
    assert not may_ask(HOUSE, "work")
