"""What is taken for speech, and what is doubted."""

import pytest

from assistant.recognizers.whisper.hypothesis import Hypothesis
from assistant.recognizers.whisper.repetition import is_syllables, is_twice


@pytest.mark.parametrize(
    ("no_speech", "score", "text", "speech"),
    [
        (0.02, -0.3, "lamp", True),
        (0.3, -1.7, "stop", True),
        (0.48, -1.96, "I'm gonna go to the end", False),
        (0.48, -0.9, "lamp", True),
        (0.9, -1.2, "thank you", False),
        (0.6, -0.3, "lamp", True),
        (0.9, -0.1, ". . . . . . . .", False),
        (0.36, -1.23, "I'm a large man, but literally not", False),
        (0.36, -1.1, "I'm a large man, but literally not", True),
        (0.2, -1.7, "I'm a large man, but literally not", True),
        (0.36, -1.2, "turn it off", True),
    ],
)
def test_noise_is_told_from_speech(no_speech: float, score: float, text: str, speech: bool) -> None:
    assert Hypothesis(text=text, finished=True, no_speech=no_speech, score=score, total=0.0).is_speech is speech


def test_a_sentence_said_twice_is_doubted() -> None:
    assert is_twice("Who made the clock? who made the clock")
    assert not is_twice("no no")
    assert not is_twice("Who made the clock? Who made the door?")
    assert Hypothesis(text="turn it on turn it on", finished=True, no_speech=0.0, score=-0.1, total=0.0).is_doubtful


@pytest.mark.parametrize(
    "text", ["T-T-T-T-T-T", "Buh-da-buh-dee-buh!", "D-t-t-t-t-o", "Mm-mm-mm-mm", "Oh, na-na-na-na."]
)
def test_syllables_that_are_sung_are_no_words(text: str) -> None:
    assert is_syllables(text)
    assert not Hypothesis(text=text, finished=True, no_speech=0.1, score=-0.3, total=0.0).is_speech


@pytest.mark.parametrize(
    "text", ["", "Stop.", "an ill-disposed man", "1-800-555-1000", "W-I-F-I", "twenty-one by-and-by"]
)
def test_words_with_hyphens_are_words(text: str) -> None:
    assert not is_syllables(text)


@pytest.mark.parametrize(
    ("text", "no_speech", "score", "speech"),
    [
        ("I was there and I was here", 0.36, -1.0, False),
        ("They turn.", 0.36, -1.8, False),
        ("Who played the election this week?", 0.2, -1.2, True),
        ("play", 0.4, -1.2, True),
    ],
)
def test_where_it_is_as_even_as_of_several_voices_words_have_to_be_likelier(
    text: str, no_speech: float, score: float, speech: bool
) -> None:
    how = {"text": text, "finished": True, "no_speech": no_speech, "score": score, "total": 0.0}
    assert Hypothesis(**how, shallow=True).is_speech is speech
    assert Hypothesis(**how, shallow=False).is_speech
