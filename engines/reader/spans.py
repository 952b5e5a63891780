"""Start and end logits → answer spans, comparable across all windows of a question."""

from __future__ import annotations

from math import isfinite, log1p
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engines.reader.layout import Layout

#: The longest answer, in tokens: a list or the steps of an instruction, as in training.
ANSWER_TOKENS = 100

#: Starts and ends paired per window.
TOP = 20

#: What the logarithm of a passage's rank costs, in logits: docs/training.md has what others do.
RANK = 6.0

#: A span of so many tokens or more, of which this share are in the question, is the question.
FEWEST_REPEATED, REPEATED = 5, 0.9


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
    yes, no = told.tolist()
    return "" if max(yes, no) <= 0 else "yes" if yes >= no else "no"


def prior(rank: int) -> float:
    """What the retriever's order says, in logits: the passage it ranks first is likeliest to hold the answer."""
    return -RANK * log1p(rank)


def candidates(
    logits: NDArray[np.float32],
    passage: int,
    first: int,
    null: float = 0.0,
    layout: Layout | None = None,
    yesno: str = "",
) -> list[Candidate]:
    """Best spans of one window, best first. `logits`: float32 [n, 2], the passage's tokens only.

    `passage`: its rank; `first`: the number, in the passage, of the first of these tokens. The 20 best starts
    are paired with the 20 best ends; a span ends at or after its start and has at most ANSWER_TOKENS tokens.
    `layout`: where answers may be in the passage; a span at the end of a window may be a part of the answer only, and
    is completed from the passage. `yesno`: what the window says besides; see `polarity`.
    """
    if layout is not None:
        logits = layout.allowed(logits, first)
    count = len(logits)
    top = min(TOP, count)
    starts, ends = (-logits.T).argpartition(top - 1)[:, :top]
    length = ends - starts[:, None]
    fits = (length >= 0) & (length < ANSWER_TOKENS)
    if layout is not None:
        fits &= layout.fit(starts + first, ends + first)
    scores = np.where(fits, logits[starts, 0][:, None] + logits[ends, 1], -np.inf).ravel()
    order = (-scores).argsort()[:TOP]
    rows, columns = np.divmod(order, top)
    base = null - prior(passage)
    last = first + count - 1
    found = []
    pairs = (starts[rows] + first).tolist(), (ends[columns] + first).tolist(), scores[order].tolist()
    for start, end, score in zip(*pairs, strict=True):
        if isfinite(score):
            begin, finish = (start, end) if layout is None else layout.whole(start, end, is_cut=end == last)
            found.append(Candidate(passage, begin, finish, score - base, null, yesno))
    return found


def without_repeats(found: list[Candidate], tokens: NDArray[np.int32], asked: NDArray[np.int32]) -> list[Candidate]:
    """Leave out spans that are the question itself, as a heading or a FAQ repeats it: no answer, however sure of it.

    `tokens`: those of the passage; `asked`: those of the question.
    """
    if not any(each.end - each.start >= FEWEST_REPEATED - 1 for each in found):
        return found
    before = [0, *np.cumsum((tokens[:, None] == asked).any(axis=1)).tolist()]
    kept = []
    for each in found:
        size = each.end + 1 - each.start
        if size < FEWEST_REPEATED or before[each.end + 1] - before[each.start] < REPEATED * size:
            kept.append(each)
    return kept


def distinct(found: list[Candidate], limit: int) -> list[Candidate]:
    """Best first, without spans that overlap a better one of the same passage; at most `limit`."""
    kept: list[Candidate] = []
    for each in sorted(found, key=attrgetter("score"), reverse=True):
        for other in kept:
            if each.passage == other.passage and each.start <= other.end and other.start <= each.end:
                break
        else:
            kept.append(each)
            if len(kept) == limit:
                break
    return kept
