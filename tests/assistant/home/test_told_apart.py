"""Words that could be taken for another thing: a number, a colour, a room of the speaker, a second alias; and tails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.home.understanding.grammar import Context, Grammar
from tests.assistant.home.houses import thing

_BUTTON = replace(
    thing("Desk Up", "Den", "switch"), id="button.desk_up", domain="button", services=frozenset(["press"])
)
THINGS = [
    thing("Cabin 1 Spot", "Cabin 1"), thing("Cabin 1 Bunk Light", "Cabin 1"), thing("Cabin 2 Spot", "Cabin 2"),
    thing("Cabin 2 Bunk Light", "Cabin 2"), thing("Fire Pit 1", "Deck", "switch"),
    thing("Fire Pit 2", "Deck", "switch"),
    replace(thing("Jetty Light", "Deck"), features=frozenset(["brightness", "color_temp", "rgb"])),
    thing("Deck Awning", "Deck", "cover", "awning"), thing("Deck Gate", "Deck", "lock"),
    thing("Galley Stove", "Galley", "climate"), thing("Samovar", "Galley", "switch"),
    thing("Winch", "Galley", "switch"), thing("Porthole", "Salon", "cover", "curtain"),
    thing("Salon Lamp", "Salon"), thing("Salon Spots", "Salon"), thing("Salon Strip", "Salon"),
    thing("Den Drapes", "Den", "cover", "curtain"), thing("Den Sheers", "Den", "cover", "curtain"),
    thing("Cleo's Lamp", "Den"), thing("Shore Power", "Galley", "switch"),
    _BUTTON, replace(_BUTTON, id="button.desk_down", name="Desk Down"),
    replace(_BUTTON, id="button.kick", name="Router Kick"),
]  # fmt: skip
NAME = {entity.id: entity.name for entity in THINGS}
FLOORS = {"Ground Floor": ["Galley", "Salon", "Den"], "Outside": ["Deck"]}
ALIASES = {"Salon Curtains": "Porthole", "Bullseye": "Porthole", "Tea Urn": "Samovar", "Brew": "Samovar"}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS, floors=FLOORS, aliases=ALIASES)


def moved(grammar: Grammar, words: str, room: str | None = None, before: str = "") -> dict[str, object]:
    said = grammar.understand(before, Context(room=room, states={}.get)) if before else None
    context = Context(room=room, states={}.get, before=before, last=said.entities if said else ())
    intent = grammar.understand(words, context)
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {NAME[act.entity_id]: next(iter(act.values.values()), act.service.removeprefix("turn_")) for act in acts}


def off(*names: str) -> dict[str, object]:
    return dict.fromkeys(names, "off")


SPOTS = {"Cabin 1 Spot": "on", "Cabin 2 Spot": "on"}


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        # numbers
        ("spots on in cabins one and two", SPOTS),
        ("spots off in cabins 1 and 2", off(*SPOTS)),
        ("put the spots on in both cabin one and cabin two", SPOTS),
        ("cabin to bunk light off", off("Cabin 2 Bunk Light")),
        ("turn off the spot in cabin one", off("Cabin 1 Spot")),
        # every name that a thing has
        ("turn on the tea urn", {"Samovar": "on"}),
        ("turn on the brew", {"Samovar": "on"}),
        ("open the bullseye", {"Porthole": "open"}),
        # a colour, and a lamp that is called a light
        ("make the jetty light blue", {"Jetty Light": (0, 0, 255)}),
        ("jetty light green please", {"Jetty Light": (0, 128, 0)}),
        ("make the jetty light light blue", {"Jetty Light": (173, 216, 230)}),
        ("the salon lamp is far too harsh, warm it up a bit", {"Salon Lamp": 3700.0}),
        # what is left out, and then moved in its own way
        ("turn off all the salon lights except the salon lamp and the strip, and dim those two to 25",
         {"Salon Spots": "off", "Salon Lamp": 25, "Salon Strip": 25}),
        ("every salon light to 15 percent except the strip, turn that one off",
         {"Salon Lamp": 15, "Salon Spots": 15, "Salon Strip": "off"}),
        ("salon lights off, except keep the strip on", off("Salon Lamp", "Salon Spots")),
        ("winch off and the samovar as well, but don't touch the shore power", off("Winch", "Samovar")),
        # what is said around it
        ("samovar and winch off please, lunch is over", off("Samovar", "Winch")),
        ("the deck awning is out, reel the awning in, eh", {"Deck Awning": "close"}),
        ("raise the desk", {"Desk Up": "press"}),
        ("lower the desk please", {"Desk Down": "press"}),
        ("give the router a kick", {"Router Kick": "press"}),
        ("would you mind awfully switching the winch on", {"Winch": "on"}),
        ("y'all can shut off the winch", off("Winch")),
        ("Cleo would like her lamp on, please", {"Cleo's Lamp": "on"}),
        ("turn the samovar on for granny", {"Samovar": "on"}),
        ("turn the salon strip on, the baby does not like the dark", {"Salon Strip": "on"}),
        ("turn off both sets of lights in cabin 1", off("Cabin 1 Spot", "Cabin 1 Bunk Light")),
        ("I can't remember if I locked the deck gate, just lock it", {"Deck Gate": "lock"}),
        ("I only want the deck awning halfway out please", {"Deck Awning": 50}),
        ("shut off every last salon light", off("Salon Lamp", "Salon Spots", "Salon Strip")),
        ("winch off, I must dash", off("Winch")),
    ],
)  # fmt: skip
def test_it_is_done(grammar: Grammar, words: str, acts: dict[str, object]) -> None:
    assert moved(grammar, words) == acts


def test_curtains_are_those_of_the_speakers_room(grammar: Grammar) -> None:
    assert moved(grammar, "close the curtains", room="Den") == {"Den Drapes": "close", "Den Sheers": "close"}
    assert moved(grammar, "close the salon curtains", room="Den") == {"Porthole": "close"}


def test_the_same_is_wanted_elsewhere(grammar: Grammar) -> None:
    assert moved(grammar, "and the same in cabin two", before="turn on the spot in cabin one") == {"Cabin 2 Spot": "on"}


def test_which_number_was_misheard_is_asked(grammar: Grammar) -> None:
    intent = grammar.understand("switch off fire pitch too", Context(states={}.get))
    assert intent is None or not intent.acts


def test_so_that_two_words_can_do_something_is_no_command(grammar: Grammar) -> None:
    asked = grammar.understand("unlock the deck gate so the harbour guy can get in", Context(states={}.get))
    assert asked.kind == "ask_back"
    assert [act.service for act in asked.pending.acts] == ["unlock"]


@pytest.mark.parametrize(
    "words",
    [
        "lunch is over",
        "is the winch over",
        "nobody would like her lamp on",
        "who would like her lamp on",
        "can't remember if I locked the deck gate",
        "the same in cabin two",
        "spots on in cabins one, two and three",  # there is no third
        "I must turn off the winch",
        "give the router a name",
        "raise the question",
        "lower the tone",
        "kick the ball",
        "that is far enough",
        "I don't like the salon strip on",
        "don't touch the shore power",
    ],
)
def test_nothing_moves(grammar: Grammar, words: str) -> None:
    assert moved(grammar, words) == {}


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        # a second wish is not passed over with what stands around it
        ("winch off, I must dash and turn on the samovar", {"Samovar": "on"}),
        ("winch off, I must get the deck gate locked", {"Deck Gate": "lock"}),
        ("winch off, lunch is over and turn on the samovar", {"Samovar": "on"}),
        ("unlock the deck gate so the harbour guy can get in and turn on the winch", {"Winch": "on"}),
        ("turn on the samovar for granny and the winch for dad", {"Winch": "on"}),
    ],
)
def test_a_second_wish_is_done_too_or_nothing_is(grammar: Grammar, words: str, acts: dict[str, object]) -> None:
    done = moved(grammar, words)
    assert not done or acts.items() <= done.items()
