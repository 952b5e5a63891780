"""What is left of the things that a phrase means without those that it excepts: "all lights but the hall"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from assistant.home.understanding.names.explained import ALL_OF_ROOM
from assistant.home.understanding.names.index import Index
from assistant.home.understanding.names.lists import Lists
from assistant.home.understanding.names.noun_phrases import Found, Want, bare, exception
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain, singular

#: All that is in a place: "the whole kitchen", "all of the kitchen".
_WHOLE = re.compile(
    r"(?:all of (?:the |my |our )?|all (?:the|my|our) |(?:the |my |our )?(?:whole|entire) (?:of )?(?:the )?)(.+)"
)
_COUNTS = {"both": 2, "2": 2, "two": 2, "3": 3, "three": 3, "4": 4, "four": 4}
_NOT_THAT = re.compile(r"(?!.*\b(?:all|everything) but\b).* not\b")


class Excepted:
    """Finds the things that a phrase means, less what it leaves out.

    `lists` finds things without exceptions, `anywhere` all that a phrase means in the whole house.
    """

    def __init__(self, index: Index, lists: Lists, anywhere: Callable[[str], Found]) -> None:
        self.index, self._lists, self._anywhere = index, lists, anywhere

    def found(self, phrase: str, want: Want) -> Found:
        """Find the things that a phrase means without those that it leaves out."""
        base, others = exception(phrase.split(), self.index.of_names(phrase.split()))
        others = [each for each in others if each]
        if base == ["all"] and others:
            base, others = self._all_but(others)
        base, others = self._of_the_whole(base, others, want)
        if (whole := _WHOLE.fullmatch(" ".join(base))) and tuple(whole[1].split()) in self.index.places:
            base = ["everything", "in", *whole[1].split()]
        found = self._lists.found(base, want)
        if not others:
            return found
        if found.problem == "area":  # "the office but the lamp" is everything in there
            found = self._lists.found(["everything", "in", *base], want)
        of_lamps = found.problem == "room" and "lamp" in base
        if of_lamps and not _NOT_THAT.match(phrase):
            lights = self._lists.found(["light" if word == "lamp" else word for word in base], want)
            if self._excepts_other(others, lights):
                found, of_lamps = lights, False
        if found.problem not in ("", "room"):
            return found
        left = self._excepting(found, others, want, phrase)
        told_where = bool(found.place) and plain(found.place) in " ".join(base)
        if (
            left.problem == "except" and not left.choices and want.room and not told_where
        ):  # more than what is here was meant
            anywhere = self._lists.found(["all", *base], replace(want, room=None, reading=True))
            if not anywhere.problem and anywhere.group:
                return self._excepting(anywhere, others, want, phrase)
        return replace(left, ids=(), choices=left.ids, problem="room") if of_lamps and left.ids else left

    def _excepts_other(self, others: list[list[str]], lights: Found) -> bool:
        """Say whether a light that is not called a lamp is left out of "every lamp": then every light is meant."""
        mask = self.index.mask(lights.ids) & ~self.index.named.get("lamp", 0)
        return any(self.index.exact.get(bare(" ".join(part)), 0) & mask for part in others)

    def _all_but(self, others: list[list[str]]) -> tuple[list[str], list[list[str]]]:
        """Return what "all but the lamp in the hall" is about: the lights, all of them in the hall."""
        place: list[str] = []
        if "in" in others[-1][1:-1]:
            at = others[-1].index("in", 1)
            content, _, named = self.index.scope(others[-1][at:])
            if named and not content:
                others, place = [*others[:-1], others[-1][:at]], others[-1][at:]
        light = singular(others[0][-1]) in (*ALL_OF_ROOM, "lamp")
        return ["all", *(("the", "lights") if light else ()), *place], others

    def _of_the_whole(self, base: list[str], others: list[list[str]], want: Want) -> tuple[list[str], list[list[str]]]:
        """Let a place at the end be that of all, where what is left out is named without it.

        "All lights but the night light upstairs" are those upstairs: the name alone tells which night light.
        """
        if len(others) != 1 or self.index.scope(base)[2]:
            return base, others
        (last,) = others
        for at in range(1, len(last)):
            place = last[at + (last[at] in ("in", "on")) :]
            place = place[place[:1] == ["the"] :]
            named = self.index.exact.get(bare(" ".join(last[:at])), 0)
            if tuple(place) in self.index.places and named.bit_count() == 1:
                there = self.index.mask(self._lists.found([*base, "in", *place], want).ids)
                if there & ~named:  # else it is where that one stands, and nothing would be left
                    return [*base, "in", *place], [last[:at]]
        return base, others

    def _excepting(self, found: Found, others: list[list[str]], want: Want, phrase: str) -> Found:
        """Return what is left of a find without the phrases that are left out."""
        whole = self.index.mask(found.ids or found.choices)
        spared = 0
        others = [self._with_noun(part, found) for part in others]
        if (
            len(found.ids) == 1
            and not found.group
            and all(
                self._is_named_elsewhere(part, whole) or (part[-1] != "one" and self._is_another_kind(part, whole))
                for part in others
            )
        ):
            return found
        for part in others:
            if self._is_another_kind(part, whole):
                continue
            left = self._called_just_so(part, whole, want.room) or self._left_out(
                part, whole, want.room, want.kind or found.kind
            )
            if not left and not self._elsewhere_known(part, whole):
                return Found(problem="except", phrase=" ".join(part))
            spared |= left
        if not found.group and len(found.ids) < 2:  # "the back door, not the front one"
            contrast = found.ids and not spared and _NOT_THAT.match(phrase)
            return found if contrast else Found(problem="except", phrase=phrase)
        ids = self.index.ids(whole & ~spared)
        if not ids:
            return Found(problem="except", choices=self.index.ids(spared), phrase=phrase)
        return Found(
            ids=ids, phrase=phrase, place=found.place, kind=found.kind,
            everything=found.everything, group=True,
        )  # fmt: skip

    def _with_noun(self, words: list[str], found: Found) -> list[str]:
        """Return what is left out with the noun of what it is contrasted with: "the back door, not the front one"."""
        words_said, words = words, words[:-1] if words[-1] == "one" and len(words) > 1 else words
        if len(found.ids) != 1 or found.group or bare(" ".join(words)) in self.index.exact:
            return words_said
        noun = plain(self.index.things[self.index.number[found.ids[0]]].entity.name).split()[-1]
        return [*words, noun] if bare(" ".join([*words, noun])) in self.index.exact else words_said

    def _is_named_elsewhere(self, words: list[str], whole: int) -> bool:
        """Say whether words are the whole name of one thing that was not meant anyway."""
        named = self.index.exact.get(bare(" ".join(words)), 0)
        return named.bit_count() == 1 and not named & whole

    def _elsewhere_known(self, words: list[str], whole: int) -> bool:
        """Say whether what is left out is a thing of the house that was not meant anyway: "the lights but the TV"."""
        if self._is_named_elsewhere(words, whole):
            return True
        found = self._anywhere(" ".join(words))
        return found.problem == "area" or (not found.problem and not self.index.mask(found.ids) & whole)

    def _is_another_kind(self, words: list[str], whole: int) -> bool:
        """Say whether what is left out is of another kind than all that was named: "the telly, but not the fan".

        Lamps are lights; but by "the ceiling light, not the lamp" the one that has it in its name is meant.
        """
        noun = " ".join(singular(word) for word in words if word not in english.GLUE)
        if noun not in english.GENERIC:
            return False
        named = [self.index.things[self.index.number[name]] for name in self.index.ids(whole)]
        called = {word for thing in named for word in plain(thing.entity.name).split()}
        if noun == "lamp":
            areas = {thing.entity.area for thing in named}
            lamps = (thing for thing in self.index.things if "lamp" in plain(thing.entity.name).split())
            return noun not in called and any(thing.entity.area in areas for thing in lamps)
        return noun not in called | self.index.kinds_of(whole)

    def _left_out(self, words: list[str], whole: int, room: str | None, kind: str) -> int:
        """Return what is left out of a whole: things of it, or all of it that is in a room."""
        if not words:
            return 0
        if words[-1] == "one":
            for noun in dict.fromkeys((kind or "light", *sorted(self.index.kinds_of(whole)))):
                if named := self.index.exact.get(bare(" ".join([*words[:-1], noun])), 0) & whole:
                    return named
        if len(words) == 1 and (words[0], "room") in self.index.places and words[0] not in english.HALF_A_NAME:
            words = [*words, "room"]  # "but Ellie's"
        own = (*words[:-1], singular(words[-1]))
        if own in self.index.places and tuple(words) not in self.index.places:
            words = list(own)  # "but the hall's"
        wanted = Want(able=whole, room=room, kind=kind, reading=True)
        number, those = _counted(words)
        found = self._lists.found(those, wanted)
        if number and found.problem:  # "both upstairs"
            number, found = 0, self._lists.found(words, wanted)
        if number and len(found.ids) != number:
            return 0
        if found.problem in ("", "room"):
            return self.index.mask(found.ids or found.choices) & whole
        if found.problem == "which" and (named := self.index.exact.get(bare(" ".join(words)), 0) & whole):
            return named  # of things that are called the same none is to be touched
        if found.problem == "area":
            return self.index.mask(found.choices)
        return 0

    def _called_just_so(self, words: list[str], whole: int, room: str | None) -> int:
        """Return the one thing of a room that has "the light" in its name, where the others there are called a strip.

        0 where that is not so, and the light is no more than a kind.
        """
        noun = words[-1]
        there = whole & self.index.area(room)
        if words[:-1] not in ([], ["the"]) or noun not in ("light", "lamp") or whole & ~there:
            return 0
        named = self.index.named.get(noun, 0) & there
        return named if named.bit_count() == 1 else 0


def _counted(words: list[str]) -> tuple[int, list[str]]:
    """Return how many things are spoken of, 0 where that is not said, and the words without it: "the 2 lamps"."""
    for at in (0, 1):
        if (
            words[at : at + 1]
            and words[at] in _COUNTS
            and len(words) > at + 1
            and words[:at] in ([], ["the"], ["my"], ["our"])
        ):
            return _COUNTS[words[at]], [*words[:at], *words[at + 1 :]]
    return 0, words
