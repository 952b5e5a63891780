"""Politeness is taken off, follow-ups are completed from the conversation, and unusable questions are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events import Citation, Reply
from assistant.understanding import MAX_QUESTION, QuestionError, understand


def replied(question: str, title: str = "") -> Reply:
    citations = (Citation("a.md", 1, 0, 3, "abc", title=title),) if title else ()
    return Reply(question, None, "abc" if title else None, 0.9, not title, citations, "Abc.", (), 1.0)


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
    understood = understand(words)
    assert (understood.question, understood.query, understood.note) == (question, question, "")


@pytest.mark.parametrize("words", ["", "   ", "\x00\n", "?!…", "\u200b"])
def test_an_empty_question_is_refused(words):
    with pytest.raises(QuestionError, match=r"^The question is empty; ask something"):
        understand(words)


def test_a_huge_question_is_refused_with_its_length():
    with pytest.raises(QuestionError, match=f"has 100000 characters; at most {MAX_QUESTION} are accepted"):
        understand("why " * 25_000)


@pytest.mark.parametrize(
    ("history", "words", "question"),
    [
        (["What is the Eiffel Tower?"], "How tall is it?", "How tall is the Eiffel Tower?"),
        (["What is the Eiffel Tower?", "How tall is it?"], "Who built it?", "Who built the Eiffel Tower?"),
        (["who was Martha Reed"], "what was her job", "what was Martha Reed's job"),
        (["who was Martha Reed"], "who paid her", "who paid Martha Reed"),
        (["Where are the bees?"], "What do they eat?", "What do the bees eat?"),
    ],
)
def test_a_follow_up_is_completed_from_the_conversation(history, words, question):
    understood = understand(words, [replied(earlier) for earlier in history])
    assert understood.question == question
    assert understood.note == f"taken as: {question}"


def test_a_follow_up_uses_the_cited_title_when_the_question_named_it():
    history = [replied("when was the marlow point lighthouse built", "The Marlow Point Lighthouse")]
    assert understand("how tall is it", history).question == "how tall is The Marlow Point Lighthouse"


@pytest.mark.parametrize("words", ["When do bees swarm?", "When was the mill built, and who owned it?"])
def test_a_question_that_stands_alone_ignores_the_conversation(words):
    assert understand(words, [replied("What is tea?")]).question == words


@given(st.text(max_size=300))
def test_any_text_is_understood_or_refused(words):
    try:
        understood = understand(words, [replied("What is tea?", "Tea")])
    except QuestionError:
        return
    assert understood.question.strip()
