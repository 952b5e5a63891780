"""Numbers as people say and type them: "twenty five", "a hundred and two", "three point five", "two and a half"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SMALL = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ).split()
    )
} | {"oh": 0}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
} | {"fourty": 40}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_ORDINALS = {
    word: value
    for value, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split(),
        1,
    )
} | {"thirtieth": 30}
_TOKEN = re.compile(r"\d+:\d\d|\d+(?:\.\d+)?(?:st|nd|rd|th)\b|\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*'?|[+*/×÷^%°,-]")


def said_words(text: str) -> list[str]:
    """Return the words, figures and signs of a sentence, in lower case: "At 7.30pm!" is ["at", "7.30", "pm"]."""
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", text.lower().replace("’", "'"))
    text = re.sub(r"(?<=\w)-(?=[^\W\d_])", " ", text)  # "twenty-five", "three-minute"
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.replace("½", " and a half ").replace("¼", " and a quarter "))
    return _TOKEN.findall(text)


def number_at(words: Sequence[str], place: int) -> tuple[float, int] | None:
    """Return the number that begins at `place` and the place behind it, None where none does."""
    if place >= len(words):
        return None
    whole = _whole(words, place)
    if whole is None:
        return None
    value, place = whole
    if words[place : place + 1] == ["point"]:
        digits, place = "", place + 1
        while place < len(words) and (words[place].isdigit() or _SMALL.get(words[place], 10) < 10):
            digits += words[place] if words[place].isdigit() else str(_SMALL[words[place]])
            place += 1
        return (float(f"{value:.0f}.{digits}"), place) if digits else None
    if list(words[place : place + 3]) == ["and", "a", "half"]:
        return value + 0.5, place + 3
    if list(words[place : place + 3]) == ["and", "a", "quarter"]:
        return value + 0.25, place + 3
    return value, place


def _whole(words: Sequence[str], place: int) -> tuple[float, int] | None:
    """Read "two hundred and five thousand three": groups below a thousand, each with its scale."""
    total, least, begun = 0.0, float("inf"), False
    while place < len(words):
        start = place + 1 if begun and words[place] == "and" else place
        group = _group(words, start)
        if group is None or (begun and group[0] == 0):
            break
        value, after = group
        scale = _SCALES.get(words[after], 1) if after < len(words) and words[after] != "hundred" else 1
        if value * scale >= least:
            break  # "two three" are two numbers
        total, least, begun = total + value * scale, float(scale), True
        place = after + (scale > 1)
        if scale == 1:
            break
    return (total, place) if begun else None


def _group(words: Sequence[str], place: int) -> tuple[float, int] | None:
    """Read a number below a thousand, or figures."""
    word = words[place] if place < len(words) else ""
    if _FIGURES.fullmatch(word):
        return float(word), place + 1
    if word == "a" and place + 1 < len(words) and words[place + 1] in _SCALES:
        value, place = 1.0, place + 1
    else:
        below = _below_hundred(words, place)
        if below is None:
            return None
        value, place = below
    if place < len(words) and words[place] == "hundred":
        value, place = value * 100, place + 1
        more = _below_hundred(words, place + (words[place : place + 1] == ["and"]))
        if more is not None and more[0] > 0:
            value, place = value + more[0], more[1]
    return value, place


def _below_hundred(words: Sequence[str], place: int) -> tuple[float, int] | None:
    word = words[place] if place < len(words) else ""
    if word in _TENS:
        digit = _SMALL.get(words[place + 1], 0) if place + 1 < len(words) else 0
        return (_TENS[word] + digit, place + 2) if 0 < digit < 10 else (float(_TENS[word]), place + 1)
    return (float(_SMALL[word]), place + 1) if word in _SMALL and word != "oh" else None


def ordinal_at(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """Return the ordinal that begins at `place` and the place behind it: "twenty third", "3rd"."""
    word = words[place] if place < len(words) else ""
    if match := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word):
        return int(match[1]), place + 1
    if word in _TENS and place + 1 < len(words) and 0 < _ORDINALS.get(words[place + 1], 0) < 10:
        return _TENS[word] + _ORDINALS[words[place + 1]], place + 2
    return (_ORDINALS[word], place + 1) if word in _ORDINALS else None


def say_number(value: float) -> str:
    """Return a number as it is written in a reply: whole ones whole, others with six figures that count."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.6g}" if abs(value) >= 1e15 or abs(value) < 1e-4 else f"{value:,.10g}"
