import pytest

from engines.number_words import cardinal, numbers_in_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("opened in 1889.", "opened in eighteen eighty nine."),
        ("1905", "nineteen oh five"),
        ("1900 and 2000", "nineteen hundred and two thousand"),
        ("in 2007, in 2024", "in two thousand seven, in twenty twenty four"),
        ("1,665 steps", "one thousand six hundred sixty five steps"),
        ("0, 17, 40, 99 and 606", "zero, seventeen, forty, ninety nine and six hundred six"),
        ("2,000,001", "two million one"),
        ("330 metres", "three hundred thirty metres"),
        ("3.05 and -4", "three point zero five and minus four"),
        ("the 1st, 12th, 20th and 33rd", "the first, twelfth, twentieth and thirty third"),
        ("code 007", "code zero zero seven"),
        ("B12 and 4K stay", "B12 and 4K stay"),
        ("no figures", "no figures"),
    ],
)
def test_figures_become_words(text: str, words: str) -> None:
    assert numbers_in_words(text) == words


def test_long_figures_are_read_digit_by_digit() -> None:
    assert numbers_in_words("1" * 16) == " ".join(["one"] * 16)
    assert cardinal(10**15 - 1).startswith("nine hundred ninety nine trillion")
