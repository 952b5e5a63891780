"""What skills do when they are called, and what they say of it."""

from __future__ import annotations

import pytest

from assistant.skills import ringing
from assistant.skills.agenda import MOST_ENTRIES, Entry
from assistant.skills.lists import LONGEST_ITEM
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
    "20 percent off 50": "That is 40.",
    "what's 20% off 80 dollars": "That is 64.",
    "50 plus 20 percent": "That is 60.",
    "what is 80 minus 10 percent": "That is 72.",
    "5 is what percent of 20": "That is 25.",
    "what percentage of 0 is 5": "Nothing can be divided by zero.",
    "a 15 percent tip on 60 dollars": "That is 9.",
    "multiply 12 by 12": "That is 144.",
    "divide a hundred by eight": "That is 12.5.",
    "subtract five from twelve": "That is 7.",
    "what is the sum of 5 and 7": "That is 12.",
    "the difference between 5 and twelve": "That is 7.",
    "what is 2 to the tenth power": "That is 1,024.",
    "what is five plus three, times two": "That is 11.",
    "what is six by seven": "That is 42.",
    "how far is 5 miles in kilometres": "5 miles is about 8.047 kilometres.",
    "how tall is six foot two in centimetres": "6.167 feet is about 188 centimetres.",
    "how many megabytes in 2 gb": "2 gigabytes is 2,000 megabytes.",
    "twenty-five plus thirty-one": "That is 56.",
    "how many ml in a pint": "1 pint is about 568.3 millilitres.",
    "what's 5 factorial": "That is 120.",
    "the factorial of 200": "That number is too large for me.",
    "the factorial of 2.5": "Only whole numbers from zero on have a factorial.",
    "the fifth root of 32": "That is 2.",
    "3 to the power 4": "That is 81.",
    "what's 20% more than 60": "That is 72.",
    "increase 80 by 15 percent": "That is 92.",
    "what is the percent change from 50 to 65": "That is 30.",
    "the percentage decrease from 80 to 60": "That is 25.",
    "percentage increase from 0 to 5": "Nothing can be divided by zero.",
    "what's the average of 4, 8 and 12": "That is 8.",
    "the average of ten, twenty, thirty, and forty": "That is 25.",
    "what is the median of 3, 9 and 4": "That is 4.",
    "the sum of 3, 4 and 5": "That is 12.",
    "add 5 and 6": "That is 11.",
    "the product of 3, 4 and 5": "That is 60.",
    "split 96 between four people": "That is 24.",
    "a tip of 15 percent on 42.50": "That is 6.375.",
    "how many times does 7 go into 91": "That is 13.",
    "square root of two to three decimal places": "That is 1.414.",
    "what is 17 divided by 3 rounded": "That is 6.",
    "what is 100 euros in dollars": (
        "I have no exchange rates: they change every day, and nothing is fetched from elsewhere."
    ),
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
        ("say to everyone that tea is ready", {"text": "tea is ready"}),
        ("say in the kitchen that tea is ready", {"text": "tea is ready", "to": "Kitchen"}),
        ("say hello to everyone", None),
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


SAID_OF_TIMERS = {
    "set a second timer for 20 minutes": "The timer is set for 20 minutes.",
    "set me a three-minute timer": "The timer is set for 3 minutes.",
    "I want a timer for twenty-five minutes": "The timer is set for 25 minutes.",
    "set a timer for tea, four minutes": "The tea timer is set for 4 minutes.",
    "set a timer until half past nine": "The timer is set for 2 hours and 43 minutes.",
    "set a timer for an hour and a quarter": "The timer is set for 1 hour and 15 minutes.",
    "let me know in ten minutes": "The timer is set for 10 minutes.",
    "set a timer for the pizza": "For how long?",
    "when is the pasta done": "10 minutes left on the pasta timer.",
    "is the pasta ready yet": "10 minutes left on the pasta timer.",
    "how long until the eggs are done": "5 minutes left on the egg timer.",
    "how much longer does the pasta need": "10 minutes left on the pasta timer.",
    "time left on the half hour timer": "30 minutes left on the 30 minute timer.",
    "check the egg timer": "5 minutes left on the egg timer.",
    "cancel the timer for the pasta": "The pasta timer is cancelled.",
    "cancel the thirty minute timer": "The 30 minute timer is cancelled.",
    "cancel the pasta timer and the egg timer": "2 timers are cancelled.",
    "I don't need the pasta timer anymore": "The pasta timer is cancelled.",
    "get rid of all timers": "3 timers are cancelled.",
    "pause all timers": "The egg timer is paused with 5 minutes left. The pasta timer is paused with 10 minutes left. "
    "The 30 minute timer is paused with 30 minutes left.",
    "resume the pasta timer": "The pasta timer is running, with 10 minutes left.",
    "change the pasta timer to fifteen minutes": "The pasta timer now has 15 minutes left.",
    "add five minutes to the thirty minute timer": "The 30 minute timer now has 35 minutes left.",
    "the pasta needs two more minutes": "The pasta timer now has 12 minutes left.",
    "two minutes less on the pasta timer": "The pasta timer now has 8 minutes left.",
    "start the egg timer over": "The egg timer now has 5 minutes left.",
}


@pytest.mark.parametrize("words", SAID_OF_TIMERS)
async def test_timers_are_spoken_of_in_many_ways(house, words: str) -> None:
    for set_ in (
        "set a pasta timer for ten minutes",
        "set an egg timer for five minutes",
        "set a timer for half an hour",
    ):
        await house.say(set_)
    assert await house.say(words) == SAID_OF_TIMERS[words]


SAID_OF_ALARMS = {
    "turn my alarm off": "The alarm is cancelled: alarm tomorrow at 07:00.",
    "get rid of my alarm": "The alarm is cancelled: alarm tomorrow at 07:00.",
    "cancel tomorrow's alarm": "The alarm is cancelled: alarm tomorrow at 07:00.",
    "change my alarm to eight": "The alarm is moved: alarm tomorrow at 08:00.",
    "when does my alarm go off": "There is one alarm: alarm tomorrow at 07:00.",
    "what time will you wake me": "There is one alarm: alarm tomorrow at 07:00.",
    "set a weekday alarm for 6:30": "The alarm is set for tomorrow at 06:30, every weekday.",
    "set an alarm called work for eight": "The work alarm is set for tomorrow at 08:00.",
    "set an alarm for eight called gym": "The gym alarm is set for tomorrow at 08:00.",
    "I need to get up at six": "The alarm is set for tomorrow at 06:00.",
    "set an alarm for the 25th of December at 8": "The alarm is set on 25 December at 08:00.",
    "set me a reminder for 5 pm to call mum": "I remind you tomorrow at 17:00: call mum.",
    "don't let me forget to call mum at five": "I remind you tomorrow at 17:00: call mum.",
    "remind me in three days at noon to pay rent": "I remind you on Wednesday at 12:00: pay rent.",
    "remind me in 5 minutes": "I remind you at 18:51.",
    "what are my reminders for tomorrow": "There is no reminder tomorrow.",
    "remind me to eat at 8 in the morning and 8 in the evening": "When shall I remind you?",
}


@pytest.mark.parametrize("words", SAID_OF_ALARMS)
async def test_alarms_and_reminders_are_spoken_of_in_many_ways(house, words: str) -> None:
    await house.say("wake me at seven")  # it is Sunday 17 March 2030, 18:46
    assert await house.say(words) == SAID_OF_ALARMS[words]


SAID_OF_LISTS = {
    "add bread and milk to my groceries": "Bread is on the shopping list now; milk is on it already.",
    "we've run out of bread": "Bread is on the shopping list now.",
    "write down a dozen eggs on my list": "A dozen eggs are on the shopping list now.",
    "delete milk from the list": "Milk is off the shopping list.",
    "remove the milk": "Milk is off the shopping list.",
    "delete everything on the list": "The shopping list is empty; 2 items taken off.",
    "remove the last item from the list": "Eggs are off the shopping list.",
    "replace milk with oat milk on the list": "Oat milk is on the shopping list now, in the place of milk.",
    "did I put milk on the list": "Yes, milk.",
    "add a task to call the bank": "Call the bank is on the to-do list now.",
    "make a packing list": "Say what goes on it, such as: add milk to the packing list.",
    "my shopping list": "On the shopping list: milk and eggs.",
}


@pytest.mark.parametrize("words", SAID_OF_LISTS)
async def test_lists_are_spoken_of_in_many_ways(house, words: str) -> None:
    await house.lists.put("shopping", ["milk", "eggs"])
    assert await house.say(words) == SAID_OF_LISTS[words]


async def talked(house, talk: str) -> None:
    """Say each line before "=>", and hold what is replied against what follows it."""
    for line in filter(None, map(str.strip, talk.splitlines())):
        said, reply = line.split(" => ")
        assert await house.say(said) == reply, said


async def test_of_several_timers_those_that_run_are_meant_and_of_the_others_it_is_said(house) -> None:
    await house.say("set a pasta timer for twelve minutes")
    await house.say("set an egg timer for five minutes")
    await talked(
        house,
        """
        how long is left on the pasta and the tea timer => 12 minutes left on the pasta timer. There is no tea timer.
        how long is left on both timers => 5 minutes left on the egg timer and 12 minutes left on the pasta timer.
        when are the pasta and the eggs done => 12 minutes left on the pasta timer and 5 minutes left on the egg timer.
        add a minute to the pasta timer and the tea timer => The pasta timer now has 13 minutes left. There is no tea timer.
        add a minute to both timers => The egg timer now has 6 minutes left. The pasta timer now has 14 minutes left.
        give the pasta and the eggs two more minutes => The pasta timer now has 16 minutes left. The egg timer now has 8 minutes left.
        pause the tea timer and the pasta timer => The pasta timer is paused with 16 minutes left. There is no tea timer.
        resume the pasta, egg and tea timers => The pasta timer goes on, with 16 minutes left. The egg timer is running, with 8 minutes left. There is no tea timer.
        cancel all timers except the rice timer => There is no rice timer.
        cancel all timers except the pasta timer and the egg timer => There is no other timer.
        cancel the pasta timer and the tea timer => The pasta timer is cancelled. There is no tea timer.
        cancel the tea and pasta timers => There is no tea timer. There is no pasta timer.
        cancel the fish and chips timer => There is no fish and chips timer; there is 8 minutes left on the egg timer.
        set a fish and chips timer for ten minutes => The fish and chips timer is set for 10 minutes.
        set a timer for four minutes => The timer is set for 4 minutes.
        cancel the fish and chips, the four minute and the tea timer => 2 timers are cancelled. There is no tea timer.
        cancel the egg timer and the tea timer => The egg timer is cancelled. There is no tea timer.
        """,  # noqa: E501 (what is said and replied is one line)
    )


async def test_of_several_alarms_and_reminders_those_that_are_set_are_meant(house) -> None:
    for hour in ("seven", "eight", "ten"):
        await house.say(f"wake me tomorrow at {hour}")
    await house.say("set an alarm called work for nine")
    for task in ("call mum", "buy milk and eggs", "pay rent"):
        await house.say(f"remind me to {task} tomorrow at six pm")
    await talked(
        house,
        """
        cancel the work alarm and the party alarm => The alarm is cancelled: work alarm tomorrow at 09:00. There is no party alarm.
        cancel my alarms at seven and eleven => The alarm is cancelled: alarm tomorrow at 07:00. There is no alarm tomorrow at 11:00.
        cancel the half past nine alarm => There is no alarm tomorrow at 09:30.
        cancel all alarms for today => There is no alarm then.
        cancel all alarms except the party alarm => There is no party alarm.
        cancel all alarms except the ten o'clock one => 1 alarm cancelled.
        when is my alarm => There is one alarm: alarm tomorrow at 10:00.
        cancel the reminder to buy milk and eggs => The reminder is cancelled: buy milk and eggs tomorrow at 18:00.
        cancel the reminders to call mum and to walk the dog => The reminder is cancelled: call mum tomorrow at 18:00. There is no walk the dog reminder.
        cancel my reminders for tomorrow => 1 reminder cancelled.
        cancel the morning alarms => 1 alarm cancelled.
        cancel both alarms => No alarms cancelled.
        """,  # noqa: E501
    )


async def test_of_several_items_those_that_are_listed_are_meant(house) -> None:
    await house.lists.put("shopping", ["milk", "eggs", "flour"])
    await house.lists.put("hardware", ["nails"])
    await talked(
        house,
        """
        is there milk and bread on the list => Milk is on the shopping list, bread is not.
        take milk and bread off the list => Milk is off the shopping list. There is no bread on the shopping list.
        take milk and bread off the list => There is no milk or bread on the shopping list.
        take the eggs and the nails off => Eggs are off the shopping list. Nails are off the hardware list.
        tick off flour and cheese => Flour is off the shopping list. There is no cheese on the shopping list.
        """,
    )


async def test_several_that_fit_are_told_apart(house) -> None:
    await house.say("set a pasta timer for twelve minutes")
    await house.say("set a timer for five minutes")
    assert await house.say("cancel the timer") == (
        "Which one: 5 minutes left on the 5 minute timer, or 12 minutes left on the pasta timer?"
    )
    assert await house.say("cancel the pizza timer") == "There is no pizza timer; there are 2 timers."
    assert await house.say("cancel all timers") == "2 timers are cancelled."


async def test_a_reminder_is_said_when_it_is_time(house, moment, monkeypatch) -> None:
    monkeypatch.setattr(ringing, "LOOK_AGAIN_S", 3600.0)  # nobody sets the clock on this day
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


async def test_an_alarm_is_put_off_and_brought_forward(house) -> None:
    assert house.understand("wake me half an hour later") is None, "there is none"
    await house.say("wake me at seven")
    assert await house.say("wake me half an hour later") == "The alarm is moved: alarm tomorrow at 07:30."
    assert await house.say("push my alarm back by ten minutes") == "The alarm is moved: alarm tomorrow at 07:40."
    assert await house.say("set my alarm an hour earlier") == "The alarm is moved: alarm tomorrow at 06:40."
    assert await house.say("move the alarm forward by 20 hours") == "That has passed; the alarm is tomorrow at 06:40."
    assert [entry.name for entry in house.agenda.entries("alarm")] == [""]


async def test_two_timers_are_set_at_once_or_none(house) -> None:
    assert await house.say("set timers for 5 and 10 minutes") == "2 timers are set, for 5 minutes and 10 minutes."
    assert await house.say("set two timers, one for two minutes and one for nine days") == (
        "A timer can take from a second to a week."
    )
    assert len(house.agenda.entries("timer")) == 2


async def test_a_lap_is_read_while_the_stopwatch_runs(house, moment) -> None:
    async with house.ringing():
        await house.say("start timing me")
        await moment.advance(65)
        assert await house.say("lap") == "1 minute and 5 seconds."
        assert await house.say("stop timing") == "The stopwatch is stopped at 1 minute and 5 seconds."


async def test_a_list_that_is_not_there_is_not_emptied(house) -> None:
    assert await house.say("delete the holiday list") == "There is no holiday list."
    assert await house.say("clear the shopping list") == "The shopping list is empty already."


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


@pytest.mark.parametrize("times", [1, 2])
async def test_of_an_item_that_is_too_long_is_said_what_is_kept(house, times) -> None:
    item = "very long ripe avocados of the orchard behind the old town hall square beside the church"
    for _ in range(times):
        said = await house.say(f"add {item} to the shopping list")
    kept = house.lists.all()["shopping"]
    assert kept == [item[:LONGEST_ITEM].rstrip()]
    assert said.casefold().startswith(kept[0])
    assert item not in said.casefold()
    assert (await house.say(f"take {item} off the shopping list")).endswith("off the shopping list.")
    assert not house.lists.all().get("shopping")
    await house.lists.put("shopping", [f"{item} one", f"{item} two"])
    assert house.lists.all()["shopping"] == kept


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
