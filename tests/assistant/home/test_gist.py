"""Sentences that are read by what each of their words is, in whatever order, and those that are not read so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.home.entities import Entity, HomeIntent, State
from assistant.home.understanding.grammar import Context, Grammar

Said = Callable[..., HomeIntent | None]

_LIGHT = {"features": frozenset(("brightness", "color_temp")), "services": frozenset(("turn_on", "turn_off", "toggle"))}
_COVER = {
    "device_class": "blind",
    "features": frozenset(("position",)),
    "services": frozenset(("open", "close", "set_position", "stop")),
}
_SWITCH = {"services": frozenset(("turn_on", "turn_off"))}
_HOUSE = (
    Entity(id="light.porch", name="Porch Lantern", domain="light", area="Porch", **_LIGHT),
    Entity(id="light.stair", name="Stair Light", domain="light", area="Hall", **_LIGHT),
    Entity(id="light.den", name="Den Lamp", domain="light", area="Den", **_LIGHT),
    Entity(id="cover.den", name="Den Blind", domain="cover", area="Den", **_COVER),
    Entity(id="cover.attic", name="Attic Blind", domain="cover", area="Attic", **_COVER),
    Entity(id="fan.den", name="Den Fan", domain="fan", area="Den", **_SWITCH),
    Entity(id="switch.saw", name="Table Saw", domain="switch", area="Shop", **_SWITCH),
    Entity(id="switch.coffee", name="Coffee Maker", domain="switch", area="Pantry", **_SWITCH),
    Entity(id="lock.back", name="Back Door", domain="lock", area="Pantry", services=frozenset(("lock", "unlock"))),
    Entity(id="vacuum.vera", name="Vera", domain="vacuum", area="Hall", services=frozenset(("start", "return_home"))),
    Entity(
        id="climate.den", name="Den Radiator", domain="climate", area="Den", modes=("off", "heat"), unit="°C",
        features=frozenset(("temperature",)), services=frozenset(("set_temperature", "set_mode")),
        minimum=5, maximum=30,
    ),
)  # fmt: skip
_STATES = {
    "light.porch": State(value="off"),
    "light.stair": State(value="on", attributes={"brightness": 40}),
    "light.den": State(value="on", attributes={"brightness": 80, "kelvin": 4000}),
    "cover.den": State(value="open", attributes={"position": 100}),
    "climate.den": State(value="heat", attributes={"temperature": 20, "current_temperature": 18}),
}


@pytest.fixture(scope="module")
def say() -> Said:
    grammar = Grammar.build(_HOUSE, floors={"Downstairs": ["Hall", "Den", "Pantry"]})

    def understand(words: str, room: str | None = None) -> HomeIntent | None:
        return grammar.understand(words, Context(room=room, states=_STATES.get))

    return understand


def _acts(intent: HomeIntent | None) -> list[tuple[str, str]]:
    return [(act.entity_id, act.service) for act in intent.acts] if intent is not None else []


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("nobody needs the saw any more", [("switch.saw", "turn_off")]),
        (
            "we shan't be needing the den lamp nor the stair light",
            [("light.den", "turn_off"), ("light.stair", "turn_off")],
        ),
        ("would you zonk the table saw off, there's a dear", [("switch.saw", "turn_off")]),
        ("kill the power to the table saw before you do anything else", [("switch.saw", "turn_off")]),
        ("get Vera going downstairs", [("vacuum.vera", "start")]),
        ("Vera's making a racket, tell her to go home", [("vacuum.vera", "return_home")]),
        ("I'd rather have the den lamp at about a third", [("light.den", "turn_on")]),
        ("open the den blind a little way to get some air in", [("cover.den", "set_position")]),
        ("dry the mugs, put the coffee maker on", [("switch.coffee", "turn_on")]),
        ("leave the stair light alone but switch the den lamp off", [("light.den", "turn_off")]),
        (
            "den: fan off, lamp off and blind down",
            [("fan.den", "turn_off"), ("light.den", "turn_off"), ("cover.den", "close")],
        ),
        ("lamp off in the den, blind down", [("light.den", "turn_off"), ("cover.den", "close")]),
        ("my toes are like ice in the den, can we get some heat", [("climate.den", "set_temperature")]),
        ("the den's freezing, bring it to twenty two", [("climate.den", "set_temperature")]),
        ("it's pitch black on the stairs", [("light.stair", "turn_on")]),
        ("I can't see a thing on the porch", [("light.porch", "turn_on")]),
        ("make sure that the back door's locked before we go up", [("lock.back", "lock")]),
    ],
)  # fmt: skip
def test_what_is_wanted_is_done_in_whatever_words_and_order(say: Said, words: str, acts: list[tuple[str, str]]) -> None:
    assert _acts(say(words)) == acts


@pytest.mark.parametrize(
    "words",
    [
        "I'm finished in the den, so the light and the fan can go off", "turn the light and the fan off in the den",
        "I'm done in the den, turn off the light and switch the fan off", "turn off the light and the fan in the den",
    ],
)  # fmt: skip
def test_a_light_in_a_list_is_of_the_room_that_was_told(say: Said, words: str) -> None:
    assert sorted(_acts(say(words, "Hall"))) == [("fan.den", "turn_off"), ("light.den", "turn_off")]


def test_a_light_that_the_room_told_has_not_is_asked_and_none_of_another_room(say: Said) -> None:
    assert _acts(say("turn off the light and the saw in the shop", "Hall")) == []
    assert _acts(say("turn off the light here and the fan in the den", "Hall")) == [
        ("light.stair", "turn_off"),
        ("fan.den", "turn_off"),
    ]
    assert _acts(say("we've finished in the shop so the light and the fan can go off", "Hall")) == []


@pytest.mark.parametrize(
    "words", ["it's awfully dark on the porch", "it's a bit dark on the porch", "the porch is too dark"]
)
def test_a_lamp_that_is_off_is_only_turned_on_in_the_dark(say: Said, words: str) -> None:
    intent = say(words)
    assert _acts(intent) == [("light.porch", "turn_on")]
    assert intent is not None
    assert not intent.acts[0].values


@pytest.mark.parametrize("words", ["it's a bit gloomy on the porch", "it's dark in the den"])
def test_what_may_only_be_told_is_asked(say: Said, words: str) -> None:
    intent = say(words)
    assert intent is not None
    assert intent.kind == "ask_back"
    assert intent.question.endswith("?")
    assert intent.pending is not None
    assert intent.pending.acts


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("turn on the saw, no sorry, the coffee maker", [("switch.coffee", "turn_on")]),
        ("den lamp to forty percent, no, thirty", [("light.den", "turn_on")]),
        ("close the den blind, I mean the attic one", [("cover.attic", "close")]),
        ("turn the saw on, I mean the thing over there", []),
    ],
)
def test_a_sentence_that_mends_itself_does_only_the_last(say: Said, words: str, acts: list[tuple[str, str]]) -> None:
    intent = say(words)
    assert _acts(intent) == acts
    if words.endswith("thirty"):
        assert intent is not None
        assert intent.acts[0].values["brightness"] == 30


@pytest.mark.parametrize(
    "words",
    [
        "nobody needs to know about the saw", "we don't need a new lamp in the den", "let him turn off the saw",
        "I have just switched the saw off", "thanks for turning off the lamp", "stop turning off the lamp",
        "the den lamp switched off and then on again", "maybe the saw off", "two lamps and a fan", "half the den",
        "clean the den fan", "I can't see the den from here", "the den is too small", "it was freezing in the den",
        "it's freezing in Norway", "my soup is too cold", "get the lamp out of the den", "off to the den",
        "the saw needs a new blade", "the den could be a study", "Will, could you turn off the saw",
        "tell Ann the saw is off", "the sign says turn off the saw", "her den was too dark for me",
        "if the saw's on switch it off", "cool it", "movie time, said the saw", "take the lamp off the list",
        "turn on the high lamp", "turn off the saw, in my dreams",
    ],
)  # fmt: skip
def test_what_wants_nothing_moves_nothing(say: Said, words: str) -> None:
    assert _acts(say(words, "Den")) == [], words


def test_a_word_that_is_left_over_leaves_the_sentence_alone(say: Said) -> None:
    assert _acts(say("could you sort of have the saw off somehow")) == []
    assert _acts(say("could you please have the saw off now")) == [("switch.saw", "turn_off")]


def test_what_was_told_of_another_room_moves_nothing_here(say: Said) -> None:
    assert _acts(say("the attic's stuffy, get the fan going please", "Den")) == []
    assert _acts(say("the den's stuffy, get the fan going please", "Attic")) == [("fan.den", "turn_on")]


@pytest.mark.parametrize(
    ("words", "entities"),
    [
        ("back door locked?", ("lock.back",)),
        ("who left the table saw on", ("switch.saw",)),
        ("can you double check the back door is locked", ("lock.back",)),
        ("table saw status", ("switch.saw",)),
    ],
)
def test_a_state_is_asked_for_in_other_words(say: Said, words: str, entities: tuple[str, ...]) -> None:
    intent = say(words)
    assert intent is not None
    assert intent.query is not None
    assert intent.query.entities == entities
