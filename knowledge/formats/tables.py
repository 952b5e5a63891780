"""Tables of an HTML page as lines that name the column of every cell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from knowledge.formats.inline import inline_text

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_MOST_COLUMNS = 200
_MOST_ROWS_SPANNED = 1000
#: A longer cell that spans rows is said once only, characters.
_LONGEST_REPEATED = 200
_HEADER_ROWS = 3


@dataclass(frozen=True)
class _Cell:
    text: str
    is_head: bool
    is_bold: bool = False


def table_lines(table: LexborNode) -> list[str] | None:
    """Return a line for each row of a table of data; None for a table that only arranges what is in it.

    The first rows name the columns where they are marked as heads, or the first where it alone is bold throughout.
    """
    if table.css_first("table table, h1, h2, h3, ul, ol, p + p") is not None:
        return None
    rows = [row for row in _grid(table) if row]
    if len(rows) < 2:
        return None
    count = 0
    while count < min(_HEADER_ROWS, len(rows) - 1) and len(rows[0]) > 1 and all(cell.is_head for cell in rows[count]):
        count += 1
    if not count and len(rows[0]) > 1 and [_is_bold(row) for row in rows] == [True] + [False] * (len(rows) - 1):
        count = 1
    names = [
        " ".join(dict.fromkeys(filter(None, column)))
        for column in zip_longest(*([cell.text for cell in row] for row in rows[:count]), fillvalue="")
    ]
    return [line for row in rows[count:] if (line := _line(row, names))]


def _is_bold(row: list[_Cell]) -> bool:
    """Tell whether a row is bold throughout; its first cell may be empty."""
    return all(cell.is_head or cell.is_bold for cell in row[not row[0].text :]) and bool(row[-1].text)


def _line(row: list[_Cell], names: list[str]) -> str:
    named = zip(names + [""] * len(row), row, strict=False)
    line = "; ".join(f"{name}: {cell.text}" if name else cell.text for name, cell in named if cell.text)
    return line if not line or line[-1] in ".!?" else line + "."


def _grid(table: LexborNode) -> list[list[_Cell]]:
    """Return the rows; a cell that spans rows stands in each of them, one that spans columns in the first.

    The head of several columns stands above each of them.
    """
    rows: list[list[_Cell]] = []
    spanning: dict[int, tuple[int, _Cell]] = {}  # column → rows left, and the cell
    for element in table.css("tr"):
        row: list[_Cell] = []
        cells = [cell for cell in element.iter() if cell.tag in {"td", "th"}]
        for cell in cells:
            _continue(row, spanning)
            if len(row) >= _MOST_COLUMNS:
                break
            text = inline_text(cell).strip()
            made = _Cell(text, cell.tag == "th", _is_written_bold(cell, text))
            rest = made if made.is_head else _Cell("", is_head=False)
            below = min(_number(cell, "rowspan") or _MOST_ROWS_SPANNED, _MOST_ROWS_SPANNED) - 1
            repeated = made if len(made.text) <= _LONGEST_REPEATED else _Cell("", made.is_head)
            for column in range(min(max(_number(cell, "colspan"), 1), _MOST_COLUMNS - len(row))):
                if below:
                    spanning[len(row)] = (below, rest if column else repeated)
                row.append(rest if column else made)
        if cells:
            _continue(row, spanning)
        rows.append(row)
    return rows


def _is_written_bold(cell: LexborNode, text: str) -> bool:
    """Tell whether all words of a cell are bold."""
    style = (cell.attributes.get("style") or "").replace(" ", "")
    bold = cell.css_first("b, strong")
    return "font-weight:bold" in style or (bold is not None and text != "" and inline_text(bold).strip() == text)


def _continue(row: list[_Cell], spanning: dict[int, tuple[int, _Cell]]) -> None:
    """Put the cells into `row` that reach down from the rows above to its next columns."""
    while (found := spanning.pop(len(row), None)) is not None:
        left, cell = found
        if left > 1:
            spanning[len(row)] = (left - 1, cell)
        row.append(cell)


def _number(cell: LexborNode, name: str) -> int:
    """The number in an attribute, 1 where there is none."""
    value = cell.attributes.get(name) or "1"
    return int(value[:6]) if value.isascii() and value.isdecimal() else 1
