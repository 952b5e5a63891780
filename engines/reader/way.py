"""One way to read windows: what runs them, what that costs here, and so what fits into what is left of a slot."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Calibration
from engines.reader.cost import CostModel
from engines.reader.windows import WINDOW_TOKENS, Ids, Window, pad
from engines.runtimes.runtime import Runtime

#: In a slot, windows are run together only if that costs at most this share of running them one by one.
WORTH_BATCHING = 0.75

#: Tokens of a passage and its context worth reading; so many of the best one are read even if they do not fit.
FEWEST_TOKENS = 24

WARM_STEP = 32
#: Single rows up to this length, or this cost, run at load: a shape's first run inside a slot would break it.
WARM_TOKENS, WARM_MS = 192, 8.0

Logits = NDArray[np.float32]

#: A window and how many tokens it may have in all → less of it, or None where the rest is not worth reading.
Shorten = Callable[[Window, int], Window | None]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What was run: `windows` (maybe less of them than wanted) and the logits of each.

    When it `ended` (s, `perf_counter`), what its last step took, `spent_ms`, and what that and the decoding of its
    windows were to take at most, `bound_ms`.
    """

    windows: Sequence[Window]
    logits: Iterable[Logits]
    ended: float
    spent_ms: float
    bound_ms: float


class Way(ABC):
    """A way to read. `calibration`: of the scores that are found so; `longest`: the longest window, in tokens."""

    def __init__(self, runtime: Runtime, calibration: Calibration, cost_file: Path | None) -> None:
        self.runtime, self.calibration, self._cost_file = runtime, calibration, cost_file
        compiles = runtime.compiles
        self.cost = CostModel.load(cost_file, compiles=compiles) if cost_file else CostModel(compiles=compiles)
        self.longest = max((each for each in runtime.buckets if each <= WINDOW_TOKENS), default=runtime.buckets[0])

    @abstractmethod
    def ask(self, question: Ids) -> Any:
        """Return what `run` wants to know of a question; run before the first of its windows."""

    @abstractmethod
    def run(self, asked: Any, group: Sequence[Window], bucket: int) -> Iterable[Logits]:
        """Run windows of at most `bucket` tokens: float32 [at least the window's tokens, 2] for each."""

    def run_timed(self, asked: Any, group: Sequence[Window], bucket: int) -> Ran:
        """Run windows (`run`), and learn what that takes."""
        bound = self.cost.bound(len(group), bucket)
        began = time.perf_counter()
        logits = self.run(asked, group, bucket)
        ended = time.perf_counter()
        spent = (ended - began) * 1000
        self.cost.observe(len(group), bucket, spent)
        return Ran(windows=group, logits=logits, ended=ended, spent_ms=spent, bound_ms=bound)

    def run_within(
        self, asked: Any, group: Sequence[Window], bucket: int, deadline: float, shorten: Shorten
    ) -> Ran | None:
        """Run windows for which there is time until `deadline` (s, `perf_counter`), as `needed` says.

        A way that runs in steps cuts them between two where time gets short; None where nothing is left of them.
        """
        del deadline, shorten
        return self.run_timed(asked, group, bucket)

    def needed(self, rows: int, tokens: int, fewest: int, share: float = 1.0) -> float:
        """What has to be left, in ms, to begin such a run, or to go on with its last step, `share` of it.

        `fewest`: tokens that a way that runs in steps may cut it to.
        """
        del fewest
        return self.cost.bound(rows, tokens, share)

    @abstractmethod
    def run_blank(self, tokens: int) -> None:
        """Run one window of so many tokens that say nothing."""

    def bucket(self, tokens: int) -> int:
        """The shortest length that is run which holds so many tokens."""
        return next(each for each in self.runtime.buckets if each >= tokens)

    def worth_laying_out(self, question: int) -> int:
        """How many windows to have ready: as many as are run together, so one where that is no cheaper."""
        shortest, most = self.bucket(min(question + FEWEST_TOKENS, self.longest)), self.runtime.max_batch
        is_cheaper = self.cost.typical(most, shortest) < WORTH_BATCHING * self.cost.typical(1, shortest) * most
        return most if is_cheaper else 1

    def plan(self, todo: Sequence[Window], left: float) -> tuple[int, int] | None:
        """How many of the next windows to run at once, and at which bucket; None if not even one fits in `left` ms.

        One at a time keeps the clock in view; a batch is taken only where it is clearly cheaper, as on a GPU.
        """
        segment = todo[0].segment
        single = self.affordable(1, len(todo[0].ids), segment, left)
        if single is None:
            return None
        alone = self.cost.bound(1, single)
        for power in range(len(todo).bit_length() - 1, 0, -1):
            count = 1 << power
            bucket = self.affordable(count, max(len(each.ids) for each in todo[:count]), segment, left)
            if bucket is not None and self.cost.bound(count, bucket) < WORTH_BATCHING * alone * count:
                return count, bucket
        return 1, single

    def affordable(self, batch: int, tokens: int, segment: int, left: float, share: float = 1.0) -> int | None:
        """The cheapest bucket for `tokens` if `left` has room for it (a longer one may be, if it was compiled).

        `segment`: where the second segment of its windows begins; `share`: see `needed`.
        """
        fitting = self.runtime.buckets[bisect_left(self.runtime.buckets, tokens) :]
        fewest = self._fewest(segment)
        possible = fitting if self.runtime.compiles else fitting[:1]
        costs = {each: self.needed(batch, each, fewest, share) for each in possible}
        best = min(costs, key=costs.__getitem__, default=None)
        return best if best is not None and costs[best] <= left else None

    def longest_within(self, left: float, segment: int, share: float = 1.0) -> int:
        """The longest bucket for which there is room in `left` ms; 0 if there is none.

        `segment`: where the second segment begins; `share`: see `needed`.
        """
        buckets, fewest = self.runtime.buckets, self._fewest(segment)
        if self.runtime.compiles:  # a longer one that was compiled may be cheaper than a shorter one that was not
            return max((each for each in buckets if self.needed(1, each, fewest, share) <= left), default=0)
        fitting = bisect_right(buckets, left, key=lambda each: self.needed(1, each, fewest, share))
        return buckets[fitting - 1] if fitting else 0

    def _fewest(self, segment: int) -> int:
        """The bucket of the least that is read beside a question."""
        return self.bucket(min(segment + 1 + FEWEST_TOKENS, self.longest))

    def warm_up(self) -> None:
        """Run the short shapes: the runtime compiles them, and the cost model learns what they cost.

        Of a runtime that does not compile some are enough: what lies between costs what lies between.
        """
        buckets = self.runtime.buckets
        if not self.runtime.compiles:
            buckets = tuple(each for each in buckets if each % WARM_STEP == 0 or each == buckets[0])
            self.run_blank(buckets[0])  # memory is made ready, for all shapes
        for bucket in buckets:
            if bucket <= WARM_TOKENS or self.cost.typical(1, bucket) <= WARM_MS:
                times = 2 if self.cost.measured(1, bucket) else 4
                spent = [self._blank_ms(bucket) for _ in range(times)]
                if not self.runtime.compiles:
                    spent.sort()
                    spent.insert(0, spent.pop(len(spent) // 2))  # what is learned first counts most: no unlucky run
                for ms in spent:
                    self.cost.observe(1, bucket, ms)

    def _blank_ms(self, tokens: int) -> float:
        began = time.perf_counter()
        self.run_blank(tokens)
        return (time.perf_counter() - began) * 1000

    def save(self) -> None:
        """Keep what was learned about costs."""
        if self._cost_file:
            self.cost.save(self._cost_file)


class Whole(Way):
    """Question and passage go through all layers together."""

    def ask(self, question: Ids) -> None:
        """Nothing is known of a question alone."""

    def run(self, asked: None, group: Sequence[Window], bucket: int) -> Iterable[Logits]:
        """Run windows; see `Way`."""
        del asked
        return self.runtime.run(*pad(group, bucket))

    def run_blank(self, tokens: int) -> None:
        """Run one window; see `Way`."""
        self.runtime.run(*pad([Window(np.zeros(tokens, np.int32), tokens, tokens, 0, 0, 0)], tokens))
