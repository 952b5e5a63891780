"""The time and the date: here, elsewhere, and days that are asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from assistant.languages.en.completeness import words_of
from assistant.languages.en.moments import When, on_date, when_at
from assistant.skills.asked import request
from assistant.skills.moment import Moment
from assistant.skills.skill import Said, SkillCall, failed

if TYPE_CHECKING:
    from assistant.parts import Parts

_ASKED = {
    "time": "what time is it; what is the time; what's the time; what time is it now; do you have the time; "
    "tell me the time; time please; how late is it; what time do you have",
    "date": "what is the date; what's the date; what day is it; what day is it today; what date is it; "
    "what date is it today; what is today's date; what's today's date; what is the date today; what's the date today; "
    "what day is today; which day is it; tell me the date; what day of the week is it",
    "week": "what week is it; which week is it; what week number is it; what is the week number; "
    "what week of the year is it; what calendar week is it",
}
_INTENTS = {phrase.strip(): intent for intent, phrases in _ASKED.items() for phrase in phrases.split(";")}
_ELSEWHERE = re.compile(
    r"(?:what time is it|what(?:'s| is) the (?:current )?time|what is the hour|the time|what time)(?: right)?(?: "
    r"now)? in (?P<city>[a-z .'-]+?)"
    r"(?: right now| now| at the moment)?"
)
_COUNT = re.compile(
    r"(?:how many|the number of) (?P<unit>days|weeks|nights|sleeps)(?: (?:are|is))?(?: (?:there|left|to go|it"
    r"|we have))*"
    r" (?:until|till|til|to|before) (?P<day>.+)|how (?:long|far)(?: (?:is|until|till|to|it|left|away))* (?:until"
    r"|till|til) (?P<long>.+)"
)
_WHICH = re.compile(
    r"(?:what|which) (?:day|weekday)(?: of the week)? (?:is|was|will|does|did|falls?|fell|be|it|on)(?: (?:be|on"
    r"|fall|falls|it))* (?P<day>.+?)(?: (?:be|fall|falls|on))*"
)
_DATE_OF = re.compile(
    r"(?:what(?:'s| is)|what will) (?:the )?date (?:be |is it )?(?:(?:on|of|for) )?(?P<day>.+)|what date is "
    r"(?:it )?(?:on )?(?P<other>.+)"
    r"|when is (?P<when>.+)"
)
#: Days of the year that have a name: month and day.
_NAMED = {
    "christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "boxing day": (12, 26),
    "new year": (1, 1), "new year's": (1, 1), "new year's day": (1, 1), "the new year": (1, 1),
    "new years": (1, 1), "new years day": (1, 1), "new year's eve": (12, 31), "new years eve": (12, 31),
    "halloween": (10, 31), "valentine's day": (2, 14), "valentines day": (2, 14), "saint patrick's day": (3, 17),
    "april fools day": (4, 1), "april fool's day": (4, 1), "guy fawkes night": (11, 5), "bonfire night": (11, 5),
}  # fmt: skip
_MOVING = {"easter": 0, "easter sunday": 0, "easter monday": 1, "good friday": -2, "whit sunday": 49, "pentecost": 49}


class Clock:
    """Says what the clock on the owner's wall says, and reckons with days."""

    name = "clock"
    examples = ("What time is it?", "How many days until Christmas?", "What time is it in Tokyo?")

    def __init__(self, moment: Moment | None = None) -> None:
        self._moment = moment or Moment()

    def understand(self, words: str) -> SkillCall | None:
        """Understand questions about now, about named days and about cities, and no other questions about times."""
        plain = " ".join(word for word in words_of(words) if word not in ("please", "repartee", "hey"))
        if intent := _INTENTS.get(plain):
            return SkillCall(skill=self.name, intent=intent)
        said = request(words)
        text = " ".join(said)
        if not said or said[0] not in ("what", "what's", "how", "which", "when", "the"):
            return None
        if match := _ELSEWHERE.fullmatch(text):
            return self._elsewhere(match["city"])
        if (match := _COUNT.fullmatch(text)) and (day := _named_day(match["day"] or match["long"])) is not None:
            return SkillCall(skill=self.name, intent="until", slots=day | {"unit": match["unit"] or "days"})
        if (match := _WHICH.fullmatch(text)) and (day := _named_day(match["day"])) is not None:
            return SkillCall(skill=self.name, intent="weekday", slots=day)
        if match := _DATE_OF.fullmatch(text):
            day = _named_day(match["day"] or match["other"] or match["when"])
            if day is not None and (match["when"] is None or "name" in day):
                return SkillCall(skill=self.name, intent="date_of", slots=day)
        return None

    def _elsewhere(self, city: str) -> SkillCall | None:
        from assistant.skills.zones import zones

        city = city.strip()
        zone = zones().get(city) or zones().get(f"the {city}")
        return SkillCall(skill=self.name, intent="time_in", slots={"city": city, "zone": zone}) if zone else None

    async def call(self, call: SkillCall, parts: Parts) -> str | Said:  # noqa: ARG002
        """Say it."""
        now = self._moment.local()
        match call.intent:
            case "time":
                return f"It is {now:%H:%M}."
            case "date":
                return f"It is {_day(now.date())}."
            case "week":
                return f"It is week {now.isocalendar().week}."
            case "time_in":
                return self._time_in(str(call.slots["city"]), str(call.slots["zone"]), now)
        day = _date_of(call, now.date())
        if day is None:
            return failed("There is no such day.")
        name = _title(str(call.slots["name"])) if "name" in call.slots else ""
        if call.intent == "until":
            return _until(day, now.date(), name, str(call.slots["unit"]))
        verb = "was" if day < now.date() else "is"
        if call.intent == "date_of":
            return f"{name} {verb} on {_day(day)}." if name else f"It {verb} {_day(day)}."
        return f"{name or f'{day.day} {day:%B %Y}'} {verb} a {day:%A}."

    def _time_in(self, city: str, zone: str, now: datetime) -> str:
        there = datetime.fromtimestamp(self._moment.now(), ZoneInfo(zone)).replace(tzinfo=None)
        days = (there.date() - now.date()).days
        day = {0: "", 1: " tomorrow", -1: " yesterday"}[days]
        return f"It is {there:%H:%M}{day} in {_title(city)}."


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _title(words: str) -> str:
    small = ("the", "of", "de", "and")
    words = {"gmt": "GMT", "utc": "UTC"}.get(words, words)
    return " ".join(word if word in small else word[:1].upper() + word[1:] for word in words.split())


def _named_day(words: str) -> dict[str, object] | None:
    """Return which day is meant, as slots; None for what is no day of the calendar ("my birthday")."""
    words = words.strip()
    bare = words.removeprefix("next ").removeprefix("this ").removesuffix(" this year")
    if bare in _NAMED or bare in _MOVING:
        return {"name": bare}
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
    from assistant.languages.en.durations import duration_at

    start = 1 if words[:1] == ["in"] else 0
    found = duration_at(words, start)
    if found is None or found[0] % 86_400:
        return None
    behind = list(words[found[1] :])
    return int(found[0] // 86_400) if (start and not behind) or behind in (["from", "now"], ["from", "today"]) else None


def _date_of(call: SkillCall, today: date) -> date | None:
    if "in_days" in call.slots:
        return today + timedelta(days=int(str(call.slots["in_days"])))
    given = call.slots.get("when")
    if isinstance(given, dict):
        return on_date(When(**given), today)
    name = str(call.slots["name"])
    for year in (today.year, today.year + 1):
        day = date(year, *_NAMED[name]) if name in _NAMED else easter(year) + timedelta(days=_MOVING[name])
        if day >= today:
            return day
    return None


def _until(day: date, today: date, name: str, unit: str) -> str:
    days = (day - today).days
    until = name or f"{day.day} {day:%B}{f' {day.year}' if day.year != today.year else ''}"
    if days == 0:
        return f"{until} is today." if name else "That is today."
    if unit == "weeks" and abs(days) >= 7:
        weeks, rest = divmod(abs(days), 7)
        count = f"{weeks} week{'s' * (weeks != 1)}" + (f" and {rest} day{'s' * (rest != 1)}" if rest else "")
    else:
        count = f"{abs(days)} day{'s' * (abs(days) != 1)}"
    return f"It is {count} until {until}." if days > 0 else f"{until} was {count} ago."


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
