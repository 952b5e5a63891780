"""Which of two is warmer, damper or brighter: both are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.home.asking.answers import answer
from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding.grammar import Context, Grammar

HOUSE = Path(__file__).with_name("sentences") / "eighth_house" / "house.json"


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(HOUSE)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("is it warmer in the greenhouse than in the cellar", ("24", "12")),
        ("is it warmer in the greenhouse or outside", ("24", "11")),
        ("is the greenhouse or the cellar colder", ("24", "12")),
        ("which is warmer, the cellar or the greenhouse", ("24", "12")),
        ("is the greenhouse more humid than the music room", ("70", "47")),
        ("is mum's lamp brighter than the floor lamp", ("40", "50")),
    ],
)
def test_both_are_told(grammar: Grammar, house: HouseFile, words: str, values: tuple[str, str]) -> None:
    intent = grammar.understand(words, Context(states=house.states.get))
    assert intent is not None
    assert intent.query is not None
    by_id = {entity.id: entity for entity in house.entities}
    said = answer(intent.query, by_id.get, house.states.get)
    assert all(value in said for value in values), said


@pytest.mark.parametrize(
    "words", ["is it warmer in Spain than in France", "is tea better than coffee", "which is warmer, wool or silk"]
)
def test_what_no_sensor_tells_is_not_answered(grammar: Grammar, house: HouseFile, words: str) -> None:
    assert grammar.understand(words, Context(states=house.states.get)) is None
