"""Documents on disk: find them, decode them, and turn Markdown, HTML and plain text into sections of plain text."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from engines.errors import ReparteeError

#: Suffixes of the documents that can be read, in lower case.
SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
#: Documents larger than this are refused unless configured otherwise, bytes.
MAX_BYTES = 64 * 2**20

#: What is marked as a heading but longer than this is text, characters.
LONGEST_HEADING = 150

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


class DocumentError(ReparteeError):
    """A document that cannot be used; the sentence names it."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading: the headings that lead to it, and the character range of each of its blocks."""

    headings: tuple[str, ...]
    blocks: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class DocumentText:
    """A document as plain text. Offsets everywhere in this room count the characters of ``text``."""

    title: str
    text: str
    sections: tuple[Section, ...]


def find(path: Path, unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield ``path`` itself if it is not a folder, else the documents below it, in order.

    Hidden files and folders are skipped, and a folder that was already visited (a loop of symbolic links) is not
    entered again. A folder that cannot be read is told to ``unreadable``, and the others are read.
    """
    if not path.is_dir():
        yield path
        return
    visited: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(path, onerror=unreadable, followlinks=True):
        try:
            status = Path(folder).stat()
        except OSError as error:  # it went away meanwhile
            unreadable(error)
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in visited:
            folders.clear()
            continue
        visited.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)


def load(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the content of a document. Raises DocumentError for what is not a readable document of this size."""
    if path.suffix.lower() not in SUFFIXES:
        raise DocumentError(f"{path} is not a document that can be read; expected {', '.join(sorted(SUFFIXES))}.")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise DocumentError(f"{path} is not a file; give a document or a folder of documents.")
        if status.st_size > max_bytes:
            raise DocumentError(
                f"{path} has {status.st_size / 2**20:.3g} MB and the limit is {max_bytes / 2**20:.3g} MB; split it."
            )
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error


def parse(content: bytes, path: Path) -> DocumentText:
    """Turn the content of the document at ``path`` into plain text, by its suffix.

    Raises DocumentError if it is binary or has no text in it.
    """
    kind = SUFFIXES[path.suffix.lower()]
    text = decode(content, path, html=kind == "html").replace("\r\n", "\n").replace("\r", "\n")
    name = path.stem.replace("_", " ").replace("-", " ")
    if kind == "text":
        document = plain_document(text, name)
    else:
        from knowledge.formats import markup

        document = markup.markdown_document(text, name) if kind == "markdown" else markup.html_document(text, name)
    if not any(section.blocks for section in document.sections):
        raise DocumentError(f"{path} has no text in it; expected a document with at least one sentence.")
    return document


def decode(content: bytes, path: Path, *, html: bool = False) -> str:
    """Return the text of ``content``: by its byte order mark, as UTF-8, as an HTML page declares, or as Windows-1252.

    Raises DocumentError for binary content.
    """
    encoding = next((encoding for mark, encoding in _BOMS if content.startswith(mark)), None)
    binary = DocumentError(f"{path} holds binary data, not text; convert it to .txt, .md or .html first.")
    if encoding is None and b"\0" in content:
        raise binary
    declared = _META_CHARSET.search(content, 0, 2048) if html else None
    candidates = [encoding] if encoding else ["utf-8", *([declared[1].decode("ascii")] if declared else []), "cp1252"]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        # Bytes that Windows-1252 leaves undefined, or a damaged file with a byte order mark.
        text = content.decode(encoding or "cp1252", errors="replace")
    if len(_CONTROL.findall(text)) + text.count("\ufffd") > len(text) // 50:
        raise binary
    return text


_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_ITEM = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+\S", re.MULTILINE)
_UNDERLINED = re.compile(r"([^\n]{1,100})\n[ \t]*(=|-){3}\2*[ \t]*")


def plain_document(text: str, name: str) -> DocumentText:
    """Take plain text as it stands: paragraphs between empty lines, list items, and underlined headings.

    A short first line that stands alone and does not end like a sentence is the title.
    """
    title, first = name, True
    levels: list[tuple[str, str]] = []
    sections: list[tuple[tuple[str, ...], list[tuple[int, int]]]] = [((), [])]
    for match in _PARAGRAPH.finditer(text):
        start, end = match.span()
        underlined = _UNDERLINED.match(text, start, end)
        alone = "\n" not in match[0] and len(match[0]) <= LONGEST_HEADING and match[0].rstrip()[-1] not in ".!?:,;"
        if first and (alone or underlined):
            title = (underlined[1] if underlined else match[0]).strip()
            start = underlined.end() if underlined else end
        elif underlined:
            above = [level for level in levels if level[0] == "=" and underlined[2] == "-"]
            levels = [*above, (underlined[2], underlined[1].strip())]
            sections.append((tuple(heading for _, heading in levels), []))
            start = underlined.end()
        first = False
        cuts = [start, *(item.start() for item in _ITEM.finditer(text, start, end) if item.start() > start), end]
        sections[-1][1].extend((a, b) for a, b in pairwise(cuts) if text[a:b].strip())
    if not any(blocks for _, blocks in sections) and text.strip():
        sections = [((), [(0, len(text))])]
    return DocumentText(title, text, tuple(Section(headings, tuple(blocks)) for headings, blocks in sections if blocks))
