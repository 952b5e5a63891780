"""Tables of an HTML page as lines that name the column of every cell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from knowledge.formats.inline import inline_text
from knowledge.sentences import sentences

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_MOST_COLUMNS = 200
_MOST_ROWS_SPANNED = 1000
#: A longer cell that spans rows is said once only, characters.
_LONGEST_REPEATED = 200
_HEADER_ROWS = 3
#: Words of a row that is one line, of the part of a longer one in each of its lines, and of a cell that names the row.
_LONGEST_LINE, _LONGEST_PIECE, _LONGEST_LABEL = 60, 45, 12


@dataclass(frozen=True)
class _Cell:
    text: str
    is_head: bool
    is_bold: bool = False


def table_lines(table: LexborNode) -> list[str] | None:
    """Return a line for each row of a table of data; None for a table that only arranges what is in it.

    The first rows name the columns where they are marked as heads, or the first where it alone is bold throughout.
    """
    if table.css_first("h1, h2, h3, ul, ol, p + p") is not None:
        return None
    if any(inner.mem_id != table.mem_id for inner in table.css("table")):  # which finds the table itself too
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
    return [line for row in rows[count:] for line in _lines(row, names)]


def _is_bold(row: list[_Cell]) -> bool:
    """Tell whether a row is bold throughout; its first cell may be empty."""
    return all(cell.is_head or cell.is_bold for cell in row[not row[0].text :]) and bool(row[-1].text)


def _lines(row: list[_Cell], names: list[str]) -> list[str]:
    """Return a row as a line; one that is longer than a passage as several, each behind the row's first cell."""
    named = [
        (f"{name}: " if name else "", cell.text)
        for name, cell in zip(names + [""] * len(row), row, strict=False)
        if cell.text
    ]
    whole = "; ".join(name + text for name, text in named)
    if len(whole.split()) <= _LONGEST_LINE or len(named) < 2:
        return [_ended(whole)] if whole else []
    label = "".join(named[0]) if len("".join(named[0]).split()) <= _LONGEST_LABEL else ""
    lines: list[list[str]] = []
    size = _LONGEST_LINE
    for name, text in named[1:] if label else named:
        for piece in _in_pieces(text):
            size += len(piece.split())
            if size > _LONGEST_PIECE or not lines:
                lines.append([label] if label else [])
                size = len(piece.split())
            lines[-1].append(name + piece)
    return [_ended("; ".join(parts)) for parts in lines]


def _in_pieces(text: str) -> list[str]:
    """Return whole sentences of a cell, so many together as fit a line."""
    pieces: list[str] = []
    for start, end in sentences(text, 0, len(text)):
        sentence = text[start:end]
        if pieces and len(pieces[-1].split()) + len(sentence.split()) <= _LONGEST_PIECE:
            pieces[-1] += f" {sentence}"
        else:
            pieces.append(sentence)
    return pieces


def _ended(line: str) -> str:
    return line if line[-1] in ".!?" else line + "."


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
