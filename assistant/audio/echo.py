"""A microphone beside a loudspeaker: what is played taken out of what is heard, noise lowered, the level evened out.

WebRTC's audio processing (AEC3, noise suppression, AGC2) through pywebrtc-audio (extra `[audio]`). It finds the delay
between the two by itself, as long as they stay in step: each block heard is paired with as much of what was played, in
the microphone's callback, so that a busy event loop does not shift them.
"""

from __future__ import annotations

import threading
from importlib.util import find_spec
from typing import Any

import numpy as np

from assistant.audio.samples import RATE, Pcm

FRAME = RATE // 100  # samples that are processed at once
BEHIND = RATE // 5  # samples of what was played that may wait; more are of another time
NOISE_LEVEL = 1  # 12 dB off what is no speech
MOST_GAIN_DB = 20.0
LEFT = 0.03  # share of the level played that may be left in what is heard: 30 dB below it
HOLD = 0.98  # of that level from one frame to the next: an echo dies away in a third of a second


def available() -> bool:
    """Whether the library is installed."""
    return find_spec("pywebrtc_audio") is not None


class Echo:
    """Hears what is played and cleans what a microphone hears; `played` and `beside` are for the devices' callbacks."""

    def __init__(self) -> None:
        from pywebrtc_audio import AudioProcessor

        self._process: Any = AudioProcessor(
            sample_rate=RATE,
            echo_cancellation=True,
            noise_suppression=True,
            auto_gain_control=True,
            ns_level=NOISE_LEVEL,
            agc_max_gain_db=MOST_GAIN_DB,
        )
        self._lock = threading.Lock()
        self._played = np.zeros(0, np.int16)
        self._late = 0  # samples that silence was taken for before they came
        self._running = False
        self._rate, self._resampler = 0, None  # type: int, Any
        self._near = self._far = np.zeros(0, np.int16)
        self._loud = 0.0
        self.residue = 0.0

    def played(self, pcm: bytes | bytearray | memoryview, rate: int) -> None:
        """Note int16 mono samples at `rate` Hz that a loudspeaker was given, silence too."""
        far = self._at_16_khz(np.frombuffer(bytes(pcm), np.int16), rate)
        with self._lock:
            self._running = True
            late = min(self._late, len(far))
            self._late -= late
            self._played = np.concatenate([self._played, far[late:]])

    def beside(self, count: int) -> Pcm:
        """Return int16[count] at 16 kHz that were played while as many were heard."""
        with self._lock:
            far, self._played = self._played[:count], self._played[count:]
            if len(self._played) > BEHIND:  # the microphone stood still
                self._played = self._played[:0]
            missing = count - len(far)
            if self._running:
                self._late = min(self._late + missing, BEHIND)
        return np.concatenate([far, np.zeros(missing, np.int16)])

    def clean(self, near: Pcm, far: Pcm) -> Pcm:
        """Return int16[samples] at 16 kHz of what was heard, whole frames of 10 ms; what is left of one is kept.

        `residue` is then the level, root mean square, under which it may be what the loudspeaker said.
        """
        self._near = np.concatenate([self._near, near])
        self._far = np.concatenate([self._far, far])
        count = min(len(self._near), len(self._far)) // FRAME * FRAME
        if not count:
            return self._near[:0]
        near, self._near = self._near[:count], self._near[count:]
        far, self._far = self._far[:count], self._far[count:]
        for frame in far.reshape(-1, FRAME).astype(np.float32):
            self._loud = max(float(np.sqrt(np.mean(frame * frame))), self._loud * HOLD)
        cleaned: Pcm = self._process.process(near, far)
        self.residue = LEFT * self._loud * 10 ** (self._process.gain_db / 20)
        return cleaned

    def _at_16_khz(self, pcm: Pcm, rate: int) -> Pcm:
        if rate == RATE:
            return pcm
        if rate != self._rate:
            import soxr

            self._rate, self._resampler = rate, soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="LQ")
        return np.asarray(self._resampler.resample_chunk(pcm), np.int16)
