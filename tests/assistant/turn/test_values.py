"""What is one value, and what says more."""

import pytest

from assistant.turn.values import is_value


@pytest.mark.parametrize(
    "text",
    [
        "105 °C", "£36", "£4.50 a night", "by Friday 12 May", "9.15 am", "10:00–14:00", "ten metres", "2.5 m", "KT-4",
        "F9", "0555 010 020", "1911", "up to three weeks", "Tue 4 Feb", "from 1 Nov to 31 March", "30 %", "4 o’clock",
    ],
)  # fmt: skip
def test_values(text):
    assert is_value(text)


@pytest.mark.parametrize(
    "text",
    ["", "may", "a mashed banana", "200 g young nettles", "Press it for 3 seconds", "5 g\n- 6 g", "Ada", "in the shed"],
)
def test_what_says_more_or_has_no_number(text):
    assert not is_value(text)
