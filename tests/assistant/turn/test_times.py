"""The times of day that are told: one end of a span, or all of a line."""

import pytest

from assistant.turn.times import with_all_times, with_its_end
from tests.assistant.turn.test_completing import cited

BOATS = "Line 4\n  out  6:10  6:40  7:10\n  back 15:00\n"


@pytest.mark.parametrize(
    ("question", "span", "told"),
    [
        ("When do you open?", "8:30–14:00", "8:30"),
        ("What time does the bar close?", "8:30–14:00", "14:00"),
        ("How late is it open?", "from 9am to 5 p.m.", "5 p.m."),
        ("from what time is lunch", "12 to 2 pm", "12 to 2 pm"),
        ("When is it open?", "8:30–14:00", "8:30–14:00"),
        ("When do they open and when do they close?", "8:30–14:00", "8:30–14:00"),
        ("When does the course start?", "3–5 May", "3–5 May"),
    ],
)
def test_one_end_of_a_span_is_told_where_it_is_asked_for(question, span, told):
    found = with_its_end(question, cited(f"Open {span} daily", span))
    assert found.text == told
    assert found.said == (f"until {told}" if "late" in question else "")


def test_all_times_of_a_line_are_told_where_several_are_asked_for():
    assert with_all_times("When do the boats leave?", cited(BOATS, "6:40")).text == "6:10  6:40  7:10"
    assert with_all_times("When does the first one leave?", cited(BOATS, "6:10")).text == "6:10"
