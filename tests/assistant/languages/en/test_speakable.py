import pytest

from assistant.languages.en.speakable import LONGEST, speakable


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is 21 °C.", "It is 21 degrees Celsius."),
        ("At 1 m and 30 km/h", "At 1 metre and 30 kilometres per hour"),
        ("12 m/s, 5 mm, 70%", "12 metres per second, 5 millimetres, 70 percent"),
        ("1 ft tall", "1 foot tall"),
        ("It cost $5 million, then €1 and £3.50.", "It cost 5 million dollars, then 1 euro and 3.50 pounds."),
        ("1939–1945", "1939 to 1945"),
        ("pages 3-14", "pages 3 to 14"),
        ("call 555-12-34", "call 555-12-34"),
        ("Henry VIII and Chapter IV, but I go", "Henry the 8th and Chapter 4, but I go"),
        ("see https://www.example.org/a?b=c now", "see example.org now"),
        ("**bold** `code` [3]", "bold code"),
        ("one\x00two\x1b[31m\u200bthree\n", "one two three"),
        ("in 1990, 5 people", "in 1990, 5 people"),
        ("a 4x4 grid & more", "a 4 by 4 grid and more"),
    ],
)
def test_symbols_are_said_in_words(text: str, said: str) -> None:
    assert speakable(text) == said


@pytest.mark.parametrize("text", ["", " \n\t", "...", "—?!", "\x00\x07", "***"])
def test_what_cannot_be_said_is_empty(text: str) -> None:
    assert speakable(text) == ""


def test_long_texts_are_cut_at_a_word() -> None:
    text = speakable("lighthouse " * 2_000)
    assert LONGEST - 11 <= len(text) <= LONGEST
    assert text.endswith("lighthouse")
