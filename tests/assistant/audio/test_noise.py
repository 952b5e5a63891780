import numpy as np
import pytest

from assistant.audio.noise import LEVELS, conditions, fan, pink
from assistant.audio.samples import RATE


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """Something as uneven as speech: bursts of tones and pauses."""
    rng = np.random.default_rng(3)
    pieces = [
        np.sin(2 * np.pi * rng.uniform(150, 3_000) * np.arange(RATE // 10) / RATE) * (0 if n % 3 == 2 else 6_000)
        for n in range(30)
    ]
    return np.concatenate(pieces).astype(np.int16)


def level(pcm: np.ndarray) -> float:
    return float(np.sqrt(np.mean(pcm.astype(float) ** 2)))


def test_every_condition_keeps_the_length_and_is_the_same_every_time(speech: np.ndarray) -> None:
    others = [speech[::-1], speech[: RATE // 2]]
    for name, worse in conditions(others, seed=4).items():
        made = worse(speech)
        assert (made.dtype, len(made)) == (np.int16, len(speech)), name
        assert np.array_equal(made, conditions(others, seed=4)[name](speech)), name
        assert name == "clean" or not np.array_equal(made, speech), name
    assert not np.array_equal(
        conditions(others, seed=4)["fan, 5 dB"](speech), conditions(others, seed=5)["fan, 5 dB"](speech)
    )


@pytest.mark.parametrize("noise", ["pink noise", "fan", "babble"])
def test_noise_is_as_far_below_speech_as_it_says(speech: np.ndarray, noise: str) -> None:
    made = conditions([speech[::-1], np.roll(speech, 777)])
    loud = level(speech[np.abs(speech) > 0])
    for decibels in LEVELS:
        added = made[f"{noise}, {decibels} dB"](speech).astype(float) - speech
        assert 20 * np.log10(loud / level(added)) == pytest.approx(decibels, abs=1.5)


def test_pink_noise_falls_by_3_db_an_octave() -> None:
    power = np.abs(np.fft.rfft(pink(RATE * 8, np.random.default_rng(1)))) ** 2
    low, high = power[2_000:4_000].mean(), power[16_000:32_000].mean()
    assert 10 * np.log10(low / high) == pytest.approx(9.0, abs=0.5)  # three octaves


def test_a_fan_hums() -> None:
    power = np.abs(np.fft.rfft(fan(RATE * 4, np.random.default_rng(1)))) ** 2
    assert 4 * 85 < power.argmax() < 4 * 135


def test_a_telephone_has_nothing_above_4_khz(speech: np.ndarray) -> None:
    made = np.abs(np.fft.rfft(conditions([speech])["telephone, 8 kHz"](speech).astype(float)))
    edge = len(made) * 4_300 // 8_000
    assert made[edge:].max() < 0.01 * made.max()


def test_clipped_and_quiet_are_what_they_say(speech: np.ndarray) -> None:
    made = conditions([speech])
    assert np.mean(np.abs(made["clipped"](speech)) >= 32_766) > 0.2
    assert level(made["quiet"](speech)) == pytest.approx(level(speech) / 10**1.5, rel=0.02)


def test_silence_stays_silence() -> None:
    for name, worse in conditions([np.zeros(RATE, np.int16)]).items():
        assert not worse(np.zeros(RATE, np.int16)).any(), name
