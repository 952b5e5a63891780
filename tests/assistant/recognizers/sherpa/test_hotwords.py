"""Which phrases a model can be given, and as what; held against what the library makes of them."""

import string

from hypothesis import given
from hypothesis import strategies as st

from assistant.recognizers.sherpa.hotwords import hotwords
from assistant.recognizers.sherpa.pieces import BOUNDARY, Pieces

LOWER = Pieces(["<blk>", "<unk>", BOUNDARY, "▁t", "▁th", "▁the", "er", "▁l", "am", *string.ascii_lowercase, "'"])
UPPER = Pieces(["<blk>", BOUNDARY, *string.ascii_uppercase])
CASED = Pieces(["<blk>", BOUNDARY, *string.ascii_letters])
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=12)


def test_phrases_are_spelt_as_the_model_writes() -> None:
    assert LOWER.spelling("Okonkwo’s  Lamp") == "okonkwo's lamp"
    assert UPPER.spelling("Living-Room lamp") == "LIVING ROOM LAMP"
    assert CASED.spelling("Ada Lovelace") == "Ada Lovelace"
    assert LOWER.spelling("Book a court, please!") == "book a court please"
    assert [LOWER.spelling(phrase) for phrase in ("9 lives", "a:b", "", "x/y", "#1", "two\tlamps")] == [
        *[None] * 5,
        "two lamps",
    ]


@given(WORDS)
def test_both_cuts_spell_the_word_in_known_pieces(word: str) -> None:
    known = set(LOWER._scores)
    for pieces in (LOWER.cut(word), LOWER.merged(word)):
        assert pieces is not None
        assert "".join(pieces) == BOUNDARY + word
        assert set(pieces) <= known


def test_a_cut_has_the_greatest_sum_and_merging_goes_by_number() -> None:
    assert LOWER.cut("lamp") == ["▁l", "am", "p"]
    assert LOWER.merged("lamp") == ["▁l", "am", "p"]
    assert LOWER.cut("é") is None
    assert LOWER.cut("the") == ["▁the"]


def test_scores_follow_length_and_common_words_are_left_out() -> None:
    given = hotwords(["the", "Okonkwo", "lamp", "the lamp", "naïve", "7 lamps", "lamp", "LAMP"], LOWER)
    assert given == "okonkwo :1.0/lamp :2.0/the lamp :1.0"
    assert hotwords(["9"], LOWER) == ""


def test_a_word_that_the_library_cuts_in_other_pieces_than_the_model_is_left_out() -> None:
    """The pair that was merged first is inside the pieces whose sum is greatest."""
    pieces = Pieces(["<blk>", "bc", BOUNDARY, "a", "b", "c", "d", "▁a", "ab", "cd", "▁ab"])
    assert pieces.merged("abcd") == ["▁a", "bc", "d"]
    assert pieces.cut("abcd") == ["▁ab", "cd"]
    assert hotwords(["abcd dada", "dada"], pieces) == "dada :1.0"


@given(st.lists(st.text(max_size=30), max_size=10))
def test_no_phrase_breaks_the_syntax(phrases: list[str]) -> None:
    given = hotwords(phrases, CASED)
    for phrase in given.split("/") if given else ():
        words, _, score = phrase.rpartition(" :")
        assert float(score) in {1.0, 1.5, 2.0}
        assert all(letter.isalpha() or letter in " '" for letter in words)


def test_only_tokens_that_tell_where_words_begin_are_usable() -> None:
    assert LOWER.usable
    assert not Pieces(["<blk>", "a", "b"]).usable
    assert "<blk>" not in LOWER.vocabulary()
    assert LOWER.vocabulary().splitlines()[0].startswith("▁\t-")
