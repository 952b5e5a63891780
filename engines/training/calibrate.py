"""From a trained student to the shipped file: int8, a null threshold and temperature fitted on the CPU runtime."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import numpy as np

from engines.checkpoint import Calibration, Checkpoint
from engines.evaluate import evaluate
from engines.quantize import write_int8
from engines.reader.reader import Reader
from engines.squad import Question, best_threshold, exact, f1, fit_temperature, gold
from engines.training.data import HELD, Examples, read_rows


def held_out(examples: Examples, files: list[Path]) -> list[Question]:
    """The rows that neither the teachers nor the student were trained on, as `prepare` numbered them."""
    rows = [row for path in files for row in read_rows(path)]
    numbers = sorted(set(examples.row[examples.kind == HELD].tolist()))
    return [
        Question(
            str(number), row["question"], "", row["context"], () if row["is_impossible"] else tuple(row["answers"])
        )
        for number, row in ((number, rows[number]) for number in numbers)
    ]


def calibrate(
    student: Path, out: Path, questions: list[Question], card: dict[str, str], runtime: str = "auto"
) -> Calibration:
    """Write `student` (a Hugging Face folder) to `out` as one int8 file with a calibration fitted on `questions`.

    The threshold maximises F1 over all questions; the temperature makes the confidence match how often the best span is
    right (F1 of a half or more). Both are measured through the runtime and from the file that is shipped.
    """
    checkpoint = dataclasses.replace(Checkpoint.load(student), card=card)
    write_int8(checkpoint, out)
    with tempfile.TemporaryDirectory() as cache:
        reader = Reader.load(out, runtime=runtime, cache_dir=Path(cache))
        found = evaluate(reader, questions)
        reader.close()
    threshold, best = best_threshold(questions, found.best, found.margins)
    margins = np.array([found.margins[each.id] for each in questions])
    right = np.array(
        [f1(found.best[each.id], each.answers) >= 0.5 and gold(each.answers) != [""] for each in questions]
    )
    calibration = Calibration(round(threshold, 4), round(fit_temperature(margins, right, threshold), 4))
    answerable = [each for each in questions if gold(each.answers) != [""]]
    print(
        f"{len(questions)} held-out questions: F1 {best:.2f} at threshold {threshold:.3f}; answerable "
        f"EM {100 * np.mean([exact(found.best[q.id], q.answers) for q in answerable]):.2f} "
        f"F1 {100 * np.mean([f1(found.best[q.id], q.answers) for q in answerable]):.2f}; {calibration}"
    )
    write_int8(dataclasses.replace(checkpoint, calibration=calibration), out)
    return calibration
