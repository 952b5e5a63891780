"""The one thing, or kind of thing, that a few words name: by its whole name, a pronoun, or a description."""

from __future__ import annotations

import re

from assistant.home.understanding.names.explained import Explained
from assistant.home.understanding.names.index import Index
from assistant.home.understanding.names.noun_phrases import Found, Want, bare, bits
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain, singular

_SWITCH = re.compile(r"\S switch(?:es)?(?: |$)")
#: What gives light and may be called one where it is a switch: a freezer has no other "freezer light".
_LIT = frozenset("tree christmas xmas fairy star string candle lantern lamp neon sign strip deco lights".split())


class Named:
    """Finds what is called by one name, without exceptions and lists."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._explained = Explained(index)

    def found(self, words: list[str], want: Want) -> Found:
        """Find what one name, pronoun or description means."""
        phrase = " ".join(words)
        if phrase.startswith("@"):
            known = phrase[1:] in self.index.number
            return Found(ids=(phrase[1:],), phrase=phrase) if known else Found(problem="unknown")
        if phrase in english.PRONOUNS:
            ids = self.index.ids(self.index.mask(want.last) & want.able)
            problem = "" if ids else "unable" if want.last else "it"
            return Found(ids=ids, choices=tuple(want.last), problem=problem, phrase=phrase, group=len(ids) > 1)
        if len(words) > 1 and words[-1] in ("one", "ones"):
            if words[-1] == "one" and singular(words[-2]) in english.GENERIC:
                numbered = self.found([*words[:-1], "1"], want)
                if not numbered.problem:
                    return numbered  # "light one"
            if want.last:
                among = self._explained.found(
                    words[:-1], Want(able=want.able & self.index.mask(want.last), room=want.room, kind=want.kind,
                    reading=True),
                )  # fmt: skip
                if among.problem in ("", "which"):
                    return among
        if len(words) > 1 and singular(words[-1]) in english.GENERIC and singular(words[-2]) in english.GENERIC:
            doubled = self.index.exact.get(bare(" ".join(words[:-1])), 0) & want.able
            if doubled & self.index.words.get(singular(words[-1]), 0):
                words = words[:-1]  # "the hall light lamps" is the Hall Light
        found = self._with_its_place(words, want) or self._named(words, want)
        return found or self._otherwise(words, self._explained.found(words, want), want)

    def _with_its_place(self, words: list[str], want: Want) -> Found | None:
        """Find the thing whose whole name was said beside its room: "the hall hall lamp", "the tap of the patio".

        Or behind whose room it is in: "Mia's star lamp" is the Star Lamp in Mia's Room.
        """
        if " ".join(words) in self.index.exact:
            return None
        for length in range(1, min(self.index.longest, len(words) - 1) + 1):
            for place, left in ((words[:length], words[length:]), (words[-length:], words[:-length])):
                there = self.index.places.get(tuple(place))
                if there is None and place == words[:1]:
                    there = self._room_of(place[0])
                if there is None:
                    continue
                while left and left[-1] in english.GLUE:
                    left.pop()
                said = bare(" ".join(left))
                if len(left) > 1 and {singular(left[-1]), singular(left[-2])} <= english.GENERIC:
                    said = bare(" ".join(left[:-1]))  # "the hall lamp lights in the hall"
                named = self.index.exact.get(said, 0) & there[1] & want.able
                if named.bit_count() == 1 and said not in english.GENERIC:
                    return Found(ids=self.index.ids(named), phrase=" ".join(words))
        return None

    def _room_of(self, owner: str) -> tuple[str, int] | None:
        """Return the room that is somebody's: "mias" has Mia's Room."""
        rooms = (self.index.places.get((owner, room)) for room in ("room", "bedroom")) if owner.endswith("s") else ()
        return next(filter(None, rooms), None)

    def _named(self, words: list[str], want: Want) -> Found | None:
        """Find the thing whose whole name was said, None where it is no name or more is meant by it."""
        phrase = " ".join(words)
        exact = self.index.exact.get(bare(phrase), 0)
        if not exact:
            return None
        here = self.index.area(want.room)
        if here and not exact & here and words[-1] == singular(words[-1]):
            # "the desk lamp", said in Ben's room, is Ben's
            owner = plain(want.room or "").split()[0]
            theirs = self.index.exact.get(bare(f"{owner} {phrase}"), 0) & here & want.able
            if theirs.bit_count() == 1:
                return Found(ids=self.index.ids(theirs), phrase=phrase)
        if self._is_kind(words, exact) or (exact & here == 0 and here and singular(words[-1]) == bare(phrase) and
                                           bare(phrase) in english.GENERIC):  # fmt: skip
            found = self._explained.found(words, want)
            if (len(found.ids) > 1 and found.group) or found.problem == "room" or self.index.mask(found.ids) & here:
                return found  # "the kitchen lights" are more than what is named "Kitchen Light"
        if not exact & want.able:
            found = self._explained.found(words, want)
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
        return not any(name.endswith(last) for number in bits(exact) for name in self.index.spoken[number])

    def _is_named_so(self, name: str, words: list[str]) -> bool:
        """Say whether the name of a thing holds these words, and no others but for its kind and its room."""
        thing = self.index.things[self.index.number[name]]
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
                again = self.found(bare_words, want) if bare_words and bare_words != words else found
                if not again.problem:
                    return again
        named_so = len(words) > 2 and (singular(words[-1]) in ("plug", "socket") or not _LIT.isdisjoint(words[:-1]))
        if named_so and singular(words[-1]) in ("light", "plug", "socket"):  # "the christmas tree lights"
            named = self.index.exact.get(bare(" ".join(words[:-1])), 0) & want.able & self.index.domain.get("switch", 0)
            if named.bit_count() == 1:
                return Found(ids=self.index.ids(named), phrase=phrase)
        if len(words) > 1 and self._room_of(words[0]):  # "nora's curtains" are the Curtains of Nora's Room
            room = next(end for end in ("room", "bedroom") if (words[0], end) in self.index.places)
            again = self._explained.found([*words[1:], "in", words[0], room], want)
            if again.problem != "unknown":
                return again
        for place, word in enumerate(words):
            if word in english.ORDINALS and len(words) > place + 1:
                numbered = bare(" ".join([*words[:place], *words[place + 1 :], english.ORDINALS[word]]))
                if exact := self.index.exact.get(numbered, 0):
                    return self._one_of(exact & want.able or exact, want.able, want.room, phrase)
        return found

    def _one_of(self, mask: int, able: int, room: str | None, phrase: str) -> Found:
        """Return the one thing of a set that answers to a whole name, or which of them to ask for."""
        if mask & able == 0:
            return Found(choices=self.index.ids(mask), problem="unable", phrase=phrase)
        if mask.bit_count() > 1 and room:
            mask = mask & self.index.area(room) or mask
        if mask.bit_count() > 1:
            return Found(choices=self.index.ids(mask), problem="which", phrase=phrase)
        return Found(ids=self.index.ids(mask), phrase=phrase)
