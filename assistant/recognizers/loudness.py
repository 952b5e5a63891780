"""Where in a sound somebody stopped speaking, by loudness alone."""

from __future__ import annotations

import numpy as np

from assistant.audio.samples import RATE, Pcm

FRAME = RATE // 50  # samples whose loudness is compared
HUSHED = 0.03  # of the loudness of an utterance (-30 dB): less than the weakest consonant has


def end_of_speech(pcm: Pcm) -> int:
    """Return how many of int16[samples] at 16 kHz are left when the quiet at the end is cut off; all of silence."""
    frames = np.zeros((-(-len(pcm) // FRAME), FRAME), np.float32)
    frames.reshape(-1)[: len(pcm)] = pcm
    loudness = np.sqrt(np.square(frames).mean(axis=1))
    if not loudness.any():
        return len(pcm)
    loud = np.flatnonzero(loudness >= HUSHED * np.percentile(loudness, 95))
    return min(len(pcm), (int(loud[-1]) + 1) * FRAME)
