"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018): the files, the official scores, threshold and temperature."""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.errors import ReparteeError
from engines.json_lines import read_objects, read_text


@dataclass(frozen=True)
class Question:
    """One question about one passage. `answers`: every annotated answer, none if the passage does not answer it."""

    id: str
    question: str
    title: str
    context: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Scores:
    """Percent, as the official scripts give them; `exact` and `f1` over `total` questions.

    The same for those with an answer and those without; None where there are none.
    """

    total: int
    exact: float
    f1: float
    answerable: int
    answerable_exact: float | None
    answerable_f1: float | None
    unanswerable: int
    unanswerable_exact: float | None


def load(path: Path | str) -> list[Question]:
    """Read an official SQuAD JSON file, or a .jsonl file of rows with `question`, `context`, `answers` (texts).

    Raises:
        ReparteeError: the file cannot be read, is neither, or holds no question.
    """
    path = Path(path)
    try:
        if path.suffix == ".jsonl":
            found = [_from_row(number, row) for number, (_, row) in enumerate(read_objects(path))]
        else:
            found = _from_official(json.loads(read_text(path, "a SQuAD JSON file")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReparteeError(
            f"{path} is not in the SQuAD format ({type(error).__name__}: {error}); "
            "expected data > paragraphs > qas as in the official files."
        ) from error
    if not found:
        raise ReparteeError(f"{path} holds no questions; give a SQuAD JSON file that does.")
    return found


def _from_official(document: Mapping[str, Any]) -> list[Question]:
    return [
        Question(
            str(each["id"]),
            str(each["question"]),
            str(article.get("title", "")),
            str(paragraph["context"]),
            () if each.get("is_impossible") else tuple(str(answer["text"]) for answer in each["answers"]),
        )
        for article in document["data"]
        for paragraph in article["paragraphs"]
        for each in paragraph["qas"]
    ]


def _from_row(number: int, row: Mapping[str, Any]) -> Question:
    answers = () if row.get("is_impossible") else tuple(map(str, row["answers"]))
    name = str(row.get("id", number))
    return Question(name, str(row["question"]), str(row.get("title", "")), str(row["context"]), answers)


def normalize(answer: str) -> str:
    """The official normalisation: lower case, no punctuation (ASCII), no articles, single spaces."""
    kept = "".join(char for char in answer.lower() if char not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", kept).split())


_PUNCTUATION = frozenset(string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)


def exact(prediction: str, answers: Sequence[str]) -> float:
    """1 if the prediction equals an answer after normalisation, else 0; "" is right where there is no answer."""
    return float(normalize(prediction) in {normalize(answer) for answer in gold(answers)})


def f1(prediction: str, answers: Sequence[str]) -> float:
    """The best F1 over words with any of the answers (0..1)."""
    return max(_f1(normalize(prediction).split(), normalize(answer).split()) for answer in gold(answers))


def gold(answers: Sequence[str]) -> Sequence[str]:
    """Answers that count: those that are not empty after normalisation, or "" if there is none."""
    return [answer for answer in answers if normalize(answer)] or [""]


def _f1(predicted: list[str], wanted: list[str]) -> float:
    if not predicted or not wanted:
        return float(predicted == wanted)
    shared = sum((Counter(predicted) & Counter(wanted)).values())
    return 2 * shared / (len(predicted) + len(wanted))


def score(questions: Sequence[Question], predictions: Mapping[str, str]) -> Scores:
    """Score `predictions` (id → answer, "" to abstain) with the official definitions; a missing one is ""."""
    exacts, f1s = (
        np.array([100 * measure(predictions.get(each.id, ""), each.answers) for each in questions])
        for measure in (exact, f1)
    )
    has = np.array([gold(each.answers) != [""] for each in questions], bool)

    def mean(values: NDArray[np.float64], kept: NDArray[np.bool_]) -> float | None:
        return float(values[kept].mean()) if kept.any() else None

    return Scores(
        total=len(questions),
        exact=float(exacts.mean()),
        f1=float(f1s.mean()),
        answerable=int(has.sum()),
        answerable_exact=mean(exacts, has),
        answerable_f1=mean(f1s, has),
        unanswerable=int((~has).sum()),
        unanswerable_exact=mean(exacts, ~has),
    )


def best_threshold(
    questions: Sequence[Question],
    answers: Mapping[str, str],
    margins: Mapping[str, float],
    measure: Callable[[str, Sequence[str]], float] = f1,
) -> tuple[float, float]:
    """Find the null threshold with the best mean of `measure`; give (threshold, that mean in percent).

    `answers`: the best span per question; `margins`: its score minus the null score. An answer counts if its margin
    exceeds the threshold. Fit it on a split that nothing else is judged by.
    """
    margin = np.array([margins[each.id] for each in questions])
    gain = np.array([measure(answers[each.id], each.answers) - (gold(each.answers) == [""]) for each in questions])
    order = np.argsort(-margin, kind="stable")
    # Answering the first n questions in this order scores base + the sum of their gains.
    totals = sum(gold(each.answers) == [""] for each in questions) + np.concatenate([[0], np.cumsum(gain[order])])
    edges = np.concatenate([[np.inf], margin[order], [-np.inf]])
    totals = np.where(edges[:-1] > edges[1:], totals, -np.inf)  # equal margins are answered together
    best = int(np.argmax(totals))
    above, below = edges[best], edges[best + 1]
    middle = (above + below) / 2 if np.isfinite(above + below) else (below + 1 if np.isinf(above) else above - 1)
    return float(middle), float(100 * totals[best] / len(questions))


def fit_temperature(margins: NDArray[np.floating[Any]], right: NDArray[np.bool_], threshold: float) -> float:
    """Fit the temperature T of sigmoid((margin − threshold) / T) to how often answers are right (Guo et al. 2017).

    `margins`, `right`: one per question, whether its best span is right. Minimises the log loss over T in 0.1..50.
    """
    above = np.asarray(margins, np.float64) - threshold
    sign = np.where(right, -1.0, 1.0)
    heats = np.geomspace(0.1, 50, 200)
    losses = [np.logaddexp(0, sign * above / heat).mean() for heat in heats]
    return float(heats[int(np.argmin(losses))])
