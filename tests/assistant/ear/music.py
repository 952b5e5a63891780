"""A melody over chords, with drums or without, as loud as somebody who speaks."""

from __future__ import annotations

import numpy as np

RATE = 16_000
BEAT_S = 0.4
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
MELODY = (12, 14, 16, 17, 19, 21, 23)
PARTIALS = range(1, 9)


def song(seconds: float, *, seed: int = 0, drums: bool = True) -> np.ndarray:
    """Return int16[samples] at 16 kHz."""
    rng = np.random.default_rng(seed)
    made = np.zeros(int(seconds * RATE))
    times = np.arange(int(2 * BEAT_S * RATE)) / RATE
    for beat in range(int(seconds / BEAT_S)):
        notes = [*CHORDS[beat // 2 % len(CHORDS)], rng.choice(MELODY)] if beat % 2 == 0 else [rng.choice(MELODY)]
        pitches = [196 * 2 ** (note / 12) for note in notes]
        sound = sum(np.sin(2 * np.pi * p * n * times) / n**1.3 for p in pitches for n in PARTIALS) * np.exp(-3 * times)
        if drums:
            sound += 2 * rng.normal(size=len(times)) * np.exp(-25 * times)
        place = int(beat * BEAT_S * RATE)
        made[place : place + len(sound)] += sound[: len(made) - place]
    return (made / np.abs(made).max() * 16_000).astype(np.int16)
