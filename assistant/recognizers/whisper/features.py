"""What Whisper hears: the logarithm of 80 mel bands, 100 times a second (Radford et al. 2022, section 2.2)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from assistant.audio.samples import RATE, Pcm

HOP = RATE // 100  # samples between frames
WINDOW = RATE // 40  # samples, 25 ms
RANGE = 8.0  # powers of ten below the loudest that are told apart

Floats = NDArray[np.float32]


def log_mel(pcm: Pcm, length: int, bands: int = 80) -> Floats:
    """Return float32[1, bands, length / HOP] of int16[samples] at 16 kHz, with silence after it up to `length`."""
    sound = np.zeros(length, np.float32)
    sound[: len(pcm)] = pcm[:length].astype(np.float32) / 32768
    sound = np.pad(sound, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP][: length // HOP]
    power = np.square(np.abs(np.fft.rfft(frames * _hann(), axis=1))).astype(np.float32)
    mel = np.log10(np.maximum(power @ _filters(bands), 1e-10))
    mel = (np.maximum(mel, mel.max() - RANGE) + 4) / 4
    return np.ascontiguousarray(mel.T[None], dtype=np.float32)


@cache
def _hann() -> Floats:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


@cache
def _filters(bands: int) -> Floats:
    """Triangles of equal area on Slaney's mel scale, float32[WINDOW / 2 + 1, bands]: linear to 1 kHz, then not."""
    linear, octave = 200 / 3, np.log(6.4) / 27
    knee = 1000 / linear
    top = knee + np.log(RATE / 2 / 1000) / octave
    mels = np.linspace(0, top, bands + 2)
    edges = np.where(mels < knee, linear * mels, 1000 * np.exp(octave * (mels - knee)))
    frequencies = np.fft.rfftfreq(WINDOW, 1 / RATE)
    rising = (frequencies[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))
    return np.asarray(triangles, np.float32)
