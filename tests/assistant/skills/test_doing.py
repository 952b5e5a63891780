"""What skills do when they are called, and what they say of it."""

from __future__ import annotations

import pytest

from assistant.skills.agenda import MOST_ENTRIES, Entry
from engines.errors import ReparteeError

SUMS = {
    "what is twelve times seven": "That is 84.",
    "what's 15 percent of 80": "That is 12.",
    "what is 0.1 plus 0.2": "That is 0.3.",
    "two plus three times four": "That is 14.",
    "square root of eighty one": "That is 9.",
    "what is two to the power of ten": "That is 1,024.",
    "what's half of 90": "That is 45.",
    "a third of ninety": "That is 30.",
    "what is minus five plus two": "That is -3.",
    "what is 10 minus 2 minus 3": "That is 5.",
    "what is 5 divided by zero": "Nothing can be divided by zero.",
    "what is 9 to the power of 9 to the power of 9": "That number is too large for me.",
    "square root of minus four": "A negative number has no real root.",
    "how many ounces is 200 grams": "200 grams is about 7.055 ounces.",
    "how many feet are ten metres": "10 metres is about 32.81 feet.",
    "convert five miles to kilometres": "5 miles is about 8.047 kilometres.",
    "what is 20 degrees celsius in fahrenheit": "20 degrees Celsius is 68 degrees Fahrenheit.",
    "what's minus forty celsius in fahrenheit": "-40 degrees Celsius is -40 degrees Fahrenheit.",
    "how many grams are in two pounds": "2 pounds is about 907.2 grams.",
    "how many minutes are there in two hours": "2 hours is 120 minutes.",
    "what is 5 feet 10 inches in centimetres": "5.833 feet is 177.8 centimetres.",
    "how many ml in a pint": "1 pint is about 568.3 millilitres.",
}


@pytest.mark.parametrize("words", SUMS)
async def test_sums_come_out_right(house, words: str) -> None:
    assert await house.say(words) == SUMS[words]


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("Announce that dinner is ready.", {"text": "dinner is ready."}),
        ("Tell everyone dinner is ready", {"text": "dinner is ready"}),
        ("announce in the kitchen: the taxi is here", {"text": "the taxi is here", "to": "Kitchen"}),
        ("please tell the kitchen that we leave at six", {"text": "we leave at six", "to": "Kitchen"}),
        ("broadcast to the desk, phone call", {"text": "phone call", "to": "desk"}),
        ("announce everywhere that it rains in the kitchen", {"text": "it rains in the kitchen"}),
        ("announce in the attic it is cold", {"text": "in the attic it is cold"}),  # there is no such place here
        ("tell me the time", None),
        ("tell the kitchen", None),
        ("announce", None),
        ("who announced the winner", None),
    ],
)
def test_what_is_to_be_announced_and_where(house, words: str, slots: dict[str, str] | None) -> None:
    house.own.announcements.present = lambda: ["desk", "Kitchen", ""]
    found = house.own.announcements.understand(words)
    assert (dict(found.slots) if found is not None else None) == slots


async def test_an_announcement_is_made_where_it_is_meant_for_or_it_is_said_that_nobody_is_there(house) -> None:
    house.listeners.open = ["Kitchen", "hall"]
    house.own.announcements.present = lambda: house.listeners.open
    assert await house.say("announce in the kitchen that the taxi is here") == "Announced in the Kitchen."
    assert house.listeners.heard == [("Kitchen", "The taxi is here.")]
    assert await house.say("tell everyone dinner is ready!") == "Announced."
    assert house.listeners.heard[1:] == [("Kitchen", "Dinner is ready!"), ("hall", "Dinner is ready!")]
    house.listeners.open = []
    assert "Nobody is connected" in await house.say("announce that it rains")


async def test_a_timer_is_set_asked_about_lengthened_paused_and_cancelled(house, moment) -> None:
    async with house.ringing() as listeners:
        assert await house.say("set a pasta timer for twelve minutes") == "The pasta timer is set for 12 minutes."
        assert await house.say("set an egg timer for five minutes") == "The egg timer is set for 5 minutes."
        await moment.advance(60)
        assert await house.say("how long is left on the pasta?") == "11 minutes left on the pasta timer."
        assert await house.say("what timers are running") == (
            "4 minutes left on the egg timer and 11 minutes left on the pasta timer."
        )
        assert await house.say("add a minute to the egg timer") == "The egg timer now has 5 minutes left."
        assert await house.say("pause the pasta") == "The pasta timer is paused with 11 minutes left."
        await moment.advance(301)
        await moment.settled()
        assert listeners.texts() == ["Your egg timer is done."]
        assert await house.say("resume the timer") == "The pasta timer goes on, with 11 minutes left."
        assert await house.say("take ten minutes off the timer") == "The pasta timer now has 1 minute left."
        assert await house.say("cancel the timer") == "The pasta timer is cancelled."
        await moment.advance(3600)
        assert listeners.texts() == []
        assert await house.say("how long is left on the pasta timer") == "There is no pasta timer."


async def test_several_that_fit_are_told_apart(house) -> None:
    await house.say("set a pasta timer for twelve minutes")
    await house.say("set a timer for five minutes")
    assert await house.say("cancel the timer") == (
        "Which one: 5 minutes left on the 5 minute timer, or 12 minutes left on the pasta timer?"
    )
    assert await house.say("cancel the pizza timer") == "There is no pizza timer; there are 2 timers."
    assert await house.say("cancel all timers") == "2 timers are cancelled."


async def test_a_reminder_is_said_when_it_is_time(house, moment) -> None:
    async with house.ringing() as listeners:  # Sunday 17 March 2030, 18:46
        assert await house.say("remind me to call my mum tomorrow at half past six in the evening") == (
            "I remind you tomorrow at 18:30: call your mum."
        )
        assert await house.say("what are my reminders") == "There is one reminder: call your mum tomorrow at 18:30."
        await moment.advance(86_400)
        await moment.settled()
        assert listeners.texts() == ["A reminder: call your mum."]


async def test_an_alarm_is_cancelled_by_its_time(house) -> None:
    await house.say("set an alarm for 7 am")
    assert await house.say("set an alarm for half past eight") == "The alarm is set for tomorrow at 08:30."
    assert await house.say("cancel the seven o'clock alarm") == "The alarm is cancelled: alarm tomorrow at 07:00."
    assert await house.say("when is my alarm") == "There is one alarm: alarm tomorrow at 08:30."
    assert await house.say("remind me today at six pm to eat") == "That has passed, or there is no such day."


async def test_an_alarm_is_set_by_the_clock_of_the_night_that_summer_time_begins(house, moment) -> None:
    moment.jump(13 * 86_400)  # Saturday 30 March 2030, the clocks go from 2 to 3 that night
    await house.say("wake me tomorrow at seven")
    (alarm,) = house.agenda.entries("alarm")
    assert f"{moment.local(alarm.due_at):%d %H:%M}" == "31 07:00"
    assert (alarm.due_at - moment.now()) / 3600 == pytest.approx(11 + 13 / 60 + 20 / 3600)
    await house.say("wake me tomorrow at half past two am")  # a time that does not come
    assert f"{moment.local(house.agenda.entries('alarm')[0].due_at):%H:%M}" == "03:30"


async def test_the_stopwatch_counts_what_it_ran(house, moment) -> None:
    async with house.ringing():
        await house.say("start the stopwatch")
        await moment.advance(90)
        assert await house.say("stop the stopwatch") == "The stopwatch is stopped at 1 minute and 30 seconds."
        await moment.advance(600)
        await house.say("start the stopwatch")
        await moment.advance(30)
        assert await house.say("what does the stopwatch say") == "2 minutes."
        assert await house.say("reset the stopwatch") == "The stopwatch is reset; it was at 2 minutes."


async def test_a_list_is_filled_read_and_emptied_and_kept(house, open_house) -> None:
    assert await house.say("add milk, eggs and some bread to the shopping list") == (
        "Milk, eggs and bread are on the shopping list now."
    )
    assert await house.say("add an egg to the list") == "Egg is on the shopping list already."
    assert await house.say("is milk on the list") == "Yes, milk."
    assert await house.say("take the milk off") == "Milk is off the shopping list."
    assert await house.say("add paint to the hardware list") == "Paint is on the hardware list now."
    other = open_house()
    assert await other.say("what's on my list") == "On the shopping list: eggs and bread."
    assert await other.say("what's on the hardware list") == "On the hardware list: paint."
    assert await other.say("clear the shopping list") == "The shopping list is empty; 2 items taken off."
    house.own.reload()
    assert await house.say("what's on the shopping list") == "The shopping list is empty."


async def test_there_is_an_end_to_timers_and_items(house) -> None:
    await house.agenda.put([Entry(kind="timer", due_at=house.moment.now() + 9) for _ in range(MOST_ENTRIES)])
    with pytest.raises(ReparteeError, match="cancel some first"):
        await house.say("set a timer for ten minutes")
    with pytest.raises(ReparteeError, match="list is full"):
        await house.lists.put("shopping", [f"thing {number}" for number in range(500)])
    assert await house.say("what's on my list") == "The shopping list is empty."
