"""What the tests of office documents make them with."""

import io
import zipfile
from collections.abc import Callable

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentText

docx = pytest.importorskip("docx", reason="python-docx (extra dev) is not installed")

pptx = pytest.importorskip("pptx", reason="python-pptx (extra dev) is not installed")

openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra documents) is not installed")


NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "style")
)


def cells(*words: str) -> str:
    return "".join(f"<table:table-cell><text:p>{word}</text:p></table:table-cell>" for word in words)


def archive(**parts: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def opendocument(body: str, styles: str = "") -> bytes:
    content = f"<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return archive(content_xml=content)


def saved(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def word(fill: Callable) -> DocumentText:
    document = docx.Document()
    fill(document)
    return convert(saved(document), ".docx", "name")


def headings(document: DocumentText, words: str) -> tuple[str, ...]:
    """The headings over the block that has these words."""
    place = document.text.index(words)
    return next(s.headings for s in document.sections for start, end in s.blocks if start <= place < end)


WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def blocks(document: DocumentText) -> list[str]:
    return [document.text[start:end] for section in document.sections for start, end in section.blocks]


def fill_table(table, *rows: tuple[str, ...]) -> None:
    for row, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text


def book(*rows: tuple, merged: tuple[str, ...] = ()) -> DocumentText:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    return convert(saved(made), ".xlsx", "name")
