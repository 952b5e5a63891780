"""Recordings as phones and browsers make them, written here by the library that reads them."""

import builtins
import io

import numpy as np
import pytest

from assistant.audio.files import AudioError, load_audio
from assistant.audio.media import container_of
from tests.assistant.audio.test_files import SECOND, pitch, tone

av = pytest.importorskip("av", reason="PyAV (extra media) is not installed")

RECORDINGS = [
    ("webm", "libopus", 48_000),  # Chrome, Firefox
    ("mp4", "aac", 48_000),  # Safari
    ("ipod", "aac", 44_100),  # voice memos, .m4a
    ("3gp", "aac", 16_000),
    ("adts", "aac", 22_050),
]


def recorded(container: str, codec: str, rate: int, *, channels: int = 1, seconds: float = 1.0) -> io.BytesIO:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono" if channels == 1 else "stereo")
        samples = np.tile(tone(rate, seconds).astype(np.float32), (channels, 1))
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=stream.layout.name)
        frame.sample_rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    return file


def refusal(recording: bytes) -> str | None:
    try:
        load_audio(io.BytesIO(recording), name="memo")
    except AudioError as error:
        return str(error)
    return None


@pytest.mark.parametrize(("container", "codec", "rate"), RECORDINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_what_phones_and_browsers_record_is_read(container, codec, rate, channels):
    pcm = load_audio(recorded(container, codec, rate, channels=channels))
    assert len(pcm) == pytest.approx(SECOND, rel=0.15)  # codecs pad both ends
    assert pitch(pcm) == pytest.approx(440, abs=2)
    assert pcm[4_000:12_000].std() == pytest.approx(16_384 / np.sqrt(2), rel=0.15)


@pytest.mark.parametrize(("container", "codec", "rate"), RECORDINGS)
def test_one_that_was_damaged_is_refused_or_read_and_nothing_else(container, codec, rate):
    whole = recorded(container, codec, rate).getvalue()
    noise = np.random.default_rng(7)
    for _ in range(30):
        damaged = bytearray(whole[: int(noise.integers(12, len(whole)))])
        for place in noise.integers(12, len(damaged), size=20) if len(damaged) > 12 else ():
            damaged[place] = noise.integers(256)
        refused = refusal(bytes(damaged))
        assert refused is None or (refused.startswith("memo: ") and refused.endswith("."))


def test_a_film_without_sound_is_refused_in_a_sentence():
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as output:
        stream = output.add_stream("mpeg4", rate=1)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8))
        for packet in (*stream.encode(frame), *stream.encode(None)):
            output.mux(packet)
    with pytest.raises(AudioError, match="no sound in it that can be decoded"):
        load_audio(file)


def test_a_recording_that_is_too_long_is_refused_before_it_is_whole():
    piece = recorded("adts", "aac", 8_000, seconds=7).getvalue()
    with pytest.raises(AudioError, match="longer than 10 minutes"):
        load_audio(io.BytesIO(100 * piece))  # frames one after the other, which is all that such a file is


def test_a_list_of_other_files_is_not_followed(tmp_path):
    """FFmpeg's playlists and concatenations would open what they name."""
    secret = tmp_path / "secret.wav"
    secret.write_bytes(b"secret")
    for text in (f"ffconcat version 1.0\nfile {secret}\n", f"#EXTM3U\n#EXTINF:1,\n{secret}\n"):
        file = io.BytesIO(text.encode())
        assert container_of(file) is None
        with pytest.raises(AudioError, match="not a recording"):
            load_audio(file)


def test_where_the_decoder_is_missing_its_package_is_named(monkeypatch):
    file = recorded("webm", "libopus", 48_000)
    imported = builtins.__import__

    def without(name, *rest):
        if name == "av":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AudioError, match=r"The recording: .*repartee\[media\]"):
        load_audio(file)
