"""Words that a display is to show, as they were said."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity
from assistant.home.understanding.grammar import Grammar

THINGS = [
    Entity(id="text.board", name="Kitchen Board", area="Kitchen", domain="text", services=frozenset(("set_value",))),
    Entity(id="light.kitchen", name="Kitchen Light", area="Kitchen", domain="light",
           services=frozenset(("turn_on", "turn_off"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(THINGS)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ('write "Piano at 6" on the kitchen board', "Piano at 6"),
        ("please put Out of milk on the kitchen board", "Out of milk"),
        ("change the kitchen board to say Gone fishing, back at ten", "Gone fishing, back at ten"),
        ("could you make the kitchen board read Hello Ada please", "Hello Ada"),
        ("set the kitchen board to vet on Friday", "vet on Friday"),
    ],
)
def test_what_is_said_is_what_is_shown(grammar: Grammar, words: str, shown: str) -> None:
    intent = grammar.understand(words)
    assert intent is not None
    assert [(act.entity_id, act.service, dict(act.values)) for act in intent.acts] == [
        ("text.board", "set_value", {"value": shown})
    ]


@pytest.mark.parametrize(
    "words", ["what does the kitchen board say", "she wrote hello on the kitchen board", "write a note on the fridge"]
)
def test_what_asks_or_tells_writes_nothing(grammar: Grammar, words: str) -> None:
    intent = grammar.understand(words)
    assert intent is None or intent.acts == ()


def test_the_light_beside_it_is_still_a_light(grammar: Grammar) -> None:
    intent = grammar.understand("set the kitchen light to on")
    assert intent is None or {act.entity_id for act in intent.acts} <= {"light.kitchen"}
