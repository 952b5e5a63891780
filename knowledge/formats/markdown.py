"""Markdown to plain text, by way of HTML: CommonMark with what its dialects add."""

from __future__ import annotations

import re

from knowledge.formats import dialects
from knowledge.formats.decode import decode
from knowledge.formats.html import html_document
from knowledge.text import LONGEST_HEADING, DocumentText

#: What ends front matter, by what begins it, and what stands between a name and its value: YAML, and Hugo's TOML.
_KINDS = {"---": (re.compile(r"(?:---|\.\.\.)[ \t]*"), ":"), "+++": (re.compile(r"\+\+\+[ \t]*"), "=")}


def convert(content: bytes, name: str) -> DocumentText:
    """Read a Markdown document. Raises DocumentError for binary content."""
    return markdown_document(decode(content), name)


def markdown_document(text: str, name: str) -> DocumentText:
    """Turn Markdown into plain text; front matter is skipped, except for its title."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    title, text = front_matter(text)
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin).use(deflist_plugin)
    dialects.extend(reader)
    return html_document(reader.render(dialects.common(text)), name, title)


def front_matter(text: str) -> tuple[str, str]:
    """Return the title in the front matter (between lines of dashes, or of pluses), or "", and the text after it."""
    end = text.find("\n") + 1
    if not end or text[:3] not in _KINDS or text[3:end].strip(" \t\n"):
        return "", text
    closing, sign = _KINDS[text[:3]]
    title = ""
    while end < len(text):
        start, end = end, (text.find("\n", end) + 1 or len(text))
        line = text[start:end].rstrip("\n")
        if closing.fullmatch(line):
            return title, text[end:]
        key, found, value = line.partition(sign)
        if found and key.rstrip(" \t") == "title" and not title:
            title = value.strip(" \t").strip("\"'")[:LONGEST_HEADING]
    return "", text
