"""English numbers in words: for voices whose models know words only, and questions as a recogniser writes them."""

from __future__ import annotations

import re

SMALL_NUMBERS = tuple(
    (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen"
    ).split()
)
TENS = tuple("twenty thirty forty fifty sixty seventy eighty ninety".split())
#: Powers of ten with a name, the largest first.
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))

_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_NUMBER = re.compile(r"(?<![\w.])(-)?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(st|nd|rd|th)?(?!\w)")
_SPELLED_FROM = 10**15  # longer figures are identifiers: they are read digit by digit


def numbers_in_words(text: str) -> str:
    """Return `text` with its figures in words: "1889" as a year, "1,665" as a count, "3.5", "-4" and "21st" too."""
    return _NUMBER.sub(_say, text)


def cardinal(number: int) -> str:
    """Return a whole number from 0 in words: 312 is "three hundred twelve"."""
    if number < 20:
        return SMALL_NUMBERS[number]
    if number < 100:
        return TENS[number // 10 - 2] + (f" {SMALL_NUMBERS[number % 10]}" if number % 10 else "")
    for scale, name in SCALES:
        if number >= scale:
            head = f"{cardinal(number // scale)} {name}"
            return f"{head} {cardinal(number % scale)}" if number % scale else head
    raise AssertionError(number)


def _say(match: re.Match[str]) -> str:
    minus, figures, fraction, ordinal = match.groups()
    number = int(figures.replace(",", ""))
    if number >= _SPELLED_FROM or (len(figures) > 1 and figures[0] == "0"):
        words = " ".join(SMALL_NUMBERS[int(digit)] for digit in figures if digit.isdigit())
    elif len(figures) == 4 and not fraction and not ordinal and not minus and 1100 <= number < 2100:
        words = _year(number)
    else:
        words = cardinal(number)
    if fraction:
        words += " point " + " ".join(SMALL_NUMBERS[int(digit)] for digit in fraction[1:])
    if ordinal:
        head, _, last = words.rpartition(" ")
        last = _ORDINALS.get(last) or (last.removesuffix("y") + "ie" if last.endswith("y") else last) + "th"
        words = f"{head} {last}".strip()
    return f"minus {words}" if minus else words


def _year(year: int) -> str:
    century, rest = divmod(year, 100)
    if 2000 <= year < 2010 or (rest == 0 and century % 10 == 0):
        return cardinal(year)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {f'oh {SMALL_NUMBERS[rest]}' if rest < 10 else cardinal(rest)}"
