import asyncio
import ctypes
import time
from collections.abc import Callable

import numpy as np
import pytest

from assistant.voices.choose import load_synthesizer
from assistant.voices.espeak import Espeak
from assistant.voices.flite import Flite
from assistant.voices.voice import Synthesizer, VoiceError

SENTENCE = "The lighthouse is 41 metres tall, and it has 196 steps."


def flite_installed() -> bool:
    try:
        ctypes.CDLL("libflite.so.1")
    except OSError:
        return False
    return True


needs_flite = pytest.mark.skipif(not flite_installed(), reason="needs libflite1: apt install flite")


@pytest.fixture(params=[pytest.param("flite", marks=needs_flite), "espeak"])
def voice(request: pytest.FixtureRequest) -> Synthesizer:
    return load_synthesizer(request.param)


async def spoken(voice: Synthesizer, text: str) -> np.ndarray:
    return np.frombuffer(b"".join([chunk async for chunk in voice.stream(text)]), np.int16)


async def test_a_sentence_becomes_seconds_of_sound(voice: Synthesizer) -> None:
    pcm = await spoken(voice, SENTENCE)
    assert 2 < len(pcm) / voice.rate < 8
    assert np.abs(pcm).max() > 3_000


async def test_sound_begins_at_once_and_comes_in_chunks(voice: Synthesizer) -> None:
    chunks = [chunk async for chunk in voice.stream(SENTENCE)]
    assert len(chunks) > 20
    assert all(len(chunk) % 2 == 0 for chunk in chunks)
    first = np.frombuffer(chunks[0], np.int16)
    assert np.abs(first.astype(int)).max() > 150  # not the silence that a voice begins with


async def test_the_first_chunk_does_not_wait_for_the_others(voice: Synthesizer) -> None:
    text = " ".join([SENTENCE] * 60)
    started = time.perf_counter()
    stream = voice.stream(text)
    await anext(stream)
    first = time.perf_counter() - started
    async for _ in stream:
        pass
    assert first < 0.8 * (time.perf_counter() - started)


@pytest.mark.parametrize("text", ["", "   ", "...", "\x00"])
async def test_nothing_to_say_is_no_sound(voice: Synthesizer, text: str) -> None:
    assert len(await spoken(voice, text)) == 0


async def test_closing_the_stream_aborts_the_synthesis(voice: Synthesizer) -> None:
    text = " ".join([SENTENCE] * 60)
    stream = voice.stream(text)
    await anext(stream)
    started = time.process_time()
    await stream.aclose()
    assert time.process_time() - started < 0.5
    assert len(await spoken(voice, "Next.")) > 0  # and the voice goes on


async def test_several_speak_at_once_without_mixing(voice: Synthesizer) -> None:
    texts = ["One.", SENTENCE, "What a beautiful morning it is, my friend."]
    alone = [await spoken(voice, text) for text in texts]
    together = await asyncio.gather(*(spoken(voice, text) for text in texts * 3))
    for place, pcm in enumerate(together):
        assert len(pcm) == pytest.approx(len(alone[place % 3]), rel=0.05)


@pytest.mark.parametrize("make", [pytest.param(Flite, marks=needs_flite), Espeak])
async def test_speed_is_the_rate_of_words(make: Callable[..., Synthesizer]) -> None:
    slow, fast = [len(await spoken(make(speed=speed), SENTENCE)) for speed in (0.7, 1.6)]
    assert slow > 1.6 * fast


@needs_flite
def test_auto_is_the_more_intelligible_voice() -> None:
    assert load_synthesizer().name == "flite"


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(VoiceError, match=r"no voice named 'robot'; expected auto, flite, espeak, or two NeMo models"):
        load_synthesizer("robot")
    with pytest.raises(VoiceError, match="no speaker named"):
        Flite("nobody")
