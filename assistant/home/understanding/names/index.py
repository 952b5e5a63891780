"""The names of a house, indexed: which things a word, a room, a floor or a kind stands for.

Sets of things are integers with a bit for each thing, so that two thousand of them are matched as quickly as ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from assistant.home.entities import Entity
from assistant.home.understanding.names.noun_phrases import LEAVING_OUT, bare, bits
from assistant.home.understanding.names.numbered_rooms import groups, together
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain, singular

#: Switched by "everything": what merely reports, opens or sounds is no part of it.
SWITCHED = frozenset("light switch fan climate humidifier water_heater media_player".split())
#: Words that say nothing about a thing without the word before them: the "room" of "living room".
ROOMS = frozenset("room area floor house home space".split())
#: How a room of two storeys is told from the other.
_STOREYS = frozenset(("upstairs", "downstairs", "upper", "lower"))
#: What warms goes by one of these, each another make of thing where a house has several.
_WARMING = frozenset("radiator heater pump stove".split())
#: How the first of several rooms of a kind is called.
_MAIN = frozenset(("main", "master", "primary"))


@dataclass(slots=True)
class _Thing:
    entity: Entity
    names: list[frozenset[str]] = field(default_factory=list)
    light_words: frozenset[str] = frozenset()  #: words that its room and kind explain already


class Index:
    """The names of a house, indexed. Build it anew when a name changes; it holds no state of any thing."""

    def __init__(
        self,
        entities: Iterable[Entity],
        areas: Mapping[str, Iterable[str]],
        floors: Mapping[str, Iterable[str]],
        aliases: Mapping[str, str],
    ) -> None:
        self.entities = tuple(_with_aliases(entity, aliases) for entity in entities if entity.enabled)
        self.number = {entity.id: place for place, entity in enumerate(self.entities)}
        self.exact: dict[str, int] = {}
        self.words: dict[str, int] = {}
        self.service: dict[str, int] = {}
        self.domain: dict[str, int] = {}
        self.area_of: dict[str, int] = {}
        self.places: dict[tuple[str, ...], tuple[str, int]] = {}
        self.everything = 0
        self.named: dict[str, int] = {}
        self.spoken: list[list[str]] = []
        self.things = [_Thing(entity) for entity in self.entities]
        said_areas = self._areas(areas, aliases)
        for place, thing in enumerate(self.things):
            self._add(place, thing, said_areas)
        self._called_shortly({*map(plain, areas), *said_areas})
        self._called_otherwise({*map(plain, areas), *said_areas})
        for floor, rooms in floors.items():
            mask = 0
            for room in rooms:
                mask |= self.area_of.get(plain(room), 0)
            self._place(plain(floor), floor, mask, "floor")
        bedrooms = [name for name in self.area_of if name.endswith("bedroom")]
        if len(bedrooms) > 1 and ("bedrooms",) not in self.places:
            mask = 0
            for name in bedrooms:
                mask |= self.area_of[name]
            self._place("bedrooms", "bedrooms", mask, "rooms")
        self._called_together()
        self._called_floors({plain(floor): floor for floor in floors})
        #: parts of the house that are called as others call all of it: "the flat" above the shop
        self.parts_of_house = [name for name in english.HOUSES if (name,) in self.places]
        for name in self.parts_of_house:
            self.places[(name, "floor")] = self.places[(name,)]
        self.longest = max((len(words) for words in self.places), default=0)
        self.switched = 0
        for domain in SWITCHED:
            self.switched |= self.domain.get(domain, 0)
        self.in_rooms = 0
        for mask in self.area_of.values():
            self.in_rooms |= mask
        self._blinds()
        self._heaters()
        #: names with a word in them that elsewhere leaves something out: "light bar"
        self.marked = [words for name in self.exact if not LEAVING_OUT.isdisjoint(words := tuple(name.split()))]
        self.marked_pairs = {pair for words in self.marked for pair in pairwise(words) if pair[1] in LEAVING_OUT}
        #: neighbouring words of names and of rooms: a number in one is no value, "the floor" in one is not cleaned
        self.pairs = {pair for words in (*map(str.split, self.exact), *self.places) for pair in pairwise(words)}
        self._vocabulary = frozenset(self.named) | {word for words in self.places for word in words}

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
        return result

    def _add(self, place: int, thing: _Thing, said_areas: dict[str, set[str]]) -> None:
        entity, bit = thing.entity, 1 << place
        names = [plain(name) for name in (entity.name, *entity.aliases)]
        area = plain(entity.area) if entity.area else ""
        if entity.device and len(names[0].split()) < 3 and plain(entity.device) not in names[0]:
            names.append(f"{plain(entity.device)} {names[0]}")
        self.spoken.append(names)
        called = {*kinds(entity), *(("floor",) if "underfloor" in names[0] else ())}  # it is "floor heating" too
        area_words = {singular(word) for name in said_areas.get(area, ()) for word in name.split()}
        thing.light_words = frozenset(area_words | called)
        for name in names:
            words = frozenset(singular(word) for word in name.split() if word not in english.GLUE) or frozenset([name])
            thing.names.append(words)
            for spelled in {bare(name), bare(f"{name[:-2]} one" if name.endswith(" 1") else name)}:
                self.exact[spelled] = self.exact.get(spelled, 0) | bit
            for word in words:
                self.named[word] = self.named.get(word, 0) | bit
                if word not in ROOMS or (word != "room" and name.startswith(word + " ")):
                    self.words[word] = self.words.get(word, 0) | bit
            for first, second in zip(name.split(), name.split()[1:], strict=False):
                if second in ROOMS or first in ROOMS:  # "the sun room blind", "the left floor lamp"
                    two = f"{singular(first)} {second}"
                    self.words[two] = self.words.get(two, 0) | bit
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

    def _called_shortly(self, areas: Iterable[str]) -> None:
        """Let people say "the bedroom" of the Main Bedroom and "the utility" of the Utility Room, if there is one."""
        short: dict[str, list[str]] = {}
        for name in areas:
            words = name.split()
            called = (
                words[-1] if words[-1] in english.ROOM_HEADS else words[0] if words[0] in english.ROOM_FIRSTS else ""
            )
            if called:
                short.setdefault(called, []).append(name)
            if len(words) > 1 and words[0] in _STOREYS and (named := self.places.get(tuple(words))):
                self.places.setdefault((*words[1:], words[0]), named)  # "the hall upstairs"
            if len(words) == 1 and words[0] in english.ROOM_FIRSTS and (named := self.places.get((name,))):
                self.places.setdefault((name, "room"), named)
        for called, several in short.items():
            main = [name for name in several if name.split()[0] in _MAIN]
            others = [name.split()[0] for name in several if name not in main]
            owned = len(main) == 1 and all(first.endswith("s") for first in others)
            names = main if owned else several  # "the bedroom" is not Granny's
            if len(names) == 1 and (named := self.places.get(tuple(names[0].split()))) and called not in self.exact:
                self.places.setdefault((called,), named)

    def _called_otherwise(self, areas: Iterable[str]) -> None:
        """Let people say "the hall" of the Hallway, where neither a room nor a thing goes by that name."""
        for group in english.SAME:
            named = [place for name in group if name in areas and (place := self.places.get(tuple(name.split())))]
            for name in group if len(named) == 1 else ():
                if name not in self.exact:
                    self.places.setdefault(tuple(name.split()), named[0])

    def _called_together(self) -> None:
        """Let people say "the units" of Unit 1 and Unit 2, and "the guest rooms" of Room 1 and Room 2."""
        for room, numbers in groups(self.places).items():
            if tuple((name := together(room)).split()) not in self.places:
                mask = 0
                for number in numbers:
                    mask |= self.places[(*room.split(), number)][1]
                self._place(name, name, mask, "rooms")

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
                    for thing in self.things
                    if thing.entity.domain == "cover"
                    and thing.entity.device_class in (None, "blind", "curtain", "shade", "shutter")
                ]
                mask = sum(1 << self.number[thing.entity.id] for thing in covers)
                if mask and word == "blind":
                    self.words[word] = mask

    def _heaters(self) -> None:
        """Let "the radiators" be those that are called so, and not the Heat Pump, where a house has such names."""
        for word in ("radiator", "heater"):
            called = self.named.get(word, 0) & (self.domain.get("climate", 0) | self.domain.get("switch", 0))
            for other in _WARMING - {word} if called else ():
                self.words[word] &= called | ~self.named.get(other, 0)

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

    def scope(self, words: list[str]) -> tuple[list[str], int, str]:
        """Take the rooms and floors out of a phrase: the words left, the things there, the last place named."""
        content: list[str] = []
        scope, place = (1 << len(self.entities)) - 1, ""
        start = 0
        while start < len(words):
            for length in range(min(self.longest, len(words) - start), 0, -1):
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

    def _phrase_mask(self, words: list[str]) -> int:
        """Return the things whose own names hold all these words."""
        mask = -1
        for word in words:
            mask &= self.named.get(singular(word), 0)
        return max(mask, 0)

    def _elsewhere(self, members: int) -> int:
        """Return the things that stand in a room: what belongs to no room may be placed by its name."""
        return self.in_rooms & ~members

    def central(self, mask: int) -> int:
        """Return the one heater that is called what warms a whole house; 0 where there is none, or more."""
        named = mask & (self.named.get("thermostat", 0) | self.named.get("heating", 0) | self.named.get("boiler", 0))
        return named if named.bit_count() == 1 else 0

    def of_names(self, words: list[str]) -> set[int]:
        """Return the places of words that would leave something out, were they not part of a name said in full."""
        found: set[int] = set()
        for place in range(1, len(words)):
            if (words[place - 1], words[place]) in self.marked_pairs:
                found.add(place)  # "the breakfast bar" of the Breakfast Bar Lights
        if len(words) > 1 and any(name[-1] == words[-1] and words[-2] in name for name in self.marked):
            found.add(len(words) - 1)  # "the corner bar" of the Corner Light Bar: nothing is left out behind it
        for name in self.marked:
            for start in range(len(words) - len(name) + 1):
                if (*words[start : start + len(name) - 1], singular(words[start + len(name) - 1])) == name:
                    found.update(range(start, start + len(name)))
        return found

    def kinds_of(self, mask: int) -> set[str]:
        """Return what things of a mask are called by their kinds: "light", "lamp"; "lock", "door"."""
        things = (self.things[self.number[name]].entity for name in self.ids(mask))
        keys = (key for thing in things for key in (thing.domain, f"{thing.domain}.{thing.device_class}"))
        return {word for key in keys for word in english.CALLED.get(key, "").split()}

    def area(self, room: str | None) -> int:
        """Return the things of a room by its name; 0 where there is none of that name."""
        return self.area_of.get(plain(room), 0) if room else 0

    def vocabulary(self) -> frozenset[str]:
        """Return every word that is part of a name of a thing, a room or a floor."""
        return self._vocabulary

    def is_placed(self, word: str) -> bool:
        """Say whether a word is part of the name of a thing, a room or a floor."""
        return word in self._vocabulary


def _with_aliases(entity: Entity, aliases: Mapping[str, str]) -> Entity:
    """Return a thing with all that it is called too; `aliases` maps what is said to its name."""
    own = plain(entity.name)
    said = (spoken for spoken, name in aliases.items() if plain(name) == own)
    return replace(entity, aliases=tuple(dict.fromkeys((*entity.aliases, *said))))


def kinds(entity: Entity) -> Iterator[str]:
    """Yield the words that name the kind of a thing: a light is also a lamp, a garage cover also a door."""
    classed = english.CALLED.get(f"{entity.domain}.{entity.device_class}")
    called = (
        classed if classed is not None else english.CALLED.get(entity.domain, entity.domain.replace("_", " "))
    ).split()
    if entity.domain == "climate" and "heat" in entity.modes and not {"cool", "heat_cool"} & set(entity.modes):
        called = [word for word in called if word not in english.COOLING]
    if entity.domain == "climate" and "cool" in entity.modes and not {"heat", "heat_cool"} & set(entity.modes):
        called = [word for word in called if word not in english.HEATING]
    if entity.domain == "lock" and "gate" in (own := plain(entity.name).split()) and "door" not in own:
        called = ["lock", "gate"]
    if entity.domain == "climate":  # what is called an air conditioner is no radiator, whatever it can do
        named = {word for name in (entity.name, *entity.aliases) for word in plain(name).split()}
        other = (
            english.HEATING if named & english.COOLS else english.COOLING if named & english.HEATING else frozenset()
        )
        called = [word for word in called if word not in other or word in named]
    yield from called
    if entity.domain in ("sensor", "binary_sensor") and entity.device_class:
        yield from english.SENSED.get(entity.device_class, entity.device_class.replace("_", " ")).split()
