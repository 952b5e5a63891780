"""Clauses with a value in them: "set the lamp to half", "two degrees warmer in the hall", "the washer on wool"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise

from assistant.home.entities import Act
from assistant.home.understanding.abilities import Abilities
from assistant.home.understanding.acts import level, option, options
from assistant.home.understanding.context import Context, Reading
from assistant.home.understanding.names.noun_phrases import COMMANDING, Found, bare
from assistant.home.understanding.wording.english import WHITES
from assistant.home.understanding.wording.phrasebook import PROPERTIES, VALUE_VERBS, WARM_VERBS
from assistant.home.understanding.wording.values import Placed, Quantity, values_in
from assistant.home.understanding.wording.words import plain

_OF_OPTION = re.compile(
    r"(?:the )?\b(?:fan mode|fan speed|swing mode|fan|mode|preset|effect|program|programme)"
    r"(?: (?:of|for|on|in)(?= ))?"
)
_OPTION = re.compile(
    r"(?:(?:set|put|change|switch|turn|make|get|have|run|move|start|select) )?"
    r"(?P<np>.+?) (?:to|on|in|into|at|as)(?: the)? (?P<option>.+?)"
    r"(?P<tail> mode| effect| preset| setting| program| programme| cycle| profile| suction| power)?"
)
_TO_OPTION = re.compile(r" (?:to|on|in|into|at|as)(?: the)? ")
#: One of these words stands in every quality's name.
_OF_PROPERTIES = frozenset(name.rpartition(" ")[2] for name, _ in PROPERTIES)
#: What stands between a value and what it is for, where no verb begins the sentence: "full speed on the fan".
_FROM_VALUE = frozenset(
    "in on for at of with please up down here upstairs downstairs outside brightness light lights".split()
)
#: Words around a value that belong to it.
_BEFORE_VALUE = frozenset(
    (
        "to at by on with of be is a an as up down about around just the open closed more like nice soft deep pale "
        "lovely pretty pastel gentle"
    ).split()
)
_AFTER_VALUE = frozenset("up down out open closed light lights please shut brightness bright of hot warm".split())
#: What begins with a verb, and is a value: "warm white for the floor lamp".
_WHITE_FIRST = re.compile(rf"(?:{'|'.join(name for name in WHITES if ' ' in name)})\b")
_BETWEEN_VALUES = re.compile(r" (?:(?:at|and|in|with|to|,|light|brightness) ?)*(?:brightness )?")
#: Of "the fan on and the lamp to half" only the lamp has a value.
_SWITCHED_TOO = re.compile(
    r" (?:on|off)(?: (?:in|at) (?:(?!,|and\b)\S+ )+?(?:and|then|,) (?!on\b|off\b).+| (?:and|then|,) )"
    r"|(?:^| )(?:and|then|,) .+ (?:on|off|open|closed|shut)$"
)
#: What goes a way of its own before the next: "the blind down and the fan at 40".
_BEFORE_TOO = re.compile(r" (?:on|off|up|down|open|closed|shut) (?:and|then|,) (?!(?:on|off|up|down)\b)")
#: The next thing, which is to go a way of its own: "the bar on at 40 and the blind down".
_NEXT_TOO = re.compile(
    r" *(?:and|then|,) .* (?:on|off|up|down|open|closed|shut|locked)"
    r"(?: (?:in|at|please|too|now|upstairs|downstairs|but|except|apart)\b.*)?$"
)
#: Where, and nothing but where, with the number of a room: "on in bedroom 2"; without a thing or a unit it is no value.
_IN_A_NUMBERED_ROOM = re.compile(r"(?:.* )?(?:on|off) in (?:the |my |our )?\w+(?: (?!(?:at|to|by) )\w+)? [1-9]")
#: Of these a number says how many there are.
_COUNTED_PLACES = frozenset("rooms bedrooms bathrooms floors storeys".split())
_WAY = {"up": 1, "down": -1}
#: After an article no other one comes: a word of the name was taken for it.
_HALF_SAID = re.compile(r"set the (?:this|that|these|those) ")
#: The domains of a named quality, and of a value that says itself what it is of.
_DOMAINS = {
    "brightness": ("light",), "colour": ("light",), "colour temperature": ("light",), "tilt": ("cover",),
    "position": ("cover", "valve"),
    "humidity": ("humidifier",), "speed": ("fan", "number"), "volume": ("siren", "number"),
    "temperature": ("climate", "water_heater", "light", "number"),
}  # fmt: skip
_DOMAINS_OF_KIND = {
    "colour": ("light",), "kelvin": ("light",), "degrees": ("climate", "water_heater", "number"),
}  # fmt: skip
_WARM = ("climate", "water_heater")
#: Units of time as they are said, and as they are announced.
_TIMES = {**dict.fromkeys(("minute", "minutes"), "min"), **dict.fromkeys(("second", "seconds"), "s"),
          **dict.fromkeys(("hour", "hours"), "h")}  # fmt: skip
_BEFORE_TIME = frozenset("to at on for up down".split())
#: Verbs that are about speed, whatever the value is: "slow down a little" is for no lamp.
_SPEED_VERBS = ("slow", "speed")
#: What sets a level of another thing is called so: the Stereo Volume.
_OWN_LEVELS = ("volume", "level", "speed")
_TILT_VERBS = ("tilt", "angle")
_TO = re.compile(r"\b(?:to|at) ?$")  # "down to 8 degrees" is no step of 8
_BY = re.compile(r"(?:^| )(?:up|down) $")
#: Degrees that people live in, where only a number was said.
_LIVED_IN = range(14, 31)
#: So many degrees something is lowered or raised by, and not to.
_MOST_DEGREES = 8
_IN_THE_ROOM = ("", "things", "it in", "the house")


class Levels:
    """Reads the clauses of one house that have a value."""

    def __init__(self, abilities: Abilities) -> None:
        self.directory = abilities.directory
        self._abilities = abilities
        self._options = frozenset(chain.from_iterable(map(options, self.directory.entities)))
        self._selects = abilities.of_domains("select")

    def read(self, text: str, context: Context, last: Sequence[str]) -> Iterator[Reading]:
        """Yield the readings of a clause with a value: "set the lamp to half", "two degrees warmer in the hall"."""
        bare_text, way = _verbless(text)
        if (both := self._two_values(bare_text, text, context, last)) is not None:
            yield both
        for placed in reversed(values_in(bare_text)):
            reading = self._with_value(bare_text, way, placed, text, context, last)
            if reading is not None:
                yield reading
        words = bare_text.split() if self._selects else []
        for end in range(1, len(words)):  # "wash program wool"
            named = self.directory.exact.get(bare(" ".join(words[:end])), 0)
            if named & self._selects:
                reading = self._with_option(" ".join(words[:end]), " ".join(words[end:]), context, last)
                if reading is not None:
                    yield reading
        for name, wanted in _options_of(text):
            reading = self._with_option(name, wanted, context, last)
            if reading is not None:
                yield reading

    def _two_values(self, bare_text: str, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read a colour and how bright, said of one thing: "red at 10 percent", "40 percent warm white"."""
        verb = text[: len(text) - len(bare_text)]
        for one, other in pairwise(values_in(bare_text)):
            colours = [value.value.kind in ("colour", "kelvin") for value in (one, other)]
            if colours[0] == colours[1] or not _BETWEEN_VALUES.fullmatch(bare_text[one.end : other.start]):
                continue
            acts: list[Act] = []
            for kept in (one, other):
                alone = f"{verb}{bare_text[: one.start]}{bare_text[kept.start : kept.end]}{bare_text[other.end :]}"
                reading = next((each for each in self.read(alone, context, last) if not each.problem), None)
                if reading is None:
                    return None
                acts += reading.acts
                found = reading.found
            if len({act.entity_id for act in acts}) * 2 == len(acts):
                return Reading(tuple(acts), found)
        return None

    def _with_value(
        self, text: str, way: int, placed: Placed, whole: str, context: Context, last: Sequence[str]
    ) -> Reading | None:
        value, before, after = placed.value, text[: placed.start].split(), text[placed.end :].split()
        if after and bare(f"{text[placed.start : placed.end]} {after[0]}") in self.directory.exact:
            return None  # the Slow Cooker is not to be slow
        if value.kind == "number" and before and (before[-1], text[placed.start : placed.end]) in self.directory.pairs:
            return None  # nor is a lamp in Bedroom 2 to be at two
        if value.kind == "number" and (after[0] in _COUNTED_PLACES if after else _IN_A_NUMBERED_ROOM.fullmatch(text)):
            return None  # nor are those of another bedroom, where no room has that number, nor "in all 4 rooms"
        if value.kind == "number" and after and (unit := _TIMES.get(after[0])):
            return self._timed(before, after[1:], value, unit, whole, context, last)
        if value.kind == "number" and before and not self._may_be_counted(before):
            return None  # "grandpas 84 today"
        if _is_no_command(before, after, value, verbless=text == whole) or _goes_two_ways(text, placed):
            return None
        way = _shed(before, after, value, way)
        value = _set_with(value, text[placed.start :], way)
        if value.kind == "more" and not value.quality and not value.unit and not way:
            return None
        counted = value.kind in ("degrees", "percent", "number") and value.unit != "share"
        dropped = (
            value.kind == "degrees"
            and way
            and abs(value.number) <= _MOST_DEGREES
            and before[-1:] not in (["to"], ["at"])
            and not _TO.search(text[: placed.start])
        )
        if counted and (_BY.search(text[: placed.start]) or dropped):
            value = Quantity(kind="more", number=value.number, unit=value.kind)  # "up 2 degrees" is by, not to
        quality, words, way = self._quality(text, before, after, way)
        if value.kind == "more" and way and value.quality == "level":
            value = replace(value, quality="", number=abs(value.number))
        verb = whole.split(maxsplit=1)[0]
        if not quality and (verb in WARM_VERBS or verb in _SPEED_VERBS):
            quality = "temperature" if verb in WARM_VERBS else "speed"
        if verb in _TILT_VERBS:
            quality = "tilt"
        return self.of_phrase(" ".join(words), value, quality, way, whole, context, last)

    def _may_be_counted(self, before: list[str]) -> bool:
        """Say whether a number may be meant of what stands before it: no mere owner, without a verb, unit or "at"."""
        return not (before[-1].endswith("s") and len(before) == 1 and bare(before[0]) not in self.directory.exact)

    def _timed(
        self, before: list[str], after: list[str], value: Quantity, unit: str, whole: str, context: Context,
        last: Sequence[str]
    ) -> Reading | None:  # fmt: skip
        """Read how long something is set to, which only what counts in that unit can be: "the timer to 15 minutes"."""
        while before and before[-1] in _BEFORE_TIME:
            before = before[:-1]
        name = bare(" ".join(before))
        if after or " " not in name or name not in self.directory.exact:
            return None  # "the timer" alone is one of Repartee's own
        reading = self.of_phrase(name, value, "", 0, whole, context, last)
        units = {self._abilities.entity(name).unit for name in reading.found.ids} if reading is not None else set()
        return reading if reading is not None and not reading.problem and units == {unit} else None

    def _quality(self, text: str, before: list[str], after: list[str], way: int) -> tuple[str, list[str], int]:
        """Return what the value is a value of, the words that are left, and which way it goes."""
        quality, words = property_of(before + after)
        if self.directory.exact.get(bare(" ".join(before + after)), 0) & self._abilities.able("level"):
            quality, words = "", before + after
        if quality == "colour" and self.directory.is_placed("hue") and "hue" in before + after and "hue of" not in text:
            quality, words = "", before + after  # a maker's name
        for aside, sign in _WAY.items():
            if aside in words and not self.directory.is_placed(aside):
                words.remove(aside)  # "turn the heating up in the hall to 21"
                way = way or sign
        return quality, words, way

    def of_phrase(
        self, phrase: str, value: Quantity, quality: str, way: int, whole: str, context: Context, last: Sequence[str]
    ) -> Reading | None:
        """Read a value for what the rest of the clause speaks of, or for the room where that is nothing."""
        relevant = self._levelled(value, quality)
        if phrase == "it" and last and all(name.startswith(("sensor.", "binary_sensor.")) for name in last):
            phrase = self._place_of(last) or phrase  # after "how warm is the nursery" it is the nursery
        if not relevant or _SWITCHED_TOO.search(phrase):
            return None
        if phrase in _IN_THE_ROOM or (phrase == "it" and not last):
            return self.in_the_room(value, quality, way, context, whole)
        if phrase.startswith("it "):
            place = self.directory.find(phrase[3:], relevant, room=context.room)
            if place.problem == "area" and self._for_the_heating(value, place.choices):
                return self.in_the_room(value, "temperature", way, context, whole)
            if place.problem == "area":
                return self._levels(place.choices, value, quality, way, place, whole, phrase, context)
        if (
            not quality
            and value.kind == "more"
            and value.quality == "level"
            and self._own(phrase.removeprefix("on "), "volume")
        ):
            quality, phrase = "volume", phrase.removeprefix("on ")  # "a bit louder on the stereo"
        own = self._own(phrase, quality) if quality else 0
        if own.bit_count() == 1:  # "the volume of the radio" is the Radio Volume
            phrase, quality = f"{phrase} {quality}", ""
            relevant = own
        found = self.directory.find(phrase, relevant, room=context.room, last=last)
        reading = self._levels(found.ids or found.choices, value, quality, way, found, whole, phrase, context)
        if reading.problem == "unable" and not quality and value.kind in ("number", "percent"):
            owned = [mask for what in _OWN_LEVELS if (mask := self._own(phrase, what)).bit_count() == 1]
            found = Found(ids=self.directory.ids(owned[0]) if owned else (), phrase=phrase)  # "the stereo to 12"
            return self._levels(found.ids, value, "", way, found, whole, phrase, context) if owned else reading
        return reading

    def _own(self, phrase: str, quality: str) -> int:
        """Return what sets a quality of a thing and goes by its name, as a mask."""
        return self.directory.exact.get(bare(f"{phrase} {quality}"), 0) & self._abilities.able("level")

    def _place_of(self, ids: Sequence[str]) -> str:
        """Return the one area in which things are, said as in a sentence; "" where it is not one."""
        areas = {self._abilities.entity(name).area for name in ids if name in self.directory.number}
        return f"the {plain(area)}" if len(areas) == 1 and (area := areas.pop()) else ""

    def _for_the_heating(self, value: Quantity, ids: Sequence[str]) -> bool:
        """Say whether "warmer" or "21" is for the heating of the house, as nothing in the room itself warms it."""
        if any(name.split(".")[0] in _WARM for name in ids) or not self._abilities.of_domains(*_WARM):
            return False
        return value.quality == "warmth" or (value.kind == "number" and value.number in _LIVED_IN)

    def _levels(
        self, ids: Sequence[str], value: Quantity, quality: str, way: int, found: Found, text: str, phrase: str,
        context: Context
    ) -> Reading:  # fmt: skip
        template = text.replace(phrase, "@", 1) if phrase else ""
        if found.problem in ("unknown", "it", "here", "except", "unable"):
            return Reading(found=found, problem=found.problem, wish="set", template=template)
        if found.everything:
            return self._of_everything(value, quality, way, found, context)
        if found.problem == "area":
            ids = self._of_area(ids, value, quality, plain(found.place))
        elif found.kind == "thing":  # "dim everything in here": no heater is set to 30 by that
            wanted = _WARM if "degrees" in (value.kind, value.unit) or quality == "temperature" else ("light",)
            ids = [name for name in ids if name.split(".")[0] in wanted]
        acts = self._leveled_acts(ids, value, quality, way, context)
        if not acts and found.problem == "area" and value.quality == "brightness" and value.number > 0:
            acts = self._abilities.acts("on", self._lights(found.choices), context)  # none that can be dimmed is there
        if not acts:
            return Reading(found=replace(found, choices=tuple(ids) or found.choices), problem="unable", wish="set")
        done = tuple(act.entity_id for act in acts)
        if found.problem in ("which", "room"):
            of_light = value.quality == "brightness" and done[0].startswith("light.")
            if len(done) == 1 and found.problem == "which" and (len(found.choices) > 1 or of_light):
                return Reading(acts, replace(found, ids=done, choices=(), problem=""), template=template)
            return Reading(
                found=replace(found, choices=done),
                problem=found.problem,
                wish="set",
                template=template,
                alternative=acts,
            )
        if found.problem == "area" and value.kind == "number" and len({name.split(".")[0] for name in done}) > 1:
            warm = tuple(act for act in acts if act.service == "set_temperature")
            if value.number % 1:  # nobody says 22.5 of a lamp
                return Reading(warm, replace(found, ids=tuple(act.entity_id for act in warm), problem="", choices=()))
            return Reading(found=replace(found, choices=done), problem="degrees", wish="set", alternative=warm)
        return Reading(acts, replace(found, ids=done, problem="", choices=()), template=template)

    def _of_everything(self, value: Quantity, quality: str, way: int, found: Found, context: Context) -> Reading:
        """Ask whether all the lights were meant: "dim everything to 20"."""
        ids = [name for name in found.ids if name.startswith("light.")]
        acts = self._leveled_acts(ids, value, quality, way, context)
        if not acts or "degrees" in (value.kind, value.unit):
            return Reading(found=found, problem="unknown", wish="set")
        found = replace(found, choices=tuple(act.entity_id for act in acts), ids=(), kind="light")
        return Reading(found=found, problem="room", wish="set", alternative=acts)

    def _leveled_acts(
        self, ids: Sequence[str], value: Quantity, quality: str, way: int, context: Context
    ) -> tuple[Act, ...]:
        lowers = value.kind == "more" and ((way or value.number) < 0 or value.unit == "times")
        if len(ids) > 1 and (lowers or (value.kind == "level" and way < 0)):
            ids = self._abilities.lit(ids, context)
        levelled = (
            level(self._abilities.entity(name), value, context.states(name), way=way, quality=quality) for name in ids
        )
        return tuple(act for act in levelled if act is not None)

    @staticmethod
    def _lights(ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in ids if name.startswith("light."))

    def _of_area(self, ids: Sequence[str], value: Quantity, quality: str, place: str) -> list[str]:
        """Return which things of a room a value is for: degrees for the heating, percent and colours for the lights.

        Of several heaters there, the one that is named after the place is meant: "the basement to 62".
        """
        warm = [name for name in ids if name.split(".")[0] in _WARM]
        wanted: tuple[str, ...] = ("light",)
        if "speed" in (quality, value.quality) or value.kind == "level":
            wanted = ("fan",)
        elif "position" in (quality, value.quality) or quality == "tilt":
            wanted = ("cover",)
        elif quality == "humidity":
            wanted = ("humidifier",)
        elif quality == "temperature" or "degrees" in (value.kind, value.unit) or (value.quality == "warmth" and warm):
            wanted = _WARM
        elif value.kind == "number" and not quality and any(
            level(self._abilities.entity(name), value, None) for name in warm
        ):  # fmt: skip
            wanted = (*_WARM, "light")
        if len(warm) > 1 and set(wanted) & set(_WARM):
            own = [name for name in warm if plain(self._abilities.entity(name).name).startswith(f"{place} ")]
            if place and len(own) == 1:
                ids = [name for name in ids if name in own or name.split(".")[0] not in _WARM]
        return [name for name in ids if name.split(".")[0] in wanted]

    def _levelled(self, value: Quantity, quality: str) -> int:
        """Return the things that can have such a value."""
        domains = _DOMAINS.get(quality) or _DOMAINS_OF_KIND.get(value.kind)
        if domains is None and value.kind == "more" and value.quality in ("brightness", "white"):
            domains = ("light",)
        able = self._abilities.able("level")
        return able if domains is None else able & self._abilities.of_domains(*domains)

    def in_the_room(self, value: Quantity, quality: str, way: int, context: Context, text: str) -> Reading | None:
        """Read a value for no thing in particular: "set the temperature to 21", "make it brighter"."""
        domain = _domain(value, quality)
        mask = self._abilities.of_domains(domain) & self._abilities.able("level")
        if not domain or not mask:
            return None
        here = mask & self.directory.area_of.get(plain(context.room), 0) if context.room else mask
        if not here and domain == "climate":  # no heater stands here: that of the house warms the room
            here = self.directory.central(mask)
        ids = self.directory.ids(here)
        if not ids:
            return None
        found = Found(ids=ids, kind=domain, group=True, place=context.room or "")
        if not context.room and len(ids) > 1:
            found = Found(choices=ids, problem="room", kind=domain, group=True)
        return self._levels(ids, value, quality, way, found, text, "", context)

    def _with_option(self, phrase: str, wanted: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read "set the wash program to wool": one of the options that the thing itself names."""
        if wanted not in self._options:
            return None
        _, words = property_of(phrase.split())
        shorter = _OF_OPTION.sub("", phrase).strip()
        everything = (1 << len(self.directory.entities)) - 1
        for name in dict.fromkeys((phrase, " ".join(words), shorter, f"{phrase} program", f"{phrase} mode")):
            if not name:
                continue
            found = self.directory.find(name, everything, room=context.room, last=last)
            ids = found.ids or (found.choices if found.problem in ("which", "area", "room") else ())
            acts = tuple(act for id_ in ids if (act := option(self._abilities.entity(id_), wanted)) is not None)
            if acts and (not found.problem or len(acts) == 1):
                return Reading(acts, replace(found, ids=tuple(act.entity_id for act in acts), problem="", choices=()))
        return None


def _options_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield what may be set to what: "the fan in the study in sleep mode" to sleep, or to sleep mode."""
    if (match := _OPTION.fullmatch(text)) is not None:
        said = text[match.start("np") : match.end("option")]
        for mark in _TO_OPTION.finditer(said):
            yield said[: mark.start()], said[mark.end() :]
            yield said[: mark.start()], said[mark.end() :] + (match["tail"] or "")


def _goes_two_ways(text: str, placed: Placed) -> bool:
    """Say whether something beside a value is to go a way of its own."""
    return _NEXT_TOO.match(text[placed.end :]) is not None or _BEFORE_TOO.search(text[: placed.start]) is not None


def _is_no_command(before: list[str], after: list[str], value: Quantity, *, verbless: bool) -> bool:
    """Say whether a value stands where none stands in a command: "half the lamp", "ten on the fan", "red"."""
    if value.kind == "colour" and before == ["the"] and not after:
        return True  # "make the sky blue" is of no light
    if verbless and before[-1:] in (["is"], ["are"]):
        return True  # "the heating is 22" tells
    if any(word in ("and", "then", ",") and verb in COMMANDING for word, verb in pairwise(after)):
        return True  # "the lamp to 20 and switch on the tv lights" is two
    if value.kind == "level" and before == ["the"] and after[:1] in (["light"], ["lights"]):
        return True  # "the high light" is a name, if anything
    if after and before in ([], ["the"]):
        return after[0] not in _FROM_VALUE or (verbless and value.kind == "number")
    return verbless and not before and not after and value.kind != "more"


def _shed(before: list[str], after: list[str], value: Quantity, way: int) -> int:
    """Take the words that belong to a value off what stands around it; return which way it goes."""
    while before and (before[-1] in _BEFORE_VALUE or (before[-1] == "in" and value.kind == "colour")):
        word = before.pop()
        way = way or _WAY.get(word, 0)
    while after and after[0] in _AFTER_VALUE:
        if after[0] in ("light", "lights") and value.kind not in ("colour", "kelvin"):
            break
        word = after.pop(0)
        way = way or _WAY.get(word, 0)
    return way


def _verbless(text: str) -> tuple[str, int]:
    """Take the verb off a clause with a value; return which way it points."""
    if _WHITE_FIRST.match(text):
        return text, 0
    for words, way in VALUE_VERBS:
        if text.startswith(words + " ") and not _HALF_SAID.match(text):
            return text[len(words) + 1 :], way
    return text, 0


def _set_with(value: Quantity, said: str, way: int) -> Quantity:
    """Return what "with" sets something to: "the stove with 80 degrees" is at, and not by."""
    steps = value.kind == "more" and value.unit and not (value.quality or way)
    return Quantity(kind=value.unit, number=value.number) if steps and said.startswith("with ") else value


def property_of(words: list[str]) -> tuple[str, list[str]]:
    """Take what a value is a value of out of a phrase: (the brightness, of the lamp)."""
    if _OF_PROPERTIES.isdisjoint(words):
        return "", words
    for name, quality in PROPERTIES:
        parts = name.split()
        for start in range(len(words) - len(parts) + 1):
            if words[start : start + len(parts)] == parts:
                left, right = words[:start], words[start + len(parts) :]
                while left and left[-1] in ("the", "its", "a") and (len(left) == 1 or right):
                    left = left[:-1]
                while (
                    right
                    and right[0] in ("of", "for", "in", "on")
                    and len(right) > 1
                    and right[1] != "here"
                    and right[0] != "in"
                ):
                    right = right[1:]
                rest = [*left, *right]
                return quality, [] if rest in (["the"], ["it"], ["its"]) else rest
    return "", words


def _domain(value: Quantity, quality: str) -> str:
    """Return what a value without a thing is for: degrees for the heating, colours for the lights."""
    if "degrees" in (value.kind, value.unit) or quality == "temperature" or value.quality == "warmth":
        return "climate"
    if quality in ("brightness", "colour", "colour temperature") or value.quality == "brightness":
        return "light"
    if value.kind in ("colour", "kelvin"):
        return "light"
    if "speed" in (quality, value.quality):
        return "fan"
    return "humidifier" if quality == "humidity" else ""
