"""The figures that every benchmark prints, with one definition each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, nan


@dataclass(frozen=True)
class Figures:
    """One thing measured many times, in the unit it was measured in.

    Percentiles are nearest rank: the smallest value that so many percent of the values do not exceed, so each of them
    was measured. `nan` where nothing was.
    """

    p50: float
    p95: float
    p99: float
    worst: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Figures:
        """Return the figures of `values`."""
        ordered = sorted(values)
        p50, p95, p99, worst = (percentile(ordered, share) for share in (50, 95, 99, 100))
        return cls(p50, p95, p99, worst, len(ordered))

    def to_json(self, digits: int = 3) -> dict[str, float]:
        """Return the figures by name, rounded; {} where nothing was measured."""
        if not self.runs:
            return {}
        return {name: value if name == "runs" else round(value, digits) for name, value in vars(self).items()}


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile (0 < `share` <= 100) of values in ascending order; nan for none."""
    return float(ordered[max(0, ceil(share / 100 * len(ordered)) - 1)]) if ordered else nan
