"""What others wrote is shown, and nothing of it is obeyed by the terminal."""

import unicodedata

import pytest

from assistant.channels.terminal.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain title", "Plain title"),
        ("naïve 東京 🦊 e\u0301", "naïve 東京 🦊 e\u0301"),
        ("\x1b]0;owned\x07", "␛]0;owned␇"),
        ("a\r\nb\tc\0", "a␍␊b␉c␀"),
        ("\x9b31m\x85", "\ufffd31m\ufffd"),
        ("txt.\u202egpj", "txt.\ufffdgpj"),
        ("\ud800", "\ufffd"),
        ("", ""),
    ],
)
def test_control_characters_become_visible(text, shown):
    assert printable(text) == shown


def test_nothing_that_a_terminal_obeys_is_left():
    every = "".join(map(chr, range(0x11000)))
    kinds = {unicodedata.category(char) for char in printable(every)}
    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert len(printable(every)) == len(every)
