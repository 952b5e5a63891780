"""With espeak-ng, which every installation has."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import numpy as np
import pytest

from assistant.audio.samples import AUDIBLE
from assistant.dialogue.speaking import CALMEST, HASTIEST, LOUDEST, QUIETEST, Clause, Speaker
from assistant.voices.choose import load_synthesizer
from assistant.voices.voice import VoiceError


def similar(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two utterances are the same words; the voice varies them by some samples each time."""
    return abs(len(one) - len(other)) < 0.02 * len(one)


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(load_synthesizer("espeak"))


async def said(speaker: Speaker, text: str) -> tuple[list[str], np.ndarray]:
    clauses, audio = [], []
    async for piece in speaker.say(text):
        clauses.append(piece.text) if isinstance(piece, Clause) else audio.append(np.frombuffer(piece, np.int16))
    return clauses, np.concatenate(audio)


async def test_a_reply_is_said_clause_by_clause_and_starts_with_sound(speaker: Speaker) -> None:
    clauses, audio = await said(speaker, "41 metres, according to the lighthouse.")
    assert clauses == ["41 metres, ", "according to the lighthouse."]
    assert np.abs(audio[: speaker.voice.rate // 100]).max() > AUDIBLE
    assert 1.0 < len(audio) / speaker.voice.rate < 5.0


async def test_louder_and_quieter_change_what_is_heard(speaker: Speaker) -> None:
    loudness = {}
    for steps in (0, -2, 3):
        speaker.gain = 1.0
        speaker.louder(steps)
        _, audio = await said(speaker, "forty one metres")
        loudness[steps] = float(np.mean(np.abs(audio.astype(float))))
    assert loudness[-2] < 0.5 * loudness[0]
    assert loudness[3] > 1.5 * loudness[0]


async def test_slower_and_faster_change_how_long_it_takes_within_ends(speaker: Speaker) -> None:
    length = {}
    for steps in (-2, 0, 2):
        speaker.faster(0)
        speaker.faster(steps)
        _, audio = await said(speaker, "forty one metres tall")
        length[steps] = len(audio)
    assert length[-2] > 1.2 * length[0] > 1.2 * 1.1 * length[2]
    speaker.faster(-100)
    assert speaker.pace == CALMEST
    speaker.faster(100)
    assert speaker.pace == HASTIEST


def test_the_volume_has_ends(speaker: Speaker) -> None:
    speaker.louder(100)
    assert speaker.gain == LOUDEST
    speaker.louder(-100)
    assert speaker.gain == QUIETEST


async def test_a_prepared_first_clause_sounds_the_same(speaker: Speaker) -> None:
    _, plain = await said(speaker, "41 metres, according to the lighthouse.")
    speaker.prepare("41 metres, according to the lighthouse.")
    await asyncio.sleep(0.1)
    _, prepared = await said(speaker, "41 metres, according to the lighthouse.")
    assert similar(plain, prepared)


class Halting:
    """A synthesizer that waits in the middle of what it says, and may then break down."""

    name, rate = "halting", 16_000

    def __init__(self, *, breaks: bool = False) -> None:
        self.goes_on, self.breaks, self.ended = asyncio.Event(), breaks, False

    async def stream(self, text: str, *, speed: float = 1.0) -> AsyncGenerator[bytes, None]:
        try:
            yield np.full(1600, 8000, np.int16).tobytes()
            await self.goes_on.wait()
            if self.breaks:
                raise VoiceError("The voice is gone.")
            yield np.full(1600, 4000, np.int16).tobytes()
        finally:
            self.ended = True

    async def close(self) -> None:
        pass


async def test_what_is_prepared_is_heard_before_all_of_it_is_ready() -> None:
    voice = Halting()
    speaker = Speaker(voice)
    speaker.prepare("Six.")
    await asyncio.sleep(0)
    async with aclosing(speaker.say("Six.")) as pieces:
        assert await anext(pieces) == Clause("Six.")
        assert len(await asyncio.wait_for(anext(pieces), 5)) > 0
        voice.goes_on.set()
        assert len(await anext(pieces)) == 3200


async def test_a_voice_that_breaks_down_in_what_was_prepared_says_so() -> None:
    voice = Halting(breaks=True)
    voice.goes_on.set()
    speaker = Speaker(voice)
    speaker.prepare("Six.")
    with pytest.raises(VoiceError, match="is gone"):
        await said(speaker, "Six.")


async def test_who_stops_listening_stops_what_was_prepared() -> None:
    voice = Halting()
    speaker = Speaker(voice)
    speaker.prepare("Six.")
    async with aclosing(speaker.say("Six.")) as pieces:
        await anext(pieces)
        await anext(pieces)
    for _ in range(3):
        await asyncio.sleep(0)
    assert voice.ended


async def test_what_was_prepared_for_other_words_is_not_said(speaker: Speaker) -> None:
    speaker.prepare("Something else entirely, said at length.")
    _, audio = await said(speaker, "Six.")
    _, plain = await said(speaker, "Six.")
    assert similar(audio, plain)


async def test_twice_as_fast_takes_half_as_long_also_of_what_was_prepared(speaker: Speaker) -> None:
    _, usual = await said(speaker, "forty one metres")
    speaker.prepare("forty one metres")
    speaker.use(speaker.voice, 2.0)
    _, fast = await said(speaker, "forty one metres")
    assert 0.35 < len(fast) / len(usual) < 0.7
