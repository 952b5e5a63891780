"""English numbers in words, by num2words: for voices, and for questions as a recogniser writes them.

One way of saying them throughout, the American: "three hundred twelve", without commas, hyphens and "and".
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

_NUMBER = re.compile(r"(?<![\w.])(-)?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(st|nd|rd|th)?(?!\w)")
_SPELLED_FROM = 10**15  # longer figures are identifiers: they are read digit by digit


@cache
def _english() -> Any:
    from num2words.lang_EN import Num2Word_EN  # loads all its languages, which takes some 50 ms

    return Num2Word_EN()


def numbers_in_words(text: str) -> str:
    """Return `text` with its figures in words: "1889" as a year, "1,665" as a count, "3.5", "-4" and "21st" too."""
    return _NUMBER.sub(_say, text)


@lru_cache(4096)
def cardinal(number: int) -> str:
    """Return a whole number from 0 in words: 312 is "three hundred twelve"."""
    return _plain(_english().to_cardinal(number))


@lru_cache(4096)
def ordinal(number: int) -> str:
    """Return which one it is in words: 21 is "twenty first"."""
    return _plain(_english().to_ordinal(number))


@lru_cache(4096)
def year(number: int) -> str:
    """Return a year in words: 1908 is "nineteen oh eight"."""
    return _plain(_english().to_year(number))


def digits(figures: str) -> str:
    """Return each digit of `figures` in words; everything else is left out."""
    return " ".join(cardinal(int(digit)) for digit in figures if digit.isdecimal())


@cache
def number_words() -> frozenset[str]:
    """Return every word that numbers are made of, from "zero" to "trillion"."""
    said = (cardinal(number) for number in (*range(100), 100, *(1000**power for power in range(1, 5))))
    return frozenset(" ".join(said).split()) | {"oh", "point"}


def _plain(words: str) -> str:
    return words.replace(",", "").replace("-", " ").replace(" and ", " ")


def _say(match: re.Match[str]) -> str:
    minus, figures, fraction, which = match.groups()
    number = int(figures.replace(",", ""))
    if number >= _SPELLED_FROM or (len(figures) > 1 and figures[0] == "0"):
        words = digits(figures)
    elif which:
        words = ordinal(number)
    elif len(figures) == 4 and not fraction and not minus and 1100 <= number < 2100:
        words = year(number)
    else:
        words = cardinal(number)
    if fraction:
        words += " point " + digits(fraction)
    return f"minus {words}" if minus else words
