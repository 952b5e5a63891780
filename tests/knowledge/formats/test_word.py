"""Word documents, made here by another library than reads them."""

import io
import zipfile

from knowledge.formats.registry import convert
from tests.knowledge.formats.office_files import WORDS, blocks, fill_table, headings, word


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


def test_items_of_a_style_for_deeper_ones_belong_to_the_item_above_them():
    def fill(document):
        for words, style in (("Dogs", ""), ("small", " 2"), ("old", " 2"), ("Cats", "")):
            document.add_paragraph(words, style=f"List Bullet{style}")

    assert blocks(word(fill)) == ["- Dogs: small, old", "- Cats"]
