"""Questions become queries that find the right passage, whatever characters are in them."""

import dataclasses
import random
import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.index import query
from knowledge.index import words as words_index
from knowledge.index.index import IndexBrokenError, IndexBusyError, exclusive
from knowledge.index.words import PassageIndex
from knowledge.languages import language

PASSAGES = {
    11: ("The Lighthouse", "The tower", "It is 41 metres tall and was built by Henry Dawson in 1871."),
    12: ("The Lighthouse", "The keepers", "The first keeper was Martha Reed, who stayed for 29 years."),
    21: ("Tea", "Brewing", "Green tea is brewed at 75 degrees, and black tea at 98 degrees."),
    31: ("Bees", "Honey", "A café in the old harbour sells honey; the harbour master keeps the bees."),
    41: ("The Guess Who", "", "A band from Winnipeg."),
}


def fill(index, passages=PASSAGES, mark=("store", 1)):
    with index.writing() as writer:
        for identity, fields in passages.items():
            writer.add(identity // 10, identity, *fields)
        writer.commit(*mark)
    return index


@pytest.fixture(scope="module")
def index():
    return fill(PassageIndex.create(None))


def best(index, question):
    found = index.search(question, 5)
    return found[0][0] if found else None


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("How tall is the lighthouse?", 11),
        ("Who was the first keeper of the lighthouse?", 12),
        ("who kept the lighthouse first", 12),
        ("At how many degrees do you brew black tea?", 21),
        ("CAFE", 31),
        ("harbor", 31),
        ("lihgthouse keper", 12),
        ("harbour master", 31),
    ],
)
def test_a_question_finds_its_passage(index, question, passage):
    assert best(index, question) == passage


SPELT = {
    51: ("Parts", "", "QX-9 is the belt. QX-19 is the brush."),
    61: ("Radio", "", "It uses 868MHz at night and 12,700 channels by day."),
    71: ("Rooms", "", "The bath room has an e-mail terminal."),
    81: ("Wood", "", "The toolbox stands in the barn."),
    91: ("Codes", "", "E7 is a blocked fan, since 1908."),
}


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("What is QX9?", 51),
        ("qx19", 51),
        ("the 868 MHz", 61),
        ("12700", 61),
        ("12,700", 61),
        ("Where is the bathroom?", 71),
        ("email", 71),
        ("tool box", 81),
        ("What is e seven?", 91),
        ("nineteen oh eight", 91),
    ],
)
def test_words_are_found_written_apart_or_as_one(question, passage):
    assert best(fill(PassageIndex.create(None), SPELT), question) == passage


OTHERS = {
    91: ("Nordhaus", "", "Der Verwalter der Häuser am Kanal kommt jeden Dienstag und bringt 25 Schlüssel mit."),
    92: ("Nordhaus", "", "Die Mülltonnen stehen im Hof."),
    101: ("La casa", "", "Las llaves de los armarios están en el cajón abierto, y hay 35 de ellas."),
    111: ("钟楼", "", "钟楼的钥匙在门房。每小时敲一次。信号B4表示有风。"),
    112: ("钟楼", "", "花园在冬天不开放。"),
    121: ("灯台", "", "灯台の鍵は管理人が持っています。"),
    131: ("등대", "", "등대의 열쇠는 관리인이 가지고 있습니다."),
}


@pytest.fixture(scope="module")
def others():
    index = PassageIndex.create(None)
    with index.writing() as writer:
        for identity, fields in OTHERS.items():
            spoken = {9: "de", 10: "es"}.get(identity // 10, "")
            writer.add(identity // 10, identity, *fields, code=language(fields[2]) or spoken)
        writer.commit("store", 1)
    return index


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Wo ist das Haus?", 91),  # Häuser
        ("Mülltonne", 92),
        ("¿Cuándo están abiertas?", 101),  # abierto
        ("Wo sind die fünfundzwanzig?", 91),
        ("¿Dónde están las treinta y cinco?", 101),
        ("钥匙在哪里", 111),
        ("花园什么时候开放", 112),
        ("信号B4", 111),
        ("管理人", 121),
        ("열쇠는 어디에", 131),
    ],
)
def test_other_languages_are_searched_by_their_stems_and_scripts_without_spaces_in_pairs(others, question, passage):
    assert best(others, question) == passage


@pytest.mark.parametrize("question", ["", "   ", "?!", '()[]{}^~*:"\\/+-&&||!', "zzzzzzzzzz", "日本語"])
def test_a_question_without_known_words_finds_nothing(index, question):
    assert index.search(question, 5) == []


@pytest.mark.parametrize(
    "question",
    [
        "title:tea AND (honey^5",
        '"black tea',
        "tea~2 -honey +\\",
        "[a TO b] tea",
        "/tea.*/",
        "NOT OR AND tea",
        "t\0e tea",
        "*tea*",
    ],
)
def test_query_syntax_is_only_text(index, question):
    assert best(index, question) == 21


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_any_question_is_answered_without_an_error(index, question):
    assert len(index.search(question, 3)) <= 3


def test_words_that_every_question_has_are_searched_if_there_are_no_others(index):
    assert {identity for identity, _ in index.search("Who?", 5)} == {12, 41}


COLLECTIONS = ("a", "b", "")
VOCABULARY = "boat rope lamp quay lampquay harbour master tide mast sail anchor keel".split()


@pytest.fixture(scope="module")
def many():
    """Passages of few words in two segments and three collections, so that most have most words of a question."""
    index, chance = PassageIndex.create(None), random.Random(1)
    for segment in range(2):
        with index.writing() as writer:
            for number in range(segment * 150, segment * 150 + 150):
                text = " ".join(chance.choices(VOCABULARY, range(len(VOCABULARY), 0, -1), k=chance.randint(2, 12)))
                writer.add(number, number, chance.choice(VOCABULARY), "", text, collection=COLLECTIONS[number % 3])
            writer.commit("store", segment + 1)
    return index


ASKED = [frozenset(names) for names in ([""], ["a"], ["", "b"], [])]
WORD = st.sampled_from([*VOCABULARY, "harbuor", "anker", "lamp quay", "the"])


@settings(max_examples=100)
@given(st.lists(WORD, min_size=1, max_size=5), st.integers(1, 40), st.sampled_from([None, *ASKED]))
def test_the_best_are_those_of_all_passages_by_the_sum_of_everything_that_is_looked_for(many, words, k, who):
    question = " ".join(words)
    got = many.search(question, k, who)
    everything = whole(many, question, who)
    assert all(who is None or COLLECTIONS[number % 3] in who for number in everything)
    assert [score for _, score in got] == pytest.approx(sorted(everything.values(), reverse=True)[:k], rel=1e-5)
    assert [score for _, score in got] == pytest.approx([everything[number] for number, _ in got], rel=1e-5)


def whole(index, question, who):
    """Score every passage by one query of everything, no part of which can be left out."""
    import tantivy

    searcher = index._index.searcher()
    parts = index._analysis.query(question, index._snapshot, who)
    query = tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in [*parts.words, *parts.others]])
    hits = searcher.search(query, 1000).hits
    identities = searcher.fast_field_values("id", [address for _, address in hits])
    return dict(zip(identities, (score for score, _ in hits), strict=True))


def in_collections(*ranges):
    """Passages of six words each, in collections: (name, how many)."""
    index, chance = PassageIndex.create(None), random.Random(2)
    with index.writing() as writer:
        for number, name in enumerate(name for name, count in ranges for _ in range(count)):
            text = " ".join(chance.choices(VOCABULARY, range(len(VOCABULARY), 0, -1), k=6))
            writer.add(number, number, "", "", text, collection=name)
        writer.commit("store", 1)
    return index


@pytest.mark.parametrize("question", ["boat keel", "rope quay harbour", "harbuor mast"])
def test_a_passage_has_the_score_that_it_has_where_there_are_no_other_collections(question):
    among, alone = in_collections(("small", 90), ("", 400)), in_collections(("", 90))
    got, expected = among.search(question, 300, frozenset({"small"})), alone.search(question, 300)
    assert dict(got) == pytest.approx(dict(expected), rel=2e-2)  # the mark counts as a passage, too
    assert len(got) == len(expected) > 5


def test_passages_of_collections_that_are_left_out_are_not_looked_at():
    index = in_collections(("a", 300), ("b", 300), ("", 3), ("c", 4))

    def looked_at(who):
        """How many passages have each of the terms that are looked for."""
        searcher = index._index.searcher()
        parts = index._analysis.query("boat rope keel anker", index._snapshot, who)
        terms = re.findall(r'field=(\d+), type=Str, "([^"]+)"', " ".join(map(str, [*parts.words, *parts.others])))
        return [searcher.doc_freq({4: "text", 5: "exact"}.get(int(field), "collection"), term) for field, term in terms]

    assert max(looked_at(None)) > 100
    assert 0 < max(looked_at(frozenset({"", "c"}))) <= 4


@pytest.fixture
def earlier(tmp_path):
    """An index of the earlier version: what is in a collection has the same terms as everything else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words_index, "VERSION", words_index.RENEWED)
        patch.setattr(words_index, "scoped", lambda term, collection: term or collection)
        index = PassageIndex.create(tmp_path / "index")
        with index.writing() as writer:
            for identity, fields in PASSAGES.items():
                writer.add(identity // 10, identity, *fields, collection=Content().collection_of(identity // 10))
            writer.commit("store", 5)
    return tmp_path / "index"


class Content:
    """A source of PASSAGES."""

    identity, sequence = "store", 5

    def collection_of(self, document):
        return {1: "tall", 2: "hot"}.get(document, "")

    def documents_of(self, identities):
        return {identity: identity // 10 for identity in identities}

    def indexable(self, document):
        return [(identity, *fields) for identity, fields in PASSAGES.items() if identity // 10 == document]


def test_an_index_of_the_earlier_version_is_searched_and_renewed_step_by_step(earlier):
    index, tall = PassageIndex.open(earlier), frozenset({"", "tall"})
    questions = ["lighthouse keeper", "black tea", "honey harbour", "brewd"]
    before = [best(index, question) for question in questions]
    assert before == [12, 21, 31, 21]
    assert (index.mark, index.old) == ((2, "store", 5), 3)
    assert index.renew(Content())
    assert (index.mark, index.old) == ((3, "store", 5), 1)
    assert PassageIndex.open(earlier).old == index.old, "what is done stays done"
    assert index.renew(Content())
    assert not index.renew(Content())
    assert index.old == 0
    assert [best(index, question) for question in questions] == before
    assert (best(index, "black tea"), index.search("black tea", 5, tall)) == (21, [])
    assert [identity for identity, _ in index.search("lighthouse keeper", 5, tall)] == [12, 11]


def counted(index, *stems):
    """How many passages have these stems."""
    return sum(index._analysis.query(stem, index._snapshot).count("text", stem) for stem in stems)


def test_the_rarer_neighbours_are_looked_for_as_long_as_few_passages_have_them(many, monkeypatch):
    question = "sail boat and mast boat"
    apart = many.search(question, 300)
    sums = []
    for most in (counted(many, "sail", "mast"), counted(many, "sail"), counted(many, "sail") - 1):
        monkeypatch.setattr(query, "MOST_OF_PAIRS", most)
        sums.append(sum(score for _, score in many.search(question, 300)))
    assert sum(score for _, score in apart) == sums[0] > sums[1] > sums[2]


def test_words_that_most_passages_have_are_left_out_where_there_are_two_rarer_ones(many, monkeypatch):
    assert counted(many, "boat") > counted(many, "rope") > counted(many, "anchor") > counted(many, "keel")
    monkeypatch.setattr(query, "MOST_OF_WORDS", counted(many, "keel", "anchor", "rope"))
    monkeypatch.setattr(query, "MOST_AS_WRITTEN", 0)
    monkeypatch.setattr(query, "MOST_OF_PAIRS", 0)
    assert many.search("boat rope keel anchor", 300) == many.search("rope keel anchor", 300)
    monkeypatch.setattr(query, "MOST_OF_WORDS", counted(many, "keel", "anchor", "rope") - 1)
    assert many.search("boat rope keel anchor", 300) == many.search("keel anchor", 300)
    monkeypatch.setattr(query, "MOST_OF_WORDS", 0)
    two = many.search("rope keel", 300)
    assert many.search("boat rope keel", 300) == two, "the second rarest is looked for however common it is"
    assert len(two) > len(many.search("keel", 300))
    assert many.search("boat rope xyzz keel", 300) == two, "a word that nobody has is no rare one"


def test_how_many_passages_have_a_term_is_looked_up_once_until_something_is_written(tmp_path, monkeypatch):
    index = fill(PassageIndex.create(tmp_path / "index"))
    looked_up = []

    class Searcher:
        def __init__(self, searcher):
            self._searcher = searcher

        def doc_freq(self, name, term):
            looked_up.append((name, term))
            return self._searcher.doc_freq(name, term)

    def snapshot():
        return dataclasses.replace(index._snapshot, searcher=Searcher(index._snapshot.searcher))

    once = snapshot()
    index._analysis.query("How tall is the lighthouse", once)
    assert ("title", "lighthous") in looked_up
    assert len(looked_up) == len(set(looked_up))
    looked_up.clear()
    index._analysis.query("How tall is the lighthouse", once)
    assert looked_up == []
    assert once.count("title", "lighthous") == 2
    with index.writing() as writer:
        writer.add(1, 13, *PASSAGES[11])
        writer.commit("store", 2)
    assert index._snapshot.count("title", "lighthous") == 3
    monkeypatch.setattr(query, "MOST_COUNTS", 3)
    few = snapshot()
    index._analysis.query("How tall is the lighthouse", few)
    assert len(few._counts) <= 3


def test_a_huge_question_is_cut(index):
    assert best(index, "green tea " * 10_000) == 21
    assert index.search("x" * 100_000, 5) == []


def test_fewer_than_one_hit_is_nothing(index):
    assert index.search("tea", 0) == []


def test_nothing_is_seen_before_a_commit_and_the_mark_comes_with_it(tmp_path):
    index = PassageIndex.create(tmp_path / "index")
    assert index.mark == (0, "", 0)
    with index.writing() as writer:
        writer.add(1, 11, *PASSAGES[11])
    assert index.search("lighthouse", 5) == []
    fill(index, mark=("abc", 7))
    other = PassageIndex.open(tmp_path / "index")
    assert other.mark[1:] == ("abc", 7)
    assert best(other, "lighthouse keeper") == 12


def test_a_deleted_document_is_not_found_any_more(tmp_path):
    index = fill(PassageIndex.create(tmp_path / "index"))
    reader = PassageIndex.open(tmp_path / "index")
    with index.writing() as writer:
        writer.delete(1)
        writer.commit("store", 2)
    assert index.search("lighthouse", 5) == []
    assert best(reader, "lighthouse keeper") == 12  # until it looks again
    reader.reload()
    assert reader.search("lighthouse", 5) == []


def test_a_second_writer_waits_and_then_gives_up(tmp_path):
    with exclusive(tmp_path / "index", 0), pytest.raises(IndexBusyError), exclusive(tmp_path / "index", 0.1):
        pytest.fail("two writers at once")
    with exclusive(tmp_path / "index", 0):
        assert (tmp_path / "index.lock").exists()


def test_two_that_write_in_turn_see_each_other(tmp_path):
    index = fill(PassageIndex.create(tmp_path / "index"))
    other = PassageIndex.open(tmp_path / "index")
    with index.writing() as writer:
        with pytest.raises(IndexBrokenError, match="LockBusy"), other.writing():
            pytest.fail("two writers at once")
        writer.delete(1)
        writer.commit("store", 2)
    with other.writing() as writer:
        assert other.mark[2] == 2
        writer.delete(2)
        writer.commit("store", 3)
    index.reload()
    assert index.mark[2] == 3
    assert (best(index, "lighthouse keeper"), best(index, "black tea")) == (None, None)


def test_an_index_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexBrokenError, match="Not a directory"):
        PassageIndex.create(tmp_path / "file" / "index")


@pytest.mark.parametrize("damage", ["missing", "meta", "empty", "other schema"])
def test_a_damaged_index_says_so_when_opened(tmp_path, damage):
    import tantivy

    folder = tmp_path / "index"
    if damage == "other schema":
        folder.mkdir()
        tantivy.Index(tantivy.SchemaBuilder().add_text_field("x").build(), str(folder))
    elif damage != "missing":
        fill(PassageIndex.create(folder))
        for file in folder.glob("meta.json" if damage == "meta" else "*.term"):
            file.write_bytes(b"{" if damage == "meta" else b"")
    with pytest.raises(IndexBrokenError):
        PassageIndex.open(folder)


def test_the_two_queries_of_a_search_run_at_once_unless_the_second_thread_is_busy(many, monkeypatch):
    question, both = "lamp quay harbour", many._both
    expected, here = many.search(question, 9), threading.current_thread()
    ran, begun = [], threading.Event()

    def told(search, queries):
        def noted(query):
            ran.append(threading.current_thread() is here)
            if not ran[-1]:
                begun.set()
            assert begun.wait(60)
            return search(query)

        return both(noted, queries)

    monkeypatch.setattr(many, "_both", told)
    assert many.search(question, 9) == expected
    assert sorted(ran) == [False, True]
    free = threading.Event()
    many._beside.submit(free.wait, 60)
    ran.clear()
    assert many.search(question, 9) == expected
    free.set()
    assert ran == [True, True]
