"""Sentences end where a reader says they end, and nothing of the text is lost."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import LONGEST_WORDS, sentences, words


def split(text):
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@pytest.mark.parametrize(
    "parts",
    [
        ["One ends here.", "Two ends here!", "Does three?", "Yes…", "Four has no end"],
        ["Dr. Reed and Mrs. Finch met on St. John Street.", "They talked."],
        ["It costs 3.50 dollars, e.g. on the U.S. market.", "It rose by 0.5 percent."],
        ["See Fig. 3 and p. 12 in vol. 2.", "Then go on."],
        ["J. R. Keller opened No. 7 in 1893.", "It burned down."],
        ['He said "Stop!"', "Then he left.", "(It was late.)", "Nobody came."],
        ["Yahoo! is a name, and so is what follows.", "Yes."],
        ["He said no.", "Nobody asked again."],
        ["3. Stir the dough for ten minutes.", "Wait."],
        ["The café was closed.", "Élise went home.", "123 people stayed."],
        ["これは文です。", "次の文です！", "終わり"],
        ["Wait... what happened then?", "Nothing."],
        ["Rooms are £80 p.p. Sundays incl. Breakfast and excl. VAT of approx. 10 %.", "Ring us."],
        ["Ask for Ref. KT-4 or Tel. 0555 010 or ext. 9.", "Nobody else knows."],
        ["Max. Load 90 kg, min. Age 12, max. 3 at a time.", "Hold on."],
        ["Leave it for 20 min.", "Then rinse it.", "Sacks may weigh 25 kg max.", "Heavier ones stay."],
    ],
)
def test_sentences_end_where_they_should(parts):
    joint = "" if parts[0].startswith("これ") else " "
    assert split(joint.join(parts)) == parts


def test_a_text_without_punctuation_is_cut_between_words_near_a_clause():
    text = " ".join(f"word{n}," if n % 50 == 49 else f"word{n}" for n in range(400))
    pieces = split(text)
    assert " ".join(pieces) == text
    assert pieces[0].endswith("word49,")
    assert all(words(piece, 0, len(piece)) <= LONGEST_WORDS for piece in pieces)


def test_a_word_without_end_is_cut():
    pieces = split("x" * 100_000)
    assert "".join(pieces) == "x" * 100_000
    assert max(map(len, pieces)) <= 1000


@pytest.mark.parametrize(
    "text",
    [
        "word " * 200_000,
        "x" * 1_000_000,
        "Mr. " * 100_000,
        ". " * 100_000,
        "." * 500_000 + "b",
        ".'" * 200_000 + "b",
        "1. " * 100_000,
    ],
)
def test_the_time_grows_only_with_the_length(text):
    began = time.process_time()
    assert "".join("".join(split(text)).split()) == "".join(text.split())
    assert time.process_time() - began < 5  # a second at most; minutes if every piece looked at all the rest


@given(st.text(st.sampled_from("aA1. !?\n\t…。,;)\"' é日\u00a0\u2003xyz"), max_size=600))
def test_every_character_is_in_one_sentence(text):
    spans = list(sentences(text, 0, len(text)))
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(st.text(min_size=1, max_size=300), st.integers(1, 8))
def test_any_text_can_be_split(text, times):
    text = text * times
    for start, end in sentences(text, 0, len(text)):
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert words(text, start, end) <= LONGEST_WORDS
