"""What stands on a printed page: runs of words with their places, and the lines they make.

Coordinates are points (1/72 inch) from the upper left corner; a run is on one line and in one size of type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

#: What stands before items: the last are the signs of symbol fonts (Symbol, Wingdings), which have no other character.
SIGNS = "•◦▪▫‣●○■□◆❖➢➤✓✔" + "".join(map(chr, range(0xF020, 0xF100)))
#: Words apart by more than so many sizes of type stand in different cells, or columns.
CELL_GAP = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words at one place: their box, the size of their type in points, and whether it is bold."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool = False


@dataclass(slots=True)
class Line:
    """Runs beside each other, from left to right."""

    runs: list[Run]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.runs[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(run.right for run in self.runs)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return min(run.top for run in self.runs)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return max(run.bottom for run in self.runs)

    @property
    def size(self) -> float:
        """The size of most of its type."""
        return max(self.runs, key=lambda run: len(run.text)).size

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(run.bold for run in self.runs)

    @property
    def text(self) -> str:
        """Its words."""
        return joined_runs(self.runs)

    def cells(self) -> list[Run]:
        """Return the words that stand apart, each as one run."""
        cells: list[list[Run]] = []
        for run in self.runs:
            dotted = bool(cells) and len(cells) == 1 and len(cells[0]) == 1 and cells[0][0].text in SIGNS
            if dotted or (cells and run.left - cells[-1][-1].right <= CELL_GAP * run.size):
                cells[-1].append(run)
            else:
                cells.append([run])
        return [joined(cell) for cell in cells]


def joined(runs: Sequence[Run]) -> Run:
    """Return runs of one line as one run."""
    return Run(
        text=joined_runs(runs),
        left=runs[0].left,
        right=runs[-1].right,
        top=min(run.top for run in runs),
        bottom=max(run.bottom for run in runs),
        size=runs[0].size,
        bold=all(run.bold for run in runs),
    )


@dataclass(slots=True)
class Page:
    """The runs of a page, and its height."""

    runs: list[Run]
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)


def joined_runs(runs: Sequence[Run]) -> str:
    """Return the words of runs of one line."""
    pieces = [runs[0].text]
    for before, run in pairwise(runs):
        apart = run.left - before.right > 0.12 * run.size
        pieces.append(" " + run.text if apart and not pieces[-1].endswith(" ") else run.text)
    return " ".join("".join(pieces).split())
