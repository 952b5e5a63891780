"""What sounds like something that was heard is found among many words, the nearest first."""

from __future__ import annotations

from assistant.languages.en.sounding import Sounding

NAMES = ["waggle", "wagon", "summit station", "tower clock", "hour glass", "tea", "a"]


def test_the_nearest_come_first_and_nothing_else_comes() -> None:
    found = Sounding(NAMES, least=0.7, lengths=2).near("wattle", 4)
    assert [term for term, _ in found][:1] == ["waggle"]
    assert all(0.7 <= likeness <= 1 for _, likeness in found)
    assert "summit station" not in dict(found)


def test_words_written_apart_are_the_same_sounds() -> None:
    (best, likeness), *_ = Sounding(NAMES, least=0.6, lengths=2).near("sum it station", 3)
    assert best == "summit station"
    assert likeness > 0.9


def test_what_has_no_sound_finds_nothing() -> None:
    assert Sounding(NAMES, least=0.6, lengths=2).near("", 3) == []
    assert Sounding([], least=0.6, lengths=2).near("tea", 3) == []
