"""Bytes become text by what they say of themselves; what is no text is refused with a sentence."""

import pytest

from knowledge.formats.decode import decode
from knowledge.formats.registry import convert
from knowledge.text import DocumentError

SENTENCE = "The café's naïve owner paid £5 — “gladly”."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-32", "cp1252"]
)
def test_encodings_are_recognised(encoding):
    if encoding.endswith("-bom"):
        content = ("\ufeff" + SENTENCE).encode(encoding.removesuffix("-bom"))
    else:
        content = SENTENCE.encode(encoding)
    assert decode(content) == SENTENCE


def test_an_html_page_may_declare_its_encoding():
    content = '<html><head><meta charset="iso-8859-2"></head><body><p>Łódź leży tutaj.</p></body></html>'.encode(
        "iso-8859-2"
    )
    document = convert(content, ".html", "x")
    assert document.text == "Łódź leży tutaj."


def test_an_unknown_declared_encoding_is_passed_over():
    assert "caf\xe9" in decode(b'<meta charset="klingon"> caf\xe9', html=True)


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x00\x00" * 50,
        bytes(range(1, 32)) * 40,
        b"\x89PNG\r\n\x1a\n\0",
    ],
)
def test_binary_content_is_refused_by_name(content):
    with pytest.raises(DocumentError, match=r"^holds binary data, not text; convert it "):
        decode(content)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told_by_its_zeros(encoding):
    text = "Naïve text of some length.\n" * 5
    assert decode(text.encode(encoding)) == text


def test_an_xml_declaration_names_the_encoding():
    page = '<?xml version="1.0" encoding="iso-8859-2"?><html><body>Łódź leży</body></html>'
    assert "Łódź leży" in decode(page.encode("iso-8859-2"), html=True)


def test_a_stray_byte_of_windows_does_not_spoil_a_text_in_utf8():
    text = "Søren Åkerblom cooks for 6,40 € on Märzstraße.\n"
    assert decode(text.encode() * 3 + b"na\xefve \x80 5\n") == text * 3 + "naïve € 5\n"
    assert decode("Ünïcödé?\n".encode("cp1252") * 3 + "ß".encode()) == "Ünïcödé?\n" * 3 + "Ã\u0178"


@pytest.mark.parametrize("charset", ["undefined", "idna", "unicode_escape", "rot13", "utf-7", "hex", "x" * 300])
def test_what_is_no_encoding_of_the_web_is_passed_over(charset):
    assert "caf\xe9" in decode(f'<meta charset="{charset}">'.encode() + b" caf\xe9 +2AA-", html=True)
