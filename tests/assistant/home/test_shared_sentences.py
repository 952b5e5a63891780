"""The Home Assistant project's own sentences, drawn from its package, move the device they name and no other."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hassil.intents import TextSlotList
from hassil.sample import sample_expression

from assistant.commands.eval_home import SAMPLES
from assistant.home.entities import Entity
from assistant.home.house_file import HouseFile, read_house
from assistant.home.understanding import shared_sentences
from assistant.home.understanding.grammar import Context, Grammar

DRAWN = 300  #: ways to say a sentence from which one is drawn
NAMED = {"light": "Desk Lamp", "switch": "Printer", "fan": "Study Fan", "cover": "Kitchen Blind", "lock": "Back Door",
"climate": "Nursery Heater",
         "valve": "Water Valve", "vacuum": "Rosie", "scene": "Movie Night", "button": "Doorbell"}  # fmt: skip


@pytest.fixture(scope="module")
def house() -> HouseFile:
    return read_house(Path(SAMPLES) / "house.json")


def drawn(house: HouseFile) -> Iterator[tuple[str, Entity]]:
    """Yield a sentence of each template that names a device, with the device."""
    intents, chance = shared_sentences.load(), random.Random(12)
    by_name = {entity.name: entity for entity in house.entities}
    for name in ("HassTurnOn", "HassTurnOff", "HassVacuumStart", "HassVacuumReturnToBase"):
        for group in intents.intents[name].data:
            domains = (group.requires_context or {}).get("domain", [])
            for template in group.sentences:
                if "{name}" not in template.text or "{area}" in template.text or "{floor}" in template.text:
                    continue
                for domain in (domain for domain in domains if domain in NAMED):
                    entity = by_name[NAMED[domain]]
                    lists = {
                        **intents.slot_lists,
                        "name": TextSlotList.from_tuples([(entity.name.lower(), entity.name)], name="name"),
                    }
                    ways = sample_expression(template.expression, lists, intents.expansion_rules, "en")
                    said = chance.choice(list(itertools.islice(ways, DRAWN)))
                    yield " ".join(said.split()), entity


def test_a_shared_sentence_moves_what_it_names_and_nothing_else(house: HouseFile) -> None:
    grammar = Grammar.build(house.entities, house.areas, house.floors, house.aliases)
    understood = total = 0
    for said, entity in drawn(house):
        intent = grammar.understand(said, Context(states=house.states.get))
        acts = intent.acts or (intent.pending.acts if intent.pending else ()) if intent else ()
        assert {act.entity_id for act in acts} <= {entity.id}, said
        bare = said.removeprefix("the ").removeprefix("my ").removeprefix("our ") == entity.name.lower()
        total += not bare
        understood += bool(acts) and not bare
    assert total > 40
    assert understood >= 0.95 * total


def test_a_sentence_with_a_foreign_word_is_not_even_tried(house: HouseFile) -> None:
    grammar = Grammar.build(house.entities)
    assert list(shared_sentences.recognise(grammar.directory, "turn on the desk lamp zebra", None)) == []
    assert [said.intent for said in shared_sentences.recognise(grammar.directory, "turn on the desk lamp", None)] == [
        "HassTurnOn"
    ]
