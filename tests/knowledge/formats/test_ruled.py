"""Tables whose rules are drawn on the page of a PDF, and clauses whose numbers stand in its margin."""

import time

import pytest

from tests.knowledge.formats.test_pdf import LEFT, RIGHT, convert, heading, pdf, raw_pdf

HOURS = (
    ("Where", "When", "Remark"),
    ("Office at the harbour", "Weekdays 8 am to 6 pm, Saturdays 9 am to noon", "not on bank holidays"),
    ("Kiosk", "daily 9 am to 5 pm", "cash only, and no notes of fifty pounds"),
    ("Boathouse", "sunrise to sunset", ""),
)
READ = [
    "Where: Office at the harbour; When: Weekdays 8 am to 6 pm, Saturdays 9 am to noon; Remark: not on bank holidays.",
    "Where: Kiosk; When: daily 9 am to 5 pm; Remark: cash only, and no notes of fifty pounds.",
    "Where: Boathouse; When: sunrise to sunset.",
]


def draw(document, rows, *, x=10.0, width=40.0, height=15.0, down=True, spans=()):
    """Draw a table, of which `spans` are the cells that reach into the next column or row: {(row, column): sides}."""
    top = document.get_y()
    document.set_font_size(8)
    for number, row in enumerate(rows):
        for column, words in enumerate(row):
            left, upper = x + column * width, top + number * height
            document.set_xy(left, upper + 1)
            document.multi_cell(width, 4.5, words, align="L")
            document.line(left, upper, left + width, upper) if (number, column, "below") not in spans else None
            if down and (number, column, "beside") not in spans:
                document.line(left, upper, left, upper + height)
    right, bottom = x + len(rows[0]) * width, top + len(rows) * height
    document.line(x, bottom, right, bottom)
    if down:
        document.line(right, top, right, bottom)
    document.set_xy(10, bottom + 4)
    document.set_font_size(11)


@pytest.mark.parametrize("down", [True, False], ids=["grid", "rules below rows"])
def test_cells_that_wrap_stay_in_their_row_between_rules(down):
    def fill(document):
        document.add_page()
        draw(document, HOURS, down=down)
        document.multi_cell(0, 6, LEFT)

    assert pdf(fill).text.split("\n\n") == ["\n".join(READ), LEFT]


def test_shaded_rows_are_rows():
    def fill(document):
        document.add_page()
        document.set_fill_color(220)
        for number in (1, 3):
            document.rect(10, 10 + 15 * number, 120, 15, style="F")
        document.set_draw_color(255)
        document.set_xy(10, 10)
        draw(document, HOURS, down=False)

    assert pdf(fill).text.splitlines() == READ


def test_a_heading_parts_tables_of_equal_width_and_names_may_leave_out_the_first_column():
    weights = (("Weight", "12 kg", "15 kg"), ("Reach", "3.2 m", "4.1 m"), ("Motor", "300 W", "450 W"))

    def fill(document):
        document.add_page()
        document.set_font(style="B", size=8)
        for column, words in ((50, "Hoist 3"), (90, "Hoist 4")):
            document.set_xy(column, 12)
            document.cell(40, 5, words)
        document.set_font(style="")
        document.set_xy(10, 18)
        draw(document, weights, height=7, down=False)
        document.set_y(document.get_y() - 1)
        heading(document, "Lamps")
        draw(
            document,
            (("Lamp", "Meaning", "Cure"), ("red", "no load", "hook one on"), ("blue", "hot", "wait")),
            height=9,
        )

    assert pdf(fill).text.splitlines() == [
        "Weight; Hoist 3: 12 kg; Hoist 4: 15 kg.",
        "Reach; Hoist 3: 3.2 m; Hoist 4: 4.1 m.",
        "Motor; Hoist 3: 300 W; Hoist 4: 450 W.",
        "",
        "Lamps",
        "",
        "Lamp: red; Meaning: no load; Cure: hook one on.",
        "Lamp: blue; Meaning: hot; Cure: wait.",
    ]


def test_a_cell_over_several_rows_stands_in_each():
    rows = (("Group", "When", "Fee"), ("Adults", "morning", "£5"), ("", "evening", "£7"), ("Children", "free", ""))

    def fill(document):
        document.add_page()
        draw(document, rows, height=9, spans={(2, 0, "below"), (3, 2, "beside")})

    assert pdf(fill).text.splitlines() == [
        "Group: Adults; When: morning; Fee: £5.",
        "Group: Adults; When: evening; Fee: £7.",
        "Group: Children; When: free.",
    ]


def test_the_columns_of_a_table_in_a_column_of_text_are_not_those_of_the_page():
    def fill(document):
        document.add_page()
        document.set_xy(10, 20)
        document.multi_cell(85, 6, f"{LEFT} {RIGHT}")
        document.set_xy(110, 20)
        document.multi_cell(85, 6, RIGHT)
        document.set_xy(110, 70)
        draw(document, HOURS, x=110, width=28, height=24)

    assert pdf(fill).text.split("\n\n") == [f"{LEFT} {RIGHT}", RIGHT, "\n".join(READ)]


def test_boxes_around_text_make_no_table():
    def fill(document):
        document.add_page()
        for top, words in ((20, LEFT), (70, RIGHT)):
            document.rect(10, top, 100, 45)
            document.set_xy(12, top + 2)
            document.multi_cell(95, 6, words)

    assert pdf(fill).text.split("\n\n") == [LEFT, RIGHT]


def test_a_table_over_the_end_of_a_page_keeps_its_names():
    def fill(document):
        for number in range(2):
            document.add_page()
            document.set_xy(10, 60)
            draw(document, HOURS[:2] if number == 0 else HOURS[2:])

    assert list(filter(None, pdf(fill).text.splitlines())) == READ


def test_rows_of_amounts_are_rows_where_only_columns_have_rules():
    def fill(document):
        document.add_page()
        for x in (10, 80, 110):
            document.line(x, 20, x, 60)
        for y in (20, 28, 60):
            document.line(10, y, 110, y)
        for y, words, price in ((21, "Item", "Price"), (29, "Oak shelf with two brackets and screws for a wall", "£45"),
                                (42, "Delivery", "£12"), (50, "Fitting", "£60")):  # fmt: skip
            document.set_xy(11, y)
            document.multi_cell(60, 4.5, words, align="L")
            document.set_xy(81, y)
            document.cell(20, 4.5, price)

    assert pdf(fill).text.splitlines() == [
        "Item: Oak shelf with two brackets and screws for a wall; Price: £45.",
        "Item: Delivery; Price: £12.",
        "Item: Fitting; Price: £60.",
    ]


def test_clauses_keep_the_numbers_in_their_margin():
    clauses = (("1.", "Rent"), ("1.1", LEFT), ("1.2", "Water is included."), ("2.", "Deposit"), ("2.1", RIGHT))

    def fill(document):
        document.add_page()
        heading(document, "Tenancy")
        for number, words in clauses:
            document.set_font("Helvetica", "B" if number.endswith(".") else "", 11)
            top = document.get_y()
            document.cell(14, 6, number)
            document.set_xy(24, top)
            document.multi_cell(0, 6, words, new_x="LMARGIN", new_y="NEXT")

    document = pdf(fill)
    assert document.text.split("\n\n") == ["Tenancy", *(f"{number} {words}" for number, words in clauses)]
    assert [section.headings[-1] for section in document.sections if section.headings] == ["1. Rent", "2. Deposit"]


def test_a_drawing_of_very_many_lines_costs_little():
    lines = b"".join(b"%d %d m %d %d l S\n" % (n % 290, n % 299, n % 290 + 9, n % 299) for n in range(100_000))
    one = b"".join(b"%d %d m %d %d l\n" % (n % 290, n % 299, n % 290, n % 299 + 9) for n in range(100_000)) + b"S\n"
    words = b"BT /F 11 Tf 20 200 Td (Row on the right, and never alone.) Tj ET"
    for drawing in (lines, one):
        began = time.process_time()
        assert convert(raw_pdf(drawing + words), ".pdf", "name").text == "Row on the right, and never alone."
        assert time.process_time() - began < 5


def test_a_head_above_the_shades_names_the_columns():
    def fill(document):
        document.add_page()
        document.set_font("Helvetica", "B", 11)
        document.set_fill_color(220)
        for words in ("Boat", "Fee", "Weeks"):
            document.cell(50, 7, words)
        document.ln()
        document.set_font("Helvetica", size=11)
        for row in (("Punt", "40", "6"), ("Skiff", "55", "8"), ("Raft", "60", "9")):
            for words in row:
                document.cell(50, 7, words, fill=True)
            document.ln()

    assert pdf(fill).text.splitlines()[0] == "Boat: Punt; Fee: 40; Weeks: 6."
