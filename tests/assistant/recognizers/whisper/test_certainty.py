"""How sure the ear is."""

import numpy as np
import pytest

from assistant.recognizers.whisper.certainty import certainty, sure_words
from assistant.recognizers.whisper.vocabulary import Vocabulary
from tests.assistant.recognizers.whisper.test_vocabulary import MARKS


def test_capitals_and_punctuation_are_no_other_word() -> None:
    vocabulary = Vocabulary(["Lamp", "lamp,", "door", "lamps", *MARKS], multilingual=False)
    sure, unsure = np.array([2.0, 1.9, -1.0, -2.0]), np.array([2.0, 1.9, -1.0, 1.5])
    assert certainty(vocabulary, [0], [sure]).least == pytest.approx(3.0)
    assert certainty(vocabulary, [0, 0], [sure, unsure]).least == pytest.approx(0.5)


def test_a_word_is_sure_if_all_of_it_is_wherever_it_was_said() -> None:
    vocabulary = Vocabulary(["Ġthe", "Ġwa", "ggle", "Ġdance", "?", *MARKS], multilingual=False)
    said = [(0, 9.0), (1, 8.0), (2, 1.0), (3, 4.0), (4, 5.0)]
    assert sure_words(vocabulary, said) == {"the", "dance"}
    assert sure_words(vocabulary, [*said, (0, 2.0)]) == {"dance"}
    assert sure_words(vocabulary, []) == frozenset()
