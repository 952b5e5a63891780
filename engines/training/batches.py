"""Examples on the device, and batches gathered there: the host only sends example numbers.

Sequences are `[CLS] question [SEP] context passage [SEP]`; MPNet has a second `[SEP]` there. Spans begin and end at the
passage's tokens, or both at [CLS], which stands for "no answer".
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engines.training.data import MAX_TOKENS, UNKNOWN, Examples

BUCKETS = (48, 64, 96, 128, 160, 192, 224, 256, 320, MAX_TOKENS)
CLS, SEP = 101, 102
_MPNET_SHIFT = 4  # MPNet's vocabulary is BERT's behind four tokens of its own


@dataclass
class Batch:
    """Tensors of [batch, length], but of [batch]: `start`, `end` (place in the sequence; -1: not known) and below."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    spans: Tensor  # bool: places a span may begin or end at, [CLS] for "no answer" included
    start: Tensor
    end: Tensor
    first: Tensor  # place of the passage's first token
    count: Tensor  # tokens of the passage
    asked: Tensor  # place of the [SEP] behind the question, where yes or no is told
    polarity: Tensor  # 0 neither, 1 yes, 2 no; -1: not known


class DeviceExamples:
    """The examples' arrays on one device."""

    def __init__(self, examples: Examples, device: str) -> None:
        def send(array: np.ndarray) -> Tensor:
            return torch.from_numpy(array.astype(np.int64)).to(device)

        self.device = device
        self.question_tokens, self.passage_tokens = send(examples.question_tokens), send(examples.passage_tokens)
        starts = examples.question_starts
        self.question_start, self.question_length = send(starts[:-1]), send(np.diff(starts))
        self.question, self.noisy = send(examples.question), send(examples.noisy)
        self.low, self.high = send(examples.low), send(examples.high)
        self.start, self.end = send(examples.start), send(examples.end)
        self.context = send(examples.context)
        self.context_tokens = send(np.append(examples.context_tokens, 0))  # so that there is one without any title, too
        before = np.diff(examples.context_starts)
        self.context_start, self.context_length = send(examples.context_starts[:-1]), send(before)
        self.polarity = send(examples.polarity)
        lengths = np.diff(starts)
        longest = np.maximum(lengths[examples.question], lengths[examples.noisy])
        longest = longest + before[examples.context]
        self.lengths = (longest + examples.high - examples.low + 3).astype(np.int64)  # host side, for bucketing

    def gather(self, numbers: Tensor, length: int, noisy: Tensor, *, mpnet: bool = False) -> Batch:
        """Examples `numbers` [batch] padded to `length`; where `noisy` is true, with the question as recognised."""
        extra = 1 if mpnet else 0
        question = torch.where(noisy, self.noisy[numbers], self.question[numbers])
        q_begin, q_count = self.question_start[question][:, None], self.question_length[question][:, None]
        low = self.low[numbers][:, None]
        context = self.context[numbers]
        c_begin, c_count = self.context_start[context][:, None], self.context_length[context][:, None]
        count = torch.minimum(self.high[numbers][:, None] - low, length - q_count - c_count - 3 - extra)
        place = torch.arange(length, device=self.device)[None, :]
        second = q_count + 2 + extra
        first = second + c_count
        in_context = (place >= second) & (place < first)
        in_question = (place >= 1) & (place <= q_count)
        in_passage = (place >= first) & (place < first + count)
        end = first + count
        ids = self.question_tokens[(q_begin + place - 1).clamp(0, len(self.question_tokens) - 1)] * in_question
        ids = ids + self.passage_tokens[(low + place - first).clamp(0, len(self.passage_tokens) - 1)] * in_passage
        last = max(len(self.context_tokens) - 1, 0)
        ids = ids + self.context_tokens[(c_begin + place - second).clamp(0, last)] * in_context
        separators = (place == end) | ((place > q_count) & (place < second))
        mask = place <= end
        if mpnet:
            ids = torch.where(in_question | in_context | in_passage, ids + _MPNET_SHIFT, torch.ones_like(ids))
            ids = torch.where(separators, 2, torch.where(place == 0, 0, ids))
        else:
            ids = ids + SEP * separators + CLS * (place == 0)
        types = ((place >= second) & mask).long()
        start, stop = self.start[numbers], self.end[numbers]
        # an answer that this window cut off, or none at all: [CLS]
        inside = (start >= 0) & (stop < count[:, 0])
        unknown = start == UNKNOWN
        where_start = torch.where(unknown, -1, torch.where(inside, start + first[:, 0], 0))
        where_end = torch.where(unknown, -1, torch.where(inside, stop + first[:, 0], 0))
        spans = in_passage | (place == 0)
        asked = q_count[:, 0] + 1
        polarity = self.polarity[numbers]
        return Batch(ids, types, mask, spans, where_start, where_end, first[:, 0], count[:, 0], asked, polarity)


def schedule(
    lengths: np.ndarray, chosen: np.ndarray, size: int, chance: random.Random, extra: int = 0
) -> Iterator[tuple[int, np.ndarray]]:
    """(bucket, example numbers [size]) over all of `chosen`, shuffled; a bucket's last batch is filled up again."""
    which = np.minimum(np.searchsorted(BUCKETS, lengths[chosen] + extra), len(BUCKETS) - 1)
    batches = []
    for number, bucket in enumerate(BUCKETS):
        mine = chosen[which == number].copy()
        if not len(mine):
            continue
        np.random.default_rng(chance.getrandbits(32)).shuffle(mine)
        mine = np.resize(mine, -(-len(mine) // size) * size)
        batches += [(bucket, mine[i : i + size]) for i in range(0, len(mine), size)]
    chance.shuffle(batches)
    yield from batches
