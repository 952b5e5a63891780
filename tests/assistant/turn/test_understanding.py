"""Politeness and noise are taken off, and unusable questions are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.turn.understanding import MAX_QUESTION, QuestionError, understand


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("When was the lighthouse built?", "When was the lighthouse built?"),
        ("  When was\n\tthe lighthouse\x00 built? ", "When was the lighthouse built?"),
        ("can you please tell me who kept the light", "who kept the light"),
        ("Hey Repartee, please tell me how bees dance", "how bees dance"),
        ("do you know why tea is bitter", "why tea is bitter"),
        ("tell me about bees", "tell me about bees"),
        ("Do you know the answer?", "Do you know the answer?"),
    ],
)
def test_politeness_and_noise_are_removed_but_content_is_kept(words, question):
    assert understand(words) == question


@pytest.mark.parametrize("words", ["", "   ", "\x00\n", "?!…", "\u200b"])
def test_an_empty_question_is_refused(words):
    with pytest.raises(QuestionError, match=r"^The question is empty; ask something"):
        understand(words)


def test_a_huge_question_is_refused_with_its_length():
    with pytest.raises(QuestionError, match=f"has 100000 characters; at most {MAX_QUESTION} are accepted"):
        understand("why " * 25_000)


@given(st.text(max_size=300))
def test_any_text_is_understood_or_refused(words):
    try:
        question = understand(words)
    except QuestionError:
        return
    assert question == question.strip()
    assert question
