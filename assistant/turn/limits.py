"""Limits that documents name, and the amounts of questions that lie within them or not: "8 to 11 m", "from age 16"."""

from __future__ import annotations

import re
from functools import cache
from math import inf
from typing import NamedTuple

from engines.number_words import cardinal

_UNITS = {
    "m": "m|metres?|meters?",
    "cm": "cm|centimetres?|centimeters?",
    "ft": "ft|foot|feet",
    "kg": "kg|kilos?|kilograms?",
    "t": "t|tonnes?|tons?",
    "l": "l|litres?|liters?",
    "mile": "miles?",
    "hour": "h|hrs?|hours?",
    "day": "days?",
    "night": "nights?",
    "week": "weeks?",
    "month": "months?",
    "year": "years?(?:[ -]olds?)?|yrs?",
    "person": "people|persons?|guests?|adults?|children|kids",
}
_UNIT = "(?:" + "|".join(_UNITS.values()) + r")\b"
_FIGURES = r"\d+(?:\.\d+)?"
_AMOUNT = re.compile(rf"(?<![\d.])({_FIGURES})[ -]?({_UNIT})|\b([a-z]+)[ -]({_UNIT})", re.IGNORECASE)
_TENS = re.compile(rf"\b([a-z]+[ -][a-z]+)[ -]({_UNIT})", re.IGNORECASE)
_OR_MORE = r"\+| (?:and|or) (?:over|more|older)\b"
_LIMIT = re.compile(
    rf"\b(?:(?:between )?(?P<low>{_FIGURES})(?: ?{_UNIT})? ?(?:to|and|[-–]) ?(?P<high>{_FIGURES})"
    r"|(?P<how>up to|under|below|less than|no more than|at most|over|above|more than|at least|from|minimum)"
    rf"(?P<age> (?:the )?ages? of| age)? (?P<end>{_FIGURES})"
    rf"|(?P<least>{_FIGURES})(?=(?: ?{_UNIT})?(?:{_OR_MORE})))(?: ?(?P<unit>{_UNIT}))?(?P<more>{_OR_MORE})?",
    re.IGNORECASE,
)
_FROM = frozenset(("over", "above", "more than", "at least", "from", "minimum"))
_OPEN = frozenset(("under", "below", "less than", "over", "above", "more than"))


class Limit(NamedTuple):
    """From `low` to `high` in `unit`; `open`: what is exactly at its end is not within it."""

    low: float
    high: float
    unit: str
    open: bool = False

    def holds(self, amount: float) -> bool:
        """Whether an amount lies within it."""
        if self.open and amount in (self.low, self.high):
            return False
        return self.low <= amount <= self.high


def amounts(question: str) -> list[tuple[float, str]]:
    """The amounts with units that a question names, in figures or words: "twelve metres" is (12.0, "m")."""
    found: dict[int, tuple[float, str]] = {}
    for pattern in (_TENS, _AMOUNT):
        for match in pattern.finditer(question):
            words, unit = filter(None, match.groups())
            number = _number(words)
            if number is not None:
                found.setdefault(match.end(), (number, _unit(unit)))
    return list(found.values())


def limit(name: str) -> Limit | None:
    """The limit that a whole text names, as a column's name does: "8 to 11 m", "over 11 m"."""
    match = _LIMIT.fullmatch(name.strip())
    return _read(match) if match else None


def limits(sentence: str) -> list[Limit]:
    """The limits that a sentence names."""
    return [found for match in _LIMIT.finditer(sentence) if (found := _read(match)) is not None]


def _read(match: re.Match[str]) -> Limit | None:
    unit = _unit(match["unit"]) if match["unit"] else "year" if match["age"] else ""
    if not unit:
        return None
    if match["low"]:
        return Limit(float(match["low"]), float(match["high"]), unit)
    if match["least"]:
        return Limit(float(match["least"]), inf, unit)
    how, end = match["how"].lower(), float(match["end"])
    if how in _FROM or match["more"]:
        return Limit(end, inf, unit, how in _OPEN)
    return Limit(-inf, end, unit, how in _OPEN)


def _unit(words: str) -> str:
    return next(unit for unit, pattern in _UNITS.items() if re.fullmatch(pattern, words, re.IGNORECASE))


def _number(words: str) -> float | None:
    if words[0].isdecimal():
        return float(words)
    return _in_words().get(words.lower().replace("-", " "))


@cache
def _in_words() -> dict[str, float]:
    return {cardinal(number): float(number) for number in range(101)}
