"""Verbs, and what asks for them."""

import pytest

from assistant.languages.en.verbs import asked_with, is_verb


@pytest.mark.parametrize(
    ("word", "asked"),
    [
        ("reached", ("did", "reach")),
        ("looks", ("does", "look")),
        ("catches", ("does", "catch")),
        ("sleep", ("do", "sleep")),
        ("laid", ("did", "lay")),
        ("used", ("did", "use")),
        ("red", None),
        ("lighthouse", None),
    ],
)
def test_what_asks_for_a_verb_and_its_form_then(word: str, asked: tuple[str, str] | None) -> None:
    assert asked_with(word) == asked


def test_a_verb_is_known_with_an_ending() -> None:
    assert is_verb("lives")
    assert not is_verb("orchid")
