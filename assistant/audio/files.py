"""Recordings in and out: any common file becomes int16 mono at 16 kHz, or one sentence that says why it cannot."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from engines.errors import ReparteeError

RATE = 16_000  # Hz, what every recognizer, wake word and voice activity model here hears
LONGEST_S = 600.0
RATES = (8_000, 192_000)
CHANNELS = 8
QUIET = 33.0  # int16 samples, root mean square of a frame (-60 dB): nothing below this is speech
CANCELLED = 0.1  # a mix with less than this share of its loudest channel's energy has cancelled itself out
UNKNOWN_SIZES = {0, 0x7FFFFFFF, 0xFFFFFFFF}  # what programs that write WAV to a pipe put where the size belongs

Pcm = NDArray[np.int16]


class AudioError(ReparteeError):
    """A recording that cannot be used."""


def load_audio(source: str | Path | IO[bytes], *, name: str | None = None) -> Pcm:
    """Return a recording as int16[samples], mono, 16 kHz.

    Args:
        source: a path or an open binary file: WAV, FLAC, OGG or MP3, 8 to 192 kHz, 1 to 8 channels, up to 10 minutes.
        name: what to call it in an error; the path by default.

    Raises:
        AudioError: it is missing, unreadable, not audio, cut short, empty, too long or not made of numbers.
    """
    name = name or (str(source) if isinstance(source, str | Path) else "The recording")
    samples, rate = _read(source, name)
    if not len(samples):
        raise AudioError(f"{name}: this recording is empty; expected at least a word of speech.")
    if not np.isfinite(samples).all():
        raise AudioError(f"{name}: some samples are not numbers (NaN or infinite); save the recording again.")
    mono = _mix(samples)
    if rate != RATE:
        import soxr

        mono = soxr.resample(mono, rate, RATE)
    peak = float(np.abs(mono).max(initial=0.0))
    if peak > 1.0:  # float files may go beyond full scale; resampling may overshoot a little
        mono = mono / peak
    return np.round(mono * 32767.0).astype(np.int16)


def write_wav(path: Path, pcm: Pcm | bytes, rate: int) -> None:
    """Write int16 mono samples at `rate` Hz. Raises AudioError where the file cannot be written."""
    import wave

    try:
        with path.open("wb") as opened, wave.open(opened, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(pcm if isinstance(pcm, bytes) else pcm.astype("<i2").tobytes())
    except OSError as error:
        raise AudioError(f"{path}: cannot be written ({error.strerror}); choose another place.") from error


def is_silent(pcm: Pcm) -> bool:
    """Say whether no 30 ms of int16[samples] at 16 kHz are as loud as the quietest speech."""
    frame = RATE * 30 // 1000
    whole = pcm[: len(pcm) // frame * frame].astype(np.float32).reshape(-1, frame)
    return not len(whole) or float(whole.std(axis=1).max()) < QUIET


def split_at_pauses(pcm: Pcm, *, shortest_s: float = 10.0, longest_s: float = 20.0) -> Iterator[Pcm]:
    """Yield int16[samples] at 16 kHz in pieces, cut where it is quietest between the two lengths."""
    window = RATE * 300 // 1000
    while len(pcm) > longest_s * RATE:
        start = int(shortest_s * RATE)
        energy = np.cumsum(np.square(pcm[start : int(longest_s * RATE)].astype(np.float64)))
        cut = start + int((energy[window:] - energy[:-window]).argmin()) + window // 2
        yield pcm[:cut]
        pcm = pcm[cut:]
    yield pcm


def _read(source: str | Path | IO[bytes], name: str) -> tuple[NDArray[np.float32], int]:
    """Return float32[samples, channels] and the rate in Hz."""
    import soundfile

    try:
        if isinstance(source, str | Path):
            with Path(source).open("rb") as file:
                return _decode(file, name)
        return _decode(source, name)
    except FileNotFoundError as error:
        raise AudioError(f"{name}: there is no such file; give the path of a WAV, FLAC or OGG recording.") from error
    except OSError as error:
        raise AudioError(f"{name}: cannot be read ({error.strerror or error}); check its permissions.") from error
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{name}: this is not a recording that can be read; expected a complete WAV, FLAC or OGG file."
        ) from error


def _decode(file: IO[bytes], name: str) -> tuple[NDArray[np.float32], int]:
    import soundfile

    if not file.seek(0, 2):
        raise AudioError(f"{name}: this file is empty; expected a WAV, FLAC or OGG recording.")
    _refuse_short_wav(file, name)
    file.seek(0)
    with soundfile.SoundFile(file) as audio:
        if not RATES[0] <= audio.samplerate <= RATES[1]:
            raise AudioError(
                f"{name}: sampled at {audio.samplerate} Hz; expected {RATES[0]} to {RATES[1]} Hz, such as 16000."
            )
        if audio.channels > CHANNELS:
            raise AudioError(f"{name}: {audio.channels} channels; expected at most {CHANNELS}, mix it down first.")
        # The header may lie about the length, so that reading stops at the limit whatever it says.
        limit = int(LONGEST_S * audio.samplerate)
        samples: Any = audio.read(limit + 1, dtype="float32", always_2d=True)
        if len(samples) > limit:
            raise AudioError(f"{name}: longer than {LONGEST_S / 60:.0f} minutes; cut it into shorter recordings.")
        expected = audio.frames
        if audio.format in {"FLAC", "OGG"} and len(samples) < min(expected, limit):
            raise _cut_short(name, len(samples) / audio.samplerate, expected / audio.samplerate)
        return samples, audio.samplerate


def _refuse_short_wav(file: IO[bytes], name: str) -> None:
    """Raise AudioError for a WAV file that ends before the data its header announces; libsndfile would not say so."""
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(4) != b"RIFF" or (file.seek(8), file.read(4))[1] != b"WAVE":
        return
    position = 12
    while position + 8 <= size:
        file.seek(position)
        kind, length = struct.unpack("<4sI", file.read(8))
        position += 8
        if kind == b"data":
            if length not in UNKNOWN_SIZES and position + length > size:
                raise _cut_short(name, size - position, length, "bytes")
            return
        position += length + length % 2
    raise AudioError(f"{name}: this WAV file ends before its samples begin; record or copy it again.")


def _cut_short(name: str, found: float, expected: float, unit: str = "s") -> AudioError:
    digits = 0 if unit == "bytes" else 2
    return AudioError(
        f"{name}: cut short, {found:.{digits}f} of {expected:.{digits}f} {unit} are there; record or copy it again."
    )


def _mix(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32[samples] from float32[samples, channels], without letting opposite channels cancel out."""
    mono: NDArray[np.float32] = samples.mean(axis=1)
    energies = np.square(samples, dtype=np.float64).sum(axis=0)
    loudest = int(energies.argmax())
    if np.square(mono, dtype=np.float64).sum() < CANCELLED * energies[loudest] / samples.shape[1] ** 2:
        return samples[:, loudest]
    return mono
