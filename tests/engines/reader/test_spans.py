import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.reader.spans import ANSWER_TOKENS, RANK, Candidate, candidates, distinct, polarity, without_repeats


def every_span(logits):
    """The definition, written out: every start with every end not before it, and not too long."""
    count = len(logits)
    return max(
        (logits[start, 0] + logits[end, 1], start, end)
        for start in range(count)
        for end in range(start, min(count, start + ANSWER_TOKENS))
    )


@given(st.integers(1, 19), st.integers(0, 2**32 - 1))
def test_the_best_span_of_a_short_passage_is_the_best_of_all(count, seed):
    logits = np.random.default_rng(seed).normal(0, 3, (count, 2)).astype(np.float32)
    score, start, end = every_span(logits)
    best = candidates(logits, 0, 100)[0]
    assert (best.start - 100, best.end - 100) == (start, end)
    assert np.isclose(best.score, score)


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_spans_are_ordered_and_never_backwards_or_too_long(count, seed):
    logits = np.random.default_rng(seed).normal(0, 3, (count, 2)).astype(np.float32)
    found = candidates(logits, 0, 0)
    for each in found:
        assert 0 <= each.start <= each.end < count
        assert each.end - each.start < ANSWER_TOKENS
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_scores_are_above_the_windows_own_null_and_later_passages_start_lower():
    logits = np.array([[3, 1], [0, 2]], np.float32)
    assert candidates(logits, 0, 0, null=1.5)[0] == Candidate(0, 0, 1, 3.5, 1.5)
    assert candidates(logits, 3, 0, null=1.5)[0].score == pytest.approx(3.5 - RANK * np.log(4))


def test_start_and_end_are_chosen_together():
    logits = np.full((5, 2), -9, np.float32)
    logits[3, 0], logits[1, 0] = 5, 4
    logits[2, 1] = 5
    assert (candidates(logits, 0, 0)[0].start, candidates(logits, 0, 0)[0].end) == (1, 2)


def test_spans_that_overlap_a_better_one_are_left_out():
    spans = [Candidate(0, 2, 4, 1.0), Candidate(0, 4, 5, 3.0), Candidate(1, 2, 4, 2.0), Candidate(0, 6, 7, 0.5)]
    assert distinct(spans, 5) == [spans[1], spans[2], spans[3]]
    assert distinct(spans, 1) == [spans[1]]


def test_the_question_itself_is_no_answer_but_a_few_of_its_words_are():
    tokens, asked = np.array([5, 6, 7, 8, 9, 1, 5, 6, 7, 8, 2], np.int32), np.array([9, 8, 7, 6, 5], np.int32)
    question, part, most, rest = (Candidate(0, *ends, 1.0) for ends in ((0, 4), (6, 9), (5, 9), (5, 10)))
    assert without_repeats([question, part, most, rest], tokens, asked) == [part, most, rest]
    assert without_repeats([part], tokens, asked) == [part]


@pytest.mark.parametrize(
    ("yes", "no", "said"), [(0, -1, ""), (2, 1, "yes"), (1, 2, "no"), (-1, 0.5, "no"), (3, 3, "yes"), (-2, -1, "")]
)
def test_yes_and_no_are_what_has_more_than_neither(yes, no, said):
    assert polarity(np.array([yes, no], np.float32)) == said
    assert candidates(np.zeros((3, 2), np.float32), 0, 0, yesno=said)[0].yesno == said
