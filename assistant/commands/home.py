"""`repartee home`: the devices that the broker knows, a command to them, and a virtual house to try it on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.channels.terminal.printable import printable
from assistant.config import Config
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from assistant.home.demo import Demo
    from assistant.home.entities import HomeIntent
    from assistant.home.outcome import Outcome
    from assistant.home.virtual_house import Device

MAX_COMMAND = 1000  # characters
_BAR = 12  # cells
_UNWRAPPED = 10_000  # cells; wider than any line of the table of devices


@click.group()
def command() -> None:
    """Find devices, command them, and try a virtual house."""
    logging.basicConfig(level=logging.ERROR)  # what is wrong with the connection is told once, at the end


_TIMEOUT = click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0.1, 600),
    help="Seconds to find the devices in.",
)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@_TIMEOUT
@click.pass_obj
def list_(config: Config, as_json: bool, timeout: float) -> None:
    """List the devices that announce themselves on the broker."""

    async def listed() -> list[dict[str, object]]:
        from assistant.home.connected import connected

        async with connected(config.smart_home, config.home, timeout) as home:
            return home.devices()

    devices = asyncio.run(listed())
    if as_json:
        click.echo(json.dumps(devices))
    elif devices:
        _show_devices(devices)
    else:
        click.echo(
            "The broker answers, and no device has announced itself under the prefix " + config.smart_home.prefix
        )


@command.command()
@click.argument("words", metavar="COMMAND")
@click.option("--room", default="", help="The room that is spoken in.  [default: home.room]")
@click.option("--yes", "agreed", is_flag=True, help="Answer yes to a question back.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_TIMEOUT
@click.pass_context
def say(ctx: click.Context, words: str, room: str, agreed: bool, as_json: bool, timeout: float) -> None:
    """Carry out COMMAND, or answer it if it asks about the home: "turn on the sofa lamp"; "-" reads standard input.

    A question back is asked on the terminal; where there is none, nothing is done. The exit status is 1 where it is
    not understood, or nothing of it was done.
    """
    config: Config = ctx.obj
    if words == "-":
        words = sys.stdin.buffer.read(4 * MAX_COMMAND + 1).decode(errors="replace").strip()
    if not words.strip() or len(words) > MAX_COMMAND:
        raise ReparteeError(f"Give a command of at most {MAX_COMMAND} characters, such as: turn on the sofa lamp")

    async def said() -> tuple[Outcome | None, HomeIntent | None]:
        from assistant.home.connected import connected

        async with connected(config.smart_home, config.home, timeout) as home:
            intent = home.understand(words, home.context(room=room))
            while intent is not None:
                outcome = await home.carry_out(intent)
                if outcome.kind != "asked_back" or not (agreed or (sys.stdin.isatty() and not as_json)):
                    return outcome, intent
                reply = "yes" if agreed else await asyncio.to_thread(input, f"{printable(outcome.spoken)} ")
                answered = home.context(room=room, last=intent.entities, pending=intent)
                intent = home.understand(reply, answered)
            return None, None

    try:
        outcome, intent = asyncio.run(said())
    except EOFError:
        raise click.Abort from None
    spoken = outcome.spoken if outcome else "I do not understand that as something about the home."
    kind = outcome.kind if outcome else "abstained"
    if as_json:
        action = dict(outcome.action) if outcome else None
        reason = intent.reason if intent else ""
        click.echo(json.dumps({"outcome": kind, "spoken": spoken, "action": action, "reason": reason}))
    else:
        click.echo(printable(spoken))
    ctx.exit(1 if kind in ("failed", "abstained") else 0)


@command.command()
@click.option(
    "--silent", multiple=True, metavar="DEVICE", help='A device that will not answer, such as "Landing Lamp".'
)
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), help="Port of the broker that is started; 0 for a free one."
)
@click.pass_obj
def demo(config: Config, silent: tuple[str, ...], port: int) -> None:
    """Run a virtual house of a dozen devices until interrupted, drawn as it lives.

    It is on the configured broker, or on a Mosquitto started for it; the other commands of the same --home find it.
    """
    from assistant.home.demo import announced, mosquitto

    with contextlib.ExitStack() as stack:
        url = config.smart_home.broker
        if not url:
            url = stack.enter_context(mosquitto(port))
            stack.enter_context(announced(config.home, url))
        asyncio.run(_demo(config, url, silent))


async def _demo(config: Config, url: str, silent: tuple[str, ...]) -> None:
    from rich.console import Console
    from rich.live import Live

    from assistant.home.demo import Demo

    demo = Demo(config.smart_home, url, silent=silent)
    unknown = [name for name in silent if name.lower() not in {each.name.lower() for each in demo.house.devices}]
    if unknown:
        names = ", ".join(device.name for device in demo.house.devices)
        raise ReparteeError(f"There is no device {unknown[0]} in the virtual house; it has {names}.")
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    running = asyncio.create_task(demo.run())
    console = Console(highlight=False)
    try:
        if not await demo.broker.wait_connected(10):
            problem = demo.broker.problem
            raise ReparteeError(f"{problem[:1].upper()}{problem[1:]}.")
        _tell_how(config, console, str(demo.broker.address))
        if console.is_terminal:
            with Live(_drawn(demo), console=console, auto_refresh=False) as live:
                while not ended.is_set():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(ended.wait(), 0.25)
                    live.update(_drawn(demo), refresh=True)
        else:
            await _told(demo, ended)
    finally:
        await demo.remove()
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def _tell_how(config: Config, console: Console, url: str) -> None:
    import shlex

    home = shlex.quote(str(config.home))
    console.print(f"A virtual house lives at {url} until Ctrl-C. From another terminal:", markup=False, soft_wrap=True)
    for words in (
        'home say "turn off everything in the kitchen but the fridge"',
        'home say "is the garage door open?"',
        'home say "make the sofa lamp warmer and close the blinds"',
        "home list",
        "serve",
    ):
        console.print(f"  {_program()} --home {home} {words}", style="cyan", markup=False, soft_wrap=True)


def _program() -> str:
    called = Path(sys.argv[0])
    return str(called) if called.name == "repartee" and called.parent != Path() else "repartee"


async def _told(demo: Demo, ended: asyncio.Event) -> None:
    """Print a line for every command, where the output is no terminal."""
    told = 0
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), 0.1)
        fresh = min(demo.commands - told, len(demo.heard))
        told = demo.commands
        for line in list(demo.heard)[len(demo.heard) - fresh :]:
            click.echo(printable(line))


def _drawn(demo: Demo) -> RenderableType:
    """Return the house as a table, a line for each device, and the last commands below."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim", show_header=False)
    table.add_column("area", style="dim", no_wrap=True)
    table.add_column("device", no_wrap=True)
    table.add_column("state", no_wrap=True, min_width=30)
    area = ""
    for device in sorted(demo.house.devices, key=lambda each: (each.area, each.name)):
        table.add_row("" if device.area == area else device.area, device.name, _state(device))
        area = device.area
    heard = [Text(f"  {printable(line)}", "dim") for line in demo.heard]
    return Group("", table, "", Text("Last commands" if heard else "No command came yet.", "dim"), *heard)


def _state(device: Device) -> RenderableType:
    from rich.text import Text

    word, share = device.shown()
    lit = word in ("on", "open", "unlocked", "opening", "closing", "unlocking", "locking") or "heating" in word
    moving = word.endswith("ing")
    style = "yellow" if moving else "green" if lit else "dim"
    text = Text(f"{'●' if lit else '○'} {word}", style)
    if share is not None:
        full = round(share * _BAR)
        text.append(f"  {'━' * full}", style).append("─" * (_BAR - full), "dim").append(f" {share:4.0%}", "dim")
    colour = device.state.get("color")
    if device.state.get("color_mode") == "rgb" and isinstance(colour, dict) and word == "on":
        text.append("  ██", f"rgb({colour['r']},{colour['g']},{colour['b']})")
    elif "color_temp" in device.state and word == "on":
        text.append(f"  {device.state['color_temp']} K", "dim")
    return text


def _show_devices(devices: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("area", "device", "state", "id"):
        table.add_column(name, overflow="fold")
    area: object = ""
    for device in sorted(devices, key=lambda each: (each["area"] is None, str(each["area"] or ""), str(each["name"]))):
        state = (
            "not reachable" if not device["available"] else "unknown" if device["state"] is None else device["state"]
        )
        style = "red" if not device["available"] else ""
        shown = "" if device["area"] == area else str(device["area"] or "no area")
        area = device["area"]
        cells = ((shown, "dim"), (device["name"], ""), (state, style), (device["id"], "dim"))
        table.add_row(*(Text(printable(str(cell)), how) for cell, how in cells))
    # What reads a pipe wants a device in a line, however long its name is.
    Console(highlight=False, width=None if sys.stdout.isatty() else _UNWRAPPED).print(table)
