"""What is told of words while they are spoken, by a recognizer whose thoughts are written down."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from assistant.dialogue.utterance import STEADY, Utterance
from assistant.parts import Load
from assistant.turn.events import Transcript

PIECE = STEADY // 4


class Thoughts:
    """A stream that thinks, at each piece, what is written; a word is stable to it at once, as `stable` says."""

    speaker = None

    def __init__(self, *thoughts: str, stable: str | None = None) -> None:
        self._thoughts = list(thoughts)
        self._stable = (stable if stable is not None else thoughts[-1]).split()
        self.hypothesis = self.settled = ""

    async def feed(self, _pcm: np.ndarray) -> str | None:
        self.hypothesis = self._thoughts.pop(0) if self._thoughts else self.hypothesis
        told, self._stable = self._stable, []
        return " ".join(told) or None

    async def settle(self) -> str:
        return self.settled

    async def finish(self) -> Transcript:
        return Transcript(self.hypothesis)

    def cancel(self) -> None:
        pass


async def partials(stream: Any, pieces: int, *, pause: bool = False) -> list[tuple[int, str, str]]:
    """Feed pieces one by one; return (piece, text, appended) of each partial."""
    told: list[tuple[int, str, str]] = []
    load, now = Load(), 0
    utterance = Utterance(
        1,
        stream,
        load,
        partial=lambda _turn, text, appended: told.append((now, text, appended)),
        hypothesis=lambda *_: None,
        settled=lambda *_: None,
    )
    for now in range(1, pieces + 1):  # noqa: B007 - the partial notes it
        utterance.feed(np.zeros(PIECE, np.int16))
        for _ in range(5):
            await asyncio.sleep(0)
    if pause:
        utterance.pause()
        for _ in range(5):
            await asyncio.sleep(0)
    await utterance.finish()
    await asyncio.sleep(0)
    assert load.hearing == 0
    return told


async def test_a_word_is_told_once_it_has_stood_long_enough() -> None:
    stream = Thoughts("how", "how", "how tall", "how tall", "how tall is", "how tall is")
    assert await partials(stream, 10) == [(5, "how", "how"), (7, "how tall", "tall"), (9, "how tall is", "is")]


async def test_a_word_that_was_another_one_lately_waits() -> None:
    stream = Thoughts("how", "how dull", "how dull", "how tall", stable="how tall")
    assert await partials(stream, 9) == [(5, "how", "how"), (8, "how tall", "tall")]


async def test_a_word_that_the_recognizer_does_not_call_stable_is_not_told() -> None:
    assert await partials(Thoughts("how tall", stable="how"), 9) == [(5, "how", "how")]


@pytest.mark.parametrize("after", ["who called", ""])
async def test_after_a_change_of_mind_about_what_was_told_nothing_more_is(after: str) -> None:
    stream = Thoughts(*["how tall"] * 6, after, stable="how tall is it")
    assert await partials(stream, 16) == [(5, "how tall", "how tall")]


@pytest.mark.parametrize(
    ("settled", "told"),
    [("how tall is it", "how tall is it"), ("how tall was it", "how tall"), ("who called", ""), ("", "")],
)
async def test_words_that_are_found_again_at_a_pause_are_told_at_once(settled: str, told: str) -> None:
    stream = Thoughts("how tall is it")
    stream.settled = settled
    assert await partials(stream, 1, pause=True) == ([(1, told, told)] if told else [])
