"""What is said to a question about the house, from the states it has now."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.home.asking.sensed import ACTIVE, told_as
from assistant.home.entities import Entity, Query, State, Value
from assistant.home.understanding.wording.words import joined, singular

#: Below this many percent a battery is low.
LOW_BATTERY = 20
_MOST_NAMED = 6  #: things that are named one by one in an answer
_OPENING = frozenset("door window garage_door opening".split())
_IDLE = frozenset("off idle docked closed standby unknown".split())
_COLOURS = {
    (255, 0, 0): "red", (0, 255, 0): "green", (0, 128, 0): "green", (0, 0, 255): "blue", (255, 255, 0): "yellow",
    (255, 165, 0): "orange", (128, 0, 128): "purple", (255, 192, 203): "pink", (255, 255, 255): "white", (64, 224,
    208): "turquoise",
    (0, 255, 255): "cyan", (255, 0, 255): "magenta", (238, 130, 238): "violet", (165, 42, 42): "brown",
}  # fmt: skip
_UNITS = {"°C": "degrees", "°F": "degrees", "%": "percent", "W": "watts", "kW": "kilowatts", "kWh": "kilowatt hours",
          "lx": "lux", "V": "volts", "A": "amperes", "hPa": "hectopascals", "ppm": "parts per million",
          "K": "kelvin", "min": "minutes", "h": "hours", "s": "seconds", "d": "days", "dB": "decibels",
          "L": "litres", "l": "litres", "m³": "cubic metres", "km": "kilometres", "mm": "millimetres",
          "µg/m³": "micrograms per cubic metre",
          "km/h": "kilometres per hour", "m/s": "metres per second",
          "Wh": "watt hours"}  # fmt: skip
_COUNTED = frozenset("degrees minutes hours seconds days watts volts amperes litres".split())
_TOLD = {"locked": "locked", "unlocked": "unlocked", "on": "on", "off": "off", "open": "open", "closed": "closed",
"running": "running",
         "detected": "active", "clear": "clear", "armed": "armed", "disarmed": "disarmed"}  # fmt: skip

States = Callable[[str], State | None]


def answer(query: Query, entity: Callable[[str], Entity | None], states: States) -> str:
    """Return the sentence that answers a question from live state; unknown and unreachable things are told as such.

    `entity` and `states` give a thing of the house and its state by id. A question with a period, or of the kind
    "last", is for the history.
    """
    things = [thing for name in query.entities if (thing := entity(name)) is not None]
    if not things:
        what = query.subject if query.kind != "value" else f"sensor for {query.subject}"
        return f"I know of no {what}{_in(query.area)}."
    if query.kind == "value":
        return _values(query, things, states)
    asked = query.states[0]
    known = [(thing, holds(thing, states(thing.id), asked)) for thing in things]
    so = [thing for thing, held in known if held]
    silent = [thing for thing, held in known if held is None]
    if query.kind == "is" or (query.kind == "all" and len(things) == 1):
        return _yes_or_no(known, asked, states)
    state = _TOLD.get(asked, asked)
    if query.kind == "any":
        return _any(query, so, silent, state)
    if query.kind == "all":
        others = [thing for thing, held in known if held is False]
        if others:
            return f"No, {_named(others)} {_are(others)} not {state}{_unknown(silent)}."
        if silent:
            return f"As far as I know, but I cannot tell for {_named(silent)}."
        return f"Yes, all {len(things)} are {state}." if len(things) > 2 else f"Yes, {_named(things)} are {state}."
    if query.kind == "count":
        if not so:
            return f"None of the {_plural(query.subject)} {_are_of(query)} {state}{_in(query.area)}{_unknown(silent)}."
        named = f": {_named(so)}" if len(so) <= _MOST_NAMED else ""
        return f"{len(so)} {'is' if len(so) == 1 else 'are'} {state}{_in(query.area)}{named}{_unknown(silent)}."
    if not so:
        return f"No {_plural(query.subject)} are {state}{_in(query.area)}{_unknown(silent)}."
    return f"{_capital(_named(so))} {_are(so)} {state}{_unknown(silent)}."


def holds(entity: Entity, state: State | None, asked: str) -> bool | None:
    """Say whether a thing is in the state that was asked for; None where nobody knows."""
    if state is None or not state.available or state.value is None:
        return None
    value = state.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (
            value < LOW_BATTERY
            if asked in ("detected", "low", "running low", "flat", "empty", "nearly empty")
            and entity.device_class == "battery"
            else value >= LOW_BATTERY
            if entity.device_class == "battery"
            else value > 0
            if asked in ("on", "running")
            else None
        )
    if entity.domain == "binary_sensor":
        active = value == "on"
        if entity.device_class == "lock":  # "on" is unlocked
            return active if asked in ("unlocked", "open") else not active
        return active if asked in ACTIVE else not active
    if asked in ("on", "running"):
        return value not in _IDLE if entity.domain != "vacuum" else value in ("cleaning", "returning")
    if asked == "off":
        return value in _IDLE if entity.domain != "climate" else value == "off"
    if asked == "open":
        return value in ("open", "opening")
    if asked == "closed":
        return value in ("closed", "closing")
    if asked == "armed":
        return str(value).startswith("armed")
    if asked in ("heating", "cooling"):
        action = state.attributes.get("action")
        return action == asked if action is not None else value in (asked[:-3], asked)
    return str(value) == asked


def told(entity: Entity, state: State | None, attribute: str | None = None) -> str:
    """Return what a thing is doing, in words to follow "is": "on at 40 percent", "21.5 degrees", "locked"."""
    if state is None or (state.value is None and not state.attributes):
        return "unknown"
    if not state.available:
        return "not to be reached"
    if attribute and (value := state.attributes.get(attribute)) is not None:
        if state.value == "off" and attribute in ("brightness", "percentage"):
            return "off"
        if attribute == "position" and value in (0, 100):
            return "fully open" if value else "closed"
        return _SET.get(attribute, "{}").format(_with_unit(value, attribute, entity))
    if attribute == "rgb" and (kelvin := state.attributes.get("kelvin")) is not None:
        return "warm white" if isinstance(kelvin, (int, float)) and kelvin < 3300 else "white"
    value = state.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _with_unit(value, "", entity)
    if value is None:
        return "unknown"
    if entity.domain == "binary_sensor":
        active, idle = _SENSED.get(entity.device_class or "") or told_as(entity.device_class) or ("active", "clear")
        return active if value == "on" else idle
    return _in_words(entity, state, str(value))


def _in_words(entity: Entity, state: State, value: str) -> str:
    """Return a state that is told by a word, with the level that goes with it."""
    text = value.replace("_", " ")
    if entity.domain == "alarm_control_panel" and text.startswith("armed "):
        return f"armed in {text.removeprefix('armed ')} mode"
    level = _LEVELS.get((entity.domain, "" if entity.domain in ("climate", "water_heater") else text))
    if text in ("On", "Off"):  # of a choice
        return text.lower()
    if level is None or value == "off" or (at := state.attributes.get(level[0])) is None:
        return text
    if entity.domain == "cover" and at == 100:
        return text
    return level[1].format(text, _with_unit(at, level[0], entity))


#: How what a thing is set to follows "is".
_SET = {
    "brightness": "at {}", "percentage": "at {}", "position": "{} open", "temperature": "set to {}",
    "humidity": "set to {}",
}  # fmt: skip
_SENSED = {**dict.fromkeys(_OPENING, ("open", "closed")), "lock": ("unlocked", "locked")}
#: The level that is told with a state, of a climate with any, and how.
_LEVELS = {
    ("light", "on"): ("brightness", "{} at {}"), ("fan", "on"): ("percentage", "{} at {}"),
    ("cover", "open"): ("position", "{1} open"), ("climate", ""): ("temperature", "on {}, set to {}"),
    ("water_heater", ""): ("temperature", "on {}, set to {}"),
}  # fmt: skip


#: What tells how long something takes yet.
_REMAINING = re.compile(r"(.+) (?:time left|time remaining|remaining time|remaining|minutes left)", re.IGNORECASE)


def _values(query: Query, things: list[Entity], states: States) -> str:
    telling: list[tuple[Entity, str]] = []
    for thing in things:
        state = states(thing.id)
        attribute = query.attribute if thing.domain not in ("sensor", "number") else None
        if attribute in ("current_temperature", "current_humidity", "percentage", "brightness", "position") and (
            state is not None and state.available and attribute not in state.attributes and len(things) > 1
        ):
            continue
        telling.append((thing, told(thing, state, attribute)))
    if not telling:
        return f"I cannot tell the {query.subject}{_in(query.area)}."
    if query.subject in ("temperature", "humidity") and query.area and len(telling) == 1 and telling[0][1][0].isdigit():
        return f"{_it(query)} is {telling[0][1]} {_place(query.area)}."
    if len(telling) == 1:
        thing, words = telling[0]
        if remains := _REMAINING.fullmatch(thing.name):
            return f"{_capital(_the(replace(thing, name=remains[1])))} has {words} left."
        if thing.domain == "text" and words != "unknown":
            return f"{_capital(_the(thing))} says: {words}."
        return f"{_capital(_the(thing))} {_are([thing])} {words}."
    if len({thing.area for thing, _ in telling}) == len(telling) and query.subject in ("temperature", "humidity"):
        return f"{_it(query)} is {joined([f'{words} {_place(thing.area)}' for thing, words in telling[:_MOST_NAMED]])}."
    return f"{_capital(joined([f'{_the(thing)} {_are([thing])} {words}' for thing, words in telling[:_MOST_NAMED]]))}."


def _yes_or_no(known: list[tuple[Entity, bool | None]], asked: str, states: States) -> str:
    thing, held = known[0]
    if held is None:
        state = states(thing.id)
        if state is not None and not state.available:
            return f"{_capital(_the(thing))} cannot be reached, so I do not know."
        return f"I do not know whether {_the(thing)} {_are([thing])} {_TOLD.get(asked, asked)}."
    if asked == "detected" and (there := _there([thing], held=held)):
        return f"{'Yes' if held else 'No'}, {there}."
    words = told(thing, states(thing.id))
    return f"{'Yes' if held else 'No'}, {_the(thing)} {_are([thing])} {words}."


def _any(query: Query, so: list[Entity], silent: list[Entity], state: str) -> str:
    if query.states[0] == "detected" and so and (there := _there(so, held=True)):
        return f"Yes, {there}{_unknown(silent)}."
    if so:
        named = _named(so) if len(so) <= _MOST_NAMED else f"{len(so)} things"
        return f"Yes, {named} {_are(so)} {state}{_unknown(silent)}."
    if query.states[0] == "detected":
        return f"No, there is no {query.subject}{_in(query.area)}{_unknown(silent)}."
    what = "nothing" if query.subject in ("things", "thing", "") else f"no {_plural(query.subject)}"
    return f"No, {what} {'is' if what == 'nothing' else 'are'} {state}{_in(query.area)}{_unknown(silent)}."


#: What detectors find, by their class, and where there is none of it.
_FOUND = {
    "motion": ("motion", "no motion"), "smoke": ("smoke", "no smoke"), "gas": ("gas", "no gas"),
    "carbon_monoxide": ("carbon monoxide", "no carbon monoxide"), "moisture": ("water", "no water"),
    "sound": ("noise", "no noise"), "occupancy": ("somebody", "nobody"), "presence": ("somebody", "nobody"),
}  # fmt: skip


def _there(things: list[Entity], *, held: bool) -> str:
    """Return what detectors of one kind find and where: "there is motion in the hall"; "" where that is not known."""
    found = _FOUND.get(things[0].device_class or "")
    if found is None or any(thing.device_class != things[0].device_class or not thing.area for thing in things):
        return ""
    places = list(dict.fromkeys(_place(thing.area) for thing in things))
    return f"there is {found[not held]} {joined(places)}"


def _with_unit(value: Value, attribute: str, entity: Entity) -> str:
    if isinstance(value, tuple):
        return _COLOURS.get(value, f"red {value[0]}, green {value[1]}, blue {value[2]}")
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value).replace("_", " ")
    unit = {
        "brightness": "percent", "position": "percent", "tilt": "percent", "percentage": "percent",
        "humidity": "percent",
        "current_humidity": "percent", "temperature": "degrees", "current_temperature": "degrees", "kelvin": "kelvin",
    }.get(attribute, _UNITS.get(entity.unit or "", entity.unit or ""))  # fmt: skip
    unit = unit.removesuffix("s") if value == 1 and unit in _COUNTED else unit
    return f"{round(value, 1):g} {unit}".strip()


def _named(things: list[Entity]) -> str:
    names = [_the(thing) for thing in things[:_MOST_NAMED]]
    if len(set(names)) < len(names) and len({thing.area for thing in things}) > 1:
        names = [f"{name} {_place(thing.area)}".strip() for name, thing in zip(names, things, strict=False)]
    if len(things) > _MOST_NAMED:
        names = [*names[:-1], f"{len(things) - _MOST_NAMED + 1} more"]
    return joined(list(dict.fromkeys(names)))


def _the(thing: Entity) -> str:
    from assistant.home.understanding.acts import called

    return called(thing)


def _are(things: list[Entity]) -> str:
    names = {thing.name for thing in things}
    return "is" if len(names) == 1 and singular(things[0].name.lower()) == things[0].name.lower() else "are"


def _are_of(query: Query) -> str:
    return "are" if query.kind == "count" else "is"


def _unknown(things: list[Entity]) -> str:
    return f"; I cannot tell for {_named(things)}" if things else ""


def _plural(subject: str) -> str:
    words = [word for word in subject.split() if word not in ("the", "my", "our", "of", "all", "any")]
    if not words or words == ["things"]:
        return "things"
    if singular(words[-1]) == words[-1]:
        words[-1] += "s"
    return " ".join(words)


def _it(query: Query) -> str:
    return "It" if query.subject == "temperature" else f"The {query.subject}"


def _in(area: str | None) -> str:
    return f" {_place(area)}" if area else ""


def _place(area: str | None) -> str:
    if not area:
        return ""
    lower = area.lower()
    if lower in ("upstairs", "downstairs", "outside", "outdoors", "inside"):
        return lower
    on = lower in (
        "landing",
        "porch",
        "terrace",
        "balcony",
        "patio",
        "driveway",
        "deck",
        "veranda",
        "stairs",
    ) or lower.endswith("floor")
    return f"{'on' if on else 'in'} the {lower}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
