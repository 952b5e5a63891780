"""Commands beside clauses that state something, and the clauses beside which nothing is done."""

from __future__ import annotations

import pytest

from assistant.home.entities import HomeIntent, State
from assistant.home.understanding.context import Context
from assistant.home.understanding.grammar import Grammar
from assistant.home.understanding.statements import states
from assistant.home.understanding.wording.words import plain
from tests.assistant.home.houses import thing

THINGS = (
    thing("Larder Light", "Larder"), thing("Ridge Light", "Barn"), thing("Trough Light", "Barn"),
    thing("Birch Bedside Lamp", "Birch Room"), thing("Maple Bedside Lamp", "Maple Room"),
    thing("Birch Blind", "Birch Room", "cover", "blind"), thing("Maple Curtains", "Maple Room", "cover", "curtain"),
    thing("Larder Blind", "Larder", "cover", "blind"),
    thing("Side Door", "Larder", "lock"), thing("Cider Valve", "Barn", "valve"),
)  # fmt: skip


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


def read(grammar: Grammar, words: str, *, last: tuple[str, ...] = (), room: str | None = None) -> HomeIntent | None:
    on = {"light.larder_light": 60, "light.ridge_light": 40}
    values = {name: State(value="on", attributes={"brightness": level, "kelvin": 4000}) for name, level in on.items()}
    return grammar.understand(words, Context(room=room, last=last, states=values.get))


def acted(intent: HomeIntent | None) -> set[tuple[str, str]]:
    return {(act.entity_id, act.service) for act in intent.acts} if intent and intent.kind == "act" else set()


BESIDE = (
    "{}, last night a badger got in and ate the chutney;{}, Mrs. Bertram next door is having a proper stare;"
    "{}, we will be in the larder until late tonight;{}, the twins love it;{}, she tripped over the cat last time;"
    "{}, my aunt from Leeds needs her bicycle;it's bucketing down outside, {};"
    "{}, we're reading scary tales;{}, they've checked out and left their coats"
).split(";")
NOT_BESIDE = (
    "{}, the vicar said;{}, that's the first line of the song;{}, I heard it on the radio and laughed;"
    "{}, only if it rains;{}, I meant the other one;{}, the ridge light goes off;{}, she'll do it later;"
    "{}, no wait;{}, it's a joke;{}, we decided against that;{}, he thought;{}, I want it open;{}, not the small one;"
    "my uncle shouts, {};the poem goes, {};unless the cat is out, {}"
).split(";")


@pytest.mark.parametrize("way", BESIDE)
@pytest.mark.parametrize("command", ["turn off the larder light", "lock the side door"])
def test_what_states_something_takes_nothing_from_a_command(grammar: Grammar, way: str, command: str) -> None:
    assert acted(read(grammar, way.format(command))) == acted(read(grammar, command)) != set()


@pytest.mark.parametrize("way", NOT_BESIDE)
@pytest.mark.parametrize("command", ["turn off the larder light", "lock the side door"])
def test_what_may_change_a_command_is_never_passed_over(grammar: Grammar, way: str, command: str) -> None:
    assert not acted(read(grammar, way.format(command)))


def test_a_lock_and_a_valve_that_open_are_asked_about_beside_a_statement_too(grammar: Grammar) -> None:
    for command in ("unlock the side door", "open the cider valve"):
        asked = read(grammar, f"{command}, the Harrisons forgot their key again")
        assert asked is not None
        assert (asked.kind, asked.confirm_needed) == ("ask_back", True), command


def test_a_statement_has_a_subject_and_a_verb_and_says_nothing_of_how_things_shall_be() -> None:
    house = frozenset(("larder", "light", "ridge"))
    for clause in ("last week a badger got in", "the twins love it", "mrs pell next door is staring"):
        assert states(plain(clause), house, first=False), clause
    for clause in ("the ridge light off", "the larder lights in here", "turn it off again", "ours at 40", "if he came",
                   "the ridge light goes on"):  # fmt: skip
        assert not states(plain(clause), house, first=False), clause


def test_a_value_of_lamps_moves_no_blind_of_their_rooms(grammar: Grammar) -> None:
    lamps = {("light.birch_bedside_lamp", "turn_on"), ("light.maple_bedside_lamp", "turn_on")}
    assert acted(read(grammar, "both bedside lamps on at 30 percent, Birch and Maple")) == lamps


def test_turning_it_off_closes_nothing_and_is_of_what_was_told_last(grammar: Grammar) -> None:
    told = "somebody is asleep in the Maple Room with the bedside lamp still on, would you turn it off"
    assert acted(read(grammar, told)) == {("light.maple_bedside_lamp", "turn_off")}
    assert ("cover.maple_curtains", "close") not in acted(read(grammar, "turn off the maple curtains"))


def test_warming_a_light_is_of_its_colour(grammar: Grammar) -> None:
    for words in ("that larder light is like a hospital, warm it up a bit", "warm it up a touch"):
        intent = read(grammar, words, last=("light.larder_light",))
        assert intent is not None
        (act,) = intent.acts
        assert set(act.values) == {"kelvin"}, words
        assert act.values["kelvin"] in (3700, 3750), words


def test_a_value_that_was_not_heard_is_asked_for(grammar: Grammar) -> None:
    intent = read(grammar, "turn on the larder light to fit tea percent")
    assert not acted(intent)


def test_more_light_is_of_the_lamp_that_was_spoken_of(grammar: Grammar) -> None:
    last = ("light.ridge_light",)
    assert acted(read(grammar, "more light please", last=last, room="Barn")) == {("light.ridge_light", "turn_on")}


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("birch blind down, larder blind stays", {("cover.birch_blind", "close")}),
        ("it's pitch dark out in the barn, get the ridge light on", {("light.ridge_light", "turn_on")}),
        ("all the lights in the barn off except the ridge light, old Daisy likes it",
         {("light.trough_light", "turn_off")}),
        ("turn on all the lights in the barn, only the trough light should stay like it is now",
         {("light.ridge_light", "turn_on")}),
        ("everything in the barn can stay as is, just turn the ridge light off", {("light.ridge_light", "turn_off")}),
        ("larder light off please, and make it snappy", {("light.larder_light", "turn_off")}),
    ],
)  # fmt: skip
def test_what_stays_as_it_is_is_left_alone(grammar: Grammar, words: str, acts: set[tuple[str, str]]) -> None:
    assert acted(read(grammar, words)) == acts


def test_lights_called_out_are_wished_for(grammar: Grammar) -> None:
    assert acted(read(grammar, "Lights!", room="Larder")) == {("light.larder_light", "turn_on")}
    assert not acted(read(grammar, "lights", room="Larder"))


def test_one_way_or_the_other_is_asked_of_a_thing(grammar: Grammar) -> None:
    for words in ("birch blind, open or closed?", "is the birch blind open or closed"):
        intent = read(grammar, words)
        assert intent is not None
        assert (intent.kind, intent.entities) == ("query", ("cover.birch_blind",)), words
