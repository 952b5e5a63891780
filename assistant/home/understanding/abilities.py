"""What can be done to which things of a house, and the acts that do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.home.entities import Act, Entity
from assistant.home.understanding.acts import LEVELLED, SERVICES, level, simple
from assistant.home.understanding.context import Context
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.wording.values import Quantity

#: Actions that move a value by a step: which way, and of what.
RELATIVE = {
    "up": (1, ""), "down": (-1, ""), "brighter": (1, "brightness"), "dimmer": (-1, "brightness"),
    "warmer": (1, "warmth"), "cooler": (-1, "warmth"),
}  # fmt: skip
_ARMING = ("arm_away", "arm_home", "arm_night")
_MACHINES = ("vacuum", "lawn_mower")
#: The services of actions that are none themselves.
_BY_SERVICES = {
    "either": ("turn_on", "open"),
    "arm": _ARMING, "toggle": ("toggle", "turn_on", "open"), "light": ("turn_on",),
    "lighter": ("turn_on",), "oscillate": ("oscillate",), "steady": ("oscillate",),
    "reverse": ("set_direction",),
    "level": LEVELLED, "any": ("turn_on", "turn_off", "open", "close", "lock", "start"),
    **dict.fromkeys(RELATIVE, LEVELLED),
}  # fmt: skip
#: Actions that are for things of some domains only, or of any but some.
_ONLY = {
    "light": ("light",), "lighter": ("light",),
    "either": ("light", "cover"), "brighter": ("light",), "dimmer": ("light",),
    "warmer": ("climate", "water_heater"),
    "cooler": ("climate", "water_heater"), "start": _MACHINES, "pause": _MACHINES, "halt": _MACHINES,
}  # fmt: skip
_NEVER = {
    "on": ("scene", *_MACHINES), "off": ("scene", *_MACHINES), "toggle": ("scene", *_MACHINES), "stop": _MACHINES,
    "open": ("lock",),
}  # fmt: skip


class Abilities:
    """What can be done in one house."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._ables: dict[str, int] = {}

    def able(self, action: str) -> int:
        """Return the things that an action can be done to."""
        if action not in self._ables:
            self._ables[action] = self._able(action)
        return self._ables[action]

    def _able(self, action: str) -> int:
        directory = self.directory
        mask = directory.able(_BY_SERVICES.get(action) or SERVICES[action])
        if action in ("on", "off"):
            mask |= self.of_domains("climate") & directory.able(("set_mode",))
        if action in _ONLY:
            mask &= self.of_domains(*_ONLY[action])
        return mask & ~self.of_domains(*_NEVER.get(action, ()))

    def of_domains(self, *domains: str) -> int:
        """Return the things of some domains."""
        mask = 0
        for domain in domains:
            mask |= self.directory.domain.get(domain, 0)
        return mask

    def _other_way(self, ids: Sequence[str], context: Context) -> str:
        """Return what "get the lights" means as things are: off where one is on, shut where one is open."""
        values = {state.value for name in ids if (state := context.states(name)) is not None}
        if any(name.startswith("cover.") for name in ids):
            return "close" if "open" in values else "open"
        return "off" if "on" in values else "on"

    def lit(self, ids: Sequence[str], context: Context) -> Sequence[str]:
        """Return several things without the lights that are off, as long as one is on: none is lit to be dimmer."""
        states = {name: context.states(name) for name in ids}
        off = {name for name, state in states.items() if state is not None and state.value == "off"}
        return [name for name in ids if name not in off or not name.startswith("light.")] if off < set(ids) else ids

    def entity(self, name: str) -> Entity:
        """Return a thing of the house by its id."""
        return self.directory.entities[self.directory.number[name]]

    def acts(self, action: str, ids: Sequence[str], context: Context) -> tuple[Act, ...]:
        """Return the acts of an action upon things; none where the only one cannot do it."""
        if len(ids) > 1 and action in RELATIVE and RELATIVE[action][0] < 0:
            ids = self.lit(ids, context)
        if action == "either":
            action = self._other_way(ids, context)
        found = (_ACTS.get(action, _simply)(self.entity(name), action, context) for name in ids)
        return tuple(act for act in found if act is not None)


def _simply(entity: Entity, action: str, _: Context) -> Act | None:
    return simple(entity, action)


def _moved(entity: Entity, action: str, context: Context) -> Act | None:
    sign, quality = RELATIVE[action]
    if entity.domain == "cover":
        return simple(entity, "open" if sign > 0 else "close")
    return level(entity, Quantity(kind="more", number=float(sign), quality=quality), context.states(entity.id))


def _lighter(entity: Entity, _: str, context: Context) -> Act | None:
    """Give more light: what is off goes on, what is on becomes brighter where it can."""
    state = context.states(entity.id)
    brighter = _moved(entity, "brighter", context) if state is not None and state.value == "on" else None
    return brighter or simple(entity, "on")


def _armed(entity: Entity, *_: object) -> Act | None:
    return next((simple(entity, way) for way in _ARMING if way in entity.services), None)


def _reversed(entity: Entity, _: str, context: Context) -> Act:
    state = context.states(entity.id)
    forward = state is not None and state.attributes.get("direction") == "reverse"
    return Act(entity.id, "set_direction", {"direction": "forward" if forward else "reverse"})


_ACTS: dict[str, Callable[[Entity, str, Context], Act | None]] = {
    **dict.fromkeys(RELATIVE, _moved),
    "arm": _armed,
    "light": lambda entity, *_: simple(entity, "on"),
    "lighter": _lighter,
    "oscillate": lambda entity, *_: Act(entity.id, "oscillate", {"oscillating": True}),
    "steady": lambda entity, *_: Act(entity.id, "oscillate", {"oscillating": False}),
    "reverse": _reversed,
}
