import io
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.audio.files import BLOCK, MOST_SAMPLES, AudioError, is_silent, load_audio, split_at_pauses, write_wav
from tests.paths import SPEECH

SECOND = 16_000


def tone(rate: int, seconds: float = 1.0, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def pitch(pcm: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(pcm))
    return float(spectrum.argmax() * SECOND / len(pcm))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_every_rate_and_channel_count_becomes_16_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    file = tmp_path / "tone.wav"
    soundfile.write(file, np.repeat(tone(rate)[:, None], channels, axis=1), rate)
    pcm = load_audio(file)
    assert pcm.dtype == np.int16
    assert abs(len(pcm) - SECOND) <= 2
    assert pitch(pcm) == pytest.approx(440, abs=2)
    assert np.abs(pcm).max() == pytest.approx(16_384, rel=0.02)


@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [
        ("wav", "PCM_U8"), ("wav", "PCM_24"), ("wav", "FLOAT"), ("wav", "ULAW"), ("flac", "PCM_16"), ("ogg", "VORBIS"),
        ("ogg", "OPUS"),
    ],
)  # fmt: skip
def test_every_common_format_is_read(tmp_path: Path, suffix: str, subtype: str) -> None:
    file = tmp_path / f"tone.{suffix}"
    soundfile.write(file, tone(48_000), 48_000, subtype=subtype)
    assert pitch(load_audio(file)) == pytest.approx(440, abs=2)


def test_an_open_file_is_read_and_named_in_errors() -> None:
    upload = io.BytesIO()
    soundfile.write(upload, tone(16_000), 16_000, format="WAV")
    assert len(load_audio(upload)) == SECOND
    with pytest.raises(AudioError, match=r"^The upload: this is not a recording"):
        load_audio(io.BytesIO(b"<html>not audio</html>" * 40), name="The upload")


def test_opposite_channels_do_not_cancel_out(tmp_path: Path) -> None:
    file = tmp_path / "opposite.wav"
    soundfile.write(file, np.stack([tone(16_000), -tone(16_000)], axis=1), 16_000)
    assert np.abs(load_audio(file)).max() > 15_000


def test_samples_beyond_full_scale_are_scaled_not_clipped(tmp_path: Path) -> None:
    file = tmp_path / "loud.wav"
    soundfile.write(file, tone(16_000) * 40, 16_000, subtype="FLOAT")
    pcm = load_audio(file)
    assert np.abs(pcm).max() == 32_767
    assert np.mean(np.abs(pcm) > 32_000) < 0.2  # a clipped sine would stay at the limit most of the time


def wav(seconds: float = 1.0, rate: int = 16_000, channels: int = 1) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.repeat(tone(rate, seconds)[:, None], channels, axis=1), rate, format="WAV")
    return file.getvalue()


def flac() -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.random.default_rng(0).normal(0, 0.1, SECOND), SECOND, format="FLAC")
    return file.getvalue()


def floats(value: float) -> bytes:
    file = io.BytesIO()
    samples = tone(16_000)
    samples[500] = value
    soundfile.write(file, samples, 16_000, format="WAV", subtype="FLOAT")
    return file.getvalue()


BAD = {
    "empty": (b"", "empty"),
    "no samples": (wav(0.0), "empty"),
    "header only": (wav()[:30], "ends before its samples begin"),
    "cut WAV": (wav()[:9_000], "cut short"),
    "cut FLAC": (flac()[:9_000], "cut short|not a recording"),
    "text": (b"The quick brown fox. " * 100, "not a recording"),
    "noise": (np.random.default_rng(1).bytes(5_000), "not a recording"),
    "NaN": (floats(float("nan")), "not numbers"),
    "infinite": (floats(float("inf")), "not numbers"),
    "too slow": (wav(rate=4_000), "4000 Hz"),
    "too many channels": (wav(channels=9), "9 channels"),
    "too long": (wav(601, 8_000), "longer than 10 minutes"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_audio_is_refused_in_one_sentence(tmp_path: Path, kind: str) -> None:
    content, expected = BAD[kind]
    file = tmp_path / "bad.wav"
    file.write_bytes(content)
    with pytest.raises(AudioError) as refused:
        load_audio(file)
    sentence = str(refused.value)
    assert re.search(expected, sentence)
    assert sentence.startswith(str(file))
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no such file"):
        load_audio(tmp_path / "nowhere.wav")
    with pytest.raises(AudioError, match="this is a folder"):
        load_audio(tmp_path)


def test_a_wav_stream_of_unknown_length_is_read(tmp_path: Path) -> None:
    content = bytearray(wav())
    place = content.index(b"data")
    content[place + 4 : place + 8] = b"\xff\xff\xff\xff"
    file = tmp_path / "piped.wav"
    file.write_bytes(content)
    assert len(load_audio(file)) == SECOND


def test_silence_is_told_from_speech() -> None:
    rng = np.random.default_rng(2)
    assert is_silent(np.zeros(SECOND, np.int16))
    assert is_silent(np.zeros(0, np.int16))
    assert is_silent((rng.normal(0, 8, SECOND) + 900).astype(np.int16))  # a quiet room with an offset
    assert not is_silent(load_audio(SPEECH / "stop-slt.flac"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    pcm = (tone(16_000) * 30_000).astype(np.int16)
    write_wav(tmp_path / "a.wav", pcm, 16_000)
    write_wav(tmp_path / "b.wav", pcm.tobytes(), 16_000)
    for name in ("a.wav", "b.wav"):
        assert np.abs(load_audio(tmp_path / name).astype(int) - pcm).max() <= 1
    with pytest.raises(AudioError, match="cannot be written"):
        write_wav(tmp_path / "nowhere" / "a.wav", pcm, 16_000)


def test_long_recordings_are_cut_where_it_is_quiet() -> None:
    pcm = (tone(16_000, 50) * 20_000).astype(np.int16)
    for pause in (14, 30):
        pcm[pause * SECOND : int((pause + 0.5) * SECOND)] = 0
    pieces = list(split_at_pauses(pcm))
    assert np.array_equal(np.concatenate(pieces), pcm)
    ends = np.cumsum([len(piece) for piece in pieces]) / SECOND
    assert 14 < ends[0] < 14.5
    assert 30 < ends[1] < 30.5
    assert all(len(piece) <= 20 * SECOND for piece in pieces)


def silence(path: Path, seconds: int, channels: int, rate: int) -> None:
    """Write a FLAC file that is small and holds many samples."""
    block = np.zeros((rate, channels), np.int16)
    with soundfile.SoundFile(path, "w", rate, channels, "PCM_16", format="FLAC") as file:
        for _ in range(seconds):
            file.write(block)


def test_few_bytes_never_become_much_memory(tmp_path: Path) -> None:
    file = tmp_path / "bomb.flac"
    silence(file, 10, 8, 192_000)
    assert file.stat().st_size < 20_000
    tracemalloc.start()
    try:
        assert len(load_audio(file)) == 10 * SECOND
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20  # all of it at once would be 61 MB, and three times that when it is mixed


def test_a_recording_of_too_many_samples_is_refused_before_they_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bomb.flac"
    silence(file, 80, 8, 192_000)  # shorter than ten minutes, more samples than ten minutes may have
    decoded = 0
    read = soundfile.SoundFile.read

    def counted(*arguments, **options):
        nonlocal decoded
        block = read(*arguments, **options)
        decoded += block.size
        return block

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    with pytest.raises(AudioError, match="longer than 75 s of 8 channels at 192000 Hz"):
        load_audio(file)
    assert decoded < MOST_SAMPLES + 2 * BLOCK


def test_a_wav_of_a_million_chunks_is_not_walked_through() -> None:
    reads = 0

    class Counted(io.BytesIO):
        def read(self, *size):
            nonlocal reads
            reads += 1
            return super().read(*size)

    with pytest.raises(AudioError, match="ends before its samples begin"):
        load_audio(Counted(b"RIFF\xff\xff\xff\xffWAVE" + b"junk\0\0\0\0" * 200_000))
    assert reads < 2_000


def test_a_wav_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.wav"
    pcm = np.arange(100, dtype=np.int16)
    write_wav(file, pcm, 16_000)
    before = file.read_bytes()

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        with pytest.raises(AudioError, match="No space left"):
            write_wav(file, pcm[:50], 16_000)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    link = tmp_path / "link.wav"
    link.symlink_to(file)
    write_wav(link, pcm[:50], 16_000)
    assert link.is_symlink()
    assert len(load_audio(file)) == 50
    write_wav(Path("/dev/null"), pcm, 16_000)
    assert Path("/dev/null").is_char_device()
