"""The things of a list: "the lamp, the fan and the hall lights", of which each may leave a word to another."""

from __future__ import annotations

from dataclasses import replace

from assistant.home.understanding.names.index import Index
from assistant.home.understanding.names.named import Named
from assistant.home.understanding.names.noun_phrases import HERE, Found, Want, bare, items, without
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import joined, plain, singular

_LONGEST_ROW = 12  #: words of names said in a row
#: What only tells two things of one name apart.
_SIDES = english.HALF_A_NAME & frozenset("left right front back upper lower big small".split())
_AT = frozenset("in on at upstairs downstairs outside".split())
_LONGEST_END = 2  #: words of a name whose beginning is that of the name before it
_BOTH = 2


class Lists:
    """Finds one thing or kind, or each of a list of them, without exceptions."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._named = Named(index)

    def found(self, words: list[str], want: Want) -> Found:
        """Find one thing or kind, or a list of them: "the lamp, the fan and the hall lights"."""
        if words[:1] == ["both"] and "and" in words[2:-1]:
            words = words[1:]  # "both the hall light and the fan": of neither are there more
        if len(words) > 2 and self._is_twice_there(words):
            return Found(problem="unknown", phrase=" ".join(words))
        whole = self._named.found(words, want)
        if words[:1] == ["both"] and not whole.problem and len(whole.ids) != _BOTH:
            return self._both(whole, want)
        several = len(words) > 2 and "and" in words[1:-1] and bare(" ".join(words)) not in self.index.exact
        if several and not whole.problem:
            listed = self._list(words, whole, want)  # "the hall and stairs lights" are not the stairs light of the hall
            named = all(self.index.exact.get(bare(" ".join(part)), 0).bit_count() == 1 for part in items(words))
            return listed if not listed.problem and (named or set(listed.ids) > set(whole.ids)) else whole
        nowhere = whole.problem == "area" and not whole.choices  # "the kitchen and the hall" is no place in both
        if (whole.problem in ("", "which", "room", "area", "it", "here") and not nowhere) or len(words) < 2:
            return whole
        return self._list(words, whole, want)

    def _is_twice_there(self, words: list[str]) -> bool:
        """Say whether a list has a room by one of its names and a thing of it: "the baby's room, the nursery fan"."""
        parts = [tuple(word for word in part if word not in english.GLUE) for part in items(words)]
        rooms = {self.index.places[part][1] for part in parts if part in self.index.places}
        return any(
            self.index.places[part[:length]][1] in rooms
            for part in parts
            if part not in self.index.places  # "the utility room" is the utility, once
            for length in range(1, len(part))
            if part[:length] in self.index.places
        )

    def _both(self, found: Found, want: Want) -> Found:
        """Return the two of the speaker's room where more than two are called so, or by name; else which is asked."""
        noun = singular(found.phrase.rpartition(" ")[2])
        named = self.index.mask(found.ids or found.choices) & self.index.named.get(noun, 0)
        if noun not in english.LIGHTS and named.bit_count() == _BOTH and not found.place and not want.room:
            return replace(found, ids=self.index.ids(named), choices=(), problem="", group=True, everything=False)
        here = self.index.mask(found.ids) & self.index.area(want.room)
        if here.bit_count() == _BOTH:
            return replace(found, ids=self.index.ids(here))
        return replace(found, ids=(), choices=found.ids, problem="which", everything=False)

    def _list(self, words: list[str], whole: Found, want: Want) -> Found:
        """Find each of the things of a list; `whole` where it is none."""
        parts = [named for part in items(words) for named in self._named_apart(part)]
        if len(parts) < 2:
            return whole
        finds: list[Found] = []
        nouns = [
            singular(word)
            for word in (*(part[-1] for part in parts[::-1]), *parts[0])
            if (word,) not in self.index.places
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
            if (
                every
                and part is not parts[-1]
                and not self.index.scope(part)[2]
                and (place := self.index.scope(parts[-1])[2])
            ):
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
        if not said or len(said) > _LONGEST_END or bare(" ".join(part)) in self.index.exact:
            return part
        head = [word for word in before if word not in english.GLUE]
        for kept in range(len(head) - 1, 0, -1):
            whole = [*map(singular, head[:kept]), *said]
            if self.index.exact.get(bare(" ".join(whole)), 0) & want.able:
                return whole
        if set(said) <= _SIDES and not _SIDES.isdisjoint(last) and part is not last:
            return [*said, *(word for word in last if word not in _SIDES)]
        return part

    def _named_apart(self, words: list[str]) -> list[list[str]]:
        """Split names that were said one after the other, without a pause: "the freezer slow cooker"."""
        if bare(" ".join(words)) in self.index.exact or len(words) > _LONGEST_ROW:
            return [words]
        rows: list[list[list[str]] | None] = [[]]  # the fewest names that the first words are
        for end in range(1, len(words) + 1):
            best: list[list[str]] | None = None
            for start in range(end):
                before = rows[start]
                if (
                    before is not None
                    and bare(" ".join(words[start:end])) in self.index.exact
                    and words[end - 1] != "the"
                ):
                    row = [*before, words[start:end]]
                    best = row if best is None or len(row) < len(best) else best
            rows.append(best)
        return rows[-1] or [words]

    def _listed(self, part: list[str], parts: list[list[str]], noun: str, want: Want) -> Found:
        """Find one part of a list, which may owe its place or its noun to another: "the hall and kitchen lights"."""
        found = self._named.found(part, want)
        unsaid = found.problem == "area" or not (bare(" ".join(part)) in self.index.exact or self._says_a_kind(part))
        if unsaid and part is not parts[0] and (head := self._head(parts[0])):
            named = self._named.found([*head, "in", *part], want)  # "the ceiling lights in the hall and the study"
            if named.problem in ("", "room"):
                return named
        place = self.index.scope(parts[-1])[2]
        if found.problem in ("which", "room") and place:
            again = self._named.found([*part, "in", *plain(place).split()], want)
            found = again if not again.problem else found
        elif (
            place
            and want.room
            and found.place == want.room
            and self._at_the_end(parts[-1])
            and not self.index.scope(part)[2]
        ):
            found = self._of_that_place(part, found, parts[-1], place, want)
        if (
            found.problem in ("area", "unknown", "which")
            and noun
            and (singular(part[-1]) not in english.GENERIC or found.problem == "area")
        ):
            again = self._named.found([*part, noun], want)
            found = again if again.problem in ("", "room") or found.problem == "area" else found
        return found

    def _there_too(self, part: list[str], first: list[str], want: Want) -> Found | None:
        """Return several of a kind in the place that a list begins with: "the larder lights and blinds"."""
        named = [word for word in part if word not in english.GLUE]
        several = len(named) == 1 and named[0] != (kind := singular(named[0])) and kind in english.GENERIC
        place = self.index.scope(first)[2] if several else ""
        said = [word for word in first if word not in english.GLUE]
        if not place or plain(place).split() != said[: len(place.split())] or part[-1] != named[0]:
            return None
        found = self._named.found([*part, "in", *plain(place).split()], want)
        return found if not found.problem else None

    def _says_a_kind(self, words: list[str]) -> bool:
        return any(singular(word) in english.GENERIC for word in words)

    def _head(self, words: list[str]) -> list[str]:
        """Return what a part of a list names before where it is: "the ceiling lights in the hall"; [] for none."""
        ends = (
            words[:at]
            for at in range(1, len(words))
            if words[at] in _AT
            and tuple(word for word in words[at + 1 :] if word not in english.GLUE) in self.index.places
        )
        return next(ends, [])

    def _at_the_end(self, words: list[str]) -> bool:
        """Say whether a part ends in where it is: "the fan in the hall", and not "the hall fan"."""
        return any(
            words[at] in _AT and tuple(word for word in words[at:] if word not in english.GLUE) in self.index.places
            for at in range(1, len(words))
        )

    def _of_that_place(self, part: list[str], here: Found, last: list[str], place: str, want: Want) -> Found:
        """Find a kind that would be what is `here` in the place at the end of its list, which is that of them all.

        Where that has no light, or none but the lamp that the list names too, it is asked which was meant.
        """
        if without(part, HERE)[1] or not all(singular(word) in english.GENERIC for word in self.index.scope(part)[0]):
            return here
        there = self._named.found([*part, "in", *plain(place).split()], want)
        if there.problem or {*self._named.found(last, want).ids} <= {*there.ids}:
            return replace(here, ids=(), choices=here.ids, problem="which", place=place)
        return there
