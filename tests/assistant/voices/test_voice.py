import asyncio
import ctypes
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.voices.choose import load_synthesizer
from assistant.voices.espeak import Espeak
from assistant.voices.flite import Flite
from assistant.voices.voice import AHEAD_S, FASTEST, SLOWEST, Synthesizer, VoiceError

SENTENCE = "The lighthouse is 41 metres tall, and it has 196 steps."


def flite_installed() -> bool:
    try:
        ctypes.CDLL("libflite.so.1")
    except OSError:
        return False
    return True


needs_flite = pytest.mark.skipif(not flite_installed(), reason="needs flite: apt install libflite1")


@pytest.fixture(params=[pytest.param("flite", marks=needs_flite), "espeak"])
def voice(request: pytest.FixtureRequest) -> Synthesizer:
    return load_synthesizer(request.param)


@pytest.fixture
def spoken_clauses(voice: Synthesizer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clauses that the voice's library began to speak, in order."""
    clauses: list[str] = []
    speak = type(voice)._speak

    def counted(self: Synthesizer, clause: str, sink: Callable[[bytes], bool], *, speed: float = 1.0) -> None:
        clauses.append(clause)
        speak(self, clause, sink, speed=speed)

    monkeypatch.setattr(type(voice), "_speak", counted)
    return clauses


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


async def test_the_first_chunk_does_not_wait_for_the_others(voice: Synthesizer, spoken_clauses: list[str]) -> None:
    stream = voice.stream(" ".join([SENTENCE] * 60))
    await anext(stream)
    assert len(spoken_clauses) <= 2  # the one that is heard and the one after it
    await stream.aclose()


@pytest.mark.parametrize("text", ["", "   ", "...", "\x00"])
async def test_nothing_to_say_is_no_sound(voice: Synthesizer, text: str) -> None:
    assert len(await spoken(voice, text)) == 0


@pytest.mark.parametrize("text", [" ".join([SENTENCE] * 60), "7" * 4_000], ids=["sentences", "digits"])
async def test_closing_the_stream_aborts_the_synthesis(
    voice: Synthesizer, spoken_clauses: list[str], text: str
) -> None:
    stream = voice.stream(text)
    await anext(stream)
    await stream.aclose()
    begun = len(spoken_clauses)
    assert len(await spoken(voice, "Next.")) > 0  # and the voice goes on
    assert [*spoken_clauses[begun:]] == ["Next."]
    assert begun <= 2


async def test_a_clause_under_way_is_given_up_when_nobody_listens_any_more(voice: Synthesizer) -> None:
    chunks = 0

    def sink(_chunk: bytes) -> bool:
        nonlocal chunks
        chunks += 1
        return chunks < 3

    await asyncio.to_thread(voice._speak, SENTENCE, sink)
    assert chunks == 3  # of 100


async def test_listeners_who_do_not_read_hold_no_thread(voice: Synthesizer, spoken_clauses: list[str]) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    before = threading.active_count()
    slow = [voice.stream(" ".join([SENTENCE] * 60)) for _ in range(4)]
    for stream in slow:
        await anext(stream)
    await full(spoken_clauses)
    assert threading.active_count() <= before + 1  # one thread for all who listen
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 30) == "free"
    assert len(await asyncio.wait_for(spoken(voice, SENTENCE), 30)) > voice.rate
    for stream in slow:
        await stream.aclose()


async def full(spoken_clauses: list[str]) -> None:
    """Return when no more is spoken: everybody's sound is waiting to be listened to."""
    count = -1
    while count != len(spoken_clauses):
        count = len(spoken_clauses)
        await asyncio.sleep(0.5)


async def test_no_more_is_made_than_a_listener_may_be_behind(voice: Synthesizer, spoken_clauses: list[str]) -> None:
    text = " ".join([SENTENCE] * 40)  # between two and three minutes
    stream = voice.stream(text)
    first = len(await anext(stream))
    await full(spoken_clauses)
    made = len(spoken_clauses)
    sizes = [first] + [len(chunk) async for chunk in stream]
    seconds_of_a_clause = sum(sizes) / 2 / voice.rate / len(spoken_clauses)
    assert made <= AHEAD_S / seconds_of_a_clause + 3
    assert len(spoken_clauses) > 3 * made  # the rest came when it was listened to


async def test_long_texts_do_not_make_the_next_person_wait(voice: Synthesizer, spoken_clauses: list[str]) -> None:
    async def to_the_end(text: str) -> None:
        async for _ in voice.stream(text):
            pass

    long = [asyncio.create_task(to_the_end("7" * 4_000)) for _ in range(5)]
    while len(spoken_clauses) < 10:
        await asyncio.sleep(0.01)
    stream = voice.stream("Next.")
    asked = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)
    begun = len(spoken_clauses)
    await asked
    assert "Next." in spoken_clauses[begun : begun + 3]  # after the clause under way
    for task in long:
        task.cancel()
    await asyncio.wait(long)
    assert {text.split()[0] for text in spoken_clauses[:5]} == {"seven"}


async def test_long_texts_are_spoken_in_turn(voice: Synthesizer, spoken_clauses: list[str]) -> None:
    texts = [" ".join([f"The {name} lighthouse is as tall as the others are."] * 8) for name in ("first", "second")]
    await asyncio.gather(*(spoken(voice, text) for text in texts))
    names = [clause.split()[1] for clause in spoken_clauses]
    assert sorted(names[:6]) == ["first"] * 3 + ["second"] * 3


async def test_what_goes_wrong_in_the_voice_is_told(voice: Synthesizer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_clause: str, _sink: Callable[[bytes], bool]) -> None:
        raise VoiceError("The voice broke; load it again.")

    with monkeypatch.context() as patch:
        patch.setattr(type(voice), "_speak", lambda _voice, clause, sink, speed: broken(clause, sink))
        with pytest.raises(VoiceError, match="The voice broke"):
            await spoken(voice, SENTENCE)
    assert len(await spoken(voice, SENTENCE)) > 0


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


@pytest.mark.parametrize("speed", [SLOWEST, 0.5, 2.0, FASTEST])
async def test_each_text_may_have_a_speed_of_its_own(voice: Synthesizer, speed: float) -> None:
    words = "The lighthouse is as tall as the others are and it has many steps of stone"
    normal = len(await spoken(voice, words))
    pcm = np.frombuffer(b"".join([chunk async for chunk in voice.stream(words, speed=speed)]), np.int16)
    assert normal / len(pcm) == pytest.approx(speed, rel=0.15)
    assert len(await spoken(voice, words)) == pytest.approx(normal, rel=0.02)  # and the next has the voice's again


@needs_flite
def test_auto_is_the_more_intelligible_voice() -> None:
    assert load_synthesizer().name == "flite"


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(
        VoiceError, match=r"no voice named 'robot'; expected auto, flite, espeak, sherpa:FOLDER, or two NeMo models"
    ):
        load_synthesizer("robot")
    with pytest.raises(VoiceError, match="no speaker named"):
        Flite("nobody")


def test_what_knows_numbers_is_loaded_with_the_voice_and_not_at_the_first_reply() -> None:
    asked = "import sys; from assistant.voices.choose import load_synthesizer as load; load('espeak'); "
    call = [sys.executable, "-c", asked + "print('num2words' in sys.modules)"]
    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout == "True\n"
