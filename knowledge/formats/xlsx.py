"""Spreadsheets (.xlsx): every sheet a section, its cells as they are shown."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from knowledge.formats.csv import sheet
from knowledge.formats.html import html_document
from knowledge.formats.markup import (
    COMPOUND,
    SPANNED,
    Package,
    compound,
    damaged,
    given_title,
    heading,
    is_name,
    missing,
    paragraph,
)
from knowledge.formats.sheets import SheetFacts, sheet_facts
from knowledge.text import LONGEST_HEADING, DocumentError, DocumentText

_MOST_ROWS, _MOST_COLUMNS = 100_000, 100
_CURRENCY = re.compile(r'\[\$([^\]\-]+)[^\]]*\]|"([€£$¥]|[A-Z]{3})"|([€£$¥])')
_ZEROS = re.compile(r"0{2,20}")
_LONGEST_REPEATED, _MOST_ROWS_SPANNED = 200, 1000
_DECIMALS = re.compile(r"[0#]\.(0+)")


def convert(content: bytes, name: str) -> DocumentText:
    """Read a spreadsheet. Raises DocumentError for one that is locked, damaged or of before 2007."""
    try:
        import openpyxl
    except ImportError as error:
        missing("a spreadsheet", "openpyxl", error)
    if content.startswith(COMPOUND):
        raise compound(content, ".xlsx")
    facts = sheet_facts(Package(content))
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        title = given_title(book.properties.title or "")
        made: list[str] = []
        for page in book.worksheets:
            if page.sheet_state != "visible":
                continue
            rows = page.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
            shown_rows = [[shown(cell) for cell in row] for row in rows]
            about = facts.get(page.title, SheetFacts())
            _fill(shown_rows, about.merged)
            shown_rows = _seen(shown_rows, about)
            title = title or ("" if made else _title(shown_rows))
            cells = sheet(shown_rows)
            cells += _unsaved(about.unsaved) if cells else ""
            named = heading(page.title, 2) if len(book.worksheets) > 1 and cells else ""
            made.append(named + cells)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:  # as openpyxl says so
        raise damaged() from error
    if not "".join(made) and any(each.unsaved for each in facts.values()):
        raise DocumentError("holds formulas whose results were never saved; open it in a spreadsheet and save it.")
    return html_document("".join(made), name, title[:LONGEST_HEADING])


def _title(rows: list[list[str]]) -> str:
    """Return what stands over a sheet, "" for none: words alone in the first row, merged or above an empty row."""
    first, following = (*rows, [], [])[:2]
    words = first[0].strip() if first else ""
    alone = words and not any(map(str.strip, first[1:])) and len(rows) > 1
    apart = SPANNED in first or not any(map(str.strip, following))
    return words if alone and apart and is_name(words) else ""


def _seen(rows: list[list[str]], facts: SheetFacts) -> list[list[str]]:
    """Return the rows without what is hidden; a merged cell that begins there shows its words in the next column."""
    made = []
    for number, row in enumerate(rows):
        if number in facts.hidden_rows:
            continue
        kept: list[str] = []
        carried = ""
        for column, cell in enumerate(row):
            if column in facts.hidden_columns:
                carried = carried if cell == SPANNED else cell
                continue
            kept.append(carried if cell == SPANNED and carried else cell)
            carried = ""
        made.append(kept)
    return made


def _unsaved(count: int) -> str:
    """Return the sentence that says that results are missing, "" where none is."""
    if not count:
        return ""
    those = (
        "One cell of this sheet holds a formula whose result was"
        if count == 1
        else (f"{count} cells of this sheet hold formulas whose results were")
    )
    return paragraph(f"{those} never saved; open the file in a spreadsheet and save it to have them read.")


def _fill(rows: list[list[str]], merged: Iterable[tuple[int, int, int, int]]) -> None:
    """Let a short cell that reaches over several rows stand in each of them that has something else.

    One that reaches over several columns is marked in those to its right.
    """
    for left, top, right, bottom in merged:
        words = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if not words:
            continue
        for place in range(left + 1, min(right + 1, len(rows[top]))):
            rows[top][place] = SPANNED
        if len(words) > _LONGEST_REPEATED:
            continue
        for row in rows[top + 1 : min(bottom, top + _MOST_ROWS_SPANNED) + 1]:
            if left < len(row) and not row[left] and any(map(str.strip, row)):
                row[left] = words


def shown(cell: Any) -> str:
    """Return the value of a cell as people see it: dates in words, prices with their currency, shares in per cent."""
    value, pattern = cell.value, str(getattr(cell, "number_format", "") or "")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        day = f"{value:%-d %B %Y}"
        return f"{day}, {value:%H:%M}" if value.time() != datetime.time() else day
    if isinstance(value, datetime.date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float):
        return _number(float(value), pattern)
    return str(value).strip()


def _number(value: float, pattern: str) -> str:
    decimals = len(found[1]) if (found := _DECIMALS.search(pattern)) else None
    if "%" in pattern:
        return f"{100 * value:.{decimals or 0}f} %"
    whole = value.is_integer() if decimals is None else not decimals
    number = f"{value:,.0f}" if whole else f"{value:,.{decimals}f}" if decimals else f"{value:,.10g}"
    if "," not in pattern:
        number = number.replace(",", "")
    if whole and (digits := _ZEROS.fullmatch(pattern)):
        return number.zfill(len(digits[0]))  # a postal code
    if money := _CURRENCY.search(pattern):
        sign = next(filter(None, money.groups()))
        if pattern.find(sign) > pattern.find("0") >= 0:
            return f"{number} {sign}"
        return f"-{sign}{number[1:]}" if number.startswith("-") else f"{sign}{number}"
    return number
