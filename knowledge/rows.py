"""Rows to train a reader with, from documents as a turn reads them: `python -m knowledge.rows OUT SOURCE...`.

A SOURCE is a folder of documents with their questions (`knowledge.questions`), which go through normal ingestion, or
a file of JSON lines whose `context` is a page with its headings and lists as lines; the page is cut as ingestion cuts.
A row is one question and one passage: `question`, `heading` (title and headings, as the reader is told them), `context`
(the passage's text), `answers`, `answer_start`, `is_impossible` (null where only a teacher can tell), `yesno`, `held`
(kept back to calibrate on), `weight` (how often an epoch takes it), `group` (the question's number) and `unnamed` (the
question does not say what it is about, so that a passage of another document may answer it as well).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge.library import Library
from knowledge.passages import pack
from knowledge.questions import Asked, places, read_folder

#: Share of the pages of every source that is kept back.
HELD = 0.04
#: Passages of other places that an answerable and an unanswerable question brings up, at most.
NEGATIVES, NEGATIVES_OF_NONE = 4, 5
#: A source has at most this many rows an epoch, more or less.
MOST_ROWS = {"MedQuAD": 2500, "DSTC9-track1": 3500}
MOST_OF_ONE = 900
#: How often an epoch takes a row of the project's own documents; of a question that does not name its document.
OWN_WEIGHT, UNNAMED_WEIGHT = 2.0, 3.0
#: Other passages of its own document that a question is asked of, and one that does not name its document.
SIBLINGS, SIBLINGS_OF_UNNAMED = 1, 3

Row = dict[str, Any]


def of_pages(path: Path, chance: random.Random) -> Iterator[Row]:
    """Rows of a file of pages: the whole page, the passage that answers, and two others of the same page."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["source"]] = counts.get(row["source"], 0) + 1
    held = {name: chance.random() < HELD for name in sorted({row["title"] or row["context"] for row in rows})}
    for number, row in enumerate(rows):
        most = MOST_ROWS.get(row["source"], max(MOST_OF_ONE, counts[row["source"]] // 3))
        title = row["title"] if chance.random() < 0.9 else ""
        base = {
            "question": row["question"],
            "yesno": row.get("yesno") or ("" if row["kind"] == "yesno" else "none"),
            "kind": row["kind"],
            "held": held[row["title"] or row["context"]],
            "weight": round(min(1.0, most / counts[row["source"]]), 3),
            "group": f"{path.stem}-{number}",
            "unnamed": bool(row["title"]) and not (_words(row["question"]) & _words(row["title"])),
        }
        text, start = row["context"], row["answer_start"]
        answer = (start, start + len(row["answers"][0])) if row["answers"] else None
        yield {**base, **_row(title, text, (0, len(text)), answer, row["is_impossible"])}
        passages = [
            (heading, part) for heading, blocks in sections(text) for part in pack(text, blocks) if part[1] > part[0]
        ]
        first = next((p for p in passages if answer and p[1][0] <= answer[0] < p[1][1]), None)
        if first:
            yield {**base, **_row(_context(title, first[0]), text, first[1], answer, False)}
        others = [p for p in passages if not (answer and p[1][0] < answer[1] and answer[0] < p[1][1])]
        for heading, part in chance.sample(others, min(2, len(others))):
            unknown = None if answer else True
            yield {**base, **_row(_context(title, heading), text, part, None, unknown)}


def sections(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Heading and lines of each section of a page: blocks between blank lines, a short first line being a heading."""
    for block in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        lines = [(block.start() + m.start(), block.start() + m.end()) for m in re.finditer(r"\S.*", block[0])]
        first = text[slice(*lines[0])]
        is_heading = len(lines) > 1 and len(first) <= 90 and not re.search(r"[.,;:!]$|^[-*•]|^\d+\.", first)
        yield (first, lines[1:]) if is_heading else ("", lines)


def of_documents(folder: Path, chance: random.Random) -> Iterator[Row]:
    """Rows of the project's own documents for training: what answers, and what a search brings up beside it."""
    found = read_folder(folder, "train")
    with tempfile.TemporaryDirectory() as home:
        library = Library.open(Path(home), _no_tokens)
        library.add([each.path for each in found])
        by_name: dict[str, list[Any]] = {}
        for passage in library.passages():
            by_name.setdefault(Path(passage.document).name, []).append(passage)
        for page in found:
            held = chance.random() < HELD
            for number, asked in enumerate(page.asked):
                base = {
                    "question": asked.question,
                    "yesno": asked.yesno or "none",
                    "kind": asked.kind,
                    "held": held,
                    "weight": UNNAMED_WEIGHT if asked.unnamed else OWN_WEIGHT,
                    "group": f"{page.path.name}-{number}",
                    "unnamed": asked.unnamed,
                }
                own = by_name.get(page.path.name, [])
                yield from _of_question(base, asked, own, library, chance)
        library.close()


def _of_question(base: Row, asked: Asked, own: Sequence[Any], library: Library, chance: random.Random) -> Iterator[Row]:
    right = {}
    for passage in own:
        if asked.answers and (span := places(asked, passage.text)):
            right[passage.id] = passage
            whole = (0, len(passage.text))
            yield {**base, **_row(passage.context, passage.text, whole, span, False)}
    hits = [hit.passage for hit in library.search(asked.question, 8)]
    others = [each for each in hits if each.id not in right]
    siblings = [each for each in own if each.id not in right and each.id not in {hit.id for hit in hits}]
    most = NEGATIVES if right else NEGATIVES_OF_NONE
    beside = min(SIBLINGS_OF_UNNAMED if asked.unnamed else SIBLINGS, len(siblings))
    own_ids = {each.id for each in own}
    for passage in [*others[:most], *chance.sample(siblings, beside)]:
        # "How long is the guarantee?" is answered by any guarantee: what another document says of it is not known
        unknown = None if asked.unnamed and passage.id not in own_ids else True
        yield {**base, **_row(passage.context, passage.text, (0, len(passage.text)), None, unknown)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]{4,}", text.lower()))


def _no_tokens(_: str) -> Any:
    import numpy as np

    from engines.tokenize import Tokens

    return Tokens(np.zeros(0, np.int32), np.zeros((0, 2), np.int32))


def _context(title: str, heading: str) -> str:
    return " > ".join(part for part in (title, heading) if part)


def _row(
    heading: str, text: str, part: tuple[int, int], answer: tuple[int, int] | None, impossible: bool | None
) -> Row:
    inside = answer and (max(answer[0], part[0]), min(answer[1], part[1]))
    return {
        "heading": heading,
        "context": text[slice(*part)],
        "answers": [text[slice(*inside)]] if inside else [],
        "answer_start": inside[0] - part[0] if inside else -1,
        "is_impossible": impossible,
    }


def main() -> None:
    """Write the rows of every source to one file of JSON lines."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.rows", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("sources", type=Path, nargs="+")
    arguments = parser.parse_args()
    chance = random.Random(1)  # noqa: S311
    with arguments.out.open("w", encoding="utf-8") as out:
        for source in arguments.sources:
            count = 0
            for row in of_documents(source, chance) if source.is_dir() else of_pages(source, chance):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
            print(f"{source}: {count} rows")


if __name__ == "__main__":
    main()
