"""Late interaction: a small encoder that reads a passage alone, at ingestion, and a question alone, in a turn.

Both become one short vector a token; a passage's score is the sum, over the question's tokens, of the largest product
with any of its own (Khattab and Zaharia 2020). Passage vectors have length 1; a question's keep their length, which is
how much each of its words counts. Trained against the other passages of a batch and on how the reader scores the
passages of a question's group.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engines.training.batches import CLS, SEP
from engines.training.data import DEV, HELD, UNKNOWN, Examples
from engines.training.model import Encoder, Linear

#: The longest question and passage it is trained on, tokens with special ones.
QUESTION, PASSAGE = 40, 176
#: Passages of a question's group in a batch: one that answers, and others.
GROUP = 3


@dataclass(frozen=True)
class LateRecipe:
    """How to train. `steps` of `batch` questions; `frozen`: only the projection learns, the layers are the reader's."""

    layers: int = 3
    dims: int = 48
    steps: int = 2500
    batch: int = 96
    rate: float = 2e-4
    distil: float = 1.0
    temperature: float = 2.0
    frozen: bool = False
    seed: int = 0


class LateEncoder(nn.Module):
    """The first layers of a reader or another encoder, over the word embeddings that the reader has."""

    def __init__(self, encoder: Encoder, layers: int, dims: int, *, pooled: bool = False) -> None:
        super().__init__()
        self.pooled = pooled
        self.encoder = encoder
        encoder.layers = encoder.layers[:layers]
        encoder.words.requires_grad_(False)
        self.projection = Linear(encoder.shape.hidden, dims)
        nn.init.normal_(self.projection.weight, std=encoder.shape.hidden**-0.5)
        nn.init.zeros_(self.projection.bias)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """[batch, length] to token vectors [batch, length, dims], float32."""
        return self.projection(self.encoder.hidden(ids, types, mask)).float()

    def questions(self, ids: Tensor) -> Tensor:
        """Vectors of questions (0 is padding); those of padding and of [SEP] are 0."""
        mask = ids != 0
        vectors = self(ids, torch.zeros_like(ids), mask) * (mask & (ids != SEP))[..., None]
        return vectors.sum(dim=1, keepdim=True) if self.pooled else vectors

    def passages(self, ids: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors of length 1 of passages, and which of them count."""
        mask = ids != 0
        vectors = self(ids, torch.ones_like(ids) * mask, mask)
        if self.pooled:
            mean = (vectors * mask[..., None]).sum(dim=1, keepdim=True)
            return functional.normalize(mean, dim=-1), mask[:, :1]
        return functional.normalize(vectors, dim=-1), mask & kept[ids]


def scores(questions: Tensor, passages: Tensor, counts: Tensor) -> Tensor:
    """[q, m, d] and [p, n, d] to [q, p]: the largest product of each question token, summed."""
    half = torch.bfloat16 if questions.is_cuda else torch.float32
    flat = passages.reshape(-1, passages.shape[-1]).to(half)
    products = questions.to(half) @ flat.T  # [q, m, p * n]
    products = products.view(*questions.shape[:2], *passages.shape[:2])
    products = products.masked_fill(~counts[None, None], -1e4)
    best = products.amax(dim=-1).float()
    return (best * (questions.abs().sum(-1) > 0)[..., None]).sum(dim=1)


class Groups:
    """For each question, its passages short enough, which of them answer it, and how the reader scores them."""

    def __init__(self, examples: Examples, margins: np.ndarray) -> None:
        """`margins`: the reader's best score above "no answer" for each example."""
        self.examples, self.margins = examples, margins
        lengths = examples.high - examples.low + np.diff(examples.context_starts)[examples.context]
        usable = np.flatnonzero((examples.kind != HELD) & (examples.kind != DEV) & (lengths <= PASSAGE - 2))
        order = usable[np.argsort(examples.group[usable], kind="stable")]
        cuts = np.flatnonzero(np.diff(examples.group[order])) + 1
        self.right, self.wrong, self.weight = [], [], []
        for members in np.split(order, cuts):
            start = examples.start[members]
            unsure = start == UNKNOWN
            right = members[(start >= 0) & (margins[members] > -2)]
            wrong = members[(start == -1) | (unsure & (margins[members] < -1))]
            if len(right):
                self.right.append(right)
                self.wrong.append(wrong)
                self.weight.append(examples.weight[members[0]] / 1000)

    def draw(self, chance: np.random.Generator, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Endless batches: example numbers [size, GROUP], the first of each answers, and whether each is there."""
        weight = np.array(self.weight)
        while True:
            order = np.repeat(np.arange(len(weight)), (weight + chance.random(len(weight))).astype(int))
            chance.shuffle(order)
            for begin in range(0, len(order) - size, size):
                numbers = np.zeros((size, GROUP), np.int64)
                there = np.zeros((size, GROUP), bool)
                for row, which in enumerate(order[begin : begin + size]):
                    wrong = self.wrong[which]
                    chosen = [chance.choice(self.right[which])]
                    chosen += list(chance.permutation(wrong)[: GROUP - 1])
                    numbers[row, : len(chosen)] = chosen
                    there[row, : len(chosen)] = True
                yield numbers, there


def question_ids(examples: Examples, numbers: np.ndarray, chance: np.random.Generator, noisy: float) -> np.ndarray:
    """[CLS] question [SEP], padded with 0."""
    heard = np.where(chance.random(len(numbers)) < noisy, examples.noisy[numbers], examples.question[numbers])
    out = np.zeros((len(numbers), QUESTION), np.int64)
    for row, question in enumerate(heard):
        begin, end = examples.question_starts[question : question + 2]
        ids = examples.question_tokens[begin : min(end, begin + QUESTION - 2)]
        out[row, : len(ids) + 2] = [CLS, *ids, SEP]
    return out


def passage_ids(examples: Examples, numbers: np.ndarray) -> np.ndarray:
    """[CLS] headings passage [SEP], padded with 0."""
    out = np.zeros((len(numbers), PASSAGE), np.int64)
    for row, number in enumerate(numbers):
        begin, end = examples.context_starts[examples.context[number] : examples.context[number] + 2]
        text = examples.passage_tokens[examples.low[number] : examples.high[number]]
        ids = [CLS, *examples.context_tokens[begin:end], *text][: PASSAGE - 1]
        out[row, : len(ids) + 1] = [*ids, SEP]
    return out[:, : max(32, -(-int((out != 0).sum(1).max()) // 16) * 16)]


def fit_late(
    model: LateEncoder,
    groups: Groups,
    kept: Tensor,
    recipe: LateRecipe,
    device: str,
    report: Callable[[str], None] = print,
) -> None:
    """Train `model` in place. `kept` [vocabulary]: tokens whose vectors are stored."""
    torch.manual_seed(recipe.seed)
    chance = np.random.default_rng(recipe.seed)
    model.to(device).train()
    if recipe.frozen:
        model.encoder.requires_grad_(False)
        model.encoder.eval()
    learning = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.01)
    examples, batches = groups.examples, groups.draw(chance, recipe.batch)
    passage_of = np.searchsorted(examples.passage_starts, examples.low, side="right")
    kept = kept.to(device)
    began, running = time.monotonic(), math.nan
    for step in range(recipe.steps):
        numbers, there = next(batches)
        asked = torch.from_numpy(question_ids(examples, numbers[:, 0], chance, 0.2)).to(device)
        read = torch.from_numpy(passage_ids(examples, numbers.reshape(-1))).to(device)
        text = passage_of[numbers]  # the same text may answer two questions of a batch
        same = (text.reshape(-1)[None, :] == text[:, :1]) | ~there.reshape(-1)[None, :]
        same[np.arange(len(numbers)), np.arange(len(numbers)) * GROUP] = False
        found = scores(model.questions(asked), *model.passages(read, kept))
        others = found.masked_fill(torch.from_numpy(same).to(device), -1e4)
        target = torch.arange(len(numbers), device=device) * GROUP
        loss = functional.cross_entropy(others, target)
        if recipe.distil:
            own = found.view(len(numbers), len(numbers), GROUP)[range(len(numbers)), range(len(numbers))]
            missing = torch.from_numpy(~there).to(device)
            wanted = torch.from_numpy(groups.margins[numbers].astype(np.float32)).to(device) / recipe.temperature
            wanted = functional.softmax(wanted.masked_fill(missing, -1e4), dim=1)
            got = functional.log_softmax(own.masked_fill(missing, -1e4), dim=1)
            loss = loss - recipe.distil * (wanted * got).sum(1).mean()
        progress = step / recipe.steps
        for part in optimizer.param_groups:
            part["lr"] = recipe.rate * min(1.0, progress / 0.06 + 1e-3) * (1 - progress)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        if step % 250 == 0:
            running = loss.item()
            report(f"step {step}/{recipe.steps} {time.monotonic() - began:.0f} s loss {running:.3f}")
    report(f"done: {recipe.steps} steps, {time.monotonic() - began:.0f} s")


@torch.no_grad()
def rank(model: LateEncoder, kept: Tensor, path: Path, device: str) -> dict[str, float]:
    """Recall on a file of passages, questions and BM25's best candidates with which of them are right.

    For the candidates as BM25 ranks them (bm), and by score plus a weight of BM25's score, over its best 20 and 100.
    """
    model.to(device).eval()
    kept = kept.to(device)
    with np.load(path) as arrays:
        data = {name: arrays[name] for name in arrays.files}

    def rows(tokens: np.ndarray, starts: np.ndarray, longest: int) -> Iterator[Tensor]:
        for begin in range(0, len(starts) - 1, 256):
            part = [tokens[a : min(b, a + longest)] for a, b in itertools.pairwise(starts[begin : begin + 257])]
            ids = np.zeros((len(part), max(map(len, part))), np.int64)
            for row, each in zip(ids, part, strict=True):
                row[: len(each)] = each
            yield torch.from_numpy(ids).to(device)

    vectors, stored = [], 0
    for ids in rows(data["pt"], data["ps"], 256):
        each, counts = model.passages(ids, kept)
        stored += int(counts.sum())
        codes = (each * 127).round() / 127 * counts[..., None]
        vectors += [row[there] for row, there in zip(codes, counts, strict=True)]
    asked = [row for ids in rows(data["qt"], data["qs"], QUESTION) for row in model.questions(ids)]
    found = np.full(data["cand"].shape, -1e4, np.float32)
    for number, question in enumerate(asked):
        numbers = data["cand"][number]
        numbers = numbers[numbers >= 0]
        if not len(numbers):
            continue
        padded = nn.utils.rnn.pad_sequence([vectors[n] for n in numbers], batch_first=True)
        counts = padded.abs().sum(-1) > 0
        found[number, : len(numbers)] = scores(question[None], padded, counts)[0].cpu().numpy()
    right, bm = data["right"], data["bm"]
    out = {"tokens": round(stored / len(vectors), 1)}

    def at(name: str, order: np.ndarray) -> None:
        sorted_right = np.take_along_axis(right, order, axis=1)
        for k in (1, 2, 5, 20):
            out[f"{name}@{k}"] = round(100 * float(sorted_right[:, :k].any(1).mean()), 1)

    at("bm", np.argsort(-bm, axis=1, kind="stable"))
    scale = np.where(found > -1e3, found, np.nan)
    spread = np.nanmean(np.nanstd(scale, axis=1)) / max(np.mean(bm.std(axis=1)), 1e-6)
    out["spread"] = round(float(spread), 4)
    for depth in (20, 100):
        for weight in (0.0, 0.5, 1.0, 2.0):
            mixed = found + weight * spread * bm
            mixed[:, depth:] -= 1e4
            at(f"{depth}+{weight}", np.argsort(-mixed, axis=1, kind="stable"))
    return out


def stored_tokens(vocabulary: list[str]) -> Tensor:
    """Which word pieces' vectors are stored: those with a letter or a digit, and [CLS]; bool [vocabulary]."""
    return torch.tensor([word == "[CLS]" or (word[:1] != "[" and any(map(str.isalnum, word))) for word in vocabulary])
