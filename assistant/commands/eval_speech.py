"""`repartee eval speech`: how many words of a set of recordings the recognizer gets wrong, and how long it takes."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.audio.pace import in_real_time
from assistant.audio.samples import RATE
from assistant.channels.terminal.printable import printable
from assistant.config import Config
from assistant.recognizers.recordings import words_in
from assistant.recognizers.word_errors import comparable, word_errors
from engines.errors import ReparteeError
from engines.figures import Figures
from engines.json_lines import read_objects

if TYPE_CHECKING:
    from assistant.audio.noise import Condition
    from assistant.audio.samples import Pcm
    from assistant.recognizers.recognizer import Recognizer

CHUNK_MS = 100  # of audio a live stream is fed at a time
SETTLE_MS = 64.0  # of quiet, after which the ear has the recognizer settle


@dataclass(frozen=True)
class Recording:
    """A line of a manifest: what is said in a file, from `start_s` to `end_s` (None is the end), and made `worse`."""

    file: Path
    text: str
    start_s: float = 0.0
    end_s: float | None = None
    worse: Condition | None = None

    def load(self) -> Pcm:
        """Return int16[samples] at 16 kHz. Raises AudioError."""
        from assistant.audio.files import load_audio

        pcm = load_audio(self.file)
        said = pcm[int(self.start_s * RATE) : None if self.end_s is None else int(self.end_s * RATE)]
        return said if self.worse is None else self.worse(said)


@dataclass(frozen=True)
class Result:
    """One recording recognised. `waited_s` is from its last sample to the final transcript."""

    file: str
    said: str
    heard: str
    words: int
    errors: int
    audio_s: float
    spent_s: float
    waited_s: float


@click.command("speech")
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("--kind", default="", help="Only rows whose field `kind` is this.")
@click.option(
    "--live", is_flag=True, help="Feed each recording as fast as it was spoken, and time the wait at its end."
)
@click.option(
    "--pause",
    "pause_ms",
    default=0.0,
    type=click.FloatRange(0, 5000),
    metavar="MS",
    help="With --live: quiet after each, in which the recognizer settles as in a conversation; then the wait begins.",
)
@click.option(
    "--recognizer",
    "names",
    multiple=True,
    help="As in speech.recognizer, any number of times; default: all that work.",
)
@click.option("--plain", is_flag=True, help="Do not bias the recognizer to the documents of the store.")
@click.option("--noise", is_flag=True, help="Make each recording worse in several ways: a table of words wrong.")
@click.option(
    "--ways",
    default="",
    metavar="WAY,...",
    help="Compare ways to the same words: file, push (a button held) and live (spoken freely); a table of words wrong.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line for each recording.")
@click.pass_obj
def command(
    config: Config,
    manifest: Path,
    *,
    kind: str,
    live: bool,
    pause_ms: float,
    names: tuple[str, ...],
    plain: bool,
    noise: bool,
    ways: str,
    as_json: bool,
    verbose: bool,
) -> None:
    """Score recognizers on MANIFEST: JSON lines with "file" (beside the manifest), "text", and maybe "start", "end".

    Words are compared without case and punctuation, figures as they are said. Rows without text are left out.
    """
    recordings = list(read_manifest(manifest, kind))
    if not recordings:
        raise ReparteeError(
            f'{manifest}: no rows to score; expected lines such as {{"file": "a.wav", "text": "hello"}}.'
        )
    if ways:
        from assistant.benches.speech_ways import WAYS, compare

        wanted = ways.split(",")
        if not set(wanted) <= set(WAYS):
            raise ReparteeError(f"--ways {ways}: expected one or more of {', '.join(WAYS)}, with commas between them.")
        table = {
            name: asyncio.run(compare(config, name, recordings, wanted)) for name in names or _those_that_work(config)
        }
        click.echo(json.dumps(table) if as_json else _page(table))
        return
    if noise:
        table = {
            name: _in_noise(config, name, recordings, live=live, pause_ms=pause_ms, plain=plain)
            for name in names or _those_that_work(config)
        }
        click.echo(json.dumps(table) if as_json else _page(table))
        return
    reports: dict[str, dict[str, Any]] = {}
    for name in names or _those_that_work(config):
        results, memory_mb, cpu_s = asyncio.run(
            _evaluate(config, name, recordings, live=live, pause_ms=pause_ms, plain=plain)
        )
        summary: dict[str, Any] = summarise(results) | {"memory_mb": memory_mb, "cpu_s": cpu_s}
        reports[name] = summary
        if as_json:
            summary |= {"rows": [result.__dict__ for result in results]} if verbose else {}
            continue
        for result in results if verbose else ():
            file, words, heard = (printable(text) for text in (str(result.file), result.said, result.heard))
            click.echo(f"{result.errors:3d}/{result.words:<3d} {file}\n        {words}\n        {heard}")
        click.echo(_line(name, summary, live=live))
    if as_json:
        click.echo(json.dumps(reports))


def _in_noise(
    config: Config, name: str, recordings: Sequence[Recording], *, live: bool, pause_ms: float, plain: bool
) -> dict[str, float]:
    """Return the share of words wrong by condition (`assistant.audio.noise`)."""
    from assistant.audio.noise import conditions

    sounds = [recording.load() for recording in recordings]
    rows: list[tuple[str, Recording]] = []
    for place, recording in enumerate(recordings):
        others = sounds[:place] + sounds[place + 1 :]
        worse = conditions(others or sounds, seed=place)
        rows += [(condition, replace(recording, worse=make)) for condition, make in worse.items()]
    made = [recording for _, recording in rows]
    results, _, _ = asyncio.run(_evaluate(config, name, made, live=live, pause_ms=pause_ms, plain=plain))
    by_condition: dict[str, list[Result]] = {}
    for (condition, _), result in zip(rows, results, strict=True):
        by_condition.setdefault(condition, []).append(result)
    return {condition: summarise(found)["wer"] for condition, found in by_condition.items()}


def _page(table: dict[str, dict[str, float]]) -> str:
    lines = [f"{'words wrong':<20}" + "".join(f"{name:>16}" for name in table)]
    lines += [
        f"{condition:<20}" + "".join(f"{wrong[condition]:>16.1%}" for wrong in table.values())
        for condition in next(iter(table.values()), {})
    ]
    return "\n".join(lines)


def _line(name: str, summary: dict[str, Any], *, live: bool) -> str:
    """Return a line for people. While somebody speaks the clock says nothing of the work; the processor's time does."""
    factor = summary["cpu_s"] / max(summary["audio_s"], 1e-9) if live else summary["real_time_factor"]
    return (
        f"{name}: {summary['recordings']} recordings, {summary['audio_s']:.0f} s: {summary['wer']:.1%} of "
        f"{summary['words']} words wrong, {'CPU seconds a second' if live else 'real-time factor'} {factor:.2f}, "
        f"wait at the end p50 {summary['wait_ms_p50']:.0f} ms, p95 {summary['wait_ms_p95']:.0f} ms, "
        f"{summary['memory_mb']} MB"
    )


def _those_that_work(config: Config) -> list[str]:
    from assistant.recognizers.choose import installed

    name = config.speech.recognizer
    return installed(config.cache_dir, config.models_dir) if name == "auto" else [name]


def read_manifest(manifest: Path, kind: str = "") -> Iterator[Recording]:
    """Yield the rows that have a text. Raises ReparteeError that names the line which cannot be used."""
    for number, row in read_objects(manifest):
        try:
            end = row.get("end")
            recording = Recording(
                manifest.parent / row["file"],
                str(row.get("text") or ""),
                float(row.get("start") or 0.0),
                None if end is None else float(end),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ReparteeError(
                f'{manifest}, line {number}: expected an object with "file" and "text", and numbers for "start", "end".'
            ) from error
        if recording.text.strip() and kind in {"", row.get("kind")}:
            yield recording


async def recognise(recognizer: Recognizer, recording: Recording, *, live: bool, pause_ms: float = 0.0) -> Result:
    """Recognise one recording, as a whole or fed while it would be spoken.

    With a pause the recognizer settles in it, as the ear has it do, and `waited_s` is what is left after the pause.
    """
    pcm = await asyncio.to_thread(recording.load)
    started = time.perf_counter()
    if live:
        stream = recognizer.stream()
        async for chunk in in_real_time(pcm, CHUNK_MS):
            await stream.feed(chunk)
        ended = time.perf_counter() + pause_ms / 1000
        if pause_ms >= SETTLE_MS:
            await asyncio.sleep(SETTLE_MS / 1000)
            await stream.settle()
            await asyncio.sleep(max(0.0, ended - time.perf_counter()))
        else:
            await asyncio.sleep(pause_ms / 1000)
        transcript = await stream.finish()
    else:
        ended = started
        transcript = await words_in(recognizer, pcm)
    now = time.perf_counter()
    said, heard = comparable(recording.text), comparable(transcript.text)
    return Result(
        recording.file.name,
        " ".join(said),
        " ".join(heard),
        len(said),
        word_errors(said, heard),
        round(len(pcm) / RATE, 3),
        round(now - started, 4),
        round(now - ended, 4),
    )


def summarise(results: Sequence[Result]) -> dict[str, float]:
    """Return the figures over all recordings; times are wall clock."""
    words, audio_s = sum(result.words for result in results), sum(result.audio_s for result in results)
    waits = Figures.of([1000 * result.waited_s for result in results])
    return {
        "recordings": len(results),
        "audio_s": round(audio_s, 2),
        "words": words,
        "errors": sum(result.errors for result in results),
        "wer": round(sum(result.errors for result in results) / max(words, 1), 4),
        "real_time_factor": round(sum(result.spent_s for result in results) / max(audio_s, 1e-9), 3),
        "wait_ms_p50": round(waits.p50, 1),
        "wait_ms_p95": round(waits.p95, 1),
    }


def processes_of_ours() -> tuple[int, float]:
    """Return the most memory (MB) that the processes we started had at a time, and their processor's time (s) so far.

    Nothing where the system has no /proc.
    """
    memory_kb, ticks = 0, 0
    for process in Path("/proc/self/task").glob("*/children"):
        for number in process.read_text().split():
            with suppress(OSError, ValueError, IndexError):
                status = Path(f"/proc/{number}/status").read_text()
                memory_kb += int(status.partition("VmHWM:")[2].split()[0])
                # The fields after the name in brackets: user and system time are the 14th and 15th of all.
                fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return memory_kb // 1024, ticks / os.sysconf("SC_CLK_TCK")


async def _evaluate(
    config: Config, name: str, recordings: Sequence[Recording], *, live: bool, pause_ms: float, plain: bool
) -> tuple[list[Result], int, float]:
    """Return the results, and the most memory (MB) and the processor's time (s) of the recognizer's processes."""
    from assistant.library import has_store, opened_library
    from assistant.recognizers.choose import load_recognizer
    from assistant.recognizers.lexicon import Lexicon

    with ExitStack() as stack:
        lexicon = None
        if not plain and has_store(config):
            lexicon = Lexicon([stack.enter_context(opened_library(config))])
        recognizer = await asyncio.to_thread(
            load_recognizer,
            name,
            config.cache_dir,
            lexicon,
            models_dir=config.models_dir,
            language=config.speech.language,
        )
        try:
            if live:
                await recognizer.prepare()
            await recognizer.transcribe(recordings[0].load()[:RATE])  # loads its models
            _, before_s = processes_of_ours()
            results = [await recognise(recognizer, recording, live=live, pause_ms=pause_ms) for recording in recordings]
            memory_mb, after_s = processes_of_ours()
            return results, memory_mb, round(after_s - before_s, 2)
        finally:
            await recognizer.close()
