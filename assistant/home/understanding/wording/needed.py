"""The words without which an expression fits nowhere, so that most of hundreds need not be tried on a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_WORD = re.compile(r"\w+")
_EDGE = "\0"  #: in a written-out expression: here a word ends or begins
_MOST = 60  #: ways to write out a part of an expression that are looked at
_COMMON = frozenset(
    "a all and are at but can for i in is it just me my of off on one open our out please so that the them this to "
    "turn up was we with you s".split()
)

_EDGES = (code.AT_BOUNDARY, code.AT_BEGINNING, code.AT_BEGINNING_STRING, code.AT_END, code.AT_END_STRING)
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
_Items = Sequence[tuple[Any, Any]]


@lru_cache(256)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a plain text; a sentence is looked at many times."""
    return frozenset(_WORD.findall(text))


def needed(pattern: re.Pattern[str], *, whole: bool = False) -> frozenset[str] | None:
    """Return words of which a text has at least one wherever an expression fits in it; None where that is not known.

    `whole`, it is to fit all of the text.
    """
    if pattern.flags & re.IGNORECASE:
        return None
    items = list(_parser.parse(pattern.pattern, pattern.flags))
    return _best(_needed([(code.AT, code.AT_BEGINNING), *items, (code.AT, code.AT_END)] if whole else items))


class Sparing:
    """An expression that is looked for only where words that it needs are."""

    def __init__(self, way: str) -> None:
        self.pattern = way
        self._compiled = re.compile(way)
        self._needs = needed(self._compiled)

    def fits(self, text: str) -> bool:
        """Say whether it may fit somewhere in a plain text."""
        return self._needs is None or not self._needs.isdisjoint(words_of(text))

    def sub(self, plainly: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        """Return a plain text with all that it fits replaced, or the first `count`."""
        return self._compiled.sub(plainly, text, count=count) if self.fits(text) else text

    def search(self, text: str) -> re.Match[str] | None:
        """Return where it fits first in a plain text."""
        return self._compiled.search(text) if self.fits(text) else None


class Needing:
    """Expressions in their order, of which only those are tried that can fit."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            words = needed(pattern)
            if words is None:
                self._always.append(number)
            for word in words or ():
                self._by_word.setdefault(word, []).append(number)

    def of(self, text: str, first: int = 0) -> list[int]:
        """Return the numbers of those that may fit somewhere in a plain text, from the number `first` on."""
        found = set(self._always)
        for word in words_of(text):
            found.update(self._by_word.get(word, ()))
        return sorted(number for number in found if number >= first)


class Rewriting:
    """Expressions, each with what stands for what it fits, which are gone through in their order."""

    def __init__(self, rules: Iterable[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]]) -> None:
        self.rules = tuple(rules)
        self._needing = Needing(said for said, _ in self.rules)

    def __call__(self, text: str) -> str:
        """Return a plain text with all that they fit rewritten."""
        first = 0
        while True:
            for number in self._needing.of(text, first):
                said, plainly = self.rules[number]
                if said.search(text):  # to look is cheaper than to make a replacement ready
                    break
            else:
                return text
            text, first = said.sub(plainly, text), number + 1  # there may be other words now


def _best(needs: Iterable[frozenset[str]]) -> frozenset[str] | None:
    """Return the words that the fewest sentences have."""
    return min(needs, key=lambda words: sum(100 if word in _COMMON else 1 for word in words), default=None)


def _needed(items: _Items) -> list[frozenset[str]]:
    """Return sets of words, of each of which one is there wherever a row of parts fits."""
    needs: list[frozenset[str]] = []
    written = {""}  # all that fits what comes last, behind something of which nothing is known
    row = list(_flat(items))
    for place, (kind, value) in enumerate(row):
        more = _written_part(kind, value)
        if more is not None and len(written) * len(more) <= _MOST:
            written = {one + other for one in written for other in more}
            continue
        edge = _EDGE if _is_edge(row[place:], last=False) else ""
        needs += _whole_words({text + edge for text in written})
        needs += _inside(kind, value) if more is None else []
        written = more or {""}
    return needs + _whole_words(written)


def _flat(items: _Items) -> Iterable[tuple[Any, Any]]:
    """Yield the parts of a row, and those of groups within it that do not repeat."""
    for kind, value in items:
        if kind is code.SUBPATTERN:
            yield from _flat(value[3])
        else:
            yield kind, value


def _inside(kind: Any, value: Any) -> list[frozenset[str]]:
    """Return what is needed within a part that cannot be written out."""
    if kind is code.BRANCH:
        each = [_best(_needed(list(choice))) for choice in value[1]]
        if all(each):
            return [frozenset().union(*(words for words in each if words))]
    if kind in _REPEATS and value[0] > 0:
        return _needed(list(value[2]))
    return []


def _written_out(items: _Items) -> set[str] | None:
    """Return all texts that a row of parts fits, edges of words in them marked; None where those are too many."""
    written = {""}
    for kind, value in _flat(items):
        more = _written_part(kind, value)
        if more is None or len(written) * len(more) > _MOST:
            return None
        written = {one + other for one in written for other in more}
    return written


def _written_part(kind: Any, value: Any) -> set[str] | None:
    if kind is code.LITERAL:
        return {chr(value)}
    if kind is code.AT:
        return {_EDGE} if value in _EDGES else {""}
    if kind is code.ASSERT:
        return {_EDGE} if _is_edge(list(value[1]), last=value[0] < 0) else {""}
    if kind is code.ASSERT_NOT:
        return {_EDGE} if _is_no_word(value[1]) else {""}  # it takes nothing
    if kind is code.IN:
        return {chr(each) for _, each in value} if all(one is code.LITERAL for one, _ in value) else None
    if kind is code.BRANCH:
        each = [_written_out(list(choice)) for choice in value[1]]
        return None if None in each else set().union(*(texts for texts in each if texts))
    if kind in (code.MAX_REPEAT, code.MIN_REPEAT) and value[1] == 1:
        inner = _written_out(list(value[2]))
        return None if inner is None else inner | ({""} if value[0] == 0 else set())
    return None


def _is_edge(items: _Items, *, last: bool) -> bool:
    """Say whether a word cannot go on where this is seen: all of it begins (`last`: ends) with what is in no word."""
    for kind, value in reversed(list(_flat(items))) if last else _flat(items):
        if kind is code.BRANCH:
            return all(_is_edge(list(choice), last=last) for choice in value[1])
        if kind is code.LITERAL:
            return not _WORD.match(chr(value))
        if kind in _REPEATS:
            if value[0] == 0 and _is_edge(list(value[2]), last=last):
                continue  # where it is left out, what is next to it is seen
            return value[0] > 0 and _is_edge(list(value[2]), last=last)
        if kind is code.ASSERT and (value[0] < 0) == last and _is_edge(list(value[1]), last=last):
            return True
        if kind is code.ASSERT_NOT and (value[0] < 0) == last and _is_no_word(value[1]):
            return True
        if kind in (code.ASSERT, code.ASSERT_NOT):
            continue
        return kind is code.AT and value in _EDGES
    return False


def _is_no_word(items: _Items) -> bool:
    """Say whether this is a letter of a word, or any sign but a space: what has it not beside it is at an edge."""
    signs = ([(code.CATEGORY, code.CATEGORY_WORD)], [(code.CATEGORY, code.CATEGORY_NOT_SPACE)])
    return len(items) == 1 and items[0][0] is code.IN and items[0][1] in signs


def _whole_words(written: set[str]) -> list[frozenset[str]]:
    """Return one whole word of each text, the rarest: the first and the last may go on where no edge is."""
    found = set()
    for text in written:
        whole = [match[0] for match in _WORD.finditer(text) if match.start() > 0 and match.end() < len(text)]
        if not whole:
            return []
        found.add(min(whole, key=lambda word: (word in _COMMON, -len(word))))
    return [frozenset(found)]
