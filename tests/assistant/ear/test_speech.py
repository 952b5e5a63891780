"""Music is told from speech, whatever its level."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assistant.audio.noise import clipped
from assistant.ear.speech import Evidence, evidence_of
from tests.assistant.ear.music import SUNG, SYLLABLES, song, sung


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("drums", [False, True])
def test_music_holds_no_speech(seed: int, drums: bool) -> None:
    assert evidence_of(song(3.0, seed=seed, drums=drums)) is Evidence.NONE
    assert evidence_of((song(3.0, seed=seed, drums=drums) / 100).astype(np.int16)) is Evidence.NONE


@pytest.mark.parametrize("seed", SUNG)
def test_what_is_sung_on_vowels_is_no_speech(seed: int) -> None:
    assert evidence_of(sung(3.0, seed=seed)) is Evidence.NONE


@pytest.mark.parametrize("seed", SYLLABLES)
def test_what_is_sung_on_syllables_is_no_speech_however_long_it_is(seed: int) -> None:
    for seconds in (2.0, 3.0, 12.0):
        assert evidence_of(sung(seconds, seed=seed, syllables=True)) is Evidence.NONE


def test_who_speaks_after_a_song_is_heard(recording: Callable) -> None:
    spoken = recording(0, before_ms=200, after_ms=200).pcm
    assert evidence_of(np.concatenate([sung(6.0, seed=0, syllables=True), spoken, spoken, spoken])) is Evidence.PLAIN


def test_silence_and_noise_hold_no_speech() -> None:
    assert evidence_of(np.zeros(16_000, np.int16)) is Evidence.NONE
    assert evidence_of(np.random.default_rng(0).normal(0, 3000, 32_000).astype(np.int16)) is Evidence.NONE


@pytest.mark.parametrize("number", [0, 10, 13])
def test_speech_is_found_loud_quiet_clipped_and_after_music(recording: Callable, number: int) -> None:
    spoken = recording(number, before_ms=200, after_ms=200).pcm
    assert evidence_of(spoken) is Evidence.PLAIN
    assert evidence_of((spoken / 100).round().astype(np.int16)) is Evidence.PLAIN
    assert evidence_of(clipped(spoken)) is Evidence.PLAIN
    assert evidence_of(np.concatenate([song(1.0), spoken])) is Evidence.PLAIN


def test_of_less_than_a_frame_nothing_can_be_said() -> None:
    assert evidence_of(np.zeros(100, np.int16)) is Evidence.PLAIN
