"""PDF, written here by another library than the one that reads it."""

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
