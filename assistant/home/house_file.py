"""A house as a file, for evaluation: its entities with their states, floors and other names, in one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assistant.home.entities import Entity, State
from engines.errors import ReparteeError

#: The services of a domain, and what a feature adds to them.
_SERVICES = {
    "light": "turn_on turn_off toggle", "switch": "turn_on turn_off toggle", "fan": "turn_on turn_off toggle",
    "siren": "turn_on turn_off toggle", "humidifier": "turn_on turn_off toggle set_humidity",
    "cover": "open close toggle",
    "valve": "open close", "lock": "lock unlock", "climate": "set_mode", "water_heater": "set_mode",
    "scene": "activate",
    "button": "press", "vacuum": "start pause stop return_home locate", "number": "set_value", "text": "set_value",
    "select": "select", "lawn_mower": "start pause return_home",
    "alarm_control_panel": "arm_home arm_away arm_night disarm",
}  # fmt: skip
_BY_FEATURE = {
    "stop": "stop", "position": "set_position stop", "tilt": "set_tilt open_tilt close_tilt",
    "percentage": "set_percentage",
    "preset": "set_preset", "oscillating": "oscillate", "direction": "set_direction", "temperature": "set_temperature",
    "fan_mode": "set_fan_mode",
}  # fmt: skip
_FIELDS = {field.name for field in fields(Entity)}


class HouseFileError(ReparteeError):
    """A house file that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseFile:
    """A house for evaluation: what is in it, how it is, and what people call its parts."""

    entities: tuple[Entity, ...]
    states: Mapping[str, State]
    areas: Mapping[str, tuple[str, ...]]
    floors: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, str]
    room: str | None


def read_house(path: Path) -> HouseFile:
    """Read a house file: {"entities": [{"id", "name", "area", "features", "state", ...}], "floors", "aliases"}.

    An entity that names no services has those of its domain and features. Raises HouseFileError with what is wrong.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        entities = tuple(_entity(entry) for entry in data["entities"])
        return HouseFile(
            entities=entities,
            states={entry["id"]: State(value=entry.get("state"), attributes=entry.get("attributes", {}),
            available=entry.get("available", True))
                    for entry in data["entities"]},
            areas={name: tuple(others) for name, others in data.get("areas", {}).items()},
            floors={name: tuple(areas) for name, areas in data.get("floors", {}).items()},
            aliases=dict(data.get("aliases", {})),
            room=data.get("room"),
        )  # fmt: skip
    except OSError as error:
        raise HouseFileError(f"The house file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HouseFileError(
            f"The house file {path} is no house: {error!r}; entities with id and name are expected."
        ) from error


def _entity(entry: Mapping[str, Any]) -> Entity:
    domain = entry["id"].split(".")[0]
    features = frozenset(entry.get("features", ()))
    services = set(entry.get("services", _SERVICES.get(domain, "").split()))
    if "services" not in entry:
        for feature in features:
            services |= set(_BY_FEATURE.get(feature, "").split())
    known = {
        name: tuple(value) if isinstance(value, list) else value for name, value in entry.items() if name in _FIELDS
    }
    return Entity(**{**known, "domain": domain, "features": features, "services": frozenset(services)})
