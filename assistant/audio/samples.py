"""Samples as every room here takes them: int16, mono, at one rate. What of them is audible, and how they are cut."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz, what every ear, recognizer, wake word and voice activity model here hears
PER_MS = RATE // 1000
AUDIBLE = 200  # of 32767 (-44 dB): the first sample as loud begins what is heard
DIGITAL = 1  # of 32767; what a gate lets through of nothing, dithered
LEAD_IN_MS = 5  # kept before it, so that it does not click

Pcm = NDArray[np.int16]


def slices(pcm: Pcm, size: int) -> Iterator[Pcm]:
    """Yield int16[samples] in views of `size`, the last one shorter."""
    for start in range(0, len(pcm), size):
        yield pcm[start : start + size]


def first_audible(pcm: Pcm) -> int | None:
    """Return the place of the first audible sample, None where there is none."""
    loud = np.flatnonzero((pcm > AUDIBLE) | (pcm < -AUDIBLE))
    return int(loud[0]) if len(loud) else None


def from_first_sound(pcm: Pcm) -> Pcm:
    """Return samples without the digital silence that they begin with: no room is as quiet, and it tells of none."""
    return pcm[int(np.argmax(sounds)) :] if (sounds := (pcm > DIGITAL) | (pcm < -DIGITAL)).any() else pcm[:0]


class LeadingSilence:
    """Takes the silence before the first audible sample away from a stream of int16 mono PCM at `rate` Hz."""

    def __init__(self, rate: int) -> None:
        self._lead_in = rate * LEAD_IN_MS // 1000
        self._begun = False

    def __call__(self, pcm: bytes) -> bytes:
        """Return what is to be heard of the next `pcm`."""
        if self._begun:
            return pcm
        onset = first_audible(np.frombuffer(pcm, np.int16))
        if onset is None:
            return b""
        self._begun = True
        return pcm[2 * max(0, onset - self._lead_in) :]
