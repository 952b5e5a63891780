"""One command, or several in a sentence: which acts each clause means, or why it means none.

A clause is read in every way of saying something that fits it; the first in which each word is explained is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.home.acts import LEVELLED, SERVICES, level, option, simple
from assistant.home.context import Context, Reading
from assistant.home.entities import Act, Entity
from assistant.home.names import Directory
from assistant.home.noun_phrases import Found, placed_exception
from assistant.home.noun_phrases import bare as bare_name
from assistant.home.phrasebook import IDIOMS, PROPERTIES, VALUE_VERBS, WARM_VERBS, WAYS
from assistant.home.politeness import stripped
from assistant.home.values import Placed, Quantity, values_in
from assistant.home.words import plain

MAX_CLAUSES = 6
_RELATIVE = {
    "up": (1, ""), "down": (-1, ""), "brighter": (1, "brightness"), "dimmer": (-1, "brightness"), "warmer": (1,
    "warmth"),
    "cooler": (-1, "warmth"),
}  # fmt: skip
#: What "up" and "down" of a named quality are.
_OF_QUALITY = {
    "up": {"brightness": "brighter", "temperature": "warmer"},
    "down": {"brightness": "dimmer", "temperature": "cooler"},
}
_LEAVE = re.compile(
    r"(?P<main>.+?)(?: ,)?(?: and| but| just)? (?:leave|keep|skip|spare|ignore"
    r"|(?:do )?not (?:touch|turn off|turn on|switch off|switch on|close|open|include)) (?P<rest>.+?)"
    r"(?: (?:on|off|open|closed|up|down|alone|as (?:it is|they are|is)|out(?: of it)?|running|be|untouched|lit))*"
)
_EXCEPT_FIRST = re.compile(
    r"(?:except(?: for)?|apart from|aside from|other than|besides) (?P<rest>.+?)(?: ,)? "
    r"(?P<main>(?:turn|switch|shut|kill|close|open|lock|put|set|dim|make|everything|all|every)\b.+)"
)
_NOT_THOSE = re.compile(r"(?P<main>.+?) , (?:but |just |and )?(?:not|except(?: for)?|apart from|but) (?P<rest>.+)")
_PART = re.compile(r" (?:and then|and also|, and then|, then|, and|and|then|,|plus|also|but|as well as|after that) ")
_HEAD_VERBS = tuple(
    (verb_, 0)
    for verb_ in (
        "turn on",
        "turn off",
        "switch on",
        "switch off",
        "turn",
        "switch",
        "set",
        "put",
        "make",
        "dim",
        "open",
        "close",
        "shut",
        "lock",
    )
)
_SCENE_OF_ROOM = re.compile(
    r"(?:change|transition|switch|set|put|turn) (?:to )?(?:the |my |our )?(?P<room>.+?) "
    r"(?:to|into|in) (?:the |my |our )?(?P<np>.+?)(?: scene| mode| mood)"
    r"|(?:change|transition) (?:to )?(?:the |my |our )?(?P<room_>.+?) to (?:the |my |our )?(?P<np_>.+?)"
)
_OF_OPTION = re.compile(
    r"(?:the )?\b(?:fan mode|fan speed|swing mode|fan|mode|preset|effect|program|programme)"
    r"(?: (?:of|for|on|in)(?= ))?"
)
_OPTION = re.compile(
    r"(?:(?:set|put|change|switch|turn|make|get|have|run|move|start|select) )?"
    r"(?P<np>.+?) (?:to|on|in|into|at|as)(?: the)? (?P<option>.+?)"
    r"(?P<tail> mode| effect| preset| setting| program| programme| cycle| profile)?"
)
#: What stands between a value and what it is for, where no verb begins the sentence: "full speed on the fan".
_FROM_VALUE = frozenset(
    "in on for at of with please up down here upstairs downstairs outside brightness light lights".split()
)
_RANKS = ("area", "which", "room", "degrees", "here", "it", "unable", "except", "unknown")


class Clauses:
    """Reads the clauses of commands to one house."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._ables: dict[str, int] = {}

    def understood(self, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read a sentence as one command, or else as several that "and", a comma or "then" part."""
        whole = self._read(text, context, last)
        if whole is not None and not whole.problem:
            return whole
        if left := _EXCEPT_FIRST.fullmatch(text):
            reading = self._read(f"{left['main']} except {left['rest']}", context, last)
            if reading is not None and not reading.problem:
                return reading
        if left := _NOT_THOSE.fullmatch(text):
            reading = self._read(f"{left['main']} except {left['rest']}", context, last)
            if reading is not None and not reading.problem:
                return reading
        if (left := _LEAVE.fullmatch(text)) and text.split(maxsplit=1)[0] not in ("leave", "keep"):
            reading = self._read(f"{left['main']} except {left['rest']}", context, last)
            if reading is not None and not reading.problem:
                return reading
        several = self._several(text, context, last, MAX_CLAUSES)
        if several is not None and (not several.problem or whole is None or whole.problem == "unknown"):
            return several
        return whole

    def _several(self, text: str, context: Context, last: Sequence[str], left: int) -> Reading | None:
        parts = _PART.split(text, maxsplit=MAX_CLAUSES)
        best: Reading | None = None
        if len(parts) < 2 or left <= 1:
            return None
        spans = [match.span() for match in _PART.finditer(text)]
        for start, end in spans:
            head, tail = text[:start].strip(" ,"), text[end:].strip(" ,")
            first = self._read(stripped(head), context, last) if head else None
            if first is None or first.problem in ("unknown", "unable", "except"):
                continue
            tail = stripped(tail)
            if not tail:
                continue
            spoken = first.found.ids or last
            second = self._read(tail, context, spoken)
            if second is None or second.problem:
                second = (
                    self._elliptic(head, tail, context, spoken)
                    or self._several(tail, context, spoken, left - 1)
                    or second
                )
            if second is None:
                continue
            reading = self._both(first, second, text, head, tail)
            if not reading.problem:
                return reading
            best = best or reading
        return best

    def _elliptic(self, head: str, tail: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read a clause that left its verb out: "turn on the lamp and the fan off", "... and in the hall too"."""
        for words, _ in _HEAD_VERBS:
            if head.startswith(words + " "):
                reading = self._read(f"{words} {tail}", context, last)
                if reading is not None and not reading.problem:
                    return reading
        return None

    def _both(self, first: Reading, second: Reading, text: str, head: str, tail: str) -> Reading:
        failed = first if first.problem else second if second.problem else None
        if failed is not None:
            template = failed.template and text.replace(head if failed is first else tail, failed.template, 1)
            return replace(failed, acts=(), template=template, alternative=())
        if _contradict(first.acts, second.acts):
            return Reading(found=Found(problem="except", phrase=text), problem="except")
        found = Found(
            ids=tuple(dict.fromkeys(first.found.ids + second.found.ids)), group=True,
            everything=first.found.everything or second.found.everything,
        )  # fmt: skip
        return Reading((*first.acts, *second.acts), found)

    def _read(self, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read one clause: the first way of saying it in which every word is explained, else the nearest to one."""
        nearest: Reading | None = None
        text = IDIOMS.get(text, text)
        if (scene := _SCENE_OF_ROOM.fullmatch(text)) and tuple(
            (scene["room"] or scene["room_"]).split()
        ) in self.directory.places:
            text = f"activate {scene['np'] or scene['np_']}"
        for action, way in WAYS:
            match = way.fullmatch(text)
            if match is None:
                continue
            groups = match.groupdict()
            phrase = placed_exception(groups["np"], groups.get("at") or "")
            reading = self._do(action, phrase, text, context, last)
            if reading is None:
                continue
            if not reading.problem:
                return reading
            nearest = _nearer(nearest, reading)
        for reading in self._valued(text, context, last):
            if not reading.problem:
                return reading
            nearest = _nearer(nearest, reading)
        return nearest or self._lone(text, context)

    def able(self, action: str) -> int:
        """Return the things that an action can be done to."""
        if action not in self._ables:
            directory = self.directory
            if action == "arm":
                mask = directory.able(("arm_away", "arm_home", "arm_night"))
            elif action in _RELATIVE:
                mask = directory.able(LEVELLED)
                lit = directory.domain.get("light", 0)
                warm = directory.domain.get("climate", 0) | directory.domain.get("water_heater", 0)
                mask &= {"brighter": lit, "dimmer": lit, "warmer": warm, "cooler": warm}.get(action, -1)
            elif action == "light":
                mask = directory.able(("turn_on",)) & directory.domain.get("light", 0)
            elif action == "level":
                mask = directory.able(LEVELLED)
            elif action in ("oscillate", "reverse"):
                mask = directory.able(("oscillate",) if action == "oscillate" else ("set_direction",))
            else:
                mask = directory.able(SERVICES[action])
                if action in ("on", "off", "toggle"):
                    mask |= (
                        directory.domain.get("climate", 0) & directory.able(("set_mode",)) if action != "toggle" else 0
                    )
                    mask &= ~(directory.domain.get("scene", 0) | directory.domain.get("vacuum", 0))
                if action == "start":
                    mask &= directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0)
                if action == "pause":
                    mask &= directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0)
                if action == "stop":
                    mask &= ~(directory.domain.get("vacuum", 0) | directory.domain.get("lawn_mower", 0))
                if action in ("open", "unlock"):
                    mask &= ~directory.domain.get("lock", 0) if action == "open" else -1
            self._ables[action] = mask
        return self._ables[action]

    def _do(self, action: str, phrase: str, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        if action in _OF_QUALITY and (reading := self._of_quality(action, phrase, text, context, last)):
            return reading
        able = self.able(action)
        if not able:
            return (
                Reading(found=Found(phrase=phrase), problem="unknown", wish=action) if action in ("on", "off") else None
            )
        found = self.directory.find(phrase, able, room=context.room, last=last)
        if found.everything and action not in ("on", "off", "close", "lock"):
            return None
        template = text.replace(phrase, "@", 1)
        if (
            found.problem == "unable"
            and action in ("on", "off")
            and text.split(maxsplit=1)[0] in ("turn", "switch", "shut", "cut")
        ):
            other = "open" if action == "on" else "close"
            moved = self.directory.find(phrase, self.able(other), room=context.room, last=last)
            if not moved.problem and all(name.startswith(("valve.", "cover.")) for name in moved.ids):
                action, found = other, moved
        if action == "open" and found.problem in ("unable", "unknown"):  # a door that has nothing but a lock
            locked = self.directory.find(phrase, self.able("unlock"), room=context.room, last=last)
            if len(locked.ids) == 1 and not locked.problem:
                action, found = "unlock", locked
        if found.problem == "area":
            return self._area(action, found, template, context)
        if found.problem == "room" and action == "lock":  # to lock one door too many does no harm
            found = replace(found, ids=found.choices, choices=(), problem="")
        if found.problem in ("room", "which"):
            acts = self._acts(action, found.choices, context)
            return Reading(found=found, problem=found.problem, wish=action, template=template, alternative=acts)
        if found.problem:
            return Reading(found=found, problem=found.problem, wish=action, template=template)
        acts = self._acts(action, found.ids, context)
        if not acts:
            return Reading(found=replace(found, choices=found.ids), problem="unable", wish=action)
        return Reading(acts, found, template=template)

    def _of_quality(self, action: str, phrase: str, text: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read "turn up the brightness of the lamp": the quality says what of a thing goes up or down."""
        quality, words = _property(phrase.split())
        if not quality or self.directory.exact.get(bare_name(phrase)):
            return None
        action = _OF_QUALITY[action].get(quality, action)
        if words:
            return self._do(action, " ".join(words), text, context, last)
        sign, what = _RELATIVE[action]
        return self._in_the_room(Quantity(kind="more", number=float(sign), quality=what), quality, 0, context, text)

    def _area(self, action: str, found: Found, template: str, context: Context) -> Reading | None:
        """Read a command that names only a room: "shut the garage" is its door, "turn off the kitchen" is asked."""
        place = set(plain(found.place).split())
        names = [name for name in found.choices if place & set(plain(self.entity(name).name).split())]
        if action in ("open", "close", "stop", "lock", "unlock"):
            if len(names) == 1 or len(found.choices) == 1:
                chosen = tuple(names if len(names) == 1 else found.choices)
                acts = self._acts(action, chosen, context)
                return Reading(acts, replace(found, ids=chosen, problem="")) if len(names) == 1 else Reading(
                    found=replace(found, choices=chosen), problem="area", wish=action, alternative=acts
                )  # fmt: skip
            return Reading(found=found, problem="which" if found.choices else "unknown", wish=action, template=template)
        wanted = "climate" if action in ("warmer", "cooler") else "light"
        lights = tuple(name for name in found.choices if name.startswith(f"{wanted}."))
        acts = self._acts(action, lights, context)
        if not acts:
            return None
        found = replace(found, ids=lights, choices=lights, kind=wanted)
        if action in ("brighter", "dimmer", "warmer", "cooler", "light"):
            return Reading(acts, replace(found, problem=""))
        return Reading(found=found, problem="area", wish=action, template=template, alternative=acts)

    def _acts(self, action: str, ids: Sequence[str], context: Context) -> tuple[Act, ...]:
        acts: list[Act] = []
        for name in ids:
            entity = self.entity(name)
            act: Act | None
            if action == "light":
                act = simple(entity, "on")
            elif action in _RELATIVE:
                sign, quality = _RELATIVE[action]
                act = simple(entity, "open" if sign > 0 else "close") if entity.domain == "cover" else level(
                    entity, Quantity(kind="more", number=float(sign), quality=quality), context.states(name)
                )  # fmt: skip
            elif action == "arm":
                act = next(
                    (simple(entity, way) for way in ("arm_away", "arm_home", "arm_night") if way in entity.services),
                    None,
                )
            elif action == "oscillate":
                act = Act(name, "oscillate", {"oscillating": True})
            elif action == "reverse":
                state = context.states(name)
                forward = state is not None and state.attributes.get("direction") == "reverse"
                act = Act(name, "set_direction", {"direction": "forward" if forward else "reverse"})
            else:
                act = simple(entity, action)
            if act is None and len(ids) == 1:
                return ()
            if act is not None:
                acts.append(act)
        return tuple(acts)

    def _valued(self, text: str, context: Context, last: Sequence[str]) -> Iterable[Reading]:
        """Yield the readings of a clause with a value: "set the lamp to half", "two degrees warmer in the hall"."""
        bare, way = _verbless(text)
        for placed in reversed(values_in(bare)):
            reading = self._with_value(bare, way, placed, text, context, last)
            if reading is not None:
                yield reading
        match = _OPTION.fullmatch(text)
        if match is not None:
            for name, wanted in (
                (match["np"], match["option"]),
                (match["np"], match["option"] + (match["tail"] or "")),
            ):
                reading = self._with_option(name, wanted, context, last)
                if reading is not None:
                    yield reading

    def _with_value(
        self, text: str, way: int, placed: Placed, whole: str, context: Context, last: Sequence[str]
    ) -> Reading | None:
        before, after = text[: placed.start].split(), text[placed.end :].split()
        value_first = bool(after) and (not before or before == ["the"])
        if value_first and after[0] not in _FROM_VALUE:
            return None  # "half the lamp" is no command
        if value_first and text == whole and placed.value.kind == "number":
            return None  # nor is "ten on the fan"
        value, much = placed.value, placed.value.kind == "more" and not placed.value.quality and not placed.value.unit
        while before and before[-1] in (
            "to",
            "at",
            "by",
            "on",
            "with",
            "of",
            "be",
            "is",
            "a",
            "as",
            "up",
            "down",
            "about",
            "around",
            "just",
            "the",
            "open",
            "closed",
            "more",
            "like",
        ):
            way = 1 if before[-1] == "up" and not way else -1 if before[-1] == "down" and not way else way
            before.pop()
        while after and after[0] in (
            "up",
            "down",
            "open",
            "closed",
            "light",
            "lights",
            "please",
            "shut",
            "brightness",
            "bright",
            "and",
            ",",
            "of",
            "hot",
            "warm",
        ):
            if after[0] in ("light", "lights") and value.kind not in ("colour", "kelvin"):
                break
            if after[0] in ("and", ","):
                break
            way = way or {"up": 1, "down": -1}.get(after[0], 0)
            after.pop(0)
        if much and not way:
            return None
        if value.kind == "degrees" and re.search(r"(?:^| )(?:up|down) $", text[: placed.start]):
            value = Quantity(kind="more", number=value.number, unit="degrees")  # "up 2 degrees" is by, not to
        quality, words = _property(before + after)
        if bare_name(" ".join(before + after)) in self.directory.exact:
            quality, words = "", before + after
        for aside, sign in (("up", 1), ("down", -1)):
            if aside in words and not self.directory.is_placed(aside):
                words.remove(aside)  # "turn the heating up in the hall to 21"
                way = way or sign
        if value.kind == "more" and way and value.quality == "level":
            value = replace(value, quality="", number=abs(value.number))
        phrase = " ".join(words)
        if whole.split(maxsplit=1)[0] in WARM_VERBS and not quality:
            quality = "temperature"
        relevant = self._levelled(value, quality)
        if not relevant:
            return None
        if not phrase or phrase in ("things", "it in", "the house") or (phrase == "it" and not last):
            return self._in_the_room(value, quality, way, context, whole)
        if (
            phrase.startswith("it ")
            and (place := self.directory.find(phrase[3:], relevant, room=context.room)).problem == "area"
        ):
            return self._levels(
                place.choices, value, quality, way, replace(place, problem="area"), whole, phrase, context
            )
        found = self.directory.find(phrase, relevant, room=context.room, last=last, kind="")
        return self._levels(found.ids or found.choices, value, quality, way, found, whole, phrase, context)

    def _levels(
        self, ids: Sequence[str], value: Quantity, quality: str, way: int, found: Found, text: str, phrase: str,
        context: Context
    ) -> Reading:  # fmt: skip
        template = text.replace(phrase, "@", 1) if phrase else ""
        if found.problem in ("unknown", "it", "here", "except", "unable"):
            return Reading(found=found, problem=found.problem, wish="set", template=template)
        if found.everything:
            return Reading(found=found, problem="unknown", wish="set")
        if found.problem == "area":
            ids = self._of_area(ids, value, quality)
        acts = self._leveled_acts(ids, value, quality, way, context)
        if not acts:
            return Reading(found=replace(found, choices=tuple(ids) or found.choices), problem="unable", wish="set")
        if found.problem in ("which", "room"):
            able = tuple(act.entity_id for act in acts)
            if len(able) == 1 and found.problem == "which" and len(found.choices) > 1:
                return Reading(acts, replace(found, ids=able, choices=(), problem=""), template=template)
            return Reading(
                found=replace(found, choices=able),
                problem=found.problem,
                wish="set",
                template=template,
                alternative=acts,
            )
        done = tuple(act.entity_id for act in acts)
        if found.problem == "area" and value.kind == "number" and len({name.split(".")[0] for name in done}) > 1:
            warm = tuple(act for act in acts if act.service == "set_temperature")
            return Reading(found=replace(found, choices=done), problem="degrees", wish="set", alternative=warm)
        return Reading(acts, replace(found, ids=done, problem="", choices=()), template=template)

    def _leveled_acts(
        self, ids: Sequence[str], value: Quantity, quality: str, way: int, context: Context
    ) -> tuple[Act, ...]:
        acts = []
        dark = all((state := context.states(name)) is not None and state.value == "off" for name in ids)
        for name in ids:
            entity, state = self.entity(name), context.states(name)
            if len(ids) > 1 and not dark and value.kind == "more" and state is not None and state.value == "off" and (
                entity.domain == "light" and (way or value.number) < 0
            ):  # fmt: skip
                continue  # of several lamps, those that are off are not lit to be dimmer
            act = level(entity, value, state, way=way, quality=quality)
            if act is not None:
                acts.append(act)
        return tuple(acts)

    def _of_area(self, ids: Sequence[str], value: Quantity, quality: str) -> list[str]:
        """Return which things of a room a value is for: degrees for the heating, percent and colours for the lights."""
        wanted = ("climate", "water_heater") if quality == "temperature" or value.kind == "degrees" else ("light",)
        if quality == "speed" or value.quality == "speed" or value.kind == "level":
            wanted = ("fan",)
        elif quality == "position" or value.quality == "position":
            wanted = ("cover",)
        elif quality == "humidity":
            wanted = ("humidifier",)
        elif value.unit == "degrees":
            wanted = ("climate", "water_heater")
        elif value.quality == "warmth":
            warm = [name for name in ids if name.startswith(("climate.", "water_heater."))]
            wanted = ("climate", "water_heater") if warm else ("light",)
        elif value.kind == "number" and not quality and 5 <= value.number <= 35:
            wanted = ("climate", "light")
        return [name for name in ids if name.split(".")[0] in wanted]

    def _levelled(self, value: Quantity, quality: str) -> int:
        """Return the things that can have such a value."""
        directory, able = self.directory, self.able("level")
        domains = {
            "brightness": ("light",), "colour": ("light",), "colour temperature": ("light",), "position": ("cover",
            "valve"),
            "humidity": ("humidifier",), "speed": ("fan", "number"), "temperature": ("climate", "water_heater",
            "light", "number"),
            "volume": ("siren", "number"),
        }.get(quality)  # fmt: skip
        if domains is None and value.kind in ("colour", "kelvin"):
            domains = ("light",)
        if domains is None and value.kind == "degrees":
            domains = ("climate", "water_heater", "number")
        if domains is None and value.kind == "more" and value.quality in ("brightness", "white"):
            domains = ("light",)
        if domains is None:
            return able
        mask = 0
        for domain in domains:
            mask |= directory.domain.get(domain, 0)
        return mask & able

    def _in_the_room(self, value: Quantity, quality: str, way: int, context: Context, text: str) -> Reading | None:
        """Read a value for no thing in particular: "set the temperature to 21", "make it brighter"."""
        domain = _domain(value, quality)
        mask = self.directory.domain.get(domain, 0) & self.able("level")
        if not domain or not mask:
            return None
        if context.room:
            mask &= self.directory.area_of.get(plain(context.room), 0)
        ids = self.directory.ids(mask)
        if not ids:
            return None
        found = Found(ids=ids, kind=domain, group=True, place=context.room or "")
        if not context.room and len(ids) > 1:
            found = Found(choices=ids, problem="room", kind=domain, group=True)
        return self._levels(ids, value, quality, way, found, text, "", context)

    def _with_option(self, phrase: str, wanted: str, context: Context, last: Sequence[str]) -> Reading | None:
        """Read "set the wash program to wool": one of the options that the thing itself names."""
        _, words = _property(phrase.split())
        for name in dict.fromkeys((phrase, " ".join(words), _OF_OPTION.sub("", phrase).strip())):
            found = (
                self.directory.find(name, -1 & ((1 << len(self.directory.entities)) - 1), room=context.room, last=last)
                if name
                else None
            )
            if found is None:
                continue
            ids = found.ids or (found.choices if found.problem in ("which", "area", "room") else ())
            acts = tuple(act for name_ in ids if (act := option(self.entity(name_), wanted)) is not None)
            if acts and (not found.problem or len(acts) == 1):
                return Reading(acts, replace(found, ids=tuple(act.entity_id for act in acts), problem="", choices=()))
        return None

    def _lone(self, text: str, context: Context) -> Reading | None:
        """Read a name alone: a scene is started by it, anything else is asked back."""
        scene = self.directory.find(
            text.removesuffix(" scene").removesuffix(" mode"), self.able("activate"), room=context.room
        )
        exact = self.directory.exact.get(text.removesuffix(" scene").removesuffix(" mode"), 0)
        if not scene.problem and self.directory.mask(scene.ids) & exact:
            return Reading(self._acts("activate", scene.ids, context), scene)
        return None

    def entity(self, name: str) -> Entity:
        """Return a thing of the house by its id."""
        return self.directory.entities[self.directory.number[name]]


def _nearer(one: Reading | None, other: Reading) -> Reading:
    """Return the reading that is nearer to a command: rather one that asks than one that knows nothing."""
    if one is None or _RANKS.index(other.problem) < _RANKS.index(one.problem):
        return other
    return one


def _verbless(text: str) -> tuple[str, int]:
    """Take the verb off a clause with a value; return which way it points."""
    for words, way in VALUE_VERBS:
        if text.startswith(words + " "):
            return text[len(words) + 1 :], way
    return text, 0


def _property(words: list[str]) -> tuple[str, list[str]]:
    """Take what a value is a value of out of a phrase: (the brightness, of the lamp)."""
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


def _contradict(some: Sequence[Act], others: Sequence[Act]) -> bool:
    """Say whether one sentence turns a thing both on and off: what it leaves out was not understood."""
    opposites = ({"turn_on", "turn_off"}, {"open", "close"}, {"lock", "unlock"})
    return any(
        one.entity_id == other.entity_id and {one.service, other.service} in opposites
        for one in some
        for other in others
    )
