"""Figures with what belongs to them, as they are said: money, units, dates, times, ranges, fractions, codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction

from assistant.languages.en.abbreviations import MONTHS
from assistant.languages.en.units import CURRENCIES, MEASURES, SCALES, UNITS, plural, unit_name, unit_pattern
from assistant.languages.en.words import any_of
from engines.number_words import cardinal, digits, numbers_in_words, ordinal, year

_NUM = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_SIGN = r"(?<![\w.,)\]])(?:-|–(?=\d)|\+)"
_RANGE = r"\s?[–—-]\s?"
_CURRENCY = any_of(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True))
_SCALE = any_of(sorted(SCALES, key=len, reverse=True))
_PER = r"(?:\s?(?:/|\bper\b)\s?(?P<per>[A-Za-z]+))?"

_MONEY = re.compile(
    rf"(?P<sign>{_SIGN})?(?P<currency>{_CURRENCY})\s?(?P<from>{_NUM})(?:{_RANGE}(?:{_CURRENCY})?\s?(?P<to>{_NUM}))?"
    rf"(?:\s?(?P<scale>{_SCALE})\b)?{_PER}(?!\w)"
)
_EURO_NUM = r"(?:\d{1,3}(?:[.,]\d{3})+(?:,\d{2})?(?!\d)|\d+(?:[.,]\d{1,2})?)"
_MONEY_AFTER = re.compile(
    rf"(?P<sign>{_SIGN})?(?<![\w.,])(?P<from>{_EURO_NUM})(?:{_RANGE}(?P<to>{_EURO_NUM}))?(?:\s?(?P<scale>{_SCALE}))?\s?"
    rf"(?P<currency>{_CURRENCY}){_PER}(?!\w|\s?\d)"
)
_CENTS = re.compile(rf"(?<![\w.,])(?P<from>{_NUM})\s?(?P<coin>¢|p\b)(?!\.\w)")
_UNIT_SIGN = unit_pattern()
_UNIT = re.compile(
    rf"(?P<sign>{_SIGN})?(?<![\w.,])(?P<from>{_NUM})?(?P<part>(?<=\d)\s?[{_VULGAR}]|[{_VULGAR}]|(?<=\d)\s\d/\d)?(?<=[\d{_VULGAR}])"
    rf"(?:{_RANGE}(?P<minus>-)?(?P<to>{_NUM})(?P<part2>[{_VULGAR}])?)?(?P<gap>[\s-]?)(?P<unit>{_UNIT_SIGN})"
    rf"(?:/(?P<per>{_UNIT_SIGN}))?(?![\w/²³])"
)
_SHARED = re.compile(rf"(?<![\w.])(?P<from>{_NUM})\s?(?P<first>{_UNIT_SIGN}){_RANGE}(?=-?\d[\d.,]*\s?(?P=first)(?!\w))")
_TIMES = re.compile(r"(?<=\d)\s?[×x]\s?(?=\d)")
_FEET = re.compile(r"(?<![\w.])(\d+)\s?['′]\s?(\d+)\s?(?:\"|″|'')")
_INCHES = re.compile(rf"(?<![\w.])({_NUM})\s?(?:″|\"(?=[\s.,;)]|$))")

_MONTH = any_of(MONTHS)
_ISO = re.compile(r"(?<!\d)(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[T ](?=\d\d:\d\d)|(?!\d))")
_DAY_MONTH = re.compile(
    rf"(?<![\w.,:/-])(the\s)?([12]?\d|3[01])(?:st|nd|rd|th)?\s(?:of\s)?({_MONTH})\b(?:,?\s(\d{{4}})\b)?"
)
_MONTH_DAY = re.compile(
    rf"\b({_MONTH})\s([12]?\d|3[01])(?:st|nd|rd|th)?(?:{_RANGE}([12]?\d|3[01]))?(?![\d:/%.]\d|\w)(?:(,?)\s(\d{{4}})\b)?"
)
_DATE = re.compile(r"(?<![\d/.])(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?![\d/])")
_DECADE = re.compile(r"\b([12]\d\d0)[’']?s\b|(?<=\bthe\s)[’']?([2-9]0)s\b|[’']([2-9]0)s\b")
_YEARS = re.compile(r"\b(1[1-9]\d\d|20\d\d)\s?[–—/-]\s?(\d\d)(?![\d-])")
_TIME = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-4])(?::([0-5]\d))(?::([0-5]\d))?(?:\s?(?:h|hrs)\b)?(?:\s?([ap])\.?\s?m\b\.?)?(?![\d:])",
    re.IGNORECASE,
)
_HALF_DAY = re.compile(
    rf"(?<![\d:.])(1[0-2]|[1-9])(?:{_RANGE}(1[0-2]|[1-9]))?\s?([apAP])(\.?)[mM]\b\.?(?=(\s+[A-Z]|\s*$)?)"
)
_TIME_SPAN = re.compile(r"(?<=\d)(\s?[ap]\.?m\b\.?)?\s?[–—-]\s?(?=\d{1,2}:\d\d)", re.IGNORECASE)
_RATIO = re.compile(r"(?<![\d:])(\d+):(\d+)(?![\d:])")

_PHONE = re.compile(
    r"(?<![\w.])(?:\+\d{1,3}[\s().-]{0,2})(?:\d{1,5}[\s().-]{0,2}){2,6}\d|(?<![\w.,-])0\d{2,4}(?:[\s-]\d{2,4}){1,4}(?![\w-])"
    r"|(?<![\w.,-])\(?\d{3}\)?[\s-]\d{3}-\d{4}(?!\d)|(?<![\w.,-])\d{3}-\d{2,4}(?:-\d{2,4})?(?![\w-])"
)
_DOTTED = re.compile(r"(?<![\w.])[vV]?\d+(?:\.\d+){2,}(?![\w])")
_VERSION = re.compile(r"\bv(?=\d)")
_FRACTION = re.compile(
    rf"(?<![\w.,/])(?:(\d+)\s)?(\d{{1,2}})/(2|3|4|5|6|8|10|16|100)(?![\w/.])(\s[a-z]+)?|(?:(\d+)\s?)?([{_VULGAR}])(\s[a-z]+)?"
)
_SLASHED = re.compile(r"(?<=\d)/(?=\d)")
_POWER = re.compile(r"(?<=[\w)])\^(-?\d+)|(?<=[\w)])([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_MINUS = re.compile(rf"{_SIGN}(?={_NUM}(?!\w))")
_NUMBERS_RANGE = re.compile(
    rf"(?<![\w-])({_NUM})\s?[–—]\s?(?=-?\d)|(?<![\d-])(?<![A-Za-z])(\d{{1,4}})-(?=\d{{1,4}}(?![\d-]))"
)
_HASH = re.compile(r"(?<!\w)(?:#|№|[Nn]o\.?\s)(?=\d)")
_SECTION = re.compile(r"§+\s?(?=\d)")
_CODE = re.compile(r"\b(?=[A-Za-z\d-]*\d)(?=[A-Za-z\d-]*[A-Za-z])[A-Za-z\d]+(?:-[A-Za-z\d]+)*\b")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_WHICH = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)
_LONG = re.compile(r"(?<![\w.,])(\d{7,})(?![\w,]|\.\d)")
_ROMAN = r"(I{1,3}|IV|VI{0,3}|IX|XI{0,3}|XIV|XVI{0,3}|XV|XIX|XVIII|XX)"
_RULERS = frozenset(
    "henry louis charles george edward william pius john paul richard james elizabeth napoleon alexander leo "
    "philip frederick benedict".split()
)
_NUMBERED = frozenset("chapter part volume war act book phase section type class".split())
_NUMERAL = re.compile(rf"\b({any_of(sorted(_RULERS | _NUMBERED))})\s{_ROMAN}\b", re.IGNORECASE)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}
_SIGNS = (
    (re.compile(r"\s?±\s?"), " plus or minus "),
    (re.compile(r"\s?[≈~](?=\s?\w)"), " about "),
    (re.compile(r"\s?≠\s?"), " is not "),
    (re.compile(r"\s?(?:≤|<=)\s?"), " at most "),
    (re.compile(r"\s?(?:≥|>=)\s?"), " at least "),
    (re.compile(r"(?:(?<=\s)|^)<\s?(?=\d)"), " less than "),
    (re.compile(r"(?:(?<=\s)|^)>\s?(?=\d)"), " more than "),
    (re.compile(r"(?<=[\w)])\s?[=]\s?(?=[\w(-])"), " equals "),
    (re.compile(r"(?<=\d)\s?÷\s?(?=\d)"), " divided by "),
    (re.compile(r"(?<=[\w²³])\s\+\s(?=\w)"), " plus "),
    (re.compile(r"(?<=\d)\s[*·]\s(?=\d)"), " times "),
    (re.compile(r"(?<=\d)\s[-–]\s(?=\d+\s?=)"), " minus "),
    (re.compile(r"(?<=\d)x\b"), " times"),
    (re.compile(r"\s?[→⇒]\s?"), " to "),
)


def quantities(text: str) -> str:
    """Return `text` with its figures in words, and what stands with them as it is said."""
    text = re.sub(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3})", "", text).replace("−", "-").replace("‑", "-")
    text = text.replace("μ", "µ").replace("Ω", "Ω").translate(_LOWERED)
    for pattern, said in _STEPS:
        text = pattern.sub(said, text)
    return numbers_in_words(text)


def _number(figures: str) -> str:
    """Say a count: "1,500", "3.05"."""
    whole, _, rest = figures.replace(",", "").partition(".")
    said = cardinal(int(whole)) if len(whole) <= 15 else digits(whole)
    return f"{said} point {digits(rest)}" if rest else said


def _counted(match: re.Match[str], what: str) -> str:
    sign = {"-": "minus ", "–": "minus ", "+": "plus "}.get(match["sign"] or "", "")
    return f"{sign}{what}"


def _money(match: re.Match[str]) -> str:
    one, many, coin, coins = CURRENCIES[match["currency"]]
    scale = SCALES.get(match["scale"] or "", "")
    start, end = match["from"], match["to"]
    whole, _, hundredths = start.replace(",", "").partition(".")
    if end or scale:
        said = " ".join(filter(None, (_number(start), "to" if end else "", _number(end) if end else "", scale, many)))
    elif len(hundredths) == 2 and many != "yen":
        parts = [f"{cardinal(int(whole))} {one if int(whole) == 1 else many}"] if int(whole) else []
        if int(hundredths):
            name = "" if parts else f" {coin if int(hundredths) == 1 else coins}"
            parts.append(cardinal(int(hundredths)) + name)
        said = " ".join(parts) or f"zero {many}"
    else:
        said = f"{_number(start)} {one if start == '1' else many}"
    return _counted(match, said + _rate(match["per"]))


def _money_after(match: re.Match[str]) -> str:
    """Say "5,50 €": where the sign stands last, the comma may be the decimal one."""

    def plain(figures: str | None) -> str:
        if not figures:
            return ""
        if re.search(r",\d{1,2}$", figures):
            return figures.replace(".", "").replace(",", ".")
        return figures.replace(",", "") if not re.search(r"\.\d{3}$", figures) else figures.replace(".", "")

    start, end = plain(match["from"]), plain(match["to"])
    turned = f"{match['sign'] or ''}{match['currency']}{start}" + (f"-{end}" if end else "")
    turned += f" {match['scale']}" if match["scale"] else ""
    return _MONEY.sub(_money, turned) + _rate(match["per"])


def _rate(per: str | None) -> str:
    if not per:
        return ""
    return f" per {UNITS.get(per) or per}"


def _cents(match: re.Match[str]) -> str:
    one, many = ("cent", "cents") if match["coin"] == "¢" else ("penny", "pence")
    return f"{_number(match['from'])} {one if match['from'] == '1' else many}"


def _unit(match: re.Match[str]) -> str:
    sign = match["unit"]
    start, part, end = match["from"], (match["part"] or "").strip(), match["to"]
    if sign == "K" and not match["gap"].isspace():
        return match[0]  # "4K"
    if start and part and "/" not in part and not match["sign"] and len(part) > 1:
        return match[0]
    name = unit_name(sign)
    per = f" per {unit_name(match['per'])}" if match["per"] else ""
    fraction = _fraction_value(part) if part else None
    if fraction is not None and not start and not end:
        return _counted(match, f"{_part_of(fraction)} {_article(name)}{name}{per}")
    said = _number(start) if start else ""
    if fraction is not None:
        said = f"{said} and {_part_alone(fraction)}" if said else _part_alone(fraction)
    single = start == "1" and fraction is None
    if end:
        said += f" to {'minus ' if match['minus'] else ''}{_number(end)}"
        said += f" and {_part_alone(_fraction_value(match['part2']))}" if match["part2"] else ""
        single = False
    if match["gap"] == "-":
        single = True  # "a 5-km run"
    return _counted(match, f"{said} {name if single else plural(name)}{per}")


def _fraction_value(sign: str) -> Fraction:
    if "/" in sign:
        return Fraction(sign.strip())
    return Fraction(unicodedata.numeric(sign.strip())).limit_denominator(10)


def _part_alone(value: Fraction) -> str:
    """Say a fraction after a whole number: "a half", "three quarters", "two thirds"."""
    names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
    one, many = names.get(value.denominator) or (ordinal(value.denominator), ordinal(value.denominator) + "s")
    if value.numerator == 1:
        return f"{_article(one)}{one}"
    return f"{cardinal(value.numerator)} {many}"


def _part_of(value: Fraction) -> str:
    """Say a fraction before what it is a part of: "half", "three quarters of", "a quarter of"."""
    return "half" if value == Fraction(1, 2) else f"{_part_alone(value)} of"


def _article(word: str) -> str:
    return "an " if word[0] in "aeiou" or word.startswith("hour") else "a "


def _fraction(match: re.Match[str]) -> str:
    if match[6]:
        whole, value, after = match[5], _fraction_value(match[6]), match[7] or ""
    else:
        if int(match[2]) >= int(match[3]):
            return match[0]
        whole, value, after = match[1], Fraction(int(match[2]), int(match[3])), match[4] or ""
        if value.denominator != int(match[3]):  # 2/4 is not said "a half"
            return f"{cardinal(int(match[2]))} {ordinal(int(match[3]))}s{after}"
    if whole:
        return f"{cardinal(int(whole))} and {_part_alone(value)}{after}"
    word = after.strip()
    if word in MEASURES:
        return f"{_part_of(value)} {_article(word)}{word}"
    return (f"one half{after}" if value == Fraction(1, 2) else f"{_part_alone(value)}{after}").replace("a ", "one ", 1)


def _day_month(match: re.Match[str]) -> str:
    said = f"the {ordinal(int(match[2]))} of {match[3]}"
    return said + (f" {year(int(match[4]))}" if match[4] else "")


def _month_day(match: re.Match[str]) -> str:
    said = f"{match[1]} {ordinal(int(match[2]))}"
    said += f" to {ordinal(int(match[3]))}" if match[3] else ""
    return said + (f"{match[4]} {year(int(match[5]))}" if match[5] else "")


def _iso(match: re.Match[str]) -> str:
    return f"{MONTHS[int(match[2]) - 1]} {ordinal(int(match[3]))}, {year(int(match[1]))} "


def _date(match: re.Match[str]) -> str:
    """Say 5/12/2024: which is the month is known only where the other cannot be one, or from points."""
    first, second = int(match[1]), int(match[3])
    if match[2] == "." or first > 12:
        day, month = first, second
    else:
        month, day = first, second
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{MONTHS[month - 1]} {ordinal(day)}, {year(int(match[4]))}"


def _decade(match: re.Match[str]) -> str:
    said = year(int(match[1])) if match[1] else cardinal(int(match[2] or match[3]))
    return said[:-1] + "ies" if said.endswith("y") else said + "s"


def _years(match: re.Match[str]) -> str:
    start, end = int(match[1]), int(match[2])
    return match[0] if end <= start % 100 else f"{year(start)} to {cardinal(end)}"


def _time(match: re.Match[str]) -> str:
    hour, minutes = int(match[1]), int(match[2])
    half = f" {match[4].upper()} M" if match[4] else ""
    if minutes:
        said = f"{cardinal(hour)} {'oh ' if minutes < 10 else ''}{cardinal(minutes)}"
    elif half:
        said = cardinal(hour)
    else:
        said = f"{cardinal(hour)} o'clock" if 1 <= hour <= 12 else f"{cardinal(hour)} hundred"
    if match[3]:
        said += f" and {cardinal(int(match[3]))} seconds" if int(match[3]) else ""
    return said + half


def _half_day(match: re.Match[str]) -> str:
    said = cardinal(int(match[1])) + (f" to {cardinal(int(match[2]))}" if match[2] else "")
    ends = "." if match[0].endswith(".") and (match[5] is not None or not match[4]) else ""
    return f"{said} {match[3].upper()} M{ends}"


def _phone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match[0])
    return ("plus " if match[0].startswith("+") else "") + ", ".join(digits(group) for group in groups)


def _dotted(match: re.Match[str]) -> str:
    parts = match[0].lstrip("vV").split(".")
    join = " dot " if len(parts) == 4 else " point "
    return ("version " if match[0][0] in "vV" else "") + join.join(cardinal(int(part)) for part in parts)


def _power(match: re.Match[str]) -> str:
    raised = match[1] or unicodedata.normalize("NFKC", match[2]).replace("−", "-")
    if raised in {"2", "3"}:
        return " squared" if raised == "2" else " cubed"
    return f" to the power of {'minus ' if raised[0] == '-' else ''}{cardinal(int(raised.lstrip('-')))}"


def _numeral(match: re.Match[str]) -> str:
    values = [_ROMAN_VALUES[letter] for letter in match[2].upper()]
    number = sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
    ruler = match[1].lower() in _RULERS
    return f"{match[1]} the {ordinal(number)}" if ruler else f"{match[1]} {cardinal(number)}"


def _code(match: re.Match[str]) -> str:
    """Say "E7", "5G", "A380", "XJ-4471": figures of three and more, or behind a zero, one by one."""
    if _WHICH.fullmatch(match[0]):
        return match[0]
    parts = re.findall(r"\d+|[A-Za-z]+", match[0])
    said = [
        part if not part.isdigit() else digits(part) if len(part) > 2 or part[0] == "0" else cardinal(int(part))
        for part in parts
    ]
    return " ".join(said)


def _shared(match: re.Match[str]) -> str:
    return f"{match['from']}–"


_STEPS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_ISO, _iso),
    (_DATE, _date),
    (_DOTTED, _dotted),
    (_VERSION, "version "),
    (_DAY_MONTH, _day_month),
    (_MONTH_DAY, _month_day),
    (_TIME_SPAN, r"\1 to "),
    (_TIME, _time),
    (_HALF_DAY, _half_day),
    (_RATIO, lambda match: f"{cardinal(int(match[1]))} to {cardinal(int(match[2]))}"),
    (_DECADE, _decade),
    (_YEARS, _years),
    (_PHONE, _phone),
    (_HASH, "number "),
    (_SECTION, "section "),
    (_NUMERAL, _numeral),
    (_MONEY, _money),
    (_MONEY_AFTER, _money_after),
    (_CENTS, _cents),
    (_FEET, lambda match: f"{cardinal(int(match[1]))} feet {cardinal(int(match[2]))}"),
    (_INCHES, lambda match: f"{_number(match[1])} {'inch' if match[1] == '1' else 'inches'}"),
    (_TIMES, " by "),
    (_SHARED, _shared),
    (_UNIT, _unit),
    *_SIGNS,
    (_FRACTION, _fraction),
    (_POWER, _power),
    (_NUMBERS_RANGE, lambda match: f"{match[1] or match[2]} to "),
    (_SLASHED, " "),
    (_MINUS, lambda match: "plus " if match[0] == "+" else "minus "),
    (_CODE, _code),
    (_LONG, lambda match: match[0] if match[1].endswith("000") else digits(match[1])),
)
