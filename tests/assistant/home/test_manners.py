"""Whose thing is meant where its kind is left out, every lamp, models by their numbers, and manners of asking."""

from __future__ import annotations

import pytest

from assistant.home.entities import Entity, HomeIntent
from assistant.home.understanding.grammar import Context, Grammar
from tests.assistant.home.houses import thing


def _fan(name: str, area: str) -> Entity:
    return Entity(
        id=f"fan.{name.partition(' ')[0].lower()}", name=name, area=area, domain="fan",
        features=frozenset(("percentage",)), services=frozenset(("turn_on", "turn_off", "set_percentage")),
    )  # fmt: skip


HOUSE = (
    thing("Nora's Light", "Nora's Room"), thing("Corner Light Bar", "Nora's Room"),
    thing("Nora's Blind", "Nora's Room", "cover", "blind"), thing("Warmo Nora", "Nora's Room", "climate"),
    _fan("Aerio AM07", "Nora's Room"), _fan("Study Fan", "Study"), thing("Study Radiator", "Study", "climate"),
    thing("Otto's Lamp", "Study"), thing("Arc Lamp", "Study"), thing("Study Ceiling", "Study"),
    thing("Brillo A60 #1", "Porch"), thing("Brillo A60 #2", "Cellar"),
    thing("Kettle", "Kitchen", "switch"), thing("Radio", "Kitchen", "switch"),
    thing("Shed Door", "Garden", "lock"), thing("Siesta", "Study", "scene"),
)  # fmt: skip


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(HOUSE)


def said(grammar: Grammar, words: str, room: str | None = None, before: str = "") -> HomeIntent | None:
    last = grammar.understand(before, Context()) if before else None
    return grammar.understand(words, Context(room=room, before=before, last=last.entities if last else ()))


def moved(intent: HomeIntent | None) -> dict[str, object]:
    acts = intent.acts if intent is not None and intent.kind == "act" else ()
    return {act.entity_id: next(iter(act.values.values()), act.service) for act in acts}


def ids(*names: str) -> set[str]:
    known = {entity.name: entity.id for entity in HOUSE}
    return {known[name] for name in names}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("study radiator to 19 and Nora's to 17", "Study Radiator;Warmo Nora"),
        ("the porch light off and Nora's lights on", "Brillo A60 #1;Nora's Light;Corner Light Bar"),
        ("Nora's lights off, all but the corner bar", "Nora's Light"),
        ("Brillo number two off", "Brillo A60 #2"),
        ("Brillos off, just not number one", "Brillo A60 #2"),
        ("Aerio off", "Aerio AM07"),
        ("every lamp in the study off except the study ceiling", "Otto's Lamp;Arc Lamp"),
        ("all study lights off, just leave Otto's", "Arc Lamp;Study Ceiling"),
        ("leave the arc lamp on but turn off the kettle and the radio", "Kettle;Radio"),
        ("we should be obliged if the radio were turned off", "Radio"),
        ("might I trouble you to switch on the kettle", "Kettle"),
        ("who left the arc lamp on? never mind, switch it off", "Arc Lamp"),
        ("siesta scene, let's go", "Siesta"),
    ],
)
def test_what_is_meant_is_moved_and_no_more(grammar: Grammar, words: str, names: str) -> None:
    assert set(moved(said(grammar, words))) == ids(*names.split(";")), words


@pytest.mark.parametrize(
    "words",
    [
        "the kettle off and Nora's on", "every lamp in the study off", "every lamp in the study off, just keep Otto's",
        "number two off", "I would be glad if the kettle were on when I wake",
        "is it a bit dimmer", "never mind, I'll turn the kettle off",
        "tell Otto to get to work", "unlock the shed, Nora's lost her keys",
    ],
)  # fmt: skip
def test_what_is_not_plain_moves_nothing(grammar: Grammar, words: str) -> None:
    assert not moved(said(grammar, words)), words


def test_the_fan_is_the_one_here_whatever_its_name(grammar: Grammar) -> None:
    assert moved(said(grammar, "fan down to 30", room="Nora's Room")) == {"fan.aerio": 30}
    assert moved(said(grammar, "fan down to 30", room="Study")) == {"fan.study": 30}


def test_what_was_spoken_of_is_moved_on_in_few_words(grammar: Grammar) -> None:
    assert set(moved(said(grammar, "bit dimmer", before="turn on the arc lamp"))) == ids("Arc Lamp")
    assert not moved(said(grammar, "bit dimmer"))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("might I enquire whether the shed door is locked", "Shed Door"),
        ("is the shed door locked or do I have to go out", "Shed Door"),
        ("what temperature has the study radiator been set to", "Study Radiator"),
    ],
)
def test_questions_in_another_manner(grammar: Grammar, words: str, name: str) -> None:
    intent = said(grammar, words)
    query = intent.query if intent is not None else None
    assert set(query.entities if query is not None else ()) == ids(name)
