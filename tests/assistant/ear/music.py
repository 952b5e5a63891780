"""Melodies as loud as somebody who speaks: over chords, with drums or without, and sung, on vowels or on syllables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RATE = 16_000
BEAT_S = 0.4
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
MELODY = (12, 14, 16, 17, 19, 21, 23)
PARTIALS = range(1, 9)
#: Where the spectrum of a, e, i, o and u has its peaks, in Hz (Peterson and Barney 1952, men).
VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
STEPS = (0, 2, 4, 5, 7, 9, 12)
SUNG = (4, 5, 33)  # seeds of melodies that Silero holds for speech here and there, and pocketsphinx has words for
#: The noise of s, sh, h, t and d lies between these, in Hz; l, m, n and w are hummed, with peaks at these.
NOISES = ((4500, 7800), (2000, 6000), (500, 3500), (3000, 7000), (1500, 5000))
HUMS = ((360, 1100, 2600), (250, 1000, 2200), (250, 1500, 2500), (300, 700, 2300))
SYLLABLES = (0, 5, 8)  # the same of melodies on syllables, which Silero plainly holds for speech


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


def sung(seconds: float, *, seed: int, syllables: bool = False) -> np.ndarray:
    """Return int16[samples] at 16 kHz of somebody who sings a melody with vibrato, on vowels or on syllables."""
    rng = np.random.default_rng(seed)
    lowest, notes = rng.uniform(100, 260), []
    while sum(map(len, notes)) < seconds * RATE:
        times = np.arange(int(rng.uniform(0.3, 0.8) * RATE)) / RATE
        pitch = lowest * 2 ** (rng.choice(STEPS) / 12)
        note = _voice(pitch, VOWELS[rng.integers(len(VOWELS))], times)
        swell = np.minimum(1, np.minimum(times, times[::-1]) / 0.04)
        if syllables:
            notes.append(_consonant(pitch, rng))
        notes.append(note * swell * rng.uniform(0.6, 1))
    made = np.concatenate(notes)[: int(seconds * RATE)]
    return (made / np.abs(made).max() * 16_000).astype(np.int16)


def _voice(pitch: float, peaks: Sequence[float], times: np.ndarray) -> np.ndarray:
    """Return float64[samples] of a voice with vibrato whose spectrum has these peaks."""
    phase = 2 * np.pi * pitch * (times + 0.01 * np.sin(2 * np.pi * 5.5 * times) / (2 * np.pi * 5.5))
    made = np.zeros(len(times))
    for partial in range(1, int(5500 / pitch)):
        near = 1 / (1 + ((partial * pitch - np.array(peaks)) / (90, 110, 140)) ** 2)
        made += (near @ (1, 0.6, 0.3) + 0.002) / partial**0.7 * np.sin(partial * phase)
    return made / np.abs(made).max()


def _consonant(pitch: float, rng: np.random.Generator) -> np.ndarray:
    times = np.arange(int(rng.uniform(0.04, 0.12) * RATE)) / RATE
    if rng.random() < 0.4:
        return 0.35 * _voice(pitch, HUMS[rng.integers(len(HUMS))], times) * np.minimum(1, times / 0.02)
    lowest, highest = NOISES[rng.integers(len(NOISES))]
    spectrum, heights = np.fft.rfft(rng.normal(size=len(times))), np.fft.rfftfreq(len(times), 1 / RATE)
    noise = np.fft.irfft(spectrum * ((heights > lowest) & (heights < highest)), len(times))
    return 0.25 * noise / np.abs(noise).max() * np.sin(np.pi * times / times[-1])
