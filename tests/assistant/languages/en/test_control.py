import pytest

from assistant.languages.en.control import Control, control_of, is_backchannel


@pytest.mark.parametrize(
    ("words", "control"),
    [
        ("stop", Control.STOP),
        ("Okay, stop please!", Control.STOP),
        ("thank you", Control.STOP),
        ("Thank you very much!", Control.STOP),
        ("Okay, thanks a lot.", Control.STOP),
        ("repeat that", Control.REPEAT),
        ("Can you repeat that, please?", Control.REPEAT),
        ("What did you say?", Control.REPEAT),
        ("louder", Control.LOUDER),
        ("could you speak up", Control.LOUDER),
        ("a bit quieter please", Control.QUIETER),
        ("Turn it down.", Control.QUIETER),
        ("Could you say that again more slowly?", Control.REPEAT_SLOWER),
        ("repeat slower", Control.REPEAT_SLOWER),
        ("say it slowly", Control.REPEAT_SLOWER),
        ("Say that again, but louder.", Control.REPEAT_LOUDER),
        ("You're talking too fast.", Control.SLOWER),
        ("speak faster", Control.FASTER),
        ("Back to normal speed, please.", Control.AS_USUAL),
    ],
)
def test_words_about_the_voice_are_commands(words: str, control: Control) -> None:
    assert control_of(words) is control


@pytest.mark.parametrize(
    "words",
    [
        "",
        "please",
        "when did the rain stop",
        "who said that again and again",
        "turn down the heating",
        "what is louder",
        "what is faster, a hare or a tortoise",
        "repeat the recipe of the slow cooker",
    ],
)
def test_a_question_with_such_a_word_is_a_question(words: str) -> None:
    assert control_of(words) is None


@pytest.mark.parametrize("words", ["", "uh huh", "Yeah.", "okay", "mm", "oh I see"])
def test_a_listeners_noise_asks_nothing(words: str) -> None:
    assert is_backchannel(words)


@pytest.mark.parametrize("words", ["yes what about the tower", "no", "stop", "okay okay okay okay"])
def test_anything_more_is_not_a_backchannel(words: str) -> None:
    assert not is_backchannel(words)
