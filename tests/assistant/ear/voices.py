"""Several people who speak at once, as in a room full of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.audio.files import load_audio
from tests.paths import TURNS

RATE = 16_000
#: Voices and seeds of babble of 2.5 s whose words would be one voice's, if they were fewer: in a file, and live.
BABBLE_HEARD, BABBLE_HEARD_LIVE = ((5, 2), (4, 19)), ((3, 1), (3, 23))


def babble(voices: int, seconds: float, *, seed: int, clips: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Return int16[samples] at 16 kHz of so many, equally loud, each with some of the clips or recorded questions."""
    rng = np.random.default_rng(seed)
    clips = clips or [load_audio(path) for path in sorted(TURNS.glob("[0-9]*.flac"))]
    mixed = np.zeros(int(seconds * RATE))
    for _ in range(voices):
        said = np.concatenate([clips[place] for place in rng.permutation(len(clips))[:3]]).astype(np.float64)
        mixed += np.resize(np.roll(said, int(rng.integers(len(said)))), len(mixed)) / said.std()
    return (mixed / np.abs(mixed).max() * 16_000).astype(np.int16)
