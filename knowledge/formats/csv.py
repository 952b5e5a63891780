"""Tables as text (.csv, .tsv; RFC 4180 and what programs write instead of it)."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from knowledge.formats.decode import decode
from knowledge.formats.html import html_document
from knowledge.formats.markup import has_head, paragraph, table
from knowledge.text import DocumentError, DocumentText

_SEPARATORS = ",;\t|"
_LOOKED_AT = 64 * 1024  # characters


def convert(content: bytes, name: str) -> DocumentText:
    """Read a table. Raises DocumentError for binary content and for fields without an end."""
    text = decode(content)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=_separator(text)))
    except csv.Error as error:
        raise DocumentError(f"is no table that can be read ({error}); save it again.") from error
    return html_document(sheet(rows), name)


def sheet(rows: Sequence[Sequence[str]]) -> str:
    """Return a sheet as HTML: empty rows part its tables, and a cell alone in its row is a line about what follows."""
    made: list[str] = []
    block: list[Sequence[str]] = []

    def end() -> None:
        if block:
            made.append(table(block, head=has_head(block)))
            block.clear()

    for row in rows:
        filled = [cell for cell in row if cell.strip()]
        if len(filled) > 1:
            block.append(row[: max(place for place, cell in enumerate(row, 1) if cell.strip())])
            continue
        end()
        made += map(paragraph, filled)
    end()
    return "".join(made)


def _separator(text: str) -> str:
    """Return the sign between fields: the one that parts most of the first lines into equally many."""
    lines = [line for line in text[:_LOOKED_AT].splitlines()[:50] if line.strip()]

    def regular(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) if usual else 0), usual

    return max(_SEPARATORS, key=regular)
