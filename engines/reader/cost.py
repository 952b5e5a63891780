"""What a run costs here, measured: so that a slot in ms becomes "these windows at this length"."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

from engines.files import private_folder, write_whole

#: Share of readings that may take longer, from the beginning of the last run on, than `CostModel.bound`.
UNUSUAL = 0.005

#: How fast the bound follows: one reading longer than it raises its factor by this much.
TAIL_STEP = 0.1

#: What a step behind which a run may be cut is taken to last, of what it lasts on average.
AS_EXPECTED = 1.05

#: How much longer than expected all of a run takes at most, in parts of what its last step with decoding may.
OF_THE_TAIL = 0.6

#: Weight of the newest run in the moving average of how busy the machine is.
LOAD_STEP = 0.2

#: Weight of the newest run in the moving average of a shape's cost, and of the newest reading in that of decoding.
BASE_STEP, DECODING_STEP = 0.02, 0.05

#: A run that took longer than so many times what was expected teaches no more than that.
OUTLIER = 3.0

#: What decoding one row is taken to cost on average before it was measured, and at least and at most, in ms.
DECODING_MS, LEAST_MS, MOST_MS = 0.4, 0.05, 4.0

#: What a process begins with at most, of the tail and of decoding: an hour on a busy machine is no reason to read less
#: the next day, and what is needed again is learned again within a few readings.
KEPT_TAIL, KEPT_DECODING_MS = 1.5, 0.8

#: (rows, tokens per row).
Shape = tuple[int, int]


class CostModel:
    """Milliseconds per run by shape, learned from the runs themselves; for use from several threads.

    A run is expected to take its shape's average (interpolated by the number of tokens where a shape was never run)
    times the load, which all shapes share and which follows the last few runs: a busy neighbour slows all of them.
    `bound` adds what comes behind the last run of a reading, the decoding of its rows, and then the tail: a factor
    that stochastic quantile tracking keeps where UNUSUAL of the readings exceed it. It is one factor for the sum of
    both: two bounds, each of which is rarely exceeded, would add up to more than both together need.
    A shape's first run in a process is dearer where the runtime compiles it (`compiles`); that extra is measured too.
    Where it does not, a shape between others begins with what these say: one unlucky run is no reason to shun it.
    """

    def __init__(
        self,
        averages: dict[Shape, float] | None = None,
        tail: float = 1.25,
        *,
        decoding: float = DECODING_MS,
        compiles: bool = True,
    ) -> None:
        self._averages = dict(averages or {})
        self._guesses: dict[Shape, float] = {}
        self._tail = tail
        self._decoding = decoding
        self._load = 1.0
        self._compiles = compiles
        self._first_ms = 0.0
        self._warm: set[Shape] = set()
        self._lock = threading.Lock()

    def observe(self, rows: int, tokens: int, ms: float) -> None:
        """Learn that a run took `ms`."""
        shape = (rows, tokens)
        with self._lock:
            expected = self._average(shape) * self._load
            if self._compiles and shape not in self._warm:
                self._warm.add(shape)
                self._first_ms = max(self._first_ms, ms - expected) if self._averages else ms
                return
            if shape not in self._averages and not self._compiles and self._between(shape):
                self._averages[shape] = self._average(shape)
            if shape not in self._averages:
                self._averages[shape] = ms / self._load
                self._guesses.clear()
                return
            off = min(ms / expected, OUTLIER) - 1
            self._load *= 1 + LOAD_STEP * off
            self._averages[shape] *= 1 + BASE_STEP * off

    def observe_reading(self, rows: int, decoding_ms: float, *, over: bool) -> None:
        """Learn from the end of a reading whose last run had so many rows.

        `decoding_ms`: from the end of that run on. `over`: whether the two took longer than `bound` had said.
        """
        with self._lock:
            self._tail = min(max(self._tail + TAIL_STEP * (over - UNUSUAL), 1.05), 4.0)
            off = min(decoding_ms / rows / self._decoding, OUTLIER) - 1
            self._decoding = min(max(self._decoding * (1 + DECODING_STEP * off), LEAST_MS), MOST_MS)

    @contextlib.contextmanager
    def practising(self) -> Iterator[None]:
        """Learn nothing of the tail meanwhile: what is only slow the first time is no measure of it."""
        tail = self._tail
        try:
            yield
        finally:
            with self._lock:
                self._tail = tail

    def measured(self, rows: int, tokens: int) -> bool:
        """Whether this shape's cost is known from runs, not interpolated."""
        with self._lock:
            return (rows, tokens) in self._averages

    def typical(self, rows: int, tokens: int) -> float:
        """The expected cost of a run in ms; infinite before anything was measured."""
        with self._lock:
            return self._average((rows, tokens)) * self._load

    def decoding(self, rows: int) -> float:
        """What comes behind the last run of a reading, of so many rows, on average, in ms."""
        return self._decoding * rows

    def bound(self, rows: int, tokens: int, share: float = 1.0) -> float:
        """What all but UNUSUAL of the readings stay under from the beginning of their last run on, in ms.

        `share`: from so much of the run before its end on, where it is made in steps.
        """
        with self._lock:
            first = self._first_ms if self._compiles and (rows, tokens) not in self._warm else 0.0
            expected = self._average((rows, tokens)) * self._load * share + self._decoding * rows
            return expected * self._tail + first

    def bound_in_two(self, tokens: int, fewest: int, last: float) -> float:
        """What has to be left, in ms, for a run of one row that is made in two steps; `last`: the share of the second.

        Before that it is cut to as few as `fewest` tokens if time gets short. So there must be room for all of it if
        the first step goes as expected, and for one that is cut if that is slow.
        """
        with self._lock:
            whole, least = (self._average((1, each)) * self._load for each in (tokens, min(fewest, tokens)))
            first = whole * (1 - last)
            as_expected = first * AS_EXPECTED + (whole * last + self._decoding) * self._tail
            cut = (first + least * last + self._decoding) * (1 + OF_THE_TAIL * (self._tail - 1))
            return max(as_expected, cut)

    def _between(self, shape: Shape) -> bool:
        sizes = [rows * tokens for rows, tokens in self._averages]
        return bool(sizes) and min(sizes) <= shape[0] * shape[1] <= max(sizes)

    def _average(self, shape: Shape) -> float:
        if (known := self._averages.get(shape) or self._guesses.get(shape)) is not None:
            return known
        if not self._averages:
            return float("inf")
        size = shape[0] * shape[1]
        points = sorted((rows * tokens, ms) for (rows, tokens), ms in self._averages.items())
        below = [point for point in points if point[0] <= size]
        above = [point for point in points if point[0] >= size]
        if below and above:
            (left, low), (right, high) = below[-1], above[0]
            guess = low + (high - low) * (size - left) / max(right - left, 1)
        else:
            near, ms = (below or points)[-1 if below else 0]
            guess = ms * max(1.0, size / near)
        self._guesses[shape] = guess
        return guess

    @classmethod
    def load(cls, path: Path, *, compiles: bool = True) -> CostModel:
        """Read what an earlier process learned; an absent or damaged file gives an empty model."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            known = json.loads(path.read_text())
            averages = {(int(rows), int(tokens)): float(ms) for rows, tokens, ms in known["average_ms"] if ms > 0}
            tail = min(max(float(known["tail"]), 1.05), KEPT_TAIL)
            decoding = min(max(float(known.get("decoding_ms", DECODING_MS)), LEAST_MS), KEPT_DECODING_MS)
            return cls(averages, tail, decoding=decoding, compiles=compiles)
        return cls(compiles=compiles)

    def save(self, path: Path) -> None:
        """Write what was learned; a folder that cannot be written is no error, the next process measures again."""
        with self._lock:
            table = [[*shape, round(ms, 4)] for shape, ms in sorted(self._averages.items())]
            known = {"average_ms": table, "tail": round(self._tail, 4), "decoding_ms": round(self._decoding, 4)}
            text = json.dumps(known)
        with contextlib.suppress(OSError):
            private_folder(path.parent)
            write_whole(path, text.encode())
