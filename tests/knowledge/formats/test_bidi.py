"""Words of pages in Hebrew and Arabic are read in their order, whichever order a file has its letters in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import languages
from knowledge.formats import bidi
from knowledge.formats.bidi import Glyph
from knowledge.formats.registry import convert
from tests.knowledge.formats.test_pdf import raw_pdf

fpdf = pytest.importorskip("fpdf", reason="fpdf2 (extra dev) is not installed")
pytest.importorskip("pypdfium2", reason="pypdfium2 (extra documents) is not installed")

WIDTH, SIZE, LETTER = 600.0, 10.0, 5.0
FRIDGE = 'המקרר QX-9 (דגם 2024) עובד במתח של 12.5 וולט, ועולה 1,250 ₪ (כולל 17% מע"מ).'
HOURS = "פתוח בשעות 10:30 ו-18:00 [למעט שבת], טלפון 03-1234567, ראו www.example.com/help או Windows 11 Pro."


def shown(text: str, *, from_right: bool = True) -> str:
    """The characters of a line from left to right, as the bidirectional algorithm has them shown."""
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    direction = TextDirection.RTL if from_right else TextDirection.LTR
    return BidiParagraph(text=text, base_direction=direction).get_reordered_string()


def drawn(line: str, *, right: float | None = None, top: float = 100.0) -> list[Glyph]:
    """A line of letters of one width each that begins at the left, or ends at `right`."""
    left = 50.0 if right is None else right - LETTER * len(line)
    return [
        Glyph(text=char, left=x, top=top, right=x + LETTER, bottom=top + SIZE, size=SIZE)
        for at, char in enumerate(line)
        for x in (left + LETTER * at,)
        if char != " "
    ]


def words(glyphs: list[Glyph]) -> str:
    runs, _ = bidi.read(glyphs, WIDTH)
    return " ".join(run.text for run in sorted(runs, key=lambda run: (run.top, run.left)))


HEBREW = st.text("אבגדהוזחטיכלמנסעפצקרשת", min_size=1, max_size=6)
NUMBER = st.from_regex(r"[1-9][0-9]{0,3}(\.[0-9]{1,2})?%?|[0-2][0-9]:[0-5][0-9]|₪[1-9]{2}", fullmatch=True)
LATIN = st.from_regex(r"[a-zA-Z]{2,7}(-[0-9]{1,2}|[0-9])?( [A-Z][a-z]{2,5}){0,2}", fullmatch=True)
#: Two neighbours of the other direction can be shown by two orders of them, so something stands between.
PIECE = st.one_of(NUMBER, LATIN, HEBREW.map(lambda word: f"({word})"), HEBREW.map(lambda word: f'"{word}",'))


@settings(max_examples=30)
@given(st.lists(st.tuples(HEBREW, PIECE), min_size=1, max_size=5), HEBREW, st.randoms(use_true_random=False))
def test_a_line_that_is_shown_is_read_as_it_was_written(pieces, last, chance):
    line = " ".join([*(part for piece in pieces for part in piece), last, last]) + "."
    glyphs = drawn(shown(line))
    chance.shuffle(glyphs)  # whatever order the file has
    if sum(glyph.kind == "R" for glyph in glyphs) > sum(glyph.kind == "L" for glyph in glyphs):
        assert words(glyphs) == line


@settings(max_examples=30)
@given(st.lists(st.tuples(LATIN, HEBREW), min_size=1, max_size=3), LATIN)
def test_words_of_the_other_direction_in_a_line_of_latin_letters_are_turned_round(pieces, last):
    line = f"In English {' '.join(part for piece in pieces for part in piece)} {last} and so it goes on and on."
    assert words(drawn(shown(line, from_right=False))) == line


def test_a_paragraph_of_its_own_may_run_the_other_way():
    first, second = "שלום לכל מי שקורא את המדריך הזה לפני שהוא פותח את הדלת", "English says שלום and goes on."
    glyphs = drawn(shown(first), right=550) + drawn(shown(second, from_right=False), top=120)
    assert words(glyphs) == f"{first} {second}"


def test_vowels_follow_the_letters_they_mark_and_arabic_letters_are_those_that_are_searched():
    letters = drawn("םולש")
    letters.append(Glyph(text="\u05c1", left=66, top=96, right=69, bottom=106, size=SIZE))  # over the first letter, ש
    assert words(letters) == "שׁלום" == "ש\u05c1לום"
    # A ligature stands at one place, its letters in the order in which PDFium has them.
    (final,) = drawn("م")
    ligature = [Glyph(text=char, left=55, top=100, right=60, bottom=110, size=SIZE) for char in "ال"]
    assert words([final, *ligature]) == "لام"


@pytest.mark.parametrize("closing", ["()", ")("], ids=["as drawn", "as meant"])
def test_brackets_enclose_whichever_way_a_file_calls_them(closing):
    turned = shown("המקרר (דגם חדש) עובד").translate(str.maketrans("()", closing))
    assert words(drawn(turned)) == "המקרר (דגם חדש) עובד"


def test_a_bracket_alone_is_told_by_what_is_beside_it():
    line = "2) פתחו את הדלת [ראו עמוד שלוש"
    assert words(drawn(shown(line))) == line


def test_a_percent_sign_follows_its_number_where_it_is_drawn_before_it():
    assert words(drawn(shown("شامل 17% ضريبة"))) == "شامل 17% ضريبة"
    assert "%17" in shown("شامل 17% ضريبة")


# Letters in a font of a PDF: Hebrew ones are drawn as the accented ones from 0xC0, in a font of one width.
CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
3 beginbfrange <20> <7E> <0020> <C0> <DA> <05D0> <A4> <A4> <20AA> endbfrange endcmap end end"""
FONT = (
    b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding/ToUnicode 7 0 R"
    b"/FirstChar 0/LastChar 255/Widths[%s]>>" % (b"600 " * 256),
    b"<</Length %d>>stream\n%s\nendstream" % (len(CMAP), CMAP),
)
PAGE = b"/Resources<</Font<</H 6 0 R>>>>/MediaBox[0 0 700 300]"


def coded(text: str) -> bytes:
    return bytes(
        0xC0 + ord(char) - 0x5D0 if "א" <= char <= "ת" else 0xA4 if char == "₪" else ord(char) for char in text
    )


def as_shown(line: str, y: float, right: float = 680.0) -> bytes:
    """A line in one piece, its letters from left to right."""
    return b"BT /H 10 Tf %g %g Td <%s> Tj ET\n" % (right - 6 * len(line), y, coded(shown(line)).hex().encode())


def as_read(line: str, y: float, right: float = 680.0) -> bytes:
    """A line letter by letter in the order of reading, each put where it is shown."""
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    placed = BidiParagraph(text=line, base_direction=TextDirection.RTL).get_reordered_characters()
    places = sorted(
        (char.character_index, right - 6 * len(line) + 6 * at, char.character) for at, char in enumerate(placed)
    )
    return b"".join(b"BT /H 10 Tf %g %g Td <%s> Tj ET\n" % (x, y, coded(char).hex().encode()) for _, x, char in places)


def read(content: bytes):
    # The font and what it maps to have the numbers 6 and 7.
    return convert(raw_pdf(content, page=PAGE, objects=FONT), ".pdf", "name")


@pytest.mark.parametrize("way", [as_shown, as_read])
def test_a_page_in_hebrew_is_read_whether_its_letters_are_in_the_order_of_reading_or_of_the_page(way):
    document = read(way(FRIDGE, 250) + way(HOURS, 236))
    assert document.text == f"{FRIDGE} {HOURS}"
    assert languages.name(languages.language(document.text)) == "Hebrew"


def test_columns_are_read_from_the_right_and_items_keep_their_numbers():
    right = [
        "המגדלור עומד על הסלע מאז שנת",
        "1871 ונבנה בידי הנרי בעל",
        "הסירות שגר ליד החומה של",
        "הנמל הישן והגדול מאוד.",
    ]
    left = [
        "הסירות עוגנות בנמל הישן ליד",
        "החומה וכל סירה משלמת על כל",
        "יום ומי שמאחר משלם קנס של",
        "40 שקלים למנהל הנמל הזה.",
    ]
    lines = [
        as_shown(line, 250 - 14 * at, x) for x, side in ((680, right), (340, left)) for at, line in enumerate(side)
    ]
    steps = [
        as_shown(f"{number}. {step}.", 150 - 14 * number) for number, step in enumerate(("פתחו את הדלת", "חכו"), 1)
    ]
    text = read(b"".join([*lines, *steps])).text
    assert text == f"{' '.join(right)}\n\n{' '.join(left)}\n\n1. פתחו את הדלת.\n2. חכו."
