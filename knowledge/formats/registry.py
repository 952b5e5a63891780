"""Which converter reads which kind of document, and the one way to call it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from knowledge.text import DocumentError, DocumentText

#: Suffix in lower case → the module of this folder that reads such documents. It has a function
#: `convert(content: bytes, name: str) -> DocumentText`, where `name` is the title of a document that has none. What
#: it raises as DocumentError completes a sentence that begins with the document's path: "holds binary data; …".
CONVERTERS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".text": "plain",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".odt": "odt",
    ".ods": "odt",
    ".epub": "epub",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".eml": "eml",
}

#: Module → the number of its way to read. Raise it when the module reads a document otherwise than before: the next
#: `add`, or a watch that looks, then reads such documents anew, although they are the same. What several modules share
#: (`html`, `markup`, …) counts for all of them: raise `knowledge.ingest.SPLITTING` for that.
VERSIONS = (
    dict.fromkeys(CONVERTERS.values(), 1)
    | dict.fromkeys(["docx", "html"], 2)
    | dict.fromkeys(["eml", "pdf", "plain"], 3)
)


def version(suffix: str) -> int:
    """Return the number of the way in which documents with this `suffix` are read."""
    return VERSIONS[CONVERTERS[suffix.lower()]]


def convert(content: bytes, suffix: str, name: str) -> DocumentText:
    """Turn the content of a document into plain text, by its `suffix`.

    Raises DocumentError, whose sentence lacks the document's path, for what cannot be read or has no text in it. Any
    other exception is a fault of the converter: call this in a process of its own (`knowledge.formats.process`).
    """
    converter: Callable[[bytes, str], DocumentText] = import_module(
        f"knowledge.formats.{CONVERTERS[suffix.lower()]}"
    ).convert
    document = converter(content, name)
    if not any(section.blocks for section in document.sections):
        raise DocumentError("has no text in it; expected a document with at least one sentence.")
    return document
