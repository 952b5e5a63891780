"""Replies played into the microphone, through the real library and the real ear, in audio time."""

import json

import numpy as np
import pytest
import soundfile

from assistant.audio.samples import RATE, first_audible
from assistant.ear.ear import Began, Ear
from tests.paths import TURNS

pytest.importorskip("pywebrtc_audio", reason="needs pip install 'repartee[audio]'")

from assistant.audio.echo import BEHIND, Echo

BLOCK = RATE // 50
GAP = RATE // 2
REPLIES = 25  # of each of four rooms


def speech(number: int) -> np.ndarray:
    line = json.loads((TURNS / "turns.jsonl").read_text(encoding="utf-8").splitlines()[number])
    return soundfile.read(TURNS / line["file"], dtype="int16")[0]


def through_a_room(pcm: np.ndarray, delay_ms: int, decibels: float, rng: np.random.Generator) -> np.ndarray:
    count = RATE * 120 // 1000
    response = rng.normal(size=count) * np.exp(-np.arange(count) / (count / 5))
    response[0] = np.sqrt(np.sum(response**2))  # as loud as all that the walls return: both are in one case
    response *= 10 ** (decibels / 20) / np.sqrt(np.sum(response**2))
    size = 1 << (len(pcm) + count).bit_length()  # a length with a large prime factor would take ten times as long
    spectrum = np.fft.rfft(pcm, size) * np.fft.rfft(response, size)
    echo = np.fft.irfft(spectrum)[: len(pcm)]
    return np.concatenate([np.zeros(RATE * delay_ms // 1000), echo])[: len(pcm)]


class Beside:
    """A microphone beside a loudspeaker: hears `played` and `said`, and keeps where turns began, in samples."""

    def __init__(self, played: np.ndarray, said: np.ndarray, rng: np.random.Generator) -> None:
        self.began: list[int] = []
        near = np.clip(said + rng.normal(size=len(said)) * 10, -32768, 32767).astype(np.int16)
        echo, ear = Echo(), Ear()
        ear.interrupting = True
        for start in range(0, len(played) - BLOCK, BLOCK):
            echo.played(played[start : start + BLOCK].tobytes(), RATE)
            heard = echo.clean(near[start : start + BLOCK], echo.beside(BLOCK))
            ear.residue = echo.residue
            self.began += [ear.position for event in ear.feed(heard) if isinstance(event, Began)]


@pytest.mark.parametrize(
    ("delay_ms", "decibels"), [(20, -6.0), (60, -12.0), (120, -20.0), (250, -6.0)], ids=lambda value: f"{value:g}"
)
def test_no_reply_interrupts_itself(delay_ms: int, decibels: float) -> None:
    rng = np.random.default_rng(delay_ms)
    replies = [speech(number % 12) for number in range(REPLIES)]
    played = np.concatenate([np.zeros(RATE, np.int16), *(np.pad(reply, (0, GAP)) for reply in replies)])
    assert not Beside(played, through_a_room(played, delay_ms, decibels, rng), rng).began


def test_without_it_a_reply_interrupts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Echo, "clean", lambda _echo, near, _far: near)
    rng = np.random.default_rng(1)
    played = np.concatenate([np.zeros(RATE, np.int16), speech(0), np.zeros(GAP, np.int16)])
    assert Beside(played, through_a_room(played, 60, -12.0, rng), rng).began


@pytest.mark.parametrize("delay_ms", [20, 60, 120])
def test_who_speaks_into_a_reply_is_noticed_in_150_ms(delay_ms: int) -> None:
    rng = np.random.default_rng(delay_ms)
    waits = []
    for number in range(6):
        # The canceller has heard one reply before, as in a conversation.
        reply = np.concatenate([np.zeros(RATE, np.int16), speech(3), np.zeros(GAP, np.int16), speech(1), speech(2)])
        question = speech(6 + number)
        begin = len(reply) - len(speech(1)) - len(speech(2)) + RATE // 2
        said = through_a_room(reply, delay_ms, -20.0, rng)
        said = np.pad(said, (0, max(0, begin + len(question) - len(said))))
        played = np.pad(reply, (0, len(said) - len(reply)))
        said[begin : begin + len(question)] += question
        onset = begin + (first_audible(question) or 0)
        began = [place for place in Beside(played, said, rng).began if place > onset - RATE // 10]
        waits.append(1000 * (began[0] - onset) / RATE if began else 9_999.0)
    assert np.median(waits) <= 150


def test_both_stay_in_step_however_late_a_block_comes() -> None:
    """What is played late is left out, where silence was taken for it: the rest is beside what it was before."""
    echo = Echo()
    played = np.arange(1, 20 * BLOCK + 1).astype(np.int16)
    blocks = [played[start : start + BLOCK] for start in range(0, len(played), BLOCK)]
    taken = []
    for number, block in enumerate(blocks):
        if number in {7, 8}:  # the loudspeaker's callback comes after the microphone's
            taken.append(echo.beside(BLOCK))
            echo.played(block.tobytes(), RATE)
        else:
            echo.played(block.tobytes(), RATE)
            taken.append(echo.beside(BLOCK))
    heard = np.concatenate(taken)
    assert np.array_equal(heard[9 * BLOCK :], played[9 * BLOCK :])
    assert not heard[7 * BLOCK : 9 * BLOCK].any()


def test_before_and_without_a_loudspeaker_silence_is_played() -> None:
    echo = Echo()
    assert not any(echo.beside(BLOCK).any() for _ in range(100))
    block = np.full(BLOCK, 7, np.int16)
    echo.played(block.tobytes(), RATE)
    assert np.array_equal(echo.beside(BLOCK), block)  # nothing was late before it played


def test_a_microphone_that_stood_still_is_beside_what_is_played_now() -> None:
    echo = Echo()
    for _ in range(BEHIND // BLOCK + 5):
        echo.played(np.full(BLOCK, 1, np.int16).tobytes(), RATE)
    echo.beside(BLOCK)
    echo.played(np.full(BLOCK, 2, np.int16).tobytes(), RATE)
    assert (echo.beside(BLOCK) == 2).all()


def test_a_voice_of_another_rate_is_heard_at_16_khz() -> None:
    echo = Echo()
    for _ in range(50):
        echo.played(np.zeros(441, np.int16).tobytes(), 22_050)
    assert len(echo.beside(16_000)) == 16_000
    assert echo.clean(np.zeros(1_000, np.int16), np.zeros(1_000, np.int16)).shape == (960,)


def test_a_quiet_voice_is_made_louder() -> None:
    echo = Echo()
    quiet = (np.concatenate([speech(number) for number in range(6)]) / 16).astype(np.int16)
    heard = np.concatenate(
        [echo.clean(quiet[start : start + BLOCK], np.zeros(BLOCK, np.int16)) for start in range(0, len(quiet), BLOCK)]
    )
    last = slice(-3 * RATE, None)
    assert heard[last].astype(float).std() > 3 * quiet[last].astype(float).std()
