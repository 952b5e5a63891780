"""Ways of saying something, found by words of what was said: most of a hundred need not be tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from assistant.home.understanding.wording.needed import needed, words_of

_WORD = re.compile(r"([a-z0-9]+)(?=$|[ |)]|\(\?)")
_FIRST_WORDS = 2_000  #: how many first words are remembered


class Way(NamedTuple):
    """One way of saying something: what it means, its expression, its first words and others that it needs.

    None is any.
    """

    meaning: str
    pattern: re.Pattern[str]
    openers: frozenset[str] | None
    needs: frozenset[str] | None


class Ways:
    """Ways of saying something, in the order in which they are tried."""

    def __init__(self, ways: Iterable[tuple[str, str]]) -> None:
        compiled = ((meaning, re.compile(way), openers(way)) for meaning, way in ways)
        self._ways = tuple(Way(*way, needed(way[1], whole=True)) for way in compiled)
        self._beginning = lru_cache(_FIRST_WORDS)(self._with)

    def __iter__(self) -> Iterator[Way]:
        return iter(self._ways)

    def of(self, text: str) -> list[Way]:
        """Return the ways that may fit a plain text; none fits one without words."""
        if not text:
            return []
        words = words_of(text)
        beginning = self._beginning(text.split(maxsplit=1)[0])
        return [way for way in beginning if way.needs is None or not way.needs.isdisjoint(words)]

    def _with(self, word: str) -> tuple[Way, ...]:
        return tuple(way for way in self._ways if way.openers is None or word in way.openers)


def openers(way: str) -> frozenset[str] | None:
    """Return the words that a text which fits an expression begins with; None where it may begin with any."""
    if way.startswith("(?:"):
        end = _closing(way)
        rest = way[end + 1 :]
        optional = rest[:1] in ("?", "*")
        rest = rest.lstrip("?*+")
        found: frozenset[str] = frozenset()
        for choice in [*_choices(way[3:end]), *([""] if optional else [])]:
            words = openers(choice or rest)
            if words is None:
                return None
            found |= words
        return found
    match = _WORD.match(way)
    return frozenset((match[1],)) if match else None


def _closing(way: str) -> int:
    """Return where the bracket that an expression begins with is closed."""
    depth = 0
    for place, char in enumerate(way):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place
    raise ValueError(f"an open bracket in {way!r}")


def _choices(inner: str) -> list[str]:
    """Return the choices of a group: those that its bars part, not those of groups within."""
    result, depth = [""], 0
    for char in inner:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            result.append("")
        else:
            result[-1] += char
    return result
