"""Text as it is said: symbols and units in words, nothing a voice would stumble over."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4_000  # characters, about five minutes of speech

_UNITS = {
    "°c": "degrees Celsius",
    "°f": "degrees Fahrenheit",
    "km/h": "kilometres per hour",
    "m/s": "metres per second",
    "mph": "miles per hour",
    "km²": "square kilometres",
    "m²": "square metres",
    "m³": "cubic metres",
    "km": "kilometres",
    "cm": "centimetres",
    "mm": "millimetres",
    "m": "metres",
    "kg": "kilograms",
    "mg": "milligrams",
    "g": "grams",
    "ml": "millilitres",
    "l": "litres",
    "kwh": "kilowatt hours",
    "kw": "kilowatts",
    "w": "watts",
    "khz": "kilohertz",
    "mhz": "megahertz",
    "ghz": "gigahertz",
    "hz": "hertz",
    "ms": "milliseconds",
    "min": "minutes",
    "h": "hours",
    "%": "percent",
    "°": "degrees",
    "ft": "feet",
}
_ONE = {"feet": "foot", "metres per second": "metre per second", "hertz": "hertz", "percent": "percent"}
_UNIT_NAMES = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_UNIT = re.compile(rf"(?<![\w.])(-?\d[\d,]*(?:\.\d+)?)\s?({_UNIT_NAMES})(?![\w/²³])", re.IGNORECASE)
_MONEY = re.compile(r"([$€£¥])\s?(\d[\d,]*(?:\.\d+)?)(\s(?:thousand|million|billion|trillion))?")
_CURRENCIES = {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen"}
_RANGE = re.compile(r"(?<=\d)\s?[–—]\s?(?=\d)")
_HYPHEN_RANGE = re.compile(r"(?<![\d-])(\d{1,4})-(\d{1,4})(?![\d-])")
_TERMINAL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_RULERS = "henry louis charles george edward william pius john paul richard james elizabeth napoleon alexander leo"
_NUMBERED = "|".join([*_RULERS.split(), "chapter", "part", "volume", "war", "act", "book", "phase"])
_ROMAN_AFTER = re.compile(rf"\b({_NUMBERED})\s(I{{1,3}}|IV|VI{{0,3}}|IX|XI{{0,3}}|XIV|XVI{{0,3}}|XV)\b", re.IGNORECASE)
_SAID = (
    (re.compile(r"https?://(?:www\.)?([^\s/]+)\S*"), r"\1"),
    (re.compile(r"\be\.g\.", re.IGNORECASE), "for example"),
    (re.compile(r"\bi\.e\.", re.IGNORECASE), "that is"),
    (re.compile(r"\s&\s"), " and "),
    (re.compile(r"(?<=\d)\s?[×x]\s?(?=\d)"), " by "),
    (re.compile(r"\s?±\s?"), " plus or minus "),
    (re.compile(r"\s=\s"), " equals "),
    (re.compile(r"\s?[≈~]\s?(?=\d)"), " about "),
    (re.compile(r"½"), " and a half"),
    (re.compile(r"\[\d+\]"), ""),  # footnote marks
    (re.compile(r"[*_#`|<>{}\\^\[\]]+"), " "),  # what is left of markup
)
_SPOKEN = re.compile(r"[^\W_]")


def shortened(text: str) -> str:
    """Return `text`, cut at a word if it is longer than LONGEST characters."""
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]


def speakable(text: str) -> str:
    """Return `text` in words a voice says right: units, currencies, ranges, numerals; "" where nothing can be said.

    Control characters and markup are dropped; what is longer than 4000 characters is cut at a word.
    """
    # Shortened first: NFC is quadratic in a row of combining marks.
    text = _TERMINAL.sub(" ", unicodedata.normalize("NFC", shortened(text)))
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    text = _MONEY.sub(_say_money, text)
    text = _HYPHEN_RANGE.sub(r"\1 to \2", _RANGE.sub(" to ", text))
    text = _UNIT.sub(_say_unit, text)
    text = _ROMAN_AFTER.sub(_say_roman, text)
    for pattern, said in _SAID:
        text = pattern.sub(said, text)
    text = " ".join(text.split())
    return text if _SPOKEN.search(text) else ""


def _say_unit(match: re.Match[str]) -> str:
    number, unit = match[1], _UNITS[match[2].lower()]
    if number == "1" and unit not in _ONE.values():
        unit = _ONE.get(unit) or re.sub(r"s\b", "", unit, count=1)
    return f"{number} {unit}"


def _say_money(match: re.Match[str]) -> str:
    currency = _CURRENCIES[match[1]]
    if match[2] == "1" and not match[3] and currency != "yen":
        currency = currency[:-1]
    return f"{match[2]}{match[3] or ''} {currency}"


def _say_roman(match: re.Match[str]) -> str:
    values = {"I": 1, "V": 5, "X": 10}
    digits = [values[digit] for digit in match[2].upper()]
    number = sum(-d if d < after else d for d, after in zip(digits, [*digits[1:], 0], strict=True))
    ruler = match[1].lower() in _RULERS.split()
    return f"{match[1]} the {_ordinal(number)}" if ruler else f"{match[1]} {number}"


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
