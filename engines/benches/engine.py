"""Time runtimes against each other: models x shapes x runtimes in one run, and the reader end to end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from engines.figures import Figures
from engines.reader.reader import Reader

#: Runs of one contender in a row before the next one's turn: slow drift of the machine hits all alike.
BLOCK = 10

#: Pause between blocks, so that the last contender's threads have stopped spinning.
REST_S = 0.02

#: Runs before timing: a runtime compiles what it finds hot once it is idle, and gets SETTLE_S to do it.
WARM_UP = 40

SETTLE_S = 3.0

PASSAGE_WORDS = 60
QUESTION_WORDS = 9


class Contender(Protocol):
    """Anything that runs a batch, a `Runtime` for one."""

    def run(
        self, input_ids: NDArray[Any], token_type_ids: NDArray[Any], attention_mask: NDArray[Any]
    ) -> NDArray[np.float32]:
        """Run int64 [batch, seq] arrays."""
        ...


@dataclass(frozen=True)
class Row:
    """One contender at one shape. Milliseconds, arrays in to arrays out; `ratio`: times faster than the baseline."""

    model: str
    runtime: str
    batch: int
    tokens: int
    median_ms: float
    p99_ms: float
    ratio: float | None = None


@dataclass(frozen=True)
class ReadingRow:
    """The reader, question as text in and span out, over many questions.

    `slot_ms`: the slot given, None for none; `over`: share of questions that took longer than it; `read` and
    `read_median`: how many passages were read whole, on average and of the question in the middle.
    """

    model: str
    runtime: str
    passages: int
    slot_ms: float | None
    median_ms: float
    p99_ms: float
    over: float | None
    read: float
    read_median: float
    #: How passages were read: "whole", "apart", or "" for as a turn does.
    way: str = ""


def race(
    contenders: Mapping[str, Contender],
    shapes: Sequence[tuple[int, int]],
    *,
    model: str,
    vocab_size: int,
    rounds: int = 100,
    baseline: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Row]:
    """Time every contender at every (batch, tokens), in turns of BLOCK runs."""
    rows = []
    chance = np.random.default_rng(0)
    for batch, tokens in shapes:
        progress(f"{model}, {batch} x {tokens} tokens")
        ids = chance.integers(min(1000, vocab_size // 2), vocab_size, (batch, tokens))
        types = (np.arange(tokens) >= 12).astype(np.int64)[None].repeat(batch, 0)
        inputs = (ids, types, np.ones_like(ids))
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for contender in contenders.values():
            for _ in range(WARM_UP):
                contender.run(*inputs)
        time.sleep(SETTLE_S)
        for _ in range(0, rounds, BLOCK):
            for name, contender in contenders.items():
                time.sleep(REST_S)
                contender.run(*inputs)
                for _ in range(BLOCK):
                    began = time.perf_counter_ns()
                    contender.run(*inputs)
                    times[name].append((time.perf_counter_ns() - began) / 1e6)
        slowest = Figures.of(times[baseline]).p50 if baseline else None
        for name, spent in times.items():
            figures = Figures.of(spent)
            ratio = slowest / figures.p50 if slowest else None
            rows.append(Row(model, name, batch, tokens, figures.p50, figures.p99, ratio))
    return rows


def read_many(
    reader: Reader,
    vocab: Sequence[str],
    *,
    model: str,
    passages: int,
    slot_ms: float | None,
    questions: int = 200,
    way: Literal["", "whole", "apart"] = "",
) -> ReadingRow:
    """Time `questions` readings of `passages` 60-word passages each, ready as after ingestion.

    Where they have a slot and no `way`, they are read as in a turn: what the reader prepares belongs to the search.
    """
    text = MadeUpText(vocab, seed=1)
    spent, read = [], []
    for number in range(-2 * WARM_UP, questions):
        question = text.words(QUESTION_WORDS)
        ready = [reader.ready(text.words(PASSAGE_WORDS)) for _ in range(passages)]
        time.sleep(SETTLE_S if number == 0 else REST_S)  # questions do not come back to back
        if slot_ms is not None and not way:
            reader.prepare(question)
        began = time.perf_counter_ns()
        reading = reader.read(question, ready, slot_ms=slot_ms, way=way)
        if number >= 0:
            spent.append((time.perf_counter_ns() - began) / 1e6)
            read.append(reading.passages_read)
    figures = Figures.of(spent)
    return ReadingRow(
        model,
        reader.runtime_name,
        passages,
        slot_ms,
        figures.p50,
        figures.p99,
        float(np.mean(np.array(spent) > slot_ms)) if slot_ms is not None else None,
        float(np.mean(read)),
        Figures.of(read).p50,
        way,
    )


class MadeUpText:
    """Words of a vocabulary at random, with English's share of split words and punctuation: 1.3 tokens a word."""

    def __init__(self, vocab: Sequence[str], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  (no secret)
        self._words = [piece for piece in vocab if piece.isalpha() and len(piece) > 2] or list(vocab)
        self._ends = [piece[2:] for piece in vocab if piece.startswith("##") and piece[2:].isalpha()] or [""]

    def words(self, count: int) -> str:
        """Give `count` words."""
        made = []
        for number in range(count):
            end = self._random.choice(self._ends) if self._random.random() < 0.15 else ""
            made.append(self._random.choice(self._words) + end + ("," if number % 9 == 8 else ""))
        return " ".join(made).strip(",") + "."
