"""Questions about the house: what they ask for, and what is said from the states it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.commands.eval_home import SAMPLES
from assistant.home.asking.answers import answer, holds
from assistant.home.asking.apart import asked_apart
from assistant.home.entities import Entity, State
from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding.grammar import Context, Grammar


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
        # beside what is said around it
        ("How hot is it out there, mum? I've the plants to water.", "The outside temperature is 7.5 degrees."),
        ("how warm is it outside do i want a scarf", "The outside temperature is 7.5 degrees."),
        ("I heard something. Has the hall sensor noticed anyone?", "No, there is no motion in the hall."),
        ("is the house alarm on, darling, i want to let the cat in", "No, the house alarm is disarmed."),
        ("i am freezing what is the living room thermostat set to", "The living room thermostat is set to 20 degrees."),
        # so or otherwise
        ("has Rosie gone back to her base or is she still doing the floors?", "Rosie is docked."),
        ("is the water on or off", "The water valve is open."),
        ("is the iron on or have i forgotten again", "The iron is on."),
        # what was chosen
        ("which cycle have we got the wash on", "The wash program is Cotton."),
        ("is the washing on wool", "No, the wash program is Cotton."),
        ("is the wash on wool or cotton", "The wash program is Cotton."),
        # what detectors have found
        ("is the smoke detector picking up anything", "No, there is no smoke in the kitchen."),
        ("can you see any movement in the hall", "No, there is no movement in the hall."),
        # left so, and where
        ("did some lights get left on down in the kitchen", "Yes, the kitchen ceiling light is on."),
        ("which windows did somebody leave open", "The kitchen window and the study window are open."),
        ("anything been left on in the utility room", "Yes, the iron is on."),
        ("was anything left on in the hall", "Yes, the hall light is on."),
        ("the shed is locked, isn't it?", "Yes, the shed is locked."),
        ("how far up is the study shutter", "The study shutter is 60 percent open."),
        ("how fast have we got the study fan going", "The study fan is at 50 percent."),
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
     "who turned on the hall light", "how does the garage door work", "what happens when the water valve is closed",
     "which programme should I use for wool", "which program is best for cotton", "how long does the wash program take",
     "has the landlord picked up the keys", "is Rosie a good name or is it old fashioned",
     "is she out or is she back home",
     "does the smoke detector detect carbon monoxide", "what is the temperature on mars, do I need a coat",
     "how long have I got left to live", "did anything get left out of the story", "when will the wash be finished"],
)  # fmt: skip
def test_questions_that_no_device_answers_are_left_to_the_documents(grammar: Grammar, words: str) -> None:
    assert grammar.understand(words) is None


def test_a_sensor_of_a_lock_is_on_when_it_is_unlocked() -> None:
    lock = Entity(id="binary_sensor.a", name="Gate", domain="binary_sensor", device_class="lock")
    assert holds(lock, State(value="on"), "unlocked") is True
    assert holds(lock, State(value="on"), "locked") is False
    assert holds(replace(lock, device_class="door"), State(value="on"), "open") is True


def test_a_question_is_found_beside_what_is_said_around_it(grammar: Grammar) -> None:
    def apart(text: str) -> list[str]:
        return list(asked_apart(grammar.directory, text))

    assert apart("i feel a draught , is the window open") == ["is the window open"]
    assert apart("is the iron on , love , i am off out")[0] == "is the iron on"
    assert apart("the landing is gloomy , is it dark")[0] == "is it dark in the landing"
    for text in ("she asked me , is the window open", "turn on the lamp , is it on", "is the iron on"):
        assert apart(text) == [], text


def test_what_is_left_and_whose_it_is_are_said_so() -> None:
    left = Entity(id="sensor.a", name="Dryer Time Left", domain="sensor", device_class="duration", unit="min")
    lamp = Entity(id="light.b", name="Tom's Lamp", domain="light", features=frozenset(["brightness"]))
    things = {thing.id: thing for thing in (left, lamp, Entity(id="vacuum.c", name="Dusty", domain="vacuum"))}
    lit = State(value="on", attributes={"brightness": 40})
    states = {"sensor.a": State(value=1), "light.b": lit, "vacuum.c": State(value="cleaning")}
    grammar = Grammar.build(things.values())

    def told(words: str) -> str:
        intent = grammar.understand(words)
        assert intent is not None and intent.query is not None, words  # noqa: PT018
        return answer(intent.query, things.get, states.get)

    for words in (
        "how long has the dryer got left",
        "how many minutes are left on the dryer",
        "is the dryer nearly done",
    ):
        assert told(words) == "The dryer has 1 minute left."
    assert told("how bright is Tom's lamp") == "Tom's lamp is at 40 percent."
    assert told("is Dusty out hoovering or back on the dock?") == "Dusty is cleaning."
