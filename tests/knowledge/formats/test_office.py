"""Documents of office programs, made here by other libraries than those that read them."""

import io
import zipfile
from collections.abc import Callable

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentError, DocumentText

docx = pytest.importorskip("docx", reason="python-docx (extra dev) is not installed")
pptx = pytest.importorskip("pptx", reason="python-pptx (extra dev) is not installed")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl (extra documents) is not installed")

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "style")
)
ODT = f"""<office:document-content {NAMES}><office:automatic-styles>
<style:style style:name="S"><style:text-properties style:text-line-through-style="solid"/></style:style>
<text:list-style style:name="N"><text:list-level-style-number text:level="1"/></text:list-style>
</office:automatic-styles><office:body><office:text>
<text:h text:outline-level="1">Boiler</text:h>
<text:p>Bleed it every <text:span text:style-name="S">month</text:span><text:span>year</text:span>.
<text:note><text:p>A note.</text:p></text:note></text:p>
<text:list text:style-name="N"><text:list-item><text:p>Close the valve.</text:p></text:list-item>
<text:list-item><text:p>Open it.</text:p></text:list-item></text:list>
<table:table>
<table:table-row>{{}}</table:table-row>
<table:table-row>{{}}</table:table-row>
<table:table-row table:number-rows-repeated="1048576">
<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
</office:text></office:body></office:document-content>"""


def cells(*words: str) -> str:
    return "".join(f"<table:table-cell><text:p>{word}</text:p></table:table-cell>" for word in words)


def archive(**parts: str | bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def saved(document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def word(fill: Callable) -> DocumentText:
    document = docx.Document()
    fill(document)
    return convert(saved(document), ".docx", "name")


def headings(document: DocumentText, words: str) -> tuple[str, ...]:
    """The headings over the block that has these words."""
    place = document.text.index(words)
    return next(s.headings for s in document.sections for start, end in s.blocks if start <= place < end)


def test_a_word_document_is_read_in_order_with_its_headings_lists_and_tables():
    def fill(document):
        document.add_heading("Kettle Manual", 0)
        document.add_heading("Cleaning", 1)
        document.add_paragraph("You need:")
        for words in ("vinegar", "water"):
            document.add_paragraph(words, style="List Bullet")
        for words in ("Fill it.", "Boil it."):
            document.add_paragraph(words, style="List Number")
        table = document.add_table(3, 2)
        for row, words in zip(table.rows, (("Model", "Power"), ("K1", "900 W"), ("K2", "1,200 W")), strict=True):
            for cell, text in zip(row.cells, words, strict=True):
                cell.text = text
        document.add_paragraph("After the table.")

    document = word(fill)
    assert document.title == "Kettle Manual"
    assert document.text.split("\n\n", 2)[2] == (
        "You need:\n\n- vinegar\n- water\n\n1. Fill it.\n2. Boil it.\n\n"
        "Model: K1; Power: 900 W.\nModel: K2; Power: 1,200 W.\n\nAfter the table."
    )
    assert headings(document, "vinegar") == ("Cleaning",)


def test_words_that_are_struck_out_or_hidden_are_not_read_and_raised_ones_stay_so():
    def fill(document):
        paragraph = document.add_paragraph("It costs ")
        paragraph.add_run("30").font.strike = True
        paragraph.add_run("20 pounds")
        paragraph.add_run(" secret").font.hidden = True
        paragraph.add_run(" for 10")
        paragraph.add_run("3").font.superscript = True
        paragraph.add_run(" sheets.")

    assert word(fill).text == "It costs 20 pounds for 10³ sheets."


def test_a_cell_over_several_rows_stands_in_each_of_them():
    def fill(document):
        table = document.add_table(3, 3)
        for row, words in zip(
            table.rows, (("Day", "From", "To"), ("Weekdays", "7", "12"), ("", "14", "18")), strict=True
        ):
            for cell, text in zip(row.cells, words, strict=True):
                cell.text = text
        table.cell(1, 0).merge(table.cell(2, 0))

    assert word(fill).text == "Day: Weekdays; From: 7; To: 12.\nDay: Weekdays; From: 14; To: 18."


def test_an_opendocument_text_is_read_alike():
    content = ODT.format(cells("Model", "Power"), cells("B2", "18 kW"))
    document = convert(archive(content_xml=content), ".odt", "name")
    assert document.title == "Boiler"
    assert document.text == (
        "Boiler\n\nBleed it every year.\n\n1. Close the valve.\n2. Open it.\n\nModel: B2; Power: 18 kW."
    )


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


def test_a_spreadsheet_is_read_as_it_is_shown():
    import datetime

    book = openpyxl.Workbook()
    prices, dates = book.active, book.create_sheet("Dates")
    prices.title = "Prices"
    for row in (("Valid for members",), ("Item", "Price", "Share"), ("Oar", 120.5, 0.25), ("Rope", 8, 0.5)):
        prices.append(row)
    for cell in prices["B"][2:]:
        cell.number_format = "[$£-809]#,##0.00"
    for cell in prices["C"][2:]:
        cell.number_format = "0%"
    dates.append(("Event", "Day"))
    dates.append(("Regatta", datetime.date(2026, 6, 7)))
    document = convert(saved(book), ".xlsx", "name")
    assert "Valid for members" in document.text
    assert "Item: Oar; Price: £120.50; Share: 25 %." in document.text
    assert "Event: Regatta; Day: 7 June 2026." in document.text
    assert headings(document, "Regatta") == ("Dates",)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_as_text_names_the_column_of_each_cell(separator):
    rows = ("Name*Room*Phone", "Ada*4*555 0101", '"Bo, the * plumber"*5*555 0102')
    document = convert("\n".join(rows).replace("*", separator).encode(), ".csv", "Phones")
    assert document.title == "Phones"
    assert "Name: Ada; Room: 4; Phone: 555 0101." in document.text
    assert "plumber; Room: 5; Phone: 555 0102." in document.text


def test_a_table_of_numbers_alone_has_no_head():
    assert convert(b"1,2\n3,4\n", ".csv", "n").text == "1; 2.\n3; 4."


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


MAIL = b"""From: Ada Moss <ada@example.org>\r
To: Crew <crew@example.org>\r
Subject: =?utf-8?q?Saturday=E2=80=99s_race?=\r
Date: Thu, 04 Jun 2026 09:30:00 +0100\r
Content-Type: text/plain; charset=utf-8\r
\r
We meet at seven at the slipway.\r
\r
On Wed, Bo wrote:\r
> When do we meet?\r
\r
-- \r
Ada Moss, secretary\r
"""


def test_a_message_is_read_without_what_it_quotes():
    document = convert(MAIL, ".eml", "name")
    assert document.title == "Saturday’s race"
    assert "Date: Thursday, 4 June 2026, 09:30" in document.text
    assert "We meet at seven at the slipway." in document.text
    for words in ("When do we meet", "secretary", "Bo wrote"):
        assert words not in document.text


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
