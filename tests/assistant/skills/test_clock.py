"""The time, the date, and days reckoned with: at a moment that is given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.benches.fast_clock import FastMoment
from assistant.skills.clock import Clock
from assistant.skills.days import easter

NOON = datetime(2031, 3, 9, 12, 5, tzinfo=UTC).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock(FastMoment("UTC", NOON))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("What time is it, please?", "It is 12:05."),
        ("what's today's date", "It is Sunday, 9 March 2031."),
        ("what time is it in Tokyo?", "It is 21:05 in Tokyo."),
        ("what's the time in new york right now", "It is 08:05 in New York."),
        ("What time is it in Auckland", "It is 01:05 tomorrow in Auckland."),
        ("how many days until christmas", "It is 291 days until Christmas."),
        ("how many weeks till christmas", "It is 41 weeks and 4 days until Christmas."),
        ("How long is it until the third of April?", "It is 25 days until 3 April."),
        ("how many days until new year's eve", "It is 297 days until New Year's Eve."),
        ("when is Easter", "Easter is on Sunday, 13 April 2031."),
        ("which weekday is the twenty fourth of december", "24 December 2031 is a Wednesday."),
        ("what day of the week was the fourth of july 1976", "4 July 1976 was a Sunday."),
        ("what day of the week was the fourth of july nineteen seventy six", "4 July 1976 was a Sunday."),
        ("what day is it tomorrow", "10 March 2031 is a Monday."),
        ("what's the date on friday", "It is Friday, 14 March 2031."),
        ("what is the date in ten days", "It is Wednesday, 19 March 2031."),
        ("what week is it", "It is week 10."),
        ("could you tell me what time it is please", "It is 12:05."),
        ("what's the time right now", "It is 12:05."),
        ("what year is it", "It is 2031."),
        ("which month are we in", "It is March."),
        ("is this a leap year", "No, 2031 is no leap year."),
        ("is 2032 a leap year", "Yes, 2032 is a leap year."),
        ("is it Sunday today?", "Yes, it is Sunday."),
        ("is it a weekday", "No, it is Sunday."),
        ("what day was yesterday", "8 March 2031 was a Saturday."),
        ("what is tomorrow's date", "It is Monday, 10 March 2031."),
        ("what was the date two weeks ago", "It was Sunday, 23 February 2031."),
        ("when is easter next year", "Easter is on Sunday, 28 March 2032."),
        ("when is thanksgiving", "Thanksgiving is on Thursday, 27 November 2031."),
        ("when is black friday", "Black Friday is on Friday, 28 November 2031."),
        ("how many days since easter", "Easter was 322 days ago."),
        ("how long ago was christmas", "Christmas was 74 days ago."),
        ("how many days since friday", "7 March 2031 was 2 days ago."),
        ("how many days left this year", "It is 297 days until the end of the year."),
        ("how many days are there in february", "February has 28 days."),
        ("is next year a leap year", "Yes, 2032 is a leap year."),
        ("when is the next leap year", "2032 is the next leap year."),
        (
            "what time is it in London when it is noon in Tokyo",
            "When it is 12:00 in Tokyo, it is 03:00 in London.",
        ),
        (
            "when it is 9 pm in Berlin what time is it in Sydney",
            "When it is 21:00 in Berlin, it is 07:00 the next day in Sydney.",
        ),
        ("when do the clocks change", "The clocks are not changed here."),
        ("what day is the 15th", "15 March 2031 is a Saturday."),
        ("how many weeks in a year", "A year has 52 weeks and 1 day."),
        ("how long until midnight", "It is 11 hours and 55 minutes until 00:00."),
        ("how many minutes until half past twelve", "It is 25 minutes until 12:30."),
        ("what's the time difference between London and Tokyo", "Tokyo is 9 hours ahead of London."),
        ("what day is the 29th of february", "29 February 2032 is a Sunday."),
        ("what day is the thirty first of april", "There is no such day."),
    ],
)
async def test_what_is_asked_of_clock_and_calendar_is_said(clock: Clock, words: str, said: str) -> None:
    call = clock.understand(words)
    assert call is not None
    reply = await clock.call(call, None)
    assert (reply if isinstance(reply, str) else reply.spoken) == said


@pytest.mark.parametrize(
    "words",
    [
        "what time is it in the story",
        "how many days until the library books are due",
        "how many days until my birthday",
        "when is the next train",
        "what day is the museum closed",
        "what is the year of its opening",
        "how long until the kettle boils",
        "how many days does the journey have",
        "is it a bridge",
        "what is the time difference between the two trains",
        "what time does the museum open on friday",
        "what is the date of the first railway",
    ],
)
def test_questions_about_other_times_are_left_to_the_documents(clock: Clock, words: str) -> None:
    assert clock.understand(words) is None


@pytest.mark.parametrize(("year", "day"), [(1961, (4, 2)), (2024, (3, 31)), (2025, (4, 20)), (2038, (4, 25))])
def test_easter_falls_where_the_church_says(year: int, day: tuple[int, int]) -> None:
    assert (easter(year).month, easter(year).day) == day


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("when do the clocks change", "The clocks go forward on Sunday, 30 March 2031."),
        ("when does summer time begin", "The clocks go forward on Sunday, 30 March 2031."),
        ("when do the clocks go back", "The clocks go back on Sunday, 26 October 2031."),
        ("when does daylight saving time end", "The clocks go back on Sunday, 26 October 2031."),
        ("when does winter time start", "The clocks go back on Sunday, 26 October 2031."),
    ],
)
async def test_it_is_known_when_the_clocks_are_set(words: str, said: str) -> None:
    clock = Clock(FastMoment("Europe/Berlin", NOON))
    call = clock.understand(words)
    assert call is not None
    assert await clock.call(call, None) == said
