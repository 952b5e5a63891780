"""Which things a question about the house is of: those of its words that can be so, or that measure it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.home.entities import Entity, Query
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import Found
from assistant.home.understanding.wording.words import plain, singular

if TYPE_CHECKING:
    from assistant.home.understanding.context import Context

_OPENING = frozenset("door window garage_door opening".split())
_ON_OFF = frozenset("light switch fan climate humidifier siren water_heater media_player input_boolean".split())
#: What a quantity is asked of where no thing and no place is named.
_ALL_AROUND = frozenset(
    ("", "it", "here", "in here", "the room", "this room", "inside", "like", "indoors", "the house", "the home")
)
_HERE = frozenset(("here", "in here", "the room", "this room"))
#: The classes of what tells how good the air is.
_OF_AIR = {"aqi", "carbon_dioxide", "pm25", "volatile_organic_compounds", "volatile_organic_compounds_parts"}
#: Where a phrase goes on with where that is: "lights in the hall".
_PLACED = re.compile(r" (?=(?:in|on|at|of) )")
ATTRIBUTES = {
    "brightness": ("light",),
    "position": ("cover", "valve"),
    "percentage": ("fan",),
    "rgb": ("light",),
    "target": ("climate", "water_heater", "humidifier"),
}


def in_state(directory: Directory, kind: str, phrase: str, at: str, state: str, context: Context) -> Found:
    """Find the things of a question that can be in a state; of "which lamp" all lamps."""
    able = _with_state(directory, state)
    if re.search(r"\b(?:sensor|detector|batter(?:y|ie))s?\b", phrase):
        able |= where(directory, lambda entity: entity.domain == "binary_sensor" or entity.device_class == "battery")
    whole = f"{phrase or 'everything'} {at}".strip()
    noun = _PLACED.split(phrase, maxsplit=1)[0]
    if kind in ("which", "any", "all", "count") and phrase and singular(noun) == noun:
        found = find(directory, f"{noun}s{phrase[len(noun) :]} {at}".strip(), able, context)
        if found.problem != "unknown":
            return found
    return find(directory, whole, able, context)


def motion(directory: Directory, phrase: str, at: str, context: Context) -> Query | None:
    """Return the question whether something was detected, somewhere or anywhere."""
    noun = {
        "movement": "motion",
        **dict.fromkeys(("someone", "somebody", "anyone", "anybody", "people", "person"), "motion"),
        **dict.fromkeys(("water leak", "leak", "water"), "moisture"),
    }.get(phrase, phrase)
    classes = {
        "motion": ("motion", "occupancy", "presence", "moving"),
        "occupancy": ("occupancy", "presence", "motion"),
    }.get(noun, (noun.replace(" ", "_"),))
    able = where(directory, lambda entity: entity.domain == "binary_sensor" and entity.device_class in classes)
    if not able:
        return None
    found = directory.find(f"sensors {at}".strip(), able, room=context.room, reading=True)
    ids = found.ids or found.choices
    if found.problem in ("unknown", "here", "it") or not ids:
        return None
    return Query(kind="any", entities=ids, states=("detected",), subject=noun, area=found.place or None)


def quantity(directory: Directory, what: str, phrase: str, context: Context) -> Query | None:
    """Return the question for a temperature, a humidity, a power: of a thing, or of what measures it in a place."""
    phrase = re.sub(r"^(?:of|in|at|on|for|from) ", "", phrase)
    device_class = {"co2": "carbon_dioxide", "light level": "illuminance"}.get(what, what.replace(" ", "_"))
    classes = {device_class, "energy" if device_class == "power" else device_class}
    if what == "air quality":
        classes = _OF_AIR
    sensors = where(directory, lambda entity: entity.domain == "sensor" and entity.device_class in classes)
    if what in ("temperature", "humidity"):
        keepers = (
            directory.domain.get("climate", 0)
            | directory.domain.get("water_heater", 0)
            | (directory.domain.get("humidifier", 0) if what == "humidity" else 0)
        )
    else:
        keepers = 0
    attribute = "current_temperature" if what == "temperature" else "current_humidity" if what == "humidity" else None
    if phrase in _ALL_AROUND or phrase.startswith("like") or (what == "power" and phrase in ("we", "i")):
        mask = sensors | keepers
        here = mask & directory.area(context.room)
        if context.room and not here and phrase in _HERE:
            return Query(kind="value", attribute=attribute, subject=what, area=context.room)
        mask = here or mask
        mask = mask & sensors or mask
        if what == "power":  # of the whole house, and not of what makes it or of one machine
            mask = mask & where(directory, _is_of_the_house) or mask
        return (
            Query(
                kind="value",
                entities=directory.ids(mask),
                attribute=attribute,
                subject=what,
                area=context.room if here else _where(directory, mask),
            )
            if mask
            else None
        )
    said = [phrase, f"{phrase} {what}"]
    if phrase in ("outside", "outdoors"):
        named = [f"{other} {what}" for other in ("outdoor", "outside", "outdoors", "garden")]
        outdoors = [words for words in named if directory.exact.get(words, 0) & sensors]
        said = [*outdoors, *said, *named]  # what has this name is rather meant than what else stands out there
    for words in said:
        found = directory.find(words, sensors | keepers, room=context.room, last=context.last, reading=True)
        ids = found.ids or (found.choices if found.problem in ("area", "which", "room") else ())
        if found.problem in ("unknown", "unable", "here", "it", "except") or not ids:
            continue
        if found.place or found.problem:
            measured = directory.ids(directory.mask(ids) & sensors)
            own = [
                name for name in measured if plain(entity_of(directory, name).name) == f"{plain(found.place)} {what}"
            ]
            measured = tuple(own) or measured  # "how warm is the kitchen" is not about what is in the freezer
            rooms = {entity_of(directory, name).area for name in measured}
            ids = measured + tuple(
                name for name in ids if name not in measured and entity_of(directory, name).area not in rooms
            )
        return Query(kind="value", entities=ids, attribute=attribute, subject=what, area=found.place or None)
    if tuple(word for word in phrase.split() if word not in ("the", "my", "our")) in directory.places:
        return Query(kind="value", attribute=attribute, subject=what, area=phrase.removeprefix("the "))
    return None


_OF_THE_HOUSE = frozenset("house home total mains grid meter whole".split())
_OF_ANYTHING = frozenset("power electricity energy use usage consumption current".split())


def _is_of_the_house(entity: Entity) -> bool:
    words = set(plain(entity.name).split())
    return bool(words & _OF_THE_HOUSE) or words <= _OF_ANYTHING


def attribute(directory: Directory, kind: str, phrase: str, context: Context) -> Query | None:
    """Return the question for what things are set to: of the kinds of ATTRIBUTES."""
    able = sum((directory.domain.get(domain, 0) for domain in ATTRIBUTES[kind]), 0)
    if kind == "brightness":
        able |= where(directory, lambda entity: entity.domain == "sensor" and entity.device_class == "illuminance")
    if kind == "target":
        able |= (
            directory.domain.get("fan", 0)
            | directory.domain.get("select", 0)
            | directory.domain.get("number", 0)
            | directory.domain.get("light", 0)
        )
        phrase = re.sub(r"^(?:of|in|for|on) ", "", phrase)
    found = directory.find(phrase, able, room=context.room, last=context.last, reading=True)
    ids = found.ids or (found.choices if found.problem in ("area", "which", "room") else ())
    if found.problem == "area":
        ids = tuple(name for name in ids if name.split(".")[0] in ATTRIBUTES[kind])
    if not ids or found.problem in ("unable", "unknown", "it", "here"):
        return None
    attribute = {
        "target": "temperature"
        if all(name.startswith(("climate.", "water_heater.")) for name in ids)
        else "humidity"
        if all(name.startswith("humidifier.") for name in ids)
        else None
    }.get(kind, kind)
    return Query(kind="value", entities=ids, attribute=attribute, subject=phrase, area=found.place or None)


def _with_state(directory: Directory, state: str) -> int:
    """Return the things that can be in a state."""
    if state in ("open", "closed", "opening", "closing"):
        return where(
            directory,
            lambda entity: (
                entity.domain in ("cover", "valve")
                or (entity.domain == "binary_sensor" and entity.device_class in _OPENING)
            ),
        )
    if state in ("locked", "unlocked", "jammed"):
        return where(
            directory,
            lambda entity: (
                entity.domain == "lock" or (entity.domain == "binary_sensor" and entity.device_class == "lock")
            ),
        )
    if state in ("cleaning", "docked", "returning", "paused"):
        return directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0)
    if state in ("armed", "disarmed", "triggered"):
        return directory.domain.get("alarm_control_panel", 0)
    if state in ("heating", "cooling"):
        return directory.domain.get("climate", 0)
    if state in ("detected", "clear"):
        return directory.domain.get("binary_sensor", 0)
    if state == "running":
        return where(
            directory,
            lambda entity: entity.domain in _ON_OFF or entity.domain in ("vacuum", "lawn_mower", "binary_sensor"),
        )
    return where(
        directory,
        lambda entity: (
            entity.domain in _ON_OFF
            or (
                entity.domain == "binary_sensor"
                and entity.device_class not in _OPENING
                and entity.device_class not in ("motion", "smoke", "lock", "battery")
            )
        ),
    )


def find(directory: Directory, phrase: str, able: int, context: Context) -> Found:
    """Find the things of a question among those of a mask."""
    return directory.find(phrase, able, room=context.room, last=context.last, reading=True)


def where(directory: Directory, fits: Callable[[Entity], bool]) -> int:
    """Return the things that fit, as a mask."""
    return sum(1 << number for number, entity in enumerate(directory.entities) if fits(entity))


def everything(directory: Directory) -> int:
    """Return every thing of a house, as a mask."""
    return (1 << len(directory.entities)) - 1


def entity_of(directory: Directory, name: str) -> Entity:
    """Return the thing of an id."""
    return directory.entities[directory.number[name]]


def _where(directory: Directory, mask: int) -> str | None:
    """Return the one area of some things; None where they stand in several, or in none."""
    areas = {entity_of(directory, name).area for name in directory.ids(mask)}
    return areas.pop() if len(areas) == 1 else None
