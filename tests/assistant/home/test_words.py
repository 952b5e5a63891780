"""Sentences as plain words: what is written differently but said alike becomes one."""

from __future__ import annotations

import pytest

from assistant.home.understanding.wording.words import joined, plain, singular


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Set the Bed-Room to 21½ °C, please!", "set the bed room to 21.5 degrees , please"),
        ("twenty one point five degrees", "21.5 degrees"),
        ("a hundred percent", "100 percent"),
        ("50%", "50 percent"),
        ("2,000 kelvin", "2000 kelvin"),
        ("two hundred and fifty", "250"),
        ("twenty two and a half", "22.5"),
        ("What's on? Don't stop.", "what is on , do not stop"),
        ("whats on", "what is on"),
        ("Alice’s lamp", "alices lamp"),
        ("Café lights", "cafe lights"),
        ("the left one", "the left one"),
        ("by one degree", "by 1 degree"),
        ("down a degree", "down 1 degrees"),
        ("turn it off...", "turn it off"),
    ],
)
def test_a_sentence_becomes_what_is_said(said: str, expected: str) -> None:
    assert plain(said) == expected


def test_only_plurals_lose_their_s() -> None:
    assert [singular(word) for word in "lamps switches batteries glass bus tv gas".split()] == [
        "lamp", "switch", "battery", "glass", "bus", "tv", "gas",
    ]  # fmt: skip


def test_a_list_is_joined_as_it_is_said() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a", "b"], "or") == "a or b"
