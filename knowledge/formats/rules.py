"""Tables with rules: what is drawn on a page tells the rows and cells of a table, however their words wrap.

Pure geometry, as in `layout`: boxes are left, top, right and bottom in points from the upper left corner.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from knowledge.formats.furniture import LARGER
from knowledge.formats.markup import AMOUNT, SPANNED
from knowledge.formats.printed import Page, Run, Table, flowed, lines_of

_Box = tuple[float, float, float, float]
_NEAR = 3.0  # rules as far apart are one: each cell of a table may have a box of its own
_MOST = 400  # rules of a page, of either kind, after those that make one are joined; more, and it is a drawing
_COLUMN_GAP = 0.6  # sizes of type
_FARTHEST = 60.0  # from one rule of a table to the next where no rule joins them
_LONGEST_CELL, _MOST_LINES = 900, 14  # characters and lines of a cell; more, and the rules part columns of text
_LONGEST_AMOUNT = 20  # characters
#: From a head that is outside the rules to them, and between its lines, sizes of type.
_FARTHEST_HEAD, _FARTHEST_LINE = 1.0, 0.5
_SAME_SIZE = 0.2  # points
_LEAST_FILLED = 0.3  # of the cells


@dataclass(slots=True)
class _Rule:
    """A rule at one place across, from one place to another along."""

    at: float
    begin: float
    end: float


@dataclass(slots=True)
class _Grid:
    """Rules that touch, or that are equally wide below each other."""

    across: list[_Rule] = field(default_factory=list)
    down: list[_Rule] = field(default_factory=list)

    @property
    def box(self) -> _Box:
        xs = [rule.at for rule in self.down] + [x for rule in self.across for x in (rule.begin, rule.end)]
        ys = [rule.at for rule in self.across] + [y for rule in self.down for y in (rule.begin, rule.end)]
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def has_columns(self) -> bool:
        """Whether rules part columns."""
        return len(_places(rule.at for rule in self.down)) > 2


def read_tables(page: Page) -> list[Run]:
    """Return the runs of a page with a run for each row of a table that has rules, in the place of its words."""
    runs = page.runs
    for grid in sorted(_grids(page.rules, runs), key=_area):
        found = _table(grid, runs)
        if found is not None:
            rows, used = found
            runs = [run for run in runs if id(run) not in used] + rows
    return runs


def _area(grid: _Grid) -> float:
    left, top, right, bottom = grid.box
    return (right - left) * (bottom - top)


def _grids(boxes: Sequence[_Box], runs: Sequence[Run]) -> list[_Grid]:
    across = _joined(
        _Rule((top + bottom) / 2, left, right) for left, top, right, bottom in boxes if right - left > bottom - top
    )
    down = _joined(
        _Rule((left + right) / 2, top, bottom) for left, top, right, bottom in boxes if right - left <= bottom - top
    )
    if not across or len(across) > _MOST or len(down) > _MOST:
        return []
    groups = list(range(len(across) + len(down)))
    for number, one in enumerate(across):
        for other, two in enumerate(down, len(across)):
            if (
                one.begin - _NEAR <= two.at <= one.end + _NEAR
                and two.begin - _NEAR <= one.at <= two.end + _NEAR
                and (first := _root(groups, number)) != (second := _root(groups, other))
            ):
                groups[second] = first
    grids: dict[int, _Grid] = {}
    for number, rule in enumerate(across + down):
        grid = grids.setdefault(_root(groups, number), _Grid())
        (grid.across if number < len(across) else grid.down).append(rule)
    return _stacked(list(grids.values()), runs)


def _root(groups: list[int], number: int) -> int:
    while groups[number] != number:
        groups[number] = number = groups[groups[number]]
    return number


def _joined(rules: Iterable[_Rule]) -> list[_Rule]:
    """Return rules with those that lie on each other, or go on from each other, as one."""
    made: list[_Rule] = []
    cluster: list[_Rule] = []

    def end() -> None:
        first = len(made)
        for rule in sorted(cluster, key=lambda rule: rule.begin):
            if len(made) > first and rule.begin <= made[-1].end + _NEAR:
                made[-1].end = max(made[-1].end, rule.end)
            else:
                made.append(rule)
        cluster.clear()

    for rule in sorted(rules, key=lambda rule: rule.at):
        if cluster and rule.at - cluster[0].at > _NEAR:
            end()
        cluster.append(rule)
    end()
    return made


def _stacked(grids: list[_Grid], runs: Sequence[Run]) -> list[_Grid]:
    """Join grids that are equally wide and near below each other: rows that are shaded or underlined, say.

    A heading between them parts them.
    """
    made: list[_Grid] = []
    for grid in sorted(grids, key=lambda grid: (round(grid.box[0] / 8), round(grid.box[2] / 8), grid.box[1])):
        left, top, right, _ = grid.box
        if made:
            before = made[-1].box
            farthest = 2 * _NEAR if made[-1].has_columns and grid.has_columns else _FARTHEST
            is_below = abs(before[0] - left) < 5 and abs(before[2] - right) < 5 and 0 <= top - before[3] < farthest
            if is_below and not _has_heading((before[0], before[3], before[2], top), grid.box, runs):
                made[-1].across += grid.across
                made[-1].down += grid.down
                continue
        made.append(grid)
    return made


def _has_heading(between: _Box, below: _Box, runs: Sequence[Run]) -> bool:
    """Tell whether all words of a box, if there are any, are larger than those of the grid below it."""
    words = [run.size for run in runs if _is_in(run, between)]
    others = [run.size for run in runs if _is_in(run, below)]
    return bool(words and others) and min(words) > LARGER * median(others)


def _is_in(run: Run, box: _Box) -> bool:
    return box[0] < _middle(run) < box[2] and box[1] < _height(run) < box[3]


def _places(values: Iterable[float]) -> list[float]:
    """Return where rules are, those that are near each other as one."""
    made: list[float] = []
    for value in sorted(values):
        if not made or value - made[-1] > _NEAR:
            made.append(value)
    return made


def _table(grid: _Grid, runs: Sequence[Run]) -> tuple[list[Run], set[int]] | None:
    """Return a run for each row, and the ids of the runs that are in it; None for what is no table."""
    left, top, right, bottom = grid.box
    ys = _places([top, bottom, *(rule.at for rule in grid.across)])
    xs = _places([left, right, *(rule.at for rule in grid.down)])
    inside = [run for run in runs if left - _NEAR < _middle(run) < right + _NEAR]
    held = _between(inside, ys)
    if not held or any(run.table for run in held):
        return None
    if len(xs) == 2:
        if len(ys) < 3:
            return None
        gaps = _gaps(held)
        xs = [left, *gaps, right]
        if not grid.down and gaps:  # the first row may have no rule above it, or the last none below
            ys = _with_outer_rows(ys, xs, inside)
            held = _between(inside, ys)
        if len(ys) < 4:
            return None
    if len(xs) < 3:
        return None
    ys = _with_bare_head(ys, xs, inside) if grid.down else ys
    held = _between(inside, ys)
    ys, split = _with_unruled_rows(ys, xs, held)
    if len(ys) < 3:
        return None
    cells: dict[tuple[int, int], list[Run]] = {}
    for run in held:
        place = min(bisect(ys, _height(run)), len(ys) - 1) - 1, min(max(bisect(xs, _middle(run)), 1), len(xs) - 1) - 1
        cells.setdefault(place, []).append(run)
    owners = _owners(grid, xs, ys, split, cells)
    table = _filled(owners, cells, len(ys) - 1, len(xs) - 1)
    if table is None:
        return None
    size = median(run.size for run in held)
    rows = []
    for number, row in enumerate(table.rows):
        words = " ".join(filter(None, map(str.strip, row)))
        if words:
            upper, lower = ys[number], ys[number + 1]
            row_run = Run(text=words, left=left, right=right, top=upper, bottom=lower, size=size, table=table)
            rows.append(row_run)
    kept = [number for number, row in enumerate(table.rows) if any(map(str.strip, row))]
    table.rows, table.bold = [table.rows[number] for number in kept], [table.bold[number] for number in kept]
    return rows, {id(run) for run in held}


def _middle(run: Run) -> float:
    return (run.left + run.right) / 2


def _height(run: Run) -> float:
    return (run.top + run.bottom) / 2


def _between(runs: Sequence[Run], ys: Sequence[float]) -> list[Run]:
    """Return the runs between the first and the last of the places, y."""
    return [run for run in runs if ys[0] < _height(run) < ys[-1]]


def _gaps(runs: Sequence[Run]) -> list[float]:
    """Return where white space parts the columns of rows, x."""
    gaps: list[float] = []
    least = _COLUMN_GAP * median(run.size for run in runs)
    end = 0.0
    for number, run in enumerate(sorted(runs, key=lambda run: run.left)):
        if number and run.left - end >= least:
            gaps.append((run.left + end) / 2)
        end = max(end, run.right)
    return gaps


def _with_outer_rows(ys: list[float], xs: Sequence[float], runs: Sequence[Run]) -> list[float]:
    """Return rows with the one above the first rule and the one below the last, where these have columns too.

    Bold names of columns may leave out the first.
    """
    above = sorted((run for run in runs if _height(run) < ys[0]), key=lambda run: -run.bottom)
    below = sorted((run for run in runs if _height(run) > ys[-1]), key=lambda run: run.top)
    for near in (above, below):
        if not near:
            continue
        is_above = near is above
        row = [run for run in near if abs(_height(run) - _height(near[0])) < 0.5 * near[0].size]
        distance = ys[0] - near[0].bottom if is_above else near[0].top - ys[-1]
        columns = {bisect(xs, _middle(run)) for run in row}
        crossing = any(bisect(xs, run.left) != bisect(xs, run.right) for run in row)
        are_named = is_above and all(run.bold for run in row) and columns >= set(range(2, len(xs))) and len(xs) > 3
        if distance < near[0].size and (len(columns) == len(xs) - 1 or are_named) and not crossing:
            edge = min(run.top for run in row) - 1 if is_above else max(run.bottom for run in row) + 1
            ys = [edge, *ys] if is_above else [*ys, edge]
    return ys


def _with_bare_head(ys: list[float], xs: Sequence[float], runs: Sequence[Run]) -> list[float]:
    """Return rows with the bold one right above them, outside the rules or shades, that has words in every column."""
    edge = ys[0]
    head: list[Run] = []
    for line in reversed(lines_of([run for run in runs if _height(run) < ys[0]])):
        near = _FARTHEST_HEAD if not head else _FARTHEST_LINE
        if line.table or not line.bold or not edge - line.bottom < near * line.size:
            break
        if head and abs(line.size - head[0].size) > _SAME_SIZE:  # a heading above the head
            break
        head += line.runs
        edge = line.top
    columns = {bisect(xs, _middle(run)) for run in head}
    crossing = any(bisect(xs, run.left + 1) != bisect(xs, run.right - 1) for run in head)
    return [edge - 1, *ys] if head and len(columns) == len(xs) - 1 and not crossing else ys


def _with_unruled_rows(ys: Sequence[float], xs: Sequence[float], runs: Sequence[Run]) -> tuple[list[float], set[int]]:
    """Return rows where one has a column of amounts on several lines, as an invoice whose items no rule parts.

    Also returns which of them begin without a rule.
    """
    made = [ys[0]]
    split: set[int] = set()
    for upper, lower in pairwise(ys):
        band = [run for run in runs if upper < _height(run) < lower]
        for begin, end in list(pairwise(xs))[:0:-1]:
            lines = lines_of([run for run in band if begin < _middle(run) < end])
            if len(lines) > 1 and all(AMOUNT.match(line.text) and len(line.text) < _LONGEST_AMOUNT for line in lines):
                for cut in _cuts(band, [(line.top + line.bottom) / 2 for line in lines]):
                    split.add(len(made))
                    made.append(cut)
                break
        made.append(lower)
    return made, split


def _cuts(runs: Sequence[Run], amounts: Sequence[float]) -> list[float]:
    """Return where the widest white space parts rows that have one of the amounts each, y; nowhere if it does not."""
    spaces: list[tuple[float, float]] = []
    end = 0.0
    for number, run in enumerate(sorted(runs, key=lambda run: run.top)):
        if number and run.top > end:
            spaces.append((run.top - end, (run.top + end) / 2))
        end = max(end, run.bottom)
    cuts = sorted(y for _, y in sorted(spaces, reverse=True)[: len(amounts) - 1])
    return cuts if [bisect(cuts, amount) for amount in amounts] == list(range(len(amounts))) else []


def _owners(
    grid: _Grid,
    xs: Sequence[float],
    ys: Sequence[float],
    split: set[int],
    cells: dict[tuple[int, int], list[Run]],
) -> list[int]:
    """Return for each place of the grid, row by row, the first place of its cell: no rule parts the places of one."""
    rows, columns = len(ys) - 1, len(xs) - 1
    groups = list(range(rows * columns))

    def join(one: int, other: int) -> None:
        first, second = sorted((_root(groups, one), _root(groups, other)))
        groups[second] = first

    down = {number: [rule for rule in grid.down if abs(rule.at - x) <= _NEAR] for number, x in enumerate(xs)}
    across = {number: [rule for rule in grid.across if abs(rule.at - y) <= _NEAR] for number, y in enumerate(ys)}
    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        walls = {number for number in range(1, columns) if any(rule.begin < middle < rule.end for rule in down[number])}
        if not walls:  # then where no word is
            words = [run for column in range(columns) for run in cells.get((row, column), ())]
            walls = {n for n in range(1, columns) if not any(run.left < xs[n] < run.right for run in words)}
        for column in range(columns):
            place = row * columns + column
            if column and column not in walls:
                join(place - 1, place)
            center = (xs[column] + xs[column + 1]) / 2
            ruled = any(rule.begin < center < rule.end for rule in across[row])
            if row and not ruled and row not in split and (across[row] and grid.down):
                join(place - columns, place)
    return [_root(groups, place) for place in range(rows * columns)]


def _filled(owners: Sequence[int], cells: dict[tuple[int, int], list[Run]], rows: int, columns: int) -> Table | None:
    """Return the words of each cell in all rows it reaches into, None where they make no table."""
    held: dict[int, list[Run]] = {}
    for (row, column), runs in cells.items():
        held.setdefault(owners[row * columns + column], []).extend(runs)
    texts = {}
    for owner, runs in held.items():
        lines = lines_of(runs)
        texts[owner] = flowed(lines)
        if len(lines) > _MOST_LINES or len(texts[owner]) > _LONGEST_CELL:
            return None
    used = [column for column in range(columns) if any(place % columns == column for place in texts)]
    full = [row for row in range(rows) if any(place // columns == row for place in texts)]
    if len(used) < 2 or len(full) < 2 or len(texts) < _LEAST_FILLED * len(set(owners)):
        return None
    made = Table([], [])
    for row in range(rows):
        words: list[str] = []
        for column in used:
            owner = owners[row * columns + column]
            spanned = column > used[0] and owner in {owners[row * columns + before] for before in range(column)}
            words.append(SPANNED if spanned else texts.get(owner, ""))
        made.rows.append(words)
        owned = [held.get(owners[row * columns + column], []) for column in used]
        made.bold.append([bool(runs) and all(run.bold for run in runs) for runs in owned])
    return made
