"""What only makes sense after the sentence before it: the rest of it is taken from there, and from nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.commands.eval_home import SAMPLES
from assistant.home.entities import HomeIntent
from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding.grammar import Context, Grammar


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(Path(SAMPLES) / "house.json")


@pytest.fixture
def talk(grammar: Grammar, house: HouseFile):
    """Say sentences one after the other; return what the last of them means."""

    def understand(*sentences: str) -> HomeIntent | None:
        context = Context(states=house.states.get)
        for words in sentences:
            intent = grammar.understand(words, context)
            if intent is not None:
                context = Context(states=house.states.get, last=intent.entities or context.last, before=words)
        return intent

    return understand


def done(intent: HomeIntent | None) -> dict[str, tuple[str, dict[str, object]]]:
    assert intent is not None
    assert intent.kind == "act", intent
    return {act.entity_id: (act.service, dict(act.values)) for act in intent.acts}


@pytest.mark.parametrize(
    "more", ["and the kettle", "and the kettle too", "the kettle as well please", "what about the kettle?"]
)
def test_another_name_is_done_the_same_to(talk, more: str) -> None:
    assert done(talk("turn off the sofa lamp", more)) == {"switch.kettle": ("turn_off", {})}


def test_another_thing_gets_the_same_value_also_after_it(talk) -> None:
    talked = talk("turn on the sofa lamp", "dim it to 30 percent", "and the left bedside lamp too")
    assert done(talked) == {"light.bedside_left": ("turn_on", {"brightness": 30})}


def test_another_room_is_asked_about_the_same(talk) -> None:
    asked = talk("what is the temperature in the bedroom?", "and in the nursery?")
    assert asked is not None
    assert asked.query is not None
    assert asked.query.area == "Nursery"


def test_a_value_alone_sets_what_was_spoken_of(talk) -> None:
    assert done(talk("turn on the sofa lamp", "no, 30 percent")) == {"light.sofa_lamp": ("turn_on", {"brightness": 30})}


def test_a_bit_more_is_more_of_what_was_set(talk) -> None:
    ((service, values),) = done(talk("set the sofa lamp to 40 percent", "a bit more")).values()
    assert service == "turn_on"
    assert float(str(values["brightness"])) > 40


def test_stop_stops_what_moves_and_nothing_else(talk) -> None:
    assert done(talk("close the kitchen blind", "stop")) == {"cover.kitchen_blind": ("stop", {})}
    assert talk("turn on the sofa lamp", "stop") is None


@pytest.mark.parametrize(
    "alone", ["and the kettle too", "a bit more", "30 percent", "stop", "which ones", "and the hall"]
)
def test_nothing_is_done_where_nothing_was_said_before(talk, alone: str) -> None:
    intent = talk(alone)
    assert intent is None or not intent.acts


@pytest.mark.parametrize("more", ["and the weather", "seven", "and so it goes", "what about the manual of the kettle"])
def test_what_goes_on_with_something_else_moves_nothing(talk, more: str) -> None:
    intent = talk("turn off the sofa lamp", more)
    assert intent is None or not intent.acts


def test_what_is_risky_is_asked_back_here_too(talk) -> None:
    intent = talk("open the kitchen blind", "and the garage door")
    assert intent is not None
    assert (intent.kind, intent.confirm_needed) == ("ask_back", True)


def test_them_are_those_of_which_it_was_told_that_they_are_so(talk, house: HouseFile) -> None:
    lit = {entity.id for entity in house.entities if entity.id.startswith("light.") and entity.area == "Kitchen"
           and house.states[entity.id].value == "on"}  # fmt: skip
    assert set(done(talk("which lights are on in the kitchen?", "turn them off"))) == lit != set()


def test_the_other_one_is_that_of_the_opposite_name() -> None:
    house = read_house(Path(__file__).with_name("sentences") / "seventh_house" / "house.json")
    grammar = Grammar.build(house.entities, house.areas, house.floors, house.aliases)
    last = grammar.understand("turn off the front bedroom light", Context(states=house.states.get))
    assert last is not None
    context = Context(states=house.states.get, last=last.entities, before="turn off the front bedroom light")
    assert set(done(grammar.understand("no, the other one", context))) == {"light.back_bed"}  # not the lamp beside it


def test_what_goes_on_is_of_the_thing_that_was_meant_and_not_of_all_of_its_name() -> None:
    house = read_house(Path(__file__).with_name("sentences") / "fourth_house" / "house.json")
    grammar = Grammar.build(house.entities, house.areas, house.floors, house.aliases)
    before = "turn the main light off"  # there is one in the kitchen too: that of this room was meant
    last = grammar.understand(before, Context(room="Snug", states=house.states.get))
    assert last is not None
    context = Context(room="Snug", states=house.states.get, last=last.entities, before=before)
    assert set(done(grammar.understand("and the reading lamp too", context))) == {"light.reed"}
