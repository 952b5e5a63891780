"""Run a reader over a question set: predictions, scores, latency."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np

from engines.figures import Figures
from engines.reader.reader import ReadablePassage, Reader, Reading
from engines.squad import Question, Scores, best_threshold, gold, score

#: Question → the passages to read for it, best first.
Find = Callable[[Question], Sequence[ReadablePassage]]


@dataclass(frozen=True)
class Evaluation:
    """What a reader made of a question set.

    `predictions`: id → answer, "" where it abstained. `best`: id → its best span even there; `margins`: that
    span's score above the null score. `read_ms`: the reader's time per question, `find_ms`: retrieval's.
    """

    predictions: dict[str, str] = field(default_factory=dict)
    best: dict[str, str] = field(default_factory=dict)
    margins: dict[str, float] = field(default_factory=dict)
    confidences: dict[str, float] = field(default_factory=dict)
    read_ms: list[float] = field(default_factory=list)
    find_ms: list[float] = field(default_factory=list)
    passages_read: list[int] = field(default_factory=list)


def evaluate(
    reader: Reader,
    questions: Sequence[Question],
    find: Find | None = None,
    *,
    slot_ms: float | None = None,
    progress: Callable[[int], None] | None = None,
    way: Literal["", "whole", "apart"] = "",
) -> Evaluation:
    """Answer `questions`, each from its own passage or from those that `find` gives; `slot_ms`, `way` as for a reader.

    Where every question has an answer, as in SQuAD 1.1, none is abstained from: that set does not ask for it.
    """
    found = Evaluation()
    always = all(gold(each.answers) != [""] for each in questions)
    find = find or own_passage(reader)
    for number, each in enumerate(questions):
        began = time.perf_counter()
        passages = find(each)
        if slot_ms is not None:  # as a turn does while it looks for passages
            reader.prepare(each.question)
        found.find_ms.append((time.perf_counter() - began) * 1000)
        reading = reader.read(each.question, passages, slot_ms=slot_ms, way=way)
        _keep(found, each, reading, always)
        if progress:
            progress(number + 1)
    return found


def own_passage(reader: Reader) -> Find:
    """Give each question the passage it was asked about; what ingestion makes of it is made once."""

    @lru_cache(maxsize=64)
    def passage(context: str) -> ReadablePassage:
        return reader.ready(context)

    return lambda each: (passage(each.context),)


def report(questions: Sequence[Question], found: Evaluation) -> dict[str, float | int | None]:
    """Scores and latency as one flat table: percent and ms.

    `span_exact`, `span_f1`: of the best span of each answerable question, whether it was given as an answer or not.
    """
    scores: Scores = score(questions, found.predictions)
    threshold, best_f1 = best_threshold(questions, found.best, found.margins)
    table: dict[str, float | int | None] = dict(vars(scores))
    having = [each for each in questions if gold(each.answers) != [""]]
    spans = score(having, found.best) if having else None
    table |= {"span_exact": spans.exact if spans else None, "span_f1": spans.f1 if spans else None}
    table |= {"best_f1": best_f1, "best_threshold": threshold, "passages_read": float(np.mean(found.passages_read))}
    for name, times in (("read", found.read_ms), ("find", found.find_ms)):
        figures = Figures.of(times)
        table |= {f"{name}_p50_ms": figures.p50, f"{name}_p99_ms": figures.p99}
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in table.items()}


def agreement(one: Evaluation, other: Evaluation) -> Iterator[tuple[str, float]]:
    """How two runs over the same questions differ: share of answers changed, of best spans changed, margin error."""
    ids = list(one.best)
    for name, field_name in (("answers_changed", "predictions"), ("best_spans_changed", "best")):
        pairs = [(getattr(one, field_name)[each], getattr(other, field_name)[each]) for each in ids]
        yield name, float(np.mean([a != b for a, b in pairs]))
    yield "margin_error", float(np.sqrt(np.mean([(one.margins[each] - other.margins[each]) ** 2 for each in ids])))


def _keep(found: Evaluation, question: Question, reading: Reading, always: bool) -> None:
    best = reading.spans[0] if reading.spans else None
    found.best[question.id] = best.text if best else ""
    found.margins[question.id] = best.score if best else -100.0
    found.predictions[question.id] = best.text if best and (always or not reading.abstained) else ""
    found.confidences[question.id] = reading.confidence
    found.read_ms.append(reading.spent_ms)
    found.passages_read.append(reading.passages_read)
