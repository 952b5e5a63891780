"""Tables that go on over the end of a page: the names of their columns, and rows that are cut in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from knowledge.formats.markup import SPANNED, has_head, stands_out
from knowledge.formats.printed import Block, Page


def name_again(pages: Sequence[Page]) -> None:
    """Put the names of columns above the rest of a table with rules where the next page does not name them."""
    for before, page in pairwise(page for page in pages if page.lines):
        # A running head of few pages may stand between them.
        last = next((line for line in before.lines[:-3:-1] if line.table), before.lines[-1])
        first = next((line for line in page.lines[:2] if line.table), page.lines[0])
        above, below = last.table, first.table
        if above is None or below is None or abs(last.left - first.left) + abs(last.right - first.right) > 2:
            continue
        head, rows = above.rows[0], below.rows
        if len(head) == len(rows[0]) and head != rows[0] and has_head(above.rows, marked=stands_out(above.bold)):
            rows.insert(0, head)
            below.bold.insert(0, above.bold[0])


def rows_across_pages(pages: list[list[Block]]) -> list[list[Block]]:
    """Return the blocks of pages where the rest of a row that is cut by the end of a page stands in that row.

    What goes on without rules is named again too, where the names stand out.
    """
    for before, page in pairwise(page for page in pages if page):
        last, first = before[-1], page[0]
        if (last.kind, first.kind) != ("row", "row") or len(last.cells) != len(first.cells):
            continue
        above, below = _last_table(before), _last_table(page[::-1])[::-1]
        count = len(below)
        head = above[0]
        repeated = int(first.cells == head.cells)
        while len(below) > repeated and _is_rest(below[repeated], before[-1]):
            before[-1] = replace(before[-1], cells=tuple(map(_joined, before[-1].cells, below.pop(repeated).cells)))
        is_marked = stands_out([row.bold for row in above])
        if repeated and has_head([row.cells for row in above], marked=is_marked):
            below[0] = replace(head, bold=(True,) * len(head.cells), table=first.table)
        elif not repeated and is_marked and below and not any(map(any, (row.bold for row in below))):
            below.insert(0, replace(head, table=first.table))
        page[:count] = below[: len(below) if len(below) > repeated else 0]
    return pages


def _last_table(blocks: Sequence[Block]) -> list[Block]:
    """Return the rows of the table that blocks end with."""
    number = blocks[-1].table
    rows = list(takewhile(lambda block: block.kind == "row" and block.table == number, reversed(blocks)))
    return rows[::-1]


def _is_rest(row: Block, above: Block) -> bool:
    """Tell whether the cells of a row go on from those of the one above it, in the middle of their sentences."""
    filled = [number for number, cell in enumerate(row.cells) if cell.strip()]
    return bool(filled) and all(row.cells[number][0].islower() and above.cells[number].strip() for number in filled)


def _joined(above: str, below: str) -> str:
    return above if not below.strip() else below if above == SPANNED else f"{above} {below}"
