"""What only introduces a question is left out, and nothing that belongs to it."""

from __future__ import annotations

import pytest

from assistant.languages.en.politeness import without_politeness

BUILT = "when was the lighthouse built?"


@pytest.mark.parametrize(
    "before",
    [
        "And so, my friends, the question is this, ",
        "and so my friends the question is this ",
        "My fellow Americans, the question is: ",
        "Ladies and gentlemen, ",
        "Okay, quick question. ",
        "Well, my question for you is ",
        "Hi, I have a question: ",
        "Here's another question: ",
        "Can I ask you something? So, ",
        "Let me ask you this, ",
        "What I want to know is ",
        "I was just wondering, ",
        "I'd like to ask, could you please tell me ",
    ],
)
def test_a_clause_that_introduces_a_question_is_dropped(before: str) -> None:
    assert without_politeness(before + BUILT) == BUILT


def test_a_question_that_begins_with_its_verb_is_introduced_too() -> None:
    assert without_politeness("My friends, is the lighthouse open on Sunday?") == "is the lighthouse open on Sunday?"


@pytest.mark.parametrize(
    "whole",
    [
        "And when was it built?",
        "In 1908, who was the keeper of the lighthouse?",
        "If the burn is deep, what should I do?",
        "The question is this, and nobody answers it.",
        "I have a question about bees.",
        "My friends are coming, when does the museum close?",
        "Who asked the question when was the lighthouse built?",
        "The next question is.",
        "My friends who live abroad, what can they borrow?",
        "People who borrow books, what do they pay?",
    ],
)
def test_everything_else_stays_as_it_is(whole: str) -> None:
    assert without_politeness(whole) == whole
