"""When: times, days and repetitions as they are said, and the moment that they mean.

`when_at` is pure and needs no clock; what it returns is plain data, which `resolve` turns into local time later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta

from assistant.languages.en.durations import duration_at
from assistant.languages.en.numbers import number_at, ordinal_at
from assistant.languages.en.repeats import DAY_OF, Found, anchored, every_at, next_repeat, seconds_of

MONTHS = tuple("january february march april may june july august september october november december".split())
_MONTH_OF = {name: number for number, month in enumerate(MONTHS, 1) for name in (month, month[:3])} | {"sept": 9}
_DAYS = {"today": 0, "tonight": 0, "tomorrow": 1}
#: Hours of a part of the day that is named alone, and whether clock times in it are after noon.
_PARTS = {"morning": (9, "am"), "afternoon": (15, "pm"), "evening": (19, "pm"), "night": (20, "night")}
DEFAULT_HOUR = 9  # of a day without a time


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What was said of a moment. `day` counts from today; `half` is "am", "pm" or "night"; `every` is as in repeats.py.

    A `date` without a month is the next day of that number.
    """

    in_s: float | None = None
    hour: int | None = None
    minute: int = 0
    half: str = ""
    day: int | None = None
    weekday: int | None = None
    month: int | None = None
    date: int | None = None
    year: int | None = None
    every: str = ""
    part: str = ""

    def to_json(self) -> dict[str, object]:
        """Return what was said, for a slot."""
        said = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return said if self.minute else {name: value for name, value in said.items() if name != "minute"}

    @property
    def has_day(self) -> bool:
        """Whether a day was named."""
        return (self.day, self.weekday, self.date) != (None, None, None)


def when_at(words: Sequence[str], place: int) -> tuple[When, int] | None:
    """Return the moment that is said from `place` on, and the place behind it; None where none is."""
    when, begun = When(), False
    while place < len(words):
        place += begun and words[place] == "," and place + 1 < len(words)
        found = (
            _relative(words, place, begun)
            or _part(when, words, place)
            or _day(words, place)
            or _clock(when, words, place)
        )
        if found is None:
            break
        changes, place = found
        when, begun = replace(when, **changes), True  # type: ignore[arg-type]
    while begun and words[place - 1] == ",":
        place -= 1
    return (when, place) if begun else None


def _relative(words: Sequence[str], place: int, begun: bool) -> Found | None:
    if begun:
        return None
    if words[place] in ("in", "after") and (found := duration_at(words, place + 1)):
        return {"in_s": found[0]}, found[1]
    if (found := duration_at(words, place)) and tuple(words[found[1] : found[1] + 2]) == ("from", "now"):
        return {"in_s": found[0]}, found[1] + 2
    return None


def _part(when: When, words: Sequence[str], place: int) -> Found | None:
    """Read "in the evening", "this afternoon", "tomorrow morning", "am"."""
    word, start = words[place], place
    if word in ("am", "pm"):
        return {"half": word}, place + 1
    while place < len(words) and words[place] in ("in", "the", "this", "at") and place - start < 2:
        place += 1
    part = words[place] if place < len(words) else ""
    if part not in _PARTS or (place == start and not (when.has_day or when.every)):
        return None
    found: dict[str, object] = {"half": _PARTS[part][1], "part": part}
    if words[place - 1] == "this" and place > start:
        found["day"] = 0
    return found, place + 1


def _day(words: Sequence[str], place: int) -> Found | None:
    start = place
    if words[place] in ("on", "for", "this", "next", "coming", "the") and place + 1 < len(words):
        place += 1
        if words[place] in ("the", "coming", "this", "next") and place + 1 < len(words):
            place += 1
    word = words[place]
    if word == "weekend" and place > start:
        return {"weekday": 5}, place + 1
    if word == "week" and words[place - 1] == "next" and place > start:
        return {"day": 7}, place + 1
    if tuple(words[place : place + 3]) == ("day", "after", "tomorrow"):
        return {"day": 2}, place + 3
    if word in _DAYS and words[start] not in ("on", "the"):
        night: dict[str, object] = {"half": "night", "part": "night"} if word == "tonight" else {}
        return night | {"day": _DAYS[word]}, place + 1
    if word in ("every", "each") and place + 1 < len(words) and words[place + 1] in _PARTS:
        part = words[place + 1]
        return {"every": "day", "half": _PARTS[part][1], "part": part}, place + 2
    if word in ("every", "each") and (yearly := date_at(words, place + 1)) is not None:
        return yearly[0] | {"every": "year"}, yearly[1]
    if (repeated := every_at(words, place)) is not None:
        return repeated
    if word in DAY_OF:
        return {"weekday": DAY_OF[word]}, place + 1
    found = date_at(words, place) or _date_alone(words, start)
    return None if found is None or (start == place and words[place] == "may") else found


def _date_alone(words: Sequence[str], place: int) -> Found | None:
    """Read "on the 15th (of the month)", which is the next one."""
    if words[place] not in ("on", "for") or words[place + 1 : place + 2] != ["the"]:
        return None
    day = ordinal_at(words, place + 2)
    if day is None or not 1 <= day[0] <= 31:
        return None
    behind = tuple(words[day[1] : day[1] + 3])
    return {"date": day[0]}, day[1] + 3 * (behind in (("of", "the", "month"), ("of", "this", "month")))


def date_at(words: Sequence[str], place: int) -> Found | None:
    """Read "the third of march (2031)", "march 3rd", "4 july"."""
    place += words[place : place + 1] == ["the"]
    month = _MONTH_OF.get(words[place]) if place < len(words) else None
    if month is not None:
        place += 1 + (words[place + 1 : place + 2] == ["the"])
        day = ordinal_at(words, place) or _whole(words, place)
    else:
        day = ordinal_at(words, place) or _whole(words, place)
        if day is None:
            return None
        place = day[1] + (words[day[1] : day[1] + 1] == ["of"])
        month = _MONTH_OF.get(words[place]) if place < len(words) else None
        day = day[0], place + 1
    if month is None or day is None or not 1 <= day[0] <= 31:
        return None
    if year := _year(words, day[1] + (words[day[1] : day[1] + 1] in (["in"], [","]))):
        return {"month": month, "date": day[0], "year": year[0]}, year[1]
    return {"month": month, "date": day[0]}, day[1]


def _whole(words: Sequence[str], place: int) -> tuple[int, int] | None:
    found = number_at(words, place)
    return (int(found[0]), found[1]) if found and found[0] == int(found[0]) else None


def _year(words: Sequence[str], place: int) -> tuple[int, int] | None:
    """Read 2031, "two thousand thirty one", "twenty thirty one", "nineteen oh four"."""
    first = _whole(words, place)
    if first is None:
        return None
    if 1500 <= first[0] < 2500:
        return first
    if not 15 <= first[0] <= 24:
        return None
    after = first[1] + (words[first[1] : first[1] + 1] == ["oh"])
    second = _whole(words, after)
    return (100 * first[0] + second[0], second[1]) if second and second[0] < 100 else None


def _clock(when: When, words: Sequence[str], place: int) -> Found | None:
    """Read a time on the clock; a bare number is one only after "at", "for" or "by", or with something behind it."""
    marked = words[place] in ("at", "for", "by", "to", "around")
    place += marked
    place += words[place : place + 1] == ["about"]
    if place >= len(words) or when.hour is not None:
        return None
    word = words[place]
    if word in ("noon", "midday"):
        return {"hour": 12, "half": "pm"}, place + 1
    if word == "midnight":
        return {"hour": 0, "half": "night"}, place + 1
    if match := re.fullmatch(r"(\d{1,2})[:.](\d\d)", word):
        hour, minute = int(match[1]), int(match[2])
        return _timed(hour, minute, words, place + 1)
    if found := _past(words, place):
        return _timed(*found[:2], words, found[2])
    number = _whole(words, place)
    if number is None:
        return None
    hour, after = number
    if 100 <= hour <= 2359 and words[place].isdigit() and len(words[place]) in (3, 4):
        return _timed(hour // 100, hour % 100, words, after)
    if 20 < hour < 60 and hour % 10 and not words[place].isdigit():
        return None  # "twenty five" is no time
    oclock = words[after : after + 1] in (["o'clock"], ["oclock"], ["o"])
    if oclock:
        after += 1 + (words[after : after + 2] == ["o", "clock"])
    minutes = _whole(words, after + (words[after : after + 1] == ["oh"])) if not oclock else None
    if minutes is not None and 0 < minutes[0] < 60:
        return _timed(hour, minutes[0], words, minutes[1])
    behind = words[after : after + 1]
    sure = marked or oclock or behind in (["am"], ["pm"]) or tuple(words[after : after + 2]) in _IN_PART
    return _timed(hour, 0, words, after) if sure else None


_IN_PART = frozenset((("in", "the"), ("at", "night")))


def _timed(hour: int, minute: int, words: Sequence[str], after: int) -> Found | None:
    after += words[after : after + 1] in (["o'clock"], ["oclock"])
    return ({"hour": hour, "minute": minute}, after) if hour < 24 and minute < 60 else None


def _past(words: Sequence[str], place: int) -> tuple[int, int, int] | None:
    """Read "half past six", "quarter to eight", "ten (minutes) past nine", "half six"."""
    place += words[place : place + 2] == ["a", "quarter"]
    word = words[place]
    if word == "half" and (hour := _whole(words, place + 1)):
        return hour[0], 30, hour[1]
    amount = {"half": (30, place + 1), "quarter": (15, place + 1)}.get(word) or _whole(words, place)
    if amount is None:
        return None
    minutes, after = amount
    after += words[after : after + 1] in (["minutes"], ["minute"])
    side = words[after] if after < len(words) else ""
    if side not in ("past", "after", "to", "till", "before") or not 0 < minutes < 60:
        return None
    special = {"noon": 12, "midday": 12, "midnight": 0}.get(words[after + 1]) if after + 1 < len(words) else None
    hour = (special, after + 2) if special is not None else _whole(words, after + 1)
    if hour is None or hour[0] > 24:
        return None
    if side in ("past", "after"):
        return hour[0], minutes, hour[1]
    return (hour[0] - 1) % 24 if hour[0] != 1 else 12, 60 - minutes, hour[1]


def resolve(when: When, now: datetime, *, morning: bool = False) -> datetime | None:
    """Return the naive local time that is meant at the naive local time `now`, None for one that is past or is none.

    A clock time without a half of the day is the next one, or on a named day the usual one: before noon from seven
    on, after noon below. `morning` takes it before noon, as an alarm is meant.
    """
    if when.in_s is not None:
        if when.hour is None or when.in_s % 86_400:
            return now + timedelta(seconds=when.in_s)
        return resolve(replace(when, in_s=None, day=int(when.in_s // 86_400)), now, morning=morning)
    if when.every:
        return _next_of(when, now, morning=morning)
    day = _date(when, now.date())
    if day is None:
        return None
    if when.hour == 0 and when.half == "night":
        moment = datetime.combine(day + timedelta(days=1), time(0, when.minute))
        return moment if moment > now else None
    times = clock_times(when, named=when.has_day and (when.day != 0 or bool(when.half)), morning=morning)
    for later in range(2 if not when.has_day else 1):
        for at in times:
            moment = datetime.combine(day + timedelta(days=later), at)
            if moment > now:
                return moment
    if when.weekday is not None:
        return datetime.combine(day + timedelta(days=7), times[0])
    if when.date is not None and when.month is None:
        following = _of_number(when.date, day + timedelta(days=1))
        return datetime.combine(following, times[0])
    if when.date is not None and when.year is None:
        return resolve(replace(when, year=day.year + 1), now, morning=morning)
    return None


def clock_times(when: When, *, named: bool, morning: bool) -> list[time]:
    """Return the times of the day that may be meant, the earliest first."""
    if when.hour is None:
        return [time(_PARTS[when.part][0] if when.part else DEFAULT_HOUR)]
    hour, half = when.hour, when.half
    if half == "night":
        half = "am" if hour < 6 else "pm"
    if hour > 12 or hour == 0:
        return [time(hour % 24, when.minute)]
    if half:
        return [time(hour % 12 + (12 if half == "pm" else 0), when.minute)]
    if morning and hour != 12:
        return [time(hour, when.minute)]
    if named:
        return [time(hour if 7 <= hour <= 12 else hour + 12, when.minute)]
    return sorted((time(hour % 12, when.minute), time(hour % 12 + 12, when.minute)))


def _date(when: When, today: date) -> date | None:
    if when.day is not None:
        return today + timedelta(days=when.day)
    if when.weekday is not None:
        return today + timedelta(days=(when.weekday - today.weekday()) % 7)
    if when.date is not None and when.month is None:
        return _of_number(when.date, today)
    if when.date is not None and when.month is not None:
        try:
            found = date(when.year or today.year, when.month, when.date)
        except ValueError:  # 29 February: of the next leap year, or never
            years = [] if when.year else range(today.year + 1, today.year + 9)
            leap = [year for year in years if when.month == 2 and when.date == 29 and year % 4 == 0]
            return date(leap[0], 2, 29) if leap else None
        return found.replace(year=today.year + 1) if when.year is None and found < today else found
    return today


def _of_number(number: int, today: date) -> date:
    """Return the next day of this number in its month; months without one are left out."""
    day = today
    while day.day != number:
        day += timedelta(days=1)
    return day


def on_date(when: When, today: date) -> date | None:
    """Return the day that is meant, None for one that is none."""
    return _date(when, today)


def _next_of(when: When, now: datetime, *, morning: bool) -> datetime | None:
    """Return the first time of what is repeated."""
    between_s = seconds_of(when.every)
    if between_s is not None and when.hour is None:
        return now + timedelta(seconds=between_s)
    if when.has_day or between_s is not None:
        return resolve(replace(when, every=""), now, morning=morning)
    at = clock_times(when, named=True, morning=morning)[0]
    return next_repeat(anchored(when.every, now.date()), at, now, now.date())


def say_moment(moment: datetime, now: datetime) -> str:
    """Return when a naive local time is: "at 07:00", "tomorrow at 07:00", "on Friday at 18:30", "on 3 May at 09:30"."""
    at = f"at {moment:%H:%M}"
    days = (moment.date() - now.date()).days
    if days == 0:
        return at
    if days == 1:
        return f"tomorrow {at}"
    if 1 < days < 7:
        return f"on {moment:%A} {at}"
    year = f" {moment.year}" if moment.year != now.year else ""
    return f"on {moment.day} {moment:%B}{year} {at}"
