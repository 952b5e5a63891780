"""What is told of words while they are spoken, by a recognizer whose thoughts are written down."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

import numpy as np
import pytest

from assistant.audio.files import load_audio
from assistant.audio.noise import pink
from assistant.dialogue.utterance import STEADY, Utterance
from assistant.ear.speech import Evidence, evidence_of
from assistant.parts import Load
from assistant.recognizers.recognizer import UNSURE
from assistant.recognizers.recordings import NOBODY
from assistant.turn.events import Transcript
from tests.assistant.ear.music import SYLLABLES, sung
from tests.paths import SPEECH

PIECE = STEADY // 4
SOUND = np.full(PIECE, 9, np.int16)


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
        evidence=Evidence.PLAIN,
    )
    for now in range(1, pieces + 1):  # noqa: B007 - the partial notes it
        utterance.feed(SOUND)
        for _ in range(10):
            await asyncio.sleep(0)
    if pause:
        utterance.pause()
        for _ in range(10):
            await asyncio.sleep(0)
    await utterance.finish()
    await asyncio.sleep(0)
    assert load.hearing == 0
    return told


async def test_digital_silence_before_the_first_sound_is_not_heard() -> None:
    class Heard(Thoughts):
        async def feed(self, pcm: np.ndarray) -> str | None:
            heard.append(pcm)
            return await super().feed(pcm)

    heard: list[np.ndarray] = []
    ignored = {name: lambda *_: None for name in ("partial", "hypothesis", "settled")}
    utterance = Utterance(1, Heard("how"), Load(), **ignored)
    pieces = [np.ones(PIECE, np.int16), np.zeros(PIECE, np.int16), np.array([1, 0, -1, 5, 0, 0]), np.zeros(3), SOUND]
    for piece in pieces:
        utterance.feed(piece.astype(np.int16))
    await utterance.finish()
    assert np.concatenate(heard).tolist() == [5, 0, 0, 0, 0, 0, *SOUND]
    assert utterance.samples == sum(map(len, pieces)), "they count for how long the turn was"


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


class Unsure(Thoughts):
    """Hears "sum it", and after a second look "summit"; the look lasts until `looked` is set."""

    def __init__(self) -> None:
        super().__init__("sum it")
        self.settled, self.unsure, self.looked = "sum it", False, asyncio.Event()
        self.looks = 0

    async def settle(self) -> str:
        self.unsure = self.looks == 0
        return self.hypothesis

    async def reconsider(self) -> str:
        await self.looked.wait()
        self.looks, self.unsure, self.hypothesis = self.looks + 1, False, "summit"
        return self.hypothesis

    def rest(self) -> None:
        self.unsure = False


async def paused(stream: Unsure) -> tuple[Utterance, list[tuple[str, bool]]]:
    """Return an utterance at a pause whose words were told, and what was told of them."""
    told: list[tuple[str, bool]] = []
    first = asyncio.Event()

    def settled(_turn: int, text: str, unsure: bool) -> None:
        told.append((text, unsure))
        first.set()

    utterance = Utterance(
        1, stream, Load(), partial=lambda *_: None, hypothesis=lambda *_: None, settled=settled, evidence=Evidence.PLAIN
    )
    utterance.feed(SOUND)
    utterance.pause()
    await first.wait()
    return utterance, told


async def test_words_in_doubt_are_told_at_once_and_the_better_ones_when_they_are_there() -> None:
    stream = Unsure()
    utterance, told = await paused(stream)
    assert told == [("sum it", True)]
    stream.looked.set()
    while len(told) < 2:
        await asyncio.sleep(0)
    assert told == [("sum it", True), ("summit", False)]
    assert await utterance.finish(within_ms=60_000) == Transcript("summit")


async def test_a_second_look_that_lasts_too_long_is_left_out_and_noted() -> None:
    stream = Unsure()
    utterance, told = await paused(stream)
    assert await utterance.finish(within_ms=0) == Transcript("sum it", UNSURE)
    assert told == [("sum it", True)]


async def test_a_second_look_that_ends_in_time_has_its_say_at_the_end() -> None:
    stream = Unsure()
    utterance, told = await paused(stream)
    finishing = asyncio.create_task(utterance.finish(within_ms=60_000))
    await asyncio.sleep(0)
    stream.looked.set()
    assert await finishing == Transcript("summit")
    assert told == [("sum it", True)]


async def test_whoever_speaks_on_is_told_nothing_more_of_the_pause() -> None:
    stream = Unsure()
    utterance, told = await paused(stream)
    utterance.resume()
    stream.looked.set()
    assert (await utterance.finish()).text == "sum it"
    assert told == [("sum it", True)]


async def test_words_of_a_pause_that_is_over_are_not_told_for_those_of_the_next() -> None:
    answered = asyncio.Event()

    class Slow(Thoughts):
        async def settle(self) -> str:
            words = self.hypothesis
            await answered.wait()
            return words

    told: list[str] = []
    utterance = Utterance(
        1,
        Slow("how many", "how many eggs"),
        Load(),
        partial=lambda *_: None,
        hypothesis=lambda *_: None,
        settled=lambda _turn, text, _unsure: told.append(text),
        evidence=Evidence.PLAIN,
    )

    async def until_idle() -> None:
        for _ in range(15):
            await asyncio.sleep(0)

    utterance.feed(SOUND)
    utterance.pause()
    await until_idle()
    utterance.resume()
    utterance.feed(SOUND)
    utterance.pause()
    answered.set()
    await until_idle()
    assert told == ["how many eggs"]
    await utterance.finish()


class Guesses(Thoughts):
    """Has words for music too."""

    guesses: Literal[True] = True


async def said(stream: Thoughts, pcm: np.ndarray) -> tuple[list[str], Transcript]:
    """Speak int16[samples] with a pause at its end; return the partials, and the words at last."""
    told: list[str] = []
    settled = asyncio.Event()
    utterance = Utterance(
        1,
        stream,
        Load(),
        partial=lambda _turn, text, _appended: told.append(text),
        hypothesis=lambda *_: None,
        settled=lambda *_: settled.set(),
    )
    for place in range(0, len(pcm), PIECE):
        utterance.feed(pcm[place : place + PIECE])
        await asyncio.sleep(0.01)
    utterance.pause()
    await settled.wait()
    return told, await utterance.finish()


async def test_what_only_sounds_a_little_like_speech_has_no_words_of_who_guesses() -> None:
    stop = load_audio(SPEECH / "stop-slt.flac").astype(np.float64)
    noise = pink(len(stop), np.random.default_rng(0))
    hidden = (stop + noise * 3 * stop.std() / noise.std()).clip(-32767, 32767).astype(np.int16)
    assert evidence_of(hidden) is Evidence.FAINT
    words = Guesses("oh", stable="oh")
    words.settled = "oh"
    assert await said(words, hidden) == ([], Transcript("", NOBODY))
    sure = Thoughts("oh", stable="oh")
    sure.settled = "oh"
    assert await said(sure, hidden) == (["oh"], Transcript("oh"))


@pytest.mark.parametrize("seed", SYLLABLES)
async def test_what_is_sung_has_neither_words_nor_partials(seed: int) -> None:
    for hearer in (Guesses, Thoughts):
        words = hearer("la la", stable="la la")
        words.settled = "la la"
        assert await said(words, sung(3.0, seed=seed, syllables=True)) == ([], Transcript("", NOBODY))


async def test_where_nobody_speaks_at_all_there_are_no_words_and_where_somebody_plainly_does_there_are() -> None:
    noise = np.random.default_rng(0).normal(0, 1000, 32_000).astype(np.int16)
    assert await said(Thoughts("oh"), noise) == ([], Transcript("", NOBODY))
    assert await said(Guesses("stop"), load_audio(SPEECH / "stop-slt.flac")) == (["stop"], Transcript("stop"))
