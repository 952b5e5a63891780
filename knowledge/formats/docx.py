"""Word documents (.docx, ECMA-376 part 1, 17): paragraphs, headings, lists and tables in their order.

The parts are read as the XML they are: what makes a list of paragraphs, strikes words out or holds them in a form's
field is not to be had otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from xml.etree.ElementTree import Element

from knowledge.formats.html import html_document
from knowledge.formats.inline import RAISED
from knowledge.formats.markup import (
    COMPOUND,
    SPANNED,
    Lists,
    Package,
    bare_level,
    compound,
    guessed_table,
    heading,
    is_bare_heading,
    stands_out,
)
from knowledge.text import LONGEST_HEADING, DocumentText

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading\s*(\d)", re.IGNORECASE)  # a style's name, in English whatever language Word speaks
#: Each of these styles has a list of its own, and is the first level of it.
_DEEPER = re.compile(r"List (?:Bullet|Number) ([2-5])", re.IGNORECASE)
_TITLE = re.compile(r"title", re.IGNORECASE)
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
#: What is not among the words of a paragraph: the paragraphs of a text box in it, deleted words, the codes of fields,
#: and the second way to draw what was drawn.
_UNREAD = {
    f"{_W}txbxContent",
    f"{_W}del",
    f"{_W}moveFrom",
    f"{_W}instrText",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
#: What leads to what stands elsewhere.
_MOST_INNER_ROWS = 6  # of a table in a cell that is told in that cell
_CONTENTS = re.compile(r"toc (?:\d|heading)|table of (?:figures|authorities)|index \d", re.IGNORECASE)
_WRAPPERS = {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"}
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MOST_NESTED = 8
_OFF = {"0", "false", "off"}


def convert(content: bytes, name: str) -> DocumentText:
    """Read a Word document. Raises DocumentError for one that is locked, damaged or of before 2007."""
    if content.startswith(COMPOUND):
        raise compound(content, ".docx")
    package = Package(content)
    main = package.related("", "officeDocument")
    body = package.xml(main).find(f"{_W}body")
    document = _Document(package, main)
    html = "".join(document.blocks(body)) if body is not None else ""
    return html_document(html, name, package.title()[:LONGEST_HEADING])


class _Document:
    """What the styles and the numbering of a document say about its paragraphs."""

    def __init__(self, package: Package, main: str) -> None:
        styles, numbering = package.related(main, "styles", None), package.related(main, "numbering", None)
        self._styles = {
            style.get(f"{_W}styleId"): style for style in (package.xml(styles).iter(f"{_W}style") if styles else ())
        }
        root = package.xml(numbering) if numbering else Element("none")
        self._abstract = {found.get(f"{_W}abstractNumId"): found for found in root.iter(f"{_W}abstractNum")}
        notes = package.related(main, "footnotes", None), package.related(main, "endnotes", None)
        self._notes = {(note.tag, note.get(f"{_W}id")): note for part in notes if part for note in package.xml(part)}
        self._noted: list[str] = []
        self._numbers = {found.get(f"{_W}numId"): _value(found, "abstractNumId") for found in root.iter(f"{_W}num")}

    def blocks(self, parent: Element) -> Iterator[str]:
        """Yield what is in `parent` as HTML: paragraphs, lists, tables, and notes at the end of their section."""
        yield from self._blocks(parent, self._bare_headings(parent))
        yield self._end_notes()

    def _blocks(self, parent: Element, bare: Mapping[Element, int] = MappingProxyType({})) -> Iterator[str]:
        lists = Lists()
        for element in _content(parent):
            level = self._level(element) or bare.get(element, 0)
            if level:
                yield lists.end() + self._end_notes()
            self._note(element)
            if element.tag == f"{_W}tbl":
                yield lists.end()
                yield from self._table(element)
                continue
            text = "" if self._leads_elsewhere(element) else _text(element)
            boxes = list(_boxes(element))
            if boxes:
                yield lists.end()
            for box in boxes:
                yield from self._blocks(box)
            if not text.strip():
                continue
            if level:
                yield heading(" ".join(text.split()), level)
            elif (item := self._item(element)) is not None:
                yield lists.item(_lines(text), *item)
            else:
                yield f"{lists.end()}<p>{_lines(text)}</p>"
        yield lists.end()

    def _bare_headings(self, parent: Element) -> dict[Element, int]:
        """Return the level of each paragraph that is a heading only by being bold above text that is not."""
        found: dict[Element, int] = {}
        given = [element for element in _content(parent) if element.tag == f"{_W}tbl" or _text(element).strip()]
        bare = [self._is_bare(element) for element in given]
        above = 0
        for place, element in enumerate(given[:-1]):
            above = self._level(element) or above
            if bare[place] and not bare[place + 1] and not self._level(given[place + 1]):
                found[element] = bare_level(_text(element).strip(), above, is_first=not place)
        return found

    def _is_bare(self, element: Element) -> bool:
        words = _text(element).strip() if element.tag == f"{_W}p" else ""
        return (
            is_bare_heading(words)
            and "\n" not in words
            and self._is_bold(element)
            and not self._level(element)
            and self._item(element) is None
        )

    def _table(self, given: Element) -> Iterator[str]:
        """Yield a table of data, or else what stands in the cells of one that only arranges it."""
        rows = [list(_inside(row, f"{_W}tc")) for row in _inside(given, f"{_W}tr")]
        headed = any(self._level(found) for row in rows for cell in row for found in _content(cell))
        if not headed and any(len(row) > 1 for row in rows) and _holds_few_tables(rows):
            yield guessed_table(_cells(rows), marked=self._is_head_marked(given, rows))
            return
        for row in rows:
            for cell in row:
                yield from self._blocks(cell)

    def _is_head_marked(self, given: Element, rows: list[list[Element]]) -> bool | None:
        """Tell whether the first row of a table stands out as its head; None where that cannot be told."""
        bold = [[self._is_bold(cell) for cell in row if _text(cell).strip()] for row in rows]
        if any(bold[0]):
            return stands_out(bold)
        look = given.find(f"{_W}tblPr/{_W}tblLook")
        if look is None:
            return None
        return False if look.get(f"{_W}firstRow") in _OFF else None

    def _is_bold(self, element: Element) -> bool:
        """Tell whether all words of a paragraph, or of all paragraphs of a cell, are bold."""
        paragraphs = [element] if element.tag == f"{_W}p" else list(_paragraphs(element))
        for paragraph in paragraphs:
            by_style = next(
                (_is_on(given, "b") for given in self._run_styles(paragraph) if given.find(f"{_W}b") is not None), False
            )
            for run in paragraph.iter(f"{_W}r"):
                own = run.find(f"{_W}rPr")
                is_bold = _is_on(own, "b") if own is not None and own.find(f"{_W}b") is not None else by_style
                if not is_bold and _text(run).strip():
                    return False
        return True

    def _run_styles(self, paragraph: Element) -> Iterator[Element]:
        """Yield what the style of a paragraph, and those which that builds on, say about its words."""
        for style in self._style_chain(paragraph):
            if (found := style.find(f"{_W}rPr")) is not None:
                yield found

    def _note(self, paragraph: Element) -> None:
        """Keep the notes to a paragraph for the end of its section."""
        if paragraph.tag != f"{_W}p":
            references = [found for part in _paragraphs(paragraph) for found in part.iter()]
        else:
            references = list(paragraph.iter())
        for reference in references:
            if reference.tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                kind = reference.tag.removesuffix("Reference")
                note = self._notes.pop((kind, reference.get(f"{_W}id")), None)
                words = " ".join(_text(note).split()) if note is not None else ""
                self._noted += [f"<p>{escape(words)}</p>"] if words else []

    def _end_notes(self) -> str:
        made = "".join(self._noted)
        self._noted.clear()
        return made

    def _style_chain(self, paragraph: Element) -> Iterator[Element]:
        """Yield the style of a paragraph, then those which that builds on."""
        style = self._styles.get(_value(paragraph.find(f"{_W}pPr"), "pStyle"))
        for _ in range(_MOST_NESTED):
            if style is None:
                return
            yield style
            style = self._styles.get(_value(style, "basedOn"))

    def _style_names(self, paragraph: Element) -> Iterator[str]:
        return (_value(style, "name") or "" for style in self._style_chain(paragraph))

    def _leads_elsewhere(self, paragraph: Element) -> bool:
        return any(map(_CONTENTS.fullmatch, self._style_names(paragraph)))

    def _inherited(self, paragraph: Element) -> Iterator[Element]:
        """Yield the properties of a paragraph, then those of its style, and of the styles which that builds on."""
        own = paragraph.find(f"{_W}pPr")
        if own is not None:
            yield own
        for style in self._style_chain(paragraph):
            if (found := style.find(f"{_W}pPr")) is not None:
                yield found

    def _level(self, paragraph: Element) -> int:
        """Return the level of a heading, 0 for any other paragraph."""
        for named in self._style_names(paragraph):
            if _TITLE.fullmatch(named):
                return 1
            if found := _HEADING.match(named):
                return int(found[1])
        outline = _value(paragraph.find(f"{_W}pPr"), "outlineLvl") or ""
        return int(outline) + 1 if outline.isdecimal() and int(outline) < 9 else 0

    def _item(self, paragraph: Element) -> tuple[int, str] | None:
        """Return the depth and the kind (`ol` or `ul`) of the list that a paragraph is an item of, if it is one."""
        for properties in self._inherited(paragraph):
            numbering = properties.find(f"{_W}numPr")
            if numbering is None:
                continue
            number = _value(numbering, "numId")
            if not number or number == "0":
                return None
            level = _value(numbering, "ilvl") or "0"
            depth = int(level) if level.isdecimal() else 0
            named = next(filter(None, map(_DEEPER.fullmatch, self._style_names(paragraph))), None)
            return min(depth or (int(named[1]) - 1 if named else 0), _MOST_NESTED), self._kind(number, level)
        return None

    def _kind(self, number: str, depth: str) -> str:
        abstract = self._abstract.get(self._numbers.get(number))
        levels = abstract.findall(f"{_W}lvl") if abstract is not None else []
        formats = [_value(level, "numFmt") for level in levels if level.get(f"{_W}ilvl") == depth]
        return "ul" if not formats or formats[0] in (None, "bullet", "none") else "ol"


def _content(parent: Element) -> Iterator[Element]:
    """Yield the paragraphs and tables of an element, also those in content controls and insertions."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _content(child)


def _text(element: Element) -> str:
    """Return the words of a paragraph without what is struck out, deleted or hidden."""
    if element.tag in (f"{_W}t", f"{_MATH}t"):
        return element.text or ""
    if element.tag in _BREAKS:
        return _BREAKS[element.tag]
    if element.tag in _UNREAD:
        return ""
    if element.tag == f"{_W}r":
        properties = element.find(f"{_W}rPr")
        if properties is not None:
            if any(_is_on(properties, name) for name in ("strike", "dstrike", "vanish", "webHidden")):
                return ""
            if _value(properties, "vertAlign") == "superscript":
                return "".join(map(_text, element)).translate(RAISED)
    return "".join(map(_text, element))


def _lines(text: str) -> str:
    return escape(text.strip()).replace("\t", " ").replace("\n", "<br>")


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    """Yield the elements of a kind in `parent`, also those in content controls, but none inside another."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _boxes(element: Element) -> Iterator[Element]:
    """Yield the contents of the text boxes that are anchored in a paragraph, each once."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag not in _UNREAD:
            yield from _boxes(child)


def _paragraphs(element: Element) -> Iterator[Element]:
    """Yield the paragraphs of a cell, those of text boxes in it after the ones that hold them."""
    for child in element:
        if child.tag == f"{_W}p":
            yield child
        if child.tag not in _UNREAD or child.tag == f"{_W}txbxContent":
            yield from _paragraphs(child)


def _holds_few_tables(rows: list[list[Element]]) -> bool:
    """Tell whether cells are of a table of data: below its first row some may have a small table of their own."""
    inner = [[list(_inside(cell, f"{_W}tbl")) for cell in row] for row in rows]
    if any(inner[0]):
        return False
    holding = sum(map(bool, (tables for row in inner for tables in row)))
    sizes = [len(list(_inside(table, f"{_W}tr"))) for row in inner for tables in row for table in tables]
    return 2 * holding <= sum(map(len, rows[1:])) and max(sizes, default=0) <= _MOST_INNER_ROWS


def _words(cell: Element) -> str:
    """Return the words of a cell, and of a table in it: "Saturday: 9 to 5, Sunday: closed"."""
    parts: list[str] = []
    for found in _content(cell):
        if found.tag == f"{_W}tbl":
            rows = ([_words(inner) for inner in _inside(row, f"{_W}tc")] for row in _inside(found, f"{_W}tr"))
            parts.append(", ".join(filter(None, (": ".join(filter(None, row)) for row in rows))))
        else:
            parts += [_text(found), *(_text(part) for part in _paragraphs(found))]
    return " ".join(" ".join(parts).split())


def _cells(given: list[list[Element]]) -> list[list[str]]:
    """Return the words of the cells of a table of data."""
    rows: list[list[str]] = []
    for row in given:
        cells: list[str] = []
        for cell in row:
            properties = cell.find(f"{_W}tcPr")
            below = properties.find(f"{_W}vMerge") if properties is not None else None
            if below is not None and below.get(f"{_W}val") != "restart" and rows and len(cells) < len(rows[-1]):
                words = rows[-1][len(cells)]  # goes on from the row above
            else:
                words = _words(cell)
            span = _value(properties, "gridSpan") or "1"
            cells += [words, *[SPANNED] * (min(int(span), 100) - 1 if span.isdecimal() else 0)]
        rows.append(cells)
    return rows


def _value(parent: Element | None, name: str) -> str | None:
    found = parent.find(f"{_W}{name}") if parent is not None else None
    return found.get(f"{_W}val") if found is not None else None


def _is_on(properties: Element, name: str) -> bool:
    found = properties.find(f"{_W}{name}")
    return found is not None and found.get(f"{_W}val") not in _OFF
