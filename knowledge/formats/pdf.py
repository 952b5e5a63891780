"""PDF: the words of each page as they are read, by way of PDFium."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from html import escape
from itertools import groupby
from math import pi
from typing import Any
from unicodedata import normalize

from knowledge.formats import bidi
from knowledge.formats.bidi import Glyph
from knowledge.formats.html import html_document
from knowledge.formats.layout import read_pages
from knowledge.formats.markup import (
    SPANNED,
    damaged,
    guessed_table,
    heading,
    locked,
    missing,
    page,
    paragraph,
    stands_out,
    table,
)
from knowledge.formats.printed import Block, Page, Run
from knowledge.formats.shapes import Box, Shapes, bullets
from knowledge.text import LONGEST_HEADING, DocumentError, DocumentText

_MOST_PAGES = 5000
_BOLD = 600  # the weight of a font from which on it is bold
_FORCE_BOLD = 1 << 18  # a flag of fonts (ISO 32000-2, table 121)
_ASLANT = 0.1  # quarters of a turn
_ASCENT, _DESCENT = 0.8, 0.2  # how far letters stand above and below their line, in sizes of type
#: A character of the scripts that run from right to left.
_FROM_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
#: Two letters or three that are drawn as one.
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
#: A title that is the name of the file it was made of: "Hoist_en", "hoist rev4", "Hoist GB v2.docx".
_NAME_OF_A_FILE = re.compile(
    r"\w_\w|\b(?:rev|ver|v)[. ]?\d+\b|\.(?:docx?|odt|indd|qxd|pptx?|xlsx?|pdf)$", re.IGNORECASE
)
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
        count = len(document)
        if count > _MOST_PAGES:
            raise DocumentError(f"has {count:,} pages, more than {_MOST_PAGES:,}; split it.")
        pages = [(number, page) for number in range(1, count + 1) for page in _pages(document, number)]
        title = " ".join(str(document.get_metadata_value("Title") or "").split())
    finally:
        document.close()
    if not pages:
        raise damaged()
    words = sum(len(run.text.split()) for _, each in pages for run in each.runs)
    if words < _WORDS_A_PAGE * count:
        raise DocumentError("holds pictures of pages and no text (it was scanned); run text recognition over it first.")
    read = zip((number for number, _ in pages), read_pages([each for _, each in pages]), strict=True)
    html = "".join(page(number) + _html(blocks, number) for number, blocks in read)
    is_title = " " in title and not (_NAME_OF_A_FILE.search(title) and "<h1>" in html)
    return html_document(html, name, title[:LONGEST_HEADING] if is_title else "")


def _pages(document: Any, number: int) -> list[Page]:
    """Return the words of a page, which is one for each way they run: most of them first, then what is turned.

    A page that is damaged has none.
    """
    import pypdfium2

    try:
        given = document[number - 1]
        if _is_filled_in(given):
            # What was written into a form is drawn over the page; now it becomes part of it.
            pypdfium2.raw.FPDFPage_Flatten(given.raw, pypdfium2.raw.FLAT_NORMALDISPLAY)
            given.close()
            given = document[number - 1]
        text = given.get_textpage()
    except pypdfium2.PdfiumError:
        return []
    try:
        words = _Words(text, given.get_bbox())
        turned = words.runs()
        if not turned:
            return [Page([], *given.get_size())]
        left, bottom, right, top = given.get_bbox()
        sizes = [(right - left, top - bottom), (top - bottom, right - left)]
        ways = sorted(turned, key=lambda way: -len(turned[way]))
        shapes = Shapes(given)
        if 0 in turned:
            turned[0] += bullets([words.seen(dot, 0) for dot in shapes.dots], turned[0])
        return [
            Page(turned[way], *sizes[way % 2], rules=[words.seen(rule, way) for rule in shapes.rules]) for way in ways
        ]
    finally:
        text.close()
        given.close()


def _is_filled_in(given: Any) -> bool:
    """Tell whether a page has fields of a form, or words that were typed over it."""
    from pypdfium2 import raw

    for index in range(raw.FPDFPage_GetAnnotCount(given.raw)):
        annotation = raw.FPDFPage_GetAnnot(given.raw, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return True
    return False


class _Words:
    """Makes words of the characters of a page, in the order in which PDFium puts them."""

    def __init__(self, text: Any, edges: tuple[float, float, float, float]) -> None:
        from pypdfium2 import raw

        self._raw, self._text, self._edges = raw, text, edges
        #: Whether the places of words that stand upright are mirrored: they run from right to left.
        self.mirrored = False
        self._box, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._numbers = [ctypes.c_double() for _ in range(4)]

    def runs(self) -> dict[int, list[Run]]:
        """Return the words by the way they run, in quarters of a turn to the left, and by their places in that way.

        Words that run aslant are a stamp over the page, and those beyond its edge are not seen: both are left out.
        """
        if _FROM_RIGHT.search(self._text.get_text_range()):
            return self._by_place()
        runs: dict[int, list[Run]] = {}
        letters: list[tuple[str, Any]] = []
        way = 0

        def end() -> None:
            if letters:
                runs.setdefault(way, []).append(self._run(letters))
                letters.clear()

        before = (0.0, 0.0, 0.0)  # right, top and bottom of the character before
        for index in range(self._raw.FPDFText_CountChars(self._text)):
            char = chr(self._raw.FPDFText_GetUnicode(self._text, index))
            if char.isspace() or char == "\0":
                end()
                continue
            runs_way = self._way(index)
            box = self._place(index, runs_way) if runs_way is not None else None
            if runs_way is None or box is None:
                end()
                continue
            right, top, bottom = before
            size = bottom - top
            apart = not -0.5 * size < box[0] - right < 0.3 * size or abs(box[3] - bottom) > 0.5 * size
            if letters and (apart or runs_way != way):
                end()
            way = runs_way
            letters.append((_LIGATURES.get(char, char), (index, *box)))
            before = (box[2], box[1], box[3])
        end()
        return runs

    def _by_place(self) -> dict[int, list[Run]]:
        """Return the words of a page that has any from right to left: the places of its letters tell their order."""
        glyphs: dict[int, list[Glyph]] = {}
        for index in range(self._raw.FPDFText_CountChars(self._text)):
            char = chr(self._raw.FPDFText_GetUnicode(self._text, index))
            way = None if char.isspace() or char == "\0" else self._way(index)
            box = None if way is None else self._place(index, way)
            if way is not None and box is not None:
                left, top, right, bottom = box
                size, bold = self._size(index), self._is_bold(index)
                if way == 0:  # some fonts do not say how high their letters are, but all where their line is
                    top = self._line(index) - _ASCENT * size
                    bottom = top + (_ASCENT + _DESCENT) * size
                text = normalize("NFKC", char) if _FROM_RIGHT.match(char) else _LIGATURES.get(char, char)
                glyphs.setdefault(way, []).append(
                    Glyph(text=text, left=left, top=top, right=right, bottom=bottom, size=size, bold=bold)
                )
        left, bottom, right, top = self._edges
        widths = right - left, top - bottom
        read = {way: bidi.read(found, widths[way % 2]) for way, found in glyphs.items()}
        self.mirrored = 0 in read and read[0][1]
        return {way: words for way, (words, _) in read.items()}

    def _way(self, index: int) -> int | None:
        """Return the quarters of a turn to the left by which a character stands; None for one that stands aslant."""
        turn = float(self._raw.FPDFText_GetCharAngle(self._text, index)) / (pi / 2)
        return -round(turn) % 4 if abs(turn - round(turn)) < _ASLANT else None

    def _place(self, index: int, way: int) -> tuple[float, float, float, float] | None:
        """Return left, top, right and bottom of a character, as seen in its way; None for one that is not seen."""
        found = self._loose(index) if way == 0 else self._turned(index, way)
        if found is None:
            return None
        left, bottom, right, top = found
        edges = self._edges
        if not (edges[0] < (left + right) / 2 < edges[2] and edges[1] < (bottom + top) / 2 < edges[3]):
            return None
        return _as_seen((left, bottom, right, top), edges, way)

    def seen(self, box: Box, way: int) -> Box:
        """Return left, top, right and bottom of what is drawn, among the words that run in this way."""
        left, top, right, bottom = _as_seen(box, self._edges, way)
        if way == 0 and self.mirrored:
            width = self._edges[2] - self._edges[0]
            left, right = width - right, width - left
        return left, top, right, bottom

    def _line(self, index: int) -> float:
        """Return where the line is on which an upright character stands, from the upper edge."""
        x, y = self._numbers[:2]
        self._raw.FPDFText_GetCharOrigin(self._text, index, x, y)
        return self._edges[3] - y.value

    def _loose(self, index: int) -> tuple[float, float, float, float] | None:
        if not self._raw.FPDFText_GetLooseCharBox(self._text, index, self._box):
            return None
        return self._box.left, self._box.bottom, self._box.right, self._box.top

    def _turned(self, index: int, way: int) -> tuple[float, float, float, float] | None:
        """Return the box of a turned character: along its line as it is drawn, across it as high as its type."""
        left, right, bottom, top = self._numbers
        if not self._raw.FPDFText_GetCharBox(self._text, index, left, right, bottom, top):
            return None
        along = left.value, right.value, bottom.value, top.value
        self._raw.FPDFText_GetCharOrigin(self._text, index, left, bottom)
        x, y, size = left.value, bottom.value, self._size(index)
        above, below = _ASCENT * size, _DESCENT * size
        if way == 1:
            return x - above, along[2], x + below, along[3]
        if way == 3:
            return x - below, along[2], x + above, along[3]
        return along[0], y - above, along[1], y + below

    def _run(self, letters: list[tuple[str, Any]]) -> Run:
        index = letters[0][1][0]
        return Run(
            text="".join(char for char, _ in letters),
            left=min(place[1] for _, place in letters),
            right=max(place[3] for _, place in letters),
            top=min(place[2] for _, place in letters),
            bottom=max(place[4] for _, place in letters),
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


def _as_seen(box: Box, edges: Box, way: int) -> Box:
    """Return left, top, right and bottom of a box on a page with these edges, for who reads it turned this way."""
    left, bottom, right, top = box
    left, right, bottom, top = left - edges[0], right - edges[0], bottom - edges[1], top - edges[1]
    width, height = edges[2] - edges[0], edges[3] - edges[1]
    return (
        (left, height - top, right, height - bottom),
        (bottom, left, top, right),
        (width - right, bottom, width - left, top),
        (height - top, width - right, height - bottom, width - left),
    )[way]


def _html(blocks: list[Block], number: int) -> str:
    made = []
    for (kind, _), group in groupby(blocks, key=lambda block: (block.kind, block.table)):
        found = list(group)
        if kind == "row":
            made.append(_table(found, goes_on=number > 1 and found[0].table <= 1))
        elif kind == "heading":
            made += [heading(block.text, block.level) for block in found]
        elif kind == "item":
            made.append(_list(found))
        else:
            made += [paragraph(block.text) for block in found]
    return "".join(made)


def _table(found: Sequence[Block], *, goes_on: bool) -> str:
    """Return a table; `goes_on`: it stands where the rest of one on the page before would."""
    rows = [block.cells for block in found]
    cells = [zip(block.cells, block.bold, strict=True) for block in found]
    marked = stands_out([[bold for cell, bold in row if cell.strip()] for row in cells])
    if not marked and SPANNED not in rows[0] and 2 * sum(SPANNED in row for row in rows) >= len(rows):
        return table(rows, head=False)  # a form, whose cells are labels and what was written beside them
    if not marked and goes_on and len(rows) == 2 < len(rows[0]):
        return table(rows, head=False)  # as likely the rest of a table as a head and a row
    return guessed_table(rows, marked=marked)


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
