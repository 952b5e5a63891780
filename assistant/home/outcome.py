"""What became of a command, and how that is said: what worked and what failed, by name."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.home.entities import Act, Entity, Value
from assistant.home.understanding.acts import called, verb
from assistant.home.understanding.wording.words import joined, singular

#: `done`: the device said so. `already`: it had said so before, and says nothing now. `under_way`: told, and it takes
#: its time. `sent`: told, and it does not report it, or not all of it.
#: `silent`: told, and no state confirmed it in time. `unavailable`: it says itself that it cannot be reached.
#: `not_sent`: the broker is not known to have it. `refused`: it cannot do that.
Fate = Literal["done", "already", "under_way", "sent", "silent", "unavailable", "not_sent", "refused"]
NAMED = 4  # of what worked, more than these are counted instead
_FAILED: tuple[Fate, ...] = ("silent", "unavailable", "not_sent", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one act; `note` says why it failed, as a sentence or the end of one.

    `untold` are the values of one that was `sent` of which the device said nothing; it said that it is on, or open.
    """

    act: Act
    entity: Entity
    fate: Fate
    note: str = ""
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an intent. `spoken` is one or two sentences, `action` the reply's object of that name."""

    kind: Literal["acted", "failed", "answered", "asked_back"]
    spoken: str
    action: Mapping[str, Any]
    results: tuple[Result, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Whether all entities said that it is done."""
        return bool(self.results) and all(result.fate == "done" for result in self.results)


def spoken(results: Sequence[Result]) -> str:
    """Return what is said about the results of one intent: first what worked, then what did not."""
    sentences: list[str] = []
    groups: dict[tuple[str, str], list[Entity]] = {}
    for fate in ("done", "already", "under_way", "sent"):
        for result in results:
            if result.fate == fate:
                groups.setdefault(_predicate(result, beside=groups), []).append(result.entity)
    sentences += [_told(entities, *predicate) for predicate, entities in groups.items()]
    failures: dict[tuple[str, str], list[Entity]] = {}
    for result in results:
        if result.fate in ("silent", "unavailable", "not_sent"):
            failures.setdefault(_failure(result), []).append(result.entity)
    sentences += [_said(_names(entities), *how) for how, entities in failures.items()]
    sentences += dict.fromkeys(result.note for result in results if result.fate == "refused")
    return " ".join(sentences)


def worked(results: Iterable[Result]) -> bool:
    """Say whether anything that was wanted was done or is under way."""
    return any(result.fate not in _FAILED for result in results)


def _told(entities: Sequence[Entity], one: str, several: str) -> str:
    if len(entities) > NAMED:
        domains = {entity.domain for entity in entities}
        kind = {"light": "lights", "switch": "switches", "cover": "covers", "fan": "fans", "lock": "locks"}
        return f"{len(entities)} {kind.get(domains.pop(), 'devices') if len(domains) == 1 else 'devices'} {several}."
    return _said(_names(entities), one, several)


def _said(names: list[str], one: str, several: str) -> str:
    # "{}" stands for the names where they are not the beginning.
    text = one if len(names) == 1 and not _is_plural(names[0]) else several
    text = text.format(joined(names)) if "{}" in text else f"{joined(names)} {text}"
    return f"{text[:1].upper()}{text[1:]}."


def _is_plural(name: str) -> bool:
    """Say whether one device has a name like "Blinds"."""
    last = name.rsplit(maxsplit=1)[-1].lower() if name.split() else ""
    return singular(last) != last


def _names(entities: Sequence[Entity]) -> list[str]:
    """Return the entities' names, each once; those that several have, with their areas."""
    named: dict[str, set[str | None]] = {}
    for entity in entities:
        named.setdefault(entity.name, set()).add(entity.area)
    return list(
        dict.fromkeys(
            f"{called(entity)} in the {entity.area.lower()}"
            if entity.area and len(named[entity.name]) > 1
            else called(entity)
            for entity in entities
        )
    )


def _failure(result: Result) -> tuple[str, str]:
    note = result.note.rstrip(".").replace("{", "(").replace("}", ")")
    if result.fate == "unavailable":
        return "is not reachable", "are not reachable"
    if result.fate == "not_sent":
        why = note.removeprefix("Nothing was sent: ")
        return (
            (f"nothing was sent to {{}}: {why}",) * 2
            if why != note
            else (f"{{}} may not have heard: {_lower_first(note)}",) * 2
        )
    return (f"did not answer: {note}" if note else "did not answer",) * 2


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _predicate(result: Result, *, beside: Container[tuple[str, str]] = ()) -> tuple[str, str]:
    """Return what is said of one and of several entities of which the same was wanted; `beside` is said already."""
    act = result.act
    if result.untold:
        return _in_part(result)
    if result.fate == "sent":
        if act.service in _DONE_BY_SENDING:
            return f"was {_DONE_BY_SENDING[act.service]}", f"were {_DONE_BY_SENDING[act.service]}"
        to_what = _level(act.values)
        told = f"{verb(act)}{f' {to_what}' if to_what else ''}".replace("{", "(").replace("}", ")")
        return (
            f"I told {{}} to {told}; it does not report back",
            f"I told {{}} to {told}; they do not report back",
        )
    text = _is(act, done=result.fate != "under_way")
    how = _one_and_several(text)
    return how if result.fate != "already" or how in beside else _one_and_several(f"{text} already")


def _in_part(result: Result) -> tuple[str, str]:
    """Return what is said of an act that a device reports in part: that it is on, and not how bright."""
    act = result.act
    known = {key: value for key, value in act.values.items() if key not in result.untold}
    if act.service == "set_position":
        act = Act(act.entity_id, "open" if act.values.get("position") else "close")
    one, several = _one_and_several(_is(Act(act.entity_id, act.service, known), done=True))
    level = _level({key: value for key, value in result.act.values.items() if key in result.untold})
    if not level:
        return one, several
    return (
        f"{one}, but does not report whether it is {level}",
        f"{several}, but do not report whether they are {level}",
    )


def _one_and_several(text: str) -> tuple[str, str]:
    return (
        text.replace("{be}", "is").replace("{have}", "has"),
        text.replace("{be}", "are").replace("{have}", "have"),
    )


def _is(act: Act, *, done: bool) -> str:
    """Return what a thing is when an act is done, or under way; "{be}" and "{have}" stand for the verb."""
    level = _level(act.values)
    if level and (act.service.startswith("set_") or act.service in ("turn_on", "select")):
        aim = level.removeprefix("at ").removeprefix("set to ")
        return f"{{be}} {level}" if done else f"{{be}} on the way to {aim}"
    if act.service == "oscillate":
        return "{be} swinging" if act.values.get("oscillating") else "{be} not swinging"
    if act.service == "set_direction":
        return "{be} running " + ("backwards" if act.values.get("direction") == "reverse" else "forwards")
    ways = _WAYS.get(act.service)
    return ways[0 if done else 1] if ways else f"{{be}} told to {verb(act)}"


def _level(values: Mapping[str, Value]) -> str:
    """Return what something was set to, as the end of a sentence; "" for nothing that is told."""
    parts: list[str] = []
    for key, value in values.items():
        if value is None or key in ("transition", "flash", "code", "duration", "volume", "oscillating", "direction"):
            continue
        if isinstance(value, tuple):
            parts.append("in the colour you wanted")
        elif key in ("brightness", "position", "tilt", "percentage", "humidity"):
            parts.append(f"at {_number(value)} percent")
        elif key == "kelvin":
            parts.append(f"at {_number(value)} kelvin")
        elif key == "temperature":
            parts.append(f"set to {_number(value)} degrees")
        elif key == "temperature_low" and "temperature_high" in values:
            parts.append(f"set to between {_number(value)} and {_number(values['temperature_high'])} degrees")
        elif key != "temperature_high":
            parts.append(f"set to {_number(value)}")
    return joined(parts).replace("{", "(").replace("}", ")")


def _number(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float | int) and not isinstance(value, bool) else str(value)


_DONE_BY_SENDING = {
    "press": "pressed",
    "activate": "activated",
    "send_message": "sent the message",
    "locate": "told to show itself",
    "stop": "told to stop",
    "stop_tilt": "told to stop",
    "pause": "told to pause",
}

#: What is said when it is done, and while it is under way.
_WAYS: Mapping[str, tuple[str, str]] = {
    "turn_on": ("{be} on", "{be} turning on"),
    "turn_off": ("{be} off", "{be} turning off"),
    "toggle": ("{have} been switched", "{be} being switched"),
    "open": ("{be} open", "{be} opening"),
    "close": ("{be} closed", "{be} closing"),
    "stop": ("{have} stopped", "{be} stopping"),
    "open_tilt": ("{be} tilted open", "{be} tilting open"),
    "close_tilt": ("{be} tilted shut", "{be} tilting shut"),
    "stop_tilt": ("{have} stopped", "{be} stopping"),
    "lock": ("{be} locked", "{be} being locked"),
    "unlock": ("{be} unlocked", "{be} being unlocked"),
    "unlatch": ("{be} open", "{be} being opened"),
    "start": ("{have} started", "{be} starting"),
    "start_mowing": ("{have} started", "{be} starting"),
    "pause": ("{have} paused", "{be} pausing"),
    "return_home": ("{be} home", "{be} on the way home"),
    "dock": ("{be} home", "{be} on the way home"),
    "clean_spot": ("{be} cleaning", "{be} about to clean"),
    "arm_home": ("{be} armed", "{be} being armed"),
    "arm_away": ("{be} armed", "{be} being armed"),
    "arm_night": ("{be} armed", "{be} being armed"),
    "arm_vacation": ("{be} armed", "{be} being armed"),
    "arm_custom_bypass": ("{be} armed", "{be} being armed"),
    "disarm": ("{be} disarmed", "{be} being disarmed"),
    "trigger": ("{be} triggered", "{be} being triggered"),
    "install": ("{be} up to date", "{be} being updated"),
}
