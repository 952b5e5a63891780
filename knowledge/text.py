"""A document as plain text: what every converter makes, and all that the rest of this room sees of a document."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from unicodedata import combining

from engines.errors import ReparteeError

#: What is marked as a heading but longer than this is text, characters.
LONGEST_HEADING = 150
#: A letter carries at most this many combining marks (the Stream-Safe Text Format of UAX #15): to put more of them into
#: canonical order takes the square of their number, wherever the text is normalised later.
MOST_MARKS = 30


class DocumentError(ReparteeError):
    """A document that cannot be used; the sentence names it."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading: the headings that lead to it, and the character range of each of its blocks."""

    headings: tuple[str, ...]
    blocks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class DocumentText:
    """A document as plain text. Offsets everywhere in this room count the characters of `text`.

    `pages` is (offset where a page begins, its number), in order; empty for documents without pages.
    """

    title: str
    text: str
    sections: tuple[Section, ...]
    pages: tuple[tuple[int, int], ...] = field(default=(), kw_only=True)

    def pages_of(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return the pages of `text[start:end]`, as (offset into that slice, number); nothing without pages."""
        first = max(bisect_right(self.pages, start, key=lambda page: page[0]) - 1, 0)
        return tuple((max(offset - start, 0), number) for offset, number in self.pages[first:] if offset < end)


def joined(documents: Iterable[DocumentText], title: str) -> DocumentText:
    """Return documents as one, in order, under `title`."""
    texts: list[str] = []
    sections: list[Section] = []
    pages: list[tuple[int, int]] = []
    length = 0
    for document in documents:
        if length and document.text:
            texts.append("\n\n")
            length += 2
        sections += [
            Section(section.headings, tuple((start + length, end + length) for start, end in section.blocks))
            for section in document.sections
        ]
        pages += [(start + length, number) for start, number in document.pages]
        texts.append(document.text)
        length += len(document.text)
    return DocumentText(title, "".join(texts), tuple(sections), pages=tuple(pages))


def stream_safe(text: str) -> str:
    """Return `text` without the combining marks beyond the thirtieth of each letter."""
    return text if text.isascii() else _surplus_marks().sub(r"\1", text)


@cache
def _surplus_marks() -> re.Pattern[str]:
    marks = [code for code in range(0x300, 0x1F000) if combining(chr(code))]  # there are none elsewhere
    runs: list[list[int]] = []
    for code in marks:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    kind = "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)
    return re.compile(f"([{kind}]{{{MOST_MARKS}}})[{kind}]+")
