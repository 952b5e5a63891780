"""HTML for converters whose formats have paragraphs, headings, lists and tables too: one reader for all of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from pathlib import PurePosixPath
from typing import NoReturn, TypeVar
from xml.etree import ElementTree

from knowledge.formats.html import PAGE
from knowledge.text import DocumentError

T = TypeVar("T")

#: How a compound file begins ([MS-CFB], 2.2): an Office document with a password, or one of before 2007.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Unpacked, the parts of a document that are read may have so many bytes in all.
MOST_UNPACKED = 256 * 2**20
_LONGEST_BARE = 100  # characters of a heading that is nothing but bold
_LONGEST_NAME = 60  # characters of the name of a column or a row
#: How an amount begins.
AMOUNT = re.compile(r"(?:[<>≤≥~≈+−±-]\s*)?[£$€¥]?\s*\d")
_CURRENCIES = frozenset("£$€¥")
_YEAR = r"(?:19|20)\d\d"
_PERIOD = re.compile(
    rf"(?:Q[1-4] )?{_YEAR}(?:\s?[/–-]\s?(?:{_YEAR}|\d\d))?(?:-\d\d| Q[1-4])?"
    rf"|\d\d?[./-](?:\d\d?[./-](?:{_YEAR}|\d\d)|{_YEAR})"
)
#: Titles that programs give: by their own names, and by the name of a file.
_NO_TITLE = re.compile(
    r"(?:new )?(?:(?:microsoft )?(?:word|office|excel|powerpoint) )?"
    r"(?:document|untitled|unnamed|presentation|workbook|book|spreadsheet|(?:no )?title)[ -]*\d*"
    r"|microsoft (?:word|excel|powerpoint)(?: - .*)?"
    r"|\S.*\.(?:docx?|docm|dotx?|odt|ott|rtf|txt|pdf|pptx?|odp|xlsx?|xlsm|ods|csv|html?|wpd|pages|tmp)",
    re.IGNORECASE,
)
#: What stands in a column that the cell to the left of it reaches into: white space, so it is empty to everybody else.
SPANNED = "\x1f"


def paragraph(text: str) -> str:
    """Return a paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def heading(text: str, level: int) -> str:
    """Return a heading of `level` 1 to 6; deeper ones are of level 6."""
    level = min(max(level, 1), 6)
    return f"<h{level}>{escape(text)}</h{level}>"


def table(rows: Iterable[Sequence[str]], *, head: int = True) -> str:
    """Return a table of plain texts, of which the first `head` rows name the columns."""
    lines = []
    for number, row in enumerate(rows):
        kind = "th" if number < head else "td"
        lines.append("<tr>" + "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in row) + "</tr>")
    return f"<table>{''.join(lines)}</table>"


def page(number: int) -> str:
    """Return what begins the page of this number."""
    return f'<div {PAGE}="{number}"></div>'


def guessed_table(rows: Sequence[Sequence[str]], *, marked: bool | None = None) -> str:
    """Return a table of plain texts, of which the format does not say for certain whether it has a head.

    `marked` is what it looks like: True with a first row that stands out, False with one that does not where it would,
    None where nothing can be told. Without a head, two columns are labels and what they are for.
    """
    if _has_two_heads(rows):
        return table([_filled(rows[0]), *rows[1:]], head=2)
    if has_head(rows, marked=marked):
        return table(rows)
    if len(rows) > 1 and all(len(row) == 2 and is_name(row[0].strip()) and row[1].strip() for row in rows):
        rows = [[f"{label.strip().removesuffix(':')}: {value}"] for label, value in rows]
    return table(rows, head=False)


def stands_out(bold: Sequence[Sequence[bool]]) -> bool | None:
    """Return what `marked` is for a table, given for each row which of its cells with words are bold."""
    if not bold or not any(bold[0]) or all(map(all, bold)):
        return None
    return all(bold[0]) and not all(map(all, bold[1:]))  # else what is bold is the label of a row


def has_head(rows: Sequence[Sequence[str]], *, marked: bool | None = None) -> bool:
    """Tell whether the first row of a table looks like names of columns: words everywhere, over something that differs.

    A format that does not mark a head leaves this to be guessed, and a row too few is a smaller loss than wrong names.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return False
    first = [cell.strip() for cell in rows[0]]
    named = [cell for cell in first if cell]
    if marked:
        return len(named) > 1
    if len(named) < len(first) - 1 or len(set(named)) < len(named):
        return False
    periods = _periods(rows)
    return all(is_name(cell) or cell in periods for cell in named) and not _is_pair(rows, marked=marked)


def _periods(rows: Sequence[Sequence[str]]) -> set[str]:
    """Return the cells of the first row that are years, periods or dates and name columns of something else.

    One alone might as well be the value of a label.
    """
    found = {
        cell.strip()
        for place, cell in enumerate(rows[0])
        if _PERIOD.fullmatch(cell.strip())
        and not all(_PERIOD.fullmatch(row[place].strip()) for row in rows[1:] if place < len(row))
    }
    return found if len(found) > 1 else set()


def _has_two_heads(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row of a table names groups of columns, and the second the columns, all over amounts."""
    if len(rows) < 3 or SPANNED not in rows[0]:
        return False
    names = list(zip(_filled(rows[0]), (cell.strip() for cell in rows[1]), strict=False))
    spanned = {place for place, cell in enumerate(rows[0]) if SPANNED in (cell, *rows[0][place + 1 : place + 2])}
    return (
        len(names) == len(rows[1])
        and len(set(names)) == len(names)
        and all(names[place][1] for place in spanned if place < len(names))
        and all(is_name(cell) or _PERIOD.fullmatch(cell) for pair in names for cell in pair if cell)
        and any(AMOUNT.match(row[place].strip()) for row in rows[2:] for place in spanned if place < len(row))
    )


def _filled(row: Sequence[str]) -> list[str]:
    """Return a row with the words of every cell in all columns it reaches into."""
    made: list[str] = []
    for cell in row:
        made.append(made[-1] if cell == SPANNED and made else cell.strip())
    return made


def is_name(cell: str) -> bool:
    """Tell whether a cell looks like the name of something: a few words that are no sentence and no number."""
    return 0 < len(cell) <= _LONGEST_NAME and not _is_number(cell) and cell[-1] not in ".!?"


def _is_pair(rows: Sequence[Sequence[str]], *, marked: bool | None) -> bool:
    """Tell whether the first row of a table of two columns is a label and its value, like the rows below it."""
    if max(map(len, rows)) != 2:
        return False
    below = [row[1].strip() for row in rows[1:] if len(row) == 2 and row[1].strip()]
    amounts = list(filter(AMOUNT.match, below))
    first = rows[0][1].strip()
    if AMOUNT.match(first):
        is_price = all(map(_CURRENCIES.intersection, amounts)) and not _CURRENCIES & set(first)
        return 2 * len(amounts) >= len(below) > 0 and not is_price  # "1 day" over "£5" names a column
    return marked is False and len(amounts) < len(below)


def _is_number(cell: str) -> bool:
    digits = sum(char.isdigit() for char in cell)
    return 2 * digits > len(cell)


def given_title(words: str) -> str:
    """Return the title among the properties of a document, "" for one that nobody would say."""
    title = " ".join(words.split())
    return "" if _NO_TITLE.fullmatch(title) else title


def is_bare_heading(words: str) -> bool:
    """Tell whether the words of a paragraph that is bold throughout can be a heading: few, and no sentence."""
    return len(words) <= _LONGEST_BARE and words[-1:] not in (*".!?,;", "") and any(map(str.isalpha, words))


def bare_level(words: str, above: int, *, is_first: bool) -> int:
    """Return the level of such a heading, below the last one that is marked, of level `above` (0: there is none).

    The first paragraph of a document without any is what it is called, unless it counts.
    """
    if above:
        return above + 1
    return 1 if is_first and not words[0].isdigit() else 2


class Lists:
    """Opens and closes the lists that items make up, in formats in which an item only says how deep it is."""

    def __init__(self) -> None:
        self._open: list[str] = []

    def item(self, html: str, depth: int, kind: str) -> str:
        """Return an item at `depth` (0 the outermost) of an `ol` or `ul`, behind what has to be closed and opened."""
        made = ""
        while len(self._open) > depth + 1 or (len(self._open) == depth + 1 and self._open[-1] != kind):
            made += f"</li></{self._open.pop()}>"
        if len(self._open) == depth + 1:
            return f"{made}</li><li>{html}"
        while len(self._open) < depth + 1:
            made += f"<{kind}><li>"
            self._open.append(kind)
        return made + html

    def end(self) -> str:
        """Return what closes every list."""
        made = "".join(f"</li></{kind}>" for kind in reversed(self._open))
        self._open.clear()
        return made


class Package:
    """A document that is a ZIP archive of parts: what OpenDocument, EPUB and Office Open XML have in common."""

    def __init__(self, content: bytes) -> None:
        """Raises DocumentError, whose sentence lacks the document's path, for what is no such archive."""
        try:
            self._archive = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise damaged() from error
        self._left = MOST_UNPACKED

    def names(self) -> list[str]:
        """The names of its parts."""
        return self._archive.namelist()

    def read(self, name: str) -> bytes:
        """Return a part. Raises DocumentError where it is missing, locked, damaged or too large."""
        try:
            with self._archive.open(name) as part:
                content = part.read(self._left + 1)
        except KeyError as error:
            raise damaged() from error
        except RuntimeError as error:  # a password is needed
            raise locked() from error
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
            raise damaged() from error
        self._left -= len(content)
        if self._left < 0:
            raise DocumentError(f"unpacks to more than {MOST_UNPACKED >> 20} MB; split it.")
        return content

    def xml(self, name: str) -> ElementTree.Element:
        """Return a part that is XML. Raises DocumentError like `read`."""
        try:
            # In a process of bounded time and memory; and expat itself refuses entities that grow.
            return ElementTree.fromstring(self.read(name))  # noqa: S314
        except ElementTree.ParseError as error:
            raise damaged() from error

    def related(self, part: str, kind: str, default: T = "") -> str | T:  # type: ignore[assignment]
        """Return the name of the part that `part` ("" for the whole package) refers to as `kind` (ECMA-376, part 2).

        Where there is none: `default`; without one, raises DocumentError.
        """
        for _, target, found in self.relations(part):
            if found.endswith(f"/{kind}"):
                return target
        if default == "":
            raise damaged()
        return default

    def relations(self, part: str) -> list[tuple[str, str, str]]:
        """Return what `part` refers to inside the package: (id, name of the part, type)."""
        path = PurePosixPath("/", part)
        folder = path.parent if part else PurePosixPath("/")
        name = str(folder / "_rels" / f"{path.name if part else ''}.rels").lstrip("/")
        if name not in self.names():
            return []
        return [
            (relation.get("Id") or "", _joined(folder, relation.get("Target") or ""), relation.get("Type") or "")
            for relation in self.xml(name).iter(_RELATION)
            if relation.get("TargetMode") != "External"
        ]

    def title(self) -> str:
        """Return the title among the properties of an Office document, "" for none."""
        name = self.related("", "core-properties", None)
        found = self.xml(name).find("{http://purl.org/dc/elements/1.1/}title") if name else None
        return given_title(found.text or "") if found is not None else ""


def _joined(folder: PurePosixPath, target: str) -> str:
    """Return the name of a part that is named from a folder of the package."""
    parts: list[str] = []
    for step in (folder / target).parts[1:]:
        if step == "..":
            parts = parts[:-1]
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def compound(content: bytes, suffix: str) -> DocumentError:
    """Return what to raise for a compound file in the place of a document that ends in `suffix`."""
    locks = "EncryptedPackage".encode("utf-16-le") in content
    return locked() if locks else DocumentError(f"is a document of an old format; save it as {suffix} first.")


def damaged() -> DocumentError:
    """Return what to raise for a document that is not what its name says."""
    return DocumentError("is damaged, or not what its name says; save it again.")


def locked() -> DocumentError:
    """Return what to raise for a document that wants a password."""
    return DocumentError("is protected by a password; save it without one.")


def missing(kind: str, package: str, error: ImportError) -> NoReturn:
    """Raise DocumentError for a format whose library is not installed."""
    raise DocumentError(
        f"is {kind}, which needs {package} to be read; install it with: pip install 'repartee[documents]'."
    ) from error
