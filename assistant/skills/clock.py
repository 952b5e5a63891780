"""The time and the date: here, elsewhere, and days that are asked about."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from assistant.languages.en.durations import say_duration
from assistant.languages.en.moments import MONTHS, When, clock_times, resolve, when_at
from assistant.skills.asked import request
from assistant.skills.days import date_of, named_day
from assistant.skills.moment import Moment
from assistant.skills.skill import Said, SkillCall, failed

if TYPE_CHECKING:
    from assistant.parts import Parts

_NOW = re.compile(r"(?: (?:right now|now|currently|at the moment|exactly|here|please))+$")
#: What is asked of this moment; politeness and "right now" are taken off before.
_INTENTS = {
    intent: re.compile(pattern)
    for intent, pattern in {
        "time": r"(?:what(?:'s| is) )?(?:the )?(?:current |exact )?time|what time (?:is it|it is|do you have|have you got)"
        r"|how late (?:is it|it is)|what hour is it|(?:do you have|have you got) the time|what is the hour|time is it",
        "date": r"(?:what(?:'s| is) )?(?:the |today's )?(?:current )?date(?: (?:of )?today| is it(?: today)?)?"
        r"|(?:what|which) (?:day|date)(?: of the (?:week|month))? (?:is it|it is|is today|today is|do we have|is)"
        r"(?: today)?|what(?:'s| is) (?:the day(?: today)?|today|today's day|the day of the week)|today's date",
        "week": r"(?:what|which) (?:calendar )?week(?: number| of the year)? (?:is it|it is|is this|are we in|do we have)"
        r"|what(?:'s| is) the (?:calendar )?week(?: number)?",
        "month": r"(?:what|which) month (?:is it|it is|is this|are we in)|what(?:'s| is) the (?:current )?month",
        "year": r"(?:what|which) year (?:is it|it is|is this|are we in)|what(?:'s| is) the (?:current )?year",
        "difference": r"(?:what(?:'s| is) )?(?:the )?time difference between (?P<one>[a-z .'-]+?) and (?P<other>[a-z .'-]+)",
        "leap": r"is (?:it|this|this year|(?P<next>next year)|(?P<year>\d{4})) a leap year"
        r"|(?:when|what year) is the (?P<following>next) leap year",
        "summer": r"when (?:do|will|does|is) (?:the )?(?P<what>clocks|summer time|daylight saving(?:s)?(?: time)?|winter time"
        r"|time)(?: (?:next|time))?(?P<how> (?:go|put|turned|change|begin|start|end|over|finish)(?: (?:back|forward|ahead|on|again))?)?",
        "is_it": r"(?:is it|is today)(?: a)? (?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend"
        r"|weekday)(?: today)?",
        "length": r"how many (?P<unit>days|weeks) (?:(?:are|does|do)(?: there)? )?(?:in )?"
        r"(?P<span>(?:this month|this year|a year|the year|a leap year|january|february|march|april|may|june|july|august"
        r"|september|october|november|december))(?: have| \d{4})?",
    }.items()
}
_ELSEWHERE = re.compile(
    r"(?:what time (?:is it|it is)|(?:what(?:'s| is) )?(?:the )?(?:current )?time|what is the hour|what time)(?: right)?(?: "
    r"now)? in (?P<city>[a-z .'-]+?)"
    r"(?: right now| now| at the moment)?"
)
#: "When it is noon in Tokyo": what time it is elsewhere then.
_THEN = re.compile(
    r"(?:what time (?:is|will) it(?: be)?|what(?:'s| is) the time|(?P<when>(?:when|if) it(?:'s| is) .+? in [a-z .'-]+?) what time is it)"
    r" in (?P<there>[a-z .'-]+?)(?: (?:when|if) it(?:'s| is) (?P<at>.+?) in (?P<here>[a-z .'-]+?))?"
)
_WHEN_IT_IS = re.compile(r"(?:when|if) it(?:'s| is) (?P<at>.+?) in (?P<here>[a-z .'-]+?)")
_COUNT = re.compile(
    r"(?:(?:how many|the number of) )?(?P<unit>days|weeks|nights|sleeps)(?: (?:are|is))?(?: (?:there|left|to go|it"
    r"|we have))*"
    r" (?:until|till|til|to|before) (?P<day>.+)|how (?:far|long) (?:away|off) is (?P<away>.+)|how (?:long|far)(?: (?:is|until|till|to|it|left|away))* (?:until"
    r"|till|til) (?P<long>.+)"
    r"|how many (?P<left>days|weeks)(?: (?:are|is))?(?: there)? left (?:in |of )?(?:the|this) year"
)
_SINCE = re.compile(
    r"how (?:many (?P<unit>days|weeks)|long)(?: (?:is it|has it been|have passed|has passed))? (?:since|ago (?:was|is)) (?P<day>.+)"
)
_UNTIL = re.compile(
    r"how (?:long|many (?:hours|minutes))(?: (?:is it|are there|are|is|left))* (?:until|till|til|to|before) "
    r"(?P<when>.+)"
)
_WHICH = re.compile(
    r"(?:what|which) (?:day|weekday)(?: of the week)? (?:is|was|will|does|did|falls?|fell|be|it|on)(?: (?:be|on"
    r"|fall|falls|it))*(?: (?P<day>.+?))(?: (?:be|fall|falls|on))*(?P<year> (?:this|next) year)?"
)
_DATE_OF = re.compile(
    r"(?:what(?:'s| is| was)|what will) (?:the )?date (?:be |is it )?(?:(?:on|of|for) )?(?P<day>.+)"
    r"|what date (?:is|was|will it be) (?:it )?(?:on )?(?P<other>.+)"
    r"|(?:what(?:'s| is| was) )?(?P<next>tomorrow|yesterday)'s date"
    r"|what(?:'s| is| was) (?P<next2>the day (?:after tomorrow|before yesterday))"
    r"|when(?:'s| is| was) (?P<when>.+)"
)


class Clock:
    """Says what the clock on the owner's wall says, and reckons with days."""

    name = "clock"
    examples = ("What time is it?", "How many days until Christmas?", "What time is it in Tokyo?")

    def __init__(self, moment: Moment | None = None) -> None:
        self._moment = moment or Moment()

    def understand(self, words: str) -> SkillCall | None:
        """Understand questions about now, about named days and about cities, and no other questions about times."""
        said = request(words)
        if not said or said[0] not in _FIRST:
            return None
        text = " ".join(said)
        now = _NOW.sub("", text)
        for intent, pattern in _INTENTS.items():
            if match := pattern.fullmatch(now):
                return self._of_now(intent, match)
        if (match := _THEN.fullmatch(text)) and (match["at"] or match["when"]):
            return self._then(match)
        if match := _ELSEWHERE.fullmatch(text):
            return self._elsewhere(match["city"])
        return self._days(text)

    def _of_now(self, intent: str, match: re.Match[str]) -> SkillCall | None:
        slots: dict[str, object] = {name: value for name, value in match.groupdict().items() if value}
        if intent == "difference":
            cities = {end: _zone(str(slots[end])) for end in ("one", "other")}
            if not all(cities.values()):
                return None
            slots |= {f"{end}_zone": zone for end, zone in cities.items()}
        return SkillCall(skill=self.name, intent=intent, slots=slots)

    def _days(self, text: str) -> SkillCall | None:
        """Understand a question about one day of the calendar, or how long it is until a time."""
        if match := _COUNT.fullmatch(text):
            day = named_day(match["day"] or match["long"] or match["away"] or "the end of the year")
            if day is not None:
                slots = day | {"unit": match["unit"] or match["left"] or "days"}
                return SkillCall(skill=self.name, intent="until", slots=slots)
        if (match := _SINCE.fullmatch(text)) and (day := named_day(match["day"])) is not None:
            return SkillCall(skill=self.name, intent="since", slots=day | {"unit": match["unit"] or "days"})
        if (match := _UNTIL.fullmatch(text)) and (when := _clock_time(match["when"])) is not None:
            return SkillCall(skill=self.name, intent="until_time", slots={"when": when.to_json()})
        if (match := _WHICH.fullmatch(text)) and (day := named_day(match["day"] + (match["year"] or ""))) is not None:
            return SkillCall(skill=self.name, intent="weekday", slots=day)
        if match := _DATE_OF.fullmatch(text):
            day = named_day(match["day"] or match["other"] or match["next"] or match["next2"] or match["when"])
            if day is not None and (match["when"] is None or "name" in day):
                return SkillCall(skill=self.name, intent="date_of", slots=day)
        return None

    def _elsewhere(self, city: str) -> SkillCall | None:
        city = city.strip()
        zone = _zone(city)
        return SkillCall(skill=self.name, intent="time_in", slots={"city": city, "zone": zone}) if zone else None

    def _then(self, match: re.Match[str]) -> SkillCall | None:
        said = match if match["at"] else _WHEN_IT_IS.fullmatch(match["when"])
        when = _clock_time(said["at"]) if said is not None else None
        if said is None or when is None:
            return None
        places = {"there": match["there"].strip(), "here": said["here"].strip()}
        zones = {f"{place}_zone": _zone(city) for place, city in places.items()}
        slots: dict[str, object] = {**places, **zones, "when": when.to_json()}
        return SkillCall(skill=self.name, intent="time_then", slots=slots) if all(zones.values()) else None

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:  # noqa: ARG002
        """Say it."""
        now = self._moment.local()
        if (said := self._said_of_now(call, now)) is not None:
            return said
        day = date_of(call.slots, now.date(), past=call.intent == "since")
        if day is None:
            return failed("There is no such day.")
        name = _title(str(call.slots["name"])) if "name" in call.slots else ""
        if call.intent == "since":
            return _since(day, now.date(), name, str(call.slots["unit"]))
        if call.intent == "until":
            return _until(day, now.date(), name, str(call.slots["unit"]))
        verb = "was" if day < now.date() else "is"
        if call.intent == "date_of":
            return f"{name} {verb} on {_day(day)}." if name else f"It {verb} {_day(day)}."
        return f"{name or f'{day.day} {day:%B %Y}'} {verb} a {day:%A}."

    def _said_of_now(self, call: SkillCall, now: datetime) -> str | Said | None:
        """Return what is said of this moment; None where the question is of another day."""
        answers: dict[str, Callable[[], str | Said]] = {
            "time": lambda: f"It is {now:%H:%M}.",
            "date": lambda: f"It is {_day(now.date())}.",
            "week": lambda: f"It is week {now.isocalendar().week}.",
            "month": lambda: f"It is {now:%B}.",
            "year": lambda: f"It is {now.year}.",
            "leap": lambda: _leap_year(call, now.year),
            "summer": lambda: self._clocks_change(call, now),
            "time_then": lambda: self._time_then(call, now),
            "is_it": lambda: _is_it(str(call.slots["day"]), now.date()),
            "length": lambda: _length(str(call.slots["span"]), str(call.slots["unit"]), now.date()),
            "difference": lambda: self._difference(call),
            "until_time": lambda: self._until_time(call, now),
            "time_in": lambda: self._time_in(str(call.slots["city"]), str(call.slots["zone"]), now),
        }
        answer = answers.get(call.intent)
        return answer() if answer is not None else None

    def _time_in(self, city: str, zone: str, now: datetime) -> str:
        there = datetime.fromtimestamp(self._moment.now(), ZoneInfo(zone)).replace(tzinfo=None)
        days = (there.date() - now.date()).days
        day = {0: "", 1: " tomorrow", -1: " yesterday"}[days]
        return f"It is {there:%H:%M}{day} in {_title(city)}."

    def _time_then(self, call: SkillCall, now: datetime) -> str | Said:
        """Return what time it is in one city when it is another in a second one, on this day."""
        given = call.slots["when"]
        assert isinstance(given, dict)
        here, there = (ZoneInfo(str(call.slots[f"{end}_zone"])) for end in ("here", "there"))
        at = datetime.combine(now.date(), clock_times(When(**given), named=True, morning=False)[0], here)
        then = at.astimezone(there)
        day = {0: "", 1: " the next day", -1: " the day before"}[(then.date() - at.date()).days]
        cities = {end: _title(str(call.slots[end])) for end in ("here", "there")}
        return f"When it is {at:%H:%M} in {cities['here']}, it is {then:%H:%M}{day} in {cities['there']}."

    def _clocks_change(self, call: SkillCall, now: datetime) -> str:
        """Return the next day on which the owner's clock is set: forward, back, or whichever is next."""
        asked = f"{call.slots['what']}{call.slots.get('how', '')}"
        forward = any(word in asked for word in ("forward", "ahead"))
        back = "back" in asked
        if "summer" in asked or "daylight" in asked or "winter" in asked:
            ends = any(word in asked for word in (" end", " over", " finish"))
            begins = not ends and any(word in asked for word in (" begin", " start"))
            winter = "winter" in asked
            forward, back = (ends if winter else begins), (begins if winter else ends)
        for days in range(1, 366):
            day = datetime.combine(now.date() + timedelta(days=days), time(12))
            shift_s = _shift_s(self._moment, day)
            if shift_s and not ((forward and shift_s < 0) or (back and shift_s > 0)):
                return f"The clocks go {'forward' if shift_s > 0 else 'back'} on {_day(day.date())}."
        return "The clocks are not changed here."

    def _until_time(self, call: SkillCall, now: datetime) -> str | Said:
        given = call.slots["when"]
        at = resolve(When(**given), now) if isinstance(given, dict) else None
        if at is None:
            return failed("That has passed.")
        left_s = self._moment.stamp(at) - self._moment.now()
        return f"It is {say_duration(max(60, round(left_s / 60) * 60))} until {at:%H:%M}."

    def _difference(self, call: SkillCall) -> str:
        there = {end: _offset_s(str(call.slots[f"{end}_zone"]), self._moment.now()) for end in ("one", "other")}
        one, other = (_title(str(call.slots[end])) for end in ("one", "other"))
        apart = there["other"] - there["one"]
        if not apart:
            return f"{one} and {other} have the same time."
        return f"{other} is {say_duration(abs(apart))} {'ahead of' if apart > 0 else 'behind'} {one}."


#: How questions for the clock begin.
_FIRST = frozenset(
    "what what's how which when when's if the is time current days weeks do have today's tomorrow's".split()
)


def _zone(city: str) -> str | None:
    from assistant.skills.zones import zones

    return zones().get(city.strip()) or zones().get(f"the {city.strip()}")


def _offset_s(zone: str, at: float) -> float:
    offset = datetime.fromtimestamp(at, ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _clock_time(said: str) -> When | None:
    """Return the time on a clock that is all of what is said."""
    words = ["at", *said.split()] if not said.startswith("at ") else said.split()
    found = when_at(words, 0)
    return found[0] if found is not None and found[1] == len(words) and found[0].hour is not None else None


def _shift_s(moment: Moment, noon: datetime) -> float:
    """Return how far the clocks were set on since the noon before, in seconds."""
    return 86_400 - (moment.stamp(noon) - moment.stamp(noon - timedelta(days=1)))


def _leap_year(call: SkillCall, year: int) -> str:
    """Return whether a year is a leap year, or which is the next."""
    if "following" in call.slots:
        return f"{next(each for each in range(year + 1, year + 9) if isleap(each))} is the next leap year."
    return _leap(year + 1 if "next" in call.slots else int(str(call.slots.get("year", year))))


def _leap(year: int) -> str:
    return f"{'Yes' if isleap(year) else 'No'}, {year} is {'a' if isleap(year) else 'no'} leap year."


def _is_it(wanted: str, today: date) -> str:
    there = {"weekend": today.weekday() >= 5, "weekday": today.weekday() < 5}.get(
        wanted, f"{today:%A}".lower() == wanted
    )
    return f"{'Yes' if there else 'No'}, it is {today:%A}."


def _length(span: str, unit: str, today: date) -> str:
    """Return how long a month or a year is."""
    if "year" in span:
        days = 366 if span == "a leap year" or (span != "a year" and isleap(today.year)) else 365
        name = {"a year": "A year", "a leap year": "A leap year"}.get(span, "This year")
        return (
            f"{name} has {days} days."
            if unit == "days"
            else f"{name} has 52 weeks and {days - 364} day{'s' * (days > 365)}."
        )
    month = today.month if span == "this month" else MONTHS.index(span) + 1
    days, name = monthrange(today.year, month)[1], MONTHS[month - 1].capitalize()
    return (
        f"{name} has {days} days."
        if unit == "days"
        else f"{name} has 4 weeks{f' and {days - 28} days' if days > 28 else ''}."
    )


def _since(day: date, today: date, name: str, unit: str) -> str:
    since = name or f"{day.day} {day:%B} {day.year}"
    return f"{since} is today." if day == today else f"{since} was {_count((today - day).days, unit)} ago."


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _title(words: str) -> str:
    small = ("the", "of", "de", "and")
    if words.endswith("end of the year"):
        return words
    words = {"gmt": "GMT", "utc": "UTC"}.get(words, words)
    return " ".join(word if word in small else word[:1].upper() + word[1:] for word in words.split())


def _until(day: date, today: date, name: str, unit: str) -> str:
    days = (day - today).days
    until = name or f"{day.day} {day:%B}{f' {day.year}' if day.year != today.year else ''}"
    if days == 0:
        return f"{until} is today." if name else "That is today."
    count = _count(abs(days), unit)
    return f"It is {count} until {until}." if days > 0 else f"{until} was {count} ago."


def _count(days: int, unit: str) -> str:
    if unit == "weeks" and days >= 7:
        weeks, rest = divmod(days, 7)
        return f"{weeks} week{'s' * (weeks != 1)}" + (f" and {rest} day{'s' * (rest != 1)}" if rest else "")
    return f"{days} day{'s' * (days != 1)}"
