"""What speaks first: timers and alarms told once, where they were set, also after a restart and a clock that is set."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from assistant.skills import ringing
from assistant.skills.agenda import Agenda, Entry, State
from assistant.skills.lists import Lists
from assistant.skills.memory import Memory
from assistant.skills.ringing import RING_EVERY_S

RING_FOR_S = 600.0


async def test_a_timer_is_told_when_it_ends_where_it_was_set(house, moment) -> None:
    house.listeners.open = ["kitchen", "bedroom"]
    async with house.ringing() as listeners:
        assert await house.say("set a pasta timer for twelve minutes", "bedroom") == (
            "The pasta timer is set for 12 minutes."
        )
        await moment.advance(719)
        assert listeners.heard == []
        await moment.advance(1)
        await moment.settled()
        assert listeners.heard == [("bedroom", "Your pasta timer is done.")]
        await moment.advance(3600)
    assert listeners.heard[1:] == []
    assert house.agenda.entries() == []


async def test_it_is_told_to_all_where_who_set_it_has_gone(house, moment) -> None:
    async with house.ringing() as listeners:
        await house.say("ten minute timer", "sess_gone")
        await moment.advance(601)
        await moment.settled()
    assert listeners.heard == [("kitchen", "Your 10 minute timer is done.")]


async def test_what_ended_while_nobody_was_there_waits_for_the_first_who_comes(house, moment) -> None:
    house.listeners.open = []
    async with house.ringing() as listeners:
        await house.say("set a timer for ten minutes")
        await moment.advance(1200)
        assert listeners.heard == []
        listeners.open = ["hall"]
        house.ringer.look()
        await moment.settled()
        assert listeners.heard == [("hall", "Your 10 minute timer ended 10 minutes ago.")]


async def test_what_ended_while_the_process_was_down_is_told_at_the_next_start_once(open_house, moment) -> None:
    first = open_house()
    async with first.ringing():
        await first.say("set an egg timer for five minutes")
        await first.say("set a timer for two hours")
    moment.jump(3600)
    moment._steady += 3600
    second = open_house()
    async with second.ringing() as listeners:
        await moment.settled()
        assert listeners.texts() == ["Your egg timer ended 55 minutes ago."]
        assert await second.say("how much time is left") == "1 hour left on the 2 hour timer."
    third = open_house()
    async with third.ringing() as listeners:
        await moment.settled()
        assert listeners.texts() == []


async def test_what_a_killed_process_had_written_down_and_not_told_is_told_by_the_next(open_house, moment) -> None:
    first = open_house()
    first.listeners.open = []  # ended, written down, and nobody to tell it to
    async with first.ringing():
        await first.say("set an egg timer for five minutes")
        await moment.advance(300)
        await moment.settled()
    second = open_house()
    async with second.ringing() as listeners:
        await moment.settled()
        assert len(listeners.texts()) == 1


async def test_an_alarm_rings_until_it_is_stopped(house, moment) -> None:
    async with house.ringing() as listeners:
        await house.say("wake me in ten minutes")
        assert house.skills.understand_first("stop") is None
        await moment.advance(600 + 2.5 * RING_EVERY_S)
        await moment.settled()
        assert len(listeners.texts()) == 3
        assert await house.say("stop") == "The alarm is off."
        await moment.advance(10 * RING_EVERY_S)
        assert listeners.texts() == []


@pytest.mark.parametrize(
    "words", ["stop", "turn off the alarm", "thank you", "I'm awake", "be quiet", "cancel the alarm"]
)
async def test_an_alarm_that_rings_is_stopped_in_many_words(house, moment, words) -> None:
    async with house.ringing():
        await house.say("wake me in ten minutes")
        await moment.advance(601)
        await moment.settled()
        assert house.agenda.ringing
        assert "off" in await house.say(words)
        assert house.agenda.ringing == []


async def test_snoozing_rings_again_nine_minutes_later(house, moment) -> None:
    async with house.ringing() as listeners:
        await house.say("wake me in ten minutes")
        await moment.advance(600)
        await moment.settled()
        assert (await house.say("snooze")).startswith("I ring again at ")
        listeners.texts()
        await moment.advance(539)
        assert listeners.texts() == []
        await moment.advance(1)
        await moment.settled()
        assert len(listeners.texts()) == 1


async def test_an_alarm_rings_on_and_on_where_nobody_stops_it(house, moment) -> None:
    """Longer than one that nobody can hear, which gives up."""
    rings_s = 2 * ringing.STALE_S
    async with house.ringing() as listeners:
        await house.say("wake me in ten minutes")
        await moment.advance(600 + rings_s)
        await moment.settled()
        assert len(listeners.texts()) >= rings_s / RING_EVERY_S - 1
        await house.say("stop the alarm")
        await moment.settled()
        assert house.agenda.ringing == []


async def test_an_alarm_that_nobody_stops_gives_up_where_that_is_set(house, moment) -> None:
    async with house.ringing(ring_for_s=RING_FOR_S) as listeners:
        await house.say("wake me in ten minutes")
        await moment.advance(600 + RING_FOR_S + RING_EVERY_S)
        await moment.settled()
        assert house.agenda.ringing == []
        rung = len(listeners.texts())
        assert RING_FOR_S / RING_EVERY_S <= rung <= RING_FOR_S / RING_EVERY_S + 1
        await moment.advance(3600)
        assert listeners.texts() == []


async def test_an_alarm_that_nobody_could_hear_is_told_later(house, moment) -> None:
    house.listeners.open = []
    async with house.ringing() as listeners:
        await house.say("wake me in ten minutes")
        await moment.advance(7200)
        listeners.open = ["hall"]
        house.ringer.look()
        await moment.settled()
        (told,) = listeners.texts()
    assert told.startswith("Your alarm was at ")
    assert told.endswith("1 hour and 50 minutes ago.")


async def test_a_timer_takes_as_long_as_it_was_set_for_when_the_clock_is_set(house, moment) -> None:
    async with house.ringing() as listeners:
        await house.say("set a timer for ten minutes")
        await moment.advance(60)
        moment.jump(7200)  # a machine that learns the time from the network
        assert await house.say("how much time is left") == "9 minutes left on the 10 minute timer."
        await moment.advance(539)
        assert listeners.heard == []
        await moment.advance(2)
        await moment.settled()
        assert len(listeners.heard) == 1


async def test_an_alarm_goes_by_the_clock_when_it_is_set(house, moment) -> None:
    async with house.ringing() as listeners:
        await house.say("set an alarm for 10 pm")  # it is 18:46
        moment.jump(4 * 3600)
        await moment.advance(60)
        await moment.settled()
        assert listeners.heard


async def test_an_alarm_rings_no_longer_than_is_set_when_the_clock_is_set_back(house, moment) -> None:
    async with house.ringing(ring_for_s=RING_FOR_S) as listeners:
        await house.say("set an alarm in one hour")
        await moment.advance(3600)
        await moment.settled()
        assert house.agenda.ringing
        moment.jump(-7200)
        await moment.advance(RING_FOR_S + 60)
        await moment.settled()
        assert not house.agenda.ringing
        assert len(listeners.heard) == pytest.approx(RING_FOR_S / RING_EVERY_S, abs=2)


async def test_what_was_told_is_not_told_again_when_the_clock_is_set_back(house, moment) -> None:
    async with house.ringing() as listeners:
        await house.say("remind me in an hour to turn the heating down")
        await house.say("remind me every hour to drink something")
        await moment.advance(3600)
        await moment.settled()
        assert len(listeners.texts()) == 2
        moment.jump(-3600)
        await moment.advance(3590)
        await moment.settled()
        assert listeners.heard == []
        [entry] = house.agenda.entries("reminder")
        assert house.agenda.left_s(entry) == pytest.approx(3610, abs=2)


async def test_what_is_repeated_by_the_hour_is_told_every_hour_and_once_for_what_was_missed(
    house, moment, monkeypatch
) -> None:
    monkeypatch.setattr(ringing, "LOOK_AGAIN_S", 3600.0)  # nobody sets the clock in these hours
    house.listeners.open = []
    async with house.ringing() as listeners:
        await house.say("remind me every two hours to drink something")
        for _ in range(3):
            await moment.advance(7200)
            await moment.settled()
        house.listeners.open = ["kitchen"]
        house.ringer.look()
        await moment.settled()
        assert len(listeners.texts()) == 3, "each of those that nobody heard"
        await moment.advance(7200)
        await moment.settled()
        assert listeners.texts() == ["A reminder: drink something."]


async def test_an_alarm_that_is_repeated_rings_again_the_next_day_at_the_same_time_by_the_clock(
    house, moment, monkeypatch
) -> None:
    """Summer time begins on 31 March 2030: the night before that Sunday is an hour shorter."""
    monkeypatch.setattr(ringing, "LOOK_AGAIN_S", 3600.0)  # nobody sets the clock in these four days
    moment.jump(12 * 86_400)
    await house.agenda.settle()  # Friday 29 March
    async with house.ringing():
        assert await house.say("wake me every day at seven") == ("The alarm is set for tomorrow at 07:00, every day.")
        rang = []
        for _ in range(4):
            await moment.advance(house.agenda.entries("alarm")[0].due_at - moment.now())
            await moment.settled()
            assert house.agenda.ringing
            rang.append(f"{moment.local():%a %H:%M}")
            await house.say("stop")
    assert rang == ["Sat 07:00", "Sun 07:00", "Mon 07:00", "Tue 07:00"]


async def test_another_process_sets_a_timer_and_this_one_tells_it(house, open_house, moment) -> None:
    """As `repartee ask` does while `repartee serve` runs: without anybody looking every second."""
    async with house.ringing() as listeners:
        other = open_house()
        assert other.agenda.memory.tell()
        await other.say("set a timer for ten minutes")
        async with asyncio.timeout(60):
            while not house.agenda.entries("timer"):
                await asyncio.sleep(0.01)
        await moment.settled()
        await moment.advance(600)
        await moment.settled()
        assert listeners.texts() == ["Your 10 minute timer is done."]
    assert not house.agenda.memory.tell()


async def test_beside_a_process_that_serves_another_tells_what_was_set_in_it(house, open_house, moment) -> None:
    """As `repartee listen` does: what was set at the desk is told there, and what the kitchen set in the kitchen."""
    listening = open_house()
    listening.listeners.open = ["listen"]
    async with house.ringing() as served, listening.ringing(name="listen") as heard:
        await house.say("set a stew timer for ten minutes", "kitchen")
        await listening.say("set a tea timer for ten minutes", "listen")
        await moment.advance(601)
        async with asyncio.timeout(60):
            while not (served.heard and heard.heard):
                await asyncio.sleep(0.01)
    assert served.heard == [("kitchen", "Your stew timer is done.")]
    assert heard.heard == [("listen", "Your tea timer is done.")]
    async with house.ringing() as served:  # the other has gone: what it leaves is told by the one that is there
        await house.say("set a cake timer for ten minutes", "listen")
        await moment.advance(601)
        await moment.settled()
        assert served.texts() == ["Your stew timer is done.", "Your cake timer is done."]


async def test_it_is_said_when_nothing_runs_that_could_tell_it(house) -> None:
    house.serving = False
    assert "start repartee serve" in await house.say("set a timer for ten minutes")


async def test_a_disk_that_is_full_loses_nothing_that_was_set(house, moment, monkeypatch, caplog) -> None:
    async with house.ringing() as listeners:
        await house.say("set a timer for ten minutes")

        def full(work):
            raise house.agenda.memory._problem(OSError(28, "No space left on device"))

        with monkeypatch.context() as patch:
            patch.setattr(house.agenda.memory, "_change", full)
            await moment.advance(700)
            assert "No space left on device" in caplog.text
            assert listeners.heard == []
        await moment.advance(60)
        await moment.settled()
        assert len(listeners.heard) == 1


def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path, moment, caplog) -> None:
    (tmp_path / "skills.sqlite").write_bytes(b"nothing that SQLite knows" * 500)
    assert Agenda(Memory(tmp_path), moment).entries() == []
    assert "damaged" in caplog.text
    assert (tmp_path / "skills.damaged").exists()


@pytest.mark.parametrize(
    "damage",
    [
        "due_at = 'soon'", "due_at = 9e999", "left_s = 'q'", "length_s = 'z'", "set_at = 1e300", "kind = 'x'",
        "state = 'zz'", "name = x'ff00'", "every = 'nonsense'", "every = 'month 6 4'", "every = '0 days'",
    ],
)  # fmt: skip
async def test_a_damaged_entry_is_left_out_and_said(tmp_path: Path, moment, caplog, damage) -> None:
    agenda = Agenda(Memory(tmp_path), moment)
    for name in ("egg", "tea"):
        await agenda.add(Entry(kind="alarm", name=name, due_at=moment.now() + 60, every="day"))
    with closing(sqlite3.connect(tmp_path / "skills.sqlite")) as connection, connection:
        connection.execute(f"UPDATE entries SET {damage} WHERE name = 'egg'")
    again = Agenda(Memory(tmp_path), moment)
    again.reload()
    assert [entry.name for entry in again.entries(states=get_args(State))] == ["tea"]
    assert caplog.text.count("1 cannot be read any more") == 1


async def test_damaged_letters_and_items_cost_no_more_than_themselves(tmp_path: Path, moment) -> None:
    agenda, lists = Agenda(Memory(tmp_path), moment), Lists(Memory(tmp_path))
    await agenda.add(Entry(kind="timer", name="egg", due_at=moment.now() + 60))
    await lists.put("shopping", ["milk", "tea"])
    with closing(sqlite3.connect(tmp_path / "skills.sqlite")) as connection, connection:
        connection.execute("UPDATE entries SET name = CAST(x'65ff67' AS TEXT)")
        connection.execute("UPDATE items SET item = x'ff00' WHERE item = 'milk'")
    agenda.reload()
    lists.reload()
    assert [entry.name for entry in agenda.entries()] == ["e\ufffdg"]
    assert lists.all()["shopping"] == ["tea"]


def test_a_change_that_is_killed_half_way_leaves_the_file_as_it_was(tmp_path: Path, moment) -> None:
    script = (
        "import asyncio, os, sys\nfrom pathlib import Path\nfrom assistant.skills.memory import Memory\n"
        "def half(connection):\n"
        "    connection.execute(\"INSERT INTO items (list, item) VALUES ('shopping', ?)\", [sys.argv[-1]])\n"
        "    os._exit(9) if sys.argv[-1] == 'die' else None\n"
        "asyncio.run(Memory(Path(sys.argv[1])).change(half))\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path), "milk"], check=True)
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path), "then", "die"], check=False).returncode == 9
    memory = Memory(tmp_path)
    assert memory.read(lambda connection: connection.execute("SELECT item FROM items").fetchall(), []) == [("milk",)]
