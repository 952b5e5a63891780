"""Whether a voice holds its pitch as singing does: speech glides, what is sung stays on a note and then on another one.

Silero holds what is sung on syllables for speech, and so do recognizers. A vowel that is spoken rises or falls by more
than a semitone within a third of a second; a note that is sung keeps within a quarter of a tone, vibrato included.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.audio.samples import RATE, Pcm

WINDOW, HOP, SIZE = RATE // 25, RATE // 100, 2048  # samples: 40 ms each 10 ms, and of the Fourier transform
BAND = (60, 4000)  # Hz that are looked at
HIGHEST, LOWEST = 500, 70  # Hz, of a voice
LONGER = 0.02  # by which a period of twice the length has to fit better: else each pitch is also its lower octave
VOICED, LOUD = 0.6, 0.1  # correlation with itself a period later; share of the loudness of the loudest frames
NOTE, WITHIN = 30, 60.0  # frames of 10 ms that a note lasts, and cents that it keeps within for four fifths of them
AGAIN = 60  # frames that are held in all: a word may be drawn out once

Floats = NDArray[np.float64]


def held(pcm: Pcm, *, least: int = AGAIN) -> float:
    """Return which share of what is voiced in int16[samples] at 16 kHz is held on a note, 0..1.

    Less than `least` frames of 10 ms are none, and of less than a third of a second nothing is held. Blocking: 3 ms for
    each second.
    """
    if len(pcm) < WINDOW + (NOTE - 1) * HOP:
        return 0.0
    cents, voiced = _pitch(pcm)
    whole = np.lib.stride_tricks.sliding_window_view(voiced, NOTE).all(axis=1)
    starts = np.flatnonzero(whole)
    if not len(starts):
        return 0.0
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(cents, NOTE)[starts], axis=1)
    steady = starts[ordered[:, NOTE * 9 // 10 - 1] - ordered[:, NOTE // 10] < WITHIN]
    notes = np.zeros(len(voiced), bool)
    notes[(steady[:, None] + np.arange(NOTE)).ravel()] = True
    if np.count_nonzero(notes) < least:
        return 0.0
    return float(np.count_nonzero(notes) / np.count_nonzero(voiced))


def _pitch(pcm: Pcm) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the pitch of each 10 ms, in cents over 1 Hz, and whether there is one.

    The lag at which a frame is most like itself, over what the window takes from it (Boersma 1993).
    """
    window = np.hanning(WINDOW).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(pcm.astype(np.float32), WINDOW)[::HOP] * window
    loudness = np.sqrt(np.mean(np.square(frames), axis=1))
    frequencies = np.fft.rfftfreq(SIZE, 1 / RATE)
    power = np.abs(np.fft.rfft(frames, SIZE)) ** 2 * ((frequencies > BAND[0]) & (frequencies < BAND[1]))
    first, last = RATE // HIGHEST, RATE // LOWEST
    like = np.fft.irfft(power, SIZE)[:, : last + 2]
    own = np.fft.irfft(np.abs(np.fft.rfft(window, SIZE)) ** 2, SIZE)[: last + 2]
    like = like / np.maximum(like[:, :1], 1e-3) * (own[0] / own)
    lags = np.arange(first, last + 1)
    best = (like[:, first : last + 1] - LONGER * np.log2(lags / first)).argmax(axis=1) + first
    rows = np.arange(len(like))
    before, at, after = like[rows, best - 1], like[rows, best], like[rows, best + 1]
    curve = before - 2 * at + after  # of the parabola through three lags, whose top lies between them
    beside = np.clip(0.5 * (before - after) / np.where(np.abs(curve) < 1e-9, 1e-9, curve), -0.5, 0.5)
    voiced = (at > VOICED) & (loudness > LOUD * np.percentile(loudness, 95))
    return 1200 * np.log2(RATE / (best + beside)), voiced
