"""PDF, written here by another library than the one that reads it."""

import time

import pytest

from knowledge.formats.registry import convert
from knowledge.text import DocumentError, DocumentText
from tests.knowledge.formats.test_office import headings

fpdf = pytest.importorskip("fpdf", reason="fpdf2 (extra dev) is not installed")
pytest.importorskip("pypdfium2", reason="pypdfium2 (extra documents) is not installed")

LEFT = (
    "The boathouse opens at seven in the morning from April to September and at nine in the remaining months. On bank "
)
LEFT += (
    "holidays it stays closed until noon, and the keyholder of the week is named on the blackboard beside the kitchen."
)
RIGHT = "Whoever is last to leave switches off the heating, locks the slipway gate and returns the key to its box. "
RIGHT += "The alarm is armed with the code that members chose at registration; three wrong attempts cost forty pounds."


def pdf(fill, **options) -> DocumentText:
    return convert(made(fill, **options), ".pdf", "name")


def made(fill, *, password: str = "") -> bytes:
    document = fpdf.FPDF(format="A4")
    document.set_auto_page_break(auto=False)
    document.set_font("Helvetica", size=11)
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    fill(document)
    return bytes(document.output())


def heading(document, words: str) -> None:
    document.set_font("Helvetica", "B", 16)
    document.cell(0, 12, words, new_x="LMARGIN", new_y="NEXT")
    document.set_font("Helvetica", size=11)


def test_headings_paragraphs_and_lists_are_told_apart():
    def fill(document):
        document.add_page()
        heading(document, "Kettle")
        document.multi_cell(0, 6, LEFT, new_x="LMARGIN", new_y="NEXT")
        heading(document, "Cleaning it")
        for number, step in enumerate(("Fill it with half a cup of vinegar.", "Boil it twice.", "Rinse it."), 1):
            document.multi_cell(0, 6, f"{number}. {step}", new_x="LMARGIN", new_y="NEXT")

    document = pdf(fill)
    assert document.text == (
        f"Kettle\n\n{LEFT}\n\nCleaning it\n\n1. Fill it with half a cup of vinegar.\n2. Boil it twice.\n3. Rinse it."
    )
    assert headings(document, "Boil") == ("Cleaning it",)


@pytest.mark.parametrize(("title", "told"), [("Hoist rev4", "Rope hoist"), ("A rope hoist", "A rope hoist")])
def test_the_name_of_a_file_is_no_title(title, told):
    def fill(document):
        document.set_title(title)
        document.add_page()
        heading(document, "Rope hoist")
        document.multi_cell(0, 6, LEFT)

    assert pdf(fill).title == told


def test_columns_are_read_one_after_the_other():
    def fill(document):
        document.add_page()
        document.multi_cell(
            0, 6, "Members receive this handbook with their first invoice, and read it all before rowing."
        )
        for x, words in ((10, LEFT), (110, RIGHT)):
            document.set_xy(x, 40)
            document.multi_cell(85, 6, words)
        document.set_xy(10, 120)
        document.multi_cell(0, 6, "This last paragraph stands below both of the columns and is as wide as the page is.")

    text = pdf(fill).text
    places = [text.index(words) for words in ("Members", LEFT, RIGHT, "This last")]
    assert places == sorted(places)


def test_headings_beside_each_other_head_their_columns():
    def fill(document):
        document.add_page()
        for x, name, words in ((10, "Hours", LEFT), (110, "Leaving", RIGHT)):
            document.set_font("Helvetica", "B", 16)
            document.set_xy(x, 20)
            document.cell(80, 12, name)
            document.set_font("Helvetica", size=11)
            document.set_xy(x, 32)
            document.multi_cell(85, 6, words)

    assert pdf(fill).text.split("\n\n") == ["Hours", LEFT, "Leaving", RIGHT]


def test_a_table_names_the_column_of_each_cell():
    def fill(document):
        document.add_page()
        for row in (
            ("Membership", "Yearly fee", "Locker"),
            ("Adult", "£180", "£25"),
            ("Student", "£95", "£15"),
            ("Family", "£310", "free"),
        ):
            for cell in row:
                document.cell(50, 8, cell)
            document.ln()

    lines = pdf(fill).text.splitlines()
    assert lines[1] == "Membership: Student; Yearly fee: £95; Locker: £15."
    assert len(lines) == 3


def test_what_stands_on_every_page_is_left_out_and_pages_are_known():
    def fill(document):
        for number, words in enumerate(("Row on the right.", "Never row alone.", "Wear a jacket."), 1):
            document.add_page()
            document.set_xy(10, 8)
            document.cell(0, 5, "Rowing Club Handbook 2026")
            document.set_xy(10, 60)
            document.multi_cell(0, 6, f"{words} {LEFT}")
            document.set_xy(10, 285)
            document.cell(0, 5, f"Page {number} of 3")

    document = pdf(fill)
    assert "Handbook 2026" not in document.text
    assert "of 3" not in document.text
    place = document.text.index("Wear a jacket.")
    assert document.pages_of(place, place + 4) == ((0, 3),)


def test_a_paragraph_goes_on_over_the_end_of_a_page_and_of_a_line():
    def fill(document):
        document.add_page()
        document.set_xy(10, 150)
        document.multi_cell(
            0, 6, "Boats that were damaged are marked with a red ribbon and are not taken out until the"
        )
        document.add_page()
        document.set_xy(10, 60)
        document.cell(0, 6, "equipment officer has seen them, which may take her a cou-", new_x="LMARGIN", new_y="NEXT")
        document.cell(0, 6, "ple of days in the summer.")

    assert "until the equipment officer has seen them, which may take her a couple of days" in pdf(fill).text


def test_one_that_is_locked_scanned_or_damaged_is_told_apart():
    words = made(lambda document: (document.add_page(), document.multi_cell(0, 6, LEFT)))
    with pytest.raises(DocumentError, match="protected by a password"):
        pdf(lambda document: (document.add_page(), document.multi_cell(0, 6, LEFT)), password="secret")
    with pytest.raises(DocumentError, match="it was scanned"):
        pdf(lambda document: (document.add_page(), document.add_page()))
    for content in (b"", b"%PDF-1.7\n", b"plain text", words[:100]):
        with pytest.raises(DocumentError, match="is damaged"):
            convert(content, ".pdf", "name")


def raw_pdf(words: bytes, *, page: bytes = b"", objects: tuple[bytes, ...] = (), kids: bytes = b"3 0 R") -> bytes:
    """A page 300 points square with a content stream; `objects` have the numbers from 6."""
    given = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/MediaBox[0 0 300 300]/Count %d/Kids[%s]>>" % (kids.count(b"R"), kids),
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>%s>>" % page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *objects,
    )
    file = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(given, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(given) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return file + end % (count, table, count, len(file))


LINES = b"(The boathouse opens at seven.) Tj 0 -14 Td (Row on the right, and never alone.) Tj"


@pytest.mark.parametrize(
    "matrix", [b"1 0 0 1 20 200", b"0 1 -1 0 80 20", b"-1 0 0 -1 280 80", b"0 -1 1 0 200 280"], ids=str
)
def test_words_are_read_whichever_way_they_run(matrix):
    text = convert(raw_pdf(b"BT /F 11 Tf %s Tm %s ET" % (matrix, LINES)), ".pdf", "name").text
    assert text == "The boathouse opens at seven. Row on the right, and never alone."


def test_a_stamp_aslant_and_words_up_the_margin_are_not_among_the_sentences():
    upright = b"BT /F 11 Tf 1 0 0 1 60 200 Tm %s ET" % LINES
    stamp = b"BT /F 30 Tf 0.7 0.7 -0.7 0.7 70 130 Tm (DRAFT COPY) Tj ET"
    margin = b"BT /F 9 Tf 0 1 -1 0 20 150 Tm (Kept by the secretary) Tj ET"
    text = convert(raw_pdf(margin + upright + stamp), ".pdf", "name").text
    assert text.split("\n\n") == [
        "The boathouse opens at seven. Row on the right, and never alone.",
        "Kept by the secretary",
    ]


def test_what_stands_beyond_the_edge_of_a_page_is_not_read():
    words = b"BT /F 11 Tf 60 200 Td %s ET BT /F 9 Tf 5 20 Td (printer proof) Tj ET" % LINES
    assert "proof" not in convert(raw_pdf(words, page=b"/CropBox[50 50 300 250]"), ".pdf", "name").text


def test_what_was_written_into_a_form_is_read_where_it_stands():
    drawn = b"BT /F 11 Tf 2 5 Td (Ada Brook of the north pier) Tj ET"
    form = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/V(Ada)/F 4/Rect[110 193 290 210]/AP<</N 7 0 R>>/P 3 0 R>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 180 17]/Resources<</Font<</F 5 0 R>>>>/Length %d>>stream\n%s\nendstream"
        % (len(drawn), drawn),
    )
    words = b"BT /F 11 Tf 20 198 Td (Name of skipper:) Tj ET"
    document = convert(raw_pdf(words, page=b"/Annots[6 0 R]", objects=form), ".pdf", "name")
    assert document.text == "Name of skipper: Ada Brook of the north pier"


def test_dots_that_are_drawn_before_words_make_items():
    def fill(document):
        document.add_page()
        document.multi_cell(0, 6, "Bring these things along:", new_x="LMARGIN", new_y="NEXT")
        for number, words in enumerate(("a warm jacket", "a bottle of water", "the key")):
            document.ellipse(14, 17.7 + 6 * number, 1.5, 1.5, style="F")
            document.set_xy(19, 15.5 + 6 * number)
            document.cell(0, 6, words)

    lines = pdf(fill).text.splitlines()
    assert lines[-3:] == ["- a warm jacket", "- a bottle of water", "- the key"]


def test_a_long_row_of_dots_takes_no_longer_than_its_length():
    began = time.process_time()
    dots = b"(" + b"." * 20_000 + b") Tj "
    words = b"BT /F 0.01 Tf 2 198 Td (Contents) Tj " + 2 * dots + b"( and more) Tj ET"
    assert convert(raw_pdf(words), ".pdf", "name").text.endswith("and more")
    assert time.process_time() - began < 5  # a second at most; a minute if every dot looked at all the rest


def test_columns_of_a_table_are_where_no_line_of_it_has_words():
    def fill(document):
        document.add_page()
        for row in (
            ("Room", "Beds", "Price per night"),
            *((f"Room {n}", str(n % 4), f"{n} euros") for n in (8, 9, 10)),
        ):
            for width, cell in zip((20, 13, 40), row, strict=True):
                document.cell(width, 8, cell)
            document.ln()

    assert pdf(fill).text.splitlines()[-1] == "Room: Room 10; Beds: 2; Price per night: 10 euros."


def test_a_document_of_too_many_pages_is_refused_and_a_damaged_page_is_passed_over():
    with pytest.raises(DocumentError, match=r"has 6,000 pages, more than 5,000"):
        convert(raw_pdf(b"", kids=b"3 0 R " * 6000), ".pdf", "name")
    words = b"BT /F 11 Tf 60 200 Td %s ET" % LINES
    document = convert(raw_pdf(words, kids=b"3 0 R 99 0 R"), ".pdf", "name")
    assert "The boathouse opens at seven." in document.text
