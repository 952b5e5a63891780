"""Books (EPUB)."""

import io
import zipfile

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentError
from tests.knowledge.formats.office_files import blocks, headings


def test_a_book_is_its_chapters_in_their_order():
    opf = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:title>The Ferry</dc:title></metadata><manifest>
    <item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="b" href="text/two.xhtml" media-type="application/xhtml+xml"/>
    <item id="a" href="text/one%20a.xhtml" media-type="application/xhtml+xml"/></manifest>
    <spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><a id="x"/>{}</body></html>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("META-INF/container.xml", '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
                      '<rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>')  # fmt: skip
        book.writestr("OPS/book.opf", opf)
        book.writestr("OPS/nav.xhtml", page.format("<h2>Contents</h2><p>One, two.</p>"))
        book.writestr("OPS/text/one a.xhtml", page.format("<h2>One</h2><p>It crosses at nine.</p>"))
        book.writestr("OPS/text/two.xhtml", page.format("<h2>Two</h2><p>It returns at ten.</p>"))
    document = convert(file.getvalue(), ".epub", "name")
    assert document.title == "The Ferry"
    assert document.text == "One\n\nIt crosses at nine.\n\nTwo\n\nIt returns at ten."
    assert headings(document, "returns") == ("Two",)


def book_of(*chapters: str, **parts: str) -> bytes:
    items = "".join(f'<item id="{n}" href="{n}" media-type="text/html"/>' for n in chapters)
    order = "".join(f'<itemref idref="{n}"/>' for n in chapters)
    opf = f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest><spine>{order}</spine></package>'
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf"/></rootfiles></container>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in {"META-INF/container.xml": container, "book.opf": opf, **parts}.items():
            made.writestr(name, content)
    return file.getvalue()


def test_a_book_with_a_chapter_missing_is_read_without_it_and_one_with_none_is_damaged():
    one = {"a.html": "<p>The lamp is green.</p>"}
    assert blocks(convert(book_of("../../etc/hosts", "a.html", **one), ".epub", "name")) == ["The lamp is green."]
    with pytest.raises(DocumentError, match="is damaged"):
        convert(book_of("../../etc/hosts", **one), ".epub", "name")


def test_a_book_that_a_shop_locked_says_so():
    cipher = '<e><CipherReference xmlns="http://www.w3.org/2001/04/xmlenc#" URI="a.html"/></e>'
    parts = {"a.html": "<p>Noise.</p>", "META-INF/encryption.xml": cipher}
    with pytest.raises(DocumentError, match="protected"):
        convert(book_of("a.html", **parts), ".epub", "name")
