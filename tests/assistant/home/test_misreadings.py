"""What once moved something that was not meant, or too little of what was: each beside what it was taken for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.home.entities import Entity
from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding.grammar import Context, Grammar

HOUSE = Path(__file__).with_name("sentences") / "eighth_house" / "house.json"


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(HOUSE)


def acted(grammar: Grammar, house: HouseFile, words: str) -> dict[str, str]:
    """Return what a sentence does at once, by what it is done to."""
    intent = grammar.understand(words, Context(states=house.states.get))
    return {act.entity_id: act.service for act in intent.acts} if intent and intent.kind == "act" else {}


@pytest.mark.parametrize(
    "words",
    ["everything off upstairs?", "telly on?", "nothing's on in the kitchen", "nothing is on upstairs"],
)
def test_how_things_are_is_asked_and_told_without_moving_them(grammar: Grammar, house: HouseFile, words: str) -> None:
    assert acted(grammar, house, words) == {}


@pytest.mark.parametrize("words", ["everything off upstairs", "telly on", "can you turn the telly on?"])
def test_the_same_without_a_question_is_an_order(grammar: Grammar, house: HouseFile, words: str) -> None:
    assert acted(grammar, house, words)


def test_what_a_siren_sounds_is_no_way_to_silence_it(grammar: Grammar, house: HouseFile) -> None:
    intent = grammar.understand("set off the siren", Context(states=house.states.get))
    assert intent is not None
    assert intent.kind == "ask_back"
    assert intent.pending is not None
    assert [act.service for act in intent.pending.acts] == ["turn_on"]
    assert acted(grammar, house, "set the telly off") == {"switch.telly": "turn_off"}


def test_a_word_of_a_name_is_no_value_of_the_thing_before_it(grammar: Grammar, house: HouseFile) -> None:
    for words in (
        "the hood, slow cooker and coffee maker can all go off",
        "the hood, slow cooker and coffee maker off",
    ):
        assert acted(grammar, house, words) == dict.fromkeys(
            ("fan.hood", "switch.cooker", "switch.coffee"), "turn_off"
        ), words
    assert acted(grammar, house, "set the hood slow") == {"fan.hood": "set_percentage"}


def test_what_slows_down_is_no_lamp(grammar: Grammar, house: HouseFile) -> None:
    assert acted(grammar, house, "the fan is too fast in the main bedroom, slow down a little") == {
        "fan.ceiling": "set_percentage"
    }


def test_the_ones_are_of_the_kind_that_is_named_after_them(grammar: Grammar, house: HouseFile) -> None:
    assert acted(grammar, house, "turn the terrace ones off but leave the grow light") == {"light.terrace": "turn_off"}


@pytest.mark.parametrize(
    "words",
    [
        "leave the fairy lights on but turn priya's ceiling light off",
        "turn priya's ceiling light off and leave the fairy lights on",
    ],
)
def test_what_is_left_as_it_is_is_not_moved(grammar: Grammar, house: HouseFile, words: str) -> None:
    assert acted(grammar, house, words) == {"light.priya": "turn_off"}


def test_how_a_thing_is_to_be_is_not_passed_over_as_a_reason(grammar: Grammar, house: HouseFile) -> None:
    intent = grammar.understand("island pendants on, low and warm", Context(states=house.states.get))
    assert intent is not None
    values = {name: value for act in intent.acts for name, value in act.values.items()}
    assert values.keys() == {"brightness", "kelvin"}
    assert acted(grammar, house, "floor lamp on, it's gloomy") == {"light.floor": "turn_on"}


def test_a_heater_that_goes_on_at_so_many_degrees_is_started(grammar: Grammar, house: HouseFile) -> None:
    for words in ("music room heater on at twenty one", "put the music room heater on at 21 degrees"):
        intent = grammar.understand(words, Context(states=house.states.get))
        assert intent is not None
        assert [(act.service, *act.values.values()) for act in intent.acts] == [
            ("set_mode", "heat"),
            ("set_temperature", 21.0),
        ], words


def test_what_is_felt_is_seen_to_by_the_command_behind_it(grammar: Grammar, house: HouseFile) -> None:
    words = "it's freezing in the music room, get the heater going in there"
    assert acted(grammar, house, words) == acted(grammar, house, "get the music room heater going")


def test_what_somebody_has_above_a_shop_is_not_all_of_the_house() -> None:
    things = [
        Entity(id=f"light.{name}", name=name, area=area, domain="light", services=frozenset(["turn_on", "turn_off"]))
        for name, area in (("Counter Light", "Shop"), ("Ceiling Light", "Lounge"), ("Floor Lamp", "Lounge"))
    ]
    above = Grammar.build(things, floors={"Ground Floor": ["Shop"], "Flat": ["Lounge"]})
    for words, moved in (
        ("turn off the lights in the flat", {"light.Ceiling Light", "light.Floor Lamp"}),
        ("every light in the whole flat off", {"light.Ceiling Light", "light.Floor Lamp"}),
        ("turn off the lights in the house", {thing.id for thing in things}),
    ):
        intent = above.understand(words, Context())
        assert intent is not None, words
        assert {act.entity_id for act in intent.acts} == moved, words
    usual = Grammar.build(things, floors={"Ground Floor": ["Shop"], "Upstairs": ["Lounge"]})
    intent = usual.understand("turn off the lights in the flat", Context())
    assert intent is not None
    assert {act.entity_id for act in intent.acts} == {thing.id for thing in things}


def test_a_room_that_is_also_called_shortly_is_in_a_list() -> None:
    things = [
        Entity(id=f"light.{name}", name=name, area=area, domain="light", services=frozenset(["turn_on", "turn_off"]))
        for name, area in (("Spots", "Kitchen"), ("Tube Light", "Utility Room"), ("Lantern", "Garden"))
    ]
    grammar = Grammar.build(things)
    for words in (
        "switch off the lights in the kitchen and the utility room",
        "switch off the lights in the kitchen and in the utility room",
        "lights off in the utility and the kitchen",
    ):
        intent = grammar.understand(words, Context())
        assert intent is not None, words
        assert {act.entity_id for act in intent.acts} == {"light.Spots", "light.Tube Light"}, words


def test_a_clause_about_another_thing_is_not_passed_over(grammar: Grammar, house: HouseFile) -> None:
    assert acted(grammar, house, "Dusty can start cleaning, and turn the telly off while you're at it") in (
        {},
        {"vacuum.dusty": "start", "switch.telly": "turn_off"},
    )
    assert acted(grammar, house, "Dusty is stuck again, turn the telly off") == {"switch.telly": "turn_off"}


def test_a_bit_cooler_is_a_step_that_the_thing_can_take(grammar: Grammar, house: HouseFile) -> None:
    words = "make the conservatory air con a bit cooler"
    cooling = {
        name: replace(state, value="cool") for name, state in house.states.items() if name.startswith("climate.")
    }
    intent = grammar.understand(words, Context(states=cooling.get))
    assert intent is not None
    assert [dict(act.values) for act in intent.acts] == [{"temperature": 21}]
    intent = grammar.understand(words, Context(states=house.states.get))  # it is off, and a lower aim would do nothing
    assert intent is not None
    assert [dict(act.values) for act in intent.acts] == [{"mode": "cool"}]


def test_no_room_has_to_be_known_for_what_stands_only_once(grammar: Grammar, house: HouseFile) -> None:
    assert acted(grammar, house, "it reeks of onions in here, hood on") == {"fan.hood": "turn_on"}
    asked = grammar.understand("it's dark in here, lights on", Context(states=house.states.get))
    assert asked is not None
    assert asked.kind == "ask_back"


def test_of_a_list_nothing_that_is_here_is_left_out_unsaid(grammar: Grammar, house: HouseFile) -> None:
    words = "the dishwasher, the telly and the iron can all go off"
    assert acted(grammar, house, words) == dict.fromkeys(("switch.dish", "switch.telly", "switch.iron"), "turn_off")


@pytest.mark.parametrize("words", ["kids main light off", "turn off the kids main light"])
def test_whose_a_thing_is_is_not_passed_over_where_it_says_which(words: str) -> None:
    house = read_house(HOUSE.parent.parent / "fifth_house" / "house.json")
    assert acted(Grammar.build(house.entities, house.areas, house.floors, house.aliases), house, words) == {}


def test_his_is_of_whom_was_spoken_of(grammar: Grammar, house: HouseFile) -> None:
    assert acted(grammar, house, "mum's gone to sleep, her lamp off please") == {"light.mum": "turn_off"}
    assert acted(grammar, house, "Dad says his lamp is broken") == {}


@pytest.mark.parametrize(
    ("words", "entity", "service", "values"),
    [
        ("make the fairy lights purpul", "light.fairy", "turn_on", {"rgb": (128, 0, 128)}),
        ("send dusty back too her dok", "vacuum.dusty", "return_home", {}),
        ("set mums lamp to for thousand kelvin", "light.mum", "turn_on", {"kelvin": 4000.0}),
        ("put the bias light in the lounge in candle mode", "light.bias", "turn_on", {"effect": "Candle"}),
    ],
)
def test_what_something_is_set_to_may_be_misheard_too(
    grammar: Grammar, house: HouseFile, words: str, entity: str, service: str, values: dict[str, object]
) -> None:
    intent = grammar.understand(words, Context(states=house.states.get))
    assert intent is not None
    assert intent.kind == "act"
    assert [(act.entity_id, act.service, dict(act.values)) for act in intent.acts] == [(entity, service, values)]


@pytest.mark.parametrize("words", ["up with people", "put people first", "have a lamb", "the pinch of salt"])
def test_other_words_are_no_colour_or_mode(grammar: Grammar, house: HouseFile, words: str) -> None:
    assert acted(grammar, house, words) == {}
