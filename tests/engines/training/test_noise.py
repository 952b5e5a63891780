import random

import pytest

from engines.training.noise import SoundAlikes, as_recognised, spell_digits, spell_number, spell_year


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "zero"),
        (17, "seventeen"),
        (40, "forty"),
        (99, "ninety nine"),
        (606, "six hundred six"),
        (12_345, "twelve thousand three hundred forty five"),
        (2_000_001, "two million one"),
    ],
)
def test_numbers_are_spelt_as_they_are_said(value: int, said: str) -> None:
    assert spell_number(value) == said


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (1889, "eighteen eighty nine"),
        (1905, "nineteen oh five"),
        (1900, "nineteen hundred"),
        (2000, "two thousand"),
        (2004, "two thousand four"),
        (2015, "twenty fifteen"),
    ],
)
def test_years_are_spelt_as_they_are_said(year: int, said: str) -> None:
    assert spell_year(year) == said


def test_digits_inside_a_sentence_become_words() -> None:
    said = spell_digits("In 1889 it held 1,200 people.").split()
    assert said == "In eighteen eighty nine it held one thousand two hundred people.".split()


def test_a_misheard_word_sounds_like_the_one_that_was_said() -> None:
    pronunciations = [
        ("night", ("N", "AY", "T")),
        ("light", ("L", "AY", "T")),
        ("knight", ("N", "AY", "T")),
        ("banana", ("B", "AH", "N", "AE", "N", "AH")),
    ]
    sounds = SoundAlikes(pronunciations, {word: 5 for word, _ in pronunciations})
    heard = {sounds.pick("night", random.Random(seed)) for seed in range(40)}
    assert heard == {"light", "knight"}
    assert sounds.pick("banana", random.Random(1)) == "banana"


def test_a_recognised_question_has_neither_case_nor_punctuation() -> None:
    nothing = SoundAlikes([], {})
    heard = as_recognised('Who wrote "Dubliners", in 1914?', nothing, random.Random(3), swap=1.0)
    assert heard == heard.lower()
    assert set(heard) <= set("abcdefghijklmnopqrstuvwxyz' 0123456789")
    assert "dubliners" in heard
