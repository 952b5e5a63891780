import random

from engines.training.noise import SoundAlikes, as_recognised


def test_figures_are_heard_as_words_more_often_than_not() -> None:
    nothing = SoundAlikes([], {})
    heard = [as_recognised("In 1889 it held 1,200.", nothing, random.Random(seed), swap=0.0) for seed in range(100)]
    said = "eighteen eighty nine it held one thousand two hundred"
    assert 50 < sum(said in each for each in heard) < 90


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
