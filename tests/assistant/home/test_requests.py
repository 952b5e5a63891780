"""A request after a story: what was told only leads up to it, or makes it somebody else's; then nothing moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.home.entities import Entity, HomeIntent, State
from assistant.home.understanding.context import Context
from assistant.home.understanding.grammar import Grammar
from assistant.home.understanding.requests import leads_up, named_first
from assistant.home.understanding.wording.words import plain

SWITCHED = frozenset({"turn_on", "turn_off"})
MOVED = frozenset({"open", "close", "stop", "set_position"})
Say = Callable[..., HomeIntent | None]


def light(name: str, area: str, *features: str) -> Entity:
    return Entity(
        id=f"light.{plain(name).replace(' ', '_')}", name=name, domain="light", area=area, services=SWITCHED,
        features=frozenset(("brightness", *features)),
    )  # fmt: skip


def blind(name: str, area: str, kind: str) -> Entity:
    return Entity(
        id=f"cover.{plain(name).replace(' ', '_')}", name=name, domain="cover", area=area, device_class=kind,
        services=MOVED,
    )  # fmt: skip


HOUSE = (
    light("Hue bar left", "Lounge", "rgb"), light("Hue bar right", "Lounge", "rgb"), light("Floor lamp", "Lounge"),
    light("Night lamp left", "Attic"), light("Night lamp right", "Attic"), light("Desk lamp", "Study"),
    blind("Lounge blinds", "Lounge", "blind"), blind("Pantry shutter", "Pantry", "shutter"),
    Entity(id="switch.printer", name="Printer", domain="switch", area="Study", services=SWITCHED),
    Entity(id="fan.extractor", name="Extractor", domain="fan", area="Bathroom", services=SWITCHED),
    Entity(id="button.router", name="Restart router", domain="button", area="Study", services=frozenset({"press"})),
    Entity(id="climate.lounge", name="Lounge heating", domain="climate", area="Lounge", modes=("off", "heat"),
           services=frozenset({"set_mode", "set_temperature"}), features=frozenset({"temperature"}), unit="°C"),
    Entity(id="climate.study", name="Air conditioner", domain="climate", area="Study", modes=("off", "heat", "cool"),
           services=frozenset({"set_mode", "turn_on", "turn_off"})),
    Entity(id="sensor.warmth", name="Attic temperature", domain="sensor", area="Attic", device_class="temperature"),
    Entity(id="binary_sensor.hall", name="Movement", domain="binary_sensor", area="Hallway", device_class="motion"),
)  # fmt: skip
STATES = {
    "climate.lounge": State(value="heat", attributes={"temperature": 20.0}),
    "light.desk_lamp": State(value="on", attributes={"brightness": 60.0}),
}


@pytest.fixture(scope="module")
def say() -> Say:
    grammar = Grammar.build(HOUSE)

    def understand(*sentences: str) -> HomeIntent | None:
        last: tuple[str, ...] = ()
        before, intent = "", None
        for words in sentences:
            intent = grammar.understand(words, Context(room="Lounge", last=last, before=before, states=STATES.get))
            if intent is not None:
                last, before = intent.entities or last, words
        return intent

    return understand


def done(intent: HomeIntent | None) -> list[tuple[str, str]]:
    return sorted((act.entity_id, act.service) for act in intent.acts) if intent and intent.kind == "act" else []


def switched(way: str, *names: str) -> list[tuple[str, str]]:
    return sorted((name, f"turn_{way}") for name in names)


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("we have guests tonight, so could you turn on the floor lamp", switched("on", "light.floor_lamp")),
        ("I was thinking, it's stuffy in there, so maybe turn the extractor on", switched("on", "fan.extractor")),
        ("hmm let me see, I want the desk lamp on", switched("on", "light.desk_lamp")),
        ("I never find the thing, just turn the printer off", []),
        ("er, the thing in the study, the printer, can you start it", switched("on", "switch.printer")),
        ("I do believe I left it running, could you switch the printer off", switched("off", "switch.printer")),
        ("the printer, can you start it", switched("on", "switch.printer")),
        ("printer: enable", switched("on", "switch.printer")),
        ("turn on the floor lamp, no wait, just turn it off", switched("off", "light.floor_lamp")),
        ("I left the printer on, can you turn it off", switched("off", "switch.printer")),
        ("turn on the desk lamp and close the blinds in there", []),
        ("turn off the desk lamp and the printer in there too", switched("off", "light.desk_lamp", "switch.printer")),
        ("restart the router", [("button.router", "press")]),
        ("switch me on the desk lamp", switched("on", "light.desk_lamp")),
        ("could the printer be turned off", switched("off", "switch.printer")),
        ("the printer wants switching on", switched("on", "switch.printer")),
        ("I want that the desk lamp is on", switched("on", "light.desk_lamp")),
    ],
)  # fmt: skip
def test_what_is_asked_for_after_a_story_is_done(say: Say, words: str, acts: list[tuple[str, str]]) -> None:
    assert done(say(words)) == acts


@pytest.mark.parametrize(
    "words",
    [
        "she wants to know, can you turn off the printer",
        "the agent is here and he said could you turn off the printer",
        "they have a sign, please close the blinds, it says",
        "it is a joke, turn off the printer",
        "Jack, could you turn off the printer",
        "my neighbour left his printer on, can you turn it off",
        "the printer is on",
        "the lounge heating is 22",
        "the lounge got a bit warmer",
        "the desk lamp is brighter now",
        "will you remind me to turn off the printer",
        "it's late, so do not turn off the printer",
        "I want to know what you do, would you close the blinds",
        "set the stuff attic to twenty",
        "it was so dark that he had to turn on the desk lamp",
        "if you are cold, so it says, turn on the lounge heating",
    ],
)
def test_what_was_told_makes_it_no_request(say: Say, words: str) -> None:
    assert done(say(words)) == []


def test_a_story_leads_up_to_a_request_only_where_it_tells() -> None:
    for told in ("we have got guests tonight", "i do believe i left the iron on", "hmm let me see", "it is me again"):
        assert leads_up(told), told
    for told in ("jack", "he said", "if it rains", "turn on the lamp", "i want the lamp on", "what i mean is", "the"):
        assert not leads_up(told), told


def test_a_thing_named_first_stands_where_it_is_pointed_at() -> None:
    assert named_first("the door of the garage , is she closed") == "is the door of the garage closed"
    assert named_first("er , the fountain , can you start it") == "start the fountain"
    assert named_first("the lamp is on") == ""


def test_a_question_after_a_reason_is_the_question(say: Say) -> None:
    asked = say("I can never remember, is the printer on")
    assert asked is not None
    assert (asked.kind, asked.entities) == ("query", ("switch.printer",))


@pytest.mark.parametrize(
    ("sentences", "acts"),
    [
        (["hue bar left and right on"], switched("on", "light.hue_bar_left", "light.hue_bar_right")),
        (["turn on the left and right night lamp"], switched("on", "light.night_lamp_left", "light.night_lamp_right")),
        (["turn on hue bar right"], switched("on", "light.hue_bar_right")),
        (["turn on hue bar right", "and the left one too"], switched("on", "light.hue_bar_left")),
        (["turn the printer on", "off again please"], switched("off", "switch.printer")),
        (["close all the window blinds"], [("cover.lounge_blinds", "close")]),
        (["close the blinds, all of them"], [("cover.lounge_blinds", "close")]),
        (["close all the blinds but not the pantry shutter"], [("cover.lounge_blinds", "close")]),
        (["turn on the high light"], []),
        (["turn on the air conditioner"], [("climate.study", "set_mode")]),
        (["lounge heating +1"], [("climate.lounge", "set_temperature")]),
        (["turn up the lounge heating by 2"], [("climate.lounge", "set_temperature")]),
    ],
)
def test_what_is_left_out_is_taken_from_what_stands_beside_it(
    say: Say, sentences: list[str], acts: list[tuple[str, str]]
) -> None:
    assert done(say(*sentences)) == acts


def test_values_of_looser_ways_are_those_that_were_said(say: Say) -> None:
    for words, entity, values in (
        ("lounge heating +1", "climate.lounge", {"temperature": 21.0}),
        ("turn up the lounge heating by 2", "climate.lounge", {"temperature": 22.0}),
        ("the hue bar left should be purple", "light.hue_bar_left", {"rgb": (128, 0, 128)}),
        ("might we have the desk lamp at half strength", "light.desk_lamp", {"brightness": 50}),
        ("turn on the air conditioner", "climate.study", {"mode": "cool"}),
    ):
        intent = say(words)
        assert intent is not None, words
        assert [(act.entity_id, dict(act.values)) for act in intent.acts] == [(entity, values)], words


def test_degrees_are_asked_about_beside_other_commands(say: Say) -> None:
    asked = say("dim the floor lamp to 5 percent and set the lounge to 21")
    assert asked is not None
    assert asked.kind in ("ask_back", "act")
    acts = asked.acts or (asked.pending.acts if asked.pending else ())
    assert {act.entity_id for act in acts} == {"light.floor_lamp", "climate.lounge"}


@pytest.mark.parametrize(
    ("words", "entities"),
    [
        ("is it warmer in the attic than in the lounge", {"sensor.warmth", "climate.lounge"}),
        ("any motion in the hall", {"binary_sensor.hall"}),
        ("give me the state of the printer", {"switch.printer"}),
        ("how warm it is in the attic just now", {"sensor.warmth"}),
        ("the printer is still running?", {"switch.printer"}),
        ("are the lounge blinds drawn", {"cover.lounge_blinds"}),
        ("let me know which blinds are closed in the lounge", {"cover.lounge_blinds"}),
    ],
)
def test_a_question_may_be_put_in_many_ways(say: Say, words: str, entities: set[str]) -> None:
    asked = say(words)
    assert asked is not None
    assert (asked.kind, set(asked.entities)) == ("query", entities)


def test_a_long_sentence_that_is_no_command_is_read_to_its_end(say: Say) -> None:
    """With a way of saying something that tries each split of the words, this would take hours."""
    for filler in ("word", "lamp", "the", "and"):
        assert done(say("the lounge " + f"{filler} " * 50 + "says 21 degrees")) == []
