"""Tables as text (.csv, .tsv; RFC 4180 and what programs write instead of it)."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from itertools import groupby

from knowledge.formats.decode import decode
from knowledge.formats.html import html_document
from knowledge.formats.markup import SPANNED, guessed_table, has_head, paragraph
from knowledge.text import DocumentError, DocumentText

_SEPARATORS = ",;\t|"
_QUOTED = re.compile(r'(^|[,;\t|])"(?:[^"]|"")*+"', re.MULTILINE)
_LOOKED_AT = 64 * 1024  # characters
_LONGEST_CELL = 60  # characters of a cell that is alone in its row and still one of a table


def convert(content: bytes, name: str) -> DocumentText:
    """Read a table. Raises DocumentError for binary content and for fields without an end."""
    text = decode(content)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=_separator(text)))
    except csv.Error as error:
        raise DocumentError(f"is no table that can be read ({error}); save it again.") from error
    return html_document(sheet(rows), name)


def sheet(rows: Sequence[Sequence[str]]) -> str:
    """Return a sheet as HTML: empty rows part its tables, and a cell alone in its row is a line about what follows.

    Below a row of names a short cell alone is a row that is mostly empty, and the names hold for what follows it.
    """
    made: list[str] = []
    block: list[Sequence[str]] = []

    def end() -> None:
        if block:
            made.append(guessed_table(block))
            block.clear()

    given = list(map(_trimmed, rows))
    for whole, row, following in zip(rows, given, [*given[1:], []], strict=False):
        filled = [cell for cell in row if cell.strip()]
        is_remark = SPANNED in whole and not following  # a cell as wide as the table, below it
        if len(filled) > 1 or (filled and not is_remark and _goes_on(block, row, following)):
            block.append(row)
            continue
        end()
        made += map(paragraph, filled)
    end()
    return "".join(made)


def _trimmed(row: Sequence[str]) -> Sequence[str]:
    """Return a row without the empty cells at its end, but with those that its last words reach into beside others."""
    places = [place for place, cell in enumerate(row, 1) if cell.strip()]
    end = places[-1] if places else 0
    while len(places) > 1 and end < len(row) and row[end] == SPANNED:
        end += 1
    return row[:end]


def _goes_on(block: Sequence[Sequence[str]], row: Sequence[str], following: Sequence[str]) -> bool:
    """Tell whether a row of one cell is a row of the table above it, and not what is said about the table below it."""
    cell = row[-1].strip()
    if len(cell) > _LONGEST_CELL or cell[-1] in ".!?:" or len(row) > len(block[0] if block else ()):
        return False
    return has_head([*block, row]) and not (has_head([following, row]) and _differs(following, block[1:]))


def _differs(row: Sequence[str], above: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row has a word where the rows above have a number: then it names columns anew."""
    return any(
        _has_digit(each[place])
        for place, cell in enumerate(row)
        if cell.strip() and not _has_digit(cell)
        for each in above
        if place < len(each)
    )


def _has_digit(cell: str) -> bool:
    return any(map(str.isdecimal, cell))


def _separator(text: str) -> str:
    """Return the sign between fields: the one that parts most lines in a row into equally many.

    Title lines above a table have commas too, and decimals below its head; what is in quotes does not count.
    """
    lines = [line for line in _QUOTED.sub(r"\1", text[:_LOOKED_AT]).splitlines()[:50] if line.strip()]

    def regular(sign: str) -> tuple[int, int, int]:
        runs = [(len(list(run)), count) for count, run in groupby(line.count(sign) for line in lines) if count]
        usual = max(runs, default=(0, 0))[1]
        return max(runs, default=(0, 0))[0], sum(length for length, count in runs if count == usual), usual

    return max(_SEPARATORS, key=regular)
