"""Spreadsheets (.xlsx): every sheet a section, its cells as they are shown."""

from __future__ import annotations

import datetime
import re
from io import BytesIO
from typing import Any

from knowledge.formats.csv import sheet
from knowledge.formats.html import html_document
from knowledge.formats.markup import COMPOUND, Package, compound, damaged, heading, missing
from knowledge.text import LONGEST_HEADING, DocumentText

_MOST_ROWS, _MOST_COLUMNS = 100_000, 100
_CURRENCY = re.compile(r'\[\$([^\]\-]+)[^\]]*\]|"([€£$¥]|[A-Z]{3})"|([€£$¥])')
_DECIMALS = re.compile(r"[0#]\.(0+)")


def convert(content: bytes, name: str) -> DocumentText:
    """Read a spreadsheet. Raises DocumentError for one that is locked, damaged or of before 2007."""
    try:
        import openpyxl
    except ImportError as error:
        missing("a spreadsheet", "openpyxl", error)
    if content.startswith(COMPOUND):
        raise compound(content, ".xlsx")
    Package(content)
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        title = " ".join((book.properties.title or "").split())
        made = []
        for page in book.worksheets:
            if page.sheet_state != "visible":
                continue
            rows = page.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
            cells = sheet([[shown(cell) for cell in row] for row in rows])
            named = heading(page.title, 2) if len(book.worksheets) > 1 and cells else ""
            made.append(named + cells)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:  # as openpyxl says so
        raise damaged() from error
    return html_document("".join(made), name, title[:LONGEST_HEADING])


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
    if money := _CURRENCY.search(pattern):
        sign = next(filter(None, money.groups()))
        return f"{number} {sign}" if pattern.find(sign) > pattern.find("0") >= 0 else f"{sign}{number}"
    return number
