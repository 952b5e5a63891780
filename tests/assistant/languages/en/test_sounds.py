"""Words that a recogniser takes for each other are alike; others are not."""

from __future__ import annotations

import pytest

from assistant.languages.en.sounds import likeness, phones


@pytest.mark.parametrize(
    ("heard", "meant"),
    [("lending", "landing"), ("cattle", "kettle"), ("whole", "hall"), ("bad side", "bedside"), ("sealing", "ceiling"),
     ("lamb", "lamp"), ("heeding", "heating"), ("tea v", "tv"), ("sky light", "skylight")],
)  # fmt: skip
def test_near_sounds_are_alike(heard: str, meant: str) -> None:
    assert likeness(heard, meant) > 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [("wall", "hall"), ("kitchen", "chicken"), ("left", "right"), ("freezer", "fridge"), ("den", "ben")],
)
def test_other_names_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < 0.86


def test_likeness_is_the_same_both_ways_and_whole_for_itself() -> None:
    assert likeness("sofa lamp", "sofa lamp") == 1.0
    assert likeness("desk", "disc") == likeness("disc", "desk")


def test_a_word_that_no_dictionary_has_is_spelled_out() -> None:
    assert phones("zigblort") == ("Z", "IH", "G", "B", "L", "AO", "R", "T")
