"""Question and passage → the token sequences a reader runs: ``[CLS] question [SEP] context passage [SEP]``.

A passage too long for one sequence is read in overlapping windows (Devlin et al. 2018, section 4.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from engines.tokenize import Tokenizer

QUESTION_TOKENS = 64
"""A longer question is cut here, as in training."""

WINDOW_TOKENS = 384
"""The longest sequence read, special tokens included: the length of training."""

OVERLAP_TOKENS = 96
"""Passage tokens that neighbouring windows share at least, so that an answer is whole in one of them."""

CONTEXT_TOKENS = 32
"""Of a passage's title and headings, at most this many tokens are read before it."""

Ids = NDArray[np.int32]
Batch = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Window:
    """One sequence to run: ``ids`` int32 [n]; ``segment``: where the second segment begins; from ``begin`` on,
    ``count`` tokens of passage number ``passage`` lie in it, the first being that passage's token number ``first``."""

    ids: Ids
    segment: int
    begin: int
    passage: int
    first: int
    count: int


def windows(question: Ids, context: Ids, tokens: Ids, passage: int, tokenizer: Tokenizer, longest: int) -> list[Window]:
    """Lay out one passage: windows of at most ``longest`` tokens in all, as few as can be, of equal length.

    Raises ValueError if ``longest`` leaves no room for the question and one token.
    """
    room = longest - len(question) - 3
    context = context[: min(CONTEXT_TOKENS, room // 2)]
    room -= len(context)
    if room < 1:
        raise ValueError(f"{longest} tokens leave no room beside a question of {len(question)}")
    overlap = min(OVERLAP_TOKENS, room // 2)
    count = 1 if len(tokens) <= room else ceil((len(tokens) - overlap) / (room - overlap))
    size = ceil((len(tokens) + overlap * (count - 1)) / count)
    starts = [min(number * (size - overlap), len(tokens) - size) for number in range(count)]
    return [window(question, context, tokens, passage, tokenizer, start, size) for start in starts]


def window(
    question: Ids, context: Ids, tokens: Ids, passage: int, tokenizer: Tokenizer, first: int, count: int
) -> Window:
    """Lay out ``count`` tokens of a passage from ``first`` on, behind the question and the context."""
    head = np.concatenate([[tokenizer.cls], question, [tokenizer.sep], context])
    ids = np.concatenate([head, tokens[first : first + count], [tokenizer.sep]]).astype(np.int32)
    return Window(ids, len(question) + 2, len(head), passage, first, count)


def likely_stretch(question: Ids, tokens: Ids, size: int) -> int:
    """Where to begin reading ``size`` of ``tokens``: the middle of the stretches that share most with the question."""
    if size >= len(tokens):
        return 0
    shared = np.concatenate([[0], np.cumsum(np.isin(tokens, question))])
    hits = shared[size:] - shared[:-size]
    best = np.flatnonzero(hits == hits.max())
    return int(best[len(best) // 2])


def pad(group: Sequence[Window], bucket: int) -> Batch:
    """Stack windows into ``input_ids``, ``token_type_ids``, ``attention_mask``: int64 [len(group), bucket]."""
    ids, types, mask = (np.zeros((len(group), bucket), np.int64) for _ in range(3))
    for row, each in enumerate(group):
        ids[row, : len(each.ids)] = each.ids
        types[row, each.segment : len(each.ids)] = 1
        mask[row, : len(each.ids)] = 1
    return ids, types, mask
