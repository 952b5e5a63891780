"""What words ask for; politeness and noise are taken off, and unusable questions are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import Config
from assistant.skills.choose import load_skills
from assistant.turn.understanding import MAX_QUESTION, Command, Context, Question, QuestionError, understand

HERE = Context(skills=load_skills(Config(Path("nowhere"))))


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("When was the lighthouse built?", "When was the lighthouse built?"),
        ("  When was\n\tthe lighthouse\x00 built? ", "When was the lighthouse built?"),
        ("can you please tell me who kept the light", "who kept the light"),
        ("Hey Repartee, please tell me how bees dance", "how bees dance"),
        ("do you know why tea is bitter", "why tea is bitter"),
        ("And so, my friends, the question is this, when was it built?", "when was it built?"),
        ("tell me about bees", "tell me about bees"),
        ("Do you know the answer?", "Do you know the answer?"),
    ],
)
def test_politeness_and_noise_are_removed_but_content_is_kept(words, question):
    assert understand(words, HERE) == Question(question)


@pytest.mark.parametrize("words", ["", "   ", "\x00\n", "?!…", "\u200b"])
def test_an_empty_question_is_refused(words):
    with pytest.raises(QuestionError, match=r"^The question is empty; ask something"):
        understand(words, HERE)


def test_a_huge_question_is_refused_with_its_length():
    with pytest.raises(QuestionError, match=f"has 100000 characters; at most {MAX_QUESTION} are accepted"):
        understand("why " * 25_000, HERE)


@given(st.text(max_size=300))
def test_any_text_is_understood_or_refused(words):
    try:
        understood = understand(words, HERE)
    except QuestionError:
        return
    if isinstance(understood, Question):
        assert understood.text == understood.text.strip()
        assert understood.text


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("what time is it?", "time"),
        ("Hey Repartee, what's the date today?", "date"),
        ("hello", "greet"),
        ("Greet the user and offer your assistance.", "greet"),
        ("Please introduce yourself to the user.", "greet"),
        ("Say hello and briefly introduce yourself.", "greet"),
        ("What can you do?", "help"),
        ("which documents do you have", "documents"),
    ],
)
def test_what_a_skill_can_do_is_not_looked_up(words, intent):
    assert understand(words, HERE).intent == intent


@pytest.mark.parametrize(
    "words",
    [
        "what time is it in the poem",
        "what day is washing day",
        "who says hello first",
        "how do I greet the user of a boat",
    ],
)
def test_a_question_that_resembles_it_is_looked_up(words):
    assert understand(words, HERE) == Question(words)


@pytest.mark.parametrize("words", ["stop", "a bit louder please", "what did you say"])
def test_what_is_said_to_the_voice_is_a_command(words):
    assert isinstance(understand(words, HERE), Command)
