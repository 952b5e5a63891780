"""Tables without rules: lines whose words stand under each other."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from knowledge.formats.printed import Line, Run, Table, follows, is_clause, joined

#: What white space on all lines of a table parts is columns from so many sizes of type on.
_COLUMN_GAP = 0.6


def aligned_table(lines: Sequence[Line], start: int) -> tuple[Table, int] | None:
    """Return the table that begins at a line, and the line after it.

    At least three lines of at least two cells whose left or right edges stand under each other.
    """
    if lines[start].table:
        return None
    first = lines[start].cells()
    if len(first) < 2 or is_clause(lines, start):
        return None
    rows = [first]
    end = start + 1
    while end < len(lines) and not lines[end].table and _is_near(lines[end - 1], lines[end]):
        cells = lines[end].cells()
        if len(first) == 2 and is_clause(lines, end) and cells[0].text[-1] in ".)":
            break
        if len(cells) >= 2 and any(_under(cell, other) for cell in cells[1:] for other in first[1:]):
            rows.append(cells)
        elif (
            len(cells) == 1 and len(rows) > 1 and follows(lines[end - 1], lines[end]) and cells[0].left > first[0].right
        ):
            rows.append(cells)  # the second line of a cell
        else:
            break
        end += 1
    if sum(len(row) > 1 for row in rows) < 3:
        return None
    columns = max(rows, key=len)
    if len(gaps := _gaps(lines[start:end])) >= len(columns):
        rows = [_parted(line, gaps) for line in lines[start:end]]
        columns = max(rows, key=len)
    made = Table([], [])
    for row in rows:
        words = [""] * len(columns)
        bold = [False] * len(columns)
        for cell in row:
            nearest = _nearest(cell, columns)
            words[nearest] = f"{words[nearest]} {cell.text}".strip()
            bold[nearest] = cell.bold
        if len(row) == 1 and made.rows:
            made.rows[-1] = [f"{above} {below}".strip() for above, below in zip(made.rows[-1], words, strict=True)]
        else:
            made.rows.append(words)
            made.bold.append(bold)
    return made, end


def _is_near(above: Line, below: Line) -> bool:
    return below.top - above.bottom < 2.2 * above.size


def _gaps(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the columns of a table, from where to where, x: what white space on all of its lines parts."""
    columns: list[tuple[float, float]] = []
    least = _COLUMN_GAP * median(line.size for line in lines)
    for run in sorted((run for line in lines for run in line.runs), key=lambda run: run.left):
        if columns and run.left - columns[-1][1] < least:
            columns[-1] = columns[-1][0], max(columns[-1][1], run.right)
        else:
            columns.append((run.left, run.right))
    return columns


def _parted(line: Line, columns: Sequence[tuple[float, float]]) -> list[Run]:
    """Return the words of a line as a cell for each column that has some."""
    cells = [[run for run in line.runs if left <= run.left <= right] for left, right in columns]
    return [joined(runs) for runs in cells if runs]


def _under(cell: Run, other: Run) -> bool:
    return (
        abs(cell.left - other.left) < 0.6 * cell.size
        or abs(cell.right - other.right) < 0.6 * cell.size
        or (abs((cell.left + cell.right) - (other.left + other.right)) < 1.2 * cell.size)
    )


def _nearest(cell: Run, columns: Sequence[Run]) -> int:
    return min(range(len(columns)), key=lambda number: _distance(cell, columns[number]))


def _distance(cell: Run, column: Run) -> float:
    return min(
        abs(cell.left - column.left),
        abs(cell.right - column.right),
        abs((cell.left + cell.right) - (column.left + column.right)) / 2,
    )
