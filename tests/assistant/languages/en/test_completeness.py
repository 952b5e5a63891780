import pytest

from assistant.languages.en.completeness import (
    Look,
    ends_open,
    is_begun,
    is_fragment,
    is_lone_question,
    is_statement,
    look_of,
    names_nothing,
    words_of,
)


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
        "so how tall is it",
        "well then turn the kitchen light off",
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
        "so tell me",
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


@pytest.mark.parametrize(
    "words",
    [
        "And so, my fellow Americans.",
        "I was reading about the lighthouse",
        "because it is so cold today",
        "my neighbour has bees in her garden",
        "And I wondered.",
        "And so am I fellow American.",
    ],
)
def test_what_asks_nothing_is_a_statement_and_has_only_begun(words: str) -> None:
    assert is_statement(words)
    assert is_begun(words)


@pytest.mark.parametrize(
    "words",
    [
        "how tall is the lighthouse",
        "so is there a lighthouse",
        "in the harbour are there boats",
        "The lighthouse is tall?",
        "explain the waggle dance",
        "please turn the light off",
        "I wondered how tall it is",
        "where are they",
        "what is bread made of",
    ],
)
def test_what_asks_or_commands_is_no_statement(words: str) -> None:
    assert not is_statement(words)
    assert not is_begun(words)


@pytest.mark.parametrize(
    "words", ["who was the first keeper of", "when was they", "where do they", "what is the height of aid"]
)
def test_a_question_broken_off_at_a_small_word_has_only_begun(words: str) -> None:
    assert is_begun(words)


@pytest.mark.parametrize("words", ["When was the...", "My neighbour has bees,", "How tall is it —", "well;", ""])
def test_what_the_voice_holds_up_ends_open(words: str) -> None:
    assert ends_open(words)
    assert not ends_open("How tall is it? ")


@pytest.mark.parametrize(
    "words", ["", "but", "and it", "oh oh oh oh oh", "oh oh you are uh", "la la la", "eh ah ah ah do"]
)
def test_what_music_is_heard_as_is_no_more_than_a_fragment(words: str) -> None:
    assert is_fragment(words)


@pytest.mark.parametrize("words", ["lighthouse", "oh the lighthouse", "oh how tall is it", "what is it", "who are you"])
def test_what_names_or_asks_something_is_no_fragment(words: str) -> None:
    assert not is_fragment(words)


@pytest.mark.parametrize("words", ["who", "What?", "and when", "what the", "how much"])
def test_a_question_word_with_nothing_to_ask_about_is_alone(words: str) -> None:
    assert is_lone_question(words)


@pytest.mark.parametrize("words", ["", "the", "and it", "what is it", "how long", "who knows"])
def test_what_asks_nothing_or_names_something_is_no_lone_question(words: str) -> None:
    assert not is_lone_question(words)
