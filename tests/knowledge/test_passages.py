"""Passages cover their section in whole sentences, overlap, and keep their tokens."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.tokenize import Tokens
from knowledge.passages import LONGEST_WORDS, OVERLAP_WORDS, context, pack, pack_tokens, unpack_tokens
from knowledge.sentences import sentences, words


def section(lengths):
    """A paragraph for every inner list, with sentences of these numbers of words; its text and its blocks."""
    paragraphs = [
        " ".join(" ".join(f"W{n}x{i}" for i in range(length)) + "." for n, length in enumerate(paragraph))
        for paragraph in lengths
    ]
    blocks, start = [], 0
    for paragraph in paragraphs:
        blocks.append((start, start + len(paragraph)))
        start += len(paragraph) + 2
    return "\n\n".join(paragraphs), blocks


def sizes(text, passages):
    return [words(text, start, end) for start, end in passages]


def test_a_short_section_is_one_passage():
    text, blocks = section([[20, 20], [30]])
    assert pack(text, blocks) == [(0, len(text))]


def test_a_long_section_becomes_overlapping_passages_of_about_sixty_words():
    text, blocks = section([[12] * 30])
    passages = pack(text, blocks)
    assert len(passages) > 5
    assert all(50 <= size <= LONGEST_WORDS for size in sizes(text, passages))
    for (_, end), (start, _) in pairwise(passages):
        assert 0 < words(text, start, end) <= OVERLAP_WORDS


def test_the_last_passage_repeats_enough_to_make_sense():
    text, blocks = section([[20] * 6 + [3]])
    assert sizes(text, pack(text, blocks))[-1] >= 40


def test_a_sentence_of_its_own_size_still_moves_forward():
    text, blocks = section([[10, 70, 10, 70, 10]])
    passages = pack(text, blocks)
    assert passages[0][0] == 0
    assert passages[-1][1] == len(text)


def test_no_blocks_give_no_passages():
    assert pack("", []) == []
    assert pack("   \n", [(0, 4)]) == []


@given(st.lists(st.lists(st.integers(1, 90), min_size=1, max_size=12), max_size=5))
def test_every_sentence_is_whole_in_some_passage(lengths):
    text, blocks = section(lengths)
    passages = pack(text, blocks)
    for start, end in (part for block in blocks for part in sentences(text, *block)):
        assert any(first <= start and end <= last for first, last in passages)
    assert all(left[0] < right[0] and left[1] < right[1] for left, right in pairwise(passages))
    assert all(size <= LONGEST_WORDS for size in sizes(text, passages))


@pytest.mark.parametrize("largest", [0, 255, 65535, 65536, 2**31 - 1])
def test_tokens_survive_packing(largest):
    tokens = Tokens(np.array([5, largest, 7], np.int32), np.array([[0, 3], [4, 9], [9, 70000]], np.int32))
    unpacked = unpack_tokens(pack_tokens(tokens))
    assert unpacked.ids.dtype == unpacked.offsets.dtype == np.int32
    assert np.array_equal(unpacked.ids, tokens.ids)
    assert np.array_equal(unpacked.offsets, tokens.offsets)


def test_no_tokens_survive_packing():
    empty = unpack_tokens(pack_tokens(Tokens(np.zeros(0, np.int32), np.zeros((0, 2), np.int32))))
    assert empty.ids.shape == (0,)
    assert empty.offsets.shape == (0, 2)


def test_a_token_of_a_usual_vocabulary_costs_six_bytes():
    tokens = Tokens(np.full(80, 30521, np.int32), np.tile(np.array([[400, 405]], np.int32), (80, 1)))
    assert len(pack_tokens(tokens)) == 1 + 6 * 80


@pytest.mark.parametrize(
    ("document", "title", "told"),
    [
        ("manuals/oven-castellan.html", "Castellan Pyro 600", "oven > Castellan Pyro 600 > Cleaning"),
        ("hair_salon_prices.txt", "Prices and good to know", "hair salon > Prices and good to know > Cleaning"),
        ("Heat pump.pdf", "The heat pump", "The heat pump > Cleaning"),
        ("scan/20240131-a8f3e2c1.pdf", "Minutes", "Minutes > Cleaning"),
        ("IMG_2034.docx", "Letter", "Letter > Cleaning"),
        ("one two three four five six seven eight.md", "", "one two three four five six > Cleaning"),
        ("Bedienungsanleitung-Dampfgarfunktionen.md", "Castellan Pyro", "Castellan Pyro > Cleaning"),
        ("духовой-шкаф-oven.md", "Castellan Pyro", "oven > Castellan Pyro > Cleaning"),
        ("Ku\u0308che.md", "Küche", "Küche > Cleaning"),
        ("Screenshot 2024-01-31 at 10.22.05.md", "Timetable", "Timetable > Cleaning"),
        (
            "signed-tenancy-agreement.md",
            "14 Bramley Court: terms and conditions of the tenancy, with all that goes along",
            "signed > 14 Bramley Court: terms and conditions of the tenancy, with all that goes along > Cleaning",
        ),
        ("a text that came in. Its name is no file", "Notes", "Notes > Cleaning"),
        ("lamp", "Notes", "Notes > Cleaning"),
    ],
)
def test_the_reader_is_told_what_the_name_of_the_file_adds_to_the_title(document: str, title: str, told: str) -> None:
    assert context(document, title, ("Cleaning",)) == told
