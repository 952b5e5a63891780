"""Changes of state outlive the process, stay bounded, and only count while somebody watched."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest

from assistant.home import history as module
from assistant.home.entities import State
from assistant.home.history import FILE_NAME, History
from engines.errors import ReparteeError

NOON = 1_800_000_000.0
HOUR = 3600.0


@pytest.fixture
def clock(monkeypatch):
    """The time at which a flush happens; a list whose last item is now."""
    now = [NOON]
    monkeypatch.setattr(module.time, "time", lambda: now[-1])
    return now


@pytest.fixture
async def history(tmp_path, clock):
    opened = History.open(tmp_path, 30)
    opened.watch(True, NOON)
    yield opened
    await opened.close()


def on(value):
    return State(value=value)


async def test_when_something_last_came_to_be_so(history):
    for hour, value in enumerate(("off", "on", "on", "off", "on", "off")):
        history.record("binary_sensor.door", on(value), NOON + hour * HOUR)
    assert await history.last(["binary_sensor.door"], ["on"]) == module.Moment(
        "binary_sensor.door", NOON + 4 * HOUR, True
    )
    assert await history.last(["binary_sensor.door"], []) == module.Moment("binary_sensor.door", NOON + 5 * HOUR, True)
    assert await history.last(["binary_sensor.other"], ["on"]) is None


async def test_what_is_found_so_at_the_beginning_was_not_seen_to_happen(history):
    history.record("lock.door", on("locked"), NOON)
    moment = await history.last(["lock.door"], ["locked"])
    assert not moment.seen


async def test_a_thing_that_comes_back_as_it_was_did_not_change(history, clock):
    clock.append(NOON + 3 * HOUR)
    history.record("switch.a", on("off"), NOON)
    history.record("switch.a", on("on"), NOON + 60)
    history.record("switch.a", State(value="on", available=False), NOON + HOUR)
    history.record("switch.a", on("on"), NOON + 2 * HOUR)
    assert (await history.last(["switch.a"], ["on"])).at == NOON + 60
    assert await history.duration(["switch.a"], ["on"], NOON, NOON + 2 * HOUR) == HOUR - 60


async def test_how_long_counts_within_the_window_and_not_twice(history, clock):
    history.record("light.a", on("on"), NOON)
    history.record("light.b", on("on"), NOON + HOUR)
    history.record("light.a", on("off"), NOON + 2 * HOUR)
    history.record("light.b", on("off"), NOON + 3 * HOUR)
    clock.append(NOON + 5 * HOUR)
    both = ["light.a", "light.b"]
    assert await history.duration(both, ["on"], NOON, NOON + 5 * HOUR) == 3 * HOUR
    assert await history.duration(["light.a"], ["on"], NOON + HOUR, NOON + 5 * HOUR) == HOUR
    assert await history.duration(both, ["on"], NOON - 5 * HOUR, NOON) == 0


async def test_what_still_is_counts_until_now(history, clock):
    history.record("climate.a", State(value="heat", attributes={"action": "heating"}), NOON)
    clock.append(NOON + 90)
    assert await history.duration(["climate.a"], ["heat"], NOON - HOUR, NOON + 90) == 90
    assert await history.duration(["climate.a#action"], ["heating"], NOON - HOUR, NOON + 90) == 90


async def test_a_time_without_a_connection_is_not_guessed(history, clock):
    history.record("light.a", on("on"), NOON)
    clock.append(NOON + HOUR)
    history.watch(False, NOON + HOUR)
    clock.append(NOON + 5 * HOUR)
    history.watch(True, NOON + 5 * HOUR)
    history.record("light.a", on("on"), NOON + 5 * HOUR)
    clock.append(NOON + 6 * HOUR)
    assert await history.duration(["light.a"], ["on"], NOON, NOON + 6 * HOUR) == 2 * HOUR


async def test_what_is_told_again_unchanged_is_known_from_then_on(history, clock):
    history.record("binary_sensor.door", on("off"), NOON)
    history.watch(False, NOON + HOUR)
    history.watch(True, NOON + 2 * HOUR)
    history.record("binary_sensor.door", on("off"), NOON + 2 * HOUR, told={"value"})
    history.record("binary_sensor.door", on("on"), NOON + 3 * HOUR, told={"value"})
    clock.append(NOON + 4 * HOUR)
    assert await history.value_at("binary_sensor.door", NOON + 1.5 * HOUR) is None
    assert await history.value_at("binary_sensor.door", NOON + 2.5 * HOUR) == "off"
    opened = module.Moment("binary_sensor.door", NOON + 3 * HOUR, True)
    assert await history.last(["binary_sensor.door"], ["on"]) == opened


async def test_what_is_left_from_before_a_reconnection_is_unknown_until_it_is_told(history, clock):
    heating = State(value="heat", attributes={"action": "heating"})
    history.record("climate.a", heating, NOON)
    history.watch(False, NOON + HOUR)
    history.record("climate.a", on("off"), NOON + 1.5 * HOUR)  # nobody watches
    history.watch(True, NOON + 2 * HOUR)
    history.record("climate.a", heating, NOON + 2 * HOUR, told={"temperature"})
    history.record("climate.a", heating, NOON + 3 * HOUR, told={"value"})
    clock.append(NOON + 4 * HOUR)
    assert await history.value_at("climate.a", NOON + 2.5 * HOUR) is None
    assert await history.value_at("climate.a", NOON + 3.5 * HOUR) == "heat"
    assert await history.value_at("climate.a#action", NOON + 3.5 * HOUR) is None
    assert await history.duration(["climate.a"], ["heat"], NOON, NOON + 4 * HOUR) == 2 * HOUR


async def test_what_is_told_of_a_thing_that_cannot_be_reached_counts_once_it_can(history, clock):
    history.record("switch.a", State(value="on", available=False), NOON, told={"value"})
    history.record("switch.a", on("on"), NOON + 60, told=())
    clock.append(NOON + HOUR)
    assert await history.value_at("switch.a", NOON + 30) is None
    assert await history.last(["switch.a"], ["on"]) == module.Moment("switch.a", NOON + 60, False)


async def test_it_is_there_after_a_restart(tmp_path, clock):
    first = History.open(tmp_path, 30)
    first.watch(True, NOON)
    first.record("lock.a", on("locked"), NOON)
    first.record("lock.a", on("unlocked"), NOON + 1)
    await first.close()
    again = History.open(tmp_path, 30)
    assert (await again.last(["lock.a"], ["unlocked"])).at == NOON + 1
    assert await again.began() == NOON
    await again.close()


async def test_what_was_flushed_survives_a_kill(tmp_path):
    program = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from assistant.home.entities import State
        from assistant.home.history import History
        async def main():
            history = History.open(Path(sys.argv[1]), 10_000_000)
            history.watch(True, 100.0)
            history.record("lock.a", State(value="locked"), 100.0)
            await history.flush()
            print("flushed", flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
        """
    )
    with subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"flushed\n"
        process.send_signal(signal.SIGKILL)
    history = History.open(tmp_path, 10_000_000)
    assert (await history.last(["lock.a"], ["locked"])).at == 100
    await history.close()


def test_the_file_is_its_owners_alone(tmp_path):
    mask = os.umask(0o022)
    opened = History.open(tmp_path / "home", 30)
    os.umask(mask)
    files = list((tmp_path / "home").iterdir())
    assert files
    assert [oct(file.stat().st_mode & 0o777) for file in files] == ["0o600"] * len(files)
    asyncio.run(opened.close())


async def test_rows_are_bounded_in_number_and_age(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 100)
    monkeypatch.setattr(module, "_PRUNE_EVERY", 1)
    history = History.open(tmp_path, 30)
    history.watch(True, NOON)
    for number in range(500):
        history.record("select.a", on(str(number)), NOON + number)
    await history.flush()
    await history.flush()
    database = sqlite3.connect(tmp_path / FILE_NAME)
    assert database.execute("SELECT count(*), min(value + 0) FROM changes").fetchone() == (100, 400)
    clock.append(NOON + 31 * 24 * HOUR)
    await history.flush()
    assert database.execute("SELECT count(*) FROM changes").fetchone() == (0,)
    await history.close()


async def test_a_sensor_that_chatters_is_kept_once_a_minute_and_a_flood_is_bounded(history, monkeypatch, caplog):
    for second in range(300):
        history.record("sensor.power", on(float(second)), NOON + second)
    assert len(history._pending) == 5
    monkeypatch.setattr(module, "MAX_PENDING", 50)
    for number in range(100):
        history.record(f"switch.{number}", on("on"), NOON)
    assert len(history._pending) == 50
    await history.flush()
    assert "55 changes of state came too fast" in caplog.text


async def test_the_file_is_written_by_another_thread(history, monkeypatch):
    writers = []
    write = history._write
    monkeypatch.setattr(history, "_write", lambda *given: (writers.append(threading.get_ident()), write(*given)))
    history.record("switch.a", on("on"), NOON)
    await history.flush()
    assert writers
    assert threading.get_ident() not in writers


async def test_a_file_that_is_no_database_is_put_aside(tmp_path, caplog):
    (tmp_path / FILE_NAME).write_bytes(b"nonsense" * 1000)
    history = History.open(tmp_path, 30)
    assert await history.last(["a"], []) is None
    assert (tmp_path / "home-history.broken").read_bytes().startswith(b"nonsense")
    assert "is no database" in caplog.text
    await history.close()


def test_a_folder_that_cannot_be_used_is_told_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ReparteeError, match=r"home-history\.db: the history of the house cannot be opened"):
        History.open(tmp_path / "file", 30)
