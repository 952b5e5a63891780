"""Days of the calendar by their names: "christmas", "next friday", "in ten days", "the third of march"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from assistant.languages.en.durations import duration_at
from assistant.languages.en.moments import When, on_date, when_at

#: Days of the year that have a name: month and day.
_NAMED = {
    "christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26),
    "new year": (1, 1), "new year's": (1, 1), "new year's day": (1, 1), "the new year": (1, 1),
    "new years": (1, 1), "new years day": (1, 1), "new year's eve": (12, 31), "new years eve": (12, 31),
    "halloween": (10, 31), "valentine's day": (2, 14), "valentines day": (2, 14), "saint patrick's day": (3, 17),
    "the end of the year": (12, 31), "end of the year": (12, 31), "the year's end": (12, 31),
    "april fools day": (4, 1), "april fool's day": (4, 1), "guy fawkes night": (11, 5), "bonfire night": (11, 5),
}  # fmt: skip
#: The so-many-eth weekday of a month: month, weekday from 0 for Monday, which one, days after it.
_COUNTED = {"thanksgiving": (11, 3, 4, 0), "black friday": (11, 3, 4, 1), "father's day": (6, 6, 3, 0)}
_MOVING = {"easter": 0, "easter sunday": 0, "easter monday": 1, "good friday": -2, "whit sunday": 49, "pentecost": 49}


def named_day(words: str) -> dict[str, object] | None:
    """Return which day is meant, as slots; None for what is no day of the calendar ("my birthday")."""
    words = words.strip()
    bare = words.removeprefix("next ").removeprefix("this ").removesuffix(" this year").removesuffix(" next year")
    if bare in _NAMED or bare in _MOVING or bare in _COUNTED:
        return {"name": bare} | ({"years": 1} if words.endswith(" next year") else {})
    if words == "yesterday":
        return {"in_days": -1}
    if words == "the day before yesterday":
        return {"in_days": -2}
    said = words.split()
    if (found := _ahead(said)) is not None:
        return {"in_days": found}
    for tried in (said, ["on", *said], ["the", *said]):
        found_when = when_at(tried, 0)
        if found_when is None or found_when[1] != len(tried):
            continue
        when = found_when[0]
        if when.has_day and when.hour is None and not when.part and not when.every:
            return {"when": when.to_json()}
    return None


def _ahead(words: Sequence[str]) -> int | None:
    """Read "in ten days", "in two weeks", "two weeks from today"."""
    start = 1 if words[:1] == ["in"] else 0
    found = duration_at(words, start)
    if found is None or found[0] % 86_400:
        return None
    behind, days = list(words[found[1] :]), int(found[0] // 86_400)
    if behind == ["ago"] and not start:
        return -days
    return days if (start and not behind) or behind in (["from", "now"], ["from", "today"]) else None


def date_of(slots: Mapping[str, object], today: date, *, past: bool = False) -> date | None:
    """Return the day that slots of `named_day` mean, the next or, with `past`, the last; None for no such day."""
    if "in_days" in slots:
        return today + timedelta(days=int(str(slots["in_days"])))
    given = slots.get("when")
    if isinstance(given, dict):
        day = on_date(When(**given), today)
        if day is None or not past or day <= today:
            return day
        weekly = When(**given).weekday is not None
        return day - timedelta(days=7) if weekly else on_date(When(**given | {"year": day.year - 1}), today)
    name, years = str(slots["name"]), int(str(slots.get("years", 0)))
    if years:
        return _in_year(name, today.year + years)
    if past:
        return next(day for year in (today.year, today.year - 1) if (day := _in_year(name, year)) <= today)
    return next(day for year in (today.year, today.year + 1) if (day := _in_year(name, year)) >= today)


def _in_year(name: str, year: int) -> date:
    """Return the day of a year that has a name."""
    if name in _NAMED:
        return date(year, *_NAMED[name])
    if name in _MOVING:
        return easter(year) + timedelta(days=_MOVING[name])
    month, weekday, which, after = _COUNTED[name]
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1) + after)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)
