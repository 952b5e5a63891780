"""What stands on a printed page: runs of words with their places, and the lines they make.

Coordinates are points (1/72 inch) from the upper left corner; a run is on one line and in one size of type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

Kind = Literal["heading", "paragraph", "item", "row"]

#: What stands before items: the last are the signs of symbol fonts (Symbol, Wingdings), which have no other character.
SIGNS = "•◦▪▫‣●○■□◆❖➢➤✓✔" + "".join(map(chr, range(0xF020, 0xF100)))
#: What ends a line in the middle of a word.
HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010\ufffe\x02]$")
#: What ends a line in the middle of a range: "10:00–".
_RANGE = re.compile(r"\d\S*–$")
#: The number of a clause, which may stand in the margin: "1.", "2.3", "(a)", "iv)".
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}[.)]?|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]")
_FARTHEST_NUMBER = 20  # lines
_NUMBER_GAP = 0.5  # sizes of type from one with a dot or bracket to its words
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
    #: The table that is drawn here, of which this is a row.
    table: Table | None = None


@dataclass(slots=True, eq=False)
class Table:
    """The rows of a table: of each its cells, and which of them are bold."""

    rows: list[list[str]]
    bold: list[list[bool]]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (of a level from 1), a paragraph, an item of a list, or a row of a table (its cells)."""

    kind: Kind
    text: str = ""
    level: int = 0
    cells: tuple[str, ...] = ()
    bold: tuple[bool, ...] = ()  # of each cell
    table: int = 0  # differs from that of the table before


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
    def table(self) -> Table | None:
        """The table that is drawn here, of which it is a row."""
        return self.runs[0].table

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
    """The runs of a page, its size, and the boxes of the rules that are drawn on it: left, top, right, bottom."""

    runs: list[Run]
    width: float
    height: float
    rules: Sequence[tuple[float, float, float, float]] = ()
    lines: list[Line] = field(default_factory=list)


def joined_runs(runs: Sequence[Run]) -> str:
    """Return the words of runs of one line."""
    pieces = [runs[0].text]
    for before, run in pairwise(runs):
        apart = run.left - before.right > 0.12 * run.size
        pieces.append(" " + run.text if apart and not pieces[-1].endswith(" ") else run.text)
    return " ".join("".join(pieces).split())


def lines_of(runs: Sequence[Run]) -> list[Line]:
    """Return runs as lines: those that share most of their height stand on one, a row of a table on its own."""
    lines: list[Line] = []
    for run in sorted(runs, key=lambda run: ((run.top + run.bottom) / 2, run.left)):
        middle = (run.top + run.bottom) / 2
        if lines and not run.table and not lines[-1].table and lines[-1].top <= middle <= lines[-1].bottom:
            lines[-1].runs.append(run)
        else:
            lines.append(Line([run]))
    for line in lines:
        line.runs.sort(key=lambda run: run.left)
    return lines


def flowed(lines: Sequence[Line]) -> str:
    """Return lines as one text; a word that was parted at the end of a line is whole again."""
    text = ""
    for line in lines:
        words = line.text
        if HYPHEN.search(text) and words[:1].islower():
            text = text[:-1] + words
        elif _RANGE.search(text) and words[:1].isdecimal():
            text += words
        else:
            text = f"{text} {words}".strip()
    return text.replace("\u00ad", "").replace("\ufffe", "").replace("\x02", "")


def follows(above: Line, below: Line) -> bool:
    """Tell whether a line goes on from the one above it: as close as lines of one paragraph are."""
    return -2 * above.size < below.top - above.bottom < 0.75 * above.size


def is_clause(lines: Sequence[Line], place: int) -> bool:
    """Tell whether a line is words with the number of a clause before them, apart from them.

    A number with neither dot nor bracket is one where the next that stands so goes on from it.
    """
    runs = lines[place].runs
    first = 0
    while first < len(runs) - 1 and _NUMBER.fullmatch(runs[first].text):
        first += 1
    if not first or not any(char.isalpha() for run in runs[first:] for char in run.text):
        return False
    is_bare = runs[0].text.isdecimal()
    if runs[first].left - runs[first - 1].right < (CELL_GAP if is_bare else _NUMBER_GAP) * runs[first].size:
        return False
    return len(Line(runs[first:]).cells()) == 1 and not (is_bare and _counts_otherwise(lines, place))


def _counts_otherwise(lines: Sequence[Line], place: int) -> bool:
    number = int(lines[place].runs[0].text)
    for line in lines[place + 1 : place + _FARTHEST_NUMBER]:
        text = line.runs[0].text
        if _NUMBER.fullmatch(text):
            return text.rstrip(".)") != str(number + 1) and not text.startswith(f"{number}.")
    return False
