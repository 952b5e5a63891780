"""A document's text knows its pages, and no letter of it carries marks without end."""

import unicodedata

import pytest

from knowledge.passages import Passage
from knowledge.text import DocumentText, stream_safe
from tests.knowledge.texts import tokenize

PAGED = DocumentText("T", "one two three four", (), pages=((0, 7), (4, 8), (14, 12)))


@pytest.mark.parametrize(
    ("slice_", "pages"),
    [
        ((0, 3), ((0, 7),)),
        ((0, 4), ((0, 7),)),
        ((1, 9), ((0, 7), (3, 8))),
        ((4, 18), ((0, 8), (10, 12))),
        ((15, 18), ((0, 12),)),
    ],
)
def test_a_slice_of_a_document_knows_its_pages(slice_, pages):
    assert PAGED.pages_of(*slice_) == pages
    assert DocumentText("T", PAGED.text, ()).pages_of(*slice_) == ()


def passage(pages):
    fields = {"title": "T", "headings": ("A", "B"), "text": "two three", "start": 4, "end": 13}
    return Passage(id=1, document_id=1, document="d", tokens=tokenize("two three"), pages=pages, **fields)


def test_a_span_is_cited_with_the_page_that_it_stands_on():
    over_two = passage(((0, 8), (5, 9)))
    assert [over_two.page(), over_two.page(4), over_two.page(5), over_two.page(8)] == [8, 8, 9, 9]
    assert passage(()).page(3) is None
    assert over_two.context == "T > A > B"


@pytest.mark.parametrize("mark", ["\u0301", "\u0323\u0301", "\u20d0", "\U0001d165\u0301"])
def test_marks_beyond_the_thirtieth_of_a_letter_are_dropped(mark):
    text = f"caf e{mark * 40}n a{mark * 2}e\u0301"
    safe = stream_safe(text)
    assert safe.startswith("caf e" + mark * (30 // len(mark)))
    assert safe.endswith(f"n a{mark * 2}e\u0301")
    runs = "".join("m" if unicodedata.combining(char) else " " for char in safe).split()
    assert max(map(len, runs)) == 30


def test_text_with_few_marks_is_left_alone():
    text = "e" + "\u0301" * 30 + "\U0001f98a naïve नमस्ते"
    assert stream_safe(text) == text
