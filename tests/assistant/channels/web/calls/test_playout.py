"""What a call plays, frame by frame."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.channels.web.calls.playout import FRAME, Playout
from assistant.channels.web.realtime.line import Played

LOUD = np.full(FRAME, 1000, "<i2").tobytes()
QUIET = bytes(2 * FRAME)


class Out:
    """A playout and what it told; generations up to `stale` are no longer current."""

    def __init__(self) -> None:
        self.stale = 0
        self.told: list[Played] = []
        self.playout = Playout(lambda generation: generation > self.stale, self.told.append)

    def frames(self, count: int) -> list[str]:
        names = {LOUD: "loud", QUIET: "quiet"}
        return [names.get(self.playout.frame(), "partly") for _ in range(count)]


@pytest.fixture
def out() -> Out:
    return Out()


def test_a_reply_is_played_whole_and_told_to_begin_and_to_end(out):
    assert out.frames(2) == ["quiet"] * 2
    out.playout.play(LOUD + LOUD[:100], 1)
    out.playout.end(1)
    assert out.playout.waiting_s == pytest.approx(0.02 + 50 / 24_000)
    assert out.frames(3) == ["loud", "partly", "quiet"]
    assert out.told == [Played("started", 1), Played("stopped", 1, 40)]


def test_words_that_are_still_being_made_are_waited_for_in_silence(out):
    out.playout.play(LOUD + LOUD[:100], 1)
    assert out.frames(3) == ["loud", "quiet", "quiet"]
    out.playout.play(LOUD[100:], 1)
    out.playout.end(1)
    assert out.frames(2) == ["loud", "quiet"]
    assert [each.what for each in out.told] == ["started", "stopped"]


def test_a_reply_that_was_cut_off_is_silent_at_once_and_what_was_played_is_told(out):
    out.playout.play(LOUD * 10, 1)
    out.playout.end(1)
    assert out.frames(3) == ["loud"] * 3
    out.stale = 1
    assert out.frames(2) == ["quiet"] * 2
    assert out.told == [Played("started", 1), Played("cleared", 1, 60)]
    assert out.playout.waiting_s == 0
    out.playout.play(LOUD, 2)
    out.playout.end(2)
    assert out.frames(2) == ["loud", "quiet"]
    assert out.told[2:] == [Played("started", 2), Played("stopped", 2, 20)]


def test_a_reply_that_was_never_heard_is_not_told(out):
    out.playout.play(LOUD, 1)
    out.stale = 1
    assert out.frames(1) == ["quiet"]
    out.playout.end(1)
    assert out.told == []


def test_replies_are_played_one_after_the_other(out):
    for generation in (1, 2):
        out.playout.play(LOUD, generation)
        out.playout.end(generation)
    assert out.frames(3) == ["loud", "loud", "quiet"]
    assert [(each.what, each.generation) for each in out.told] == [
        ("started", 1),
        ("stopped", 1),
        ("started", 2),
        ("stopped", 2),
    ]
