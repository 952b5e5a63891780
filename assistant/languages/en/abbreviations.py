"""Abbreviations and what is said for them. A point after one does not end a sentence."""

from __future__ import annotations

import re

from assistant.languages.en.words import any_of

MONTHS = tuple("January February March April May June July August September October November December".split())
DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())

#: Written with a point.
POINTED = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor", "Prof": "Professor", "Jr": "Junior",
    "Sr": "Senior", "Mt": "Mount", "Ave": "Avenue", "Rd": "Road", "Blvd": "Boulevard", "Ln": "Lane", "Capt": "Captain",
    "Sgt": "Sergeant", "Gen": "General", "Rev": "Reverend", "Hon": "Honourable", "approx": "approximately",
    "ca": "about", "etc": "et cetera", "vs": "versus", "est": "established", "dept": "department", "govt": "government",
    "max": "maximum", "min": "minimum", "temp": "temperature", "incl": "including", "excl": "excluding",
    "tel": "telephone", "ext": "extension", "fig": "figure", "figs": "figures", "vol": "volume", "ch": "chapter",
    "sec": "section", "ed": "edition", "pp": "pages", "p": "page", "Inc": "Incorporated", "Ltd": "Limited",
    "Corp": "Corporation", "Bros": "Brothers", "no": "number", "nos": "numbers", "e.g": "for example",
    "i.e": "that is", "cf": "compare", "al": "al",
}  # fmt: skip
#: Only before a figure: elsewhere they are words of their own.
_BEFORE_FIGURE = frozenset("no nos p pp fig figs vol ch sec ca ed ext min max est".split())
#: Written without a point.
BARE = {"w/o": "without", "w/": "with", "vs": "versus", "Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor", "Ms": "Miz"}

_DATES = {name[:3]: name for name in MONTHS if len(name) > 3} | {"Sept": "September"}
_WEEK = {day[:3]: day for day in DAYS} | {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday"}
_DAY = re.compile(
    rf"\b({any_of(sorted(_WEEK, key=len, reverse=True))})\b(?:\.|(?=\s?[–—,/-]|\s\d|\s{any_of(_DATES)}\b|$))"
)
_SPAN = re.compile(rf"(?<=[a-z])\s?[–—-]\s?(?={any_of((*DAYS, *MONTHS))}\b)")
_MONTH = re.compile(
    rf"\b({any_of(sorted(_DATES, key=len, reverse=True))})\b(?:\.(?=\s)|(?=\s?[–—-]?\s?\d|\s?[–—-]\s?[A-Z]))"
    rf"|(?<=\d )({any_of(sorted(_DATES, key=len, reverse=True))})\b\.?"
)
_POINTED = re.compile(
    rf"(?<![\w.])({any_of(re.escape(each) for each in sorted(POINTED, key=len, reverse=True))})\.(?=(\s?\d)?)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w/])({any_of(re.escape(each) for each in BARE)})(?=\s)")
_SAINT = re.compile(r"\bSt\.?\s(?=[A-Z])")
_STREET = re.compile(r"(?<=[a-z]\s)St\b\.?(?!\s[A-Z])")
_LOWER = {name.lower(): said for name, said in POINTED.items()}

#: A text that ends so goes on after the point: a clause does not end there.
POINT_INSIDE = re.compile(
    rf"\b(?:St|[A-Z]|[ap]\.m|(?i:{any_of(re.escape(each) for each in POINTED)})|{any_of((*_DATES, *_WEEK))})\.$"
)


def spelled_out(text: str) -> str:
    """Return `text` with its abbreviations in full: titles, streets, months, days, "e.g." and their like."""
    text = _BARE.sub(lambda match: BARE[match[1]], text)
    text = _DAY.sub(lambda match: _WEEK[match[1]], text)
    text = _SPAN.sub(" to ", _MONTH.sub(lambda match: _DATES[match[1] or match[2]], text))
    text = _SAINT.sub("Saint ", _STREET.sub("Street", text))
    return _POINTED.sub(_point, text)


def _point(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name in _BEFORE_FIGURE and match[2] is None:
        return match[0]
    rest = match.string[match.end() :]
    # The point of "etc." may also be that of the sentence.
    ends = not rest.strip() or (name in {"etc", "jr", "sr", "inc", "ltd"} and re.match(r"\s+[A-Z]", rest) is not None)
    return _LOWER[name] + ("." if ends else "")
