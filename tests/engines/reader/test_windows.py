import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.reader.windows import CONTEXT_TOKENS, likely_stretch, pad, window, windows, word_weights
from engines.tokenize import Tokenizer
from tests.engines.small_bert import PIECES

TOKENIZER = Tokenizer(PIECES)
NONE = np.zeros(0, np.int32)


def ids(*numbers):
    return np.array(numbers, np.int32)


def test_a_short_passage_is_one_sequence():
    (only,) = windows(ids(11, 12), ids(7), ids(4, 5, 6), 3, TOKENIZER, 32)
    assert only.ids.tolist() == [2, 11, 12, 3, 7, 4, 5, 6, 3]
    assert (only.segment, only.begin, only.passage, only.first, only.count) == (4, 5, 3, 0, 3)


@given(st.integers(1, 20), st.integers(0, 60), st.integers(1, 900), st.integers(64, 128))
def test_windows_cover_a_passage_without_gap_and_fit(question, context, length, longest):
    made = windows(np.ones(question, np.int32), np.ones(context, np.int32), np.arange(length), 0, TOKENIZER, longest)
    seen = 0
    for number, each in enumerate(made):
        assert len(each.ids) <= longest
        assert each.first <= seen, "no gap"
        assert each.begin - each.segment <= CONTEXT_TOKENS
        np.testing.assert_array_equal(
            each.ids[each.begin : each.begin + each.count], np.arange(length)[each.first : each.first + each.count]
        )
        assert number == 0 or seen - each.first > 0, "neighbours overlap"
        seen = each.first + each.count
    assert seen == length
    assert len({each.count for each in made}) == 1, "equal lengths share a shape"


def test_a_question_that_fills_the_sequence_is_a_programming_error():
    with pytest.raises(ValueError, match="no room"):
        windows(np.ones(30, np.int32), NONE, ids(1), 0, TOKENIZER, 32)


def test_the_likely_stretch_lies_around_the_question_words():
    tokens = np.array([20] * 50 + [11, 12, 13] + [20] * 50, np.int32)
    first = likely_stretch({11: 1.0, 12: 1.0, 13: 1.0}, tokens, 20)
    assert first + 3 <= 50 < 53 <= first + 17
    assert likely_stretch({11: 1.0}, ids(1, 2), 5) == 0


def test_the_likely_stretch_goes_by_weight_not_by_number_of_words():
    tokens = np.array([20] * 30 + [11] * 3 + [20] * 60 + [12] + [20] * 30, np.int32)
    assert likely_stretch({11: 0.1, 12: 2.0}, tokens, 16) <= 93 < likely_stretch({11: 0.1, 12: 2.0}, tokens, 16) + 16
    assert likely_stretch({11: 1.0, 12: 2.0}, tokens, 16) <= 30


def test_a_word_that_every_passage_has_weighs_little():
    weights = word_weights(ids(11, 12, 13), [ids(11, 12), ids(11), ids(11, 4)])
    assert sorted(weights, key=weights.__getitem__) == [11, 12, 13]
    assert weights[11] == pytest.approx(np.log(4 / 3.5))
    assert weights[13] == pytest.approx(np.log(4 / 0.5))


def test_padding_marks_segments_and_masks_the_rest():
    group = [window(ids(11), NONE, ids(4, 5), 0, TOKENIZER, 0, 2), window(ids(11), NONE, ids(4), 1, TOKENIZER, 0, 1)]
    token_ids, types, mask = pad(group, 8)
    assert token_ids.tolist() == [[2, 11, 3, 4, 5, 3, 0, 0], [2, 11, 3, 4, 3, 0, 0, 0]]
    assert types.tolist() == [[0, 0, 0, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 0, 0, 0]]
    assert mask.tolist() == [[1, 1, 1, 1, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0]]
