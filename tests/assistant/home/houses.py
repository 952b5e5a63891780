"""Houses for the tests: announcements and states are written as a device would publish them."""

from __future__ import annotations

import json
from typing import Any

from assistant.home.devices.house import House
from assistant.home.devices.reports import Changes
from assistant.home.entities import Act, Value


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
