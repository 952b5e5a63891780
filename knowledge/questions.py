"""Questions that stand beside documents: files of JSON lines say what is asked of them and what answers it.

A line that speaks of a document, `document` (its file), `title` and `split` ("train" or "test"), is followed by a line
for each question of it: `question`, `kind` (one of `KINDS`; unsaid "yesno" with `yesno`, else "fact" with answers and
"unanswerable" without), `answers` (verbatim; the first is the best one), and where it applies `yesno` ("yes" or "no"),
`items` (of a list or of steps, in order; all of them are the answer where `answers` is not said) and `unnamed` (true:
it does not say what its document is about, as its owner would not).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from engines.errors import ReparteeError
from engines.squad import f1, normalize

KINDS = ("fact", "yesno", "list", "steps", "why", "unanswerable")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question, and what answers it: nothing if its kind is "unanswerable"."""

    question: str
    kind: str
    answers: tuple[str, ...] = ()
    yesno: str = ""
    items: tuple[str, ...] = ()
    unnamed: bool = False


@dataclass(frozen=True, kw_only=True)
class AskedDocument:
    """A document and the questions asked of it."""

    path: Path
    split: str
    asked: tuple[Asked, ...]


def read_folder(folder: Path, split: str = "all") -> list[AskedDocument]:
    """Read the documents below `folder` that have questions, those of one split or all, in order of their paths.

    Raises ReparteeError for a folder without any, and for questions that cannot be read.
    """
    if not folder.is_dir():
        raise ReparteeError(f"{folder} is no folder; give one with documents and a .jsonl of questions beside each.")
    found = sorted(
        (each for path in sorted(folder.rglob("*.jsonl")) for each in _read(path)),
        key=lambda each: each.path.as_posix(),
    )
    chosen = [each for each in found if split in ("all", each.split)]
    if not chosen:
        kind = "questions" if split == "all" else f"questions of the split {split}"
        raise ReparteeError(f"{folder} has no {kind}; a .jsonl beside each document is expected.")
    return chosen


def _read(path: Path) -> Iterator[AskedDocument]:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        begins = [number for number, line in enumerate(lines) if "document" in line]
        for begin, end in pairwise([0, *begins[1:], len(lines)]):
            yield _document(path, lines[begin], lines[begin + 1 : end])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ReparteeError(
            f"{path} cannot be read as questions ({type(error).__name__}: {error}); a line about the document, "
            "then a line for each question is expected."
        ) from error


def _asked(row: dict[str, Any]) -> Asked:
    items = tuple(row.get("items") or ())
    answers = tuple(row.get("answers") or (["\n".join(items)] if items else ()))
    return Asked(
        question=row["question"],
        kind=row.get("kind") or ("yesno" if row.get("yesno") else "fact" if answers else "unanswerable"),
        answers=answers,
        yesno=row.get("yesno") or "",
        items=items,
        unnamed=bool(row.get("unnamed")),
    )


def _document(path: Path, about: dict[str, Any], rows: list[dict[str, Any]]) -> AskedDocument:
    asked = tuple(map(_asked, rows))
    document = path.parent / about["document"]
    split = str(about["split"])
    if not document.is_file():
        raise ReparteeError(f"{path} speaks of {document.name}, which is not beside it.")
    if wrong := next((each for each in asked if each.kind not in KINDS), None):
        raise ReparteeError(f"{path}: {wrong.kind!r} is no kind of question; expected {', '.join(KINDS)}.")
    if wrong := next((each for each in asked if bool(each.answers) == (each.kind == "unanswerable")), None):
        raise ReparteeError(f"{path}: {wrong.question!r} is {wrong.kind} and has {len(wrong.answers)} answers.")
    return AskedDocument(path=document, split=split, asked=asked)


def places(asked: Asked, text: str) -> tuple[int, int] | None:
    """Characters of `text` that answer best: as many of the items as it has, or the first answer that it has."""
    if len(asked.items) > 1:
        spans = [found.span() for item in asked.items if (found := _pattern(item).search(text))]
        if len(spans) > 1 and spans == sorted(spans):
            return spans[0][0], spans[-1][1]
    found = next((match for answer in asked.answers if (match := _pattern(answer).search(text))), None)
    return found.span() if found else None


@lru_cache(maxsize=1024)
def _pattern(answer: str) -> re.Pattern[str]:
    """Finds `answer` however its words are set apart."""
    words = r"\s+".join(re.escape(word) for word in answer.split())
    before = r"(?<!\w)" if answer[:1].isalnum() else ""
    after = r"(?!\w)" if answer[-1:].isalnum() else ""
    return re.compile(before + words + after, re.IGNORECASE)


#: Share of the words of the best answer that must be said, and be said of it, for an answer to count as right.
RIGHT_F1 = 0.5
#: Share of the items of a list, and of the steps, that must be said.
RIGHT_ITEMS = 0.7
#: An answer that holds an accepted one whole may have at most so many words around it.
MOST_AROUND = 40

Verdict = Literal["right", "cut", "wrong", "abstained", "answered though unanswerable"]


def judge(asked: Asked, answer: str | None) -> Verdict:
    """What `answer` (None: none was given) is to a question.

    Right: it shares words with an accepted answer (F1 of RIGHT_F1 or more after SQuAD's normalisation) and has no other
    numbers than that, or holds one whole with at most MOST_AROUND words around it; of several items, RIGHT_ITEMS of
    them are said. Cut: a part of a right answer, no more. What has no answer is right only if none is given.
    """
    if answer is None:
        return "right" if asked.kind == "unanswerable" else "abstained"
    if asked.kind == "unanswerable":
        return "answered though unanswerable"
    said = normalize(answer)
    accepted = [normalize(each) for each in asked.answers]
    if len(asked.items) > 1:
        told = sum(normalize(item) in said or f1(answer, [item]) >= RIGHT_F1 for item in asked.items)
        if told >= RIGHT_ITEMS * len(asked.items):
            return "right"
        return "cut" if told or any(said and said in each for each in accepted) else "wrong"
    if any(f1(answer, [each]) >= RIGHT_F1 and not _other_numbers(said, normalize(each)) for each in asked.answers):
        return "right"
    longest = len(said.split())
    if any(f" {each} " in f" {said} " and longest <= len(each.split()) + MOST_AROUND for each in accepted if each):
        return "right"
    return "cut" if said and any(said in each for each in accepted) else "wrong"


def _other_numbers(said: str, accepted: str) -> bool:
    """Whether two answers have numbers, and none of them in common: "9 skeins" is not "12 skeins"."""
    told, wanted = (set(re.findall(r"\d+", each)) for each in (said, accepted))
    return bool(told) and bool(wanted) and not told & wanted
