"""What the sensors of a house are asked by what they sense: "is the floor wet", "which batteries are low".

What a sensor tells has words of its own for each class of device, and a reading may be asked for by the name of its
sensor with any words for the quantity around it: "what is the pressure measured by the tyre sensor".
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.home.entities import Query
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import Found, bits
from assistant.home.understanding.wording.english import EVERYTHING, SENSED
from assistant.home.understanding.wording.words import singular

if TYPE_CHECKING:
    from assistant.home.understanding.context import Context

#: Of each class of a contact or detector: what is said of it while it is "on", while it is "off", and of what it is said.
_CLASSES: tuple[tuple[str, str, str, str], ...] = (
    ("battery", "low;flat;empty;nearly empty;running low", "normal;charged;full;fine;fully charged", "battery"),
    ("battery_charging", "charging;being charged", "not charging", "battery"),
    ("carbon_monoxide", "", "", "carbon monoxide;co"),
    ("cold", "cold;freezing;frozen", "", ""),
    ("connectivity", "connected;online", "disconnected;offline;unreachable", ""),
    ("gas", "", "", "gas"),
    ("heat", "hot;overheating", "", ""),
    ("light", "detected", "", "light"),
    ("moisture", "wet;flooded;leaking;damp;flooding", "dry", "floor;water;leak"),
    ("motion", "", "", "motion;movement"),
    ("moving", "moving", "still;not moving", ""),
    ("occupancy", "occupied;in use;taken", "unoccupied;vacant;free;empty", "occupancy"),
    ("presence", "home;at home;present", "away;gone;out;not home", ""),
    ("plug", "plugged in", "unplugged;not plugged in", ""),
    ("power", "powered;powered on;powered up", "unpowered;without power", ""),
    ("problem", "broken;faulty;having problems", "ok;okay;fine;all right", "problem;issue;fault;trouble"),
    ("running", "running", "not running", ""),
    ("safety", "unsafe;dangerous", "safe", ""),
    ("smoke", "", "", "smoke"),
    ("sound", "making noise;loud", "silent;quiet", "sound;noise"),
    ("tamper", "tampered with;being tampered with", "clear;not tampered with", "tampering"),
    ("update", "out of date;outdated", "up to date", "update"),
    ("vibration", "vibrating;shaking", "not vibrating", "vibration"),
)
#: What is said of each class, and whether that is its "on".
_SAID: dict[str, list[tuple[str, bool]]] = {}
for _class, _on, _off, _ in _CLASSES:
    for _words, _so in ((_on, True), (_off, False)):
        for _word in filter(None, _words.split(";")):
            _SAID.setdefault(_word, []).append((_class, _so))
_NOUNS = {noun: kind for kind, _, _, nouns in _CLASSES for noun in nouns.split(";") if noun}
#: What is said of a detector that is "on"; of all else that is asked of one it is the opposite.
ACTIVE = frozenset(word for word, classes in _SAID.items() if any(so for _, so in classes)) | {
    "on", "open", "detected", "running", "opening", "triggered", "available",
}  # fmt: skip
_SAID_WORDS = frozenset(said.rpartition(" ")[2] for said in _SAID)
#: Words that one of these questions names nothing else of a house with.
NOUN_WORDS = frozenset(word for noun in _NOUNS for word in noun.split())
_SO = "|".join(sorted(_SAID, key=len, reverse=True))
_AT = r"(?P<at> (?:in|on|at) .+?|(?: upstairs| downstairs| outside| here))?"
_STILL = r"(?:still |currently |now |really |all )*"
_OF_STATE = tuple(
    (kind, re.compile(way))
    for kind, way in (
        ("count", rf"how many (?:of )?(?P<np>.+?) (?:are|is) {_STILL}(?P<so>{_SO}){_AT}"),
        ("which", rf"(?:which|what)(?: of)? (?P<np>.+?) (?:are|is) {_STILL}(?P<so>{_SO}){_AT}"),
        ("any", rf"(?:is|are) (?:there )?(?:any|some)(?:thing)? ?(?:of )?(?P<np>.*?) ?{_STILL}(?P<so>{_SO}){_AT}"),
        ("all", rf"(?:is|are) (?:all|both|every)(?:thing)? (?:of )?(?P<np>.+?) {_STILL}(?P<so>{_SO}){_AT}"),
        ("is", rf"(?:is|are) (?P<np>.+?) {_STILL}(?P<so>{_SO}){_AT}"),
    )
)
_N = "|".join(f"{noun}s?" for noun in sorted(_NOUNS, key=len, reverse=True))
#: What is there or not: a noise, a problem, an update.
_OF_NOUN = tuple(
    (kind, re.compile(way))
    for kind, way in (
        ("any", rf"(?:is|are) there (?:an? |any |some )?(?P<noun>{_N})(?: available| detected)?(?: (?:in|on|at|with|for|of|from) (?P<np>.+))?"),
        ("any", rf"(?:has|have|does|do) (?P<np>.+?) (?:have |got )?(?:an? |any |some )?(?P<noun>{_N})"),
        ("count", rf"how many (?P<noun>{_N}) are (?:there|available|detected)(?: (?:in|on|at|with|for|of|from) (?P<np>.+))?"),
        ("which", rf"(?:which|what) (?P<noun>{_N}) (?:are|is) (?:there|available|detected)(?: (?:in|on|at|with|for|of|from) (?P<np>.+))?"),
    )
)  # fmt: skip
#: Words for a quantity, around the name of the sensor that measures it.
_QUANTITY = frozenset(
    (
        "the a an of in from for on by at and s is level levels value reading amount total concentration index quality air number "
        "indicated measured shown given reported consumed consumption produced production stored accumulated current "
        "power apparent reactive active factor pressure atmospheric acoustic sound noise battery charge carbon monoxide dioxide "
        "co co2 electric voltage drop potential speed download upload data rate size file date distance duration length time energy "
        "frequency gas humidity relative moisture brightness light illuminance irradiance cost price monetary money value nitrogen "
        "oxide nitrous no n o 2 3 so no2 n2o ozone o3 pm1 pm2 pm25 pm2.5 pm10 pm 1 2.5 10 rain rainfall precipitation intensity signal strength "
        "sulphur sulfur so2 volatile organic compounds compound voc temperature weight mass wind volume storage water usage use"
    ).split()
)
_WHAT = re.compile(r"(?:what is|what are|how (?:much|high|strong|fast|big|heavy) is|tell me) (?:the )?(?P<words>.+)")
_WHEN = re.compile(r"when (?:is|will) (?P<np>.+?)(?: be| going to be| due)?")
_LONGEST = 14  #: words of such a question
_FEW = 3  #: things that are all told of where it is not plain which was meant


def sensed(directory: Directory, text: str, context: Context) -> tuple[Query, str] | None:
    """Return what a plain question asks of the sensors by what they sense, and its kind; None where it does not."""
    words = set(text.split())
    for kind, way in _OF_STATE if not _SAID_WORDS.isdisjoint(words) else ():
        if match := way.fullmatch(text):
            for device_class, _ in _SAID[match["so"]]:
                if query := _of_class(directory, kind, device_class, match["so"], match, context):
                    return query, kind
    for kind, way in _OF_NOUN if not NOUN_WORDS.isdisjoint(map(singular, words)) else ():
        if match := way.fullmatch(text):
            query = _of_noun(directory, kind, singular(match["noun"]), match["np"] or "", context)
            if query is not None:
                return query, kind
    return None


def measured(directory: Directory, text: str) -> Query | None:
    """Return the question for the reading of the sensor whose name stands among words for a quantity."""
    if match := _WHEN.fullmatch(text):
        dates = _of(directory, "sensor", ("date", "timestamp"))
        found = directory.find(match["np"], dates, reading=True)
        return Query(kind="value", entities=found.ids, subject=match["np"]) if _is_one(found) else None
    match = _WHAT.fullmatch(text)
    words = match["words"].split() if match else []
    if not 2 <= len(words) <= _LONGEST:
        return None
    for start, end in _stretches(len(words)):
        around = [*words[:start], *words[end:]]
        if not around or not _QUANTITY.issuperset(around):
            continue
        name = " ".join(words[start:end])
        for able in _able_to_tell(directory, around):
            found = directory.find(name, able, reading=True)
            if _is_one(found):
                return Query(kind="value", entities=found.ids, subject=name)
    return None


def _stretches(length: int) -> list[tuple[int, int]]:
    """Return where a name may stand at the end or the beginning of so many words, the longest first."""
    ends = [(start, length) for start in range(1, length)] + [(0, end) for end in range(1, length)]
    return sorted(ends, key=lambda stretch: stretch[0] - stretch[1])


def _able_to_tell(directory: Directory, around: list[str]) -> list[int]:
    """Return the sensors that a quantity may be read from: those of its class, then all."""
    sensors = _of(directory, "sensor")
    said = set(around)
    worth: dict[int, int] = {}
    for number in bits(sensors):
        device_class = directory.entities[number].device_class or ""
        words = {*device_class.split("_"), *SENSED.get(device_class, "").split(), *_ALSO.get(device_class, "").split()}
        worth[number] = len(words & said)
    best = max(worth.values(), default=0)
    masks = [sum(1 << number for number, fits in worth.items() if fits == best)] if best else []
    return [*masks, sensors]


#: What else tells of which class a reading is.
_ALSO = {
    "precipitation": "rain rainfall accumulated",
    "precipitation_intensity": "rain rainfall",
    "atmospheric_pressure": "air",
}


def _is_one(found: Found) -> bool:
    """Say whether just one thing was found, by a name that is not only a kind."""
    return not found.problem and len(found.ids) == 1 and not found.group


def _of(directory: Directory, domain: str, classes: tuple[str, ...] = ()) -> int:
    return sum(
        1 << number
        for number, entity in enumerate(directory.entities)
        if entity.domain == domain and (not classes or entity.device_class in classes)
    )


def _members(directory: Directory, device_class: str) -> int:
    mask = _of(directory, "binary_sensor", (device_class,))
    return mask | _of(directory, "sensor", ("battery",)) if device_class == "battery" else mask


def _of_class(
    directory: Directory, kind: str, device_class: str, so: str, match: re.Match[str], context: Context
) -> Query | None:
    """Return the question about things of one class, by their names, by what they are called, or of a place."""
    mask = _members(directory, device_class)
    phrase = re.sub(r"^(?:the|my|our|any|all) ", "", match["np"])
    at = (match["at"] or "").strip()
    if not mask:
        return None
    ids, place = _named_or_all(directory, phrase, at, device_class, mask, context)
    if not ids:
        return None
    if kind == "is" and len(ids) > 1:
        kind = "any"
    return Query(kind=kind, entities=ids, states=(so,), subject=phrase or "things", area=place)


def _named_or_all(
    directory: Directory, phrase: str, at: str, device_class: str, mask: int, context: Context
) -> tuple[tuple[str, ...], str | None]:
    """Return the ids that a phrase means among those of a class, and the place that was said."""
    words = [singular(word) for word in phrase.split() if word not in ("sensor", "sensors", "detector", "detectors")]
    noun = " ".join(words)
    if not words or set(words) <= EVERYTHING or _NOUNS.get(noun) == device_class or noun == device_class:
        if not at:
            return directory.ids(mask), None
        found = directory.find(f"sensors {at}", mask, room=context.room, reading=True)
        return (
            (found.ids or found.choices, found.place or None) if found.problem in ("", "room", "area") else ((), None)
        )
    found = directory.find(f"{phrase} {at}".strip(), mask, room=context.room, last=context.last, reading=True)
    if found.problem not in ("", "area", "which"):
        without = re.sub(rf" (?:{device_class.replace('_', ' ')})$", "", phrase)
        found = directory.find(f"{without} {at}".strip(), mask, room=context.room, reading=True)
    few = found.problem in ("", "area") or (found.problem == "which" and len(found.choices) <= _FEW)
    return (found.ids or found.choices, found.place or None) if few else ((), None)


def _of_noun(directory: Directory, kind: str, noun: str, phrase: str, context: Context) -> Query | None:
    device_class = _NOUNS.get(noun, "")
    mask = _members(directory, device_class) if device_class else 0
    if not mask or device_class in ("battery", "light"):
        return None
    if not phrase:
        return Query(kind=kind, entities=directory.ids(mask), states=("detected",), subject=noun)
    in_place = directory.find(f"sensors in {phrase.removesuffix(' floor')}", mask, room=context.room, reading=True)
    found = directory.find(phrase, mask, room=context.room, reading=True)
    for one in (found, in_place):
        if one.problem in ("", "area", "room") and (ids := one.ids or one.choices):
            return Query(kind=kind, entities=ids, states=("detected",), subject=noun, area=one.place or None)
    return None


def told_as(device_class: str | None) -> tuple[str, str] | None:
    """Return what is said of a detector of a class while it is on, and while it is off."""
    for kind, on, off, _ in _CLASSES:
        if kind == device_class and on:
            return on.split(";")[0], off.split(";")[0] or f"not {on.split(';')[0]}"
    return None
