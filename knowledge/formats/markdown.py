"""Markdown (CommonMark with tables) to plain text, by way of HTML."""

from __future__ import annotations

import re

from knowledge.formats.decode import decode
from knowledge.formats.html import html_document
from knowledge.text import LONGEST_HEADING, DocumentText

_FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*")


def convert(content: bytes, name: str) -> DocumentText:
    """Read a Markdown document. Raises DocumentError for binary content."""
    return markdown_document(decode(content), name)


def markdown_document(text: str, name: str) -> DocumentText:
    """Turn Markdown into plain text; front matter is skipped, except for its title."""
    from markdown_it import MarkdownIt

    title, text = front_matter(text)
    return html_document(MarkdownIt("commonmark").enable("table").render(text), name, title)


def front_matter(text: str) -> tuple[str, str]:
    """Return the title in the front matter (YAML between lines of dashes), or "", and the text after it."""
    if not text.startswith("---"):
        return "", text
    end = text.find("\n") + 1
    if not end or text[3:end].strip(" \t\n"):
        return "", text
    title = ""
    while end < len(text):
        start, end = end, (text.find("\n", end) + 1 or len(text))
        line = text[start:end].rstrip("\n")
        if _FENCE.fullmatch(line):
            return title, text[end:]
        key, colon, value = line.partition(":")
        if colon and key.rstrip(" \t") == "title" and not title:
            title = value.strip(" \t").strip("\"'")[:LONGEST_HEADING]
    return "", text
