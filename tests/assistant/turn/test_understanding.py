"""What words ask for; politeness and noise are taken off, and unusable questions are refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.config import Config
from assistant.skills.choose import load_skills
from assistant.skills.skill import SkillCall
from assistant.turn.events import Reply
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


def after(question: str, words: str) -> object:
    """What `words` mean to who was asked what `question` lacks."""
    asked = Reply(question=question, spoken="For how long?", outcome="asked_back")
    understood = understand(words, Context(skills=HERE.skills, history=[asked]))
    return (understood.name, dict(understood.slots)) if isinstance(understood, SkillCall) else understood


@pytest.mark.parametrize(
    ("question", "words", "name", "slots"),
    [
        ("Set a timer.", "Ten minutes.", "timers.set", {"seconds": 600.0}),
        ("set a timer", "for ten minutes please", "timers.set", {"seconds": 600.0}),
        ("Set a timer", "Uh, ten minutes", "timers.set", {"seconds": 600.0}),
        ("set a timer", "make it about ten minutes", "timers.set", {"seconds": 600.0}),
        ("Set a timer for the pizza.", "an hour and a half", "timers.set", {"name": "pizza", "seconds": 5400.0}),
        ("Set an alarm.", "Seven thirty.", "alarms.set_alarm", {"when": {"hour": 7, "minute": 30}}),
        ("wake me up", "tomorrow at six", "alarms.set_alarm", {"when": {"day": 1, "hour": 6}}),
        ("remind me to buy milk", "at five", "alarms.set_reminder", {"task": "buy milk", "when": {"hour": 5}}),
        ("remind me", "to call mum at five", "alarms.set_reminder", {"task": "call mum", "when": {"hour": 5}}),
    ],
)
def test_what_was_missing_completes_what_was_asked_for(question, words, name, slots):
    assert after(question, words) == (name, slots)
    if isinstance(alone := understand(words, HERE), SkillCall):
        assert alone.name != name, "it means this only after the question"


@pytest.mark.parametrize(
    "words",
    [
        "is dinner in ten minutes",
        "what is on at seven",
        "the bridge is open at seven",
        "turn on the light in ten minutes",
        "never mind",
        "uh",
        "what time is it",
    ],
)
@pytest.mark.parametrize("question", ["Set a timer.", "remind me to buy milk", "Set an alarm."])
def test_what_is_no_answer_means_what_it_means_alone(question, words):
    alone = understand(words, HERE)
    assert after(question, words) == ((alone.name, dict(alone.slots)) if isinstance(alone, SkillCall) else alone)


def test_only_what_lacks_something_is_completed():
    for question in ("Set a timer for five minutes.", "How tall is the lighthouse?", "", "?!"):
        assert after(question, "Ten minutes.") == Question("Ten minutes.")
