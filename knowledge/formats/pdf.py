"""PDF: the words of each page as they are read, by way of PDFium."""

from __future__ import annotations

import ctypes
from html import escape
from itertools import groupby
from typing import Any

from knowledge.formats.html import html_document
from knowledge.formats.layout import Block, Page, Run, read_pages
from knowledge.formats.markup import damaged, has_head, heading, locked, missing, page, paragraph, table
from knowledge.text import LONGEST_HEADING, DocumentError, DocumentText

_MOST_PAGES = 5000
_BOLD = 600  # the weight of a font from which on it is bold
_FORCE_BOLD = 1 << 18  # a flag of fonts (ISO 32000-2, table 121)
_WORDS_A_PAGE = 3  # fewer, on average, and its pages are pictures


def convert(content: bytes, name: str) -> DocumentText:
    """Read a PDF. Raises DocumentError for one that is locked, damaged, or made of pictures of pages."""
    try:
        import pypdfium2
    except ImportError as error:
        missing("a PDF", "pypdfium2", error)
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise (locked() if "assword" in str(error) else damaged()) from error
    try:
        count = min(len(document), _MOST_PAGES)
        pages = [_page(document, number) for number in range(count)]
        title = " ".join(str(document.get_metadata_value("Title") or "").split())
    finally:
        document.close()
    words = sum(len(run.text.split()) for each in pages for run in each.runs)
    if words < _WORDS_A_PAGE * count:
        raise DocumentError("holds pictures of pages and no text (it was scanned); run text recognition over it first.")
    html = "".join(page(number) + _html(blocks) for number, blocks in enumerate(read_pages(pages), 1))
    return html_document(html, name, title[:LONGEST_HEADING] if " " in title else "")


def _page(document: Any, number: int) -> Page:
    """Return the runs of a page, which are its words."""
    given = document[number]
    text = given.get_textpage()
    try:
        width, height = given.get_size()
        return Page(_Words(text, height).runs(), width, height)
    finally:
        text.close()
        given.close()


class _Words:
    """Makes words of the characters of a page, in the order in which PDFium puts them."""

    def __init__(self, text: Any, height: float) -> None:
        from pypdfium2 import raw

        self._raw, self._text, self._height = raw, text, height
        self._box, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()

    def runs(self) -> list[Run]:
        """Return the words."""
        runs: list[Run] = []
        letters: list[tuple[str, Any]] = []

        def end() -> None:
            if letters:
                runs.append(self._run(letters))
                letters.clear()

        before = (0.0, 0.0, 0.0)  # right, bottom and top of the character before
        for index in range(self._raw.FPDFText_CountChars(self._text)):
            char = chr(self._raw.FPDFText_GetUnicode(self._text, index))
            if char.isspace() or char == "\0" or not self._raw.FPDFText_GetLooseCharBox(self._text, index, self._box):
                end()
                continue
            box = (self._box.left, self._box.bottom, self._box.right, self._box.top)
            right, bottom, top = before
            size = top - bottom
            apart = not -0.5 * size < box[0] - right < 0.3 * size or abs(box[1] - bottom) > 0.5 * size
            if letters and apart:
                end()
            letters.append((char, (index, *box)))
            before = (box[2], box[1], box[3])
        end()
        return runs

    def _run(self, letters: list[tuple[str, Any]]) -> Run:
        index = letters[0][1][0]
        return Run(
            text="".join(char for char, _ in letters),
            left=min(place[1] for _, place in letters),
            right=max(place[3] for _, place in letters),
            top=self._height - max(place[4] for _, place in letters),
            bottom=self._height - min(place[2] for _, place in letters),
            size=self._size(index),
            bold=self._is_bold(index),
        )

    def _size(self, index: int) -> float:
        """Return the size of a character as it is shown: a matrix may enlarge its font."""
        size = float(self._raw.FPDFText_GetFontSize(self._text, index))
        if self._raw.FPDFText_GetMatrix(self._text, index, self._matrix):
            size *= (self._matrix.c**2 + self._matrix.d**2) ** 0.5
        return size or 1.0

    def _is_bold(self, index: int) -> bool:
        if self._raw.FPDFText_GetFontWeight(self._text, index) >= _BOLD:
            return True
        flags, name = ctypes.c_int(), ctypes.create_string_buffer(256)
        self._raw.FPDFText_GetFontInfo(self._text, index, name, len(name), flags)
        return bool(flags.value & _FORCE_BOLD) or any(word in name.value.lower() for word in (b"bold", b"black"))


def _html(blocks: list[Block]) -> str:
    made = []
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        found = list(group)
        if kind == "row":
            rows = [block.cells for block in found]
            made.append(table(rows, head=found[0].head or has_head(rows)))
        elif kind == "heading":
            made += [heading(block.text, block.level) for block in found]
        elif kind == "item":
            made.append(_list(found))
        else:
            made += [paragraph(block.text) for block in found]
    return "".join(made)


def _list(items: list[Block]) -> str:
    """Return items as lists: with bullets, or with the numbers they have; one marked otherwise is a paragraph."""
    made: list[str] = []
    opened, following = "", 0
    for item in items:
        mark, _, words = item.text.partition(" ")
        number = int(mark[:-1]) if mark[:-1].isdecimal() and mark.endswith(".") else 0
        kind = "ul" if mark == "-" else "ol" if number else ""
        if opened and (kind != opened or (number and number != following)):
            made.append(f"</{opened}>")
            opened = ""
        if not kind:
            made.append(paragraph(item.text))
            continue
        if not opened:
            made.append(f'<ol start="{number}">' if number else "<ul>")
        opened, following = kind, number + 1
        made.append(f"<li>{escape(words)}</li>")
    return "".join(made) + (f"</{opened}>" if opened else "")
