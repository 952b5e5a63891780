"""What the XML of a spreadsheet says of a sheet beside its cells: merged, hidden, unsaved (ECMA-376, part 1, 18.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.formats.markup import Package

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]{0,80}?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_HIDDEN = re.compile(rb"<(?:\w+:)?(row|col)\s([^<>]{0,400}?\bhidden=\"(?:1|true)\"[^<>]{0,400})>")
_NUMBERS = re.compile(rb"\b(r|min|max|outlineLevel)=\"(\d{1,7})\"")
#: Rows that a filter hides are there for whoever asks something else of the table.
_FILTERED = re.compile(
    rb"<(?:\w+:)?autoFilter\b[^<>]{0,80}?\bref=\"\$?[A-Z]+\$?(\d+):\$?[A-Z]+\$?(\d+)\"(?:[^<>]*[^/<>])?>"
)
_UNSAVED = re.compile(
    rb"<(?:\w+:)?c\s([^<>]{1,80})>\s*<(?:\w+:)?f(?:\s[^<>]{0,200})?(?:/>|>[^<>]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MOST_COLUMNS = 16_384


@dataclass(frozen=True)
class SheetFacts:
    """Rows and columns from 0; `merged`: first column and row, last column and row of each merged cell.

    `unsaved`: how many formulas have no result.
    """

    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    unsaved: int = 0


def sheet_facts(package: Package) -> dict[str, SheetFacts]:
    """Return the facts of each sheet by its name."""
    return {name: _facts(xml, list(_filters(package, part, xml))) for name, part, xml in _sheets(package)}


def _facts(xml: bytes, filters: list[tuple[int, int]]) -> SheetFacts:
    hidden: dict[bytes, set[int]] = {b"row": set(), b"col": set()}
    for kind, attributes in _HIDDEN.findall(xml):
        numbers = {name: int(digits) for name, digits in _NUMBERS.findall(attributes)}
        if numbers.get(b"outlineLevel"):  # folded up, for a person to open
            continue
        first = numbers.get(b"r" if kind == b"row" else b"min", 0)
        last = first if kind == b"row" else min(numbers.get(b"max", first), _MOST_COLUMNS)
        if not (kind == b"row" and any(top < first <= bottom for top, bottom in filters)):
            hidden[kind] |= set(range(first - 1, last))
    return SheetFacts(
        tuple(
            (_column(left), int(top) - 1, _column(right), int(bottom) - 1)
            for left, top, right, bottom in _MERGED.findall(xml)
        ),
        frozenset(hidden[b"row"]),
        frozenset(hidden[b"col"]),
        sum(b't="str"' not in attributes for attributes in _UNSAVED.findall(xml)),  # a text may well be empty
    )


def _filters(package: Package, part: str, xml: bytes) -> Iterator[tuple[int, int]]:
    """Yield the first and the last row of each filter that is set, of the sheet and of its tables."""
    tables = [package.read(name) for _, name, kind in package.relations(part) if kind.endswith("/table")]
    for source in (xml, *tables):
        yield from ((int(top), int(bottom)) for top, bottom in _FILTERED.findall(source))


def _sheets(package: Package) -> Iterator[tuple[str, str, bytes]]:
    """Yield the name of each sheet, its part and its XML."""
    main = package.related("", "officeDocument", None)
    parts = {given: target for given, target, _ in package.relations(main)} if main else {}
    for listed in package.xml(main).iter(f"{_S}sheet") if main else ():
        part = parts.get(listed.get(f"{_R}id", ""))
        if part is not None and part in package.names():
            yield listed.get("name", ""), part, package.read(part)


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - 64
    return place - 1
