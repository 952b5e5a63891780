"""The rows of a table that are told where one cell of it was found."""

import pytest

from assistant.turn.rows import may_ask_for_rows, with_all_rows
from tests.assistant.turn.test_completing import cited

BOATS = (
    "The fleet\nBoat: Heron; Crew: 4; Licence: yes; Skipper: Ada.\nBoat: Teal; Crew: 2; Licence: no; Skipper: Bo.\n"
    "Boat: Smew, long; Crew: 6; Licence: yes; Skipper: Ada.\n\nNotes"
)
CARDS = "Our cards\nVisits; Blue: 3; Gold: any.\nGuests; Blue: none; Gold: one.\nLocker; Blue: no; Gold: yes."


def told(question, text, span, heading):
    found, document = cited(text, span, headings=(heading,)), f"{' ' * 50}{text}"
    found = with_all_rows(question, found, document) if may_ask_for_rows(question) else found
    assert found.text == document[found.start : found.end]
    return found.said


@pytest.mark.parametrize(
    ("question", "span", "said"),
    [
        ("Which boats are there?", "Heron", "Heron; Teal; Smew, long"),
        ("Name the three boats of the old club", "Teal", "Heron; Teal; Smew, long"),
        ("which boats need a licence", "Heron", "Heron; Smew, long"),
        ("What are Ada's boats?", "Smew, long", "Heron; Smew, long"),
        ("Which boat has room for six?", "Smew, long", ""),
        ("Which boats need no licence?", "Teal", ""),
        ("Which boats are good for children?", "Teal", ""),
        ("Which of the boats is fastest?", "Teal", ""),
    ],
)
def test_the_rows_that_were_asked_for_are_told(question, span, said):
    assert told(question, BOATS, span, "The fleet") == said


def test_columns_are_told_where_they_are_what_the_table_is_about():
    assert told("Which cards are there?", CARDS, "any", "Our cards") == "Blue; Gold"
    assert told("Which lockers are there?", CARDS, "any", "Our cards") == ""
