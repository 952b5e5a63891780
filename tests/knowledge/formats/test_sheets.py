"""Spreadsheets and tables as text, made here by other libraries than those that read them."""

from collections.abc import Callable

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentError
from tests.knowledge.formats.office_files import NAMES, archive, blocks, book, cells, headings, openpyxl, saved


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


def test_what_stands_over_a_sheet_by_itself_is_its_title():
    rows = (("Boat", "Fee"), ("Skiff", "£9"))
    assert book(("Hire of boats",), (), *rows).title == "Hire of boats"
    assert book(("Hire of boats", ""), *rows, merged=("A1:B1",)).title == "Hire of boats"
    assert book(("Valid for members",), *rows).title == "name"
    assert book(*rows).title == "name"


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
