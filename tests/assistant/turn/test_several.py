"""Sentences that join something for the house and something for a skill: both are understood, done once, and told."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import Config
from assistant.home.entities import HomeIntent
from assistant.home.house_file import read_house
from assistant.home.outcome import Outcome
from assistant.home.understanding.grammar import Context as HomeContext
from assistant.home.understanding.grammar import Grammar
from assistant.parts import Parts
from assistant.skills.choose import load_skills
from assistant.skills.skill import SkillCall
from assistant.turn.turn import take
from assistant.turn.understanding import Context, Question, Several, understand
from engines.errors import ReparteeError
from tests.paths import SAMPLES

HOUSE = read_house(SAMPLES / "home" / "house.json")
GRAMMAR = Grammar.build(HOUSE.entities, HOUSE.areas, HOUSE.floors, HOUSE.aliases)


def at_home(words: str, _history: object = ()) -> HomeIntent | None:
    return GRAMMAR.understand(words, HomeContext(room="Kitchen", states=HOUSE.states.get))


HERE = Context(skills=load_skills(Config(Path("nowhere"))), home=at_home)


def told(words: str) -> list[str]:
    """Return what a sentence is understood as, in short."""
    understood = understand(words, HERE)
    parts = understood.parts if isinstance(understood, Several) else (understood,)
    return [
        part.name
        if isinstance(part, SkillCall)
        else f"{part.kind} {' '.join(act.service for act in part.acts)}".strip()
        if isinstance(part, HomeIntent)
        else type(part).__name__
        for part in parts
    ]


JOINED = {
    "turn on the ceiling light and set a timer for five minutes": ["act turn_on", "timers.set"],
    "set a timer for five minutes and turn on the ceiling light": ["timers.set", "act turn_on"],
    "What time is it, and turn off the ceiling light?": ["clock.time", "act turn_off"],
    "Turn off the ceiling light. Set a pasta timer for ten minutes.": ["act turn_off", "timers.set"],
    "turn off the ceiling light then set a pasta timer for ten minutes": ["act turn_off", "timers.set"],
    "please turn on the ceiling light, and could you add milk and eggs to my list": ["act turn_on", "lists.add"],
    "is the garage door open and what day is it": ["query", "clock.date"],
    "unlock the front door and wake me at seven": ["ask_back", "alarms.set_alarm"],
    "wake me at 7 a.m. and turn off the ceiling light": ["alarms.set_alarm", "act turn_off"],
    "cancel all timers, turn off the ceiling light": ["timers.cancel", "act turn_off"],
    "remind me to call mum at five and turn off the ceiling light": ["alarms.set_reminder", "act turn_off"],
    "turn on the sofa lamp and the ceiling light and set a timer for five minutes": [
        "act turn_on turn_on", "timers.set",
    ],
    "set a timer for five minutes, turn off the ceiling light, and what time is it": [
        "timers.set", "act turn_off", "clock.time",
    ],
    "set a timer for five minutes and another for ten minutes": ["timers.set", "timers.set"],
    "add milk to the shopping list and nails to the hardware list": ["lists.add", "lists.add"],
    "turn on the flux capacitor and set a timer for five minutes": ["refuse", "timers.set"],
    "don't turn on the light and set a timer for five minutes": ["refuse", "timers.set"],
    "turn on the sofa lamp and the disco ball and set a timer for five minutes": ["act turn_on", "timers.set"],
    "turn off the ceiling light and set an alarm": ["act turn_off", "alarms.ask_alarm"],
    "cancel the pasta timer and turn off the ceiling light": ["timers.cancel", "act turn_off"],
    "cancel the alarm and the timer": ["alarms.cancel", "timers.cancel"],
    "cancel all timers and alarms": ["timers.cancel", "alarms.cancel"],
}  # fmt: skip
WHOLE = {
    "remind me to turn off the ceiling light in ten minutes": ["alarms.set_reminder"],
    "tell everyone that dinner is ready and the light is on": ["announcements.announce"],
    "set a fish and chips timer for three minutes": ["timers.set"],
    "add salt and pepper to the shopping list": ["lists.add"],
    "cancel the pasta timer and the egg timer": ["timers.cancel"],
    "cancel the work alarm and the party alarm": ["alarms.cancel"],
    "turn on the sofa lamp and the ceiling light": ["act turn_on turn_on"],
    "what is the time of departure and where does it go": ["Question"],
    "set a timer for five minutes and dance": ["Question"],
    "how tall is the lighthouse and when was it built": ["Question"],
}


#: "The alarm" that is on or off, armed or triggered, is the house's; whatever has a time, and is one of some, rings.
OF_ALARMS = {
    "alarms": """
        which alarms are set?; what alarms do I have; what alarms are on; are any alarms set; is an alarm set; is
        my alarm on; are the alarms on; are all alarms off; how many alarms are set; is there an alarm set; set an
        alarm; set an alarm for seven; set the alarm for seven; set the alarm to half past six; turn my alarm on;
        turn off my alarm; turn off all alarms; cancel the alarm; stop the alarm; move the alarm to eight; when
        does the alarm go off; what time is the alarm set for; do I have an alarm for tomorrow
    """,
    "house": """
        is the alarm armed?; is the alarm on; is the alarm set; arm the alarm; arm my alarm; are any alarms armed;
        set the alarm; set the alarm to away; set my alarm to away; set the alarm for the night; turn on the
        alarm; disarm the alarm; turn off the alarm; turn the alarm off; disable the alarm; turn off the house
        alarm; has the alarm gone off; has any alarm been triggered; what is the state of the alarm; is my alarm
        armed
    """,
}


@pytest.mark.parametrize("whose", OF_ALARMS)
def test_an_alarm_that_rings_is_told_from_the_one_of_the_house(whose: str) -> None:
    for words in OF_ALARMS[whose].split(";"):
        understood = understand(words, HERE)  # which passes over the ends of lines
        assert isinstance(understood, SkillCall if whose == "alarms" else HomeIntent), words
        if isinstance(understood, HomeIntent):
            assert understood.entities == ("alarm_control_panel.house_alarm",), words
        elif isinstance(understood, SkillCall):
            assert understood.skill == "alarms", words


@pytest.mark.parametrize("words", JOINED)
def test_each_part_is_understood_as_it_would_be_alone(words: str) -> None:
    assert told(words) == JOINED[words]


@pytest.mark.parametrize("words", WHOLE)
def test_what_is_one_thing_is_not_parted(words: str) -> None:
    assert told(words) == WHOLE[words]


def test_a_part_means_what_it_means_by_itself() -> None:
    alone = [understand(words, HERE) for words in ("turn on the ceiling light", "set a timer for five minutes")]
    both = understand("turn on the ceiling light and set a timer for five minutes", HERE)
    assert isinstance(both, Several)
    assert list(both.parts) == alone
    assert isinstance(understand("and , and", HERE), Question)


class House:
    """Stands where the devices are: notes what it is told to do."""

    def __init__(self, problem: str = "") -> None:
        self.done: list[str] = []
        self._problem = problem

    async def named(self) -> None:
        """Its names are known."""

    async def carry_out(self, intent: HomeIntent) -> Outcome:
        if self._problem:
            raise ReparteeError(self._problem)
        if intent.kind == "ask_back":
            action = {"intent": intent.intent, "entities": list(intent.entities), "slots": {}, "confirmed": False}
            return Outcome(kind="asked_back", spoken=intent.question, action=action)
        self.done += [f"{act.entity_id} {act.service}" for act in intent.acts]
        action = {"intent": intent.intent, "entities": list(intent.entities), "slots": {}, "confirmed": True}
        return Outcome(kind="acted", spoken="It is done", action=action)

    def report_turn(self, _report: object) -> None:
        pass

    async def close(self) -> None:
        pass


@pytest.mark.usefixtures("one_reader")
async def test_both_are_done_once_and_told(tmp_path: Path) -> None:
    async with Parts.open(Config(tmp_path)) as parts:
        parts.home = house = House()  # type: ignore[assignment]
        context = Context(skills=parts.skills, home=at_home)
        reply = await take("turn on the ceiling light and set a timer for five minutes", parts=parts, context=context)
        assert reply.outcome == "acted"
        assert reply.spoken.startswith("It is done. The timer is set for 5 minutes.")
        assert [entry.length_s for entry in parts.own_skills.agenda.entries("timer")] == [300]
        assert len(house.done) == 1
        assert reply.action is not None
        assert reply.action.confirmed is True
        assert [each["intent"] for each in reply.action.to_json()["slots"]["actions"]] == ["HassTurnOn", "timers.set"]  # type: ignore[index]
        assert reply.intent is not None  # what "it" means next


@pytest.mark.usefixtures("one_reader")
async def test_what_is_asked_back_waits_for_its_yes_and_the_rest_is_done(tmp_path: Path) -> None:
    async with Parts.open(Config(tmp_path)) as parts:
        parts.home = house = House()  # type: ignore[assignment]
        context = Context(skills=parts.skills, home=at_home)
        reply = await take("unlock the front door and set a timer for five minutes", parts=parts, context=context)
        assert (reply.outcome, house.done) == ("asked_back", [])
        assert reply.spoken.startswith("The timer is set for 5 minutes.")
        assert reply.spoken.endswith("Unlock the front door?")
        assert reply.intent is not None
        assert reply.intent.pending is not None


@pytest.mark.usefixtures("one_reader")
async def test_of_what_fails_it_is_said_and_the_rest_is_done_all_the_same(tmp_path: Path) -> None:
    async with Parts.open(Config(tmp_path)) as parts:
        parts.home = House("The broker is gone.")  # type: ignore[assignment]
        context = Context(skills=parts.skills, home=at_home)
        reply = await take("turn on the ceiling light and set a timer for five minutes", parts=parts, context=context)
        assert reply.spoken.startswith("The broker is gone. The timer is set for 5 minutes.")
        assert len(parts.own_skills.agenda.entries("timer")) == 1
