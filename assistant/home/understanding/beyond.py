"""What would go beyond what a sentence says: more things than it names, other places, without a value that it has.

Whatever way a sentence was read, nothing is done then.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.home.entities import Entity, HomeIntent
from assistant.home.understanding.context import Reading
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING, bare
from assistant.home.understanding.names.places_said import place_first, place_in
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.politeness import stripped
from assistant.home.understanding.wording.values import values_in
from assistant.home.understanding.wording.words import plain, singular

#: One or the other: which is not said.
_EITHER_OR = re.compile(
    r"(?!.*\b(?:all|every|any|each|but|except|apart|not|either)\b)(?P<before>.*?)"
    r"\b(?:the|my|our) (?:(?!and\b|the\b|my\b|our\b)\w+ )+or (?:the|my|our) \w+(?: \w+)*?"
    r"(?P<behind>(?: (?:on|off|up|down|please))*)"
)
#: One thing of a kind, and words with which several may be meant.
_ONE_SAID = re.compile(
    r"\b(?:the|my|our|that) (?:\w+ ){0,3}?(?:light|lamp|fan|blind|curtain|radiator|heater|plug|socket|tv|switch)\b"
)
_SEVERAL_SAID = re.compile(
    r"\b(?:all|every|everything|everyone|each|both|everywhere|whole|entire|rest|others?|them|they|these|those|house|home|place|lot|and|n?or|\d+|stuff|anything|it)\b"
)
#: The same with a word that says which one: "the kitchen light" is one, and "the light in the kitchen" all of them.
_THIS_ONE_SAID = re.compile(_ONE_SAID.pattern.replace("{0,3}", "{1,3}"))
_MORE_SAID = re.compile(r"\b(?:and|nor|or|plus|both|also|too|as well)\b")
#: What is left out, and all that is said of it: "except the corner lamp", "just don't put the strip on".
_SPARED = re.compile(
    r"\b(?:(?:but|except|excepting|apart|other than|aside from|excluding|minus|save|besides)"
    r"(?: (?:for|from|not|only))*|not(?= (?:the|my|our|in|on|at)\b)"
    r"|do not (?:turn|switch|put|set|open|close|shut|touch|dim|lock)(?: (?:on|off|up|down))?"
    r"|(?:keep|leave|keeping|leaving)"
    r"(?= (?:the|my|our) (?:(?!,)\S+ )+?(?:on|off|open|closed|shut|alone|running|as)\b)) "
    r"(?P<np>(?!,)\S+(?: (?!,|and then\b)\S+)*)"
)
_PARTS = re.compile(r" (?:and|or|nor) ")
#: Words that do not say which one is left out.
_UNTELLING = english.GLUE | frozenset(
    "light lights one ones off on up down open closed shut please though room".split()
)
#: A value that is exact, where none is said to be more or less.
_EXACT = re.compile(r"\b(?P<number>\d+(?:\.\d+)?) (?:percent|degrees?)\b|\bto (?P<bare>\d+)(?= ,|$)")
_RELATIVE = re.compile(
    r"\b(?:by|up(?! to)|down(?! to)|plus|minus|another|more|less|extra|further|increment|\w+er(?= by))\b"
)
#: Two ways of one thing after the other: "off in the bar and on upstairs".
_TWO_WAYS = re.compile(
    r"\b(on|off)\b.*\b(?:and|but|then) (?:back )?(on|off)\b(?= (?:in|on|at|upstairs|downstairs|outside|here)\b|$)"
)
#: A second place, where the same is wanted: "the lights off in the bar , and in the workshop too".
_THERE_TOO = re.compile(
    r"\band (?:also |then )?(?:in|at|on) (?:the |my |our )?(?P<at>\w+(?: (?!too\b|as\b|also\b)\w+)?)"
    r"(?: (?:too|as well|also))?(?= ,|$)"
)
#: Two rooms that are told of together: "the bar and the den are empty".
_TOLD_OF_BOTH = re.compile(
    r"(?P<one>(?:\S+ )?\S+) and (?:the |my |our )?(?P<other>(?!,)\S+(?: (?!,|are\b|have\b)\S+)?)(?= (?:are|have|,))"
)
#: What parts a sentence into clauses.
_CLAUSES = re.compile(r" (?:,|and|so|because|while|when|since|as) (?:and |then |so )?")
#: Words with which a thing is told of, and nothing wanted of it.
_TELLING = frozenset(
    "is are was were am been being has have had not cannot said says told think thought like love hate see hear watch "
    "watching hearing seeing using use find left".split()
)
#: Words of a clause that leaves something as it is.
_LEAVES_OUT = re.compile(
    r"\b(?:leave|keep|except|apart|but|other|besides|excluding|never|without|stay|stays|only|just)\b"
)
#: What moves something that has a name.
_MOVES = ("turn_on", "turn_off", "open", "close", "lock", "unlock", "start", "return_home", "set_temperature")
#: What is wanted too, at the end: ", and the towel rail too".
_AND_TOO = re.compile(r" , and (?P<np>(?:the|my|our) (?!,)\S+(?: (?!,)\S+){0,3}?) (?:too|as well|also)$")
#: What an alarm is armed for, where no mode is said: "arm the alarm for the night shift".
_ARMED_FOR = re.compile(
    r"\b(?:arm|set|put) (?:(?!,|\b(?:away|home|night|stay|mode)\b).)*"
    r"\bfor (?!me\b|us\b|(?:the )?(?:night|away|home|bed|bedtime)(?: now| please)?(?:$| ,| and\b))\w+"
)
#: Two things that go one way: "the lights and the coffee machine on".
_TWO_THINGS = re.compile(
    r"\b(?:the|my|our) (?!,|\b(?:and|on|off)\b)\S+(?: (?!,|(?:and|on|off|is|are|in|at)\b)\S+){0,3} and (?:the|my|our) "
    r"(?!,)\S+(?: (?!,|(?:and|on|off|is|are|in|at)\b)\S+){0,3} (?:on|off)\b"
)
#: A value that was not heard as a number.
_UNHEARD_VALUE = re.compile(
    r"\b(?:to|at) (?:(?!,|percent\b|degrees\b)[a-z]+ ){1,3}(?:percent|degrees)(?= ,|$| please| and\b)"
)
_WARMS = re.compile(r"\b(?:warm|cool) (?:it|them|that|those|the \w+(?: \w+)?) (?:up|down)\b")
_OF_LIGHTS = re.compile(r"\b(?:lights?|lamps?|bulbs?|spots|spotlights?|downlights?)\b")
_POLITE_LAST = re.compile(r"(?: (?:please|now|thanks|though))+$")
_LONGEST = 5  #: words of a name
_MANY = 4  #: things that one name is not meant for
_LOOSE = 2  #: the same, where a sentence was read by its gist


class Beyond:
    """Holds what a sentence would do in one house against what it says."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._switched = directory.able(_MOVES) & ~directory.domain.get("scene", 0)

    def is_so(self, intent: HomeIntent, text: str) -> bool:
        """Say whether an intent goes beyond the plain sentence that it was read from."""
        return (
            self._is_astray(intent, stripped(text))
            or self._is_half_there(intent, text)
            or self._is_too_much(intent, text)
            or self._passes_over_place(intent, text)
            or self._passes_over_room(intent, text)
            or self._passes_over_name(intent, text)
            or self._passes_over_last(intent, text)
            or _moves_one_of_two(intent, text)
            or self.moves_what_is_spared(intent, text)
            or _is_of_two(intent, text)
            or _arms_otherwise(intent, text)
            or _goes_one_way(intent, text)
            or _lacks_value(intent, text)
            or _has_unheard_value(intent, text)
            or _warms_light(intent, text)
            or self._levels_cover(intent, text)
        )

    def _moved(self, intent: HomeIntent) -> list[Entity]:
        ids = {act.entity_id for act in intent.acts} & self.directory.number.keys()
        return [self.directory.things[self.directory.number[name]].entity for name in ids]

    def _is_too_much(self, intent: HomeIntent, text: str) -> bool:
        """Say whether many things would move at a sentence that names one: "the hall light , the downstairs one"."""
        moved = self._moved(intent)
        if intent.kind != "act" or len(moved) < (_LOOSE if intent.loose else _MANY):
            return False
        plural = any(word != (one := singular(word)) and one in english.GENERIC for word in text.split())
        apart = intent.loose or len({thing.area for thing in moved}) > 1
        named = (_THIS_ONE_SAID if intent.loose else _ONE_SAID).search(text)
        return apart and not plural and named is not None and _SEVERAL_SAID.search(text) is None

    def _is_half_there(self, intent: HomeIntent, text: str) -> bool:
        """Say whether some of what would move stands in the one place that was spoken of, and some does not."""
        told = _SPARED.sub("", text)  # what is left out stands where it likes
        place = place_in(self.directory, told) if intent.loose and len(intent.acts) > 1 else ""
        if not place or _MORE_SAID.search(text):
            return False
        there = self.directory.places[tuple(place.split())][1]
        moved = self.directory.mask(act.entity_id for act in intent.acts)
        return bool(moved & there) and bool(moved & ~there)

    def _passes_over_place(self, intent: HomeIntent, text: str) -> bool:
        """Say whether nothing would move in a second place where the same is wanted."""
        said = _THERE_TOO.search(text) if intent.acts else None
        if said is None or tuple(said["at"].split()) not in self.directory.places:
            return False
        if (spared := _SPARED.search(text)) and spared.start() < said.start() < spared.end():
            return False  # "except in the kitchen and in the hallway"
        there = self.directory.places[tuple(said["at"].split())][1]
        return not there & self.directory.mask(act.entity_id for act in intent.acts)

    def _passes_over_room(self, intent: HomeIntent, text: str) -> bool:
        """Say whether something would move in the one and not in the other of two rooms that were told of."""
        moved = self.directory.mask(act.entity_id for act in intent.acts) if intent.loose else 0
        for said in _TOLD_OF_BOTH.finditer(text) if moved else ():
            words = said["one"].split()
            one = self.directory.places.get(tuple(words)) or self.directory.places.get(tuple(words[-1:]))
            other = self.directory.places.get(tuple(said["other"].split()))
            if one and other and bool(one[1] & moved) != bool(other[1] & moved):
                return True
        return False

    def _passes_over_name(self, intent: HomeIntent, text: str) -> bool:
        """Say whether a clause names a thing that would not move, and neither tells of it nor leaves it out.

        "Rosie can start cleaning , and turn the lamp off" is not the lamp alone.
        """
        if not (intent.loose and intent.acts):
            return False
        moved = self.directory.mask(act.entity_id for act in intent.acts)
        for clause in _CLAUSES.split(text):
            words = clause.split()
            if not _TELLING.isdisjoint(words) or _LEAVES_OUT.search(clause):
                continue
            named = self._named_in_full(words) & self._switched
            nearly = any(self.directory.named.get(singular(word), 0) & moved for word in words)
            if named and not named & moved and not nearly:
                return True
        return False

    def _passes_over_last(self, intent: HomeIntent, text: str) -> bool:
        """Say whether what is meant too, at the end, would not move: "not the lamp , and the towel rail too"."""
        said = _AND_TOO.search(text) if intent.acts else None
        if said is None:
            return False
        found = self.directory.find(said["np"], -1)
        known = {*found.ids, *found.choices}
        return intent.loose if not known else known.isdisjoint(act.entity_id for act in intent.acts)

    def _named_in_full(self, words: list[str]) -> int:
        """Return the things whose whole name, or what else they are called, is among some words."""
        named = 0
        for begin in range(len(words)):
            for end in range(begin + 1, min(begin + _LONGEST, len(words)) + 1):
                named |= self.directory.exact.get(" ".join(words[begin:end]), 0)
        return named

    def moves_what_is_spared(self, intent: HomeIntent, text: str) -> bool:
        """Say whether something that is left out would move like the others do."""
        if len(intent.acts) < 2 and not intent.loose:  # what one thing is contrasted with may have any name
            return False
        acts = [(act.service, dict(act.values)) for act in intent.acts]
        then = " and then " in text  # what was left out may be moved by the next command, in its own way
        alike = {
            act.entity_id
            for act, how in zip(intent.acts, acts, strict=True)
            if (acts.count(how) > 1 or len(acts) == 1) and not (then and how != acts[0])
        }
        things = [thing for thing in self._moved(intent) if thing.id in alike]
        moved = self.directory.mask(alike)
        return any(
            told
            and told[0] not in COMMANDING
            and any(_words_of(thing, told).issuperset(told) for thing in things)
            and not self._is_another(part, moved)
            for said in _SPARED.finditer(text)
            for part in _PARTS.split(said["np"])
            if (told := [word for word in part.split() if word not in _UNTELLING])
        )

    def _is_another(self, phrase: str, moved: int) -> bool:
        """Say whether a phrase names what does not move: the Office Light, where the other lamps of the office do."""
        phrase = _POLITE_LAST.sub("", phrase)
        head = phrase.removesuffix(" one")
        called = [f"{head} {noun}" for noun in self.directory.kinds_of(moved)] if head != phrase else [phrase]
        return any(self.directory.exact.get(bare(each), 0) & ~moved for each in called)

    def _levels_cover(self, intent: HomeIntent, text: str) -> bool:
        """Say whether a value that was said of lights would be that of covers too, of which nothing was said."""
        covers = [thing for thing in self._moved(intent) if thing.domain == "cover"]
        placed = any(act.service == "set_position" for act in intent.acts)
        if not (placed and covers and _OF_LIGHTS.search(text)) or len(covers) == len(self._moved(intent)):
            return False
        said = {singular(word) for word in text.split()} | {*text.split()}
        places = {word for thing in covers for word in plain(thing.area or "").split()}
        return any(
            said.isdisjoint(
                {*english.CALLED["cover"].split(), *english.CALLED.get(f"cover.{thing.device_class}", "").split()}
                | {singular(word) for word in plain(thing.name).split() if word not in places}
            )
            for thing in covers
        )

    def _is_astray(self, intent: HomeIntent, text: str) -> bool:
        """Say whether something would move elsewhere than in the place that a sentence names first."""
        place, _ = place_first(self.directory, text) if intent.acts else ("", "")
        there = self.directory.places[tuple(place.split())][1] if place else -1
        return self.directory.mask(act.entity_id for act in intent.acts) & ~there != 0


def _words_of(thing: Entity, told: list[str]) -> set[str]:
    """Return what a thing may be called, by its kind only where more is told of it: "the lamp" has it in its name."""
    kind = set() if english.GENERIC.issuperset(told) else {*english.CALLED.get(thing.domain, "").split()}
    return kind | {*plain(f"{thing.name} {thing.area or ''}").split()}


def _is_of_two(intent: HomeIntent, text: str) -> bool:
    """Say whether one thing would move, read by its gist, where two values of a kind were said: one was for another."""
    if not intent.loose or len({act.entity_id for act in intent.acts}) != 1:
        return False
    said = [placed.value for placed in values_in(text) if placed.value.kind in ("colour", "percent", "degrees")]
    return any(len({value for value in said if value.kind == kind}) > 1 for kind in ("colour", "percent", "degrees"))


def _moves_one_of_two(intent: HomeIntent, text: str) -> bool:
    """Say whether one thing would move, read by its gist, where two are wanted: "I need the lights and the urn on"."""
    if not intent.loose or intent.besides:  # of what is not here it is told
        return False
    return len({act.entity_id for act in intent.acts}) == 1 and _TWO_THINGS.search(text) is not None


def _arms_otherwise(intent: HomeIntent, text: str) -> bool:
    """Say whether an alarm would be armed in one mode where what it is armed for was passed over."""
    return (
        intent.loose
        and any(act.service.startswith("arm_") for act in intent.acts)
        and _ARMED_FOR.search(text) is not None
    )


def _goes_one_way(intent: HomeIntent, text: str) -> bool:
    """Say whether all would go one way, read by its gist, where two were said: "off in the bar and on upstairs"."""
    said = _TWO_WAYS.search(text) if intent.loose and intent.acts else None
    return said is not None and said[1] != said[2] and len({act.service for act in intent.acts}) == 1


def _lacks_value(intent: HomeIntent, text: str) -> bool:
    """Say whether a sentence that was read by its gist has an exact value that nothing is set to."""
    if not (intent.loose and intent.acts) or _RELATIVE.search(text):
        return False
    values = {round(value) for act in intent.acts for value in act.values.values() if isinstance(value, int | float)}
    return any(round(float(said["number"] or said["bare"])) not in values for said in _EXACT.finditer(text))


def _has_unheard_value(intent: HomeIntent, text: str) -> bool:
    """Say whether a sentence has a value that was not heard as one: "to sick stee percent"."""
    if not intent.acts or not _UNHEARD_VALUE.search(text):
        return False
    return not any(isinstance(value, int | float) for act in intent.acts for value in act.values.values())


def _warms_light(intent: HomeIntent, text: str) -> bool:
    """Say whether lights would be brighter, or just on, that are to be warmer: "warm them up a bit"."""
    if not _WARMS.search(text) or not all(act.entity_id.startswith("light.") for act in intent.acts):
        return False
    return bool(intent.acts) and not any("kelvin" in act.values for act in intent.acts)


def one_of_two(text: str, reading: Reading) -> Reading:
    """Return the question which of the things is meant, of which a command with "or" names one."""
    if reading.problem or len(reading.found.ids) < 2 or (said := _EITHER_OR.fullmatch(text)) is None:
        return reading
    found = replace(reading.found, ids=(), choices=reading.found.ids, problem="which")
    return Reading(found=found, problem="which", template=f"{said['before']}@{said['behind']}")
