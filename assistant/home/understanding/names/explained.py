"""What the words of one phrase explain: by name, room, floor and kind, the things that are meant.

Every word of the phrase has to be explained by the name, the room, the floor or the kind of a thing; a phrase with a
word that explains nothing means no thing at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from assistant.home.understanding.names.index import ROOMS, Index, kinds
from assistant.home.understanding.names.noun_phrases import EVERYWHERE, HERE, UNFINISHED, Found, Want, bits, without
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain, singular

#: Words that never follow each other: between them a word was lost, or the second was another word.
_NO_PAIR = frozenset(("the", word) for word in ("all", "this", "that", "these", "those"))
_ANY_THING = english.EVERYTHING - {"everything", "anything"}
_COVERING = frozenset("blind shade curtain drape shutter".split())
#: What does what the word before it says: the Coffee Maker.
_CARRIER = re.compile(r"(?<!washing)(?<!sewing) (?:machine|maker)$|(?<=immersion) heater$")
#: Kinds of which all are meant by one: "the kitchen light" is every light there.
ALL_OF_ROOM = ("light", "lighting", "heating")
#: Words for the heating of a house, where no room is said.
_WARMTH = frozenset("heating heat temperature climate".split())
#: What a maker's name has before the number of its model: the "aerio" of "aerio am 07" and of "aerio 200".
_MODEL = re.compile(r".*\b([a-z]{4,}) (?:[a-z]{1,3} \d+|\d{2,})")

_GATES = ("garage", "gate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A phrase taken apart: what is said of the things beside the place where they are."""

    phrase: str
    content: list[str]  #: the words that a name or a kind has to explain, in the singular
    scope: int  #: the things in the place
    place: str
    every: bool  #: "all", "each", "everywhere"
    plural: bool
    placed_all: bool  #: "all" with nothing but a place: "all in the kitchen"

    @property
    def noun(self) -> str:
        """Return the last word that is a kind of thing, "" where there is none."""
        return next((word for word in reversed(self.content) if word in english.GENERIC), "")

    @property
    def only_kind(self) -> bool:
        """Say whether nothing but a kind of thing is said: "the lights"."""
        return all(word in english.GENERIC for word in self.content)


class Explained:
    """Finds what one description means, without exceptions and lists."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def found(self, words: list[str], want: Want) -> Found:
        """Find the things that the words of a phrase explain: by name, room, floor and kind."""
        if (words and words[-1] in UNFINISHED) or not _NO_PAIR.isdisjoint(pairwise(words)) or self._no_room_of(words):
            return Found(problem="unknown", phrase=" ".join(words))
        said = self._said(words, want)
        if said is None:
            return Found(problem="here", phrase=" ".join(words))
        if any(word in english.EVERYTHING for word in said.content):
            return self._everything(said, want)
        if not said.content:
            return self._placed(said, want)
        mask = self._explained(said)
        if not mask:
            return Found(problem="unknown", phrase=said.phrase, place=said.place)
        if not mask & want.able:
            return Found(choices=self.index.ids(mask), problem="unable", phrase=said.phrase, place=said.place)
        return self._chosen(mask & want.able, said, want)

    def _no_room_of(self, words: list[str]) -> bool:
        """Say whether a word for anything stands where the name of a room begins: "the stuff bedroom" is none."""
        return any(
            word in _ANY_THING and tuple(words[place + 1 :]) in self.index.places
            for place, word in enumerate(words[:-1])
        )

    def _said(self, words: list[str], want: Want) -> Said | None:
        """Take a phrase apart; None where it says "here" and nobody knows which room that is."""
        phrase = " ".join(words)
        words, everywhere = without(words, EVERYWHERE)
        words, here = without(words, HERE) if not self._named_room(words) else (words, False)
        if here and not want.room:
            return None
        content, scope, place = self.index.scope(words)
        if here:
            scope, place = scope & self.index.area(want.room), want.room or ""
        every = any(word in english.ALL for word in content) or everywhere
        told = [word for word in content if word not in english.ALL or word == "everything"]
        content = [singular(word) for word in told]
        if content and content[-1] in ("one", "ones") and want.kind:
            content[-1] = want.kind
        return Said(
            phrase=phrase, content=content, scope=scope, place=place, every=every,
            plural=every or bool(told and told[-1] != singular(told[-1])),
            placed_all="all" in words and not here and (not place or "in" in words),
        )  # fmt: skip

    def _everything(self, said: Said, want: Want) -> Found:
        """Find "everything in the kitchen": what is switched, or else whatever can do it."""
        mask = (said.scope & self.index.everything if said.plural else said.scope) & want.able
        chosen = mask & (self.index.switched or want.able) or mask & ~self.index.domain.get("valve", 0)
        if not chosen or not all(word in english.EVERYTHING for word in said.content):
            return Found(problem="unknown", phrase=said.phrase, place=said.place)
        return Found(
            ids=self.index.ids(chosen), phrase=said.phrase, place=said.place, everything=not said.place, group=True,
            kind="thing",
        )  # fmt: skip

    def _placed(self, said: Said, want: Want) -> Found:
        """Find what a place alone means: all that is there where "all" was said, else it is to be asked."""
        scope = said.scope & self.index.everything & want.able
        if said.placed_all and said.every and (chosen := scope & (self.index.switched or want.able)):
            return Found(
                ids=self.index.ids(chosen), phrase=said.phrase, place=said.place, everything=not said.place, group=True,
                kind="thing",
            )  # fmt: skip
        if not said.place:
            return Found(problem="unknown", phrase=said.phrase)
        return Found(choices=self.index.ids(scope), problem="area", phrase=said.phrase, place=said.place, group=True)

    def _explained(self, said: Said) -> int:
        """Return the things in the place of which every word is a word of the name or the kind."""
        mask = said.scope & self.index.everything if said.plural else said.scope
        for number, word in enumerate(said.content):
            if word == "window" and set(said.content[number + 1 :]) & _COVERING and not self._window_named(mask):
                continue  # "the window blinds" are the blinds
            mask &= self._roomy(said.content, number) if word in ROOMS else self.index.words.get(word, 0)
        if said.content == ["door"] and not said.place:  # "shut the door behind you" is no garage door
            mask &= ~self.index.mask(entity.id for entity in self.index.entities if entity.device_class in _GATES)
        return mask

    def _roomy(self, content: list[str], number: int) -> int:
        """Return the things of whose names a word such as "floor" is part, beside the word before or behind it."""
        pairs = (
            [*content[number - 1 : number + 1], *content[number : number + 2]]
            if number
            else content[number : number + 2]
        )
        two = [" ".join(pairs[at : at + 2]) for at in range(0, len(pairs), 2)]
        return next(filter(None, (self.index.words.get(each, 0) for each in (*two, content[number]))), 0)

    def _window_named(self, mask: int) -> bool:
        """Say whether something that covers a window has the word in its name."""
        return bool(mask & self.index.named.get("window", 0) & self.index.domain.get("cover", 0))

    def _named_room(self, words: list[str]) -> bool:
        """Say whether a room is named whose name a word for "here" is part of, as in "my room"."""
        return any(
            tuple(words[start : start + 2]) in self.index.places
            for start in range(len(words))
            if words[start] in ("my", "our")
        )

    def _chosen(self, mask: int, said: Said, want: Want) -> Found:
        """Choose among the things that every word fits: all of them, the one that fits best, or ask."""
        if not want.reading and (lamps := self._every_lamp(mask, said)):
            return self._found(lamps, said, problem="room", group=True)
        here = mask & self.index.area(want.room)
        mask = self._fitting(mask, said, here)
        here &= mask
        called = mask & self.index.named.get(said.noun, 0)
        if not called & here and here:
            called = 0  # those of the speaker's room are nearer than what is called so elsewhere
        if said.only_kind and said.plural and not said.every and called and said.noun in _COVERING and not want.reading:
            mask = called  # "the shades", where one thing is called so and others are only of the kind
        if mask.bit_count() == 1:
            its_kind = said.noun in kinds(self.index.entities[mask.bit_length() - 1])
            described = not said.only_kind or (said.noun in english.OF_THEIR_OWN and not its_kind)
            head_said = self._head_said(mask, said.content) and not self._owner_only(mask, said.content)
            unsure = described and not want.reading and not head_said
            return self._found(mask, said, problem="which" if unsure else "")
        if (
            said.every
            or (said.plural and (said.place or not said.only_kind))
            or (said.only_kind and said.place and said.noun in ALL_OF_ROOM)
        ):
            return self._found(mask, said, group=True)
        asked_of_all = want.reading and said.plural  # "are any windows open" is not about this room
        near = mask & self.index.area(want.room) if not said.place and not asked_of_all else 0
        if near:
            if said.plural or near.bit_count() == 1 or (said.only_kind and said.noun in ("light", "lighting")):
                return self._found(near, said, group=near.bit_count() > 1, place=want.room or "")
            mask = near
        return self._many(mask, said, want)

    def _every_lamp(self, mask: int, said: Said) -> int:
        """Return what is called a lamp for "every lamp", where other lights are not called so: all may be meant."""
        if said.content != ["lamp"] or not said.every or "lamp" not in said.phrase.split():
            return 0
        called = mask & self.index.named.get("lamp", 0)
        return called if called.bit_count() > 1 and called != mask else 0

    def _fitting(self, mask: int, said: Said, here: int) -> int:
        """Return the things that fit best: those called by the word that was said, before those of the kind."""
        noun = said.noun
        called = mask & self.index.named.get(noun, 0) if noun else 0
        if said.only_kind and noun == "lamp" and called and (not said.plural or called.bit_count() > 1):
            mask = called
        if not said.plural and not said.only_kind:
            return self._best(mask, said.content, said.place)
        if said.only_kind and not said.plural and called and noun not in ("light", "lamp") and not said.place:
            return mask if here and not called & here else called  # "the fan" is the one here, whatever its name
        return mask

    def _many(self, mask: int, said: Said, want: Want) -> Found:
        """Choose among several things of which one, or an unsaid room's, was meant."""
        if said.only_kind and said.noun in _WARMTH and not said.plural and (central := self.index.central(mask)):
            return self._found(central, said)
        if said.plural or said.noun in ("heating", "lighting"):
            areas = {self.index.entities[number].area for number in bits(mask)}
            if want.reading or len(areas) == 1:
                return self._found(mask, said, group=True)
            return self._found(mask, said, problem="room", group=True)
        if want.reading and said.only_kind and said.noun in ("light", "temperature", "humidity"):
            return self._found(mask, said, group=True)
        return self._found(mask, said, problem="which")

    def _found(self, mask: int, said: Said, *, problem: str = "", group: bool | None = None, place: str = "") -> Found:
        ids = self.index.ids(mask)
        return Found(
            ids=() if problem else ids, choices=ids if problem else (), problem=problem, phrase=said.phrase,
            place=place or said.place, kind=said.noun, group=said.plural if group is None else group,
        )  # fmt: skip

    def _head_said(self, mask: int, content: list[str]) -> bool:
        """Say whether the words hold what a thing is, not just what it is near: the "backlight" of "TV Backlight"."""
        number = mask.bit_length() - 1
        thing = self.index.things[number]
        heads = [singular(name.split()[-1]) for name in self.index.spoken[number]]
        heads += [name.split()[-2] for name in self.index.spoken[number] if _CARRIER.search(name)]  # "the coffee"
        if thing.entity.domain == "number" and set(heads) <= {"volume", "level"}:
            return True  # "turn the soundbar down" is about the Soundbar Volume
        if content[-1] in english.OF_THEIR_OWN and content[-1] not in (*heads, *kinds(thing.entity)) and (
            thing.entity.domain not in ("switch", "scene", "button")
        ):  # fmt: skip
            return False  # "the TV" is not the TV Light, nor "the window" the Window Blind
        if content[-1] in english.HALF_A_NAME and content[-1] not in heads:
            return False  # "turn off the reading ..."
        heads += [model[1] for name in self.index.spoken[number] if (model := _MODEL.fullmatch(name))]
        known = [sorted(word) for word in (*content, *thing.light_words)]  # a name may be misspelt: "Hall Ligth"
        return any(sorted(head) in known for head in heads)

    def _owner_only(self, mask: int, content: list[str]) -> bool:
        """Say whether only a person was named whose thing it is: "Jack" is somebody, not Jack's Lamp."""
        name = self.index.entities[mask.bit_length() - 1].name.lower().replace("’", "'")
        owner, possessive, _ = name.partition("'s ")
        return bool(possessive) and content == [owner]

    def _best(self, mask: int, content: list[str], place: str) -> int:
        """Return the things of which the fewest words of their name went unsaid."""
        said = set(content) | {singular(word) for word in plain(place).split()}
        best, fewest = 0, 1e9
        for number in bits(mask):
            thing = self.index.things[number]
            near = [name for name in thing.names if name & set(content)] or thing.names[:1]
            missing = round(
                min(
                    len(name - said - thing.light_words) + 0.1 * bool((name - said) & thing.light_words)
                    for name in near
                ),
                1,
            )
            if missing < fewest:
                best, fewest = 1 << number, missing
            elif missing == fewest:
                best |= 1 << number
        return best
