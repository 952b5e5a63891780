"""Questions about the past: the words of a moment and of a length, and what was never seen."""

from datetime import datetime, timedelta

import pytest

from assistant.home import history as history_module
from assistant.home.entities import Entity, Query, State
from assistant.home.history import History
from assistant.home.recalling import length, recall

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
