"""A device as others are shown it: in six fields, or with everything that a panel of controls needs."""

from __future__ import annotations

from assistant.home.entities import Act, Entity, State
from assistant.home.understanding.acts import confirm

#: What "on" and "off" of a binary sensor are called, where they are a door's or a lock's.
_OPEN = {"on": "open", "off": "closed"}
_CALLED = {
    **dict.fromkeys(("door", "window", "garage_door", "opening"), _OPEN), "lock": {"on": "unlocked", "off": "locked"},
}  # fmt: skip


def shown(entity: Entity, state: State) -> str | float | None:
    """Return the state as others are shown it: a window is open or closed; what cannot be reached is unknown."""
    if not state.available:
        return None
    if entity.domain == "binary_sensor" and isinstance(state.value, str):
        return _CALLED.get(entity.device_class or "", {}).get(state.value, state.value)
    return state.value


def listed(entity: Entity, state: State) -> dict[str, object]:
    """Return {id, name, domain, area, state, available}; what cannot be reached has an unknown state."""
    return {
        "id": entity.id,
        "name": entity.name,
        "domain": entity.domain,
        "area": entity.area,
        "state": shown(entity, state),
        "available": state.available,
    }


def live(entity: Entity, state: State) -> dict[str, object]:
    """Return what changes of a device while it is announced the same: {id, state, available, attributes}."""
    return {
        "id": entity.id,
        "state": shown(entity, state),
        "available": state.available,
        "attributes": dict(state.attributes),
    }


def detailed(entity: Entity, state: State, unconfirmed: frozenset[str] = frozenset()) -> dict[str, object]:
    """Return `listed` and `live`, and what the device can do, in the terms of Entity.

    `confirm` are those of its `services` that are asked back before they are done, none in `unconfirmed` domains.
    """
    risky = entity.domain not in unconfirmed
    return {
        **listed(entity, state),
        **live(entity, state),
        "device": entity.device,
        "device_class": entity.device_class,
        "category": entity.category,
        "unit": entity.unit,
        "minimum": entity.minimum,
        "maximum": entity.maximum,
        "step": entity.step,
        "features": sorted(entity.features),
        "services": sorted(entity.services),
        "confirm": [name for name in sorted(entity.services) if risky and confirm(entity, Act(entity.id, name))],
        "options": entity.options,
        "modes": entity.modes,
        "presets": entity.presets,
        "effects": entity.effects,
        "fan_modes": entity.fan_modes,
        "swing_modes": entity.swing_modes,
    }
