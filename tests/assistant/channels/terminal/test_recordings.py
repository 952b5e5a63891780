"""A recording that is heard as if it were spoken now, by an ear that is slower than the room after it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.audio.samples import Pcm
from assistant.channels.terminal import recordings
from assistant.config import Config
from assistant.parts import Parts
from assistant.samples import SAMPLES
from assistant.turn.events import Transcript
from engines.errors import ReparteeError
from tests.paths import SPEECH

KEEPER = SPEECH / "keeper-rms.flac"

pytestmark = pytest.mark.usefixtures("one_reader")


class Slow:
    """An ear that knows its words only when a long time has gone by."""

    def __init__(self, text: str) -> None:
        self.text, self.fed, self.late = text, 0, asyncio.Event()

    async def prepare(self) -> None:
        """Need nothing."""

    def stream(self, _speaker: object = None) -> SlowStream:
        """Begin an utterance."""
        return SlowStream(self)

    async def close(self) -> None:
        """Hold nothing."""


class SlowStream:
    """Its words come when `late` is set."""

    speaker = None
    hypothesis = ""

    def __init__(self, ear: Slow) -> None:
        self._ear = ear

    async def feed(self, pcm: Pcm) -> None:
        self._ear.fed += len(pcm)

    async def settle(self) -> str:
        await self._ear.late.wait()
        return self._ear.text

    async def finish(self) -> Transcript:
        await self._ear.late.wait()
        return Transcript(self._ear.text)

    def cancel(self) -> None:
        """Hold nothing."""


async def hear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> recordings.Spoken:
    """Hear the keeper's question with a slow ear, after much more silence than a quick one needs."""
    parts, ear = Parts.open(Config.load(tmp_path)), Slow(text)
    chunks = 0

    async def at_any_pace(pcm: Pcm, chunk_ms: float):
        nonlocal chunks
        size = round(chunk_ms * 16)
        for place in range(0, len(pcm), size):
            yield pcm[place : place + size]
            chunks += 1
            if chunks * chunk_ms > 1000 * (recordings.ROOM_S + 15):  # the recording has less than 10 s
                ear.late.set()
            await asyncio.sleep(0.001)

    monkeypatch.setattr(recordings, "in_real_time", at_any_pace)
    parts._recognizer = ear
    try:
        await parts.in_library(parts.library.add, [SAMPLES / "lighthouse.md"])
        return await recordings.hear(parts, KEEPER, speak=False, on_words=lambda words: None)
    finally:
        await parts.close()


async def test_words_that_are_known_late_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await hear(tmp_path, monkeypatch, "Who was the first keeper of the lighthouse?")
    assert "Martha Reed" in said.reply.spoken


async def test_a_turn_without_words_ends_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReparteeError, match="no words were heard"):
        await hear(tmp_path, monkeypatch, "")


async def test_what_was_heard_and_could_not_be_done_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = await hear(tmp_path, monkeypatch, "cancel the timer")
    assert (said.reply.outcome, said.reply.transcript) == ("failed", "cancel the timer")
    assert said.reply.spoken == "There is no timer."


async def test_what_was_typed_and_could_not_be_done_is_told(tmp_path: Path) -> None:
    parts = Parts.open(Config.load(tmp_path))
    try:
        said = await recordings.ask(parts, "cancel the timer", speak=False)
    finally:
        await parts.close()
    assert said.reply.spoken == "There is no timer."
