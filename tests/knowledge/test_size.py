"""Made-up documents are the same every time, their questions find them, and what they cost is counted."""

import sys
from itertools import islice

import numpy as np
import pytest

from knowledge import recall, size
from knowledge.library import Library
from knowledge.size import LEFT_OUT, PASSAGES_OF_A_DOCUMENT, TELLING, Writing, measure


def test_what_is_written_and_asked_is_the_same_every_time():
    first, second = (list(islice(Writing().documents(), 2)) for _ in range(2))
    assert first == second
    assert first[0][1] != first[1][1]
    assert all(len(passages) == PASSAGES_OF_A_DOCUMENT for _, passages in first)
    assert all(len(passage.split()) == 60 for _, passages in first for passage in passages)


def test_a_question_has_words_of_one_sentence():
    writing = Writing()
    (_, passages) = next(writing.documents())
    asked = writing.question(passages[0]).removeprefix("What is the ").removesuffix("?")
    assert len(asked.split()) <= TELLING
    assert any(set(asked.split()) <= set(each.lower().split()) for each in passages[0].rstrip(".").split(". "))


def test_every_question_finds_its_document_among_a_few():
    told: list[str] = []
    sized = measure(60, 3, told.append)
    assert (sized.found, len(sized.spent), len(told)) == (100, 3, 1)
    assert sized.passages >= 60
    assert (sized.copied_per_second, sized.vectors_per_second) == (None, None)
    assert min(sized.per_second, sized.opening_ms, sized.one_more_ms, sized.disk_mb, *sized.spent) > 0


def test_half_of_the_passages_may_be_left_out_of_searches(monkeypatch):
    asked, counted = [], []
    search = Library.search

    def spied(library, query, k, **options):
        asked.append(options.get("collections"))
        counted.append((library.count(), library.count(frozenset({""})), library.count(frozenset({LEFT_OUT}))))
        return search(library, query, k, **options)

    monkeypatch.setattr(Library, "search", spied)
    sized = measure(80, 2, lambda _: None, half=True)
    assert (sized.found, asked[-2:]) == (100, [frozenset({""})] * 2)
    every, searched, left_out = counted[-1]
    assert (every, searched) == (searched + left_out, left_out)


class Maker:
    """Token vectors of one number each."""

    dims, bm25, digest = 1, 1.0, "one"

    def __init__(self):
        self.made, self.asked, self.is_closed = 0, 0, False

    def load(self, checkpoint, **options):
        return self

    def passages(self, texts):
        self.made += len(texts)
        return [np.ones((1, 1), np.int8) for _ in texts]

    def question(self, text):
        self.asked += 1
        return np.ones((1, 1), np.float32)

    def close(self):
        self.is_closed = True


def test_passages_are_ranked_by_their_vectors_where_that_is_wanted(monkeypatch):
    maker = Maker()
    monkeypatch.setattr(size, "TokenVectors", maker)
    sized = measure(20, 1, lambda _: None, vectors=True)
    assert maker.made >= sized.passages
    assert (sized.found, maker.is_closed) == (100, True)
    assert maker.asked >= len(sized.spent) == 1
    assert sized.vectors_per_second > 0


def test_searches_have_the_slot_of_a_turn(monkeypatch):
    slots, search = [], Library.search

    def spied(library, query, k, **options):
        slots.append(options.get("slot_ms"))
        return search(library, query, k, **options)

    monkeypatch.setattr(Library, "search", spied)
    sized = measure(20, 1, lambda _: None, slot_ms=5.0)
    assert slots[-len(sized.spent) :] == [5.0]


@pytest.mark.parametrize("arguments", [[], ["--passages", "0"], ["--passages", "5", "--limit", "0"]])
def test_nothing_to_measure_is_one_sentence(arguments, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["recall", *arguments])
    with pytest.raises(SystemExit, match="2"):
        recall.main()
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
