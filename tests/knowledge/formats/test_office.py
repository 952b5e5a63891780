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


def opendocument(body: str, styles: str = "") -> bytes:
    content = f"<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return archive(content_xml=content)


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


WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def blocks(document: DocumentText) -> list[str]:
    return [document.text[start:end] for section in document.sections for start, end in section.blocks]


def fill_table(table, *rows: tuple[str, ...]) -> None:
    for row, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text


def test_a_text_box_is_read_once_and_apart_from_the_paragraph_that_holds_it():
    from docx.oxml import parse_xml

    box = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in ("Box one.", "Box two."))
    run = (
        f'<w:r xmlns:w="{WORDS}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:AlternateContent><mc:Choice><w:txbxContent>{box}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback><w:txbxContent>{box}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
    )

    def fill(document):
        paragraph = document.add_paragraph("Before it, ")
        paragraph._p.append(parse_xml(run))
        paragraph.add_run("and after it.")

    assert blocks(word(fill)) == ["Box one.", "Box two.", "Before it, and after it."]


def test_a_table_inside_a_cell_is_read_once():
    def fill(document):
        outer = document.add_table(1, 2)
        outer.cell(0, 0).text = "The prices of the kiosk:"
        fill_table(outer.cell(0, 1).add_table(2, 2), ("Drink", "Price"), ("Tea", "2 euros"))

    assert blocks(word(fill)) == ["The prices of the kiosk:", "Drink: Tea; Price: 2 euros."]


def test_a_small_table_in_a_cell_of_a_table_of_data_is_told_in_that_cell():
    def fill(document):
        outer = document.add_table(0, 3)
        fill_rows = (("Course", "When", "Fee"), ("Pottery", "", "£40"), ("Choir", "Mondays", "free"))
        for row in fill_rows:
            for cell, words in zip(outer.add_row().cells, row, strict=True):
                cell.text = words
        fill_table(outer.cell(1, 1).add_table(2, 2), ("Saturday", "9 to 5"), ("Sunday", "10 to 4"))

    assert blocks(word(fill)) == [
        "Course: Pottery; When: Saturday: 9 to 5, Sunday: 10 to 4; Fee: £40.",
        "Course: Choir; When: Mondays; Fee: free.",
    ]


def test_a_cell_that_arranges_paragraphs_and_headings_keeps_them_apart():
    def fill(document):
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "First of all."
        cell.add_paragraph("Cleaning", style="Heading 2")
        cell.add_paragraph("Rinse it.")

    document = word(fill)
    assert blocks(document) == ["First of all.", "Rinse it."]
    assert headings(document, "Rinse") == ("Cleaning",)


def test_a_table_of_contents_in_a_word_document_is_left_out():
    def fill(document):
        document.styles.add_style("toc 1", 1)
        document.add_paragraph("Cleaning\t7", style="toc 1")
        document.add_heading("Cleaning", 1)
        document.add_paragraph("Rinse it.")

    assert blocks(word(fill)) == ["Rinse it."]


def test_a_footnote_of_a_word_document_stands_at_the_end_of_its_section():
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"

    def related(name: str, target: str) -> str:
        return (
            f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{kind}/{name}" Target="{target}"/>'
            "</Relationships>"
        )

    def paragraph(words: str, more: str = "") -> str:
        return f"<w:p><w:r><w:t>{words}</w:t>{more}</w:r></w:p>"

    body = paragraph("It holds twelve.", '<w:footnoteReference w:id="2"/>') + paragraph("It is green.")
    note = f'<w:footnote w:id="2">{paragraph("Eight when it is wet.")}</w:footnote>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("_rels/.rels", related("officeDocument", "word/document.xml"))
        made.writestr("word/document.xml", f'<w:document xmlns:w="{WORDS}"><w:body>{body}</w:body></w:document>')
        made.writestr("word/_rels/document.xml.rels", related("footnotes", "footnotes.xml"))
        made.writestr("word/footnotes.xml", f'<w:footnotes xmlns:w="{WORDS}">{note}</w:footnotes>')
    document = convert(file.getvalue(), ".docx", "name")
    assert blocks(document) == ["It holds twelve.", "It is green.", "Eight when it is wet."]


def test_merged_cells_stand_in_each_of_their_rows_in_every_kind_of_document():
    rows = (("Country", "Weight", "Price"), ("Norway", "up to 2 kg", "14 euros"), ("", "up to 10 kg", "23 euros"))
    slides = pptx.Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, 0, 0, 900_000, 900_000).table
    fill_table(table, *rows)
    table.cell(1, 0).merge(table.cell(2, 0))

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A2:A3")

    spanned = '<table:table-cell table:number-rows-spanned="2"><text:p>Norway</text:p></table:table-cell>'
    covered = f"<table:table-cell/>{cells(*rows[2][1:])}".replace("table-cell/", "covered-table-cell/")
    body = "".join(
        f"<table:table-row>{row}</table:table-row>" for row in (cells(*rows[0]), spanned + cells(*rows[1][1:]), covered)
    )
    text = f"<office:document-content {NAMES}><office:body><office:text><table:table>{body}</table:table>"
    text += "</office:text></office:body></office:document-content>"
    for content, suffix in (
        (saved(slides), ".pptx"),
        (saved(book), ".xlsx"),
        (archive(content_xml=text), ".odt"),
    ):
        assert blocks(convert(content, suffix, "name")) == [
            "Country: Norway; Weight: up to 2 kg; Price: 14 euros.",
            "Country: Norway; Weight: up to 10 kg; Price: 23 euros.",
        ], suffix


def test_a_row_of_one_cell_does_not_end_a_table():
    lines = "Name,City,Job\nAnn,Paris,cook\nBob,,\nCid,Rome,pilot\nDan,Oslo,nurse\n"
    assert blocks(convert(lines.encode(), ".csv", "name")) == [
        "Name: Ann; City: Paris; Job: cook.",
        "Name: Bob.",
        "Name: Cid; City: Rome; Job: pilot.",
        "Name: Dan; City: Oslo; Job: nurse.",
    ]


def test_a_line_over_a_second_table_is_not_a_row_of_the_first():
    lines = "Boat,Fee\nCanoe,5 euros\nIn winter\nHut,Fee\nNorth,9 euros\nAll fees are due in May.\n"
    assert blocks(convert(lines.encode(), ".csv", "name")) == [
        "Boat: Canoe; Fee: 5 euros.",
        "In winter",
        "Hut: North; Fee: 9 euros.",
        "All fees are due in May.",
    ]


def test_an_empty_table_has_no_text_in_it():
    with pytest.raises(DocumentError, match="has no text in it"):
        convert(b"", ".csv", "name")


def test_postal_codes_and_losses_are_read_as_a_spreadsheet_shows_them():
    book = openpyxl.Workbook()
    for row in (("Town", "Code"), ("Boston", 2134), ("Loss", -5)):
        book.active.append(row)
    book.active["B2"].number_format = "00000"
    book.active["B3"].number_format = "$#,##0.00"
    assert blocks(convert(saved(book), ".xlsx", "name")) == ["Town: Boston; Code: 02134.", "Town: Loss; Code: -$5.00."]


def test_a_spreadsheet_whose_formulas_were_never_calculated_says_so():
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    with pytest.raises(DocumentError, match="formulas whose results were never saved"):
        convert(saved(book), ".xlsx", "name")


def test_an_opendocument_text_keeps_numbered_headings_boxes_notes_and_inner_tables():
    draw = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    inner = f"<table:table><table:table-row>{cells('in', 'side')}</table:table-row></table:table>"
    text = f"""<office:document-content {NAMES} {draw}><office:body><office:text>
    <text:list><text:list-item><text:h text:outline-level="2">Cleaning</text:h></text:list-item></text:list>
    <text:p>It holds twelve.<text:note><text:note-citation>1</text:note-citation>
    <text:note-body><text:p>Eight when wet.</text:p></text:note-body></text:note></text:p>
    <text:p>Anchor.<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame></text:p>
    <table:table><table:table-row>{cells("Part", "Use")}</table:table-row>
    <table:table-row>{cells("lid")}<table:table-cell>{inner}</table:table-cell></table:table-row></table:table>
    </office:text></office:body></office:document-content>"""
    document = convert(archive(content_xml=text), ".odt", "name")
    assert blocks(document) == [
        "It holds twelve.", "Anchor.", "In a box.", "Part: lid; Use: in side.", "Eight when wet.",
    ]  # fmt: skip
    assert headings(document, "Anchor") == ("Cleaning",)


def test_every_text_of_a_message_is_read_and_so_is_a_message_attached_to_it():
    text = b"--A\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
    inner = b"--A\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.example\r\nSubject: Keys\r\n\r\nIt is red.\r\n"
    message = b"Subject: Dock\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n"
    message += text % b"First." + text % b"Second." + inner + b"--A--\r\n"
    document = convert(message, ".eml", "name")
    assert blocks(document) == ["First.", "Second.", "From: c@d.example", "It is red."]
    assert headings(document, "It is red") == ("Keys",)


def test_a_message_whose_plain_form_is_empty_is_read_in_its_other_form():
    message = b"Content-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain\r\n\r\n \r\n"
    message += b"--A\r\nContent-Type: text/html\r\n\r\n<p>The code is 4471.</p>\r\n--A--\r\n"
    assert blocks(convert(message, ".eml", "name")) == ["The code is 4471."]


def test_a_message_whose_plain_form_only_points_to_the_other_one_is_read_in_that():
    message = b"Content-Type: multipart/alternative; boundary=A\r\n\r\n--A\r\nContent-Type: text/plain\r\n\r\n%s\r\n"
    message += b"--A\r\nContent-Type: text/html\r\n\r\n<style>%s</style><p>%s</p>\r\n--A--\r\n"
    style, long = b"p { color: red } " * 30, b"The ferry leaves from pier two at nine on every working day. " * 3
    assert blocks(convert(message % (b"Please see the page.", style, long), ".eml", "name")) == [long.decode().strip()]
    assert blocks(convert(message % (b"The code is 4471.", style, b"<b>It is 4471.</b>"), ".eml", "name")) == [
        "The code is 4471."
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("kind", ["", "Content-Type: text/plain; charset=x-unknown\n", "Content-Type: text/plain\n"])
def test_a_message_that_does_not_say_its_charset_is_read_by_what_it_can_be(encoding, kind):
    message = f"From: José <a@b.example>\nSubject: Grüße\n{kind}\nDer Schlüssel liegt in Köln.\n"
    document = convert(message.encode(encoding), ".eml", "name")
    assert document.title == "Grüße"
    assert blocks(document) == ["From: José <a@b.example>", "Der Schlüssel liegt in Köln."]


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


TABLES = {
    "amounts": (("Depth", "42 cm"), ("Load", "18 kg"), ("Motor", "R7 (brushless)"), ("Draw", "310 W")),
    "days": (("Opened", "3 May 2021"), ("Berths", "64")),
}


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_a_table_of_labels_and_values_is_a_line_for_each_of_them(rows):
    lines = [f"{label}: {value}." for label, value in rows]
    document = word(lambda document: fill_table(document.add_table(len(rows), 2), *rows))
    assert blocks(document) == lines
    given = "".join(f"<table:table-row>{cells(*row)}</table:table-row>" for row in rows)
    assert blocks(convert(opendocument(f"<table:table>{given}</table:table>"), ".odt", "name")) == lines


@pytest.mark.parametrize(
    "rows",
    [
        (("Tool", "Price"), ("Ladder", "£5"), ("Saw", "£3")),
        (("Hut", "1 night"), ("North", "£20"), ("South", "25 €")),
        (("Tool", "Where"), ("Ladder", "in the shed"), ("Saw", "on the wall")),
        (("Phone", "Hours"), ("Office", "9 to 5"), ("Desk", "all day")),
    ],
)
def test_a_table_of_two_columns_keeps_its_head(rows):
    document = word(lambda document: fill_table(document.add_table(3, 2), *rows))
    (first, second), *below = rows
    assert blocks(document) == [f"{first}: {label}; {second}: {value}." for label, value in below]


def in_bold(cells) -> None:
    for cell in cells:
        cell.paragraphs[0].runs[0].font.bold = True


def test_the_look_of_a_table_of_words_tells_labels_from_a_head():
    rows = (("Owner", "Perpetua Lisle"), ("Skipper", "Odo Tarn"), ("Fee", "£895"))
    lines = ["Owner: Perpetua Lisle.", "Skipper: Odo Tarn.", "Fee: £895."]

    def without_head(document):
        table = document.add_table(3, 2)
        fill_table(table, *rows)
        look = table._tbl.tblPr.find(f"{{{WORDS}}}tblLook")
        look.set(f"{{{WORDS}}}firstRow", "0")

    def bold_labels(document):
        table = document.add_table(3, 2)
        fill_table(table, *rows)
        in_bold(table.columns[0].cells)

    assert blocks(word(without_head)) == lines
    assert blocks(word(bold_labels)) == lines


def book(*rows: tuple, merged: tuple[str, ...] = ()) -> DocumentText:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for cells in merged:
        made.active.merge_cells(cells)
    return convert(saved(made), ".xlsx", "name")


@pytest.mark.parametrize(
    "head", [("2023", "2024"), ("2023/24", "2024/25"), ("Q1 2025", "Q2 2025"), ("1.3.2025", "01/04/2025")]
)
def test_years_and_periods_name_columns(head):
    rows = (("Member", *head), ("Rower", "£61", "£66"), ("Cox", "£20", "£22"))
    lines = [f"Member: {name}; {head[0]}: {one}; {head[1]}: {two}." for name, one, two in rows[1:]]
    assert blocks(book(*rows)) == lines
    assert blocks(word(lambda document: fill_table(document.add_table(3, 3), *rows))) == lines


def test_years_over_years_name_nothing():
    lines = "Ada Moss,1815,1852\nBo Tarn,1902,1980\n"
    assert blocks(convert(lines.encode(), ".csv", "name")) == ["Ada Moss; 1815; 1852.", "Bo Tarn; 1902; 1980."]


@pytest.mark.parametrize("size", ["2024", "38"])
def test_a_row_that_is_bold_above_others_that_are_not_names_columns(size):
    def fill(document):
        table = document.add_table(3, 2)
        fill_table(table, ("Place", size), ("Spring", "310"), ("Summer", "825"))
        in_bold(table.rows[0].cells)

    assert blocks(word(fill)) == [f"Place: Spring; {size}: 310.", f"Place: Summer; {size}: 825."]


def test_a_head_of_two_rows_names_groups_of_columns():
    rows = (
        ("Boat", "Summer", "", "Winter", ""),
        ("", "Day", "Week", "Day", "Week"),
        ("Skiff", "£9", "£50", "£4", "£20"),
    )
    lines = ["Boat: Skiff; Summer Day: £9; Summer Week: £50; Winter Day: £4; Winter Week: £20."]
    assert blocks(book(*rows, merged=("A1:A2", "B1:C1", "D1:E1"))) == lines
    assert blocks(book(("", *rows[0][1:]), ("Boat", *rows[1][1:]), rows[2], merged=("B1:C1", "D1:E1"))) == lines

    def fill(document):
        table = document.add_table(3, 5)
        fill_table(table, *rows)
        for first, last in (((0, 0), (1, 0)), ((0, 1), (0, 2)), ((0, 3), (0, 4))):
            table.cell(*first).merge(table.cell(*last))

    assert blocks(word(fill)) == lines
    wide = '<table:table-cell table:number-columns-spanned="2"><text:p>{}</text:p></table:table-cell>'
    head = cells("") + "".join(f"{wide.format(name)}<table:covered-table-cell/>" for name in ("Summer", "Winter"))
    body = "".join(
        f"<table:table-row>{row}</table:table-row>" for row in (head, cells("Boat", *rows[1][1:]), cells(*rows[2]))
    )
    assert blocks(convert(opendocument(f"<table:table>{body}</table:table>"), ".odt", "name")) == lines


def test_a_merged_cell_over_rows_of_data_is_no_head_of_groups():
    rows = (("Name", "Seat", ""), ("Perpetua", "4", "upper deck"), ("Odo", "9", "lower deck"))
    assert blocks(book(*rows, merged=("B1:C1",))) == [
        "Name: Perpetua; Seat: 4; upper deck.", "Name: Odo; Seat: 9; lower deck.",
    ]  # fmt: skip


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


def test_what_stands_over_a_sheet_by_itself_is_its_title():
    rows = (("Boat", "Fee"), ("Skiff", "£9"))
    assert book(("Hire of boats",), (), *rows).title == "Hire of boats"
    assert book(("Hire of boats", ""), *rows, merged=("A1:B1",)).title == "Hire of boats"
    assert book(("Valid for members",), *rows).title == "name"
    assert book(*rows).title == "name"


def bold(document, words: str) -> None:
    document.add_paragraph().add_run(words).font.bold = True


def test_a_short_paragraph_in_bold_above_text_is_a_heading():
    def fill(document):
        bold(document, "Rules of the Jetty")
        document.add_paragraph("They hold for everybody.")
        bold(document, "1. Mooring")
        document.add_paragraph("Tie up at both ends.")
        bold(document, "Never jump ashore.")
        bold(document, "2. Fuel")
        document.add_paragraph("Stop the engine first.")
        bold(document, "Signed by the warden")

    document = word(fill)
    assert document.title == "Rules of the Jetty"
    assert headings(document, "both ends") == headings(document, "jump ashore") == ("1. Mooring",)
    assert headings(document, "engine") == ("2. Fuel",)
    assert "Signed by the warden" in blocks(document)


def test_a_heading_in_bold_is_below_one_that_is_marked():
    def fill(document):
        document.add_heading("Jetty", 1)
        document.add_heading("Boats", 2)
        bold(document, "Mooring")
        document.add_paragraph("Tie up at both ends.")
        table = document.add_table(1, 1)
        table.cell(0, 0).paragraphs[0].add_run("Mind").font.bold = True
        table.cell(0, 0).add_paragraph("the gap")
        document.add_paragraph("Then lock it.")

    document = word(fill)
    assert headings(document, "both ends") == headings(document, "lock it") == ("Boats", "Mooring")


def test_a_numbered_paragraph_in_bold_is_no_title():
    def fill(document):
        bold(document, "3. Keys")
        document.add_paragraph("Hand them back.")

    document = word(fill)
    assert document.title == "name"
    assert headings(document, "Hand") == ("3. Keys",)


STYLES = f"""<d {NAMES}><office:styles>
<style:style style:name="Title" style:family="paragraph"/>
<style:style style:name="Steps" style:family="paragraph" style:list-style-name="N"/>
<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>
<text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/>
<text:list-level-style-number text:level="2" style:num-format="1"/></text:list-style>
</office:styles></d>"""


def test_the_styles_of_an_opendocument_text_name_its_title_and_number_its_steps():
    own = '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="{}"/>'
    item = "<text:list-item><text:p{}>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('', 'the bow', '')}</text:list>"
    steps = item.format(' text:style-name="Steps"', "Go on.", "")
    body = (
        '<text:p text:style-name="P1">The Jetty</text:p><text:h text:outline-level="1">Mooring</text:h>'
        f'<text:list text:style-name="N">{item.format("", "Stop.", "")}{item.format("", "Tie up.", "")}</text:list>'
        f"<text:p>Or:</text:p><text:list>{steps}</text:list>"
        f'<text:p>Tie:</text:p><text:list text:style-name="B">{item.format("", "both ends", inner)}</text:list>'
    )
    content = f"<d {NAMES}><office:automatic-styles>{own.format('Title')}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body></d>"
    document = convert(archive(content_xml=content, styles_xml=STYLES), ".odt", "name")
    assert document.title == "The Jetty"
    assert blocks(document) == ["1. Stop.", "2. Tie up.", "Or:", "1. Go on.", "Tie:", "- both ends", "1. the bow"]


def test_the_name_that_a_program_gives_a_table_is_not_read():
    row = "<table:table-row>{}</table:table-row>"
    body = f'<table:table table:name="T1">{row.format(cells("Boat", "Fee"))}{row.format(cells("Skiff", "£9"))}'
    assert blocks(convert(opendocument(f"{body}</table:table>"), ".odt", "name")) == ["Boat: Skiff; Fee: £9."]


def test_bold_paragraphs_and_rows_of_an_opendocument_text_are_headings_and_heads():
    fo = 'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
    weight = f'<style:text-properties {fo} fo:font-weight="bold"/>'
    styles = "".join(
        f'<style:style style:name="{name}" style:family="{family}">{weight}</style:style>'
        for name, family in (("P1", "paragraph"), ("T1", "text"))
    )
    strong = '<text:p text:style-name="P1">{}</text:p>'
    span = '<text:p><text:span text:style-name="T1">{}</text:span>{}</text:p>'
    head = cells("Place", "38").replace("<text:p>", '<text:p text:style-name="P1">')
    rows = "".join(
        f"<table:table-row>{row}</table:table-row>" for row in (head, cells("Bow", "4"), cells("Stern", "6"))
    )
    body = strong.format("Jetty") + "<text:p>It is old.</text:p>" + span.format("1. Mooring", "")
    body += span.format("Mind", " the gap") + strong.format("Never jump.") + f"<table:table>{rows}</table:table>"
    document = convert(opendocument(body, styles), ".odt", "name")
    assert document.title == "Jetty"
    assert headings(document, "the gap") == headings(document, "Never") == ("1. Mooring",)
    assert blocks(document)[-2:] == ["Place: Bow; 38: 4.", "Place: Stern; 38: 6."]


def test_a_table_below_title_lines_is_parted_by_its_own_sign_and_not_by_decimal_commas():
    above = "Price list 2024, valid from 1,5 months\nAs of: 1,2,3\n\n"
    table = "Item;Price;Weight\nApple;1,20;0,5\nPear;2,30;0,7\n"
    assert blocks(convert(f"{above}{table}".encode(), ".csv", "name"))[2:] == [
        "Item: Apple; Price: 1,20; Weight: 0,5.",
        "Item: Pear; Price: 2,30; Weight: 0,7.",
    ]
    quoted = 'Name,Note\nAnna,"red; blue; 1;2"\nBen,"red; ""green""; 3;4"\n'
    assert blocks(convert(quoted.encode(), ".csv", "name"))[0] == "Name: Anna; Note: red; blue; 1;2."


def test_every_part_of_a_row_longer_than_a_passage_names_the_row_and_the_column():
    note = " ".join(f"She told us story number {n} about the sea and the ships." for n in range(20))
    document = convert(f'Name,Note,Phone\nAnna,"{note}",555\nBen,short,556\n'.encode(), ".csv", "name")
    *told, other = blocks(document)
    assert len(told) > 4
    assert all(line.startswith("Name: Anna; Note: She told") and len(line.split()) < 70 for line in told)
    assert told[-1].endswith("Phone: 555.")
    assert other == "Name: Ben; Note: short; Phone: 556."
    assert all(f"story number {n} about" in document.text for n in range(20))


def kept_book(fill: Callable) -> bytes:
    """A workbook of one sheet of prices, changed by `fill`."""
    book = openpyxl.Workbook()
    for row in (("Item", "Cost", "Price"), ("Tea", 3, 5), ("Coffee", 4, 7), ("Cake", 6, 9)):
        book.active.append(row)
    fill(book.active)
    return saved(book)


def test_what_a_sheet_hides_is_left_out():
    def hide(sheet):
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[3].hidden = True

    assert blocks(convert(kept_book(hide), ".xlsx", "name")) == ["Item: Tea; Price: 5.", "Item: Cake; Price: 9."]


def test_what_a_filter_or_a_fold_hides_is_read():
    def hide(sheet):
        sheet.auto_filter.ref = "A1:C3"
        sheet.auto_filter.add_filter_column(0, ["Tea"])
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True
        sheet.column_dimensions.group("C", "C", hidden=True)

    assert blocks(convert(kept_book(hide), ".xlsx", "name")) == [
        "Item: Tea; Cost: 3; Price: 5.",
        "Item: Coffee; Cost: 4; Price: 7.",
    ]


def test_a_merged_cell_that_begins_in_a_hidden_column_keeps_its_words():
    def merge(sheet):
        sheet["B5"] = "ask for it"
        sheet["A5"] = "Soup"
        sheet.merge_cells("B5:C5")
        sheet.column_dimensions["B"].hidden = True

    assert blocks(convert(kept_book(merge), ".xlsx", "name"))[-1] == "Item: Soup; Price: ask for it."


def test_a_merged_cell_below_a_table_is_a_remark_and_no_row():
    def merge(sheet):
        sheet["A5"] = "Prices with tax"
        sheet.merge_cells("A5:C5")

    assert blocks(convert(kept_book(merge), ".xlsx", "name"))[-1] == "Prices with tax"


def test_formulas_without_results_are_told_of():
    def count(sheet):
        sheet["D1"] = "Twice"
        sheet["D2"], sheet["D3"] = "=C2*2", "=C3*2"

    *_, told = blocks(convert(kept_book(count), ".xlsx", "name"))
    assert told.startswith("2 cells of this sheet hold formulas whose results were never saved; ")


def test_what_an_opendocument_sheet_hides_is_left_out_and_what_is_folded_is_read():
    row = '<table:table-row table:visibility="{}">{}</table:table-row>'
    table = (
        '<table:table table:style-name="{}"><table:table-column/><table:table-column table:visibility="collapse"/>'
        f"<table:table-column/>{row.format('visible', cells('Item', 'Cost', 'Price'))}"
        f"{row.format('visible', cells('Tea', '3', '5'))}{row.format('collapse', cells('Milk', '1', '2'))}"
        f"<table:table-row-group>{row.format('collapse', cells('Cake', '6', '9'))}</table:table-row-group>"
        "</table:table>"
    )
    hidden = '<style:style style:name="H" style:family="table"><style:table-properties table:display="false"/>'
    content = f"<office:document-content {NAMES}><office:automatic-styles>{hidden}</style:style>"
    content += "</office:automatic-styles><office:body><office:spreadsheet>" + table.format("V") + table.format("H")
    content += "</office:spreadsheet></office:body></office:document-content>"
    document = convert(archive(content_xml=content), ".ods", "name")
    assert blocks(document) == ["Item: Tea; Price: 5.", "Item: Cake; Price: 9."]


def test_the_items_of_a_list_in_a_message_are_lines():
    message = b"Subject: Visit\nContent-Type: text/plain\n\nHello,\nbring:\n * keys\n * the meter\n   card\n\nAnna\n"
    assert blocks(convert(message, ".eml", "name")) == ["Hello,\nbring:", "- keys", "- the meter card", "Anna"]


def test_a_plain_message_is_read_as_a_plain_text_is():
    message = (
        b"Subject: Visit\nContent-Type: text/plain\n\nDear Ada,\n\nBEFORE YOU COME\n* Eat nothing.\n* Ring <us>.\n\n"
    )
    message += b"Tea      When\nRed      twice\nBlue     never\n\nLATER ON\n3. Rest.\n4. Walk.\n\nAnna\nWard 4\n"
    document = convert(message, ".eml", "name")
    assert blocks(document) == [
        "Dear Ada,",
        "- Eat nothing.",
        "- Ring <us>.",
        "Tea: Red; When: twice.",
        "Tea: Blue; When: never.",
        "3. Rest.",
        "4. Walk.",
        "Anna\nWard 4",
    ]
    assert headings(document, "Ring") == ("BEFORE YOU COME",)
    assert headings(document, "Walk") == ("LATER ON",)


def test_items_of_a_style_for_deeper_ones_belong_to_the_item_above_them():
    def fill(document):
        for words, style in (("Dogs", ""), ("small", " 2"), ("old", " 2"), ("Cats", "")):
            document.add_paragraph(words, style=f"List Bullet{style}")

    assert blocks(word(fill)) == ["- Dogs: small, old", "- Cats"]
