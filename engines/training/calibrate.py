"""From a trained student to the shipped file: int8, a null threshold and temperature fitted on the CPU runtime."""

from __future__ import annotations

import dataclasses
import random
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from engines.checkpoint import Apart, Calibration, Checkpoint, Late
from engines.evaluate import evaluate
from engines.quantize import write_int8
from engines.reader.reader import ReadablePassage, Reader
from engines.squad import Question, best_threshold, exact, f1, fit_temperature, gold
from engines.training.data import HELD, Examples, read_rows

#: A row with more characters is a whole page, of which other rows are the passages.
LONGEST_PASSAGE = 700


def held_out(examples: Examples, files: list[Path]) -> tuple[list[Question], dict[str, list[tuple[str, str]]]]:
    """The questions that nothing was trained on, and the (heading, text) of the passages that each is asked of.

    Rows of one group are one question with what a search brought up for it, in an order that says nothing.
    """
    rows = [row for path in files for row in read_rows(path)]
    groups: dict[str, list[dict[str, Any]]] = {}
    for number in sorted(set(examples.row[examples.kind == HELD].tolist())):
        row = rows[number]
        groups.setdefault(row.get("group", str(number)), []).append(row)
    questions, passages = [], {}
    for name, members in groups.items():
        parts = [each for each in members if len(each["context"]) < LONGEST_PASSAGE] or members
        answers = tuple(dict.fromkeys(answer for each in parts for answer in each["answers"]))
        told = {(each.get("heading", ""), each["context"]): None for each in parts}
        questions.append(Question(name, members[0]["question"], "", parts[0]["context"], answers))
        passages[name] = random.Random(name).sample(list(told), len(told))  # noqa: S311
    return questions, passages


def calibrate(
    student: Path,
    out: Path,
    questions: list[Question],
    passages: dict[str, list[tuple[str, str]]],
    card: dict[str, str],
    *,
    late: Late | None = None,
    apart: bool = False,
    runtime: str = "cpu",
) -> Checkpoint:
    """Write `student` (a Hugging Face folder) to `out` as one int8 file with what is fitted on `questions`.

    The threshold maximises F1 over all questions; the temperature makes the confidence match how often the best span is
    right (F1 of a half or more). Both are measured through the runtime and from the file that is shipped. `apart`: the
    student was trained to be read apart too, and gets a calibration for that, through PyTorch.
    """
    plain = dataclasses.replace(Checkpoint.load(student), card=card, late=late)
    write_int8(plain, out)
    with tempfile.TemporaryDirectory() as cache:
        reader = Reader.load(out, runtime=runtime, cache_dir=Path(cache))
    fitted = dataclasses.replace(plain, calibration=_fitted(reader, questions, passages))
    if apart:
        from engines.training.runtime import ReadApart

        stored = Checkpoint.load(out)
        reader = Reader(ReadApart(stored, how := Apart()), stored)
        of_apart = _fitted(reader, questions, passages)
        fitted = dataclasses.replace(fitted, apart=dataclasses.replace(how, calibration=of_apart))
    write_int8(fitted, out)
    return fitted


def _fitted(reader: Reader, questions: list[Question], passages: dict[str, list[tuple[str, str]]]) -> Calibration:
    """Read `questions` with `reader`, which is closed behind it; the threshold and temperature that fit best."""
    told = {
        name: [ReadablePassage(text, reader.tokenize(text), heading) for heading, text in some]
        for name, some in passages.items()
    }
    found = evaluate(reader, questions, lambda each: told[each.id])
    reader.close()
    threshold, best = best_threshold(questions, found.best, found.margins)
    margins = np.array([found.margins[each.id] for each in questions])
    right = np.array(
        [f1(found.best[each.id], each.answers) >= 0.5 and gold(each.answers) != [""] for each in questions]
    )
    temperature = fit_temperature(margins, right, threshold)
    calibration = Calibration(round(threshold, 4), round(temperature, 4), tells_yes_no=True)
    answerable = [each for each in questions if gold(each.answers) != [""]]
    print(
        f"{len(questions)} held-out questions, {reader.runtime.device}: F1 {best:.2f} at threshold {threshold:.3f}; "
        f"answerable EM {100 * np.mean([exact(found.best[q.id], q.answers) for q in answerable]):.2f} "
        f"F1 {100 * np.mean([f1(found.best[q.id], q.answers) for q in answerable]):.2f}; {calibration}"
    )
    return calibration
