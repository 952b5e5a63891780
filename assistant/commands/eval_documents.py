"""`repartee eval documents`: questions with their documents, asked as in a turn, and what became of each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.channels.terminal.parameters import FiniteRange
from assistant.config import Config
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.turn.events import Reply
    from knowledge.questions import Asked, AskedDocument

#: In the order of the table; a right answer out of another document counts as right and is shown apart.
VERDICTS = ("right", "cut", "wrong", "abstained", "answered though unanswerable")


@click.command("documents")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--split", type=click.Choice(["all", "train", "test"]), default="all", help="Which documents to ask of.")
@click.option("--unnamed", is_flag=True, help="Ask those that do not name their document, not the others.")
@click.option("--slot", type=FiniteRange(0), help="The slot of reading in ms; default: the configured one.")
@click.option("--limit", type=click.IntRange(1), help="Ask this many questions, spread evenly.")
@click.option("--wrong", "show_wrong", is_flag=True, help="Show the questions that are not answered rightly.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every question.")
@click.pass_obj
def command(
    config: Config,
    folder: Path,
    split: str,
    unnamed: bool,
    slot: float | None,
    limit: int | None,
    show_wrong: bool,
    as_json: bool,
) -> None:
    """Put the documents of FOLDER in a store of their own, ask the questions that stand beside them in .jsonl files as
    a turn asks, and count by kind what is right, cut, wrong and abstained. docs/retrieval.md says what counts as right.

    All documents are in the store; --split chooses whose questions are asked. With --unnamed, each is asked of its own
    document alone."""
    from knowledge.questions import read_folder

    documents = read_folder(folder)
    asked = [
        (document, each)
        for document in documents
        if split in ("all", document.split)
        for each in document.asked
        if each.unnamed == unnamed
    ]
    if limit and limit < len(asked):
        asked = [asked[number * len(asked) // limit] for number in range(limit)]
    if not asked:
        read_folder(folder, split)  # says that there are none
        raise ReparteeError(f"{folder} has no questions that {'do not name' if unnamed else 'name'} their document.")
    with tempfile.TemporaryDirectory(prefix="repartee-eval-") as home:
        inside = config.elsewhere(Path(home))
        rows, facts = asyncio.run(_ask_all(inside, documents, asked, slot, unnamed=unnamed))
    table = {"folder": str(folder), "split": split, **facts, **_count(rows)}
    if as_json:
        click.echo(json.dumps(table | {"rows": rows}, ensure_ascii=False))
        return
    if show_wrong:
        for row in rows:
            if row["verdict"] != "right":
                click.echo(f"{row['verdict']:10} {row['kind']:8} {row['question']}\n           said: {row['answer']!r}")
                click.echo(f"           want: {row['wanted']!r}")
    click.echo(_page(table))


async def _ask_all(
    config: Config,
    documents: list[AskedDocument],
    asked: list[tuple[AskedDocument, Asked]],
    slot: float | None,
    *,
    unnamed: bool,
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Add the documents, then ask one question after the other; a row for each.

    A question that does not name its document is asked of that alone: among many nobody could tell which is meant.
    """
    from assistant.parts import Parts
    from assistant.turn.budget import Budget

    rows = []
    slots = dict(config.budget.slots())
    slots["read"] = slots["read"] if slot is None else slot
    async with contextlib.AsyncExitStack() as stack:
        parts = await stack.enter_async_context(Parts.open(config))
        began = time.perf_counter()
        of_its_own = {document.path: str(number) for number, document in enumerate(documents)} if unnamed else {}
        for collection, paths in _together([document.path for document in documents], of_its_own).items():
            report = parts.library.add(paths, collection=collection)
            if report.failed:
                click.echo("\n".join(sentence for _, sentence in report.failed), err=True)
        parts.library.finish()
        adding_s = time.perf_counter() - began
        for document, each in asked:
            among = frozenset({of_its_own[document.path]}) if unnamed else None
            began = time.perf_counter()
            reply = await parts.answering.answer(each.question, (), budget := Budget(slots), among)
            total_ms = (time.perf_counter() - began) * 1000
            stages = {stage.name: stage.spent_ms for stage in budget.ledger()}
            rows.append(_row(document, each, reply, stages, total_ms))
        facts: dict[str, object] = {
            "runtime": f"{parts.reader.runtime_name} ({parts.reader.runtime.device})",
            "slot_ms": slots["read"],
            "documents": len(documents),
            "passages": parts.library.count(),
            "passages_per_second": parts.library.count() / adding_s,
        }
    return rows, facts


def _together(paths: list[Path], of_its_own: dict[Path, str]) -> dict[str, list[Path]]:
    collections: dict[str, list[Path]] = {}
    for path in paths:
        collections.setdefault(of_its_own.get(path, ""), []).append(path)
    return collections


def _row(
    document: AskedDocument, asked: Asked, reply: Reply, stages: dict[str, float], total_ms: float
) -> dict[str, object]:
    from knowledge.questions import judge

    answer = reply.answer
    polarity = answer.yesno if answer else ""
    return {
        "document": document.path.name,
        "question": asked.question,
        "kind": asked.kind,
        "verdict": judge(asked, answer.text if answer else None),
        "answer": answer.text if answer else None,
        "wanted": list(asked.answers),
        "yesno": polarity,
        "yesno_right": polarity == asked.yesno if answer and asked.yesno else None,
        "cited_right": Path(answer.citations[0].document).name == document.path.name if answer else None,
        "offered": reply.offer.text if reply.offer else None,
        "offered_right": judge(asked, reply.offer.text) == "right" if reply.offer else None,
        "spoken": reply.spoken,
        "confidence": round(reply.confidence, 4),
        "retrieve_ms": round(stages["retrieve"], 3),
        "read_ms": round(stages["read"], 3),
        "total_ms": round(total_ms, 3),
    }


def _count(rows: list[dict[str, object]]) -> dict[str, object]:
    from engines.figures import Figures
    from knowledge.questions import KINDS

    answerable = [row for row in rows if row["kind"] != "unanswerable"]
    unanswerable = [row for row in rows if row["kind"] == "unanswerable"]
    kinds = {kind: Counter(str(row["verdict"]) for row in rows if row["kind"] == kind) for kind in KINDS}
    told = [row for row in answerable if row["yesno_right"] is not None]
    cited = [row for row in answerable if row["verdict"] == "right"]

    def share(part: int, whole: int) -> float | None:
        return round(100 * part / whole, 2) if whole else None

    def of(verdict: str) -> float | None:
        return share(sum(row["verdict"] == verdict for row in answerable), len(answerable))

    table: dict[str, object] = {
        "questions": len(rows),
        "answerable": len(answerable),
        "right_percent": of("right"),
        "cut_percent": of("cut"),
        "wrong_percent": of("wrong"),
        "abstained_percent": of("abstained"),
        "unanswerable": len(unanswerable),
        "answered_though_unanswerable_percent": share(
            sum(row["answer"] is not None for row in unanswerable), len(unanswerable)
        ),
        "offered_percent": share(sum(row["offered"] is not None for row in answerable), len(answerable)),
        "offered_right_percent": share(sum(bool(row["offered_right"]) for row in answerable), len(answerable)),
        "offered_though_unanswerable_percent": share(
            sum(row["offered"] is not None for row in unanswerable), len(unanswerable)
        ),
        "wrong_citation_percent": share(sum(not row["cited_right"] for row in cited), len(cited)),
        "yesno_said_percent": share(sum(bool(row["yesno"]) for row in told), len(told)),
        "yesno_right_percent": share(
            sum(bool(row["yesno_right"]) for row in told), sum(bool(row["yesno"]) for row in told)
        ),
        "kinds": {kind: dict(counts) for kind, counts in kinds.items() if counts},
    }
    for name in ("retrieve_ms", "read_ms", "total_ms"):
        figures = Figures.of([float(str(row[name])) for row in rows])
        table |= {f"{name[:-3]}_p50_ms": round(figures.p50, 3), f"{name[:-3]}_p99_ms": round(figures.p99, 3)}
    return table


def _page(table: dict[str, object]) -> str:
    kinds = table["kinds"]
    assert isinstance(kinds, dict)
    lines = [
        f"{table['questions']} questions of {table['folder']} ({table['split']}) on {table['runtime']}",
        f"{table['documents']} documents, {table['passages']} passages, {table['slot_ms']} ms to read",
        f"{'':14}" + "".join(f"{name:>11}" for name in VERDICTS[:4]) + f"{'answered':>11}",
    ]
    lines += [
        f"{kind:14}" + "".join(f"{counts.get(name, 0):11}" for name in VERDICTS) for kind, counts in kinds.items()
    ]
    shares = [table[f"{name}_percent"] for name in VERDICTS[:4]]
    lines.append(f"{'of answerable':14}" + "".join(f"{share:>9} %" for share in shares))
    for label, name in (
        ("answered though unanswerable", "answered_though_unanswerable_percent"),
        ("abstained, but words quoted", "offered_percent"),
        ("the right ones", "offered_right_percent"),
        ("quoted though unanswerable", "offered_though_unanswerable_percent"),
        ("right, out of another document", "wrong_citation_percent"),
        ("yes or no said, and right", "yesno_right_percent"),
    ):
        lines.append(f"{label:32}{table[name]} %")
    for name in ("retrieve", "read", "total"):
        lines.append(f"{name} p50 {table[f'{name}_p50_ms']} ms, p99 {table[f'{name}_p99_ms']} ms")
    return "\n".join(lines)
