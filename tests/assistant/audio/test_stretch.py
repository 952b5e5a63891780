import numpy as np
import pytest

from assistant.audio.stretch import Stretch

RATE = 16_000


def tone(hertz: float, seconds: float) -> np.ndarray:
    return (8_000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def stretched(pcm: np.ndarray, speed: float, chunk: int) -> np.ndarray:
    stretch = Stretch(RATE, speed)
    data = pcm.tobytes()
    made = [stretch(data[start : start + 2 * chunk]) for start in range(0, len(data), 2 * chunk)]
    return np.frombuffer(b"".join([*made, stretch(b"", last=True)]), np.int16)


def loudest_hertz(pcm: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(pcm.astype(float) * np.hanning(len(pcm)))).argmax()) * RATE / len(pcm)


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.8, 1.0, 1.5, 4.0])
def test_speed_changes_the_duration_and_not_the_pitch(speed: float) -> None:
    pcm = stretched(tone(220.0, 2.0), speed, 640)
    assert len(pcm) / RATE == pytest.approx(2.0 / speed, rel=0.05, abs=0.04)
    assert loudest_hertz(pcm) == pytest.approx(220.0, abs=3.0)
    middle = pcm[len(pcm) // 4 : -len(pcm) // 4].astype(float)
    assert middle.std() == pytest.approx(8_000 / np.sqrt(2), rel=0.1)  # pieces fit: none cancels the other


def test_the_same_comes_out_however_the_sound_is_cut() -> None:
    rng = np.random.default_rng(5)
    pcm = (rng.normal(size=RATE) * 3_000).astype(np.int16)
    assert np.array_equal(stretched(pcm, 0.7, 10_000), stretched(pcm, 0.7, 37))


def test_no_sound_is_no_sound_but_for_the_tail() -> None:
    assert len(stretched(np.zeros(0, np.int16), 0.5, 100)) <= RATE * 15 // 1000
