"""What phones and browsers record: WebM, MP4, AAC, AMR and WMA, decoded by FFmpeg through PyAV (extra `media`)."""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engines.errors import ReparteeError

if TYPE_CHECKING:
    import av.audio.frame

#: The demuxer for what a file begins with. No other is ever asked: FFmpeg has some that open further files.
_BEGINNINGS = {
    rb"\x1a\x45\xdf\xa3": "matroska",  # also WebM (RFC 8794, 11.2.1)
    rb".{4}ftyp": "mov",  # MP4, M4A, 3GP (ISO/IEC 14496-12, 4.3)
    rb"\xff[\xf0\xf1\xf8\xf9]": "aac",  # ADTS (ISO/IEC 13818-7, 6.2)
    rb"#!AMR": "amr",  # RFC 4867, 5
    rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",  # WMA
}
_CODECS = {"aac", "alac", "amrnb", "amrwb", "flac", "mp3", "mp3float", "opus", "libopus", "vorbis", "wmav1", "wmav2"}

Floats = NDArray[np.float32]


def container_of(file: IO[bytes]) -> str | None:
    """Return which of the containers here a file is, by its beginning; None for any other."""
    file.seek(0)
    head = file.read(12)
    return next((name for start, name in _BEGINNINGS.items() if re.match(start, head, re.DOTALL)), None)


class Media:
    """The first sound of a file, in the manner of soundfile.SoundFile: `samplerate` Hz, `channels`, `read`.

    `frames` is 0: how long it is, is not known before it was read.
    Raises MediaError for a file without sound, of a codec that is not read here, damaged, or where PyAV is missing.
    """

    format = "MEDIA"
    frames = 0

    def __init__(self, file: IO[bytes], container: str) -> None:
        try:
            import av
        except ImportError as error:
            raise MediaError(
                "recordings of this kind need PyAV; install it with: pip install 'repartee[media]', or send WAV, FLAC, "
                "OGG or MP3"
            ) from error
        file.seek(0)
        try:
            self._file = av.open(file, "r", format=container, metadata_errors="ignore")
        except (av.error.FFmpegError, ValueError) as error:
            raise MediaError("this recording is damaged or cut short; record or copy it again") from error
        streams = self._file.streams.audio
        codec = streams[0].codec_context if streams else None
        if codec is None or codec.name not in _CODECS or codec.sample_rate < 1 or codec.channels < 1:
            self._file.close()
            raise MediaError("there is no sound in it that can be decoded; send AAC, Opus, Vorbis, MP3 or FLAC")
        codec.thread_count = 1
        self._stream, self.samplerate, self.channels = streams[0], codec.sample_rate, codec.channels
        self._resampler = av.AudioResampler(format="fltp", layout=codec.layout.name)
        self._blocks = self._decoded(av.error.FFmpegError)

    def close(self) -> None:
        """Let go of the file, which stays open."""
        self._blocks.close()
        self._file.close()

    def read(self, _frames: int, **_kinds: object) -> Floats:
        """Return the next float32[samples, channels], as many as the codec gives at once; none at the end."""
        return next(self._blocks, np.empty((0, self.channels), np.float32))

    def _decoded(self, damaged: type[Exception]) -> Generator[Floats, None, None]:
        try:
            for frame in self._file.decode(self._stream):
                yield from self._floats(frame)
            yield from self._floats(None)
        except damaged as error:
            raise MediaError("this recording is damaged or cut short; record or copy it again") from error

    def _floats(self, frame: av.audio.frame.AudioFrame | None) -> Iterator[Floats]:
        for same in self._resampler.resample(frame):
            if same.samples:
                yield np.ascontiguousarray(same.to_ndarray().T, dtype=np.float32)


def written_aac(pcm: bytes, rate: int) -> bytes:
    """Return int16 mono samples at `rate` Hz as AAC in ADTS frames. Raises ReparteeError where PyAV is missing."""
    try:
        import av
    except ImportError as error:
        raise ReparteeError(
            "AAC is written with PyAV; install it with: pip install 'repartee[media]', or ask for mp3, opus or flac."
        ) from error
    written = io.BytesIO()
    with av.open(written, "w", format="adts") as file:
        stream = file.add_stream("aac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate, frame_size=stream.frame_size or 1024)
        for same in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(same))
        file.mux(stream.encode(None))
    return written.getvalue()


class MediaError(ReparteeError):
    """Why a file of one of these containers cannot be used: the end of a sentence that begins with its name."""
