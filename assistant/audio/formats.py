"""Audio on the wire: PCM of 24 or 16 kHz or G.711 on the client's side, int16 mono on ours, converted as a stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.audio import g711
from assistant.audio.samples import RATE

if TYPE_CHECKING:
    import soxr

PCM_RATES = (24_000, 16_000)  # Hz; the second is what local clients and small devices record

Kind = Literal["audio/pcm", "audio/pcmu", "audio/pcma"]


@dataclass(frozen=True)
class AudioFormat:
    """One of the three formats of the Realtime API. PCM is int16 little-endian mono, at 24 kHz unless 16 are wanted."""

    type: Kind = "audio/pcm"
    pcm_rate: int = PCM_RATES[0]

    @property
    def rate(self) -> int:
        """Samples per second."""
        return self.pcm_rate if self.type == "audio/pcm" else g711.RATE

    @property
    def bytes_per_second(self) -> int:
        """Bytes of one second of audio."""
        return 2 * self.pcm_rate if self.type == "audio/pcm" else g711.RATE

    def to_json(self) -> dict[str, object]:
        """Return the object that a session carries; G.711 has no rate to tell."""
        return {"type": self.type, "rate": self.rate} if self.type == "audio/pcm" else {"type": self.type}


class Decoder:
    """The client's audio to int16 at 16 kHz. Appends may be cut anywhere, even inside a sample."""

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self._odd = b""
        self._resampler = _resampler(audio.rate, RATE)

    def decode(self, data: bytes) -> NDArray[np.int16]:
        """Return what `data` completes, int16[n] at 16 kHz; the resampler may hold back some milliseconds."""
        if self._audio.type == "audio/pcm":
            data = self._odd + data
            whole = len(data) & ~1
            self._odd = data[whole:]
            pcm: NDArray[np.int16] = np.frombuffer(data[:whole], "<i2")
        else:
            pcm = g711.decode("mu" if self._audio.type == "audio/pcmu" else "a", data)
        return _pass(self._resampler, pcm)

    def flush(self) -> NDArray[np.int16]:
        """Return what was held back and begin anew: the audio ends here."""
        tail = _pass(self._resampler, np.empty(0, np.int16), last=True)
        self.__init__(self._audio)  # type: ignore[misc]
        return tail


class RawDecoder:
    """PCM of any rate, width (1: unsigned, 2, 4 bytes, little-endian) and channels to int16 mono at 16 kHz."""

    def __init__(self, rate: int, width: int, channels: int) -> None:
        self._width, self._channels = width, channels
        self._odd = b""
        self._resampler = _resampler(rate, RATE)

    def decode(self, data: bytes) -> NDArray[np.int16]:
        """Return what `data`, cut anywhere, completes; the resampler may hold back some milliseconds."""
        data, frame = self._odd + data, self._width * self._channels
        whole = len(data) - len(data) % frame
        self._odd = data[whole:]
        samples = np.frombuffer(data[:whole], {1: "u1", 2: "<i2", 4: "<i4"}[self._width])
        if self._width == 1:
            samples = (samples.astype(np.int16) - 128) << 8
        elif self._width == 4:
            samples = (samples >> 16).astype(np.int16)
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1).astype(np.int16)
        return _pass(self._resampler, samples.astype(np.int16, copy=False))

    def flush(self) -> NDArray[np.int16]:
        """Return what was held back; the audio ends here."""
        return _pass(self._resampler, np.empty(0, np.int16), last=True)


class Encoder:
    """A reply's int16 audio at the synthesizer's rate to the client's format."""

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self._rate = 0
        self._resampler: soxr.ResampleStream | None = None

    def encode(self, pcm: bytes, rate: int) -> bytes:
        """Return the next bytes for the client; `rate` in Hz is the same for the whole reply."""
        if rate != self._rate:
            self._rate, self._resampler = rate, _resampler(rate, self._audio.rate)
        return self._pack(_pass(self._resampler, np.frombuffer(pcm, "<i2")))

    def flush(self) -> bytes:
        """Return what was held back; the reply ends here."""
        if self._rate == 0:
            return b""
        tail = _pass(self._resampler, np.empty(0, np.int16), last=True)
        self._rate, self._resampler = 0, None
        return self._pack(tail)

    def _pack(self, pcm: NDArray[np.int16]) -> bytes:
        if self._audio.type == "audio/pcm":
            return pcm.astype("<i2", copy=False).tobytes()
        return g711.encode("mu" if self._audio.type == "audio/pcmu" else "a", pcm)


def _resampler(source: int, target: int) -> soxr.ResampleStream | None:
    """Return a stream from `source` to `target` Hz, None where they are the same.

    Quality is chosen for delay: "LQ" holds back 1 to 6 ms between 16, 22.05 and 24 kHz, but 60 ms from 8 kHz to 16,
    where "MQ" holds back 26.
    """
    if source == target:
        return None
    import soxr

    # float32, because int16 streams are dithered: the same audio must give the same samples.
    return soxr.ResampleStream(source, target, 1, dtype="float32", quality="MQ" if source == g711.RATE else "LQ")


def _pass(resampler: soxr.ResampleStream | None, pcm: NDArray[np.int16], *, last: bool = False) -> NDArray[np.int16]:
    if resampler is None:
        return pcm
    samples: NDArray[np.float32] = resampler.resample_chunk(pcm.astype(np.float32), last=last)
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
