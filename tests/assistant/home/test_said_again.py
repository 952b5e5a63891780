"""What is said once more and more exactly, whose it is, homely ways to ask, and a number written in two words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from assistant.home.entities import State
from assistant.home.understanding.grammar import Context, Grammar
from tests.assistant.home.houses import thing

_FAN = replace(
    thing("Loft Fan", "Loft", "switch"), id="fan.loft", domain="fan", features=frozenset(["percentage"]),
    services=frozenset(("turn_on", "turn_off", "set_percentage")),
)  # fmt: skip
_ROBOT = replace(thing("Dotty", "Den", "switch"), id="vacuum.dotty", domain="vacuum", services=frozenset(["start"]))
THINGS = [
    thing("James's Lamp", "Loft"), thing("Rosa's Lamp", "Loft"), thing("Loft Light", "Loft"),
    thing("Shelf Strip", "Loft"),
    thing("James and Rosa's Blinds", "Loft", "cover", "blind"), _FAN, _ROBOT, thing("Byre Heater", "Byre", "switch"),
    thing("Heater 2", "Den", "switch"), thing("Heater 3", "Den", "switch"), thing("Den Radiator", "Den", "climate"),
    thing("Rosa's Radiator", "Loft", "climate"), thing("Air Pump", "Den", "climate"), thing("Den Light", "Den"),
    thing("Byre Hatch", "Byre", "cover", "door"), thing("Kettle", "Den", "switch"), thing("Stair Light", "Stairs"),
]  # fmt: skip
NAME = {entity.id: entity.name for entity in THINGS}
STATES: Mapping[str, State] = {"light.stair_light": State(value="off"), "light.den_light": State(value="on")}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


def moved(grammar: Grammar, words: str, room: str | None = None) -> dict[str, object]:
    intent = grammar.understand(words, Context(room=room, states=STATES.get))
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: next(iter(act.values.values()), act.service) for act in acts}


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        # whose
        ("James is asleep, so his lamp off", {"James's Lamp": "turn_off"}),
        ("turn his lamp off, James is asleep", {"James's Lamp": "turn_off"}),
        ("pull down James and Rosa's blinds", {"James and Rosa's Blinds": "close"}),
        ("put my lamp on, Rosa's one", {"Rosa's Lamp": "turn_on"}),
        ("turn off my lamp, Rosa's lamp I mean", {"Rosa's Lamp": "turn_off"}),
        ("turn off my lamp, Rosa's lamp is broken", {}),
        ("set the den radiator to 20 and Rosa's to 21", {"Den Radiator": 20, "Rosa's Radiator": 21}),
        ("all the radiators to 19", {"Den Radiator": 19, "Rosa's Radiator": 19}),
        # once more
        ("slow the loft fan to, no, put it up to 60", {"Loft Fan": 60}),
        ("slow the loft fan, no, never mind it", {}),
        ("turn the loft light on, no wait, Rosa's lamp, to 30", {"Rosa's Lamp": 30}),
        ("the two heaters off, the byre one and number three", {"Byre Heater": "turn_off", "Heater 3": "turn_off"}),
        ("the two heaters off, the byre one and the one he sold", {}),
        ("close the byre hatch the goats are in", {"Byre Hatch": "close"}),
        ("close the byre hatch the goats are looking at", {}),
        # homely ways
        ("would you ever get the stair light", {"Stair Light": "turn_on"}),
        ("would you ever get the den light", {}),
        ("stick on the kettle, he's only after coming home", {"Kettle": "turn_on"}),
        ("he's only after sticking the kettle on", {}),
        ("put the kettle on their", {"Kettle": "turn_on"}),
        ("there's dust here, let Dotty loose on it", {"Dotty": "start"}),
        ("let Rosa loose on it", {}),
        ("Rosa, start hoovering", {}),
    ],
)
def test_what_is_said_more_exactly_is_done(grammar: Grammar, words: str, acts: dict[str, object]) -> None:
    assert moved(grammar, words) == acts


def test_the_light_left_on_is_the_one_that_is_called_so(grammar: Grammar) -> None:
    off = moved(grammar, "everything in here off but the light", "Den")
    assert "Heater 2" in off
    assert "Den Light" not in off
    lamps = moved(grammar, "all the lights off in here but the light", "Loft")
    assert {*lamps} == {"James's Lamp", "Rosa's Lamp", "Shelf Strip"}


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("set the den radiator to twenty too its cold", 22), ("put the loft fan to thirty for please", 34),
        ("set the loft fan to 40 won percent", 41), ("den radiator to twenty too please", 22),
    ],
)  # fmt: skip
def test_a_number_in_two_words_is_asked_about(grammar: Grammar, words: str, number: int) -> None:
    intent = grammar.understand(words, Context(states=STATES.get))
    assert intent is not None
    assert intent.question == f"Did you mean {number}?"
    assert intent.pending is not None
    assert [*intent.pending.acts[0].values.values()] == [number]


def test_a_number_before_what_it_is_for_is_no_other(grammar: Grammar) -> None:
    assert moved(grammar, "set the loft fan to forty for now") == {"Loft Fan": 40}
    assert moved(grammar, "and the den radiator to 20 too") == {"Den Radiator": 20}
