"""A pitch is held where somebody sings, and glides where somebody speaks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assistant.ear.singing import AGAIN, HOP, held
from tests.assistant.ear.music import SUNG, SYLLABLES, sung


@pytest.mark.parametrize(
    ("seed", "syllables"), [*((seed, False) for seed in SUNG), *((seed, True) for seed in SYLLABLES)]
)
def test_most_of_what_is_sung_is_held_whatever_its_level(seed: int, syllables: bool) -> None:
    made = sung(3.0, seed=seed, syllables=syllables)
    assert held(made) > 0.6
    assert held((made / 100).astype(np.int16)) > 0.6


@pytest.mark.parametrize("number", range(0, 24, 3))
def test_little_of_what_is_spoken_is_held(recording: Callable, number: int) -> None:
    assert held(recording(number).pcm) < 0.4  # flite's voices are flatter than people, of whom half hold nothing


def test_a_word_may_be_drawn_out_once() -> None:
    times = np.arange(16_000) / 16_000
    tone = (8000 * np.sin(2 * np.pi * 150 * times)).astype(np.int16)
    assert held(tone[: (AGAIN - 10) * HOP]) == 0
    assert held(tone[: (AGAIN + 10) * HOP]) > 0.9


def test_silence_noise_and_less_than_a_note_hold_nothing() -> None:
    assert held(np.zeros(16_000, np.int16)) == 0
    assert held(np.random.default_rng(0).normal(0, 3000, 32_000).astype(np.int16)) == 0
    assert held(sung(0.3, seed=0)) == 0
    assert held(np.zeros(0, np.int16)) == 0
