"""Where words stand on a printed page, made into what they say: columns, lines, paragraphs, headings, lists, tables.

Pure geometry: it takes runs of words with their places and returns blocks, so that it is tested without any PDF.
Coordinates are points (1/72 inch) from the upper left corner; a run is on one line and in one size of type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from knowledge.formats.aligned import aligned_table
from knowledge.formats.breaks import name_again, rows_across_pages
from knowledge.formats.footnotes import place_notes
from knowledge.formats.furniture import LARGER, furniture
from knowledge.formats.printed import (
    CELL_GAP,
    HYPHEN,
    SIGNS,
    Block,
    Line,
    Page,
    Run,
    Table,
    flowed,
    follows,
    is_clause,
    lines_of,
)
from knowledge.formats.rules import read_tables

_ITEM = re.compile(rf"^(?:[{SIGNS}–*·-]|\(?(?:\d{{1,3}}|[a-z])[.)])\s+(?=\S)")
_BULLET = re.compile(rf"^[{SIGNS}–*·-]\s+")
#: A line of a table of contents: what it leads to stands elsewhere. A match begins at the first dot of a row only.
_LEADER = re.compile(r"(?<!\.)(?<!\.\s)(?:\.\s?){4,}\s*[\divxlc]+$", re.IGNORECASE)
_CLAUSE = re.compile(r"^\d{1,3}(?:\.\d{1,3}){1,3}\.?\s+(?=[^\W\d_])")
_LONGEST_HEADING = 120
#: Columns have at least so many lines, of at least so many sizes of type.
_LEAST_LINES, _LEAST_WIDTH = 4, 9.0
_FULL = 0.85  # of the width of a column, from where on a line fills it
_LEAST_GAPS = 2  # the end of a text may stand beside it in two lines
_DEEPEST = 12
_WELL_BEFORE = 10.0  # sizes of type


def read_pages(pages: Sequence[Page]) -> list[list[Block]]:
    """Return the blocks of each page, in the order they are read; heads and feet of pages are left out."""
    for page in pages:
        page.runs = read_tables(page)
        lines = (line for part in _parts(page.runs) for line in lines_of(part))
        page.lines = [line for line in lines if not _LEADER.search(line.text)]
    body = _body_size(line for page in pages for line in page.lines)
    for page, edges in zip(pages, furniture(pages, body), strict=True):
        page.lines = place_notes([line for number, line in enumerate(page.lines) if number not in edges], body)
    body = _body_size(line for page in pages for line in page.lines)
    name_again(pages)
    levels = _levels((line for page in pages for line in page.lines), body)
    return _across_breaks(rows_across_pages([_blocks(page.lines, body, levels) for page in pages]))


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
                left = lines_of([run for run in inside if run.right <= cut])
                right = lines_of([run for run in inside if run.left >= cut])
                are_long = min(len(left), len(right)) >= _LEAST_LINES or _is_end(right, left)
                if are_long and len(inside) > best:
                    edge = min(run.top for run in inside), max(run.bottom for run in inside)
                    best, found = len(inside), (cut, *edge)
    return found


def _is_end(last: Sequence[Line], before: Sequence[Line]) -> bool:
    """Tell whether a few lines are the end of the text in a column before them: all but the last fill its width."""
    if len(last) < 2 or len(before) < _LEAST_LINES:
        return False
    full = _FULL * max(_widths(before))
    is_apart = min(line.left for line in last) - max(line.right for line in before) >= CELL_GAP * last[0].size
    are_full = all(width >= full for width in _widths(last)[:-1])
    return is_apart and are_full and all(follows(above, below) for above, below in pairwise(last))


def _text_in_columns(runs: Sequence[Run], cut: float, size: float) -> list[list[Run]]:
    """Return the stretches of `runs` that are text in two columns, without the headings and tables between them."""
    stretches: list[list[Run]] = []
    going_on = False
    for band in _bands(runs, 0.6 * size):
        left = lines_of([run for run in band if run.right <= cut])
        right = lines_of([run for run in band if run.left >= cut])
        are_headings = bool(left and right) and min(run.size for run in band) > LARGER * size
        is_wide = all(median(_widths(side)) >= _LEAST_WIDTH * size for side in (left, right) if side)
        is_plain = bool(left and right) or max(run.size for run in band) <= LARGER * size
        is_text = are_headings or (is_wide and is_plain)
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
    for line in lines_of(runs):
        for before, after in pairwise(line.runs):
            if after.left - before.right >= CELL_GAP * size:
                middles[round(after.left)] += 1
    return [left - 0.5 * size for left, number in middles.most_common(6) if number >= _LEAST_GAPS]


def _widths(lines: Sequence[Line]) -> list[float]:
    """Return how wide the widest words without a gap are on each line: cells of a table may stand wide apart."""
    return [max(cell.right - cell.left for cell in line.cells()) for line in lines]


def _body_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _levels(lines: Iterable[Line], body: float) -> dict[float, int]:
    """Return the level of heading that each size of type above the body's makes, the largest the first."""
    sizes = {
        round(line.size, 1)
        for line in lines
        if line.size > LARGER * body and len(line.text) <= _LONGEST_HEADING and not line.table
    }
    return {size: min(number, 5) for number, size in enumerate(sorted(sizes, reverse=True), 1)}


def _level(line: Line, body: float, levels: dict[float, int]) -> int:
    text = line.text
    if line.table or len(text) > _LONGEST_HEADING or not any(char.isalpha() for char in text):
        return 0
    if found := levels.get(round(line.size, 1)):
        return found
    if (
        line.bold
        and line.size >= 0.95 * body
        and text[-1] not in ".,;:"
        and (len(line.cells()) == 1 or is_clause([line], 0))
    ):
        return min(len(levels), 5) + 1
    return 0


def _blocks(lines: Sequence[Line], body: float, levels: dict[float, int]) -> list[Block]:
    """Return the blocks that lines make up."""
    blocks: list[Block] = []
    seen: list[Table] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.table is not None:
            if not any(line.table is table for table in seen):
                seen.append(line.table)
                blocks += _rows(line.table, len(blocks))
            place += 1
            continue
        if found := aligned_table(lines, place):
            blocks += _rows(found[0], len(blocks))
            place = found[1]
            continue
        if level := _level(line, body, levels):
            end = place + 1
            while (
                end < len(lines) and _level(lines[end], body, levels) == level and follows(lines[end - 1], lines[end])
            ):
                end += 1
            blocks.append(Block("heading", flowed(lines[place:end]), level))
            place = end
            continue
        end = place + 1
        right = max(other.right for other in lines[place : place + 20])
        item = _is_item(lines, place)
        while (
            end < len(lines)
            and not _level(lines[end], body, levels)
            and not lines[end].table
            and not _is_item(lines, end)
            and not aligned_table(lines, end)
            and follows(lines[end - 1], lines[end])
            and not _indented(lines[end - 1], lines[end], first=end - 1 == place, item=item)
            and not _ended(lines[end - 1], lines[end], right)
        ):
            end += 1
        text = flowed(lines[place:end])
        blocks.append(Block("item" if item else "paragraph", _BULLET.sub("- ", text) if item else text))
        place = end
    return blocks


def _is_item(lines: Sequence[Line], place: int) -> bool:
    """Tell whether an item begins at a line: with a sign or number, or with the number of a clause apart from words.

    The number of a clause that is not apart is told from one in a sentence by the end of another above it.
    """
    line = lines[place]
    if _ITEM.match(line.text) or is_clause(lines, place):
        return True
    return bool(_CLAUSE.match(line.text)) and (place == 0 or lines[place - 1].text[-1:] in ".;:")


def _rows(table: Table, number: int) -> list[Block]:
    rows = zip(table.rows, table.bold, strict=True)
    return [Block("row", cells=tuple(row), bold=tuple(bold), table=number) for row, bold in rows]


def _indented(above: Line, below: Line, *, first: bool, item: bool) -> bool:
    """Tell whether a line begins a paragraph by standing further in than the one above it."""
    return not item and not first and below.left - above.left > 0.9 * below.size and above.text[-1:] in ".!?:"


def _ended(above: Line, below: Line, right: float) -> bool:
    """Tell whether a paragraph ended well before the edge of its column, though no space follows."""
    return above.text[-1:] in ".!?" and right - above.right > _WELL_BEFORE * above.size and below.text[:1].isupper()


def _across_breaks(pages: list[list[Block]]) -> list[list[Block]]:
    """Join a paragraph that goes on over the end of a column or a page to its beginning."""
    last: Block | None = None
    made: list[list[Block]] = []
    for page in pages:
        made.append([])
        for block in page:
            if last is not None and _goes_on(last, block):
                parted = HYPHEN.search(last.text)
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
