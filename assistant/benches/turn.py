"""`repartee bench turn`: spoken questions through the socket, from the true end of speech to the first sound."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from assistant.benches.caller import Caller, Recording, Turn, load_recordings
from assistant.config import OWN_STORE, Config
from assistant.recognizers.word_errors import comparable, word_errors
from assistant.samples import SAMPLES
from engines.errors import ReparteeError
from engines.figures import Figures
from engines.processes import python_environment, python_module

if TYPE_CHECKING:
    from rich.table import Table

RECORDINGS = Path(__file__).parents[2] / "tests" / "data" / "turns"
IDLE_CHUNK_MS = 100  # of the many who are connected and silent
STARTS_WITHIN_S = 60.0


@dataclass(frozen=True)
class Outcome:
    """All turns of one way of running, and what interrupting replies took, ms."""

    name: str
    turns: list[Turn]
    barge_ins_ms: list[float]

    @property
    def latencies_ms(self) -> list[float]:
        """Of the turns that were answered."""
        return [turn.latency_ms for turn in self.turns if turn.latency_ms is not None]

    def to_json(self) -> dict[str, object]:
        """Return the figures."""
        stages = {name for turn in self.turns for name in turn.stages}
        count = max(1, len(self.turns))
        return {
            "turns": len(self.turns),
            "answered": len(self.latencies_ms),
            "latency_ms": Figures.of(self.latencies_ms).to_json(1),
            "false_cut_offs": sum(turn.cut_off for turn in self.turns) / count,
            "right_answers": sum(turn.right for turn in self.turns) / count,
            "word_errors": word_error_rate(self.turns),
            "answers_of_others": sum(not turn.own for turn in self.turns),
            "foreseen": sum(turn.foreseen for turn in self.turns) / count,
            "stages_ms": {
                name: Figures.of([turn.stages[name] for turn in self.turns if name in turn.stages]).to_json(1)
                for name in sorted(stages)
            },
            "barge_in_ms": Figures.of(self.barge_ins_ms).to_json(1),
            "each": [
                {
                    "text": turn.recording.text,
                    "pauses_ms": turn.recording.pauses_ms,
                    "heard": turn.transcript,
                    "answer": turn.answer,
                    "right": turn.right,
                    "cut_off": turn.cut_off,
                    "latency_ms": turn.latency_ms and round(turn.latency_ms, 1),
                    "stages_ms": turn.stages,
                }
                for turn in self.turns
            ],
        }


@click.command()
@click.option("--recordings", type=click.Path(path_type=Path), default=RECORDINGS, help="Folder with turns.jsonl.")
@click.option("--limit", default=0, type=click.IntRange(0), help="Use only so many recordings; 0 for all.")
@click.option("--barge-ins", default=20, show_default=True, type=click.IntRange(0), help="Replies to interrupt.")
@click.option("--sessions", default=1, show_default=True, type=click.IntRange(1), help="Sessions connected at once.")
@click.option("--speaking", default=1, show_default=True, type=click.IntRange(1), help="Of them, speaking at a time.")
@click.option("--turns", default=0, type=click.IntRange(0), help="Spoken questions; 0 asks each recording once.")
@click.option("--recognizer", "names", multiple=True, help="As in speech.recognizer, any number of times.")
@click.option("--speculation", type=click.Choice(["both", "on", "off"]), default="both", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def command(
    config: Config,
    recordings: Path,
    limit: int,
    barge_ins: int,
    sessions: int,
    speaking: int,
    turns: int,
    names: tuple[str, ...],
    speculation: str,
    as_json: bool,
) -> None:
    """Time spoken turns through a server of its own: end of speech to the first sound of the answer.

    Recordings with a known end of speech are played in real time; some have pauses inside the sentence, which are
    where turns are cut off falsely. The bundled documents are the knowledge; the settings of --home apply.
    """
    loaded = load_recordings(recordings)
    if limit:
        # Spread over the file, so that pauses stay as frequent as they are.
        loaded = [loaded[i] for i in np.linspace(0, len(loaded) - 1, min(limit, len(loaded))).astype(int)]
    plan = [loaded[i % len(loaded)] for i in range(turns or len(loaded))]
    from assistant.recognizers.choose import in_any_home

    modes = {"both": (True, False), "on": (True,), "off": (False,)}[speculation]
    outcomes = []
    for name in names or (config.speech.recognizer,):
        heard_by = f", heard by {name}" if names else ""
        ear = in_any_home(name, config.cache_dir, config.models_dir)
        own = replace(config, speech=replace(config.speech, recognizer=ear))
        for speculate in modes:
            outcome = asyncio.run(measure(own, plan, speculate, sessions, speaking, barge_ins if sessions == 1 else 0))
            outcomes.append(replace(outcome, name=f"{outcome.name}{heard_by}"))
    if as_json:
        click.echo(json.dumps({outcome.name: outcome.to_json() for outcome in outcomes}))
    else:
        show(outcomes)


async def measure(
    config: Config, plan: Sequence[Recording], speculate: bool, sessions: int, speaking: int, barge_ins: int
) -> Outcome:
    """Start a server on the bundled documents and put the plan through it."""
    settings = {
        "REPARTEE_CONVERSATION_SPECULATE": str(speculate).lower(),
        "REPARTEE_SPEECH_RECOGNIZER": config.speech.recognizer,
    }
    async with served(config, settings) as server:
        callers = [Caller(seed, idle_chunk_ms=20 if sessions == 1 else IDLE_CHUNK_MS) for seed in range(sessions)]
        try:
            for caller in callers:
                await caller.open(server.url, config.serve.token)
            # Not counted: the parts are loaded by as many as will speak at once.
            await asyncio.gather(*(caller.ask(plan[0]) for caller in callers[:speaking]))
            name = "with speculation" if speculate else "without speculation"
            with progress(f"{name}: questions asked", len(plan)) as step:
                turns = await converse(callers, plan, speaking, step)
            with progress(f"{name}: replies interrupted", barge_ins) as step:
                times = []
                for i in range(barge_ins):
                    times.append(await callers[0].barge_in(plan[i % len(plan)]))
                    step()
        finally:
            await asyncio.gather(*(caller.close() for caller in callers))
    find_mix_ups(callers, turns)
    return Outcome(name, turns, [ms for ms in times if ms is not None])


async def converse(
    callers: Sequence[Caller], plan: Sequence[Recording], speaking: int, step: Callable[[], None] = lambda: None
) -> list[Turn]:
    """Have every caller take recordings from the plan; at most `speaking` of them speak at any moment.

    `step` is called after each turn.
    """
    todo, turns = list(reversed(plan)), []
    floor = asyncio.Semaphore(speaking)

    async def talk(caller: Caller) -> None:
        while todo:
            await floor.acquire()
            if not todo:
                floor.release()
                return
            turns.append(await caller.ask(todo.pop(), floor.release))
            step()

    await asyncio.gather(*(talk(caller) for caller in callers))
    return turns


def find_mix_ups(callers: Sequence[Caller], turns: Sequence[Turn]) -> None:
    """Mark turns in which a session got what belongs to another one.

    That is a response another session got too, or words nearer to another recording than to the one that was spoken.
    """
    got = Counter(response for caller in callers for response in caller.responses)
    texts = {turn.recording.text: comparable(turn.recording.text) for turn in turns}
    for turn in turns:
        heard = comparable(turn.transcript)
        own = word_errors(texts[turn.recording.text], heard)
        others = min((word_errors(text, heard) for text in texts.values()), default=own)
        turn.own = turn.own and got[turn.response] <= 1 and own <= others


@contextmanager
def progress(what: str, steps: int) -> Iterator[Callable[[], None]]:
    """Yield what is to be called after each step; a line on standard error, a terminal, tells how many are done."""
    done = 0

    def tell(end: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{what}: {done} of {steps}", end=end, file=sys.stderr, flush=True)
        elif end:
            print(f"{what}: {done} of {steps}", file=sys.stderr, flush=True)

    def step() -> None:
        nonlocal done
        done += 1
        tell("")

    if steps:
        tell("")
    yield step
    if steps:
        tell("\n")


@dataclass(frozen=True)
class Server:
    """A running `repartee serve`: the URL of its socket, and its process."""

    url: str
    pid: int


@asynccontextmanager
async def served(config: Config, settings: Mapping[str, str]) -> AsyncIterator[Server]:
    """Run `repartee serve` in a process of its own on the bundled documents; `settings` go into its environment."""
    from assistant.parts import Parts

    with tempfile.TemporaryDirectory(prefix="repartee-bench-") as folder:
        home, own = Path(folder), config.home / "repartee.toml"
        if own.exists():
            (home / own.name).write_bytes(own.read_bytes())
        parts = Parts.open(config.elsewhere(home))
        try:
            await parts.in_library(parts.library.add, [SAMPLES])
            await parts.in_library(parts.library.finish)
        finally:
            await parts.close()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        call = [*python_module("assistant"), "--home", str(home), "serve", "--host", "127.0.0.1"]
        call += ["--port", str(port)]
        environment = python_environment() | OWN_STORE | dict(settings)
        with (home / "server.log").open("wb") as log:
            server = await asyncio.create_subprocess_exec(*call, env=environment, stdout=log, stderr=log)
        try:
            if not await _reachable(port, server):
                said = await asyncio.to_thread((home / "server.log").read_text, errors="replace")
                raise ReparteeError(f"The server did not start: {said.strip()[-500:] or 'it said nothing'}")
            yield Server(f"ws://127.0.0.1:{port}/v1/realtime", server.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                server.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(server.wait(), 10)
                server.kill()


async def _reachable(port: int, server: asyncio.subprocess.Process) -> bool:
    give_up = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < give_up and server.returncode is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return True
    return False


def word_error_rate(turns: Sequence[Turn]) -> float:
    """Return the share of the spoken words that were heard as others, not at all, or without having been said."""
    words = [(comparable(turn.recording.text), comparable(turn.transcript)) for turn in turns]
    return round(sum(word_errors(*pair) for pair in words) / max(1, sum(len(said) for said, _ in words)), 4)


def show(outcomes: Sequence[Outcome]) -> None:
    """Print the figures of each way of running."""
    from rich.console import Console

    console = Console(highlight=False)
    for outcome in outcomes:
        figures = outcome.to_json()
        console.print(f"[bold]{outcome.name}[/bold], {len(outcome.turns)} spoken questions")
        console.print(_table(outcome))
        console.print(
            f"false cut-offs {figures['false_cut_offs']:.1%}, right answers {figures['right_answers']:.0%}, "
            f"words heard wrong {figures['word_errors']:.1%}, "
            f"answered {figures['answered']} of {figures['turns']}, foreseen {figures['foreseen']:.0%}, "
            f"answers of other sessions {figures['answers_of_others']}\n"
        )


def _table(outcome: Outcome) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("ms", no_wrap=True)
    for column in ("p50", "p95", "worst"):
        table.add_column(column, justify="right")
    rows = {"end of speech to first sound": Figures.of(outcome.latencies_ms)}
    for stage in dict.fromkeys(name for turn in outcome.turns for name in turn.stages):
        rows["  " + stage] = Figures.of([turn.stages[stage] for turn in outcome.turns if stage in turn.stages])
    rows["speech to silence (barge-in)"] = Figures.of(outcome.barge_ins_ms)
    for name, row in rows.items():
        if row.runs:
            table.add_row(name, *(f"{value:.1f}" for value in (row.p50, row.p95, row.worst)))
    return table
