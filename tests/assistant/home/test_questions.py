"""Questions about the house: what they ask for, and what is said from the states it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.commands.eval_home import SAMPLES
from assistant.home.answers import answer, holds
from assistant.home.entities import Entity, State
from assistant.home.grammar import Context, Grammar
from assistant.home.house_file import HouseFile, read_house


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(Path(SAMPLES) / "house.json")


@pytest.fixture
def told(grammar: Grammar, house: HouseFile):
    def tell(words: str, states: dict[str, State] | None = None, room: str | None = None) -> str:
        now = {**house.states, **(states or {})}
        intent = grammar.understand(words, Context(states=now.get, room=room))
        assert intent is not None, words
        assert intent.kind == "query", intent
        assert intent.query is not None
        by_id = {entity.id: entity for entity in house.entities}
        return answer(intent.query, by_id.get, now.get)

    return tell


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Is the garage door open?", "Yes, the garage door is open."),
        ("is the kettle on", "No, the kettle is off."),
        ("did I leave the iron on", "Yes, the iron is on."),
        ("are all the doors locked", "No, the back door is not locked."),
        ("which doors are unlocked", "The back door is unlocked."),
        ("what's on in the kitchen", "The kitchen ceiling light, the fridge and the coffee machine are on."),
        ("how warm is it in the nursery", "It is 20.5 degrees in the nursery."),
        (
            "how warm is it upstairs",
            "It is 18.5 degrees on the landing, 17 degrees in the bedroom and 20.5 degrees in the nursery.",
        ),
        ("how bright is the sofa lamp", "The sofa lamp is at 40 percent."),
        ("what is the bathroom humidity", "The humidity is 62 percent in the bathroom."),
        ("is there any motion in the hall", "No, there is no motion in the hall."),
        ("which blinds are open in the utility room", "I know of no blinds in the utility room."),
        ("how many open windows are there", "2 are open: the kitchen window and the study window."),
        ("is rosie docked", "Yes, Rosie is docked."),
        ("are any lights on upstairs", "Yes, the left bedside lamp and the night light are on."),
    ],
)
def test_a_question_is_answered_from_the_states(told, words: str, expected: str) -> None:
    assert told(words) == expected


def test_what_is_not_known_is_said_so(told) -> None:
    assert told("is the kettle on", {"switch.kettle": State()}) == "I do not know whether the kettle is on."
    assert told("is the kettle on", {"switch.kettle": State(value="on", available=False)}) == (
        "The kettle cannot be reached, so I do not know."
    )
    assert told("which windows are open", {"binary_sensor.study_window": State()}) == (
        "The kitchen window is open; I cannot tell for the study window."
    )


def test_the_answer_follows_the_state(told) -> None:
    assert (
        told("is the garage door open", {"cover.garage_door": State(value="closed")})
        == "No, the garage door is closed."
    )


def test_history_questions_name_what_and_when(grammar: Grammar) -> None:
    last = grammar.understand("when was the back door last opened?")
    assert last is not None
    assert last.query is not None
    assert (last.query.kind, last.query.entities) == ("last", ("lock.back_door",))
    long = grammar.understand("how long was the coffee machine on today?")
    assert long is not None
    assert long.query is not None
    assert (long.query.kind, long.query.states, long.query.period) == ("duration", ("on",), "today")


@pytest.mark.parametrize(
    "words",
    ["what is a kettle", "how hot is the sun", "is the coffee machine any good", "what is the capital of france",
    "why is the hall light on",
     "who turned on the hall light", "how does the garage door work", "what happens when the water valve is closed"],
)  # fmt: skip
def test_questions_that_no_device_answers_are_left_to_the_documents(grammar: Grammar, words: str) -> None:
    assert grammar.understand(words) is None


def test_a_sensor_of_a_lock_is_on_when_it_is_unlocked() -> None:
    lock = Entity(id="binary_sensor.a", name="Gate", domain="binary_sensor", device_class="lock")
    assert holds(lock, State(value="on"), "unlocked") is True
    assert holds(lock, State(value="on"), "locked") is False
    assert holds(replace(lock, device_class="door"), State(value="on"), "open") is True
