"""Which devices a sentence moves, in a house of names that are alike: never one that was not meant."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity
from assistant.home.grammar import Context, Grammar

_AREAS = {"Kitchen": "Counter", "Hall": "Porch", "Bathroom": "Shower", "Emma's Room": "Reading", "Bedroom 2": "Wall"}


def _light(number: int, name: str, area: str) -> Entity:
    return Entity(
        id=f"light.{number}", name=name, area=area, domain="light", features=frozenset(("brightness",)),
        services=frozenset(("turn_on", "turn_off", "toggle")),
    )  # fmt: skip


def _switch(name: str, area: str) -> Entity:
    return Entity(
        id=f"switch.{name.lower()}", name=name, area=area, domain="switch",
        services=frozenset(("turn_on", "turn_off", "toggle")),
    )  # fmt: skip


_NAMES = [
    *((f"{area} Light" if "'" not in area else "Emma's Light", area) for area in _AREAS),
    *((f"{what} Lamp", area) for area, what in _AREAS.items()),
    ("Floor Lamp", "Study"), ("Hall Mirror Light", "Hall"), ("Mirror Light", "Bathroom"), ("Lamp 1", "Study"),
]  # fmt: skip
THINGS = [*(_light(n, name, area) for n, (name, area) in enumerate(_NAMES)), _switch("Kettle", "Kitchen"),
          _switch("Radio", "Study")]  # fmt: skip
NAME = {entity.id: entity.name for entity in THINGS}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


def moved(grammar: Grammar, words: str, room: str | None = None) -> dict[str, str]:
    intent = grammar.understand(words, Context(room=room))
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: act.service.removeprefix("turn_") for act in acts}


@pytest.mark.parametrize(
    "words",
    [
        "turn on the counter lamp, actually the porch lamp",
        "turn on the counter lamp er the porch lamp I mean",
        "turn the counter lamp on, um, the porch lamp I meant",
    ],
)
def test_what_is_put_right_is_not_moved(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {"Porch Lamp": "on"}


@pytest.mark.parametrize("words", ["I'm going to the bathroom, turn the light off", "off to the bathroom, lights off"])
def test_a_light_that_goes_off_is_of_the_room_that_is_left(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}
    assert set(moved(grammar, words, room="Study")) <= {"Floor Lamp", "Lamp 1"}


def test_a_light_that_goes_on_is_of_the_room_where_somebody_is_going(grammar: Grammar) -> None:
    assert set(moved(grammar, "I'm going to the bathroom, turn the lights on", room="Study")) == {
        "Bathroom Light", "Shower Lamp", "Mirror Light"
    }  # fmt: skip


def test_the_other_one_is_of_the_same_room(grammar: Grammar) -> None:
    wanted = {"Emma's Light": "on", "Reading Lamp": "off"}
    assert moved(grammar, "Emma's light on and the other one off") == wanted


def test_two_ways_in_two_rooms_are_not_one(grammar: Grammar) -> None:
    assert "off" not in {
        moved(grammar, "turn the lights off here and on in the kitchen", room="Hall").get(name)
        for name in ("Kitchen Light", "Counter Lamp")
    }


def test_for_somebody_is_in_their_room(grammar: Grammar) -> None:
    assert moved(grammar, "turn the lights on for Emma", room="Hall") == {"Emma's Light": "on", "Reading Lamp": "on"}


def test_both_are_just_the_two_that_are_named(grammar: Grammar) -> None:
    assert moved(grammar, "turn on both the kitchen light and the kettle") == {"Kitchen Light": "on", "Kettle": "on"}
    assert moved(grammar, "I'd like the kettle as well as the radio off") == {"Kettle": "off", "Radio": "off"}


def test_two_names_that_are_a_third_together_are_two(grammar: Grammar) -> None:
    both = {"Mirror Light": "on", "Hall Light": "on"}
    assert moved(grammar, "turn on the mirror light and the hall light") == both


def test_a_verb_is_no_thing(grammar: Grammar) -> None:
    assert moved(grammar, "switch on the kettle, then the radio off") == {"Kettle": "on", "Radio": "off"}


def test_a_number_of_a_room_is_no_value(grammar: Grammar) -> None:
    assert moved(grammar, "the lamp 1 in bedroom 2 on please") == {}
    assert moved(grammar, "the bedroom 2 light is fine, turn the lamp 1 on") == {"Lamp 1": "on"}


def test_the_floor_of_a_name_is_not_cleaned(grammar: Grammar) -> None:
    assert moved(grammar, "get the floor lamp in the bathroom on") == {}
