"""Music is told from speech, whatever its level."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assistant.audio.noise import clipped
from assistant.ear.speech import holds_speech
from tests.assistant.ear.music import song


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("drums", [False, True])
def test_music_holds_no_speech(seed: int, drums: bool) -> None:
    assert not holds_speech(song(3.0, seed=seed, drums=drums))
    assert not holds_speech((song(3.0, seed=seed, drums=drums) / 100).astype(np.int16))


def test_silence_and_noise_hold_no_speech() -> None:
    assert not holds_speech(np.zeros(16_000, np.int16))
    assert not holds_speech(np.random.default_rng(0).normal(0, 3000, 32_000).astype(np.int16))


@pytest.mark.parametrize("number", [0, 10, 13])
def test_speech_is_found_loud_quiet_clipped_and_after_music(recording: Callable, number: int) -> None:
    spoken = recording(number, before_ms=200, after_ms=200).pcm
    assert holds_speech(spoken)
    assert holds_speech((spoken / 100).round().astype(np.int16))
    assert holds_speech(clipped(spoken))
    assert holds_speech(np.concatenate([song(1.0), spoken]))


def test_of_less_than_a_frame_nothing_can_be_said() -> None:
    assert holds_speech(np.zeros(100, np.int16))
