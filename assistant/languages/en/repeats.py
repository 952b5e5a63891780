"""What is repeated: how often, as it is said and kept, and the days on which it falls.

How often is kept as a short text: "day", "weekday", "weekend", weekdays from 0 for Monday ("0", "0,2"), "14 days",
"3600 s", days of each month ("month 1", "month 1,15", "month -1" for the last; "month 2 4" for the second Friday), or a
day of each year ("year 12-24").
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from assistant.languages.en.durations import duration_at, say_duration
from assistant.languages.en.numbers import ordinal_at

WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
DAY_OF = {f"{day}{ending}": number for number, day in enumerate(WEEKDAYS) for ending in ("", "s")}
LEAST_S = 60.0  #: between two of what is repeated
_EVERY = {
    "day": "day", "weekday": "weekday", "workday": "weekday", "weekend": "weekend", "week": "7 days",
    "fortnight": "14 days", "month": "month", "year": "year", "hour": "3600 s",
}  # fmt: skip
_ADVERBS = {
    "daily": "day", "weekdays": "weekday", "weekends": "weekend", "weekly": "7 days", "fortnightly": "14 days",
    "monthly": "month", "yearly": "year", "annually": "year", "hourly": "3600 s",
}  # fmt: skip
_LAST = -1
_OF_MONTH, _DAY = r"(?:-1|[1-9]|[12]\d|3[01])", "[0-6]"
_KEPT = re.compile(
    rf"|day|weekday|weekend|{_DAY}(?:,{_DAY})*|[1-9]\d{{0,3}} days|[1-9]\d{{1,7}} s"
    rf"|month (?:{_OF_MONTH}(?:,{_OF_MONTH})*|(?:-1|[1-5]) {_DAY})|year (?:[1-9]|1[0-2])-(?:[1-9]|[12]\d|3[01])"
)

#: What was found: fields of a `When`, and the place behind it.
Found = tuple[dict[str, object], int]


def every_at(words: Sequence[str], place: int) -> Found | None:
    """Read how often something is repeated: "every day", "mondays and fridays", "on the first of every month"."""
    word = words[place]
    if word in _ADVERBS:
        return {"every": _ADVERBS[word]}, place + 1
    if word in DAY_OF and word.endswith("s"):
        return _weekdays(words, place)
    if (found := _of_each_month(words, place)) is not None:
        return found
    if word in ("every", "each") and place + 1 < len(words):
        return _after_every(words, place + 1)
    if word in ("once", "a") and words[place + 1 : place + 3] in (["a", "day"], ["a", "week"], ["a", "month"]):
        return {"every": _EVERY[words[place + 2]]}, place + 3
    return None


def _after_every(words: Sequence[str], place: int) -> Found | None:
    word = words[place]
    other = word in ("other", "second", "single") and place + 1 < len(words)
    times = 2 if other and word != "single" else 1
    place += other
    word = words[place]
    if word in DAY_OF:
        return _weekdays(words, place) if times == 1 else ({"every": "14 days", "weekday": DAY_OF[word]}, place + 1)
    if word in _EVERY:
        every = _EVERY[word]
        if times == 1:
            return {"every": every}, place + 1
        length = {"day": "2 days", "7 days": "14 days", "3600 s": "7200 s"}.get(every)
        return ({"every": length}, place + 1) if length else None
    length_s = duration_at(words, place)
    if length_s is None or length_s[0] < LEAST_S or times > 1:
        return None
    days, rest_s = divmod(length_s[0], 86_400)
    return {"every": f"{days:.0f} days" if days and not rest_s else f"{length_s[0]:.0f} s"}, length_s[1]


def _weekdays(words: Sequence[str], place: int) -> Found:
    """Read "mondays , wednesdays and fridays"."""
    found = {DAY_OF[words[place]]}
    place += 1
    while place < len(words):
        after = place
        while after < len(words) and words[after] in (",", "and", "on", "every"):
            after += 1
        if after == place or after == len(words) or words[after] not in DAY_OF:
            break
        found.add(DAY_OF[words[after]])
        place = after + 1
    return {"every": ",".join(map(str, sorted(found)))}, place


def _of_each_month(words: Sequence[str], place: int) -> Found | None:
    """Read "the first of every month", "the last friday of each month", "every 15th (of the month)"."""
    every = words[place] in ("every", "each")
    place += every or words[place] == "the"
    if words[place : place + 1] == ["last"]:
        number: tuple[int, int] | None = (_LAST, place + 1)
    else:
        number = ordinal_at(words, place)
    if number is None:
        return None
    which, after = number
    more: list[int] = []
    while which != _LAST and (following := _and_ordinal(words, after)) is not None:
        more, after = [*more, following[0]], following[1]
    word = words[after] if after < len(words) else ""
    weekday = DAY_OF.get(word)
    after += word == "day" or weekday is not None
    of = tuple(words[after : after + 3])
    if of[:1] in (("of",), ("in",)) and of[1:] in (("every", "month"), ("each", "month"), ("the", "month")):
        if of[1] == "the" and not every:
            return None
        after += 3
    elif not (every and words[place][:1].isdigit()) or word == "day" or weekday is not None or word in _EVERY:
        return None  # "every 15th" says it alone, "every third" does not
    if which != _LAST and not all(1 <= each <= (31 if weekday is None else 5) for each in (which, *more)):
        return None
    if more and weekday is not None:
        return None
    said = ",".join(map(str, (which, *more)))
    return {"every": f"month {said}" + (f" {weekday}" if weekday is not None else "")}, after


def _and_ordinal(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """Read "and (the) 15th"."""
    after = place
    while after < len(words) and words[after] in (",", "and", "the"):
        after += 1
    return ordinal_at(words, after) if after > place else None


def anchored(every: str, first: date) -> str:
    """Return how often, where only "month" or "year" was said, with the day of the first time."""
    if every == "month":
        return f"month {first.day}"
    return f"year {first.month}-{first.day}" if every == "year" else every


def is_kept(every: str) -> bool:
    """Whether a text says how often, or "" for once, as it is kept: of any other no next time is looked for."""
    return _KEPT.fullmatch(every) is not None


def seconds_of(every: str) -> float | None:
    """Return the seconds between two of what is not repeated by the day; None for what is."""
    return float(every.removesuffix(" s")) if every.endswith(" s") else None


def repeats_on(every: str, day: date, since: date) -> bool:
    """Whether what is repeated, and was `since` for the first time, falls on a day."""
    kind, _, rest = every.partition(" ")
    if kind == "month":
        return _is_of_month(rest, day)
    if kind == "year":
        month, number = map(int, rest.split("-"))
        return day.month == month and day.day == min(number, monthrange(day.year, month)[1])
    if rest == "days":
        return (day - since).days % int(kind) == 0
    if kind[:1].isdigit():
        return str(day.weekday()) in every.split(",")
    return kind == "day" or (day.weekday() < 5) == (kind == "weekday")


def _is_of_month(which: str, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    numbers, _, on = which.partition(" ")
    if not on:
        return any(day.day == (length if each == _LAST else min(each, length)) for each in map(int, numbers.split(",")))
    number, weekday = int(numbers), int(on)
    nth = day.day + 7 > length if number == _LAST else (day.day - 1) // 7 + 1 == number
    return nth and day.weekday() == weekday


def next_repeat(every: str, at: time, after: datetime, since: date) -> datetime:
    """Return the next time of what is repeated by the day."""
    day = after.date()
    while not (repeats_on(every, day, since) and datetime.combine(day, at) > after):
        day += timedelta(days=1)
    return datetime.combine(day, at)


def say_every(every: str) -> str:
    """Return how often: "every day", "every Monday and Friday", "every 2 weeks", "every month on the 1st"."""
    kind, _, rest = every.partition(" ")
    if kind == "month":
        return f"every month on the {_say_of_month(rest)}"
    if kind == "year":
        month, number = map(int, rest.split("-"))
        return f"every year on {number} {date(2000, month, 1):%B}"
    if rest:
        seconds = float(kind) * (86_400 if rest == "days" else 1)
        count, unit = (seconds / 604_800, "week") if seconds % 604_800 == 0 else (0.0, "")
        said = f"{count:.0f} {unit}{'s' * (count != 1)}" if unit else say_duration(seconds)
        return f"every {said.removeprefix('1 ')}"
    if kind[:1].isdigit():
        *days, last = [WEEKDAYS[int(day)].capitalize() for day in every.split(",")]
        return f"every {', '.join(days)}{' and ' * bool(days)}{last}"
    return f"every {every}"


def _say_of_month(which: str) -> str:
    numbers, _, weekday = which.partition(" ")
    if not weekday:
        *others, last = [
            "last day" if each == _LAST else f"{each}{_ending(each)}" for each in map(int, numbers.split(","))
        ]
        return f"{', '.join(others)}{' and ' * bool(others)}{last}"
    number = int(numbers)
    nth = "last" if number == _LAST else ("first", "second", "third", "fourth", "fifth")[number - 1]
    return f"{nth} {WEEKDAYS[int(weekday)].capitalize()}"


def _ending(number: int) -> str:
    return "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
