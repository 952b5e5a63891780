import pytest

from assistant.languages.en.completeness import Look, look_of, names_nothing, words_of


@pytest.mark.parametrize(
    "words",
    [
        "what is the height of the eiffel tower",
        "How tall is it?",
        "when was the brooklyn bridge opened",
        "who invented the telephone",
        "how do bees make honey",
        "where is the largest desert in the world",
        "what is bread made of",
        "how many legs does a spider have",
        "how much does a ticket cost",
        "turn the kitchen light off",
        "repeat that",
        "stop",
    ],
)
def test_a_whole_question_looks_complete(words: str) -> None:
    assert look_of(words) is Look.COMPLETE


@pytest.mark.parametrize(
    "words",
    [
        "what",
        "what is the",
        "what is the height",
        "what is the height of",
        "what is the capital",
        "how many",
        "how many legs does a spider",
        "when was the brooklyn bridge",
        "when did",
        "where do fireflies live in",
        "turn on",
        "turn on the",
        "who invented the",
        "um",
        "how long does the",
        "what should i use instead of",
        "do you know whether they'll",
        "how often do i water he",
        "what is it that we've",
    ],
)
def test_words_that_wait_for_more_look_unfinished(words: str) -> None:
    assert look_of(words) is Look.UNFINISHED


@pytest.mark.parametrize("words", ["", "the red lighthouse keeper", "why is the sky blue"])
def test_what_could_be_either_is_uncertain(words: str) -> None:
    assert look_of(words) is Look.UNCERTAIN


def test_every_question_of_the_recordings_looks_unfinished_at_its_hesitations() -> None:
    hesitations = [
        "what is the",
        "how high is the",
        "when was the",
        "how many",
        "who invented the",
        "how long does the",
    ]
    assert {look_of(words) for words in hesitations} == {Look.UNFINISHED}


def test_words_are_lower_case_without_punctuation() -> None:
    assert words_of("Isn't it 3,000 — or What?") == ["isn't", "it", "3", "000", "or", "what"]


@pytest.mark.parametrize("words", ["", "what is that", "how many of them", "who was it"])
def test_small_words_alone_name_nothing(words: str) -> None:
    assert names_nothing(words)
    assert not names_nothing(f"{words} lighthouse")
