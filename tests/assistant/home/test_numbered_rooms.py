"""Rooms that are told apart by their numbers: several of them, all of them, and those that are left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.home.understanding.grammar import Context, Grammar
from tests.assistant.home.houses import thing


def _house(room: str) -> Grammar:
    things = [
        each
        for number in (1, 2, 3)
        for area in (f"{room} {number}",)
        for each in (
            thing(f"{area} Wall Light", area), thing(f"{area} Shutters", area, "cover", "shutter"),
            thing(f"{area} Radiator", area, "climate"), thing(f"{area} Door", area, "lock"),
        )
    ]  # fmt: skip
    comet = replace(
        thing("Comet Strip", "Bar"), features=frozenset(("brightness", "effect")), effects=("Meteor", "Glow")
    )
    things += [
        comet, thing("Bar Spots", "Bar"), thing("Bar Blind", "Bar", "cover", "blind"), thing("Feast", "Bar", "scene"),
        thing("Bar Thermostat", "Bar", "climate"), thing("Loft Thermostat", "Loft", "climate"),
        thing("Bar Radiator", "Bar", "climate"), thing("Cellar Door", "Bar", "lock"), thing("Loft Lamp", "Loft"),
    ]  # fmt: skip
    return Grammar.build(things, floors={"Upper Floor": [f"{room} {number}" for number in (1, 2, 3)]})


@pytest.fixture(scope="module")
def rooms() -> Grammar:
    return _house("Room")


@pytest.fixture(scope="module")
def units() -> Grammar:
    return _house("Unit")


def _meant(grammar: Grammar, words: str) -> str:
    """Return the kind of an intent, what is to be done, and the numbers or names of what it is for."""
    intent = grammar.understand(words, Context())
    if intent is None:
        return "-"
    acts = intent.acts or (intent.pending.acts if intent.pending else ())
    done = dict.fromkeys((act.service, *map(str, act.values.values())) for act in acts)
    ids = [act.entity_id for act in acts] or list(intent.entities if intent.kind == "query" else ())
    named = dict.fromkeys(next((part for part in one.split("_") if part.isdigit()), one) for one in ids)
    return " ".join((intent.kind, *(" ".join(how) for how in done), *named))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("lock rooms 1-3", "act lock 1 2 3"),
        ("lock rooms one to seven", "refuse"),
        ("open the shutters in all three rooms", "act open 1 2 3"),
        ("open the shutters in all four rooms", "refuse"),  # there are three, and four is no position
        ("open the shutters in rheum one", "act open 1"),
        ("close the shutters of rooms won and three", "act close 1 3"),
        ("lock every guest room apart from room two, the paint is wet", "act lock 1 3"),
        ("lock the guest rooms, all but number two", "act lock 1 3"),
        ("lock the guest rooms except number 9", "ask_back"),
        ("lock the doors on the upper floor, everyone's but room 2's", "act lock 1 3"),
        ("all the room radiators down to 16 other than room 2, he has a cold", "act set_temperature 16.0 1 3"),
        ("turn the room lights off", "ask_back"),  # those of which room is not known
        ("turn off the lights in rooms two plus three", "act turn_off 2 3"),
        ("wall lights on in rooms 1 and 2 at 40 percent", "act turn_on 40 1 2"),
        ("are any of the guest rooms unlocked", "query 1 2 3"),
        ("what's room two's radiator set at", "query 2"),
        ("how warm are the guest rooms", "query 1 2 3"),
        ("is there room for two on the sofa", "-"),
    ],
)
def test_numbered_rooms_are_one_group(rooms: Grammar, words: str, meant: str) -> None:
    assert _meant(rooms, words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("open the shutters in units one through three except unit two", "act open 1 3"),
        ("every unit's wall light off", "act turn_off 1 2 3"),
        ("turn the unit off", "ask_back"),
        ("don't lock the units", "refuse"),
    ],
)
def test_rooms_are_grouped_by_any_word(units: Grammar, words: str, meant: str) -> None:
    assert _meant(units, words) == meant


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("put both thermostats to 18, the room radiators stay how they are",
         "act set_temperature 18.0 climate.bar_thermostat climate.loft_thermostat"),
        ("could the comet strip do the meteor thing", "act turn_on Meteor light.comet_strip"),
        ("could the comet strip do the same thing", "-"),
        ("swap the bar spots for the loft lamp", "act turn_off turn_on light.bar_spots light.loft_lamp"),
        ("did I leave the loft lamp on? if so turn it off", "act turn_off light.loft_lamp"),
        ("is the loft lamp on? if it's dark turn it off", "query light.loft_lamp"),
        ("it's gone eleven and folks are asleep, feast please", "act activate scene.feast"),
        ("he said it's late, feast please", "-"),
        ("open the bar blind, it's already nine", "act open cover.bar_blind"),
        ("put the lights on in the bar and the loft at 40 percent",
         "act turn_on 40 light.comet_strip light.bar_spots light.loft_lamp"),
        ("the bar and loft are dark, lights on", "ask_back"),
        ("all the lights off, the lights in the bar stay on", "act turn_off 1 2 3 light.loft_lamp"),
    ],
)  # fmt: skip
def test_ways_around_a_command(rooms: Grammar, words: str, meant: str) -> None:
    assert _meant(rooms, words) == meant
