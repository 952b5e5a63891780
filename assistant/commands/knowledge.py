"""`repartee knowledge`: add, list, remove and search documents."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.channels.terminal.parameters import GivenPath
from assistant.channels.terminal.printable import printable
from assistant.config import Config
from assistant.library import opened_library, read_ahead
from engines.errors import ReparteeError
from knowledge.collections import check_name

if TYPE_CHECKING:
    from rich.console import Console

    from knowledge.ingest import AddEvent, AddReport
    from knowledge.library import Hit, Library
    from knowledge.store.records import Document

#: Where there is no terminal to show a bar, it is said this often how far it is.
TOLD_S = 10.0


@click.group()
def command() -> None:
    """Add, list, remove and search the documents that are answered from."""


@command.command()
@click.argument("paths", nargs=-1, required=True, type=GivenPath())
@click.option("--prune", is_flag=True, help="Remove what came from these folders and is no longer there.")
@click.option("--collection", metavar="NAME", help="Put them into a collection, for those who may ask it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def add(config: Config, paths: tuple[Path, ...], prune: bool, collection: str | None, as_json: bool) -> None:
    """Add documents and folders of documents: Markdown, HTML, text, PDF, Word and more.

    Unchanged ones are skipped and changed ones replaced; what cannot be read is named, and the rest is added. Documents
    that have gone from a folder stay in the store, and are named, until --prune or `remove`. Without
    --collection a document stays in the one it is in, and everybody may ask a new one.
    """
    if collection is not None:
        check_name(collection)
    for path in paths:
        if not path.exists():
            raise ReparteeError(f"{path} does not exist; check the path.")
    with opened_library(config) as library:
        report = _add_until_stopped(library, paths, prune, collection)
        kept = len(report.added) + len(report.replaced) + len(report.unchanged) + len(report.removed)
        for _, sentence in report.failed if kept else report.failed[1:]:
            click.echo(f"repartee: {printable(sentence)}", err=True)
        if not kept:
            others = f" (and {len(report.failed) - 1} more failed)" if len(report.failed) > 1 else ""
            raise ReparteeError(f"Nothing was added{others}: {report.failed[0][1]}")
        if report.skipped:
            kinds = ", ".join(f"{count} {suffix or 'without a suffix'}" for suffix, count in report.skipped[:8])
            click.echo(f"repartee: Files of other kinds were left out: {printable(kinds)}.", err=True)
        for document in report.gone:
            click.echo(
                f"repartee: {printable(document.name)} is gone from the disk and still in the store; remove it with: "
                f"repartee knowledge remove {document.id} (all such: add --prune).",
                err=True,
            )
        if collection and not config.serve.token and collection not in config.knowledge.collections:
            click.echo(
                f"repartee: Nobody may ask {collection} over the network yet; say who in [knowledge.collections].",
                err=True,
            )
        passages = library.count()
        read_ahead(config, library)
    if as_json:
        outcomes = {name: [str(path) for path in getattr(report, name)] for name in ("added", "replaced", "unchanged")}
        skipped = dict(report.skipped)
        failed = [{"path": str(path), "error": sentence} for path, sentence in report.failed]
        gone, removed = (
            [{"id": each.id, "path": each.path} for each in some] for some in (report.gone, report.removed)
        )
        click.echo(
            json.dumps(
                {
                    **outcomes,
                    "failed": failed,
                    "gone": gone,
                    "removed": removed,
                    "skipped": skipped,
                    "passages": passages,
                }
            )
        )
        return
    counts = {name: len(getattr(report, name)) for name in ("added", "replaced", "unchanged", "removed", "failed")}
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    click.echo(f"{said}; the store now has {passages} {'passage' if passages == 1 else 'passages'}.")


@command.command()
@click.argument("paths", nargs=-1, required=True, type=GivenPath())
@click.option("--collection", metavar="NAME", help="Put what is new or changed into a collection.")
@click.option("--poll", is_flag=True, help="Look at every file again and again: for drives that tell of no changes.")
@click.pass_obj
def watch(config: Config, paths: tuple[Path, ...], poll: bool, collection: str | None) -> None:
    """Keep the store as documents and folders of documents are, until stopped.

    What is saved, renamed or moved there is taken up within a second or so, and what is deleted there is removed;
    beside a running server too. Of a folder that is empty or not there nothing is removed: it may be a drive.
    """
    import threading

    if collection is not None:
        check_name(collection)
    try:
        import watchfiles  # noqa: F401
    except ImportError as error:
        raise ReparteeError("watching needs watchfiles; install it with: pip install 'repartee[documents]'.") from error
    from knowledge.watch import Watch

    for path in paths:
        if not path.exists():
            raise ReparteeError(f"{path} does not exist; check the path.")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with opened_library(config) as library:
        click.echo(f"Watching {', '.join(printable(str(path)) for path in paths)}; stop with Ctrl-C.")
        watched = Watch(library, [path.resolve() for path in paths], _tell_changes, collection=collection)
        watched.run(stop, polling=poll or None)


def _tell_changes(report: AddReport) -> None:
    for name in ("added", "replaced"):
        for path in getattr(report, name):
            click.echo(f"{printable(str(path))}: {name}.")
    for document in report.removed:
        click.echo(f"{printable(document.path)}: removed.")
    for _, sentence in report.failed:
        click.echo(f"repartee: {printable(sentence)}", err=True)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.pass_obj
def list_(config: Config, as_json: bool) -> None:
    """List the documents in the store."""
    with opened_library(config) as library:
        documents = library.documents()
    if as_json:
        names = ("id", "path", "title", "passages", "bytes", "added_at", "collection")
        click.echo(json.dumps([{name: getattr(document, name) for name in names} for document in documents]))
    elif documents:
        _show_documents(documents)
    else:
        click.echo("The store has no documents; add some with: repartee knowledge add PATH")


@command.command()
@click.argument("document_id", metavar="ID", type=int)
@click.pass_obj
def remove(config: Config, document_id: int) -> None:
    """Remove the document with the number ID, as `list` shows it."""
    with opened_library(config) as library:
        library.remove(document_id)
    click.echo(f"Document {document_id} was removed.")


@command.command()
@click.argument("query")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 100), help="Show at most this many passages.")
@click.pass_obj
def search(config: Config, query: str, as_json: bool, k: int) -> None:
    """Show the passages that match QUERY best."""
    if not query.strip():
        raise ReparteeError("The query is empty; give the words to search for.")
    with opened_library(config) as library:
        hits = library.search(query, k)
    if as_json:
        click.echo(json.dumps([_as_json(hit) for hit in hits]))
    elif hits:
        _show_hits(hits)
    else:
        click.echo("No passage has these words.")


class _StoppedError(KeyboardInterrupt):
    """SIGTERM has come."""


def _add_until_stopped(library: Library, paths: tuple[Path, ...], prune: bool, collection: str | None) -> AddReport:
    """Add documents; Ctrl-C and SIGTERM end the command with a sentence, and what was added stays."""

    def stop(*_: object) -> None:
        raise _StoppedError

    last: list[AddEvent] = []
    usual = signal.signal(signal.SIGTERM, stop)
    try:
        return _add_with_progress(
            library, paths, prune, collection, lambda event: last.__setitem__(slice(None), [event])
        )
    except KeyboardInterrupt as interrupt:
        done = f"{last[0].done} of {last[0].total} documents" if last else "the documents were found"
        click.echo(f"repartee: Stopped after {done}; what was added stays, give the same again for the rest.", err=True)
        number = signal.SIGTERM if isinstance(interrupt, _StoppedError) else signal.SIGINT
        raise click.exceptions.Exit(128 + number) from interrupt
    finally:
        signal.signal(signal.SIGTERM, usual)


def _add_with_progress(
    library: Library, paths: tuple[Path, ...], prune: bool, collection: str | None, heard: Callable[[AddEvent], None]
) -> AddReport:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    if not sys.stderr.isatty():  # a bar that shows nothing still ends with an empty line
        with _told_now_and_then(heard) as tell:
            return library.add(paths, tell, prune=prune, collection=collection)
    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(event: AddEvent) -> None:
            heard(event)
            bar.update(task, completed=event.done, total=event.total, description=printable(event.path.name))

        return library.add(paths, show, prune=prune, collection=collection)


@contextmanager
def _told_now_and_then(heard: Callable[[AddEvent], None]) -> Iterator[Callable[[AddEvent], None]]:
    """Say every TOLD_S seconds how far it is, also in the middle of a long document, to a log or who waits for it."""
    last: list[AddEvent] = []
    done = threading.Event()

    def say() -> None:
        while not done.wait(TOLD_S):
            so_far = f"{last[0].done} of {last[0].total} documents are done" if last else "reading the first document"
            click.echo(f"repartee: Still at work, {so_far}.", err=True)

    thread = threading.Thread(target=say, name="progress", daemon=True)
    thread.start()

    def hear(event: AddEvent) -> None:
        last[:] = [event]
        heard(event)

    try:
        yield hear
    finally:
        done.set()
        thread.join()


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _show_documents(documents: list[Document]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    columns = [("id", "right"), ("passages", "right"), ("title", "left"), ("document", "left")]
    if in_collections := any(document.collection for document in documents):
        columns.append(("collection", "left"))
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for document in documents:
        cells = [str(document.id), str(document.passages), document.title, document.name]
        if in_collections:
            cells.append(document.collection)
        table.add_row(*(Text(printable(cell)) for cell in cells))
    _console().print(table)


def _show_hits(hits: list[Hit]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console = _console()
    for hit in hits:
        passage = hit.passage
        page = passage.page()
        place, document = printable(passage.context), printable(passage.document)
        document += "" if page is None else f", page {page}"
        console.print(Text.assemble((f"{hit.score:5.2f}  ", "dim"), (place, "bold"), (f"  {document}", "dim")))
        console.print(Padding(Text(printable(" ".join(passage.text.split()))), (0, 0, 1, 7)))


def _as_json(hit: Hit) -> dict[str, object]:
    passage = hit.passage
    return {
        "passage_id": passage.id,
        "document_id": passage.document_id,
        "document": passage.document,
        "title": passage.title,
        "headings": passage.headings,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page(),
        "score": hit.score,
        "text": passage.text,
    }
