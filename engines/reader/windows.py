"""Question and passage → the token sequences a reader runs: `[CLS] question [SEP] context passage [SEP]`.

A passage too long for one sequence is read in overlapping windows (Devlin et al. 2018, section 4.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from engines.reader.states import States
from engines.tokenize import Tokenizer

#: A longer question is cut here, as in training.
QUESTION_TOKENS = 64

#: The longest sequence read, special tokens included: the length of training.
WINDOW_TOKENS = 384

#: Passage tokens that neighbouring windows share at least, so that an answer is whole in one of them.
OVERLAP_TOKENS = 96

#: Of a passage's title and headings, at most this many tokens are read before it.
CONTEXT_TOKENS = 32

_REACH = 40
#: How much a word counts for a token so far from it: e⁻¹ at 12 tokens.
_FADING = np.exp(-np.abs(np.arange(-_REACH, _REACH + 1)) / 12)

Ids = NDArray[np.int32]
Batch = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Window:
    """One sequence to run: `ids` int32 [n]; `segment`: where the second segment begins; from `begin` on,
    `count` tokens of passage number `passage` lie in it, the first being that passage's token number `first`.

    `states`: of that passage, where it is read apart from the question (`engines.reader.apart`).
    """

    ids: Ids
    segment: int
    begin: int
    passage: int
    first: int
    count: int
    states: States | None = None


def context_tokens(context: str, tokenizer: Tokenizer) -> Ids:
    """Tokens of a title and headings as a reader is told them, before the passage; none for an empty one."""
    return tokenizer.encode(f"{context.replace(' > ', ', ')}:" if context else "").ids


def windows(question: Ids, context: Ids, tokens: Ids, passage: int, tokenizer: Tokenizer, longest: int) -> list[Window]:
    """Lay out one passage: windows of at most `longest` tokens in all, as few as can be, of equal length.

    Raises ValueError if `longest` leaves no room for the question and one token.
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
    question: Ids,
    context: Ids,
    tokens: Ids,
    passage: int,
    tokenizer: Tokenizer,
    first: int,
    count: int,
    states: States | None = None,
) -> Window:
    """Lay out `count` tokens of a passage from `first` on, behind the question and the context."""
    segment = len(question) + 2
    begin = segment + len(context)
    ids = np.empty(begin + count + 1, np.int32)
    ids[0], ids[segment - 1], ids[-1] = tokenizer.cls, tokenizer.sep, tokenizer.sep
    ids[1 : segment - 1], ids[segment:begin], ids[begin:-1] = question, context, tokens[first : first + count]
    return Window(ids, segment, begin, passage, first, count, states)


def word_weights(question: Ids, passages: Iterable[Ids]) -> dict[int, float]:
    """Token of the question → how much it tells these passages apart: log((n + 1) / (passages that have it + 1/2)).

    The inverse document frequency of BM25, over the passages at hand.
    """
    held = [set(passage.tolist()) for passage in passages]
    return {
        token: log((len(held) + 1) / (sum(token in each for each in held) + 0.5)) for token in set(question.tolist())
    }


def likely_stretch(weights: Mapping[int, float], tokens: Ids, size: int) -> int:
    """Where to begin reading `size` of `tokens`: the stretch with most weight of the question in and around it.

    A word counts for the tokens beside it too, less and less: answers stand near the question's words.
    """
    if size >= len(tokens):
        return 0
    weight = np.array([weights.get(token, 0.0) for token in tokens.tolist()])
    around = np.convolve(weight, _FADING)[_REACH : _REACH + len(tokens)]
    total = np.concatenate([[0], np.cumsum(around)])
    return int(np.argmax(total[size:] - total[:-size]))


def pad(group: Sequence[Window], bucket: int) -> Batch:
    """Stack windows into `input_ids`, `token_type_ids`, `attention_mask`: int64 [len(group), bucket]."""
    ids, types, mask = (np.zeros((len(group), bucket), np.int64) for _ in range(3))
    for row, each in enumerate(group):
        ids[row, : len(each.ids)] = each.ids
        types[row, each.segment : len(each.ids)] = 1
        mask[row, : len(each.ids)] = 1
    return ids, types, mask
