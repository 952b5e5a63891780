"""Of a row that was found, the cell is told that fits what was asked for."""

import pytest

from assistant.turn.events import Citation
from assistant.turn.fitting import with_the_cell_that_fits
from assistant.turn.limits import Limit, amounts, limit, limits

TABLE = (
    "Lesson: Rowing; When: 4 pm; Member: £8; Guest: £11; Note: bring a towel.\n"
    "Lesson: Sailing; When: 5 pm; Member: £9; Guest: £13; Note: free in May.\n\n"
    "Painting the keel; up to 6 m: 70; 6 to 9 m: 95; over 9 m: 130.\n"
    "Painting the mast; up to 6 m: 30; 6 to 9 m: 45; over 9 m: 60.\n\n"
    "Who: Ada Wren; Job: joiner; Phone: 07700 900801; Booked: 3 June; Paid £: 240; Quote £: 200.\n"
    "Who: Bo Lund; Job: roofer; Phone: 07700 900802; Booked: 9 June; Paid £: 410; Quote £: 400."
)


def fitting(question, words):
    start = TABLE.index(words)
    cited = Citation(
        document="x.md", passage_id=1, start=start, end=start + len(words), text=words, passage=TABLE, passage_start=0
    )
    return with_the_cell_that_fits(question, cited, TABLE).text


@pytest.mark.parametrize(
    ("question", "words", "told"),
    [
        ("how much is rowing", "4 pm", "£8; Guest: £11"),
        ("how much is rowing for a guest", "bring a towel", "£11"),
        ("when did we book the joiner", "240", "3 June"),
        ("what's Ada's number", "joiner", "07700 900801"),
        ("what did we pay Bo Lund", "roofer", "410"),
        ("what had we planned for Bo Lund to cost", "roofer", "400"),
        ("what does it cost to paint the keel of a seven metre boat", "70", "95"),
        ("what does it cost to paint the mast of a 9.5 m boat", "45", "60"),
    ],
)
def test_another_cell_of_the_row_fits(question, words, told):
    assert fitting(question, words) == told


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("how much is sailing in May", "free in May"),
        ("when is rowing and what does it cost", "4 pm"),
        ("how much is rowing", "£8"),
        ("what does it cost to paint the keel", "70"),
        ("what does it cost to paint the keel of a 40 m boat in 12 m of water", "70"),
        ("who did we pay", "Ada Wren"),
        ("what job does Ada do", "joiner"),
    ],
)
def test_what_fits_or_may_is_left(question, words):
    assert fitting(question, words) == words


def test_amounts_and_limits_are_read_in_figures_and_words():
    assert amounts("is a twenty five year old boat of 8.5 metres too long") == [(25.0, "year"), (8.5, "m")]
    assert limit("6 to 9 m") == Limit(6, 9, "m")
    assert limit("over 9 m") == Limit(9, float("inf"), "m", open=True)
    assert limit("Width 9 m") is None
    assert limits("Helmets are for those under 14 years, and you steer from the age of 17.") == [
        Limit(-float("inf"), 14, "year", open=True),
        Limit(17, float("inf"), "year"),
    ]
    assert limits("From 9 May the gate is open 3 days.") == []
