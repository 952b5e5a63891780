"""OpenDocument texts and spreadsheets (.odt, .ods; OASIS OpenDocument 1.3, part 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from xml.etree.ElementTree import Element

from knowledge.formats.csv import sheet
from knowledge.formats.html import html_document
from knowledge.formats.markup import (
    SPANNED,
    Lists,
    Package,
    bare_level,
    given_title,
    guessed_table,
    heading,
    is_bare_heading,
    locked,
    stands_out,
)
from knowledge.text import LONGEST_HEADING, DocumentText

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_WEIGHT = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}font-weight"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
#: Notes stand at the foot of a page, comments beside it, and what was deleted nowhere.
_UNREAD = {f"{_TEXT}note", f"{_OFFICE}annotation", f"{_TEXT}tracked-changes", f"{_TEXT}sequence-decls"}
#: Tables of what stands elsewhere.
_INDEXES = {f"{_TEXT}table-of-content", f"{_TEXT}alphabetical-index", f"{_TEXT}illustration-index"}
_MOST_COLUMNS = 16_384
_MOST_REPEATED = 100  # a cell or a row says so, and the empty rest of a sheet is one row repeated a million times
_MOST_NESTED = 8
_MOST_DIGITS = 8
_LONGEST_REPEATED = 200  # characters of a cell that stands in every row it spans
_BOX = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}text-box"
_LEAVES = {f"{_TEXT}h", f"{_TEXT}p", f"{_TEXT}list", f"{_TABLE}table"}


def convert(content: bytes, name: str) -> DocumentText:
    """Read an OpenDocument text or spreadsheet. Raises DocumentError for one that is locked or damaged."""
    package = Package(content)
    if "META-INF/manifest.xml" in package.names():
        manifest = package.xml("META-INF/manifest.xml")
        if next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None:
            raise locked()
    root = package.xml("content.xml")
    meta = package.xml("meta.xml") if "meta.xml" in package.names() else Element("none")
    title = given_title(next((found.text or "" for found in meta.iter(_TITLE)), ""))
    body = root.find(f"{_OFFICE}body")
    common = package.xml("styles.xml") if "styles.xml" in package.names() else Element("none")
    reader = _Reader(root, common)
    html = "".join(reader.blocks(part) for part in body) if body is not None else ""
    return html_document(html, name, title[:LONGEST_HEADING])


class _Reader:
    """What the styles say, and the body by it."""

    def __init__(self, root: Element, common: Element) -> None:
        self._noted: list[str] = []
        self._styles = {
            (style.get(f"{_STYLE}family", "paragraph"), style.get(f"{_STYLE}name")): style
            for part in (common, root)
            for style in part.iter(f"{_STYLE}style")
        }
        self._struck = {
            style.get(f"{_STYLE}name")
            for style in root.iter(f"{_STYLE}style")
            for properties in style.iter(f"{_STYLE}text-properties")
            if properties.get(f"{_STYLE}text-line-through-style", "none") != "none"
        }
        self._counted = {
            (style.get(f"{_STYLE}name"), level.get(f"{_TEXT}level"))
            for part in (common, root)
            for style in part.iter(f"{_TEXT}list-style")
            for level in style.iterfind(f"{_TEXT}list-level-style-number")
            if level.get(f"{_STYLE}num-format", "1")
        }

    def _chain(self, family: str, name: str | None) -> Iterator[Element]:
        """Yield a style, then those which that builds on."""
        for _ in range(_MOST_NESTED):
            if (style := self._styles.get((family, name))) is None:
                return
            yield style
            name = style.get(f"{_STYLE}parent-style-name")

    def _is_title(self, paragraph: Element) -> bool:
        name = paragraph.get(f"{_TEXT}style-name")
        return name == "Title" or any(style.get(f"{_STYLE}name") == "Title" for style in self._chain("paragraph", name))

    def blocks(self, parent: Element) -> str:
        """Return what is in `parent` as HTML; notes stand at the end of their section."""
        return self._blocks(parent, self._bare_headings(parent)) + self._end_notes()

    def _bare_headings(self, parent: Element) -> dict[Element, int]:
        """Return the level of each paragraph that is a heading only by being bold above text that is not."""
        found: dict[Element, int] = {}
        given = [part for part in parent if part.tag in _LEAVES and "".join(part.itertext()).strip()]
        bare = [self._is_bare(element) for element in given]
        above = 0
        for place, element in enumerate(given[:-1]):
            above = self._level(element) or above
            if bare[place] and not bare[place + 1] and not self._level(given[place + 1]):
                found[element] = bare_level(self.words(element), above, is_first=not place)
        return found

    def _is_bare(self, element: Element) -> bool:
        return (
            element.tag == f"{_TEXT}p"
            and is_bare_heading(self.words(element))
            and next(element.iter(f"{_TEXT}line-break"), None) is None
            and self._is_bold(element)
            and not self._level(element)
        )

    def _level(self, element: Element) -> int:
        """Return the level of a heading, 0 for anything else."""
        if element.tag == f"{_TEXT}h":
            level = element.get(f"{_TEXT}outline-level", "1")
            return int(level) if level.isdecimal() and len(level) < _MOST_DIGITS else 1
        return int(element.tag == f"{_TEXT}p" and self._is_title(element))

    def _is_bold(self, element: Element, outer: bool = False) -> bool:
        """Tell whether all words of a paragraph, or of all paragraphs of a cell, are bold."""
        family = "text" if element.tag == f"{_TEXT}span" else "paragraph"
        chain = self._chain(family, element.get(f"{_TEXT}style-name"))
        weights = (found.get(_WEIGHT) for style in chain for found in style.iterfind(f"{_STYLE}text-properties"))
        weight = next(filter(None, weights), None)
        bold = outer if weight is None else weight in ("bold", "600", "700", "800", "900")
        words = (element.text or "") + "".join(child.tail or "" for child in element)
        return (bold or not words.strip()) and all(
            self._is_bold(child, bold) for child in element if child.tag not in _UNREAD
        )

    def _blocks(self, parent: Element, bare: Mapping[Element, int] = MappingProxyType({})) -> str:
        made: list[str] = []
        for element in parent:
            level = self._level(element) or bare.get(element, 0)
            if level:
                made.append(self._end_notes())
            if element.tag in _LEAVES:
                for note in element.iter(f"{_TEXT}note-body"):
                    self._noted.append(f"<p>{escape(' '.join(self._cell(note).split()))}</p>")
            if level:
                made.append(heading(self.words(element), level))
                made += map(self._blocks, element.iter(_BOX))
            elif element.tag == f"{_TEXT}p":
                made.append(f"<p>{self.html(element)}</p>")
                made += map(self._blocks, element.iter(_BOX))
            elif element.tag == f"{_TEXT}list" and next(element.iter(f"{_TEXT}h"), None) is not None:
                made.append(self._blocks(element))  # headings are numbered as the items of a list
            elif element.tag == f"{_TEXT}list":
                lists = Lists()
                made += [lists.item(*item) for item in self._items(element, 0, None)]
                made.append(lists.end())
                made += map(self._blocks, element.iter(_BOX))
            elif element.tag == f"{_TABLE}table":
                made.append(self._table(element, is_sheet=parent.tag == f"{_OFFICE}spreadsheet"))
            elif element.tag not in _UNREAD | _INDEXES:
                made.append(self._blocks(element))
        return "".join(made)

    def _end_notes(self) -> str:
        made = "".join(self._noted)
        self._noted.clear()
        return made

    def html(self, element: Element) -> str:
        """Return the words of a paragraph with its line breaks, escaped."""
        return escape(self._text(element).strip()).replace("\n", "<br>")

    def words(self, element: Element) -> str:
        """Return the words of an element in one line."""
        return " ".join(self._text(element).split())

    def _text(self, element: Element) -> str:
        if element.tag in _UNREAD or element.tag == _BOX or element.get(f"{_TEXT}style-name") in self._struck:
            return ""
        if element.tag == f"{_TEXT}line-break":
            return "\n"
        if element.tag in (f"{_TEXT}s", f"{_TEXT}tab"):
            return " "
        pieces = [element.text or ""]
        for child in element:
            pieces += (self._text(child), child.tail or "")
        return "".join(pieces)

    def _cell(self, given: Element) -> str:
        return " ".join(filter(None, map(self.words, _paragraphs(given))))

    def _items(self, given: Element, depth: int, named: str | None) -> Iterator[tuple[str, int, str]]:
        """Yield (HTML, depth, kind) for the items of a list and of those in it; `named` is the style of the outer."""
        named = given.get(f"{_TEXT}style-name") or named or self._list_style(given)
        kind = "ol" if (named, str(depth + 1)) in self._counted else "ul"
        for item in given.iter() if depth >= _MOST_NESTED else given:
            words = [self.html(part) for part in item if part.tag in (f"{_TEXT}p", f"{_TEXT}h")]
            if text := "<br>".join(filter(None, words)):
                yield text, depth, kind
            if depth < _MOST_NESTED:
                for inner in item.findall(f"{_TEXT}list"):
                    yield from self._items(inner, depth + 1, named)

    def _list_style(self, given: Element) -> str | None:
        """Return the style of a list that the style of its first paragraph names."""
        first = given.find(f"{_TEXT}list-item/{_TEXT}p")
        chain = self._chain("paragraph", first.get(f"{_TEXT}style-name")) if first is not None else iter(())
        return next(filter(None, (style.get(f"{_STYLE}list-style-name") for style in chain)), None)

    def _is_hidden(self, sheet: Element) -> bool:
        shown = [
            properties.get(f"{_TABLE}display")
            for style in self._chain("table", sheet.get(f"{_TABLE}style-name"))
            for properties in style.iter(f"{_STYLE}table-properties")
        ]
        return "false" in shown[:1]

    def _table(self, given: Element, *, is_sheet: bool = False) -> str:
        rows: list[list[str]] = []
        bold: list[list[bool]] = []
        spanning: dict[int, tuple[int, str]] = {}  # column → rows left, and the words of the cell
        hidden = _hidden_columns(given) if is_sheet else frozenset()
        if is_sheet and self._is_hidden(given):
            return ""
        for row in _rows(given, hidden=not is_sheet):
            cells: list[str] = []
            weights: list[bool] = []
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                left, above = spanning.pop(len(cells), (0, ""))
                covered = cell.tag == f"{_TABLE}covered-table-cell"
                words = (above or SPANNED) if covered else self._cell(cell)
                weights += [self._is_bold(cell)] if words.strip() and not is_sheet else []
                left = left if covered else _number(cell, "number-rows-spanned")
                if left > 1 and len(words) <= _LONGEST_REPEATED:
                    spanning[len(cells)] = left - 1, words
                cells += [words] * _repeated(cell, "number-columns-repeated", words)
            cells = [words for column, words in enumerate(cells) if column not in hidden] if hidden else cells
            while cells and not cells[-1]:
                cells.pop()
            if not any(map(str.strip, cells)):
                cells.clear()
            bold += [weights] if cells else []
            rows += [cells] * _repeated(row, "number-rows-repeated", "".join(cells))
        if is_sheet:
            made = sheet(rows)
            return heading(given.get(f"{_TABLE}name", ""), 2) + made if made else ""
        rows = [row for row in rows if row]
        return guessed_table(rows, marked=stands_out(bold)) if rows else ""


def _repeated(element: Element, name: str, words: str) -> int:
    return min(_number(element, name), _MOST_REPEATED) if words else 1


def _number(element: Element, name: str) -> int:
    number = element.get(f"{_TABLE}{name}", "1")
    return int(number) if number.isdecimal() and len(number) < _MOST_DIGITS else 1


def _rows(parent: Element, *, hidden: bool) -> Iterator[Element]:
    """Yield the rows of a table, without those of tables inside its cells and, unless `hidden`, those it hides.

    What is folded up, or left out by a filter, is there to be shown.
    """
    for child in parent:
        if child.tag == f"{_TABLE}table-row":
            if hidden or child.get(f"{_TABLE}visibility") != "collapse":
                yield child
        elif child.tag != f"{_TABLE}table":
            yield from _rows(child, hidden=hidden or child.tag == f"{_TABLE}table-row-group")


def _hidden_columns(given: Element) -> frozenset[int]:
    """Return the columns of a sheet that it hides, from 0; what is folded up is there to be shown."""
    found: set[int] = set()
    folded = {column for group in given.iter(f"{_TABLE}table-column-group") for column in group.iter()}
    place = 0
    for column in given.iter(f"{_TABLE}table-column"):
        count = min(_number(column, "number-columns-repeated"), _MOST_COLUMNS)
        if column.get(f"{_TABLE}visibility") == "collapse" and column not in folded:
            found |= set(range(place, min(place + count, _MOST_COLUMNS)))
        place += count
    return frozenset(found)


def _paragraphs(parent: Element) -> Iterator[Element]:
    """Yield the paragraphs of a cell or a note, without those of notes to it."""
    for child in parent:
        if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
            yield child
        if child.tag not in _UNREAD:
            yield from _paragraphs(child)
