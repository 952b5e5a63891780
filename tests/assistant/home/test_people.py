"""What is told of people beside a command, and what somebody wants of a thing of theirs."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity
from assistant.home.understanding.grammar import Context, Grammar


def _light(name: str, area: str) -> Entity:
    return Entity(
        id=f"light.{name.lower().replace(' ', '_').replace(chr(39), '')}", name=name, area=area, domain="light",
        features=frozenset(("brightness", "rgb")), services=frozenset(("turn_on", "turn_off", "toggle")),
    )  # fmt: skip


def _cover(name: str, area: str) -> Entity:
    return Entity(
        id=f"cover.{name.lower().replace(' ', '_').replace(chr(39), '')}", name=name, area=area, domain="cover",
        device_class="blind", services=frozenset(("open", "close", "stop", "set_position")),
    )  # fmt: skip


THINGS = [
    _light("Lamp", "Lounge"), _light("Globe Lamp", "Lounge"), _light("Iris's Lamp", "Iris's Room"),
    _light("Iris's Globe", "Iris's Room"), _light("Owen's Lamp", "Owen's Room"), _light("Owen's Globe", "Owen's Room"),
    _light("Left Floor Lamp", "Den"), _light("Right Floor Lamp", "Den"), _light("Den Light", "Den"),
    _cover("Left Blind", "Lounge"), _cover("Middle Blind", "Lounge"), _cover("Right Blind", "Lounge"),
    _cover("Owen's Blind", "Owen's Room"),
]  # fmt: skip
NAME = {entity.id: entity.name for entity in THINGS}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


def moved(grammar: Grammar, *words: str) -> dict[str, object]:
    """Return what the last sentence moves and how, after the others."""
    context = Context()
    for said in words:
        intent = grammar.understand(said, context)
        context = Context(last=intent.entities if intent else (), before=said)
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: next(iter(act.values.values()), act.service) for act in acts}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("Iris has nodded off, turn her lamp off", {"Iris's Lamp": "turn_off"}),
        ("Owen's gone to bed so can you switch his globe off", {"Owen's Globe": "turn_off"}),
        ("Owen says it's far too bright, close his blind", {"Owen's Blind": "close"}),
        ("switch Owen's lamp off, he's fallen asleep over his book", {"Owen's Lamp": "turn_off"}),
        ("Iris wants her globe pink", {"Iris's Globe": (255, 192, 203)}),
        ("Owen would like his lamp at 20 percent", {"Owen's Lamp": 20}),
        ("Iris and Owen both want their lamps on", {"Iris's Lamp": "turn_on", "Owen's Lamp": "turn_on"}),
        ("don't turn off Iris's lamp, turn off her globe", {"Iris's Globe": "turn_off"}),
        ("Owen's 40 today so let's have his lamp red", {"Owen's Lamp": (255, 0, 0)}),
        (
            "Owen's dozed off so his lamp can go off, and put Iris's on at 20 percent",
            {"Owen's Lamp": "turn_off", "Iris's Lamp": 20},
        ),
        ("Iris wants her globe at 30 percent and her lamp off", {"Iris's Globe": 30, "Iris's Lamp": "turn_off"}),
        ("the left blind stays open, just close the right blind", {"Right Blind": "close"}),
        ("close Owen's blind, I'm just coming up the path from the lounge", {"Owen's Blind": "close"}),
        ("I can't tell these wires apart, den light on", {"Den Light": "turn_on"}),
        ("not the den light, the left floor lamp, switch that on please", {"Left Floor Lamp": "turn_on"}),
        ("left blind at 50 percent and the right one fully closed", {"Left Blind": 50, "Right Blind": "close"}),
        ("no, don't turn the den light off, turn the left floor lamp off", {"Left Floor Lamp": "turn_off"}),
    ],
)
def test_whose_thing_is_meant(grammar: Grammar, words: str, what: dict[str, object]) -> None:
    assert moved(grammar, words) == what


@pytest.mark.parametrize(
    "words",
    [
        "Iris said to turn her lamp off",
        "if Owen is asleep, turn his lamp off",
        "Iris wants her room painted pink",
        "Owen wanted his lamp on yesterday",
        "when Iris has gone to bed, turn her globe off",
        "Owen asked Iris to switch her lamp off",
    ],
)
def test_what_is_only_told_moves_nothing(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("in Owen's room, lamp at 30 percent and the globe red", {"Owen's Lamp": 30, "Owen's Globe": (255, 0, 0)}),
        ("in Iris's room, all the lights off apart from the globe", {"Iris's Lamp": "turn_off"}),
        ("in the den, lamps on", {"Left Floor Lamp": "turn_on", "Right Floor Lamp": "turn_on"}),
    ],
)
def test_a_room_said_first_holds_for_the_whole_sentence(grammar: Grammar, words: str, what: dict[str, object]) -> None:
    found = moved(grammar, words)
    assert {name: found.get(name) for name in what} == what
    assert set(found) <= set(what) | {"Den Light"}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["set Owen's lamp to 30 percent", "and Iris's to 40"], {"Iris's Lamp": 40}),
        (["close the left blind", "now the other two"], {"Middle Blind": "close", "Right Blind": "close"}),
        (["close the left blind", "open the other two"], {"Middle Blind": "open", "Right Blind": "open"}),
        (["turn on the left floor lamp", "the other floor lamp too please"], {"Right Floor Lamp": "turn_on"}),
        (["turn off Owen's lamp and Owen's globe", "turn the lamp back on"], {"Owen's Lamp": "turn_on"}),
        (["turn on Owen's lamp", "oops, wrong lamp, turn it off and Iris's lamp on"],
         {"Owen's Lamp": "turn_off", "Iris's Lamp": "turn_on"}),
        (["I've closed the left blind myself, can you close the other two"],
         {"Middle Blind": "close", "Right Blind": "close"}),
    ],
)  # fmt: skip
def test_the_others_are_those_that_were_not_spoken_of(
    grammar: Grammar, words: list[str], what: dict[str, object]
) -> None:
    assert moved(grammar, *words) == what


def test_the_other_two_of_four_are_not_known(grammar: Grammar) -> None:
    assert moved(grammar, "turn on the den light", "and the other five") == {}


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("turn on the den light please, I don't need the floor lamps", {"Den Light": "turn_on"}),
        ("left floor lamp on please, just the left one, the den light's fine as it is", {"Left Floor Lamp": "turn_on"}),
        ("close the left blind, the middle one is already down", {"Left Blind": "close"}),
        ("den lights off, the left floor lamp can stay on", {"Right Floor Lamp": "turn_off", "Den Light": "turn_off"}),
        ("shut the right blind will you, I already did the left one myself", {"Right Blind": "close"}),
        ("make both floor lamps red but don't change the den light",
         {"Left Floor Lamp": (255, 0, 0), "Right Floor Lamp": (255, 0, 0)}),
        ("close the middle blind and nothing else", {"Middle Blind": "close"}),
        ("turn off the den light... no, sorry, not that one, turn off the left floor lamp",
         {"Left Floor Lamp": "turn_off"}),
        ("left blind half open and the right blind all the way down", {"Left Blind": 50, "Right Blind": "close"}),
    ],
)  # fmt: skip
def test_what_is_named_beside_a_command_stays_as_it_is(grammar: Grammar, words: str, what: dict[str, object]) -> None:
    assert moved(grammar, words) == what


@pytest.mark.parametrize(
    ("words", "things"),
    [
        ("is it Iris's globe that's on or Owen's", {"Iris's Globe", "Owen's Globe"}),
        ("is it the left floor lamp that is on or the right one", {"Left Floor Lamp", "Right Floor Lamp"}),
        ("is the left blind closed and what about the right one", {"Left Blind", "Right Blind"}),
        ("are both the floor lamps on", {"Left Floor Lamp", "Right Floor Lamp"}),
    ],
)
def test_both_of_two_are_asked_for(grammar: Grammar, words: str, things: set[str]) -> None:
    intent = grammar.understand(words)
    assert intent is not None
    assert intent.query is not None
    assert {NAME[name] for name in intent.query.entities} == things


@pytest.mark.parametrize(
    ("words", "room", "what"),
    [
        (
            "lights on out here",
            "Den",
            {"Left Floor Lamp": "turn_on", "Right Floor Lamp": "turn_on", "Den Light": "turn_on"},
        ),
        ("put the den light on out there", None, {"Den Light": "turn_on"}),
        ("Iris is in the lounge, left floor lamp off in here", "Den", {"Left Floor Lamp": "turn_off"}),
        ("it's too dark in here, turn on the den light", "Den", {"Den Light": "turn_on"}),
        ("both lamps off", "Den", {"Left Floor Lamp": "turn_off", "Right Floor Lamp": "turn_off"}),
        ("turn off the den light, the left floor lamp is on", "Den", {"Den Light": "turn_off"}),
        ("Iris's lamp and Owen's lamp to 30 and 70", None, {"Iris's Lamp": 30, "Owen's Lamp": 70}),
        ("close the blind, the middle one", "Lounge", {"Middle Blind": "close"}),
    ],
)
def test_no_more_is_moved_than_was_said(
    grammar: Grammar, words: str, room: str | None, what: dict[str, object]
) -> None:
    intent = grammar.understand(words, Context(room=room))
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    assert {NAME[act.entity_id]: next(iter(act.values.values()), act.service) for act in acts} == what


@pytest.mark.parametrize(
    "words",
    [
        "both blinds down", "I like it dark in the den", "it's nice and warm in the den", "chill out in the lounge",
        "lighten up, Iris", "close the lounge at nine", "everyone off the globe", "the guests leave all the lights on",
        "leave the lights on in the den", "turn off the blind light", "raise the roof",
        "Iris, shall I turn your lamp off",
    ],
)  # fmt: skip
def test_moods_idioms_and_what_is_not_here_move_nothing(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}


def test_what_many_words_say_is_soon_known_to_be_nothing(grammar: Grammar) -> None:
    for begin in ("how full is the ", "not the lamp ", "there is ", "set the lamp and ", "turn off the lamp , the "):
        assert moved(grammar, begin + "a" * 200 + " b" * 50 + " ,") == {}
