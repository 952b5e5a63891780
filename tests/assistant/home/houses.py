"""Houses for the tests: announcements and states are written as a device would publish them."""

from __future__ import annotations

import json
from typing import Any

from assistant.home.devices.house import House
from assistant.home.devices.reports import Changes
from assistant.home.entities import Act, Entity, Value
from assistant.home.understanding.wording.words import plain


def publish(house: House, topic: str, payload: Any, *, retain: bool = True, now: float = 1000.0) -> Changes:
    """Let the house receive a message; what is no text and no bytes is sent as JSON."""
    if not isinstance(payload, bytes):
        payload = (payload if isinstance(payload, str) else json.dumps(payload)).encode()
    return house.receive(topic, payload, retain, now)


def announce(house: House, component: str, keys: dict[str, Any], object_id: str = "thing") -> str:
    """Announce one entity; return its id."""
    changes = publish(house, f"homeassistant/{component}/{object_id}/config", {"name": "Thing", **keys})
    assert len(changes.added) == 1, changes
    return changes.added[0]


def sent(house: House, entity_id: str, service: str, **values: Value) -> list[tuple[str, str]]:
    """Return the topics and payloads of a command."""
    return [(message.topic, message.payload) for message in house.encode(Act(entity_id, service, values))]


def thing(name: str, area: str, domain: str = "light", device_class: str | None = None) -> Entity:
    """Return a thing of the house that can do what those of its domain usually can."""
    services = {
        "light": "turn_on turn_off toggle", "switch": "turn_on turn_off toggle",
        "cover": "open close stop set_position", "lock": "lock unlock", "scene": "activate", "valve": "open close",
        "climate": "set_temperature set_mode",
    }[domain]  # fmt: skip
    return Entity(
        id=f"{domain}.{plain(name).replace(' ', '_')}", name=name, area=area, domain=domain, device_class=device_class,
        features=frozenset({"light": ("brightness", "color_temp"), "cover": ("position",)}.get(domain, ())),
        minimum=5 if domain == "climate" else 2200, maximum=30 if domain == "climate" else 6500,
        services=frozenset(services.split()),
    )  # fmt: skip
