"""Which things of the house a few words mean: "the lamp by the sofa", "all the lights upstairs but the hall".

What a phrase leaves out is found by `excepted.py`, the things of a list by `lists.py`, what goes by one name by
`named.py`, and what the words of a description explain by `explained.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

from assistant.home.understanding.names.excepted import Excepted
from assistant.home.understanding.names.index import Index
from assistant.home.understanding.names.lists import Lists
from assistant.home.understanding.names.noun_phrases import DETERMINERS, ON_NOW, Found, Want
from assistant.home.understanding.wording.needed import Sparing

#: "The two reading lamps": all there are have to be so many.
_COUNTED = re.compile(
    r"(?:(?:all|both|of|the|my|our|these|those) )*(?P<count>[2-9]) (?P<np>(?:\w+ )*\w+s(?: (?:in|on|at) .+)?)"
)
_BY_THE_BED = Sparing(
    r"\b(lamps?|lights?|table lamps?) (?:by|beside|next to|near|at) (?:the |my |our )?bed(?:side)?(?!\S)"
)
_REMEMBERED = 512  #: phrases, with what they mean


class Directory(Index):
    """Finds the things that a phrase means. Build it anew when a name changes; it holds no state of any thing."""

    # These refer to the directory, and are made when first needed: one that nothing was looked for in is freed at once.

    @cached_property
    def _lists(self) -> Lists:
        return Lists(self)

    @cached_property
    def _excepted(self) -> Excepted:
        return Excepted(self, self._lists, lambda phrase: self.find(phrase, -1, reading=True))

    @cached_property
    def _lately_found(self) -> Callable[[str, int, str | None, tuple[str, ...], str, bool], Found]:
        return lru_cache(_REMEMBERED)(self._looked_up)

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

    def _looked_up(
        self, phrase: str, able: int, room: str | None, last: tuple[str, ...], kind: str, reading: bool
    ) -> Found:
        for said, short in DETERMINERS:
            phrase = f" {phrase} ".replace(said, short).strip()
        phrase = _BY_THE_BED.sub(r"bedside \1", phrase)
        phrase = ON_NOW.sub(r"all the \1", phrase, count=1) if not reading else phrase
        want = Want(able=able, room=room, last=last, kind=kind, reading=reading)
        if counted := _COUNTED.fullmatch(phrase):
            found = self._lists.found(["all", "the", *counted["np"].split()], want)
            if found.problem or len(found.ids) == int(counted["count"]):
                return found
            return Found(choices=found.ids, problem="which", phrase=phrase, kind=found.kind)
        return self._excepted.found(phrase, want)
