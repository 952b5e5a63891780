"""Whether what a device tells is what it was told, as exactly as it can count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.home.devices.colour_spaces import rgb_to_hs
from assistant.home.devices.components.component import Component
from assistant.home.entities import State, Value

#: What is said on the way to a state.
_ON_THE_WAY: dict[str, tuple[str, ...]] = {
    "open": ("opening", "unlocking"),
    "closed": ("closing",),
    "locked": ("locking",),
    "unlocked": ("unlocking",),
    "disarmed": ("disarming",),
    "armed_home": ("arming", "pending"),
    "armed_away": ("arming", "pending"),
    "armed_night": ("arming", "pending"),
    "armed_vacation": ("arming", "pending"),
    "armed_custom_bypass": ("arming", "pending"),
}

#: Where a cover that tells its position is when it is open, and when it is closed, in percent open.
_ENDS: dict[Value, int] = {"open": 100, "closed": 0}
_SLACK = 2.0  # percent; devices count in 255ths, and covers stop a little before their end


@dataclass(frozen=True, slots=True)
class Compared:
    """What a command expects ("value", names of attributes), by what a state says of it.

    It says so (`alike`); it says something else or nothing (`unlike`); or the device never tells (`unreported`).
    """

    alike: frozenset[str]
    unlike: frozenset[str]
    unreported: frozenset[str]

    @property
    def settled(self) -> bool | None:
        """Whether the state says all that the device can tell; None where it never tells any of it."""
        return not self.unlike if self.alike or self.unlike else None


def compare(component: Component, expects: Mapping[str, Value], state: State) -> Compared:
    """Return how `state` compares with what a command `expects`."""
    expects = _to_the_end(component, expects, state)
    unreported = frozenset(expects) if component.optimistic else frozenset(component.unreported & expects.keys())
    told = expects.keys() - unreported
    if not state.available:
        return Compared(frozenset(), frozenset(told), unreported)
    has = {name: value for name, value in state.attributes.items() if value is not None} | {"value": state.value}
    for mode, other in (("rgb", "kelvin"), ("kelvin", "rgb")):
        if mode in told and other in has:
            has.pop(mode, None)  # it is still in its other colour mode
    if "position" in told and expects.get("value") == "closed" and _ajar(has):
        has["value"] = "closed"
    alike = frozenset(name for name in told if name in has and _alike(name, expects[name], has[name], component))
    return Compared(alike, frozenset(told - alike), unreported)


def under_way(expects: Mapping[str, Value], state: State) -> bool:
    """Return whether `state` says that the device is on its way to what a command `expects`."""
    return state.available and state.value in _ON_THE_WAY.get(str(expects.get("value")), ())


def _to_the_end(component: Component, expects: Mapping[str, Value], state: State) -> Mapping[str, Value]:
    """Return what is expected with its position, of a cover that should open or close and tells where it is.

    It calls itself open at 30 percent, and all the way up from there.
    """
    end = _ENDS.get(expects.get("value"))
    if end is None or state.attributes.get("position") is None or "position" in component.unreported:
        return expects
    return {"position": end, **expects}


def _ajar(has: Mapping[str, Value]) -> bool:
    """Return whether a cover calls itself open where it stopped a little before it was closed."""
    position = has.get("position")
    return has["value"] == "open" and isinstance(position, int | float) and 0 < position <= _SLACK


def _alike(name: str, wanted: Value, told: Value, component: Component) -> bool:
    """Return whether what a device tells is what it was told, as exactly as it can count."""
    if isinstance(wanted, tuple):
        return isinstance(told, tuple) and _same_colour(wanted, told)
    if isinstance(wanted, bool) or not isinstance(wanted, int | float) or not isinstance(told, int | float):
        return wanted == told
    if name == "kelvin":
        return abs(told - wanted) <= 0.03 * wanted
    slack, step = _SLACK, component.step or 0.0
    if name in ("value", "temperature", "temperature_low", "temperature_high"):
        slack = step / 2
    elif name == "percentage" and step:
        steps = round(100 / step)
        wanted = int(math.ceil(steps * wanted / 100) * 100 / steps)  # a fan goes to the next speed that it has
        slack = min(slack, 0.49 * step) if step > _SLACK else slack  # where half a step is less than what is rounded
    return abs(told - wanted) <= slack + 1e-6


def _same_colour(wanted: tuple[int, int, int], told: tuple[int, int, int]) -> bool:
    (hue, saturation), (told_hue, told_saturation) = rgb_to_hs(wanted), rgb_to_hs(told)
    apart = abs(hue - told_hue) % 360
    pale = min(saturation, told_saturation) < 15
    return abs(saturation - told_saturation) <= 25 and (pale or min(apart, 360 - apart) <= 20)
