"""Books (.epub, EPUB 3.3): the chapters in the order they are read, each a page of XHTML."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from knowledge.formats.decode import decode
from knowledge.formats.html import html_document
from knowledge.formats.markup import Package, damaged, locked
from knowledge.text import LONGEST_HEADING, DocumentText, joined

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_CIPHER = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"
_OPF = "{http://www.idpf.org/2007/opf}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_PAGES = {"application/xhtml+xml", "text/html"}
#: XML closes any element like this; to a reader of HTML it would be open to the end.
_CLOSED = re.compile(r"<(title|script|style|a|p|div|span|i|b|em|strong|td|th|li|section|iframe|textarea)(\s[^<>]*)?/>")


def convert(content: bytes, name: str) -> DocumentText:
    """Read a book. Raises DocumentError for one that is damaged or locked."""
    package = Package(content)
    found = package.xml("META-INF/container.xml").find(f".//{_CONTAINER}")
    if found is None:
        raise damaged()
    opf = found.get("full-path", "")
    book = package.xml(opf)
    title = " ".join((book.findtext(f".//{_TITLE}") or "").split())[:LONGEST_HEADING]
    items = {item.get("id"): item for item in book.iter(f"{_OPF}item")}
    names, encrypted = set(package.names()), _encrypted(package)
    chapters, missing = [], 0
    for reference in book.iter(f"{_OPF}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in item.get("properties", "").split():
            continue
        part = normpath(join(dirname(opf), unquote(item.get("href", ""))))
        if part in encrypted:
            raise locked()
        if part not in names:
            missing += 1
            continue
        text = _CLOSED.sub(r"<\1\2></\1>", decode(package.read(part), html=True))
        chapters.append(html_document(text, title or name, title or name))
    if missing and not chapters:
        raise damaged()
    return joined(chapters, title or name)


def _encrypted(package: Package) -> set[str]:
    """Return the parts that cannot be read without the key of a shop."""
    if "META-INF/encryption.xml" not in package.names():
        return set()
    return {unquote(found.get("URI", "")) for found in package.xml("META-INF/encryption.xml").iter(_CIPHER)}
