"""Start and end logits → answer spans, comparable across all windows of a question."""

from __future__ import annotations

from math import isfinite
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engines.reader.layout import Layout

#: The longest answer, in tokens: a list or the steps of an instruction, as in training.
ANSWER_TOKENS = 100

#: Starts and ends paired per window.
TOP = 20


class Candidate(NamedTuple):
    """Tokens `start`..`end` (inclusive) of passage `passage`.

    `score`: start plus end logit, above `null`, the same sum at [CLS] of its window: so "no answer" is 0 for every
    window (plain logits do not compare between passages: Clark and Gardner 2018), plus the passage's `prior`.
    """

    passage: int
    start: int
    end: int
    score: float
    null: float = 0.0
    yesno: str = ""


def null_score(logits: NDArray[np.float32]) -> float:
    """The score of "no answer here": both logits at [CLS]. `logits`: float32 [n, 2]."""
    return float(logits[0, 0] + logits[0, 1])


def polarity(told: NDArray[np.float32]) -> str:
    """ "yes", "no" or "": what the two logits at the question's [SEP] say against neither, which counts as 0."""
    return ("", "yes", "no")[int(np.argmax([0.0, *told]))]


def prior(rank: int) -> float:
    """What the retriever's order says, in logits: the passage it ranks first is likeliest to hold the answer."""
    return -float(np.log1p(rank))


def candidates(
    logits: NDArray[np.float32], passage: int, first: int, null: float = 0.0, layout: Layout | None = None
) -> list[Candidate]:
    """Best spans of one window, best first. `logits`: float32 [n, 2], the passage's tokens only.

    `passage`: its rank; `first`: the number, in the passage, of the first of these tokens. The 20 best starts
    are paired with the 20 best ends; a span ends at or after its start and has at most ANSWER_TOKENS tokens.
    `layout`: where answers may be in the passage; a span at the end of a window may be a part of the answer only, and
    is completed from the passage.
    """
    if layout is not None:
        logits = layout.allowed(logits, first)
    count = len(logits)
    top = min(TOP, count)
    starts, ends = (np.argpartition(-logits[:, side], top - 1)[:top] for side in (0, 1))
    length = ends[None, :] - starts[:, None]
    scores = logits[starts, 0][:, None] + logits[ends, 1][None, :]
    scores = np.where((length >= 0) & (length < ANSWER_TOKENS), scores, -np.inf)
    if layout is not None:
        scores = np.where(layout.fit(starts + first, ends + first), scores, -np.inf)
    base = null - prior(passage)
    order = np.argsort(-scores, axis=None)[:TOP]
    rows, columns = np.unravel_index(order, scores.shape)
    found = (starts[rows] + first).tolist(), (ends[columns] + first).tolist(), scores[rows, columns].tolist()
    spans = [each for each in zip(*found, strict=True) if isfinite(each[2])]
    if layout is not None:
        last = first + count - 1
        spans = [(*layout.whole(start, end, is_cut=end == last), score) for start, end, score in spans]
    return [Candidate(passage, start, end, score - base, null) for start, end, score in spans]


def distinct(found: list[Candidate], limit: int) -> list[Candidate]:
    """Best first, without spans that overlap a better one of the same passage; at most `limit`."""
    kept: list[Candidate] = []
    for each in sorted(found, key=attrgetter("score"), reverse=True):
        if len(kept) == limit:
            break
        if all(each.passage != other.passage or each.end < other.start or other.end < each.start for other in kept):
            kept.append(each)
    return kept
