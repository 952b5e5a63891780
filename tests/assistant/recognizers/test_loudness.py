"""Where speech ends and how deep its pauses are, by loudness."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.files import load_audio
from assistant.recognizers.loudness import depth
from tests.assistant.ear.voices import babble
from tests.paths import SPEECH


@pytest.mark.parametrize("voices", [4, 6, 8])
def test_several_voices_are_shallower_than_one_at_any_level(voices: int) -> None:
    several, one = babble(voices, 4.0, seed=1), load_audio(SPEECH / "keeper-rms.flac")
    assert depth(several) < 0.45 < 0.6 < depth(one)
    assert depth((several / 20).astype(np.int16)) == pytest.approx(depth(several), abs=0.02)


def test_the_room_before_and_after_counts_for_nothing() -> None:
    several = babble(5, 3.0, seed=2)
    room = np.random.default_rng(0).normal(0, 10, 16_000).astype(np.int16)
    assert depth(np.concatenate([room, several, room])) == pytest.approx(depth(several), abs=0.05)


def test_silence_has_no_depth() -> None:
    assert depth(np.zeros(16_000, np.int16)) == 0
    assert depth(np.zeros(0, np.int16)) == 0
