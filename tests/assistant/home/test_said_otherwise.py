"""Other ways to say a part of a sentence, and words that sound alike."""

from __future__ import annotations

import pytest

from assistant.home.understanding.grammar import Context, Grammar
from tests.assistant.home.houses import thing

THINGS = [
    thing("Room 1 Ceiling", "Room 1"), thing("Room 1 Reading Light", "Room 1"), thing("Room 2 Ceiling", "Room 2"),
    thing("Room 4 Ceiling", "Room 4"), thing("Room 4 Curtains", "Room 4", "cover", "curtain"),
    thing("Room 1 Curtains", "Room 1", "cover", "curtain"), thing("Room 1 TV", "Room 1", "switch"),
    thing("Room 4 TV", "Room 4", "switch"), thing("Porch Light", "Terrace"), thing("Hob Light", "Galley"),
    thing("Shelf Lamp", "Lounge"), thing("Arc Lamp", "Lounge"), thing("Lounge Ceiling", "Lounge"),
    thing("Lounge Blind", "Lounge", "cover", "blind"), thing("Galley Blind", "Galley", "cover", "blind"),
    thing("Printer", "Lounge", "switch"), thing("Kiln", "Shed", "switch"), thing("Glue Gun", "Shed", "switch"),
    thing("Boat House", "Shed", "lock"), thing("Goat Feeder", "Shed", "switch"),
]  # fmt: skip
NAME = {entity.id: entity.name for entity in THINGS}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


def moved(grammar: Grammar, words: str) -> dict[str, object]:
    intent = grammar.understand(words, Context(states={}.get))
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: next(iter(act.values.values()), act.service.removeprefix("turn_")) for act in acts}


def off(*names: str) -> dict[str, object]:
    return dict.fromkeys(names, "off")


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        # rooms with a number
        ("lights in rooms 1 and 2 off", off("Room 1 Ceiling", "Room 1 Reading Light", "Room 2 Ceiling")),
        ("in room 4, lights off and close the curtains", off("Room 4 Ceiling") | {"Room 4 Curtains": "close"}),
        ("close the curtains in room 1 and switch the TV off in there too",
         {"Room 1 Curtains": "close", "Room 1 TV": "off"}),
        ("switch off both TVs", off("Room 1 TV", "Room 4 TV")),
        ("close the curtains in room for", {"Room 4 Curtains": "close"}),
        ("turn off the lights in room too", off("Room 2 Ceiling")),
        ("lights off in the room 1 and 2", off("Room 1 Ceiling", "Room 1 Reading Light", "Room 2 Ceiling")),
        ("all the lights off in the rooms 1 and 2 except both in room 1", off("Room 2 Ceiling")),
        # words that sound alike
        ("turn the porch light off four me", off("Porch Light")),
        ("turn the porch light on four the evening", {"Porch Light": "on"}),
        ("set the arc lamp up two 60 percent", {"Arc Lamp": 60}),
        ("pleas turn off the kiln", off("Kiln")),
        ("turn off the kiln pleas", off("Kiln")),
        ("turn off the kiln an the glue gun", off("Kiln", "Glue Gun")),
        # what is left out of something else than what moves
        ("open the lounge blind except the galley blind", {"Lounge Blind": "open"}),
        ("in the shed switch off the kiln but leave the glue gun running", off("Kiln")),
        ("turn off the lounge lights, all but the two lamps", off("Lounge Ceiling")),
        ("kiln off, but whatever you do leave the glue gun on", off("Kiln")),
        ("all the lounge lights off apart from the arc lamp, and set that one to 20 percent",
         off("Shelf Lamp", "Lounge Ceiling") | {"Arc Lamp": 20}),
        ("kiln off but leave the glue gun on, and the shelf lamp at 30 percent", off("Kiln") | {"Shelf Lamp": 30}),
        ("lounge lights off, but I want the arc lamp left on", off("Shelf Lamp", "Lounge Ceiling")),
        ("feed the goats and turn off the kiln", {"Goat Feeder": "on", "Kiln": "off"}),
        ("everything off in the lounge, only keep the printer on",
         off("Shelf Lamp", "Arc Lamp", "Lounge Ceiling")),
        ("turn off the hob light and the kiln, but do not touch the blinds", off("Hob Light", "Kiln")),
        ("lights off in the lounge, please, every one", off("Shelf Lamp", "Arc Lamp", "Lounge Ceiling")),
        ("could you just leave the shelf lamp on in the lounge and turn the other lights off",
         off("Arc Lamp", "Lounge Ceiling")),
        ("turn off the lounge lights except the arc lamp, leave that be", off("Shelf Lamp", "Lounge Ceiling")),
        ("don't touch the kiln, but switch off the glue gun and the printer", off("Glue Gun", "Printer")),
        ("shelf lamp at 20 percent, hob light on, and don't bother with the arc lamp",
         {"Shelf Lamp": 20, "Hob Light": "on"}),
        ("shelf lamp at 20 percent and hob light off except the arc lamp", {"Shelf Lamp": 20, "Hob Light": "off"}),
        ("shelf lamp and hob light at 20 percent but leave the arc lamp alone", {"Shelf Lamp": 20, "Hob Light": 20}),
        ("lounge lights off except the arc lamp, that one can go to 40 percent",
         off("Shelf Lamp", "Lounge Ceiling") | {"Arc Lamp": 40}),
        ("close the lounge blind but not the galley", {"Lounge Blind": "close"}),
        ("close the lounge blind, not the galley one", {"Lounge Blind": "close"}),
        # who wants it, why, and for whom
        ("she wants her arc lamp on, can you do that", {"Arc Lamp": "on"}),
        ("turn on the hob light for my dad", {"Hob Light": "on"}),
        ("somebody's left the glue gun on, turn that off", off("Glue Gun")),
        ("the printer off, of course", off("Printer")),
        ("turn off the kiln and the glue gun, everyone keeps forgetting them", off("Kiln", "Glue Gun")),
        ("wake the printer up please", {"Printer": "on"}),
        ("blinds down in the lounge and the galley, and the lights off in both",
         {"Lounge Blind": "close", "Galley Blind": "close"}
         | off("Shelf Lamp", "Arc Lamp", "Lounge Ceiling", "Hob Light")),
    ],
)  # fmt: skip
def test_it_is_done(grammar: Grammar, words: str, acts: dict[str, object]) -> None:
    assert moved(grammar, words) == acts


def test_of_several_heaters_of_a_floor_the_one_named_after_it_is_meant() -> None:
    heaters = [
        thing("Attic Thermostat", "Studio", "climate"), thing("Easel Heater", "Studio", "climate"),
        thing("Cellar Heater", "Cellar", "climate"),
    ]  # fmt: skip
    grammar = Grammar.build(heaters, floors={"Attic": ["Studio", "Box Room"]})
    intent = grammar.understand("set the attic to 18 degrees", Context(states={}.get))
    assert [act.entity_id for act in intent.acts] == ["climate.attic_thermostat"]
    both = grammar.understand("set the studio to 18 degrees", Context(states={}.get))
    assert (both.kind, len(both.acts)) == ("act", 2)


def test_different_temperatures_are_asked_about_by_name() -> None:
    things = [
        thing("Attic Thermostat", "Studio", "climate"), thing("Attic Light", "Studio"),
        thing("Cellar Heater", "Cellar", "climate"), thing("Cellar Light", "Cellar"),
    ]  # fmt: skip
    grammar = Grammar.build(things, floors={"Attic": ["Studio", "Box Room"]})
    asked = grammar.understand("the attic to 18 and the cellar to 12", Context(states={}.get))
    assert asked.question == "Set the attic thermostat to 18 degrees and the cellar heater to 12 degrees?"


@pytest.mark.parametrize(
    "words",
    [
        "turn off the lounge lights except the three lamps",
        "nobody wants the arc lamp on",
        "what wants the arc lamp on",
        "which of the lights on the terrace are on",
        "open the lounge blind except the blind",
        "set the lounge to",
        # what is to be left as it is, and no plain exception
        "turn off the shelf lamp and the arc lamp, leave that one alone",
        "turn off the kiln, Bea never touches the kiln",
        "hob light off but leave the shelf lamp on, and the arc lamp on",
        # who does not want it, or wants to know who does
        "nobody needs the lounge blind closed",
        "who needs the lounge blind open",
        "mum wants the lounge quieter",
        # something else is wanted too, or at another time
        "turn off the hob light so Bea can sleep and turn on the kiln",
        "one hour, turn off the kiln",
        "turn off the hob light, I have the bags and unlock the boat house",
        "close the lounge blind, it blinds me and turn off the kiln",
        "feed the ducks",
        "can I feed the goats?",
        "did you feed the goats",
        "never needs the galley blind open",
        "turn on the lights in room",
    ],
)
def test_nothing_moves(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}


def test_so_that_somebody_can_do_something_is_no_command(grammar: Grammar) -> None:
    asked = grammar.understand("unlock the boat house so Lena can get her paddle", Context(states={}.get))
    assert asked.kind == "ask_back"
    assert [act.service for act in asked.pending.acts] == ["unlock"]


def test_so_you_can_is_one(grammar: Grammar) -> None:
    assert moved(grammar, "we are done in the shed so you can turn off the kiln") == off("Kiln")
