"""Where words stand on a printed page, made into what they say: columns, lines, paragraphs, headings, lists, tables.

Pure geometry: it takes runs of words with their places and returns blocks, so that it is tested without any PDF.
Coordinates are points (1/72 inch) from the upper left corner; a run is on one line and in one size of type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from knowledge.formats.furniture import LARGER, furniture
from knowledge.formats.printed import CELL_GAP, SIGNS, Line, Page, Run, joined

Kind = Literal["heading", "paragraph", "item", "row"]

_ITEM = re.compile(rf"^(?:[{SIGNS}–*·-]|\(?(?:\d{{1,3}}|[a-z])[.)])\s+(?=\S)")
_BULLET = re.compile(rf"^[{SIGNS}–*·-]\s+")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010\ufffe\x02]$")
#: A line of a table of contents: what it leads to stands elsewhere. A match begins at the first dot of a row only.
_LEADER = re.compile(r"(?<!\.)(?<!\.\s)(?:\.\s?){4,}\s*[\divxlc]+$", re.IGNORECASE)
_LONGEST_HEADING = 120
#: What white space on all lines of a table parts is columns from so many sizes of type on.
_COLUMN_GAP = 0.6
#: Columns have at least so many lines, of at least so many sizes of type.
_LEAST_LINES, _LEAST_WIDTH = 4, 9.0
_DEEPEST = 12
_WELL_BEFORE = 10.0  # sizes of type


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (of a level from 1), a paragraph, an item of a list, or a row of a table (its cells)."""

    kind: Kind
    text: str = ""
    level: int = 0
    cells: tuple[str, ...] = ()
    head: bool = False


def read_pages(pages: Sequence[Page]) -> list[list[Block]]:
    """Return the blocks of each page, in the order they are read; heads and feet of pages are left out."""
    for page in pages:
        lines = (line for part in _parts(page.runs) for line in _lines(part))
        page.lines = [line for line in lines if not _LEADER.search(line.text)]
    body = _body_size(line for page in pages for line in page.lines)
    for page, edges in zip(pages, furniture(pages, body), strict=True):
        page.lines = [line for number, line in enumerate(page.lines) if number not in edges]
    body = _body_size(line for page in pages for line in page.lines)
    levels = _levels((line for page in pages for line in page.lines), body)
    return _across_breaks([_blocks(page.lines, body, levels) for page in pages])


def _parts(runs: Sequence[Run], depth: int = 0) -> list[list[Run]]:
    """Return what of a page is read one after the other: where there are columns, what is above, left, right, below."""
    if not runs:
        return []
    found = _columns(runs) if depth < _DEEPEST else None
    if found is None:
        return [list(runs)]
    cut, top, bottom = found
    inside = [run for run in runs if top <= run.top and run.bottom <= bottom]
    pieces = (
        [run for run in runs if run.top < top],
        [run for run in inside if run.right <= cut],
        [run for run in inside if run.left >= cut],
        [run for run in runs if run.top >= top and run.bottom > bottom],
    )
    return [part for piece in pieces for part in _parts(piece, depth + 1)]


def _columns(runs: Sequence[Run]) -> tuple[float, float, float] | None:
    """Return where white space parts `runs` into two columns of text: x, and from which y to which, if it does.

    Two columns have lines of their own; the cells of a table stand on the same lines, and are short.
    """
    size = median(run.size for run in runs)
    best, found = 0, None
    for cut in _cuts(runs, size):
        crossing = sorted((run.top, run.bottom) for run in runs if run.left < cut < run.right)
        edges = [(-1e9, -1e9), *crossing, (1e9, 1e9)]
        for (_, top), (bottom, _) in pairwise(edges):
            if bottom - top < 4 * size:
                continue
            for inside in _text_in_columns([r for r in runs if top <= r.top and r.bottom <= bottom], cut, size):
                left = _lines([run for run in inside if run.right <= cut])
                right = _lines([run for run in inside if run.left >= cut])
                if min(len(left), len(right)) >= _LEAST_LINES and len(inside) > best:
                    edge = min(run.top for run in inside), max(run.bottom for run in inside)
                    best, found = len(inside), (cut, *edge)
    return found


def _text_in_columns(runs: Sequence[Run], cut: float, size: float) -> list[list[Run]]:
    """Return the stretches of `runs` that are text in two columns, without the headings and tables between them."""
    stretches: list[list[Run]] = []
    going_on = False
    for band in _bands(runs, 0.6 * size):
        left = _lines([run for run in band if run.right <= cut])
        right = _lines([run for run in band if run.left >= cut])
        is_text = all(median(_widths(side)) >= _LEAST_WIDTH * size for side in (left, right) if side) and (
            bool(left and right) or max(run.size for run in band) <= LARGER * size
        )
        if is_text and going_on:
            stretches[-1] += band
        elif is_text:
            stretches.append(list(band))
        going_on = is_text
    return stretches


def _bands(runs: Sequence[Run], least: float) -> list[list[Run]]:
    """Return runs parted where a stretch at least so high has nothing on the whole width, from top to bottom."""
    bands: list[list[Run]] = []
    end = 0.0
    for run in sorted(runs, key=lambda run: run.top):
        if bands and run.top - end < least:
            bands[-1].append(run)
            end = max(end, run.bottom)
        else:
            bands.append([run])
            end = run.bottom
    return bands


def _cuts(runs: Sequence[Run], size: float) -> list[float]:
    """Return where lines have gaps under each other, x: the middles of those that several lines have."""
    middles: Counter[int] = Counter()
    for line in _lines(runs):
        for before, after in pairwise(line.runs):
            if after.left - before.right >= CELL_GAP * size:
                middles[round(after.left)] += 1
    return [left - 0.5 * size for left, number in middles.most_common(6) if number >= _LEAST_LINES - 1]


def _widths(lines: Sequence[Line]) -> list[float]:
    return [line.right - line.left for line in lines]


def _lines(runs: Sequence[Run]) -> list[Line]:
    """Return runs as lines: those that share most of their height stand on one."""
    lines: list[Line] = []
    for run in sorted(runs, key=lambda run: ((run.top + run.bottom) / 2, run.left)):
        middle = (run.top + run.bottom) / 2
        if lines and lines[-1].top <= middle <= lines[-1].bottom:
            lines[-1].runs.append(run)
        else:
            lines.append(Line([run]))
    for line in lines:
        line.runs.sort(key=lambda run: run.left)
    return lines


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _levels(lines: Iterable[Line], body: float) -> dict[float, int]:
    """Return the level of heading that each size of type above the body's makes, the largest the first."""
    sizes = {round(line.size, 1) for line in lines if line.size > LARGER * body and len(line.text) <= _LONGEST_HEADING}
    return {size: min(number, 5) for number, size in enumerate(sorted(sizes, reverse=True), 1)}


def _level(line: Line, body: float, levels: dict[float, int]) -> int:
    text = line.text
    if len(text) > _LONGEST_HEADING or not any(char.isalpha() for char in text):
        return 0
    if found := levels.get(round(line.size, 1)):
        return found
    if line.bold and line.size >= 0.95 * body and text[-1] not in ".,;:" and len(line.cells()) == 1:
        return min(len(levels), 5) + 1
    return 0


def _blocks(lines: Sequence[Line], body: float, levels: dict[float, int]) -> list[Block]:
    """Return the blocks that lines make up."""
    blocks: list[Block] = []
    place = 0
    while place < len(lines):
        if rows := _table(lines, place):
            blocks += rows[0]
            place = rows[1]
            continue
        line = lines[place]
        if level := _level(line, body, levels):
            end = place + 1
            while (
                end < len(lines) and _level(lines[end], body, levels) == level and _follows(lines[end - 1], lines[end])
            ):
                end += 1
            blocks.append(Block("heading", _flowed(lines[place:end]), level))
            place = end
            continue
        end = place + 1
        right = max(other.right for other in lines[place : place + 20])
        item = bool(_ITEM.match(line.text))
        while (
            end < len(lines)
            and not _level(lines[end], body, levels)
            and not _ITEM.match(lines[end].text)
            and not _table(lines, end)
            and _follows(lines[end - 1], lines[end])
            and not _indented(lines[end - 1], lines[end], first=end - 1 == place, item=item)
            and not _ended(lines[end - 1], lines[end], right)
        ):
            end += 1
        text = _flowed(lines[place:end])
        blocks.append(Block("item" if item else "paragraph", _BULLET.sub("- ", text) if item else text))
        place = end
    return blocks


def _follows(above: Line, below: Line) -> bool:
    """Tell whether a line goes on from the one above it: as close as lines of one paragraph are."""
    return -2 * above.size < below.top - above.bottom < 0.75 * above.size


def _indented(above: Line, below: Line, *, first: bool, item: bool) -> bool:
    """Tell whether a line begins a paragraph by standing further in than the one above it."""
    return not item and not first and below.left - above.left > 0.9 * below.size and above.text[-1:] in ".!?:"


def _ended(above: Line, below: Line, right: float) -> bool:
    """Tell whether a paragraph ended well before the edge of its column, though no space follows."""
    return above.text[-1:] in ".!?" and right - above.right > _WELL_BEFORE * above.size and below.text[:1].isupper()


def _flowed(lines: Sequence[Line]) -> str:
    """Return lines as one text; a word that was parted at the end of a line is whole again."""
    text = ""
    for line in lines:
        words = line.text
        parted = bool(_HYPHEN.search(text)) and words[:1].islower()
        text = text[:-1] + words if parted else f"{text} {words}".strip()
    return text.replace("\u00ad", "").replace("\ufffe", "").replace("\x02", "")


def _table(lines: Sequence[Line], start: int) -> tuple[list[Block], int] | None:
    """Return the rows of a table that begins at a line, and the line after it.

    At least three lines of at least two cells whose left or right edges stand under each other.
    """
    first = lines[start].cells()
    if len(first) < 2:
        return None
    rows = [first]
    end = start + 1
    while end < len(lines) and lines[end].top - lines[end - 1].bottom < 2.2 * lines[end - 1].size:
        cells = lines[end].cells()
        if len(cells) >= 2 and any(_under(cell, other) for cell in cells[1:] for other in first[1:]):
            rows.append(cells)
        elif (
            len(cells) == 1
            and len(rows) > 1
            and _follows(lines[end - 1], lines[end])
            and cells[0].left > first[0].right
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
        first = rows[0]
    made: list[list[str]] = []
    for row in rows:
        words = [""] * len(columns)
        for cell in row:
            nearest = _nearest(cell, columns)
            words[nearest] = f"{words[nearest]} {cell.text}".strip()
        if len(row) == 1 and made:
            made[-1] = [f"{above} {below}".strip() for above, below in zip(made[-1], words, strict=True)]
        else:
            made.append(words)
    bold = all(cell.bold for cell in first) and not all(cell.bold for row in rows[1:] for cell in row)
    return [Block("row", cells=tuple(words), head=bold and not number) for number, words in enumerate(made)], end


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


def _across_breaks(pages: list[list[Block]]) -> list[list[Block]]:
    """Join a paragraph that goes on over the end of a column or a page to its beginning."""
    last: Block | None = None
    made: list[list[Block]] = []
    for page in pages:
        made.append([])
        for block in page:
            if last is not None and _goes_on(last, block):
                parted = _HYPHEN.search(last.text)
                whole = last.text[:-1] + block.text if parted else f"{last.text} {block.text}"
                last = Block(last.kind, whole)
                place = next(blocks for blocks in reversed(made) if blocks)
                place[-1] = last
            else:
                made[-1].append(block)
                last = block
    return made


def _goes_on(above: Block, below: Block) -> bool:
    if above.kind not in ("paragraph", "item") or below.kind != "paragraph":
        return False
    begins = below.text[:1].islower() or (below.text[:1].isdecimal() and len(above.text) > _LONGEST_HEADING)
    return above.text[-1:] not in ".!?:" and begins
