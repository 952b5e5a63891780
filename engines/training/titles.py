"""Titles for passages that come without: what the file or the headings above them might be called.

In a turn the title and the headings of a document are read before a passage. A reader that has seen them only before
rows of documents takes them for a sign that a long answer is wanted, so passages of encyclopedia articles get some too.
"""

from __future__ import annotations

import heapq
import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

#: Passages on either side that are taken to be of the same article.
NEAR = 4
#: How often a passage is read with no title at all, and with that of another article.
NONE, OTHER = 0.28, 0.07

_NAME = re.compile(r"[A-Z][\w'’-]+(?: (?:(?:of|the|and|de|upon|for|in) ){0,2}[A-Z][\w'’-]+)*")
_WORD = re.compile(r"(?<![\w-])[a-z][a-z-]{4,}")
#: Words of every article, which name none.
_COMMON = frozenset(
    "about after again against almost along already although among another because become became before being below "
    "between century could during early either every first found further general given great group however include "
    "included including known large later least local major making many might modern number often original other "
    "others people period place popular rather several shall should since small still their there these those "
    "three through times today together under until usually various well where which while within without world "
    "would years The This That These Those There They Their From With When While What Where After Before During For "
    "But And According Although However Because Since Some Many Most Other Such Both Each His Her Its One Two Three In "
    "On At By".split()
)
_ABOUT = ("About {}", "{} – handbook", "Guide to {}", "{} FAQ", "Notes on {}", "{}: an introduction", "The {} book")
_SECTIONS = (
    "Overview",
    "History",
    "Background",
    "Details",
    "General",
    "Facts and figures",
    "Questions",
    "More",
    "Notes",
)


class Titles:
    """Names titles and headings for passages, which stand in the order of their source, an article's together."""

    def __init__(self, passages: Sequence[str]) -> None:
        self._names = [Counter(_candidates(text)) for text in passages]
        self._number = {text: number for number, text in enumerate(passages)}
        self._spread = Counter(name for names in self._names for name in names)
        self._topics, self._own = cache(self._named), cache(self._within)

    def __call__(self, passage: str, chance: random.Random) -> str:
        """Title and headings as `knowledge` joins them, "" for none; `passage` is one of those given."""
        draw = chance.random()
        if draw < NONE or not self._names:
            return ""
        number = self._number[passage]
        topics = self._topics(chance.randrange(len(self._names)) if draw < NONE + OTHER else number)
        if not topics:
            return ""
        title = topics[0] if chance.random() < 0.8 else chance.choice(topics)
        own = [name for name in self._own(number) if name not in title]
        title = _as_written(title, chance)
        depth = chance.choices((0, 1, 2), (0.5, 0.35, 0.15))[0]
        headings = [
            chance.choice(_SECTIONS) if not own or chance.random() < 0.25 else _capitalised(chance.choice(own))
            for _ in range(depth)
        ]
        return " > ".join(dict.fromkeys([title, *headings]))

    def _named(self, number: int) -> list[str]:
        """What the article around a passage is likeliest about."""
        around = range(max(0, number - NEAR), min(len(self._names), number + NEAR + 1))
        names: Counter[str] = Counter()
        for each in around:
            names.update(self._names[each])
        return self._best(names, 3)

    def _within(self, number: int) -> list[str]:
        """What the passage itself is about."""
        return self._best(self._names[number], 4)

    def _best(self, names: Counter[str], count: int) -> list[str]:
        """The names that tell most: often here, seldom elsewhere."""
        everywhere = len(self._names)
        worth = {
            name: times * math.log(1 + everywhere / self._spread[name]) * (1.5 if name[0].isupper() else 1.0)
            for name, times in names.items()
        }
        return heapq.nsmallest(count, worth, key=lambda name: (-worth[name], name))


def _candidates(text: str) -> list[str]:
    names = [_without_common(name) for name in _NAME.findall(text)]
    words = [word for word in _WORD.findall(text) if word not in _COMMON]
    return [name for name in names if name] + words


def _without_common(name: str) -> str:
    first, _, rest = name.removesuffix("'s").removesuffix("’s").partition(" ")
    return _without_common(rest) if rest and first in _COMMON else "" if first in _COMMON else f"{first} {rest}".strip()


def _as_written(title: str, chance: random.Random) -> str:
    """As a heading has it, as a file's name does, or as the title of a book about it."""
    draw = chance.random()
    if draw < 0.45:
        return _capitalised(title)
    if draw < 0.8:
        return title.lower()
    return chance.choice(_ABOUT).format(title)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
