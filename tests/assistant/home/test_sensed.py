"""What the sensors of a house are asked by what they sense, and what is said then."""

from __future__ import annotations

import pytest

from assistant.home.asking.answers import answer
from assistant.home.entities import Entity, State
from assistant.home.understanding.grammar import Context, Grammar


def contact(name: str, device_class: str, value: str, area: str | None = None) -> tuple[Entity, State]:
    slug = f"{name}_{device_class}".lower().replace(" ", "_")
    entity = Entity(id=f"binary_sensor.{slug}", name=name, domain="binary_sensor", device_class=device_class, area=area)
    return entity, State(value=value)


def meter(name: str, device_class: str, value: float, unit: str) -> tuple[Entity, State]:
    slug = name.lower().replace(" ", "_")
    return Entity(id=f"sensor.{slug}", name=name, domain="sensor", device_class=device_class, unit=unit), State(
        value=value
    )


HOUSE = [
    contact("Tablet", "battery", "off"),
    contact("Tablet", "battery_charging", "on"),
    contact("Tablet", "connectivity", "on"),
    contact("Tablet", "plug", "on"),
    contact("Tablet", "update", "on"),
    contact("Scullery Smoke", "smoke", "off", "Scullery"),
    contact("Drain", "moisture", "on", "Scullery"),
    contact("Microphone", "sound", "on", "Garage"),
    contact("Desk", "occupancy", "on", "Office"),
    contact("Stairs", "safety", "off"),
    meter("Door Tag", "battery", 12, "%"),
    meter("Tank", "volume_storage", 28, "L"),
    meter("Cistern", "pressure", 2.1, "bar"),
    meter("Roof Gauge", "precipitation", 29, "mm"),
    meter("Roof Gauge Rate", "precipitation_intensity", 4, "mm/h"),
    meter("Attic Ozone", "ozone", 54, "µg/m³"),
    (Entity(id="cover.drape_left", name="Drape Left", domain="cover", device_class="curtain"), State(value="open")),
    (Entity(id="cover.drape_right", name="Drape Right", domain="cover", device_class="curtain"), State(value="closed")),
]
ENTITIES = {entity.id: entity for entity, _ in HOUSE}
STATES = {entity.id: state for entity, state in HOUSE}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar.build(ENTITIES.values())


def told(grammar: Grammar, question: str) -> str | None:
    intent = grammar.understand(question, Context(states=STATES.get))
    if intent is None or intent.query is None:
        return None
    return answer(intent.query, ENTITIES.get, STATES.get)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("is the tablet battery low?", "No"),
        ("which batteries are low?", "The door tag is low"),
        ("is the tablet charging?", "Yes"),
        ("are all devices connected?", "Yes"),
        ("is the tablet unplugged?", "No"),
        ("what updates are available?", "The tablet is"),
        ("is the floor wet?", "Yes"),
        ("is the scullery flooded?", "Yes"),
        ("is there any noise in the garage?", "Yes"),
        ("is the office occupied?", "Yes"),
        ("are the stairs safe?", "Yes"),
        ("are any smoke sensors triggered?", "No"),  # a detector that is clear is not told to have gone off
        ("are all smoke sensors triggered?", "No"),
        ("which sound sensors are triggered?", "The microphone"),
        ("is drape left closed?", "No, the drape left is open"),
        ("is the drape left open?", "Yes, the drape left"),
    ],
)
def test_what_a_detector_tells_has_words_of_its_own(grammar, question, begins):
    assert (told(grammar, question) or "").startswith(begins), told(grammar, question)


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("what is the total stored volume in the tank?", "The tank is 28 litres."),
        ("what is the pressure indicated by the cistern?", "The cistern is 2.1 bar."),
        ("what is the cistern's pressure?", "The cistern is 2.1 bar."),
        ("what is the accumulated rainfall of the roof gauge?", "The roof gauge is 29 millimetres."),
        ("what is the o3 level measured by attic ozone?", "The attic ozone is 54 micrograms per cubic metre."),
    ],
)
def test_a_reading_is_asked_for_with_any_words_for_its_quantity(grammar, question, answered):
    assert told(grammar, question) == answered


@pytest.mark.parametrize(
    "question",
    ["what is the pressure of the sea?", "is the soup cold?", "are any friends home?", "is he connected to the mob"],
)
def test_what_no_sensor_of_the_house_tells_is_not_for_it(grammar, question):
    assert told(grammar, question) is None
