"""How often something is repeated, and the days on which it falls."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from assistant.languages.en.moments import resolve, when_at
from assistant.languages.en.repeats import anchored, is_kept, next_repeat, say_every

NOW = datetime.fromisoformat("2030-03-17T18:46")  # a Sunday


def following(said: str, count: int = 3) -> tuple[str, list[str]]:
    """Return how often is said back, and the first days of what is repeated so."""
    found = when_at(said.split(), 0)
    assert found is not None
    assert found[1] == len(said.split()), said
    first = resolve(found[0], NOW)
    assert first is not None
    every = anchored(found[0].every, first.date())
    assert is_kept(every)
    days = [first]
    while len(days) < count:
        days.append(next_repeat(every, first.time(), days[-1], days[-1].date()))
    return say_every(every), [f"{day:%a %d %b %y %H:%M}" for day in days]


@pytest.mark.parametrize(
    ("said", "every", "days"),
    [
        ("every day at seven", "every day", "Mon 18 Mar 30 07:00; Tue 19 Mar 30 07:00; Wed 20 Mar 30 07:00"),
        (
            "on mondays and wednesdays at 7",
            "every Monday and Wednesday",
            "Mon 18 Mar 30 07:00; Wed 20 Mar 30 07:00; Mon 25 Mar 30 07:00",
        ),
        (
            "every friday , saturday and sunday at nine pm",
            "every Friday, Saturday and Sunday",
            "Sun 17 Mar 30 21:00; Fri 22 Mar 30 21:00; Sat 23 Mar 30 21:00",
        ),
        ("every other week", "every 2 weeks", "Sun 31 Mar 30 09:00; Sun 14 Apr 30 09:00; Sun 28 Apr 30 09:00"),
        ("every other tuesday", "every 2 weeks", "Tue 19 Mar 30 09:00; Tue 02 Apr 30 09:00; Tue 16 Apr 30 09:00"),
        ("every three days", "every 3 days", "Wed 20 Mar 30 09:00; Sat 23 Mar 30 09:00; Tue 26 Mar 30 09:00"),
        (
            "every month on the first",
            "every month on the 1st",
            "Mon 01 Apr 30 09:00; Wed 01 May 30 09:00; Sat 01 Jun 30 09:00",
        ),
        (
            "on the 31st of every month",
            "every month on the 31st",
            "Sun 31 Mar 30 09:00; Tue 30 Apr 30 09:00; Fri 31 May 30 09:00",
        ),
        (
            "on the last day of every month",
            "every month on the last day",
            "Sun 31 Mar 30 09:00; Tue 30 Apr 30 09:00; Fri 31 May 30 09:00",
        ),
        (
            "on the 1st and the 15th of every month",
            "every month on the 1st and 15th",
            "Mon 01 Apr 30 09:00; Mon 15 Apr 30 09:00; Wed 01 May 30 09:00",
        ),
        (
            "on the second friday of each month",
            "every month on the second Friday",
            "Fri 12 Apr 30 09:00; Fri 10 May 30 09:00; Fri 14 Jun 30 09:00",
        ),
        (
            "on the last friday of every month",
            "every month on the last Friday",
            "Fri 29 Mar 30 09:00; Fri 26 Apr 30 09:00; Fri 31 May 30 09:00",
        ),
        ("every month", "every month on the 17th", "Wed 17 Apr 30 09:00; Fri 17 May 30 09:00; Mon 17 Jun 30 09:00"),
        (
            "on the third of may every year",
            "every year on 3 May",
            "Fri 03 May 30 09:00; Sat 03 May 31 09:00; Mon 03 May 32 09:00",
        ),
        (
            "every 29th of february",
            "every year on 29 February",
            "Sun 29 Feb 32 09:00; Mon 28 Feb 33 09:00; Tue 28 Feb 34 09:00",
        ),
    ],
)
def test_what_is_repeated_falls_on_the_days_that_were_said(said: str, every: str, days: str) -> None:
    assert following(said) == (every, days.split("; "))


@pytest.mark.parametrize(
    "said", ["every second", "every 30 seconds", "every time", "the first", "every third", "every", "the last of us"]
)
def test_what_is_no_repetition_is_none(said: str) -> None:
    found = when_at(said.split(), 0)
    assert found is None or not found[0].every or found[1] < len(said.split())


def test_what_is_repeated_by_the_hour_is_counted_from_now() -> None:
    found = when_at("every two hours".split(), 0)
    assert found is not None
    assert found[0].every == "7200 s"
    assert resolve(found[0], NOW) == datetime.fromisoformat("2030-03-17T20:46")
    assert say_every("7200 s") == "every 2 hours"
    assert say_every("3600 s") == "every hour"


def test_a_date_without_its_month_is_the_next_one() -> None:
    for said, day in (("on the 15th", date(2030, 4, 15)), ("on the 17th at nine pm", date(2030, 3, 17)),
                      ("on the 17th at noon", date(2030, 4, 17)), ("on the 31st", date(2030, 3, 31))):  # fmt: skip
        found = when_at(said.split(), 0)
        assert found is not None
        moment = resolve(found[0], NOW)
        assert moment is not None
        assert moment.date() == day, said


def test_the_next_of_a_day_of_the_week_is_after_and_never_the_same() -> None:
    assert next_repeat("6", time(9), datetime.fromisoformat("2030-03-17T09:00"), NOW.date()) == datetime.fromisoformat(
        "2030-03-24T09:00"
    )
