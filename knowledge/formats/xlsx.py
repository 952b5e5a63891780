"""Spreadsheets (.xlsx): every sheet a section, its cells as they are shown."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
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
)
from knowledge.text import LONGEST_HEADING, DocumentError, DocumentText

_MOST_ROWS, _MOST_COLUMNS = 100_000, 100
_CURRENCY = re.compile(r'\[\$([^\]\-]+)[^\]]*\]|"([€£$¥]|[A-Z]{3})"|([€£$¥])')
_ZEROS = re.compile(r"0{2,20}")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]{0,80}?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_LONGEST_REPEATED, _MOST_ROWS_SPANNED = 200, 1000
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DECIMALS = re.compile(r"[0#]\.(0+)")


def convert(content: bytes, name: str) -> DocumentText:
    """Read a spreadsheet. Raises DocumentError for one that is locked, damaged or of before 2007."""
    try:
        import openpyxl
    except ImportError as error:
        missing("a spreadsheet", "openpyxl", error)
    if content.startswith(COMPOUND):
        raise compound(content, ".xlsx")
    merged = _merged(Package(content))
    try:
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        title = given_title(book.properties.title or "")
        made: list[str] = []
        for page in book.worksheets:
            if page.sheet_state != "visible":
                continue
            rows = page.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
            shown_rows = [[shown(cell) for cell in row] for row in rows]
            _fill(shown_rows, merged.get(page.title, []))
            title = title or ("" if made else _title(shown_rows))
            cells = sheet(shown_rows)
            named = heading(page.title, 2) if len(book.worksheets) > 1 and cells else ""
            made.append(named + cells)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:  # as openpyxl says so
        raise damaged() from error
    if not "".join(made) and _has_formulas(Package(content)):
        raise DocumentError("holds formulas whose results were never saved; open it in a spreadsheet and save it.")
    return html_document("".join(made), name, title[:LONGEST_HEADING])


def _title(rows: list[list[str]]) -> str:
    """Return what stands over a sheet, "" for none: words alone in the first row, merged or above an empty row."""
    first, following = (*rows, [], [])[:2]
    words = first[0].strip() if first else ""
    alone = words and not any(map(str.strip, first[1:])) and len(rows) > 1
    apart = SPANNED in first or not any(map(str.strip, following))
    return words if alone and apart and is_name(words) else ""


def _sheets(package: Package) -> Iterator[tuple[str, bytes]]:
    """Yield the name of each sheet and its XML."""
    main = package.related("", "officeDocument", None)
    parts = {given: target for given, target, _ in package.relations(main)} if main else {}
    for listed in package.xml(main).iter(f"{_S}sheet") if main else ():
        part = parts.get(listed.get(f"{_R}id", ""))
        if part in package.names():
            yield listed.get("name", ""), package.read(str(part))


def _merged(package: Package) -> dict[str, list[tuple[int, int, int, int]]]:
    """Return the merged cells of each sheet: first column and row, last column and row, from 0."""
    return {
        name: [
            (_column(left), int(top) - 1, _column(right), int(bottom) - 1)
            for left, top, right, bottom in _MERGED.findall(xml)
        ]
        for name, xml in _sheets(package)
    }


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - 64
    return place - 1


def _has_formulas(package: Package) -> bool:
    return any(re.search(rb"<(?:\w+:)?f[\s>]", xml) for _, xml in _sheets(package))


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
