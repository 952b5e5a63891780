"""Tables without rules: lines whose words stand under each other.

A row has one line, or several: where cells wrap, its lines are closer to each other than rows are, or stand half a line
beside each other (as browsers and LibreOffice put short cells at the middle of long ones).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from statistics import median

from knowledge.formats.markup import AMOUNT
from knowledge.formats.printed import Line, Run, Table, flowed, follows, is_clause, joined

#: What white space on all lines of a table parts is columns from so many sizes of type on.
_COLUMN_GAP = 0.45
#: Lines so close, in sizes of type from one to the next, are of different cells: those of one would touch.
_BESIDE = 0.9
#: Spaces between lines that differ by less are the same, in sizes of type.
_SAME = 0.15
_LEAST = 3  # lines of at least two cells
#: An amount of money and nothing else.
_PRICE = re.compile(r"[£$€]?\s?\d[\d,]*(?:\.\d\d)?(?:\s?[£$€])?")


class _Columns:
    """Where the columns of a table are: what white space on all its lines parts, else the cells of its fullest row."""

    def __init__(self, groups: Sequence[Sequence[Line]]) -> None:
        self._lines = [line for group in groups for line in group]
        gaps = _gaps(self._lines)
        fullest = max(([cell for line in group for cell in line.cells()] for group in groups), key=len)
        if any(_overlap(one, two) for one, two in combinations(fullest, 2)):
            fullest = max((line.cells() for line in self._lines), key=len)
        self._by_space = len(gaps) >= len(fullest)
        self._edges = (
            [replace(fullest[0], left=left, right=right) for left, right in gaps] if self._by_space else fullest
        )
        self.count = len(self._edges)

    def cells(self, line: Line) -> list[tuple[int, Run]]:
        """Return the cells of a line with their columns."""
        if not self._by_space:
            return [(_nearest(cell, self._edges), cell) for cell in line.cells()]
        made: dict[int, list[Run]] = {}
        for run in line.runs:
            middle = (run.left + run.right) / 2
            away = [max(column.left - middle, middle - column.right) for column in self._edges]
            made.setdefault(away.index(min(away)), []).append(run)
        return [(place, joined(runs)) for place, runs in made.items()]

    def head_cells(self, line: Line) -> dict[int, str]:
        """Return the words of a line by the columns that they stand above, none where they do not.

        White space parts them, or where they are bold the edges of columns: heads of narrow columns nearly touch.
        """
        both = _Columns([[each] for each in (*self._lines, line)])
        if self._by_space and both._by_space and both.count == self.count:
            return {place: cell.text for place, cell in both.cells(line)}
        near = 2 * _SAME * line.size
        cells: list[list[Run]] = []
        for run in line.runs:
            begins = any(abs(run.left - column.left) < near for column in self._edges)
            if not cells or begins or any(abs(cells[-1][-1].right - column.right) < near for column in self._edges):
                cells.append([])
            cells[-1].append(run)
        found = [(_nearest(cell, self._edges), cell) for cell in map(joined, cells)]
        is_head = (
            line.bold and len(found) >= max(2, self.count - 1) and len({place for place, _ in found}) == len(found)
        )
        aligned = all(_distance(cell, self._edges[place]) < near for place, cell in found)
        spaces = [two.left - one.right for cell in cells for one, two in pairwise(cell)]
        apart = all(two.left - one.right > max(spaces, default=0.0) for (_, one), (_, two) in pairwise(found))
        return {place: cell.text for place, cell in found} if is_head and aligned and apart else {}

    def used(self, lines: Iterable[Line]) -> set[int]:
        """Return the columns that have words on any of the lines."""
        return {place for line in lines for place, _ in self.cells(line)}

    def row(self, lines: Sequence[Line]) -> tuple[list[str], list[bool]]:
        """Return the words of a row, and which of them are bold."""
        held: list[list[Line]] = [[] for _ in range(self.count)]
        for line in lines:
            for place, cell in self.cells(line):
                held[place].append(Line([cell]))
        return [flowed(each) for each in held], [bool(each) and all(line.bold for line in each) for each in held]


def aligned_table(lines: Sequence[Line], start: int) -> tuple[Table, int] | None:
    """Return the table that begins at a line, and the line after it.

    At least three lines of at least two cells whose left or right edges stand under each other. At the upper edge of a
    page its first row may be what is left of one, in a single column.
    """
    if lines[start].table or is_clause(lines, start):
        return None
    following = lines[start + 1] if start + 1 < len(lines) else None
    if len(lines[start].cells()) > 1 or (following is not None and _is_beside(lines[start], following)):
        found = _read(lines, start)
        return found[:2] if found is not None else None
    if following is None or following.table or not _is_near(lines[start], following):
        return None
    below_head = _below_head(lines, start)
    if below_head is None and start == 0 and len(cells := following.cells()) > 1:
        rest = lines[0].cells()[0]
        if rest.text[:1].islower() and _is_part(rest, cells, cells[1:]):
            return _below_rest(lines)
    return below_head


def _below_head(lines: Sequence[Line], start: int) -> tuple[Table, int] | None:
    """Return the table below a line that is no row by itself, but whose words stand above its columns."""
    head = lines[start]
    if len(head.runs) < 2 and not head.bold:
        return None
    found = _read(lines, start + 1)
    if found is None:
        return None
    table, end, columns = found
    cells = columns.head_cells(head)
    goes_on = head.bold and all(table.bold[0][1:]) and follows(head, lines[start + 1])
    is_named = all(table.bold[0])  # then what is above it, and not close, is a heading
    if not cells or (is_named and not goes_on) or (len(cells) < 2 and (not goes_on or 0 in cells)):
        return None
    words = [cells.get(place, "") for place in range(columns.count)]
    if goes_on:
        table.rows[0] = [f"{above} {below}".strip() for above, below in zip(words, table.rows[0], strict=True)]
    else:
        table.rows.insert(0, words)
        table.bold.insert(0, [bool(cell) and head.bold for cell in words])
    return table, end


def _below_rest(lines: Sequence[Line]) -> tuple[Table, int] | None:
    """Return the table below the rest of a row that began on the page before, with that rest as its first row."""
    if (found := _read(lines, 1)) is None:
        return None
    table, end, columns = found
    words, bold = columns.row(lines[:1])
    table.rows.insert(0, words)
    table.bold.insert(0, bold)
    return table, end


def _read(lines: Sequence[Line], start: int) -> tuple[Table, int, _Columns] | None:
    taken = _taken(lines, start)
    if sum(len(line.cells()) > 1 for line in taken) < 2:
        return None
    groups = _groups(taken)
    columns = _Columns(groups)
    rows = _rows(groups, columns)
    filled = next((number for number, row in enumerate(rows) if len(columns.used(row)) < 2), len(rows))
    if filled < len(rows):  # what is not in it does not tell where its columns are
        rows = rows[:filled]
        groups = groups[: sum(any(group[0] is line for row in rows for line in row) for group in groups)]
        columns = _Columns(groups) if groups else columns
    multiple = sum(len(line.cells()) > 1 for row in rows for line in row)
    least = 2 if all(map(_is_priced, taken)) else _LEAST
    if len(rows) < 2 or max(multiple, len(rows)) < least:
        return None
    made = [columns.row(row) for row in rows]
    table = Table([words for words, _ in made], [bold for _, bold in made])
    return table, start + sum(map(len, rows)), columns


def _is_priced(line: Line) -> bool:
    """Tell whether a line is words and amounts in cells of their own, as two rows of a list of prices are."""
    cells = line.cells()
    return len(cells) > 1 and cells[0].text[0].isalpha() and all(_PRICE.fullmatch(cell.text) for cell in cells[1:])


def _taken(lines: Sequence[Line], start: int) -> list[Line]:
    """Return the lines from `start` on that can be of one table."""
    taken = [lines[start]]
    first = lines[start].cells()
    known, others = list(first), first[1:]
    for place in range(start + 1, len(lines)):
        line = lines[place]
        if line.table or not _is_near(taken[-1], line):
            break
        cells = line.cells()
        if len(first) == 2 and is_clause(lines, place) and cells[0].text[-1] in ".)":
            break
        beside = _is_beside(taken[-1], line)
        if beside:
            # The row may begin with the words at its middle, or with those above them.
            known += cells
            edge = min(cell.left for cell in known) + line.size
            others = [cell for cell in known if cell.left > edge]
        elif len(cells) > 1:
            # The names of columns may stand at their middle, wherever the words below them do.
            is_below_head = all(each.bold for each in taken) and not line.bold
            is_under = _overlap if is_below_head else _under
            if not any(is_under(cell, other) for cell in cells[1:] for other in others):
                break
            known += cells
            others += cells[1:]
        elif not _is_part(cells[0], known, others) and not _is_parted(line, taken):
            break
        taken.append(line)
    return taken


def _is_part(cell: Run, known: Sequence[Run], others: Sequence[Run]) -> bool:
    """Tell whether words that have a line of their own can be part of a cell, of the first column or another."""
    if cell.left > min(other.left for other in known) + cell.size:
        return any(_under(cell, other) for other in others)
    return cell.right < min((other.left for other in others), default=0.0)


def _is_parted(line: Line, others: Sequence[Line]) -> bool:
    """Tell whether the words of a line, close as they are, stand in several columns of the lines above it."""
    gaps = _gaps(others)
    if len(gaps) < 2 or len(_gaps([*others, line])) != len(gaps):
        return False
    return len({sum(run.left > left for left, _ in gaps) for run in line.runs}) > 1


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Return lines with those together that stand beside each other."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and _is_beside(groups[-1][-1], line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _rows(groups: Sequence[list[Line]], columns: _Columns) -> list[list[Line]]:
    """Return groups of lines as rows: those together that are closer to each other than rows are, if some are."""
    least = _SAME * median(group[0].size for group in groups)
    spaces = [below[0].top - max(line.bottom for line in above) for above, below in pairwise(groups)]
    for lower, upper in reversed(list(pairwise(sorted(spaces)))):
        if upper - lower < least:
            continue
        rows = [[groups[0]]]
        for space, group in zip(spaces, groups[1:], strict=True):
            if space <= lower:
                rows[-1].append(group)
            else:
                rows.append([group])
        if _is_head(rows[0], columns) and all(_is_row(row, columns) for row in rows[1:]):
            return [[line for group in row for line in group] for row in rows]
    return _even_rows(groups, columns)


def _even_rows(groups: Sequence[list[Line]], columns: _Columns) -> list[list[Line]]:
    """Return groups of lines as rows where all are equally far apart: what goes on from the row above tells."""
    rows: list[list[Line]] = []
    for group in groups:
        if rows and follows(rows[-1][-1], group[0]) and _goes_on(rows, group, columns):
            rows[-1] += group
        else:
            rows.append(list(group))
    return rows


def _goes_on(rows: Sequence[list[Line]], group: list[Line], columns: _Columns) -> bool:
    cells = [cell for line in group for cell in columns.cells(line)]
    if len(cells) == 1 and cells[0][0] > 0:
        return len(rows) > 1 or len(columns.used(rows[0])) > 1  # the second line of a cell
    if len(rows) == 1 and all(line.bold for line in (*rows[0], *group)):
        return True
    used = {place for place, _ in cells}
    every = used | columns.used(rows[-1])
    is_less = len(cells) == 1 or 0 not in used or used != every
    return is_less and all(cell.text[:1].islower() for _, cell in cells) and _is_row([rows[-1], group], columns)


def _is_row(groups: Sequence[list[Line]], columns: _Columns) -> bool:
    """Tell whether groups of lines can be one row: no column has two amounts, and one of them is no row by itself."""
    if len(groups) == 1:
        return True
    cells = [[cell for line in group for cell in columns.cells(line)] for group in groups]
    amounts = [place for group in cells for place, cell in group if place and AMOUNT.match(cell.text)]
    if len(set(amounts)) < len(amounts):
        return False
    every = columns.used(line for group in groups for line in group)
    return any({place for place, _ in group} != every for group in cells) or any(
        cell.text[:1].islower() for group in cells[1:] for _, cell in group
    )


def _is_head(groups: Sequence[list[Line]], columns: _Columns) -> bool:
    """Tell whether groups of lines can be the first row, whose words may go on in all columns."""
    return _is_row(groups, columns) or all(line.bold for group in groups for line in group)


def _is_near(above: Line, below: Line) -> bool:
    return below.top - above.bottom < 2.2 * above.size


def _is_beside(above: Line, below: Line) -> bool:
    """Tell whether lines are too close to be of one cell: they stand beside each other, and neither has a table."""
    if above.table or below.table or not below.top - above.top < _BESIDE * min(above.size, below.size):
        return False
    return not any(_overlap(one, two) for one in above.cells() for two in below.cells())


def _overlap(one: Run, two: Run) -> bool:
    return one.left < two.right and two.left < one.right


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
