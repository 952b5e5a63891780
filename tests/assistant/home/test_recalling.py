"""Questions about the past: the words of a moment and of a length, and what was never seen."""

from datetime import datetime, timedelta

import pytest

from assistant.home import history as history_module
from assistant.home.asking.recalling import length, recall
from assistant.home.entities import Entity, Query, State
from assistant.home.history import History

NOW = datetime(2026, 11, 25, 18, 30).timestamp()  # noqa: DTZ001 (local time: a Wednesday)
HOUR = 3600.0
DOOR = Entity(id="binary_sensor.back_door", name="Back Door", domain="binary_sensor", device_class="door")
HEATING = Entity(id="climate.heating", name="Heating", domain="climate", modes=("off", "heat"))


@pytest.fixture
async def history(tmp_path, monkeypatch):
    monkeypatch.setattr(history_module.time, "time", lambda: NOW)
    opened = History.open(tmp_path, 30)
    opened.watch(True, NOW - 100 * HOUR)
    yield opened
    await opened.close()


async def asked(history, kind, entity, wanted, period=None, state=None):
    query = Query(kind=kind, entities=(entity.id,), states=(wanted,), period=period)
    return await recall(query, [entity], [state or State()], history, NOW)


@pytest.mark.parametrize(
    ("ago", "when"),
    [
        (20.0, "just now"),
        (5 * 60.0, "5 minutes ago, at 18:25"),
        (2 * HOUR, "today at 16:30"),
        (24 * HOUR, "yesterday at 18:30"),
        (72 * HOUR, "on Sunday at 18:30"),
    ],
)
async def test_a_moment_is_told_as_people_tell_it(history, ago, when):
    history.record(DOOR.id, State(value="off"), NOW - 99 * HOUR)
    history.record(DOOR.id, State(value="on"), NOW - ago)
    assert await asked(history, "last", DOOR, "open") == f"The back door was last opened {when}."


async def test_what_was_never_seen_is_not_guessed(history):
    history.record(DOOR.id, State(value="off"), NOW - 99 * HOUR)
    told = await asked(history, "last", DOOR, "open")
    assert told == "The back door has not been opened since Saturday, when I began to watch."
    assert await asked(history, "last", DOOR, "closed") == (
        "The back door was already closed when I began to watch, on Saturday at 15:30."
    )
    assert await asked(history, "duration", DOOR, "open", "today") == (
        "The back door was not open today, as far as I have seen."
    )


async def test_how_it_was_some_time_ago_is_told_while_somebody_watched(history):
    history.record(DOOR.id, State(value="off"), NOW - 50 * HOUR)
    history.record(DOOR.id, State(value="on"), NOW - 2 * HOUR)
    history.record(DOOR.id, State(value="off"), NOW - HOUR / 2)

    async def was(entity, wanted, ago, state=None):
        states = (wanted,) if wanted else ()
        query = Query(kind="was", entities=(entity.id,), states=states, ago=ago)
        return await recall(query, [entity], [state or State()], history, NOW)

    assert await was(DOOR, "open", HOUR) == "Yes, the back door was open 1 hour ago."
    assert await was(DOOR, "open", 3 * HOUR) == "No, the back door was closed 3 hours ago."
    assert await was(DOOR, "open", 200 * HOUR) == (
        "I do not know what the back door was doing 8 days and 8 hours ago: I was not watching."
    )
    warmth = Entity(id="sensor.warmth", name="Warmth", domain="sensor", device_class="temperature", unit="°C")
    history.record(warmth.id, State(value=18.5), NOW - 4 * HOUR)
    assert await was(warmth, "", 3 * HOUR) == "The warmth was 18.5 degrees 3 hours ago."


async def test_what_was_known_before_a_break_is_not_taken_for_what_was_so_after_it(history):
    history.record(DOOR.id, State(value="on"), NOW - 50 * HOUR)
    history.watch(False, NOW - 40 * HOUR)
    history.watch(True, NOW - 2 * HOUR)
    await history.flush()
    assert await history.value_at(DOOR.id, NOW - 45 * HOUR) == "on"
    assert await history.value_at(DOOR.id, NOW - 20 * HOUR) is None
    assert await history.value_at(DOOR.id, NOW - HOUR) is None


async def test_how_long_is_counted_in_its_period(history):
    midnight = datetime.fromtimestamp(NOW).replace(hour=0, minute=0).timestamp()  # noqa: DTZ006
    for start, end in ((midnight - 3 * HOUR, midnight - 2 * HOUR), (midnight + HOUR, midnight + 2.5 * HOUR)):
        history.record(HEATING.id, State(value="heat"), start)
        history.record(HEATING.id, State(value="off"), end)
    assert (
        await asked(history, "duration", HEATING, "on", "today")
        == "The heating was on for 1 hour and 30 minutes today."
    )
    assert await asked(history, "duration", HEATING, "on", "yesterday") == "The heating was on for 1 hour yesterday."
    assert (await asked(history, "duration", HEATING, "on", "week")).endswith("2 hours and 30 minutes this week.")


async def test_a_heater_that_tells_what_it_does_is_counted_while_it_heats(history):
    def doing(action):
        return State(value="heat", attributes={"action": action})

    history.record(HEATING.id, doing("heating"), NOW - 2 * HOUR)
    history.record(HEATING.id, doing("idle"), NOW - HOUR)
    told = await asked(history, "duration", HEATING, "on", "today", doing("idle"))
    assert told == "The heating was on for 1 hour today."


async def test_a_device_that_is_gone_is_told(history):
    query = Query(kind="last", entities=("lock.gone",), states=("locked",))
    assert await recall(query, [], [], history, NOW) == "I do not know that device any more."


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (61, "1 minute"),
        (3600, "1 hour"),
        (3900, "1 hour and 5 minutes"),
        (timedelta(days=2, hours=3, minutes=4).total_seconds(), "2 days and 3 hours"),
    ],
)
def test_a_length_has_at_most_two_parts(seconds, said):
    assert length(seconds) == said
