"""What each value of an act may be, whoever asks for it: nothing is sent of one that is outside of it, cut or not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from assistant.home.devices.components.component import CommandError, Component, as_number
from assistant.home.entities import Value

_PERCENT = (0.0, 100.0, "percent")
_LONGEST_S = 86_400.0  #: of a siren
_LONGEST_TRANSITION_S = 6_553.0  #: what a lamp of Zigbee can count, in tenths of a second

#: Numbers, with their least and most and the unit these are told in. What a device bounds more narrowly it says itself.
_NUMBERS: Mapping[str, tuple[float, float, str]] = {
    **dict.fromkeys(("brightness", "percentage", "position", "tilt", "volume", "humidity"), _PERCENT),
    **dict.fromkeys(("temperature", "temperature_low", "temperature_high"), (-math.inf, math.inf, "")),
    "transition": (0.0, _LONGEST_TRANSITION_S, "seconds"),
    "duration": (0.0, _LONGEST_S, "seconds"),
}

#: What each service takes; of turn_on and turn_off by the domain. One that is not here takes nothing.
_TAKES: Mapping[str, str] = {
    "turn_on light": "brightness kelvin rgb effect transition flash",
    "turn_off light": "transition flash",
    "turn_on fan": "percentage preset",
    "turn_on siren": "tone volume duration",
    "set_position": "position",
    "set_tilt": "tilt",
    "set_temperature": "temperature temperature_low temperature_high mode",
    "set_mode": "mode",
    "set_fan_mode": "fan_mode",
    "set_swing_mode": "swing_mode",
    "set_swing_horizontal_mode": "swing_horizontal_mode",
    "set_preset": "preset",
    "set_humidity": "humidity",
    "set_percentage": "percentage",
    "set_direction": "direction",
    "oscillate": "oscillating",
    "set_value": "value",
    "select": "option",
    "set_fan_speed": "fan_speed",
    "send_command": "command",
    "send_message": "message",
    **dict.fromkeys(("lock", "unlock", "unlatch", "disarm", "trigger"), "code"),
    **dict.fromkeys(("arm_home", "arm_away", "arm_night", "arm_vacation", "arm_custom_bypass"), "code"),
}

#: What a device must be able to, where it is not for its service to say so.
_NEEDS: Mapping[tuple[str, str], str] = {
    **{("siren", name): name for name in ("tone", "volume", "duration")},
    **{(domain, "temperature"): "temperature" for domain in ("climate", "water_heater")},
    **{(domain, "temperature_low"): "temperature_range" for domain in ("climate", "water_heater")},
    **{(domain, "temperature_high"): "temperature_range" for domain in ("climate", "water_heater")},
    **{(domain, "mode"): "mode" for domain in ("climate", "water_heater")},
}


def takes(component: Component, service: str) -> frozenset[str]:
    """Return the names of the values that a service of this component takes."""
    names = _TAKES.get(f"{service} {component.domain}") or _TAKES.get(service, "")
    needs = {name: _NEEDS.get((component.domain, name)) for name in names.split()}
    return frozenset(name for name, feature in needs.items() if feature is None or feature in component.features)


def check(component: Component, service: str, values: Mapping[str, Value]) -> None:
    """Raise CommandError for a value that the service does not take, or that is none of its kind or out of range."""
    taken = takes(component, service)
    for name, value in values.items():
        if value is None:
            continue
        if name not in taken:
            raise CommandError(f"it takes no {_said(name)} when it is told to {_said(service)}")
        _KINDS.get(name, _text)(component, name, value)
    low, high = values.get("temperature_low"), values.get("temperature_high")
    if low is not None and high is not None and as_number(low) > as_number(high):
        raise CommandError(f"its temperature cannot be kept between {low} and {high}")
    if values.get("kelvin") is not None and values.get("rgb") is not None:
        raise CommandError("it takes a colour temperature or a colour, not both")


def _number(name: str, value: Value, low: float, high: float, unit: str) -> None:
    try:
        number = as_number(value)
    except CommandError as error:
        raise CommandError(f"its {_said(name)} has to be a number, and {error}") from None
    if not low <= number <= high:
        most = f"{high:g} {unit}".strip()
        raise CommandError(f"its {_said(name)} goes from {low:g} to {most}, not to {number:g}")


def _bounded(component: Component, name: str, value: Value) -> None:  # noqa: ARG001
    _number(name, value, *_NUMBERS[name])


def _kelvin(component: Component, name: str, value: Value) -> None:
    low = 1 if component.minimum is None else math.floor(component.minimum)
    high = 100_000 if component.maximum is None else math.ceil(component.maximum)
    _number(name, value, low, high, "kelvin")


def _colour(component: Component, name: str, value: Value) -> None:  # noqa: ARG001
    if not isinstance(value, tuple | list) or len(value) != 3:
        raise CommandError(f"{value!r} is no colour of red, green and blue")
    for channel, part in zip(("red", "green", "blue"), value, strict=True):
        _number(channel, part, 0.0, 255.0, "")


def _switch(component: Component, name: str, value: Value) -> None:  # noqa: ARG001
    if not isinstance(value, bool):
        raise CommandError(f"its {_said(name)} has to be true or false, not {value!r}")


def _flash(component: Component, name: str, value: Value) -> None:  # noqa: ARG001
    if value not in ("short", "long"):
        _number(name, value, 0.0, _LONGEST_TRANSITION_S, "seconds")


def _text(component: Component, name: str, value: Value) -> None:  # noqa: ARG001
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise CommandError(f"its {_said(name)} has to be a text, not {value!r}")
    if not isinstance(value, str):
        as_number(value)


def _value(component: Component, name: str, value: Value) -> None:
    if component.domain == "number":
        low, high = component.minimum, component.maximum
        assert low is not None
        assert high is not None
        _number(name, value, low, high, component.unit or "")
    else:
        _text(component, name, value)


def _said(name: str) -> str:
    """Return a name of a value or service as it is said."""
    return {"kelvin": "colour temperature", "rgb": "colour"}.get(name, name.replace("_", " "))


_KINDS: Mapping[str, Callable[[Component, str, Value], None]] = {
    **dict.fromkeys(_NUMBERS, _bounded),
    "kelvin": _kelvin,
    "rgb": _colour,
    "oscillating": _switch,
    "flash": _flash,
    "value": _value,
}
