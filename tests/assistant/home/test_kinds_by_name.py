"""What a thing is called decides which kind of things it is among."""

from __future__ import annotations

from assistant.home.entities import Entity
from assistant.home.grammar import Grammar


def _climate(name: str, area: str) -> Entity:
    return Entity(
        id=f"climate.{area.lower()}", name=name, area=area, domain="climate", modes=("off", "heat", "cool"),
        services=frozenset(("set_temperature", "set_mode")), features=frozenset(("temperature", "mode")),
    )  # fmt: skip


def test_an_air_conditioner_is_no_radiator() -> None:
    grammar = Grammar.build([_climate("Attic AC", "Attic"), _climate("Den Radiator", "Den")])
    intent = grammar.understand("set the radiators to 17")
    assert intent is not None
    assert [act.entity_id for act in intent.acts] == ["climate.den"]
    intent = grammar.understand("turn the aircon to 22")
    assert intent is not None
    assert [act.entity_id for act in intent.acts] == ["climate.attic"]


def test_lights_of_a_room_are_all_asked_for() -> None:
    lights = [
        Entity(
            id=f"light.{n}", name=name, area="West Room", domain="light", services=frozenset(("turn_on", "turn_off"))
        )
        for n, name in enumerate(("West Room Light", "Ada's Lamp", "Sconce"))
    ]  # fmt: skip
    intent = Grammar.build(lights).understand("are any of the lights in the west room on")
    assert intent is not None
    assert intent.query is not None
    assert len(intent.query.entities) == 3
