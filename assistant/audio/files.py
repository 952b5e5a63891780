"""Recordings in and out: any common file becomes int16 mono at 16 kHz, or one sentence that says why it cannot."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from assistant.audio.media import Media, MediaError, container_of
from assistant.audio.samples import RATE, Pcm
from engines.errors import ReparteeError
from engines.files import write_whole

LONGEST_S = 600.0
RATES = (8_000, 192_000)
CHANNELS = 8
MOST_SAMPLES = int(LONGEST_S) * 2 * 96_000  # over all channels: few bytes may hold many of them
BLOCK = 1 << 16  # samples over all channels that are decoded at once
MOST_CHUNKS = 1_000  # of a WAV file before its samples
QUIET = 33.0  # int16 samples, root mean square of a frame (-60 dB): nothing below this is speech
CANCELLED = 0.1  # a mix with less than this share of its loudest channel's energy has cancelled itself out
KINDS = "WAV, FLAC, OGG or MP3"  # what is read everywhere
UNKNOWN_SIZES = {0, 0x7FFFFFFF, 0xFFFFFFFF}  # what programs that write WAV to a pipe put where the size belongs

Floats = NDArray[np.float32]


class AudioError(ReparteeError):
    """A recording that cannot be used."""


def load_audio(source: str | Path | IO[bytes], *, name: str | None = None) -> Pcm:
    """Return a recording as int16[samples], mono, 16 kHz.

    Args:
        source: a path or an open binary file: WAV, FLAC, OGG or MP3, with the extra `media` also what phones and
            browsers record (WebM, MP4, M4A, 3GP, AAC); 8 to 192 kHz, 1 to 8 channels, up to 10 minutes.
        name: what to call it in an error; the path by default.

    Raises:
        AudioError: it is missing, unreadable, not audio, cut short, empty, too long or not made of numbers.
    """
    name = name or (str(source) if isinstance(source, str | Path) else "The recording")
    blocks = _read(source, name)
    peak = max((float(np.abs(block).max(initial=0.0)) for block in blocks), default=0.0)
    # Float files may go beyond full scale; resampling may overshoot a little.
    scale = np.float32(32767.0 / max(peak, 1.0))
    pcm = np.empty(sum(map(len, blocks)), np.int16)
    place = 0
    for block in blocks:
        pcm[place : place + len(block)] = np.round(block * scale)
        place += len(block)
    return pcm


def write_wav(path: Path, pcm: Pcm | bytes, rate: int) -> None:
    """Write int16 mono samples at `rate` Hz, whole or not at all. Raises AudioError where that is impossible."""
    import wave

    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm if isinstance(pcm, bytes) else pcm.astype("<i2").tobytes())
    try:
        write_whole(path, content.getvalue())
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


def _read(source: str | Path | IO[bytes], name: str) -> list[Floats]:
    """Return the recording in blocks of float32[samples], mono at 16 kHz."""
    import soundfile

    try:
        if isinstance(source, str | Path):
            with Path(source).open("rb") as file:
                return _decode(file, name)
        return _decode(source, name)
    except FileNotFoundError as error:
        raise AudioError(f"{name}: there is no such file; give the path of a {KINDS} recording.") from error
    except IsADirectoryError as error:
        raise AudioError(f"{name}: this is a folder; give the path of a {KINDS} recording.") from error
    except OSError as error:
        raise AudioError(f"{name}: cannot be read ({error.strerror or error}); check its permissions.") from error
    except MediaError as error:
        raise AudioError(f"{name}: {error}.") from error
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{name}: this is not a recording that can be read; expected a complete {KINDS} file."
        ) from error


def _decode(file: IO[bytes], name: str) -> list[Floats]:
    if not file.seek(0, 2):
        raise AudioError(f"{name}: this file is empty; expected a {KINDS} recording.")
    _refuse_short_wav(file, name)
    energies = _Energies()
    mono = _mono(file, name, energies.mean)
    channel = energies.cancelled()
    if channel is not None:
        mono = _mono(file, name, lambda block: block[:, channel])
    if not sum(map(len, mono)):
        raise AudioError(f"{name}: this recording is empty; expected at least a word of speech.")
    return mono


def _mono(file: IO[bytes], name: str, mix: Callable[[Floats], Floats]) -> list[Floats]:
    """Decode a recording block by block and return what `mix` makes of its channels, float32[samples] at 16 kHz."""
    import soxr

    mono: list[Floats] = []
    with closing(_opened(file)) as audio:
        rate = audio.samplerate
        resampler = soxr.ResampleStream(rate, RATE, 1, dtype="float32") if rate != RATE else None
        for block in _blocks(audio, name):
            mixed = mix(block)
            mono.append(mixed if resampler is None else resampler.resample_chunk(mixed))
        if resampler is not None:
            mono.append(resampler.resample_chunk(np.empty(0, np.float32), last=True))
    return mono


def _opened(file: IO[bytes]) -> Any:
    """Return an open recording, whoever decodes it. Raises MediaError and soundfile.LibsndfileError."""
    import soundfile

    if container := container_of(file):
        return Media(file, container)
    file.seek(0)
    return soundfile.SoundFile(file)


def _blocks(audio: Any, name: str) -> Iterator[Floats]:
    """Yield float32[samples, channels] of an open sound file, as long as it is no more than a recording may be."""
    rate, channels = audio.samplerate, audio.channels
    if not RATES[0] <= rate <= RATES[1]:
        raise AudioError(f"{name}: sampled at {rate} Hz; expected {RATES[0]} to {RATES[1]} Hz, such as {RATE}.")
    if channels > CHANNELS:
        raise AudioError(f"{name}: {channels} channels; expected at most {CHANNELS}, mix it down first.")
    # The header may lie about the length, so that reading stops at the limit whatever it says.
    longest = int(LONGEST_S * rate)
    most = min(longest, MOST_SAMPLES // channels)
    found = 0
    while len(block := audio.read(BLOCK // channels, dtype="float32", always_2d=True)):
        found += len(block)
        if found > most:
            if most == longest:
                raise AudioError(f"{name}: longer than {LONGEST_S / 60:.0f} minutes; cut it into shorter recordings.")
            raise AudioError(
                f"{name}: longer than {most / rate:.0f} s of {channels} channels at {rate} Hz; mix it down to one "
                f"channel at {RATE} Hz."
            )
        if not np.isfinite(block).all():
            raise AudioError(f"{name}: some samples are not numbers (NaN or infinite); save the recording again.")
        yield block
    if audio.format in {"FLAC", "OGG"} and found < min(audio.frames, most):
        raise _cut_short(name, found / rate, audio.frames / rate)


class _Energies:
    """What the channels of a recording and their mean have in energy, added up block by block."""

    def __init__(self) -> None:
        self._channels: NDArray[np.float64] = np.zeros(1)
        self._mean = 0.0

    def mean(self, block: Floats) -> Floats:
        """Return float32[samples], the mean of float32[samples, channels]."""
        mixed: Floats = block.mean(axis=1)
        self._channels = self._channels + np.square(block, dtype=np.float64).sum(axis=0)
        self._mean += float(np.square(mixed, dtype=np.float64).sum())
        return mixed

    def cancelled(self) -> int | None:
        """Return the loudest channel where opposite channels have cancelled out in the mean, else None."""
        loudest = int(self._channels.argmax())
        if self._mean < CANCELLED * self._channels[loudest] / len(self._channels) ** 2:
            return loudest
        return None


def _refuse_short_wav(file: IO[bytes], name: str) -> None:
    """Raise AudioError for a WAV file that ends before the data its header announces; libsndfile would not say so."""
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
        return
    position = 12
    for _ in range(MOST_CHUNKS):
        if position + 8 > size:
            break
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
