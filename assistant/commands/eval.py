"""`repartee eval`: the reader on SQuAD files and documents, the recognizer on recordings, commands over a house."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from assistant.channels.terminal.parameters import FiniteRange
from assistant.config import Config
from assistant.lazy import LazyGroup
from engines.errors import ReparteeError
from engines.files import write_whole

if TYPE_CHECKING:
    from engines.evaluate import Find
    from engines.reader.reader import Reader
    from engines.squad import Question


#: What needs libraries of its own, in modules of its own.
ELSEWHERE = {
    "speech": "Transcribe recordings and count word errors.",
    "documents": "Ask documents the questions that stand beside them and count what is right.",
    "home": "Understand sentences over a house and count what is right.",
}


@click.group(cls=LazyGroup, elsewhere=ELSEWHERE, module="assistant.commands.eval_{}")
def command() -> None:
    """Score the reader (squad), the recognizer (speech) and commands to devices (home) on test sets."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--open", "retrieve", is_flag=True, help="Put all contexts in a store and find the passages there.")
@click.option("--limit", type=click.IntRange(1), help="Ask this many questions, spread evenly over the file.")
@click.option("--predictions", type=click.Path(path_type=Path), help="Write {id: answer} for the official scripts.")
@click.option("--slot", type=FiniteRange(0), help="Read within this many ms, as a turn does.")
@click.option(
    "--way",
    type=click.Choice(["whole", "apart"]),
    help="Read every passage with its question, or apart; default: apart where the slot is too short.",
)
@click.option("--runtime", default="", help="The runtime; default: the configured one.")
@click.option("--against", default="", help="Another runtime to compare answers with, openvino-f32 for instance.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def squad(
    config: Config,
    file: Path,
    retrieve: bool,
    limit: int | None,
    predictions: Path | None,
    slot: float | None,
    way: Literal["whole", "apart"] | None,
    runtime: str,
    against: str,
    as_json: bool,
) -> None:
    """Ask the questions of a SQuAD 1.1 or 2.0 FILE and report exact match, F1 and latency."""
    from engines.evaluate import agreement, evaluate, report
    from engines.squad import load

    questions = load(file)
    titles = {each.context: each.title for each in questions}
    if limit and limit < len(questions):
        questions = [questions[number * len(questions) // limit] for number in range(limit)]
    if predictions and not predictions.absolute().parent.is_dir():
        raise ReparteeError(f"{predictions}: there is no such folder to write to; create it first.")

    @contextlib.contextmanager
    def run(name: str) -> Iterator[tuple[str, Reader]]:
        from engines.reader.reader import Reader

        model, threads = config.reader.model or None, config.reader.threads or None
        isa = config.reader.isa
        reader = Reader.load(model, runtime=name, cache_dir=config.cache_dir, threads=threads, isa=isa)
        with contextlib.closing(reader):
            yield f"{reader.runtime_name} ({reader.runtime.device})", reader

    with (
        run(runtime or config.reader.runtime) as (device, reader),
        _passages(
            reader, titles, config.reader.passages if retrieve else None, ahead=slot is not None or way == "apart"
        ) as find,
        _progress(len(questions)) as show,
    ):
        found = evaluate(reader, questions, find, slot_ms=slot, progress=show, way=way or "")
        table: dict[str, object] = {"file": file.name, "runtime": device, "open": retrieve, "slot_ms": slot, "way": way}
        table |= report(questions, found)
        if against:
            with run(against) as (other_device, other), _progress(len(questions)) as show_again:
                reference = evaluate(other, questions, find, slot_ms=slot, progress=show_again, way=way or "")
            table |= {"against": other_device, **dict(agreement(reference, found))}
            table |= {f"against_{name}": report(questions, reference)[name] for name in ("exact", "f1", "best_f1")}
    if predictions:
        write_whole(predictions, json.dumps(found.predictions, ensure_ascii=False).encode())
    click.echo(json.dumps(table) if as_json else _page(table))


@contextlib.contextmanager
def _passages(reader: Reader, titles: dict[str, str], count: int | None, *, ahead: bool) -> Iterator[Find | None]:
    """Give what finds a question's passages, just as a turn would read them; None for each its own.

    They are found in a temporary store of all contexts, each a document with the title of its article. `ahead`: with
    states, where the reader reads such.
    """
    if count is None:
        yield None
        return
    from engines.reader.reader import ReadablePassage
    from knowledge.library import Library
    from knowledge.passages import readable

    with tempfile.TemporaryDirectory(prefix="repartee-eval-") as home:
        library = Library.open(Path(home), reader.tokenize)
        with contextlib.closing(library):
            texts = ((f"{number} {title}".strip(), text) for number, (text, title) in enumerate(titles.items()))
            if reader.vectors is not None:
                library.rank_with(reader.vectors)
            if reader.apart is not None and ahead:
                library.read_with(reader.apart)
            library.add_texts(texts, title=lambda name: name.partition(" ")[2])
            library.finish()

            def find(question: Question) -> list[ReadablePassage]:
                return [readable(hit.passage) for hit in library.search(question.question, k=count)]

            yield find


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("asking", total=total)
        yield lambda done: bar.update(task, completed=done)


def _page(table: dict[str, object]) -> str:
    def row(label: str, *keys: str, unit: str = "") -> str:
        shown = [f"{value:.2f}{unit}" if isinstance(value := table.get(key), float) else str(value) for key in keys]
        return f"{label:<28}{'  '.join(shown)}"

    lines = [
        f"{table['file']} on {table['runtime']}",
        row("questions", "total"),
        row("exact match, F1", "exact", "f1"),
        row("  answerable", "answerable", "answerable_exact", "answerable_f1"),
        row("  best span, given or not", "span_exact", "span_f1"),
        row("  unanswerable", "unanswerable", "unanswerable_exact"),
        row("best F1, at threshold", "best_f1", "best_threshold"),
        row("reading p50, p99", "read_p50_ms", "read_p99_ms", unit=" ms"),
    ]
    if table["open"]:
        lines += [
            row("retrieval p50, p99", "find_p50_ms", "find_p99_ms", unit=" ms"),
            row("passages read", "passages_read"),
        ]
    if "against" in table:
        lines.append(f"against {table['against']}")
        lines.append(row("  exact match, F1, best F1", "against_exact", "against_f1", "against_best_f1"))
        changed = [f"{100 * float(str(table[key])):.2f} %" for key in ("answers_changed", "best_spans_changed")]
        lines.append(f"{'  answers, spans changed':<28}{'  '.join(changed)}")
        lines.append(row("  score error (rms logits)", "margin_error"))
    return "\n".join(lines)
