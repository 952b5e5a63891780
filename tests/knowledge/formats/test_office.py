"""Documents of office programs, made by other libraries than read them: slides, titles, and what is none."""

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentError
from tests.knowledge.formats.office_files import NAMES, archive, headings, pptx, saved, word


def test_a_slide_is_a_page_and_its_title_a_heading():
    deck = pptx.Presentation()
    for title, words in (("Plans", ["Paint the shed", "Buy oars"]), ("Costs", ["Oars: 120 pounds"])):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(words)
    deck.slides[1].notes_slide.notes_text_frame.text = "Ask Ms Irwin for the receipt."
    document = convert(saved(deck), ".pptx", "name")
    assert document.text.startswith("Plans\n\n- Paint the shed\n- Buy oars")
    assert headings(document, "120 pounds") == ("Costs",)
    place = document.text.index("120 pounds")
    assert document.pages_of(place, place + 3) == ((0, 2),)
    assert "Ask Ms Irwin for the receipt." in document.text


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx", ".odt", ".epub"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and nothing else", b"plain text", archive(other="x")])
def test_what_is_no_such_document_is_refused_in_a_sentence(suffix, content):
    with pytest.raises(DocumentError, match=r"^is damaged, or not what its name says; save it again\.$"):
        convert(content, suffix, "name")


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_one_with_a_password_and_one_of_an_old_format_are_told_apart(suffix):
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with pytest.raises(DocumentError, match="is protected by a password"):
        convert(compound + "EncryptedPackage".encode("utf-16-le"), suffix, "name")
    with pytest.raises(DocumentError, match=f"old format; save it as {suffix}"):
        convert(compound, suffix, "name")


def test_what_unpacks_without_end_is_refused(monkeypatch):
    from knowledge.formats import markup

    monkeypatch.setattr(markup, "MOST_UNPACKED", 10_000)
    with pytest.raises(DocumentError, match="unpacks to more than"):
        convert(archive(content_xml="<a>" + "x" * 100_000 + "</a>"), ".odt", "name")


NO_TITLES = ["Document1", "Word Document", "Microsoft Word - Rota_v7.doc", "untitled", "Untitled 2", "rota final.docx"]


@pytest.mark.parametrize("title", NO_TITLES)
def test_a_title_that_nobody_would_say_gives_way_to_the_heading(title):
    def fill(document):
        document.core_properties.title = title
        document.add_heading("Rota of the Ferry", 1)
        document.add_paragraph("Bo rows.")

    assert word(fill).title == "Rota of the Ferry"
    meta = f'<m xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></m>'
    body = "<text:h>Rota of the Ferry</text:h><text:p>Bo rows.</text:p>"
    content = f"<d {NAMES}><office:body><office:text>{body}</office:text></office:body></d>"
    assert convert(archive(content_xml=content, meta_xml=meta), ".odt", "name").title == "Rota of the Ferry"


@pytest.mark.parametrize("title", ["Documents we keep", "The Untitled Gallery", "Booking 2", "Version 2.1"])
def test_a_title_that_says_something_is_kept(title):
    def fill(document):
        document.core_properties.title = title
        document.add_heading("First of all", 1)
        document.add_paragraph("Bo rows.")

    assert word(fill).title == title


def test_slides_without_a_title_have_that_of_the_first_one():
    deck = pptx.Presentation()
    for title in ("Ferry Training", "Knots"):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "Hold on."
    deck.core_properties.title = "PowerPoint Presentation"
    document = convert(saved(deck), ".pptx", "name")
    assert document.title == "Ferry Training"
    assert {section.headings for section in document.sections} == {(), ("Knots",)}
