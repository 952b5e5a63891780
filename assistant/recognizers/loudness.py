"""Where in a sound somebody stopped speaking, and how deep its pauses are, by loudness alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.audio.samples import RATE, Pcm

FRAME = RATE // 50  # samples whose loudness is compared
HUSHED = 0.03  # of the loudness of an utterance (-30 dB): less than the weakest consonant has
HEARD = 0.1  # of the loudness: what is before the first and after the last of it tells nothing of who speaks


def end_of_speech(pcm: Pcm) -> int:
    """Return how many of int16[samples] at 16 kHz are left when the quiet at the end is cut off; all of silence."""
    loudness = _loudness(pcm)
    if not loudness.any():
        return len(pcm)
    loud = np.flatnonzero(loudness >= HUSHED * np.percentile(loudness, 95))
    return min(len(pcm), (int(loud[-1]) + 1) * FRAME)


def depth(pcm: Pcm) -> float:
    """Return how far the loudness of int16[samples] at 16 kHz strays from its mean, as a share of that; 0 of silence.

    One voice falls silent between its syllables (0.5 to 1.2, in noise of 5 dB 0.3 to 0.6); where several speak at once
    one fills the pauses of another (0.2 to 0.5).
    """
    loudness = _loudness(pcm)
    if not loudness.any():
        return 0.0
    loud = np.flatnonzero(loudness >= HEARD * np.percentile(loudness, 95))
    between = loudness[loud[0] : loud[-1] + 1]
    return float(between.std() / between.mean())


def _loudness(pcm: Pcm) -> NDArray[np.float32]:
    """Return the root mean square of each 20 ms; the last is filled up with silence."""
    frames = np.zeros((-(-len(pcm) // FRAME), FRAME), np.float32)
    frames.reshape(-1)[: len(pcm)] = pcm
    loudness: NDArray[np.float32] = np.sqrt(np.square(frames).mean(axis=1))
    return loudness
