"""Which rows name the columns of a table, in every kind of office document."""

import pytest

from knowledge.formats.registry import convert
from tests.knowledge.formats.office_files import (
    NAMES,
    WORDS,
    archive,
    blocks,
    book,
    cells,
    fill_table,
    opendocument,
    openpyxl,
    pptx,
    saved,
    word,
)


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
