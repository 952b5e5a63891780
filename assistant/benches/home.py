"""`repartee bench home`: how fast devices are found, floods of states followed, and sentences understood."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from assistant.benches import home_devices
from assistant.home.connected import running
from assistant.home.home import Home
from assistant.home.settings import HomeConfig
from engines.figures import percentile
from engines.processes import python_environment, python_module

REACHED = 0.95  #: of the rate that was asked for; a sender that stays below it was itself too slow
SETTLED_S = 1.0  #: after the burst every state must be right within this
LONGEST_S = 60.0


@dataclass(frozen=True)
class Report:
    """The figures. Times are in ms but where they say otherwise; `lag_ms` is what the event loop waited at most.

    `updates_per_s` were asked for and `sent_per_s` sent; where these are fewer, `rate_reached` is False and the other
    figures say nothing about that rate.
    """

    devices: int
    found: int
    discovery_s: float
    discovery_lag_ms: float
    updates_per_s: int
    sent_per_s: float
    rate_reached: bool
    cpu_us: float
    right_after_ms: float
    wrong_after_1_s: int
    lag_p99_ms: float
    lag_ms: float
    understand_devices: int
    understand_p50_ms: float
    understand_p95_ms: float
    understand_worst_ms: float
    compile_ms: float


@click.command()
@click.option("--devices", default=2000, show_default=True, type=click.IntRange(1, 20_000), help="Devices to find.")
@click.option("--rate", default=5000, show_default=True, type=click.IntRange(1), help="Updates of states a second.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1), help="How long they last.")
@click.option("--protocol", default="auto", show_default=True, type=click.Choice(("auto", "5", "3.1.1")))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(devices: int, rate: int, seconds: float, protocol: str, as_json: bool) -> None:
    """Find devices on a Mosquitto of its own, follow a burst of states, and understand sentences about 200 devices."""
    report = asyncio.run(measure(devices, rate, seconds, protocol))
    if as_json:
        click.echo(json.dumps(vars(report)))
        return
    click.echo(
        f"{report.found} of {report.devices} devices found with their states in {report.discovery_s:.2f} s; "
        f"the event loop waited {report.discovery_lag_ms:.0f} ms at most meanwhile"
    )
    click.echo(told_rate(report))
    click.echo(
        f"{report.sent_per_s:.0f} states a second for {seconds:g} s: all right {report.right_after_ms:.0f} ms after "
        f"the last was sent, {report.wrong_after_1_s} wrong after a second; {report.cpu_us:.0f} us of a CPU for each"
    )
    click.echo(f"the event loop waited {report.lag_p99_ms:.1f} ms (p99), {report.lag_ms:.1f} ms at most, meanwhile")
    click.echo(
        f"{report.understand_devices} devices: names compiled in {report.compile_ms:.0f} ms, a sentence understood in "
        f"{report.understand_p50_ms:.2f} ms (p50), {report.understand_p95_ms:.2f} ms (p95), "
        f"{report.understand_worst_ms:.2f} ms at most"
    )


def told_rate(report: Report) -> str:
    """Return the line that says which rate was reached of the one that was asked for."""
    if report.rate_reached:
        return f"{report.sent_per_s:.0f} states a second were sent, {report.updates_per_s} were asked for"
    return (
        f"NOT REACHED: only {report.sent_per_s:.0f} states a second were sent, {report.updates_per_s} were asked for; "
        "the sender or the broker is too slow here, so what follows is no proof for that rate"
    )


def reached(sent_per_s: float, rate: int) -> bool:
    """Return whether the sender reached the rate that was asked for."""
    return sent_per_s >= REACHED * rate


async def measure(devices: int, rate: int, seconds: float, protocol: str = "auto") -> Report:
    """Run everything. Raises ReparteeError where Mosquitto is missing."""
    from assistant.home.demo import mosquitto

    with mosquitto() as url, tempfile.TemporaryDirectory(prefix="repartee-bench-") as folder:
        await _helper(url, "announce", devices)
        began = time.perf_counter()
        finding: list[float] = []
        opened = Home.open(HomeConfig(broker=url, protocol=protocol), Path(folder), serving=True)
        async with running(opened) as home:
            watching = asyncio.create_task(_watch_lag(finding))
            await home.ready(LONGEST_S)
            watching.cancel()
            found = len(home.devices())
            discovery_s = time.perf_counter() - began
            lags: list[float] = []
            watching = asyncio.create_task(_watch_lag(lags))
            used = time.process_time()
            sent_at, took = (float(each) for each in (await _helper(url, "update", devices, rate, seconds)).split())
            total = int(rate * seconds)
            right_after, wrong_later = await _until_right(home, _expected(home, devices, total), sent_at)
            cpu_us = (time.process_time() - used) / total * 1e6
            watching.cancel()
    compiled_ms, times = understand_times(200)
    lags.sort()
    return Report(
        devices=devices,
        found=found,
        discovery_s=discovery_s,
        discovery_lag_ms=max(finding, default=0.0),
        updates_per_s=rate,
        sent_per_s=total / took,
        rate_reached=reached(total / took, rate),
        cpu_us=cpu_us,
        right_after_ms=right_after,
        wrong_after_1_s=wrong_later,
        lag_p99_ms=percentile(lags, 99),
        lag_ms=lags[-1],
        understand_devices=200,
        understand_p50_ms=percentile(times, 50),
        understand_p95_ms=percentile(times, 95),
        understand_worst_ms=times[-1],
        compile_ms=compiled_ms,
    )


async def _helper(*arguments: object) -> str:
    """Run the other process to its end; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *python_module("assistant.benches.home_devices", *map(str, arguments)),
        env=python_environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the devices of the bench ended with status {process.returncode}")
    return output.decode()


def _expected(home: Home, devices: int, total: int) -> dict[str, str | float]:
    """Return what each entity should be after `total` updates."""
    by_name = {(entity.domain, entity.name): entity.id for entity in home.entities()}
    expected = {}
    for number, step in home_devices.last_steps(devices, total).items():
        name = home_devices.announcement(number)[1]["device"]["name"]
        expected[by_name.get((home_devices.kind_of(number), name), name)] = home_devices.state(number, step)[1]
    return expected


async def _until_right(home: Home, expected: dict[str, str | float], sent_at: float) -> tuple[float, int]:
    """Return after how many ms all was right (infinity: never), and how many states were wrong after SETTLED_S."""
    left = dict(expected)
    later: int | None = None
    while True:
        left = {
            each: value for each, value in left.items() if (state := home.state(each)) is None or state.value != value
        }
        passed = time.time() - sent_at
        if later is None and passed >= SETTLED_S:
            later = len(left)
        if not left:
            return passed * 1000, later or 0
        if passed > LONGEST_S:
            return float("inf"), len(left)
        await asyncio.sleep(0.01)


async def _watch_lag(lags: list[float]) -> None:
    """Enter by how many ms a sleep of 5 ms was too long, over and over."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(max(0.0, (time.perf_counter() - began) * 1000 - 5))


def understand_times(devices: int) -> tuple[float, list[float]]:
    """Return the ms in which the names of some devices are compiled, and the sorted ms of sentences about them."""
    from assistant.home.devices.house import House
    from assistant.home.understanding.grammar import Context, Grammar

    house = House()
    for number in range(devices):
        topic, config = home_devices.announcement(number)
        house.receive(topic, json.dumps(config).encode(), True, 0.0)
        house.receive(f"bench/{number}", home_devices.state(number, 0)[0].encode(), True, 0.0)
    house.receive("bench/availability", b"online", True, 0.0)
    names = house.names()
    began = time.perf_counter()
    grammar = Grammar.build(house.entities(), names.areas, names.floors, {})
    compiled_ms = (time.perf_counter() - began) * 1000
    context = Context(room="Kitchen", states=house.state)
    sentences = [template.format(name) for name in _some_names(house) for template in _SENTENCES]
    for sentence in sentences[:50]:
        grammar.understand(sentence, context)
    times = []
    for sentence in sentences:
        began = time.perf_counter()
        grammar.understand(sentence, context)
        times.append((time.perf_counter() - began) * 1000)
    return compiled_ms, sorted(times)


_SENTENCES = (
    "turn on the {}",
    "turn of the {} please",
    "set the {} to forty percent and close the blinds in the hall",
    "turn off everything in the kitchen but the {}",
    "is the {} on",
    "how warm is it upstairs",
    "who was the keeper of the {} in 1890",
    "make the {} a bit brighter",
    "turn on the lampp in the bad room",
    "what is the capital of france",
)


def _some_names(house: object) -> Sequence[str]:
    from assistant.home.devices.house import House

    assert isinstance(house, House)
    return [entity.name for entity in house.entities()][::4]
