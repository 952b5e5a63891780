"""Cells of a table are said so that a listener understands them."""

import pytest

from assistant.turn.cells import with_cells_said
from assistant.turn.completing import with_its_row
from assistant.turn.events import Citation

TABLE = (
    "Sign: B2; Meaning: Lamp goes dark again; Restart: no; Seen (times): 7; Fee (£): 40.00.\n"
    "Sign: B3; Meaning: Lens is loose; Restart: yes; Seen (times): 9; Fee (£): 35.50.\n\n"
    "Boat: Otter; Weight (kg): 57; Length in m: 4.2; Hire (€/day): 30; Open: Friday 9:00; Share (%): 8.\n"
    "Boat: Teal; Weight (kg): 61; Length in m: 5; Hire (€/day): 32; Open: Sunday; Share (%): 9."
)


def said(question, words, *, row=False):
    start = TABLE.index(words)
    cited = Citation(
        document="x.md", passage_id=1, start=start, end=start + len(words), text=words, passage=TABLE, passage_start=0
    )
    return with_cells_said(question, with_its_row(cited, TABLE) if row else cited, TABLE).said


@pytest.mark.parametrize(
    ("words", "told"),
    [("40.00", "£40"), ("35.50", "£35.50"), ("57", "57 kg"), ("4.2", "4.2 m"), ("30", "€30 per day"), ("8", "8%"),
     ("7", ""), ("Lens is loose", ""), ("Otter", "")],
)  # fmt: skip
def test_a_bare_number_is_said_with_the_unit_of_its_column(words, told):
    assert said("what is it", words) == told


def test_a_row_is_said_without_the_names_that_nobody_needs():
    assert said("should I try again on B2", "no", row=True) == (
        "B2; Lamp goes dark again; Restart: no; Seen (times): 7; Fee: £40"
    )
    assert said("is the Otter's weight 60 kg", "57", row=True) == (
        "Otter; 57 kg; Length: 4.2 m; Hire: €30 per day; Friday 9:00; Share: 8%"
    )


def test_the_name_of_a_column_that_ends_like_a_unit_has_none():
    table = "Bird: wren; how many: 9; up to 8 m: 20.\nBird: teal; how many: 4; up to 8 m: 30."
    for words in ("9", "20"):
        start = table.index(f": {words}") + 2
        cited = Citation(document="x.md", passage_id=1, start=start, end=start + len(words), text=words, passage=table)
        assert not with_cells_said("what is it", cited, table).said


def test_prose_is_said_as_it_is_written():
    text = "Bring this: a rope; not that: a lamp."
    cited = Citation(document="x.md", passage_id=1, start=12, end=18, text=text[12:18], passage=text)
    assert with_cells_said("what do I bring", cited, text) is cited
