"""Which things of the house a few words mean: "the lamp by the sofa", "all the lights upstairs but the hall".

Here are the names, lists and exceptions; what the words of one phrase explain is found by `explained.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from assistant.home.understanding.names.explained import ALL_OF_ROOM, Explained, Want
from assistant.home.understanding.names.noun_phrases import (
    DETERMINERS,
    HERE,
    ON_NOW,
    Found,
    bare,
    bits,
    exception,
    items,
    without,
)  # fmt: skip
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import joined, plain, singular

_SWITCH = re.compile(r"\S switch(?:es)?(?: |$)")
#: All that is in a place: "the whole kitchen", "all of the kitchen".
_WHOLE = re.compile(
    r"(?:all of (?:the |my |our )?|all (?:the|my|our) |(?:the |my |our )?(?:whole|entire) (?:of )?(?:the )?)(.+)"
)
#: "The two reading lamps": all there are have to be so many.
_COUNTED = re.compile(
    r"(?:(?:all|both|of|the|my|our|these|those) )*(?P<count>[2-9]) (?P<np>(?:\w+ )*\w+s(?: (?:in|on|at) .+)?)"
)
_NOT_THAT = re.compile(r"(?!.*\b(?:all|everything) but\b).* not\b")
_REMEMBERED = 512  #: phrases, with what they mean
_LONGEST_ROW = 12  #: words of names said in a row
#: What only tells two things of one name apart.
_SIDES = english.HALF_A_NAME & frozenset("left right front back upper lower big small".split())
_BY_THE_BED = re.compile(
    r"\b(lamps?|lights?|table lamps?) (?:by|beside|next to|near|at) (?:the |my |our )?bed(?:side)?(?!\S)"
)
_AT = frozenset("in on at upstairs downstairs outside".split())
_LONGEST_END = 2  #: words of a name whose beginning is that of the name before it

_BOTH = 2
#: What gives light and may be called one where it is a switch: a freezer has no other "freezer light".
_LIT = frozenset("tree christmas xmas fairy star string candle lantern lamp neon sign strip deco lights".split())


class Directory(Explained):
    """Finds the things that a phrase means. Build it anew when a name changes; it holds no state of any thing."""

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
        """Return what a plain phrase means among the things of `able`; with `reading`, plural kinds need no room.

        What was found lately is remembered: a sentence is read in many ways, and most of them share their phrases.
        """
        return self._lately_found(phrase, able, room, tuple(last), kind, reading)

    @cached_property
    def _lately_found(self) -> Callable[[str, int, str | None, tuple[str, ...], str, bool], Found]:
        return lru_cache(_REMEMBERED)(self._looked_up)

    def _looked_up(
        self, phrase: str, able: int, room: str | None, last: tuple[str, ...], kind: str, reading: bool
    ) -> Found:
        for said, short in DETERMINERS:
            phrase = f" {phrase} ".replace(said, short).strip()
        phrase = _BY_THE_BED.sub(r"bedside \1", phrase)
        phrase = ON_NOW.sub(r"all the \1", phrase, count=1) if not reading else phrase
        want = Want(able=able, room=room, last=last, kind=kind, reading=reading)
        if counted := _COUNTED.fullmatch(phrase):
            found = self._several(["all", "the", *counted["np"].split()], want)
            if found.problem or len(found.ids) == int(counted["count"]):
                return found
            return Found(choices=found.ids, problem="which", phrase=phrase, kind=found.kind)
        base, others = exception(phrase.split(), self.of_names(phrase.split()))
        others = [each for each in others if each]
        if base == ["all"] and others:
            base, others = self._all_but(others)
        base, others = self._of_the_whole(base, others, want)
        if (whole := _WHOLE.fullmatch(" ".join(base))) and tuple(whole[1].split()) in self.places:
            base = ["everything", "in", *whole[1].split()]
        found = self._several(base, want)
        if not others:
            return found
        if found.problem == "area":  # "the office but the lamp" is everything in there
            found = self._several(["everything", "in", *base], want)
        if found.problem not in ("", "room"):
            return found
        left = self._excepting(found, others, want, phrase)
        told_where = bool(found.place) and plain(found.place) in " ".join(base)
        if (
            left.problem == "except" and not left.choices and want.room and not told_where
        ):  # more than what is here was meant
            anywhere = self._several(["all", *base], replace(want, room=None, reading=True))
            if not anywhere.problem and anywhere.group:
                return self._excepting(anywhere, others, want, phrase)
        return left

    def of_names(self, words: list[str]) -> set[int]:
        """Return the places of words that would leave something out, were they not part of a name said in full."""
        found: set[int] = set()
        for place in range(1, len(words)):
            if (words[place - 1], words[place]) in self.marked_pairs:
                found.add(place)  # "the breakfast bar" of the Breakfast Bar Lights
        for name in self.marked:
            for start in range(len(words) - len(name) + 1):
                if (*words[start : start + len(name) - 1], singular(words[start + len(name) - 1])) == name:
                    found.update(range(start, start + len(name)))
        return found

    def _all_but(self, others: list[list[str]]) -> tuple[list[str], list[list[str]]]:
        """Return what "all but the lamp in the hall" is about: the lights, all of them in the hall."""
        place: list[str] = []
        if "in" in others[-1][1:-1]:
            at = others[-1].index("in", 1)
            content, _, named = self._scope(others[-1][at:])
            if named and not content:
                others, place = [*others[:-1], others[-1][:at]], others[-1][at:]
        light = singular(others[0][-1]) in (*ALL_OF_ROOM, "lamp")
        return ["all", *(("the", "lights") if light else ()), *place], others

    def _of_the_whole(self, base: list[str], others: list[list[str]], want: Want) -> tuple[list[str], list[list[str]]]:
        """Let a place at the end be that of all, where what is left out is named without it.

        "All lights but the night light upstairs" are those upstairs: the name alone tells which night light.
        """
        if len(others) != 1 or self._scope(base)[2]:
            return base, others
        (last,) = others
        for at in range(1, len(last)):
            place = last[at + (last[at] in ("in", "on")) :]
            place = place[place[:1] == ["the"] :]
            named = self.exact.get(bare(" ".join(last[:at])), 0)
            if tuple(place) in self.places and named.bit_count() == 1:
                there = self.mask(self._several([*base, "in", *place], want).ids)
                if there & ~named:  # else it is where that one stands, and nothing would be left
                    return [*base, "in", *place], [last[:at]]
        return base, others

    def _excepting(self, found: Found, others: list[list[str]], want: Want, phrase: str) -> Found:
        """Return what is left of a find without the phrases that are left out."""
        whole = self.mask(found.ids or found.choices)
        spared = 0
        for part in others:
            if self._is_another_kind(part, whole):
                continue
            left = self._left_out(part, whole, want.room, want.kind or found.kind)
            if not left and not self._elsewhere_known(part, whole):
                return Found(problem="except", phrase=" ".join(part))
            spared |= left
        if not found.group and len(found.ids) < 2:  # "the back door, not the front one"
            contrast = found.ids and not spared and _NOT_THAT.match(phrase)
            return found if contrast else Found(problem="except", phrase=phrase)
        ids = self.ids(whole & ~spared)
        if not ids:
            return Found(problem="except", choices=self.ids(spared), phrase=phrase)
        return Found(
            ids=ids, phrase=phrase, place=found.place, kind=found.kind,
            everything=found.everything, group=True,
        )  # fmt: skip

    def _elsewhere_known(self, words: list[str], whole: int) -> bool:
        """Say whether what is left out is a thing of the house that was not meant anyway: "the lights but the TV"."""
        named = self.exact.get(bare(" ".join(words)), 0)
        if named.bit_count() == 1 and not named & whole:
            return True
        found = self.find(" ".join(words), -1, reading=True)
        return found.problem == "area" or (not found.problem and not self.mask(found.ids) & whole)

    def kinds_of(self, mask: int) -> set[str]:
        """Return what things of a mask are called by their kinds: "light", "lamp"; "lock", "door"."""
        things = (self.things[self.number[name]].entity for name in self.ids(mask))
        keys = (key for thing in things for key in (thing.domain, f"{thing.domain}.{thing.device_class}"))
        return {word for key in keys for word in english.CALLED.get(key, "").split()}

    def _is_another_kind(self, words: list[str], whole: int) -> bool:
        """Say whether what is left out is of another kind than all that was named: "the telly, but not the fan".

        Lamps are lights; but by "the ceiling light, not the lamp" the one that has it in its name is meant.
        """
        noun = " ".join(singular(word) for word in words if word not in english.GLUE)
        if noun not in english.GENERIC:
            return False
        named = [self.things[self.number[name]] for name in self.ids(whole)]
        called = {word for thing in named for word in plain(thing.entity.name).split()}
        if noun == "lamp":
            areas = {thing.entity.area for thing in named}
            lamps = (thing for thing in self.things if "lamp" in plain(thing.entity.name).split())
            return noun not in called and any(thing.entity.area in areas for thing in lamps)
        return noun not in called | self.kinds_of(whole)

    def _left_out(self, words: list[str], whole: int, room: str | None, kind: str) -> int:
        """Return what is left out of a whole: things of it, or all of it that is in a room."""
        if not words:
            return 0
        if words[-1] == "one":
            for noun in dict.fromkeys((kind or "light", *sorted(self.kinds_of(whole)))):
                if named := self.exact.get(bare(" ".join([*words[:-1], noun])), 0) & whole:
                    return named
        if len(words) == 1 and (words[0], "room") in self.places and words[0] not in english.HALF_A_NAME:
            words = [*words, "room"]  # "but Ellie's"
        own = (*words[:-1], singular(words[-1]))
        if own in self.places and tuple(words) not in self.places:
            words = list(own)  # "but the hall's"
        found = self._several(words, Want(able=whole, room=room, kind=kind, reading=True))
        if found.problem in ("", "room"):
            return self.mask(found.ids or found.choices) & whole
        if found.problem == "which" and (named := self.exact.get(bare(" ".join(words)), 0) & whole):
            return named  # of things that are called the same none is to be touched
        if found.problem == "area":
            return self.mask(found.choices)
        return 0

    def _several(self, words: list[str], want: Want) -> Found:
        """Find one thing or kind, or a list of them: "the lamp, the fan and the hall lights"."""
        if words[:1] == ["both"] and "and" in words[2:-1]:
            words = words[1:]  # "both the hall light and the fan": of neither are there more
        if len(words) > 2 and self._is_twice_there(words):
            return Found(problem="unknown", phrase=" ".join(words))
        whole = self._item(words, want)
        if words[:1] == ["both"] and not whole.problem and len(whole.ids) != _BOTH:
            return self._both(whole, want)
        if not whole.problem and len(words) > 2 and "and" in words[1:-1] and bare(" ".join(words)) not in self.exact:
            listed = self._list(words, whole, want)  # "the hall and stairs lights" are not the stairs light of the hall
            named = all(self.exact.get(bare(" ".join(part)), 0).bit_count() == 1 for part in items(words))
            return listed if not listed.problem and (named or set(listed.ids) > set(whole.ids)) else whole
        nowhere = whole.problem == "area" and not whole.choices  # "the kitchen and the hall" is no place in both
        if (whole.problem in ("", "which", "room", "area", "it", "here") and not nowhere) or len(words) < 2:
            return whole
        return self._list(words, whole, want)

    def _is_twice_there(self, words: list[str]) -> bool:
        """Say whether a list has a room by one of its names and a thing of it: "the baby's room, the nursery fan"."""
        parts = [tuple(word for word in part if word not in english.GLUE) for part in items(words)]
        rooms = {self.places[part][1] for part in parts if part in self.places}
        return any(
            self.places[part[:length]][1] in rooms
            for part in parts
            if part not in self.places  # "the utility room" is the utility, once
            for length in range(1, len(part))
            if part[:length] in self.places
        )

    def _both(self, found: Found, want: Want) -> Found:
        """Return the two of the speaker's room where more than two are called so; else which is asked."""
        here = self.mask(found.ids) & (self.area_of.get(plain(want.room), 0) if want.room else 0)
        if here.bit_count() == _BOTH:
            return replace(found, ids=self.ids(here))
        return replace(found, ids=(), choices=found.ids, problem="which", everything=False)

    def _list(self, words: list[str], whole: Found, want: Want) -> Found:
        """Find each of the things of a list; `whole` where it is none."""
        parts = [named for part in items(words) for named in self._named_apart(part)]
        if len(parts) < 2:
            return whole
        finds: list[Found] = []
        nouns = [
            singular(word) for word in (*(part[-1] for part in parts[::-1]), *parts[0]) if (word,) not in self.places
        ]
        noun = next((word for word in nouns if word in english.GENERIC), "")
        quantified = any(
            word in english.ALL or (word != singular(word) and singular(word) in english.GENERIC) for word in words
        )
        every = [word for word in words[:1] if word in english.ALL]
        unsaid: Found | None = None  # kinds of which the room was not said
        for number, part in enumerate(parts):
            part = self._completed(part, parts[number - 1] if number else [], parts[-1], want)  # noqa: PLW2901
            if every and part[0] not in english.ALL and part[-1] != singular(part[-1]):
                part = [*every, *part]  # noqa: PLW2901 ("all the curtains and blinds")
            spoken = noun or next((other.kind for other in finds if other.kind), "")
            if every and part is not parts[-1] and not self._scope(part)[2] and (place := self._scope(parts[-1])[2]):
                part = [*part, "in", *plain(place).split()]  # noqa: PLW2901 ("every blind and curtain upstairs")
            found = self._there_too(part, parts[0], want) if number else None
            found = found or self._listed(part, parts, f"{spoken}s" if quantified and spoken else spoken, want)
            if found.problem == "room":
                unsaid = unsaid or found
                found = replace(found, ids=found.choices, choices=(), problem="" if every else "room")
            if found.problem and found.problem not in ("room", "area"):
                return found
            finds.append(found)
        if rooms := [found for found in finds if found.problem == "area"]:
            if len(rooms) < len(finds):  # to do what was said to a room alone would pass over the others
                return Found(problem="unknown", phrase=" ".join(words))
            choices = tuple(dict.fromkeys(name for found in rooms for name in found.choices))
            place = joined([found.place for found in rooms])
            return Found(choices=choices, problem="area", phrase=" ".join(words), place=place, group=True)
        ids = tuple(dict.fromkeys(name for found in finds for name in found.ids))
        if unsaid is not None and not every:
            return replace(unsaid, choices=ids, phrase=" ".join(words), kind="")
        return Found(
            ids=ids,
            phrase=" ".join(words),
            group=True,
            kind=finds[0].kind,
            everything=any(found.everything for found in finds),
        )

    def _completed(self, part: list[str], before: list[str], last: list[str], want: Want) -> list[str]:
        """Return a part of a list with what it leaves to another: the one `before` it, or the `last` of the list.

        Of "the wall lamp left and right" the second is the Wall Lamp Right, not whatever else stands on the right,
        and so is the first of "the left and the right wall lamp".
        """
        said = [word for word in part if word not in english.GLUE and word != "also"]
        if not said or len(said) > _LONGEST_END or bare(" ".join(part)) in self.exact:
            return part
        head = [word for word in before if word not in english.GLUE]
        for kept in range(len(head) - 1, 0, -1):
            whole = [*map(singular, head[:kept]), *said]
            if self.exact.get(bare(" ".join(whole)), 0) & want.able:
                return whole
        if set(said) <= _SIDES and not _SIDES.isdisjoint(last) and part is not last:
            return [*said, *(word for word in last if word not in _SIDES)]
        return part

    def _named_apart(self, words: list[str]) -> list[list[str]]:
        """Split names that were said one after the other, without a pause: "the freezer slow cooker"."""
        if bare(" ".join(words)) in self.exact or len(words) > _LONGEST_ROW:
            return [words]
        rows: list[list[list[str]] | None] = [[]]  # the fewest names that the first words are
        for end in range(1, len(words) + 1):
            best: list[list[str]] | None = None
            for start in range(end):
                before = rows[start]
                if before is not None and bare(" ".join(words[start:end])) in self.exact and words[end - 1] != "the":
                    row = [*before, words[start:end]]
                    best = row if best is None or len(row) < len(best) else best
            rows.append(best)
        return rows[-1] or [words]

    def _listed(self, part: list[str], parts: list[list[str]], noun: str, want: Want) -> Found:
        """Find one part of a list, which may owe its place or its noun to another: "the hall and kitchen lights"."""
        found = self._item(part, want)
        unsaid = found.problem == "area" or not (bare(" ".join(part)) in self.exact or self._says_a_kind(part))
        if unsaid and part is not parts[0] and (head := self._head(parts[0])):
            named = self._item([*head, "in", *part], want)  # "the ceiling lights in the hall and the study"
            if named.problem in ("", "room"):
                return named
        place = self._scope(parts[-1])[2]
        if found.problem in ("which", "room") and place:
            again = self._item([*part, "in", *plain(place).split()], want)
            found = again if not again.problem else found
        elif (
            place
            and want.room
            and found.place == want.room
            and self._at_the_end(parts[-1])
            and not self._scope(part)[2]
        ):
            found = self._of_that_place(part, found, parts[-1], place, want)
        if (
            found.problem in ("area", "unknown", "which")
            and noun
            and (singular(part[-1]) not in english.GENERIC or found.problem == "area")
        ):
            again = self._item([*part, noun], want)
            found = again if again.problem in ("", "room") or found.problem == "area" else found
        return found

    def _there_too(self, part: list[str], first: list[str], want: Want) -> Found | None:
        """Return several of a kind in the place that a list begins with: "the larder lights and blinds"."""
        named = [word for word in part if word not in english.GLUE]
        several = len(named) == 1 and named[0] != (kind := singular(named[0])) and kind in english.GENERIC
        place = self._scope(first)[2] if several else ""
        said = [word for word in first if word not in english.GLUE]
        if not place or plain(place).split() != said[: len(place.split())] or part[-1] != named[0]:
            return None
        found = self._item([*part, "in", *plain(place).split()], want)
        return found if not found.problem else None

    def _says_a_kind(self, words: list[str]) -> bool:
        return any(singular(word) in english.GENERIC for word in words)

    def _head(self, words: list[str]) -> list[str]:
        """Return what a part of a list names before where it is: "the ceiling lights in the hall"; [] for none."""
        ends = (
            words[:at]
            for at in range(1, len(words))
            if words[at] in _AT and tuple(word for word in words[at + 1 :] if word not in english.GLUE) in self.places
        )
        return next(ends, [])

    def _at_the_end(self, words: list[str]) -> bool:
        """Say whether a part ends in where it is: "the fan in the hall", and not "the hall fan"."""
        return any(
            words[at] in _AT and tuple(word for word in words[at:] if word not in english.GLUE) in self.places
            for at in range(1, len(words))
        )

    def _of_that_place(self, part: list[str], here: Found, last: list[str], place: str, want: Want) -> Found:
        """Find a kind that would be what is `here` in the place at the end of its list, which is that of them all.

        Where that has no light, or none but the lamp that the list names too, it is asked which was meant.
        """
        if without(part, HERE)[1] or not all(singular(word) in english.GENERIC for word in self._scope(part)[0]):
            return here
        there = self._item([*part, "in", *plain(place).split()], want)
        if there.problem or {*self._item(last, want).ids} <= {*there.ids}:
            return replace(here, ids=(), choices=here.ids, problem="which", place=place)
        return there

    def _item(self, words: list[str], want: Want) -> Found:
        """Find what one name, pronoun or description means."""
        phrase = " ".join(words)
        if phrase.startswith("@"):
            return Found(ids=(phrase[1:],), phrase=phrase) if phrase[1:] in self.number else Found(problem="unknown")
        if phrase in english.PRONOUNS:
            ids = self.ids(self.mask(want.last) & want.able)
            problem = "" if ids else "unable" if want.last else "it"
            return Found(ids=ids, choices=tuple(want.last), problem=problem, phrase=phrase, group=len(ids) > 1)
        if len(words) > 1 and words[-1] in ("one", "ones"):
            if words[-1] == "one" and singular(words[-2]) in english.GENERIC:
                numbered = self._item([*words[:-1], "1"], want)
                if not numbered.problem:
                    return numbered  # "light one"
            if want.last:
                among = self._described(
                    words[:-1], Want(able=want.able & self.mask(want.last), room=want.room, kind=want.kind,
                    reading=True),
                )  # fmt: skip
                if among.problem in ("", "which"):
                    return among
        if len(words) > 1 and singular(words[-1]) in english.GENERIC and singular(words[-2]) in english.GENERIC:
            doubled = self.exact.get(bare(" ".join(words[:-1])), 0) & want.able
            if doubled & self.words.get(singular(words[-1]), 0):
                words = words[:-1]  # "the hall light lamps" is the Hall Light
        found = self._with_its_place(words, want) or self._named(words, want)
        return found or self._otherwise(words, self._described(words, want), want)

    def _with_its_place(self, words: list[str], want: Want) -> Found | None:
        """Find the thing whose whole name was said beside its room: "the hall hall lamp", "the tap of the patio".

        Or behind whose room it is in: "Mia's star lamp" is the Star Lamp in Mia's Room.
        """
        if " ".join(words) in self.exact:
            return None
        for length in range(1, min(self.longest, len(words) - 1) + 1):
            for place, left in ((words[:length], words[length:]), (words[-length:], words[:-length])):
                there = self.places.get(tuple(place))
                if there is None and place == words[:1]:
                    there = self._room_of(place[0])
                if there is None:
                    continue
                while left and left[-1] in english.GLUE:
                    left.pop()
                said = bare(" ".join(left))
                if len(left) > 1 and {singular(left[-1]), singular(left[-2])} <= english.GENERIC:
                    said = bare(" ".join(left[:-1]))  # "the hall lamp lights in the hall"
                named = self.exact.get(said, 0) & there[1] & want.able
                if named.bit_count() == 1 and said not in english.GENERIC:
                    return Found(ids=self.ids(named), phrase=" ".join(words))
        return None

    def _room_of(self, owner: str) -> tuple[str, int] | None:
        """Return the room that is somebody's: "mias" has Mia's Room."""
        rooms = (self.places.get((owner, room)) for room in ("room", "bedroom")) if owner.endswith("s") else ()
        return next(filter(None, rooms), None)

    def _named(self, words: list[str], want: Want) -> Found | None:
        """Find the thing whose whole name was said, None where it is no name or more is meant by it."""
        phrase = " ".join(words)
        exact = self.exact.get(bare(phrase), 0)
        if not exact:
            return None
        here = self.area_of.get(plain(want.room), 0) if want.room else 0
        if here and not exact & here and words[-1] == singular(words[-1]):
            # "the desk lamp", said in Ben's room, is Ben's
            owner = plain(want.room or "").split()[0]
            theirs = self.exact.get(bare(f"{owner} {phrase}"), 0) & here & want.able
            if theirs.bit_count() == 1:
                return Found(ids=self.ids(theirs), phrase=phrase)
        if self._is_kind(words, exact) or (exact & here == 0 and here and singular(words[-1]) == bare(phrase) and
                                           bare(phrase) in english.GENERIC):  # fmt: skip
            found = self._described(words, want)
            if (len(found.ids) > 1 and found.group) or found.problem == "room" or self.mask(found.ids) & here:
                return found  # "the kitchen lights" are more than what is named "Kitchen Light"
        if not exact & want.able:
            found = self._described(words, want)
            if not found.problem and (
                bare(phrase) in english.GENERIC or all(self._is_named_so(name, words) for name in found.ids)
            ):
                return found  # "the front door" that is locked is the Front Door Lock
        return self._one_of(exact & want.able or exact, want.able, want.room, phrase)

    def _is_kind(self, words: list[str], exact: int) -> bool:
        """Say whether a plural was said of what is named in the singular: "the kitchen lights"."""
        last = words[-1]
        if last == singular(last) or singular(last) not in english.GENERIC:
            return False
        return not any(name.endswith(last) for number in bits(exact) for name in self.spoken[number])

    def _is_named_so(self, name: str, words: list[str]) -> bool:
        """Say whether the name of a thing holds these words, and no others but for its kind and its room."""
        thing = self.things[self.number[name]]
        said = {singular(word) for word in words if word not in english.GLUE}
        return any(said <= called and called - said <= thing.light_words for called in thing.names)

    def _otherwise(self, words: list[str], found: Found, want: Want) -> Found:
        """Find what was not found under another way to say it: without "switch", with a number for "the third"."""
        if found.problem != "unknown":
            return found
        phrase = " ".join(words)
        if _SWITCH.search(phrase):
            for said in (" switch", " light switch"):  # "the hall light switch" is the hall light
                bare_words = re.sub(f"{said}(?:es)?(?= |$)", "", phrase).split()
                again = self._item(bare_words, want) if bare_words and bare_words != words else found
                if not again.problem:
                    return again
        named_so = len(words) > 2 and (singular(words[-1]) in ("plug", "socket") or not _LIT.isdisjoint(words[:-1]))
        if named_so and singular(words[-1]) in ("light", "plug", "socket"):  # "the christmas tree lights"
            named = self.exact.get(bare(" ".join(words[:-1])), 0) & want.able & self.domain.get("switch", 0)
            if named.bit_count() == 1:
                return Found(ids=self.ids(named), phrase=phrase)
        if len(words) > 1 and self._room_of(words[0]):  # "nora's curtains" are the Curtains of Nora's Room
            room = next(end for end in ("room", "bedroom") if (words[0], end) in self.places)
            again = self._described([*words[1:], "in", words[0], room], want)
            if again.problem != "unknown":
                return again
        for place, word in enumerate(words):
            if word in english.ORDINALS and len(words) > place + 1:
                numbered = bare(" ".join([*words[:place], *words[place + 1 :], english.ORDINALS[word]]))
                if exact := self.exact.get(numbered, 0):
                    return self._one_of(exact & want.able or exact, want.able, want.room, phrase)
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
