import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.languages.en.clauses import DIGIT, LONGEST_CLAUSE, clauses_of, is_whole


def weight(text: str) -> int:
    return sum(DIGIT if letter.isdigit() else 1 for letter in text)


def test_the_first_clause_is_short_and_the_others_flow() -> None:
    text = (
        "The tower, according to the guide, is 41 metres tall; it was built between 1868 and 1871 by Mr. Dawson. "
        "It opened on May 24, 1883."
    )
    assert clauses_of(text) == [
        "The tower, ",
        "according to the guide, is 41 metres tall; ",
        "it was built between 1868 and 1871 by Mr. Dawson. ",
        "It opened on May 24, 1883.",
    ]


@pytest.mark.parametrize(
    "text", ["It weighs 1,280.5 kilograms", "in 1868 – 1871", "e.g. this", "St. John", "Vitamin C. Elegans", "so (now)"]
)
def test_some_punctuation_ends_nothing(text: str) -> None:
    assert clauses_of(text) == [text]


def test_dashes_and_brackets_begin_something_new() -> None:
    assert clauses_of("The keeper – a quiet man (as the guide says of him) – left") == [
        "The keeper – ",
        "a quiet man (as the guide says of him) – ",
        "left",
    ]


@given(st.text(st.sampled_from("ab1 .,;–()\"'\n\u00e9"), max_size=400) | st.text(max_size=400))
def test_clauses_are_the_text_again_and_none_takes_long_to_say(text: str) -> None:
    parts = clauses_of(text)
    assert "".join(parts) == text
    assert all(parts)
    assert all(weight(part) <= LONGEST_CLAUSE for part in parts)


def test_digits_without_end_are_cut_into_few_at_a_time() -> None:
    parts = clauses_of("7" * 4_096)
    assert {len(part) for part in parts[:-1]} == {LONGEST_CLAUSE // DIGIT}


def test_words_are_not_cut() -> None:
    assert all(part.endswith("word ") for part in clauses_of("word " * 200))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The kettle boils.", True),
        ("Does it boil?", True),
        ("“It boils.” ", True),
        ("The kettle", False),
        ("", False),
        ("It is 3.", False),  # "5 degrees" may follow
        ("As Dr.", False),
        ("At seven a.m.", False),
        ("Point A.", False),
        ("First, the kettle boils,", False),
    ],
)
def test_a_sentence_is_whole_when_nothing_more_can_belong_to_it(text: str, whole: bool) -> None:
    assert is_whole(text) == whole
