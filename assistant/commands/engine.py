"""`repartee engine`: list, build and bench the reader's runtimes."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.channels.terminal.parameters import FiniteRange
from assistant.config import Config
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from engines.benches.engine import ReadingRow, Row
    from engines.checkpoint import Checkpoint
    from engines.runtimes.runtime import Runtime

BASELINE = "transformers"


@click.group()
def command() -> None:
    """List, build and bench the reader's runtimes."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(config: Config, as_json: bool) -> None:
    """List the runtimes, best first, and whether each works here."""
    from engines.runtimes.cache import EngineCache
    from engines.runtimes.runtime import runtimes

    found = runtimes(config.reader.isa)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found]))
        return
    for each in found:
        click.echo(f"{'✓' if each.available else '✗'} {each.name:14} {each.reason}")
    for entry in EngineCache(config.cache_dir / "engines").entries():
        about = f"{entry.key.library} {entry.key.version.split('-')[0]}, {entry.key.gpu.strip()}, {entry.key.shapes}"
        click.echo(f"  built: {entry.path.name} ({entry.bytes >> 20} MiB; {about})")


@command.command()
@click.option("--from", "model", type=click.Path(path_type=Path), help="A Hugging Face BERT folder or a weights file.")
@click.option("--runtime", default="auto", show_default=True, help="The runtime to build for.")
@click.option(
    "--target", "targets", multiple=True, metavar="X.Y", help="A compute capability to build for, no GPU needed."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def build(config: Config, model: Path | None, runtime: str, targets: tuple[str, ...], as_json: bool) -> None:
    """Build the reader's engine now, so that the first question need not wait for it.

    With --target (may be repeated) TensorRT-RTX builds for GPUs that are not here; copy the cache to where they are.
    """
    from engines.runtimes.runtime import load_runtime

    began = time.perf_counter()
    checkpoint = load_model(str(model) if model else config.reader.model)
    if targets:
        _build_for(config, checkpoint, targets, as_json=as_json)
        return
    threads, isa = config.reader.threads or None, config.reader.isa
    loaded = load_runtime(runtime, checkpoint, cache_dir=config.cache_dir, threads=threads, isa=isa)
    seconds = time.perf_counter() - began
    facts = {"runtime": loaded.name, "device": loaded.device, "buckets": loaded.buckets, "note": loaded.note}
    loaded.close()
    if as_json:
        click.echo(json.dumps({**facts, "seconds": round(seconds, 3)}))
        return
    if loaded.note:
        click.echo(f"repartee: {loaded.note}", err=True)
    lengths = f"{loaded.buckets[0]} to {loaded.buckets[-1]} tokens"
    click.echo(
        f"Ready in {seconds:.1f} s: {loaded.name} on {loaded.device}, {lengths}, up to {loaded.max_batch} at once."
    )


@command.command()
@click.option(
    "--runtime", "names", default="", help="Runtimes, separated by commas; default: every one that works here."
)
@click.option("--model", "models", default="", help="Weights files, Hugging Face folders or sizes (base, large).")
@click.option("--seq", "lengths", default="64,128,256,384", show_default=True, help="Lengths in tokens.")
@click.option("--slot", default=10.0, show_default=True, type=FiniteRange(0, 60000), help="Read slot in ms.")
@click.option("--rounds", default=100, show_default=True, type=click.IntRange(10, 100000), help="Runs per row.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def bench(config: Config, names: str, models: str, lengths: str, slot: float, rounds: int, as_json: bool) -> None:
    """Time runtimes side by side, and the reader end to end with and without a slot.

    The ratio is to Hugging Face transformers (float32, eager; extra [train]), run in turns with the others.
    """
    from engines.runtimes.runtime import runtimes
    from engines.runtimes.transformers_eager import MISSING, installed

    known = [each.name for each in runtimes() if each.available] + ([BASELINE] if installed() else [])
    wanted = [name.strip() for name in names.split(",") if name.strip()] or known
    for name in wanted:
        if name == BASELINE and not installed():
            raise ReparteeError(MISSING)
        if name not in known:
            raise ReparteeError(f"The runtime {name!r} does not work here; choose from {', '.join(known)}.")
    if BASELINE not in wanted and not names:
        click.echo(f"repartee: no ratio is shown: {MISSING}", err=True)
    sequence = [_length(each) for each in lengths.split(",")]
    shapes = [(1, each) for each in sequence] + ([(8, 128)] if 128 in sequence else [])
    rows: list[Row] = []
    readings: list[ReadingRow] = []
    for model in [each.strip() for each in models.split(",") if each.strip()] or [config.reader.model]:
        _bench_model(config, model, wanted, shapes, slot, rounds, rows, readings)
    if as_json:
        click.echo(json.dumps({"runs": [asdict(row) for row in rows], "readings": [asdict(row) for row in readings]}))
    else:
        _show(rows, readings)


def _build_for(config: Config, checkpoint: Checkpoint, targets: tuple[str, ...], *, as_json: bool) -> None:
    from engines.runtimes.cache import EngineCache
    from engines.runtimes.tensorrt.build import build_for

    made = []
    for path in build_for(targets, checkpoint, EngineCache(config.cache_dir / "engines")):
        made.append(str(path))
        if not as_json:
            click.echo(path)
    if as_json:
        click.echo(json.dumps({"runtime": "tensorrt", "targets": targets, "engines": made}))


def load_model(name: str) -> Checkpoint:
    """Load a weights file, a folder, a size (random weights: they only tell speed), or the bundled reader."""
    from engines.checkpoint import Checkpoint, default_checkpoint_path
    from engines.sizes import SIZES, random_checkpoint

    if name in SIZES and not Path(name).exists():
        return random_checkpoint(name, vocab=Checkpoint.load(default_checkpoint_path()).vocab)
    return Checkpoint.load(name or default_checkpoint_path())


def _bench_model(
    config: Config,
    model: str,
    names: list[str],
    shapes: list[tuple[int, int]],
    slot: float,
    rounds: int,
    rows: list[Row],
    readings: list[ReadingRow],
) -> None:
    from engines.benches.engine import Contender, race, read_many
    from engines.reader.reader import Reader
    from engines.runtimes.runtime import UnsuitableModelError, load_runtime
    from engines.runtimes.transformers_eager import TransformersEager

    checkpoint = load_model(model)
    label = Path(model).stem if model else "bundled"
    threads, isa = config.reader.threads or None, config.reader.isa
    loaded: dict[str, Runtime] = {}
    for name in names:
        if name != BASELINE:
            try:
                loaded[name] = load_runtime(name, checkpoint, cache_dir=config.cache_dir, threads=threads, isa=isa)
            except UnsuitableModelError as error:
                click.echo(f"repartee: {label} on {name} is left out: {error}", err=True)
    if not loaded and BASELINE not in names:
        raise ReparteeError(f"None of the runtimes asked for runs {label}; choose others.")
    contenders: dict[str, Contender] = dict(loaded)
    if BASELINE in names:
        contenders[BASELINE] = TransformersEager(checkpoint, threads)
    usable = [(batch, tokens) for batch, tokens in shapes if all(tokens in each.buckets for each in loaded.values())]
    if left_out := sorted({tokens for _, tokens in set(shapes) - set(usable)}):
        some = next(iter(loaded.values()))
        raise ReparteeError(
            f"No runtime has the length {left_out[0]}; choose from {', '.join(map(str, some.buckets))}."
        )
    baseline = BASELINE if BASELINE in contenders else None
    rows += race(
        contenders,
        usable,
        model=label,
        vocab_size=checkpoint.config.vocab_size,
        rounds=rounds,
        baseline=baseline,
        progress=lambda what: click.echo(f"timing {what}", err=True),
    )
    contenders.clear()
    for name, runtime in loaded.items():
        click.echo(f"timing {label} on {name}, questions", err=True)
        reader = Reader(runtime, checkpoint)
        readings.append(read_many(reader, checkpoint.vocab, model=label, passages=1, slot_ms=None, way="whole"))
        if reader.apart is not None:
            readings.append(read_many(reader, checkpoint.vocab, model=label, passages=1, slot_ms=None, way="apart"))
        readings.append(read_many(reader, checkpoint.vocab, model=label, passages=8, slot_ms=slot))
        reader.close()


def _length(text: str) -> int:
    if not text.strip().isdecimal():
        raise ReparteeError(f"{text.strip()!r} is no length in tokens; give --seq as in 64,128.")
    return int(text)


def _show(rows: list[Row], readings: list[ReadingRow]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("model", "runtime", title="Tokens in, logits out")
    for heading in ("batch x tokens", "median ms", "p99 ms", "times transformers"):
        table.add_column(heading, justify="right")
    for row in rows:
        shape = f"{row.batch} x {row.tokens}"
        ratio = f"{row.ratio:.2f}" if row.ratio else "–"
        table.add_row(row.model, row.runtime, shape, f"{row.median_ms:.2f}", f"{row.p99_ms:.2f}", ratio)
    console.print(table)
    table = Table("model", "runtime", title="Question as text in, span out: 200 questions, passages of 60 words")
    for heading in ("way", "slot ms", "passages", "read whole, mean / median", "median ms", "p99 ms", "over the slot"):
        table.add_column(heading, justify="right")
    for each in readings:
        over = "–" if each.over is None else f"{each.over:.1%}"
        limit = "none" if each.slot_ms is None else f"{each.slot_ms:g}"
        times = (f"{each.median_ms:.2f}", f"{each.p99_ms:.2f}")
        way, read = each.way or "as in a turn", f"{each.read:.1f} / {each.read_median:g}"
        table.add_row(each.model, each.runtime, way, limit, str(each.passages), read, *times, over)
    console.print(table)
