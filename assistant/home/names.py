"""Which things of the house a few words mean: "the lamp by the sofa", "all the lights upstairs but the hall".

Every word of the phrase has to be explained by the name, the room, the floor or the kind of a thing; a phrase with a
word that explains nothing means no thing at all. Sets of things are integers with a bit for each thing, so that two
thousand of them are matched as quickly as ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.home import english
from assistant.home.entities import Entity
from assistant.home.words import plain, singular

EXCEPT = (
    ("but", "not"), ("but", "for"), ("except", "for"), ("except",), ("apart", "from"), ("other", "than"), ("aside",
    "from"),
    ("excluding",), ("excepting",), ("besides",), ("save", "for"), ("bar",), ("minus",), ("without",), ("not",),
    ("but",),
    ("with", "the", "exception", "of"), ("and", "not"),
)  # fmt: skip
_EXCEPT_STARTS = frozenset(marker[0] for marker in EXCEPT) - {"and"}
_PLACING = frozenset("in on at inside upstairs downstairs outside here".split())
#: Switched by "everything": what merely reports, opens or sounds is no part of it.
SWITCHED = frozenset("light switch fan climate humidifier water_heater media_player".split())
#: Words that say nothing about a thing without the word before them: the "room" of "living room".
_ROOMS = frozenset("room area floor house home space".split())
#: A phrase that ends in one of these is none: "the fan on".
UNFINISHED = frozenset("on in of at to by from with for is are the a an my and or".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a phrase means: ``ids`` where it is plain, ``choices`` where it may be one of several.

    ``problem`` is "" for a find, "unknown" (no such thing), "unable" (there is one, which cannot do this), "which" (one
    of ``choices``), "room" (the room was not said: all of ``choices``?), "area" (only a room was named), "it" (nothing
    was spoken of), "except" (what is left out was not found), "here" (the room of the speaker is not known).
    """

    ids: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    problem: str = ""
    phrase: str = ""
    place: str = ""  #: the room or floor that was named
    kind: str = ""  #: the generic word that was said: "light", "blind"
    everything: bool = False  #: all of the house
    group: bool = False  #: several were meant: "the lights", "all blinds"


@dataclass(slots=True)
class _Thing:
    entity: Entity
    names: list[frozenset[str]] = field(default_factory=list)
    light_words: frozenset[str] = frozenset()  #: words that its room and kind explain already


class Directory:
    """The names of a house, indexed. Build it anew when a name changes; it holds no state of any thing."""

    def __init__(
        self,
        entities: Iterable[Entity],
        areas: Mapping[str, Iterable[str]],
        floors: Mapping[str, Iterable[str]],
        aliases: Mapping[str, str],
    ) -> None:
        self.entities = tuple(entity for entity in entities if entity.enabled)
        self.number = {entity.id: place for place, entity in enumerate(self.entities)}
        self.exact: dict[str, int] = {}
        self.words: dict[str, int] = {}
        self.service: dict[str, int] = {}
        self.domain: dict[str, int] = {}
        self.area_of: dict[str, int] = {}
        self.places: dict[tuple[str, ...], tuple[str, int]] = {}
        self.place_names: dict[str, str] = {}
        self.everything = 0
        self._named: dict[str, int] = {}
        self._spoken: list[list[str]] = []
        self._things = [_Thing(entity) for entity in self.entities]
        said = {plain(name): plain(spoken) for spoken, name in aliases.items()}
        said_areas = self._areas(areas, aliases)
        for place, thing in enumerate(self._things):
            self._add(place, thing, said, said_areas)
        for floor, rooms in floors.items():
            mask = 0
            for room in rooms:
                mask |= self.area_of.get(plain(room), 0)
            self._place(plain(floor), floor, mask, "floor")
        self._called_floors({plain(floor): floor for floor in floors})
        self._longest = max((len(words) for words in self.places), default=0)
        self.switched = 0
        for domain in SWITCHED:
            self.switched |= self.domain.get(domain, 0)
        self._blinds()
        self._vocabulary = frozenset(self._named) | {word for words in self.places for word in words}

    def _areas(self, areas: Mapping[str, Iterable[str]], aliases: Mapping[str, str]) -> dict[str, set[str]]:
        """Return, for the plain name of each area, every plain name it goes by."""
        known = {plain(entity.area): entity.area for entity in self.entities if entity.area}
        known |= {plain(area): area for area in areas}
        result = {name: {name} for name in known}
        for area, others in areas.items():
            result[plain(area)] |= {plain(other) for other in others}
        for spoken, name in aliases.items():
            if plain(name) in result:
                result[plain(name)].add(plain(spoken))
        self.place_names = known
        return result

    def _add(self, place: int, thing: _Thing, said: dict[str, str], said_areas: dict[str, set[str]]) -> None:
        entity, bit = thing.entity, 1 << place
        names = [plain(name) for name in (entity.name, *entity.aliases)]
        names += [said[name] for name in names[:1] if name in said]
        area = plain(entity.area) if entity.area else ""
        if entity.device and len(names[0].split()) < 3 and plain(entity.device) not in names[0]:
            names.append(f"{plain(entity.device)} {names[0]}")
        self._spoken.append(names)
        called = set(kinds(entity))
        area_words = {singular(word) for name in said_areas.get(area, ()) for word in name.split()}
        thing.light_words = frozenset(area_words | called)
        for name in names:
            words = frozenset(singular(word) for word in name.split() if word not in english.GLUE) or frozenset([name])
            thing.names.append(words)
            for spelled in {bare(name), bare(f"{name[:-2]} one" if name.endswith(" 1") else name)}:
                self.exact[spelled] = self.exact.get(spelled, 0) | bit
            for word in words:
                self._named[word] = self._named.get(word, 0) | bit
                if word not in _ROOMS or (word != "room" and name.startswith(word + " ")):
                    self.words[word] = self.words.get(word, 0) | bit
            for first, second in zip(name.split(), name.split()[1:], strict=False):
                if second in _ROOMS:
                    self.words[f"{first} {second}"] = self.words.get(f"{first} {second}", 0) | bit
        for word in called:
            self.words[word] = self.words.get(word, 0) | bit
        for service in entity.services:
            self.service[service] = self.service.get(service, 0) | bit
        self.domain[entity.domain] = self.domain.get(entity.domain, 0) | bit
        if not entity.category:
            self.everything |= bit
        for name in said_areas.get(area, ()):
            self.area_of[name] = self.area_of.get(name, 0) | bit
            self._place(name, entity.area or name, bit, "area")

    def _place(self, name: str, called: str, mask: int, kind: str) -> None:
        words = tuple(word for word in name.split() if word != "the")
        if words:
            self.places[words] = (called, self.places.get(words, ("", 0))[1] | mask)
            if kind == "floor" and words[-1] != "floor":
                self.places[(*words, "floor")] = self.places[words]

    def _called_floors(self, floors: Mapping[str, str]) -> None:
        """Let people say "upstairs" of a first floor and "the ground floor" of what is named Downstairs."""
        ground = next(
            (
                name
                for name in ("downstairs", "ground floor", "main floor", "lower floor", "first floor")
                if name in floors
            ),
            "",
        )
        above = [
            name for name in ("upstairs", "upper floor", "top floor", "first floor", "second floor") if name in floors
        ]
        above = [name for name in above if name != ground]
        for names, named in ((ground and [ground], ("downstairs", "ground floor")), (above, ("upstairs",))):
            mask = 0
            for name in names:
                mask |= self.places[tuple(name.split())][1]
            for said in named:
                if mask and tuple(said.split()) not in self.places:
                    self._place(said, said.capitalize(), mask, "floor")
        outside = next((name for name in ("outside", "outdoors", "outdoor") if (name,) in self.places), "")
        for said in ("outside", "outdoors", "outdoor") if outside else ():
            if (said,) not in self.places:
                self._place(said, *self.places[(outside,)], "area")

    def _blinds(self) -> None:
        """Let "the blinds" mean whatever covers the windows, where nothing goes by that name."""
        for word in ("blind", "curtain", "shade", "shutter"):
            if not self.words.get(word):
                covers = [
                    thing
                    for thing in self._things
                    if thing.entity.domain == "cover"
                    and thing.entity.device_class in (None, "blind", "curtain", "shade", "shutter")
                ]
                mask = sum(1 << self.number[thing.entity.id] for thing in covers)
                if mask and word == "blind":
                    self.words[word] = mask

    # Finding

    def able(self, services: Iterable[str]) -> int:
        """Return the things that take one of these services."""
        mask = 0
        for service in services:
            mask |= self.service.get(service, 0)
        return mask

    def ids(self, mask: int) -> tuple[str, ...]:
        """Return the ids of a set of things, in the order of the house."""
        return tuple(self.entities[place].id for place in bits(mask))

    def mask(self, ids: Iterable[str]) -> int:
        """Return a set of things by their ids; what is not in the house is left out."""
        return sum(1 << self.number[name] for name in ids if name in self.number)

    def find(
        self,
        phrase: str,
        able: int,
        *,
        room: str | None = None,
        last: Sequence[str] = (),
        kind: str = "",
        reading: bool = False,
    ) -> Found:
        """Return what a plain phrase means among the things of `able`; with `reading`, plural kinds need no room."""
        for said, short in _DETERMINERS:
            phrase = f" {phrase} ".replace(said, short).strip()
        base, others = _exception(phrase.split())
        found = self._several(base, able, room, last, kind, reading)
        if not others or found.problem not in ("", "room"):
            return found
        whole = self.mask(found.ids or found.choices)
        without = 0
        for part in others:
            left = self._left_out(part, whole, room, kind or found.kind)
            if not left:
                return Found(problem="except", phrase=" ".join(part))
            without |= left
        if not found.group and len(found.ids) < 2:
            return Found(problem="except", phrase=phrase)
        ids = self.ids(whole & ~without)
        problem = "" if ids else "unknown"
        return Found(
            ids=ids, problem=problem, phrase=phrase, place=found.place, kind=found.kind, everything=found.everything,
            group=True,
        )  # fmt: skip

    def _left_out(self, words: list[str], whole: int, room: str | None, kind: str) -> int:
        """Return what is left out of a whole: things of it, or all of it that is in a room."""
        found = self._several(words, whole, room, (), kind, reading=True)
        if found.problem in ("", "room"):
            return self.mask(found.ids or found.choices)
        if found.problem == "area":
            return self.mask(found.choices)
        return 0

    def _several(
        self, words: list[str], able: int, room: str | None, last: Sequence[str], kind: str, reading: bool
    ) -> Found:
        whole = self._item(words, able, room, last, kind, reading)
        if whole.problem in ("", "which", "room", "area", "it", "here") or not {"and", ",", "or", "plus", "nor"} & set(
            words
        ):
            return whole
        items = _items(words)
        if len(items) < 2:
            return whole
        finds: list[Found] = []
        noun = next((singular(item[-1]) for item in items[::-1] if singular(item[-1]) in english.GENERIC), "")
        quantified = any(
            word in english.ALL or (word != singular(word) and singular(word) in english.GENERIC) for word in words
        )
        for item in items:
            found = self._item(item, able, room, last, kind, reading)
            spoken = noun or next((other.kind for other in finds if other.kind), "")
            if found.problem in ("which", "room") and (place := self._scope(items[-1])[2]):
                again = self._item([*item, "in", *plain(place).split()], able, room, last, kind, reading)
                found = again if not again.problem else found
            if found.problem in ("area", "unknown", "which") and spoken and singular(item[-1]) not in english.GENERIC:
                plural = f"{spoken}s" if quantified else spoken
                again = self._item([*item, plural], able, room, last, kind, reading)
                found = again if again.problem in ("", "room") or found.problem == "area" else found
            if found.problem:
                return found
            finds.append(found)
        ids = dict.fromkeys(name for found in finds for name in found.ids)
        return Found(
            ids=tuple(ids),
            phrase=" ".join(words),
            group=True,
            kind=finds[0].kind,
            everything=any(f.everything for f in finds),
        )

    def _item(
        self, words: list[str], able: int, room: str | None, last: Sequence[str], kind: str, reading: bool
    ) -> Found:
        phrase = " ".join(words)
        if phrase.startswith("@"):
            return Found(ids=(phrase[1:],), phrase=phrase) if phrase[1:] in self.number else Found(problem="unknown")
        if phrase in english.PRONOUNS:
            ids = self.ids(self.mask(last) & able) if last else ()
            problem = "" if ids else "unable" if last else "it"
            return Found(ids=ids, choices=tuple(last), problem=problem, phrase=phrase, group=len(ids) > 1)
        if words[-1:] == ["one"] and len(words) > 1 and singular(words[-2]) in english.GENERIC:
            numbered = self._item([*words[:-1], "1"], able, room, last, kind, reading)
            if not numbered.problem:
                return numbered  # "light one"
        if words[-1:] in (["one"], ["ones"]) and len(words) > 1 and last:
            among = self._described([*words[:-1]], able & self.mask(last), room, kind, reading=True)
            if among.problem in ("", "which"):
                return among
        exact = self.exact.get(bare(phrase), 0) or self.exact.get(bare(" ".join(words)), 0)
        if exact and (narrow := exact & able or exact):
            return self._one_of(narrow, able, room, phrase)
        found = self._described(words, able, room, kind, reading)
        if found.problem == "unknown" and _SWITCH.search(phrase):
            for without in (" switch", " light switch"):  # "the hall light switch" is the hall light
                bare_words = re.sub(f"{without}(?:es)?(?= |$)", "", phrase).split()
                again = self._item(bare_words, able, room, last, kind, reading) if bare_words else found
                if not again.problem:
                    return again
        return found

    def _one_of(self, mask: int, able: int, room: str | None, phrase: str) -> Found:
        """Return the one thing of a set that answers to a whole name, or which of them to ask for."""
        if mask & able == 0:
            return Found(choices=self.ids(mask), problem="unable", phrase=phrase)
        if mask.bit_count() > 1 and room:
            mask = mask & self.area_of.get(plain(room), 0) or mask
        if mask.bit_count() > 1:
            return Found(choices=self.ids(mask), problem="which", phrase=phrase)
        return Found(ids=self.ids(mask), phrase=phrase)

    def _described(self, words: list[str], able: int, room: str | None, kind: str, reading: bool) -> Found:
        phrase = " ".join(words)
        if words and words[-1] in UNFINISHED:
            return Found(problem="unknown", phrase=phrase)
        words, everywhere = _without(words, _EVERYWHERE)
        words, here = _without(words, _HERE) if not self._named_room(words) else (words, False)
        if here and not room:
            return Found(problem="here", phrase=phrase)
        content, scope, place = self._scope(words)
        if here:
            scope, place = scope & self.area_of.get(plain(room or ""), 0), room or ""
        every = any(word in english.ALL for word in content) or everywhere
        plain_words = [word for word in content if word not in english.ALL or word == "everything"]
        plural = every or bool(plain_words and plain_words[-1] != singular(plain_words[-1]))
        content = [singular(word) for word in plain_words]
        if content and content[-1] in ("one", "ones") and kind:
            content[-1] = kind
        mask = scope & self.everything if plural or not content else scope
        if any(word in english.EVERYTHING for word in content):
            if not all(word in english.EVERYTHING for word in content):
                return Found(problem="unknown", phrase=phrase)
            chosen = mask & able if kind == "scoped" else mask & able & (self.switched or able)
            if not chosen and mask & able:
                chosen = mask & able & ~self.domain.get("valve", 0)
            if not chosen:
                return Found(problem="unknown", phrase=phrase, place=place)
            return Found(
                ids=self.ids(chosen), phrase=phrase, place=place, everything=not place, group=True, kind="thing"
            )
        if not content and every and not here and plain_words == [] and "all" in words and (not place or "in" in words):
            chosen = scope & self.everything & able & (self.switched or able)
            if chosen:
                return Found(
                    ids=self.ids(chosen), phrase=phrase, place=place, everything=not place, group=True, kind="thing"
                )
        if not content:
            if not place or (every and not here and not place):
                return Found(problem="unknown", phrase=phrase)
            return Found(choices=self.ids(mask & able), problem="area", phrase=phrase, place=place, group=True)
        for number, word in enumerate(content):
            mask &= self.words.get(f"{content[number - 1]} {word}" if word in _ROOMS and number else word, 0)
        if not mask:
            return Found(problem="unknown", phrase=phrase, place=place)
        if not mask & able:
            return Found(choices=self.ids(mask), problem="unable", phrase=phrase, place=place)
        noun = next((word for word in reversed(content) if word in english.GENERIC), "")
        return self._chosen(mask & able, content, noun, place, room, phrase, plural, every, reading)

    def _scope(self, words: list[str]) -> tuple[list[str], int, str]:
        """Take the rooms and floors out of a phrase: the words left, the things there, the last place named."""
        content: list[str] = []
        scope, place = (1 << len(self.entities)) - 1, ""
        start = 0
        while start < len(words):
            for length in range(min(self._longest, len(words) - start), 0, -1):
                found = self.places.get(tuple(words[start : start + length]))
                if found:
                    named = self._phrase_mask(words[start : start + length])
                    scope &= found[1] | (named & ~self._elsewhere(found[1]))
                    place = found[0]
                    start += length
                    break
            else:
                if words[start] not in english.GLUE:
                    content.append(words[start])
                start += 1
        return content, scope, place

    def _named_room(self, words: list[str]) -> bool:
        """Say whether a room is named whose name a word for "here" is part of, as in "my room"."""
        return any(
            tuple(words[start : start + 2]) in self.places
            for start in range(len(words))
            if words[start] in ("my", "our")
        )

    def _phrase_mask(self, words: list[str]) -> int:
        """Return the things whose own names hold all these words."""
        mask = -1
        for word in words:
            mask &= self._named.get(singular(word), 0)
        return max(mask, 0)

    def _elsewhere(self, members: int) -> int:
        """Return the things that stand in a room: what belongs to no room may be placed by its name."""
        placed = 0
        for mask in self.area_of.values():
            placed |= mask
        return placed & ~members

    def _chosen(
        self, mask: int, content: list[str], noun: str, place: str, room: str | None, phrase: str, plural: bool,
        every: bool,
        reading: bool,
    ) -> Found:  # fmt: skip
        """Choose among the things that every word fits: all of them, the one that fits best, or ask."""
        only_kind = all(word in english.GENERIC for word in content)
        named = mask & self._named.get(noun, 0) if noun else 0
        if only_kind and noun == "lamp" and named and (not plural or named.bit_count() > 1):
            mask = named
        if not every and not plural and not only_kind:
            mask = self._best(mask, content, place)
        elif only_kind and not plural and named and noun not in ("light", "lamp"):
            mask = named if not place else mask
        found = Found(ids=self.ids(mask), phrase=phrase, place=place, kind=noun, group=plural or every)
        if mask.bit_count() == 1 and not only_kind and not reading and not self._head_said(mask, content):
            return Found(choices=found.ids, problem="which", phrase=phrase, place=place, kind=noun)
        if mask.bit_count() == 1 and not (only_kind and not place and room and not self._in_room(mask, room)):
            return found
        if (
            every
            or (plural and (place or not only_kind))
            or (only_kind and place and noun in ("light", "lighting", "heating"))
        ):
            return Found(
                ids=found.ids,
                phrase=phrase,
                place=place,
                kind=noun,
                group=True,
            )
        if room and not place and (near := mask & self.area_of.get(plain(room), 0)):
            if (only_kind and noun in ("light", "lighting")) or plural or near.bit_count() == 1:
                return Found(ids=self.ids(near), phrase=phrase, place=room, kind=noun, group=near.bit_count() > 1)
            mask = near
        if mask.bit_count() == 1:
            return found
        if plural or noun in ("heating", "lighting"):
            if reading:
                return Found(ids=self.ids(mask), phrase=phrase, place=place, kind=noun, group=True)
            areas = {self.entities[number].area for number in bits(mask)}
            if len(areas) == 1:
                return Found(ids=self.ids(mask), phrase=phrase, place=place, kind=noun, group=True)
            return Found(choices=self.ids(mask), problem="room", phrase=phrase, kind=noun, group=True)
        if reading and only_kind and noun in ("light", "temperature", "humidity"):
            return Found(ids=self.ids(mask), phrase=phrase, place=place, kind=noun, group=True)
        return Found(choices=self.ids(mask), problem="which", phrase=phrase, place=place, kind=noun)

    def _head_said(self, mask: int, content: list[str]) -> bool:
        """Say whether the words hold what a thing is, not just what it is near: the "backlight" of "TV Backlight"."""
        thing = self._things[mask.bit_length() - 1]
        heads = [singular(name.split()[-1]) for name in self._spoken[mask.bit_length() - 1]]
        return any(head in content or head in thing.light_words for head in heads)

    def _in_room(self, mask: int, room: str) -> bool:
        return bool(mask & self.area_of.get(plain(room), 0)) or mask.bit_count() == 1

    def _best(self, mask: int, content: list[str], place: str) -> int:
        """Return the things of which the fewest words of their name went unsaid."""
        said = set(content) | {singular(word) for word in plain(place).split()}
        best, fewest = 0, 1e9
        for number in bits(mask):
            thing = self._things[number]
            near = [name for name in thing.names if name & set(content)] or thing.names[:1]
            missing = round(
                min(sum(0.1 if word in thing.light_words else 1.0 for word in name - said) for name in near), 1
            )
            if missing < fewest:
                best, fewest = 1 << number, missing
            elif missing == fewest:
                best |= 1 << number
        return best

    def vocabulary(self) -> frozenset[str]:
        """Return every word that is part of a name of a thing, a room or a floor."""
        return self._vocabulary

    def is_placed(self, word: str) -> bool:
        """Say whether a word is part of the name of a thing, a room or a floor."""
        return word in self._vocabulary


_SWITCH = re.compile(r"\S switch(?:es)?(?: |$)")
_IN = "(?:in|on|at|of|across|around|throughout|through|inside|within|about|over|for|from)"
_HOUSE = "(?:house|home|app?artment|flat|place|building|property)"
_EVERYWHERE = re.compile(
    rf"(?<!\S)(?:(?:all )?(?:{_IN} )?(?:all (?:of )?)?(?:the |my |our |this )?(?:entire|whole) {_HOUSE}"
    rf"|(?:all )?{_IN} (?:all (?:of )?)?(?:the |my |our |this )?{_HOUSE}"
    rf"|(?:{_IN} )?(?:all (?:of )?(?:the |my |our )?|every |each (?:of the )?)(?:room|area|floor)s?"
    r"|everywhere|house wide)(?!\S)"
)
_HERE = re.compile(
    r"(?<!\S)(?:(?:in |of |around |inside |on |at )?(?:the|this|my|our|that) (?:same )?(?:room|area|space)"
    r"|(?:in |around |right |over )*here)(?!\S)"
)
_DETERMINERS = (
    (" each and every ", " every "),
    (" every single ", " every "),
    (" all of ", " all "),
    (" each of ", " each "),
)


def kinds(entity: Entity) -> Iterator[str]:
    """Yield the words that name the kind of a thing: a light is also a lamp, a garage cover also a door."""
    classed = english.CALLED.get(f"{entity.domain}.{entity.device_class}")
    yield from (
        classed if classed is not None else english.CALLED.get(entity.domain, entity.domain.replace("_", " "))
    ).split()
    if entity.domain in ("sensor", "binary_sensor") and entity.device_class:
        yield from english.SENSED.get(entity.device_class, entity.device_class.replace("_", " ")).split()


def bare(name: str) -> str:
    """Return a plain name without articles, in the singular of its last word: what two spellings of it share."""
    words = [word for word in name.split() if word not in ("the", "a", "an", "my", "our", "your", ",")]
    return " ".join([*words[:-1], singular(words[-1])]) if words else ""


def bits(mask: int) -> Iterator[int]:
    """Yield the places of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _without(words: list[str], places: re.Pattern[str]) -> tuple[list[str], bool]:
    """Take a way of saying "here" or "everywhere" out of the words; say whether there was one."""
    text, count = places.subn("", " ".join(words), count=1)
    return text.split(), bool(count)


def _items(words: list[str]) -> list[list[str]]:
    """Split a list of things at its commas and ands."""
    items: list[list[str]] = [[]]
    for word in words:
        if word in ("and", ",", "or", "plus", "nor"):
            if items[-1]:
                items.append([])
        else:
            items[-1].append(word)
    return [item for item in items if item]


def placed_exception(phrase: str, at: str) -> str:
    """Return "all but the lamp" and " in the hall" as one phrase: the place is that of the whole."""
    base, others = _exception(phrase.split())
    if not others or not at or at.split(maxsplit=1)[0] not in _PLACING:
        return phrase + at
    return f"{' '.join(base)}{at} except {' and '.join(' '.join(part) for part in others)}"


def _exception(words: list[str]) -> tuple[list[str], list[list[str]]]:
    """Split "all lights but the hall and the lamp" into what is meant and the phrases that are left out."""
    if _EXCEPT_STARTS.isdisjoint(words):
        return words, []
    for start in range(1, len(words)):
        for marker in EXCEPT:
            if tuple(words[start : start + len(marker)]) == marker:
                left = words[:start]
                while left and left[-1] in (",", "and", "but"):
                    left = left[:-1]
                return left, [_unled(part) for part in _items(words[start + len(marker) :])]
    return words, []


def _unled(words: list[str]) -> list[str]:
    """Take the lead off what is left out: "for the", "in the", "the ones in the"."""
    while words and words[0] in ("for", "in", "the", "ones", "one", "on", "that", "from", "at", "not", "leave", "keep"):
        if words[0] in ("one", "ones") and len(words) == 1:
            break
        words = words[1:]
    return words
