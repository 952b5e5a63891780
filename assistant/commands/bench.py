"""`repartee bench`: whole turns measured, on the bundled documents and questions."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import click

from assistant.benches.home import command as home
from assistant.benches.house import command as house
from assistant.benches.page import command as page
from assistant.benches.serve import command as serve
from assistant.benches.turn import command as turn
from assistant.config import OWN_STORE, Config
from assistant.samples import SAMPLES, bundled_questions, is_right
from assistant.turn.budget import DEFAULT_SLOTS
from engines.figures import Figures
from engines.processes import python_environment, python_module


@click.group()
def command() -> None:
    """Measure whole turns."""


command.add_command(turn, "turn")
command.add_command(serve, "serve")
command.add_command(page, "page")
command.add_command(home, "home")
command.add_command(house, "house")


@command.command()
@click.option("--turns", default=200, show_default=True, type=click.IntRange(1), help="Warm turns to measure.")
@click.option("--cold", default=5, show_default=True, type=click.IntRange(0), help="Fresh processes to measure.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def ask(config: Config, turns: int, cold: int, as_json: bool) -> None:
    """Time `repartee ask` from a cold start, and warm turns from text to answer, stage by stage.

    The bundled documents are added to a home made for the occasion; the settings of --home apply.
    """
    with tempfile.TemporaryDirectory(prefix="repartee-bench-") as folder:
        home = Path(folder)
        right, asked, warm = asyncio.run(warm_turns(config.elsewhere(home), turns))
        times = {"cold start of `repartee ask`": cold_starts(home, cold)} if cold else {}
    figures = {name: Figures.of(values) for name, values in (warm | times).items()}
    if as_json:
        report = {name: figure.to_json() for name, figure in figures.items()}
        click.echo(json.dumps({"figures_ms": report, "answered_right": right, "questions": asked}))
    else:
        show(figures, config.budget.slots())
        click.echo(f"{right} of {asked} bundled questions answered right (abstaining where they have no answer).")


async def warm_turns(config: Config, turns: int) -> tuple[int, int, dict[str, list[float]]]:
    """Ask the bundled questions in turn; return how many of how many were right, and the times by stage, ms."""
    from assistant.parts import Parts
    from assistant.turn.turn import take

    questions = bundled_questions()
    parts = Parts.open(config)
    context = parts.context(collections=None)
    try:
        await parts.in_library(parts.library.add, [SAMPLES])
        await parts.in_library(parts.library.finish)  # as after `knowledge add`
        right = 0
        for question, answers in questions.items():  # the first round warms up and checks the answers
            reply = await take(question, parts=parts, context=context)
            right += is_right(reply.answer.text if reply.answer else None, answers)
        times: dict[str, list[float]] = defaultdict(list)
        asked = list(questions)
        for turn in range(turns):
            reply = await take(asked[turn % len(asked)], parts=parts, context=context)
            for stage in reply.stages:
                times[stage.name].append(stage.spent_ms)
            times["text to answer, warm"].append(reply.total_ms)
    finally:
        await parts.close()
    return right, len(questions), times


def cold_starts(home: Path, runs: int) -> list[float]:
    """Return the wall clock of whole `repartee ask` processes, ms."""
    question = next(iter(bundled_questions()))
    call = python_module("assistant", "--home", str(home), "ask", question, "--json")
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(call, check=True, env=python_environment() | OWN_STORE, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - started) * 1e3)
    return times


def show(figures: Mapping[str, Figures], slots: Mapping[str, float] = DEFAULT_SLOTS) -> None:
    """Print figures as a table, with the budget of those that are stages."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("ms", no_wrap=True)
    for column in ("median", "p99", "worst", "runs", "budget"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, figure in figures.items():
        budget = f"{slots[name]:g}" if name in slots else ""
        numbers = (f"{value:.1f}" for value in (figure.p50, figure.p99, figure.worst))
        table.add_row(name, *numbers, str(figure.runs), budget)
    Console(highlight=False).print(table)
