"""From what is wanted of a thing to the act that does it: a lamp brighter, a blind half open, a heater on eco."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from assistant.home.entities import Act, Entity, State, Value
from assistant.home.understanding.wording.english import COLOURS, COMMON_THINGS, COOLING, GENERIC
from assistant.home.understanding.wording.values import Quantity
from assistant.home.understanding.wording.words import joined, plain, singular

#: One step of "brighter", "faster", "warmer", "more open".
STEP = {"brightness": 25.0, "percentage": 25.0, "position": 25.0, "temperature": 1.0, "kelvin": 500.0, "humidity": 5.0}
COLDEST, WARMEST = 6500.0, 2000.0  #: K, of a lamp that does not tell its bounds
_WARM_WHITE = (255, 169, 87)  #: 2700 K on a lamp with colours only

#: The services an action may become; which of them, the thing decides.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "on": ("turn_on", "activate", "start"),
    "off": ("turn_off",),
    "toggle": ("toggle",),
    "open": ("open",),
    "close": ("close",),
    "stop": ("stop", "pause"),
    "lock": ("lock",),
    "unlock": ("unlock",),
    "press": ("press",),
    "activate": ("activate",),
    "start": ("start", "start_mowing"),
    "pause": ("pause", "stop"),
    "halt": ("stop", "pause"),
    "dock": ("return_home", "dock"),
    "locate": ("locate",),
    "arm_away": ("arm_away",),
    "arm_home": ("arm_home",),
    "arm_night": ("arm_night",),
    "arm_vacation": ("arm_vacation",),
    "disarm": ("disarm",),
    "install": ("install",),
    "open_tilt": ("open_tilt",),
    "close_tilt": ("close_tilt",),
}
#: What a level ("half", "brighter", "up") can be a level of.
LEVELLED = (
    "set_percentage",
    "set_position",
    "set_tilt",
    "set_temperature",
    "set_humidity",
    "set_value",
    "turn_on",
    "open",
    "close",
)

#: Done only after "yes", unless the owner says otherwise: what lets people in, water out or wakes the street.
_CONFIRMED_SERVICES = {
    ("lock", "unlock"), ("lock", "unlatch"), ("lock", "open"), ("valve", "open"), ("valve", "set_position"),
    ("siren", "turn_on"), ("siren", "toggle"), ("valve", "toggle"), ("alarm_control_panel", "disarm"),
    ("alarm_control_panel", "trigger"),
}  # fmt: skip
_CONFIRMED_COVERS = ("garage", "gate", "door")

_VERBS = {
    "turn_on": "turn on", "turn_off": "turn off", "open": "open", "close": "close", "lock": "lock", "unlock": "unlock",
    "stop": "stop", "toggle": "switch", "press": "press", "activate": "start", "start": "start", "pause": "pause",
    "return_home": "send home", "dock": "send home", "disarm": "disarm", "arm_away": "arm", "arm_home": "arm",
    "arm_night": "arm", "arm_vacation": "arm", "set_position": "move", "set_temperature": "set",
    "set_tilt": "tilt", "open_tilt": "tilt open", "close_tilt": "tilt shut",
    "set_percentage": "set",
    "set_mode": "set", "set_preset": "set", "set_value": "set", "select": "set", "set_humidity": "set",
    "locate": "find",
    "set_fan_mode": "set", "install": "update", "set_direction": "turn round", "oscillate": "swing",
}  # fmt: skip
_INTENTS = {
    "turn_on": "HassTurnOn", "open": "HassTurnOn", "lock": "HassTurnOn", "activate": "HassTurnOn",
    "press": "HassTurnOn",
    "turn_off": "HassTurnOff", "close": "HassTurnOff", "unlock": "HassTurnOff", "toggle": "HassToggle",
    "stop": "HassStopMoving", "set_position": "HassSetPosition", "set_temperature": "HassClimateSetTemperature",
    "set_percentage": "HassFanSetSpeed", "set_humidity": "HassHumidifierSetpoint", "start": "HassVacuumStart",
    "return_home": "HassVacuumReturnToBase", "pause": "HassVacuumPause", "locate": "HassVacuumLocate",
    "select": "HassSelect",
    "set_value": "HassSetNumber", "set_mode": "HassClimateSetMode", "set_preset": "HassSetPreset",
    "set_fan_mode": "HassClimateSetFanMode", "disarm": "HassAlarmDisarm", "arm_away": "HassAlarmArm",
    "arm_home": "HassAlarmArm", "arm_night": "HassAlarmArm", "arm_vacation": "HassAlarmArm",
}  # fmt: skip


def confirm(entity: Entity, act: Act) -> bool:
    """Say whether an act is one of those that are asked back before they are done."""
    if entity.domain == "cover":
        return entity.device_class in _CONFIRMED_COVERS and act.service in ("open", "set_position", "toggle")
    return (entity.domain, act.service) in _CONFIRMED_SERVICES


def intent_name(acts: tuple[Act, ...]) -> str:
    """Return the field's name for what is done: HassTurnOn, HassLightSet, ..."""
    first = acts[0]
    if first.service == "turn_on" and first.entity_id.startswith("light.") and first.values:
        return "HassLightSet"
    return _INTENTS.get(first.service, "HassTurnOn")


def verb(act: Act) -> str:
    """Return the verb of an act: "turn on", "unlock"."""
    if act.service == "turn_on" and act.values:
        return "set"
    return _VERBS.get(act.service, act.service.replace("_", " "))


def the(names: list[str]) -> str:
    """Return names as they are said in a sentence: "the sofa lamp and the kettle"."""
    return joined([_called(name) for name in names])


def called(thing: Entity) -> str:
    """Return the name of a thing as it is said in a sentence; a robot may have one of its own: "Dusty"."""
    robot = thing.domain in ("vacuum", "lawn_mower") and " " not in thing.name and thing.name.istitle()
    return thing.name if robot and not {thing.name.lower()} & (COMMON_THINGS | GENERIC | _TRADES) else the([thing.name])


def _called(name: str) -> str:
    whose, _, what = name.partition(" ")
    if what and whose[:1].isupper() and re.search(r"['’]s$", whose) and plain(whose) not in _MANY:
        return f"{whose} {_lower(what)}"  # "Tom's lamp" has no article
    return name if _is_own(name) else f"the {_lower(name)}"


#: What a robot is called that has no name.
_TRADES = frozenset("mower lawnmower sweeper mop scrubber vac roborock braava deebot neato".split())
#: Whose name is none.
_MANY = frozenset("kids childrens girls boys guests babys".split())


def _is_own(name: str) -> bool:
    """Say whether a name takes no article: "my lamp", or one word that is no kind of thing, such as "Rosie"."""
    lower = name.lower()
    if lower.startswith(("the ", "my ", "our ")):
        return True
    words = set(lower.split()) | {singular(word) for word in lower.split()}
    return (
        " " not in lower
        and name.istitle()
        and lower[-2:] in ("ie", "ey", "by")
        and not words & (COMMON_THINGS | GENERIC)
    )


def _lower(name: str) -> str:
    """Write a name in lower case but for what is not a common word: "Sofa Lamp" is "sofa lamp", "TV" stays."""
    return " ".join(
        word if word.isupper() or any(char.isdigit() for char in word) else word.lower() for word in name.split()
    )


#: What goes on and off, or open and shut, goes the other way too.
_BOTH_WAYS = (frozenset(("turn_on", "turn_off")), frozenset(("open", "close")))


def _cools(entity: Entity) -> bool:
    return not COOLING.isdisjoint(plain(entity.name).split()) or "air con" in plain(entity.name)


def _is_to_cool(entity: Entity) -> bool:
    """Say whether being turned on, which for want of a switch is a mode, would let an air conditioner heat."""
    return (
        _cools(entity) and "power" not in entity.features and "cool" in entity.modes and "set_mode" in entity.services
    )


def _modes(entity: Entity) -> tuple[str, ...]:
    """Return the modes in which a thing is turned on, the likeliest first: what is called for cooling cools."""
    return ("cool", "auto", "heat_cool", "heat") if _cools(entity) else ("heat", "auto", "heat_cool", "cool")


def simple(entity: Entity, action: str) -> Act | None:
    """Return the act of an action without a value, None where the thing cannot do it."""
    if (
        action in ("on", "off")
        and entity.domain in ("climate", "water_heater", "humidifier")
        and (not ({"turn_on", "turn_off"} & entity.services) or (action == "on" and _is_to_cool(entity)))
    ):
        mode = "off" if action == "off" else next((m for m in _modes(entity) if m in entity.modes), None)
        return Act(entity.id, "set_mode", {"mode": mode}) if mode in entity.modes else None
    for service in SERVICES.get(action, ()):
        if service in entity.services:
            return Act(entity.id, service)
    if action == "toggle" and any(both <= entity.services for both in _BOTH_WAYS):
        return Act(entity.id, "toggle")
    return None


def level(entity: Entity, value: Quantity, state: State | None, *, way: int = 0, quality: str = "") -> Act | None:
    """Return the act that brings a thing to a value, or moves it by one; None where it has no such value.

    `way` is -1 where the verb lowers, 1 where it raises; `quality` what the sentence named: "brightness",
    "temperature", "colour temperature", "position", "tilt", "speed", "humidity".
    """
    if entity.domain == "light":
        return _light(entity, value, state, way, quality)
    if quality == "tilt":
        return _tilt(entity, value)
    setting = _LEVELS.get(entity.domain)
    return setting(entity, value, state, way) if setting else None


def _attributes(state: State | None) -> Mapping[str, Value]:
    return state.attributes if state and state.available else {}


def _speed(entity: Entity, value: Quantity, state: State | None, way: int) -> Act | None:
    if "percentage" not in entity.features or value.kind in ("colour", "kelvin", "degrees"):
        return None
    if value.kind == "more" and value.quality not in ("", "level", "speed"):
        return None
    off = state is not None and state.value == "off"
    now = _number(_attributes(state).get("percentage"), 0.0 if off else 50.0)
    wanted = _moved(now, value, way, STEP["percentage"], 100.0)
    if wanted is None or not 0 <= wanted <= 100:
        return None
    return Act(entity.id, "set_percentage", {"percentage": round(wanted)})


def _humidity(entity: Entity, value: Quantity, state: State | None, way: int) -> Act | None:
    if value.kind not in ("percent", "number", "more") or value.quality not in ("", "level"):
        return None
    wanted = _moved(_number(_attributes(state).get("humidity"), 50.0), value, way, STEP["humidity"], 100.0)
    return Act(entity.id, "set_humidity", {"humidity": wanted}) if _within(entity, wanted, 0, 100) else None


def _volume(entity: Entity, value: Quantity, *_: object) -> Act | None:
    if value.kind not in ("percent", "number") or "volume" not in entity.features:
        return None
    return Act(entity.id, "turn_on", {"volume": value.number})


#: What else people call the modes of a heater.
_MODES_SAID = {"heating": "heat", "cooling": "cool", "automatic": "auto", "fan": "fan_only", "drying": "dry"}


def options(entity: Entity) -> Iterator[str]:
    """Yield the plain name of each option, mode, preset and effect that a thing can be set to."""
    named = (entity.modes, entity.presets, entity.effects, entity.options, entity.fan_modes, entity.swing_modes)
    for names in named:
        yield from (plain(name.replace("_", " ")) for name in names)
    yield from (said for said, mode in _MODES_SAID.items() if mode in entity.modes)


def option(entity: Entity, words: str) -> Act | None:
    """Return the act that chooses one of a thing's options, modes, presets or effects by its plain name, or None."""
    for names, service, key in (
        (entity.modes, "set_mode", "mode"),
        (
            entity.presets,
            "turn_on" if entity.domain == "fan" and "set_preset" not in entity.services else "set_preset",
            "preset",
        ),
        (entity.effects, "turn_on", "effect"),
        (entity.options, "select", "option"),
        (entity.fan_modes, "set_fan_mode", "fan_mode"),
        (entity.fan_modes, "set_fan_speed", "fan_speed"),
        (entity.swing_modes, "set_swing_mode", "swing_mode"),
    ):
        for name in names:
            if plain(name.replace("_", " ")) == words and service in entity.services:
                return Act(entity.id, service, {key: name})
    if entity.domain in ("climate", "water_heater"):
        mode = _MODES_SAID.get(words)
        if mode in entity.modes:
            return Act(entity.id, "set_mode", {"mode": mode})
    return None


def _light(entity: Entity, value: Quantity, state: State | None, way: int, quality: str) -> Act | None:
    if value.kind == "colour":
        return _coloured(entity, value)
    if value.kind == "kelvin" or (value.kind == "number" and quality == "colour temperature"):
        return _white(entity, value)
    attributes = _attributes(state)
    if value.kind == "more" and quality == "temperature" and value.quality in ("", "level") and not value.unit:
        # "warm it up a bit" is of the colour of a light
        value = replace(value, quality="warmth", number=math.copysign(value.number, way or value.number))
    if value.kind == "more" and value.quality in ("warmth", "white"):
        if "color_temp" not in entity.features:
            return None
        step = value.number * STEP["kelvin"] if value.unit != "kelvin" else value.number
        return Act(entity.id, "turn_on", {"kelvin": _kelvin(entity, _number(attributes.get("kelvin"), 4000.0) - step)})
    off = state is not None and state.value == "off"
    if "brightness" not in entity.features and off and value.quality == "brightness" and value.number > 0:
        return simple(entity, "on")  # a lamp that cannot be dimmed gives more light by being on
    if "brightness" not in entity.features or value.kind == "degrees" or value.quality in ("speed", "position"):
        return None
    now = 0.0 if off else _number(attributes.get("brightness"), 100.0 if state and state.value == "on" else 50.0)
    wanted = _moved(now, value, way, STEP["brightness"], 100.0)
    if wanted is None or not 0 <= wanted <= 100:
        return None
    if value.unit == "share" and value.kind == "percent" and way < 0 and wanted == 100:
        wanted = 1.0  # "all the way down" is as dim as it goes
    if value.kind == "more":
        wanted = 30.0 if off and wanted <= 0 else max(wanted, 5.0)
    return Act(entity.id, "turn_on", {"brightness": round(wanted)}) if wanted else Act(entity.id, "turn_off")


def _coloured(entity: Entity, value: Quantity) -> Act | None:
    if "rgb" in entity.features:
        return Act(entity.id, "turn_on", {"rgb": COLOURS[value.colour]})
    if value.colour == "white" and "color_temp" in entity.features:
        return Act(entity.id, "turn_on", {"kelvin": _kelvin(entity, 4000.0)})
    return None


def _white(entity: Entity, value: Quantity) -> Act | None:
    if "color_temp" in entity.features:
        return Act(entity.id, "turn_on", {"kelvin": _kelvin(entity, value.number)})
    if "rgb" in entity.features and value.colour:
        return Act(entity.id, "turn_on", {"rgb": _WARM_WHITE if value.number < 3500 else (255, 255, 255)})
    return None


def _kelvin(entity: Entity, kelvin: float) -> float:
    return float(round(min(max(kelvin, entity.minimum or WARMEST), entity.maximum or COLDEST)))


def _position(entity: Entity, value: Quantity, state: State | None, way: int) -> Act | None:
    if value.kind not in ("percent", "number", "more"):
        return None
    if value.kind == "more" and value.quality not in ("", "level", "position"):
        return None
    now = _number(_attributes(state).get("position"), 100.0 if state and state.value == "open" else 0.0)
    number = value.number
    if value.kind == "percent" and value.unit == "share" and way < 0 and number in (100, 1):
        number = 100.0 - number if number == 100 else number
    wanted = _moved(
        now,
        Quantity(kind=value.kind, number=number, unit=value.unit, quality=value.quality),
        way,
        STEP["position"],
        100.0,
    )
    if wanted is None or not 0 <= wanted <= 100:
        return None
    ends = "open" if wanted else "close"
    wholly = wanted in (0, 100) and value.kind != "more"
    if wholly and ends in entity.services and (value.unit == "share" or "set_position" not in entity.services):
        return Act(entity.id, ends)  # "all the way down" is closed
    if "set_position" in entity.services:
        return Act(entity.id, "set_position", {"position": round(wanted)})
    return None


def _tilt(entity: Entity, value: Quantity) -> Act | None:
    if "set_tilt" not in entity.services or value.kind not in ("percent", "number") or not 0 <= value.number <= 100:
        return None
    return Act(entity.id, "set_tilt", {"tilt": round(value.number)})


def _temperature(entity: Entity, value: Quantity, state: State | None, way: int) -> Act | None:
    if "set_temperature" not in entity.services or value.kind not in ("degrees", "number", "more"):
        return None
    if value.kind == "more":
        if value.quality not in ("", "level", "warmth") or value.unit in ("percent", "kelvin", "times"):
            return None
        if value.quality == "warmth" and value.number < 0 and not value.unit and _is_to_start_cooling(entity, state):
            return Act(entity.id, "set_mode", {"mode": "cool"})
        attributes = _attributes(state)
        now = attributes.get("temperature")
        now = now if isinstance(now, (int, float)) else attributes.get("current_temperature")
        if not isinstance(now, (int, float)) or isinstance(now, bool):
            return None
        step = (
            value.number
            if value.unit
            else (1 if value.number > 0 else -1) * _steps(abs(value.number), entity.step or 0.5)
        )
        wanted = now + step * (1 if value.quality else way or 1)
        return Act(entity.id, "set_temperature", {"temperature": _clamped(entity, wanted)})
    wanted = value.number
    low, high = (40, 95) if entity.unit and "F" in entity.unit else (5, 35)
    return Act(entity.id, "set_temperature", {"temperature": wanted}) if _within(entity, wanted, low, high) else None


def _is_to_start_cooling(entity: Entity, state: State | None) -> bool:
    """Say whether a thing that can cool does not now, and nothing else either: a lower aim would change nothing."""
    idle = state is not None and state.value in ("off", "fan_only", "dry")
    return idle and "cool" in entity.modes and "set_mode" in entity.services


def _steps(degrees: float, step: float) -> float:
    """Return about so many degrees in whole steps of a thing, and at least one."""
    return max(step, round(degrees / step) * step)


def _plain_number(entity: Entity, value: Quantity, state: State | None, way: int) -> Act | None:
    if value.kind not in ("number", "percent", "degrees", "more", "kelvin") or value.quality not in (
        "",
        "level",
        "speed",
    ):
        return None
    low, high = (
        entity.minimum if entity.minimum is not None else 0.0,
        entity.maximum if entity.maximum is not None else 100.0,
    )
    if value.unit == "share":
        return Act(entity.id, "set_value", {"value": low + (high - low) * value.number / 100})
    if value.kind == "more":
        if state is None or not isinstance(state.value, (int, float)):
            return None
        if value.unit == "times":
            return Act(entity.id, "set_value", {"value": _clamped(entity, state.value * value.number)})
        step = value.number * (way or 1) if value.unit else value.number * (entity.step or 1.0)
        return Act(entity.id, "set_value", {"value": _clamped(entity, state.value + step)})
    return Act(entity.id, "set_value", {"value": value.number}) if low <= value.number <= high else None


#: What sets the level of a thing of each domain but a light.
_LEVELS: Mapping[str, Callable[[Entity, Quantity, State | None, int], Act | None]] = {
    "cover": _position, "valve": _position, "fan": _speed, "climate": _temperature, "water_heater": _temperature,
    "humidifier": _humidity, "number": _plain_number, "siren": _volume,
}  # fmt: skip


def _moved(now: float, value: Quantity, way: int, step: float, top: float) -> float | None:
    """Return where a value goes: to a number, or from where it is by a step; None where the value has another kind."""
    if value.kind in ("percent", "number", "level"):
        return value.number
    if value.kind != "more":
        return None
    if value.unit == "times":
        return min(now * value.number, top) if now > 0 else None
    sign = 1 if value.quality else way or 1
    if value.unit == "share":  # "reduce it by half" is by half of what it is
        share = value.number / 100
        return max(now * (1 - share), 0.0) if sign < 0 else min(now + top * share, top)
    amount = value.number if value.unit else value.number * step
    return min(max(now + sign * amount, 0.0), top)


def _within(entity: Entity, wanted: float | None, low: float, high: float) -> bool:
    least = entity.minimum if entity.minimum is not None else low
    most = entity.maximum if entity.maximum is not None else high
    return wanted is not None and least <= wanted <= most


def _clamped(entity: Entity, wanted: float) -> float:
    wanted = max(wanted, entity.minimum) if entity.minimum is not None else wanted
    return min(wanted, entity.maximum) if entity.maximum is not None else wanted


def _number(value: Value, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else otherwise
