import pytest

from assistant.recognizers.whisper.vocabulary import Vocabulary
from assistant.recognizers.worker_process import RecognizerError

MARKS = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|transcribe|>",
    "<|notimestamps|>",
    "<|0.00|>",
    "<|0.02|>",
]


def test_tokens_are_bytes_of_text_with_marks_left_out() -> None:
    vocabulary = Vocabulary(["ĠCaf", "Ã", "©", "Ġau", "Ġlait", ".", *MARKS], multilingual=False)
    assert vocabulary.text([11, 0, 1, 2, 3, 4, 5, 12, 6]) == "Café au lait."
    assert vocabulary.text([0, 1]) == "Caf", "half a character is none"
    assert vocabulary.text([]) == ""


def test_marks_of_time_are_told_from_other_tokens() -> None:
    vocabulary = Vocabulary(["a", *MARKS], multilingual=False)
    assert [vocabulary.seconds(token) for token in (0, 5, 6, 7)] == [None, None, 0.0, 0.02]


def test_a_model_of_many_languages_is_told_to_write_english() -> None:
    assert Vocabulary(MARKS, multilingual=True).opening == [1, 2, 3]
    assert Vocabulary(MARKS, multilingual=False).opening == [1]


def test_a_list_that_is_no_whisper_vocabulary_is_told() -> None:
    with pytest.raises(RecognizerError, match=r"lacks <\|endoftext\|>"):
        Vocabulary(["a", "b"], multilingual=False)


def test_a_language_is_one_that_the_weights_know() -> None:
    marks = [*MARKS, "<|de|>", "<|haw|>"]
    assert Vocabulary(marks, multilingual=True, language="de").opening == [1, 7, 3]
    assert Vocabulary(marks, multilingual=True, language="auto").opening == [1, 2, 3]
    assert Vocabulary(marks, multilingual=True).opening_in("haw") == [1, 8, 3]
    with pytest.raises(RecognizerError, match="do not know the language 'xx'; expected auto, or one of de, en, haw"):
        Vocabulary(marks, multilingual=True, language="xx")


def test_a_text_is_cut_into_tokens_that_spell_it() -> None:
    tokens = ["ĠCaf", "Ã", "©", "Ġau", "Ġla", "it", "Ġl", "ait", ".", *MARKS]
    vocabulary = Vocabulary(tokens, multilingual=False)
    assert vocabulary.tokens("Café au lait.") == [0, 1, 2, 3, 4, 5, 8], "the longest first"
    assert vocabulary.text(vocabulary.tokens("Café au lait.")) == "Café au lait."
    assert vocabulary.tokens("xyz") == [], "what nothing spells is left out"
    assert vocabulary.without_times([10]) == [10, 9 + MARKS.index("<|notimestamps|>")]
