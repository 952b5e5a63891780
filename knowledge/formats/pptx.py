"""Presentations (.pptx, ECMA-376 part 1, 19): a slide is a page, its title a heading, its notes are read too."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element

from knowledge.formats.html import html_document
from knowledge.formats.markup import COMPOUND, SPANNED, Lists, Package, compound, guessed_table, heading, page
from knowledge.text import LONGEST_HEADING, DocumentText

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: Placeholders of what stands on every slide.
_FURNITURE = {"dt", "ftr", "sldNum", "hdr", "sldImg"}
_TITLES = {"title", "ctrTitle"}


def convert(content: bytes, name: str) -> DocumentText:
    """Read a presentation. Raises DocumentError for one that is locked, damaged or of before 2007."""
    if content.startswith(COMPOUND):
        raise compound(content, ".pptx")
    package = Package(content)
    main = package.related("", "officeDocument")
    slides = {name: target for name, target, kind in package.relations(main) if kind.endswith("/slide")}
    title = package.title()
    made: list[str] = []
    for number, listed in enumerate(package.xml(main).iter(f"{_P}sldId"), 1):
        target = slides.get(listed.get(f"{_R}id", ""))
        if target is None or (slide := package.xml(target)).get("show") in ("0", "false"):
            continue
        title = title or ("" if made else _title(slide))
        made += [page(number), *_shapes(slide)]
        if notes := package.related(target, "notesSlide", None):
            made += _shapes(package.xml(notes))
    return html_document("".join(made), name, title[:LONGEST_HEADING])


def _shapes(slide: Element) -> Iterator[str]:
    """Yield the shapes of a slide as HTML, its title first."""
    shapes = list(_drawn(slide))
    for shape in sorted(shapes, key=lambda shape: _kind(shape) not in _TITLES):
        kind = _kind(shape)
        if shape.tag == f"{_A}tbl":
            yield _table(shape)
        elif kind in _TITLES:
            yield heading(_line(shape), 2)
        elif kind not in _FURNITURE:
            lists = Lists()
            for paragraph in shape.iter(f"{_A}p"):
                words = escape(_text(paragraph).strip()).replace("\n", "<br>")
                if words and (kind is None or kind in ("subTitle", "notes")):
                    yield f"<p>{words}</p>"
                elif words:
                    yield lists.item(words, *_item(paragraph))
            yield lists.end()


def _title(slide: Element) -> str:
    return next((words for shape in _drawn(slide) if _kind(shape) in _TITLES and (words := _line(shape))), "")


def _line(shape: Element) -> str:
    """Return the words of a shape in one line."""
    return " ".join(" ".join(map(_text, shape.iter(f"{_A}p"))).split())


def _drawn(element: Element) -> Iterator[Element]:
    """Yield the shapes and tables below an element, without the second way to draw what was drawn."""
    for child in element:
        if child.tag in (f"{_P}sp", f"{_A}tbl"):
            yield child
        elif child.tag != _FALLBACK:
            yield from _drawn(child)


def _kind(shape: Element) -> str | None:
    """Return what a shape is a placeholder for ("body" where nothing is said), None for one that is none."""
    found = next(shape.iter(f"{_P}ph"), None)
    return found.get("type", "body") if found is not None else None


def _item(paragraph: Element) -> tuple[int, str]:
    properties = paragraph.find(f"{_A}pPr")
    level = properties.get("lvl", "0") if properties is not None else "0"
    counted = properties is not None and properties.find(f"{_A}buAutoNum") is not None
    return min(int(level) if level.isdecimal() else 0, 8), "ol" if counted else "ul"


def _text(paragraph: Element) -> str:
    pieces = []
    for part in paragraph.iter():
        if part.tag == f"{_A}br":
            pieces.append("\n")
        elif part.tag in (f"{_A}r", f"{_A}fld"):
            properties = part.find(f"{_A}rPr")
            if properties is None or properties.get("strike", "noStrike") == "noStrike":
                pieces.append(part.findtext(f"{_A}t") or "")
    return "".join(pieces)


def _table(given: Element) -> str:
    rows: list[list[str]] = []
    for row in given.iter(f"{_A}tr"):
        cells: list[str] = []
        for cell in row.iter(f"{_A}tc"):
            words = " ".join(" ".join(map(_text, cell.iter(f"{_A}p"))).split())
            if cell.get("vMerge") in ("1", "true") and rows and len(cells) < len(rows[-1]):
                words = rows[-1][len(cells)]  # goes on from the row above
            cells.append(SPANNED if cell.get("hMerge") in ("1", "true") else words)
        rows.append(cells)
    return guessed_table(rows)
