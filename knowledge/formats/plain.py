"""Plain text as it stands: paragraphs between empty lines, list items, headings, and rows of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from knowledge.formats import html
from knowledge.formats.decode import decode
from knowledge.formats.spaced import with_rows
from knowledge.text import LONGEST_HEADING, DocumentText, Section

_PAGE = re.compile(r"[\ufeff\s]*<(?:!doctype html|html)\b[^<]*>", re.IGNORECASE)
#: How an item begins: its sign or number.
ITEM = re.compile(r"^[ \t]*([-*•]|\d{1,3}[.)])[ \t]+(?=\S)", re.MULTILINE)
#: Lines that begin with numbers which count, without a sign behind them.
_COUNTED = re.compile(r"(?:^[ \t]*\d{1,2}[ \t]+[^\s\d][^\n]*(?:\n|\Z)){4,}", re.MULTILINE)
_COUNT = re.compile(r"^([ \t]*(\d{1,2}))(?=[ \t])", re.MULTILINE)
_LEAST_WORDS = 4  # of a step, on average; fewer, and the numbers say how many there are of something
_UNDERLINED = re.compile(r"([^\n]{1,100})\n[ \t]*(=|-){3}\2*[ \t]*")
#: A line in capitals right above its text: words behind it in brackets may be small.
_CAPITALS = re.compile(r"[ \t]*([^\n]{3,100}?)(?:[ \t]*\([^()\n]*\))?[ \t]*:?[ \t]*\n(?=[ \t]*\S)")
_LEAST_CAPITALS = 3


def convert(content: bytes, name: str) -> DocumentText:
    """Read a plain text, or a page that is named as one. Raises DocumentError for binary content."""
    text = decode(content)
    if _PAGE.match(text):
        return html.convert(content, name)
    return plain_document(text if text.strip("\ufeff \t\n") else "", name)


def plain_document(text: str, name: str, *, titled: bool = True) -> DocumentText:
    """Take plain text as it stands: paragraphs between empty lines, list items, and headings.

    A short first line that stands alone and does not end like a sentence is the title, if it is `titled`. Headings are
    underlined, or lines in capitals right above their text; where there are some, a line in capitals that stands alone
    is one too, of the rank of the one before it. Only tables with columns of spaces, whose rows name them, and the
    numbers of steps change.
    """
    text = _COUNTED.sub(_with_dots, with_rows(text))
    title, first = name, titled
    levels: list[tuple[str, str]] = []
    sections: list[tuple[tuple[str, ...], list[tuple[int, int]]]] = [((), [])]
    lines = [(0, 0)]  # where the heading of each section stands
    for began, end in _paragraphs(text):
        start = began
        underlined = _UNDERLINED.match(text, start, end)
        line = text[start:end].strip() if end - start <= LONGEST_HEADING else ""
        alone = bool(line) and "\n" not in line and line[-1] not in ".!?:,;"
        capitals = None if underlined else _capitals(text, start, end)
        if first and (alone or underlined or capitals):
            title = (underlined[1] if underlined else capitals[0] if capitals else line).strip(" \t\n:")
            start = underlined.end() if underlined else capitals.end() if capitals else end
        elif underlined:
            above = [level for level in levels if level[0] == "=" and underlined[2] == "-"]
            levels = [*above, (underlined[2], underlined[1].strip())]
            sections.append((tuple(heading for _, heading in levels), []))
            lines.append(underlined.span(1))
            start = underlined.end()
        elif capitals or (levels and alone and line.isupper() and any(map(str.isalpha, line)) and not ITEM.match(line)):
            words, stop = (capitals[0].strip(" \t\n:"), capitals.end()) if capitals else (line, end)
            levels = [*levels[:-1], (levels[-1][0] if levels else "", words)]
            sections.append((tuple(heading for _, heading in levels), []))
            lines.append((start, stop))
            start = stop
        first = False
        cuts = [start, *(item.start() for item in ITEM.finditer(text, start, end) if item.start() > start), end]
        sections[-1][1].extend((a, b) for a, b in pairwise(cuts) if text[a:b].strip())
    for (headings, blocks), (below, _), heading in zip(sections, [*sections[1:], ((), [])], lines, strict=True):
        if headings and not blocks and below[: len(headings)] != headings:
            blocks.append(heading)  # nothing stands under it: then it is what there is to read
    if not any(blocks for _, blocks in sections) and text.strip():
        sections = [((), [(0, len(text))])]
    return DocumentText(title, text, tuple(Section(headings, tuple(blocks)) for headings, blocks in sections if blocks))


def _with_dots(lines: re.Match[str]) -> str:
    """Return lines with a dot behind the numbers they begin with, if these count from one and words follow them."""
    numbers = [int(each[2]) for each in _COUNT.finditer(lines[0])]
    is_counted = numbers == list(range(1, len(numbers) + 1))
    is_long = len(lines[0].split()) >= (_LEAST_WORDS + 1) * len(numbers)
    return _COUNT.sub(r"\1.", lines[0]) if is_counted and is_long else lines[0]


def _capitals(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the heading in capitals that a paragraph begins with, if small letters follow it."""
    found = _CAPITALS.match(text, start, end)
    if found is None or ITEM.match(text, start, end) or not found[1].isupper() or found[1].rstrip()[-1] in ".!?,;":
        return None
    below = text[found.end() : end]
    return found if sum(map(str.isalpha, found[1])) >= _LEAST_CAPITALS and not below.isupper() else None


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the character range of each run of lines that have something on them."""
    began = ended = -1
    position = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            began, ended = (position if began < 0 else began), position + len(line)
        elif began >= 0:
            yield began, ended
            began = -1
        position += len(line) + 1
    if began >= 0:
        yield began, ended
