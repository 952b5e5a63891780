"""The training loop, for teachers and student: one captured CUDA graph a bucket, so the host is never in the way."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engines.checkpoint import Apart
from engines.training.batches import Batch, DeviceExamples, schedule
from engines.training.data import Examples
from engines.training.model import Encoder

ANSWER_TOKENS = 100

#: How the bundled reader is read apart.
APART = Apart()


@dataclass(frozen=True)
class Recipe:
    """How to train. `minutes` ends the run early, the learning rate falling in time for it."""

    epochs: float
    batch: int
    rate: float
    warm_up: float = 0.06
    weight_decay: float = 0.01
    noisy: float = 0.0  # share of questions given as recognised
    gold: float = 1.0  # weight of the annotated answer
    soft: float = 0.0  # weight of the teachers' distribution
    temperature: float = 2.0
    polarity: float = 0.2  # weight of yes, no or neither
    minutes: float = 60.0
    seed: int = 0
    apart: float = 0.0  # share of the batches in which question and passage are read apart
    how_apart: Apart = APART


class SoftTargets:
    """Teachers' mean log probabilities for every example: flat [places, 2], the place of "no answer" first."""

    def __init__(self, examples: Examples, values: np.ndarray | None, device: str) -> None:
        counts = (examples.high - examples.low + 1).astype(np.int64)
        self.begin = torch.from_numpy(np.concatenate([[0], np.cumsum(counts)])).to(device)
        total = int(counts.sum())
        self.values = (
            torch.full((total, 2), -30.0, dtype=torch.float16, device=device)
            if values is None
            else torch.from_numpy(values).to(device)
        )

    def places(self, numbers: Tensor, batch: Batch) -> Tensor:
        """Index into `values` for every place of the batch, [batch, length]."""
        place = torch.arange(batch.ids.shape[1], device=batch.ids.device)[None, :]
        inside = (place - batch.first[:, None] + 1).clamp(min=0)
        return self.begin[numbers][:, None] + torch.where(place == 0, 0, inside)

    def gather(self, numbers: Tensor, batch: Batch) -> Tensor:
        """Log probabilities [batch, length, 2]; -1e4 where no span may begin or end."""
        places = self.places(numbers, batch).clamp(max=len(self.values) - 1)
        return self.values[places].float().masked_fill(~batch.spans[..., None], -1e4)


def masked(logits: Tensor, batch: Batch) -> Tensor:
    """Logits with -1e4 where no span may begin or end."""
    return logits.masked_fill(~batch.spans[..., None], -1e4)


def loss_of(logits: Tensor, batch: Batch, soft: Tensor | None, recipe: Recipe) -> Tensor:
    """Cross entropy with the annotated span and, at `temperature`, with the teachers (Hinton et al. 2015).

    The two logits at the question's [SEP] tell yes and no against neither, which counts as 0.
    """
    told = logits[torch.arange(len(logits), device=logits.device), batch.asked]
    told = torch.cat([torch.zeros_like(told[:, :1]), told], dim=1)
    stated = (batch.polarity >= 0).float()
    each = functional.cross_entropy(told, batch.polarity.clamp(min=0), reduction="none")
    total = recipe.polarity * (each * stated).sum() / stated.sum().clamp(min=1)
    logits = masked(logits, batch)
    if recipe.gold:
        known = (batch.start >= 0).float()
        for side, target in ((0, batch.start), (1, batch.end)):
            each = functional.cross_entropy(logits[..., side], target.clamp(min=0), reduction="none")
            total = total + recipe.gold * 0.5 * (each * known).sum() / known.sum().clamp(min=1)
    if soft is not None:
        heat = recipe.temperature
        wanted = functional.softmax(soft / heat, dim=1)
        got = functional.log_softmax(logits / heat, dim=1)
        total = total - recipe.soft * heat * heat * 0.5 * (wanted * got).sum(dim=(1, 2)).mean()
    return total


def fit(
    model: Encoder,
    examples: Examples,
    choose: Callable[[random.Random], np.ndarray],
    recipe: Recipe,
    device: str,
    soft_values: np.ndarray | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Train `model` in place; `choose` gives the example numbers of each epoch."""
    torch.backends.cuda.enable_cudnn_sdp(False)  # its dropout was not made for graph capture
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311
    data = DeviceExamples(examples, device)
    targets = SoftTargets(examples, soft_values, device) if soft_values is not None else None
    mpnet = model.shape.relative
    model.to(device).train()
    decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    rate = torch.tensor(0.0, device=device)
    cuda = device.startswith("cuda")
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
        lr=rate,
        betas=(0.9, 0.98),
        fused=cuda,
        capturable=cuda,
    )
    numbers = torch.zeros(recipe.batch, dtype=torch.int64, device=device)
    running, running_apart = torch.zeros((), device=device), torch.zeros((), device=device)

    def losses() -> str:
        return f"loss {running.item():.3f}" + (f", apart {running_apart.item():.3f}" if recipe.apart else "")

    def step(length: int, apart: bool) -> None:
        noisy = torch.rand(recipe.batch, device=device) < recipe.noisy
        batch = data.gather(numbers, length, noisy, mpnet=mpnet)
        logits = model(batch.ids, batch.types, batch.mask, recipe.how_apart if apart else None)
        loss = loss_of(logits, batch, targets.gather(numbers, batch) if targets else None, recipe)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(decayed + plain, 1.0)
        optimizer.step()
        (running_apart if apart else running).mul_(0.99).add_(0.01 * loss.detach())

    replay: dict[tuple[int, bool], Any] = {}
    pool = torch.cuda.graph_pool_handle() if cuda else None

    def run(length: int, apart: bool) -> None:
        if not cuda:
            optimizer.zero_grad(set_to_none=True)
            step(length, apart)
            return
        if (length, apart) not in replay:
            replay[length, apart] = _capture(lambda: step(length, apart), optimizer, pool, rate)
        replay[length, apart].replay()

    began = time.monotonic()
    done, epoch, total = 0, 0, 0
    while True:
        chosen = choose(chance)
        batches = list(schedule(data.lengths, chosen, recipe.batch, chance, extra=1 if mpnet else 0))
        total = total or max(1, int(recipe.epochs * len(batches)))
        for length, picked in batches:
            progress = max(done / total, (time.monotonic() - began) / 60 / recipe.minutes)
            if progress >= 1:
                report(f"done: {done} of {total} steps, {time.monotonic() - began:.0f} s, {losses()}")
                return
            fall = 1 - max(0.0, progress - recipe.warm_up) / (1 - recipe.warm_up)
            numbers.copy_(torch.from_numpy(picked), non_blocking=True)
            rate.fill_(recipe.rate * min(1.0, progress / recipe.warm_up + 1e-3) * fall)
            run(length, chance.random() < recipe.apart)
            done += 1
            if done % 16 == 0 and cuda:
                torch.cuda.synchronize()
            if done % 500 == 0:
                report(f"epoch {epoch} step {done}/{total} {time.monotonic() - began:.0f} s {losses()}")
        epoch += 1


def _capture(step: Callable[[], None], optimizer: Any, pool: Any, rate: Tensor) -> Any:
    """One training step as a CUDA graph. The warm-up steps learn nothing: their rate is zero."""
    learning = rate.clone()
    rate.zero_()
    kept = [{key: value.clone() for key, value in state.items()} for state in optimizer.state.values()]
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2):
            optimizer.zero_grad(set_to_none=True)
            step()
    torch.cuda.current_stream().wait_stream(side)
    optimizer.zero_grad(set_to_none=True)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool):
        step()
    for number, state in enumerate(optimizer.state.values()):
        for key, value in state.items():
            value.copy_(kept[number][key]) if kept else value.zero_()
    rate.copy_(learning)
    return graph


@torch.no_grad()
def predict(
    model: Encoder,
    examples: Examples,
    chosen: np.ndarray,
    device: str,
    *,
    noisy: bool = False,
    batch: int = 256,
    targets: SoftTargets | None = None,
    apart: Apart | None = None,
) -> np.ndarray:
    """Best span of each chosen example: [examples, 4] of start, end (passage tokens), its score, the null score.

    `apart`: question and passage are read so; None: together.

    Scores are sums of log probabilities. With `targets`, their values are filled in for the chosen examples, and
    the best start and the best end are scored, which need not be of one span.
    """
    data = DeviceExamples(examples, device)
    model.to(device).eval()
    mpnet = model.shape.relative
    out = torch.zeros(len(chosen), 4)
    order = np.argsort(data.lengths[chosen], kind="stable")
    for i in range(0, len(chosen), batch):
        picked = order[i : i + batch]
        length = min(-(-(int(data.lengths[chosen[picked]].max()) + 1) // 16) * 16, 400)
        numbers = torch.from_numpy(chosen[picked].astype(np.int64)).to(device)
        inputs = data.gather(numbers, length, torch.full((len(picked),), noisy, device=device), mpnet=mpnet)
        logits = model(inputs.ids, inputs.types, inputs.mask, apart)
        scores = functional.log_softmax(masked(logits, inputs), dim=1)
        if targets is not None:
            places = targets.places(numbers, inputs)[inputs.spans]
            targets.values[places] = scores[inputs.spans].clamp(min=-30).half()
            inside = inputs.spans.clone()
            inside[:, 0] = False
            peaks = scores.masked_fill(~inside[..., None], -30.0).amax(dim=1).sum(dim=1)
            out[picked, 2:] = torch.stack([peaks, scores[:, 0].sum(dim=1)], dim=1).float().cpu()
            continue
        spans = inputs.spans.clone()
        spans[:, 0] = False
        top = scores.masked_fill(~spans[..., None], -math.inf)
        both = top[:, :, None, 0] + top[:, None, :, 1]
        both = both.masked_fill(~_allowed(length, device), -math.inf)
        best, flat = both.flatten(1).max(dim=1)
        first = inputs.first
        out[picked] = (
            torch.stack([flat // length - first, flat % length - first, best, scores[:, 0].sum(dim=1)], dim=1)
            .float()
            .cpu()
        )
    return out.numpy()


def _allowed(length: int, device: str) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool, device=device).triu().tril(ANSWER_TOKENS)


def token_scores(examples: Examples, chosen: np.ndarray, spans: np.ndarray) -> dict[str, float]:
    """F1 over tokens of the first annotated answer: of answerable examples, and of all at the best threshold.

    A quick look while training; the score that counts comes from `repartee eval squad`.
    """
    start, end = examples.start[chosen], examples.end[chosen]
    answerable = start >= 0
    shared = np.minimum(end, spans[:, 1]) - np.maximum(start, spans[:, 0]) + 1
    sizes = (end - start + 1) + (spans[:, 1] - spans[:, 0] + 1)
    f1 = np.where(answerable, 2 * np.maximum(shared, 0) / np.maximum(sizes, 1), 0.0)
    order = np.argsort(spans[:, 3] - spans[:, 2])
    gains = np.cumsum(f1[order] - ~answerable[order]) + (~answerable).sum()
    return {
        "answerable_f1": 100 * float(f1[answerable].mean()) if answerable.any() else 0.0,
        "all_f1": 100 * float(gains.max()) / len(chosen),
    }
