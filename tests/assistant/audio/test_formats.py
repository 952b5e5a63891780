import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.audio.formats import AudioFormat, Decoder, Encoder, RawDecoder

FORMATS = [AudioFormat("audio/pcm"), AudioFormat("audio/pcmu"), AudioFormat("audio/pcma")]


def tone(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return (np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate) * 12_000).astype(np.int16)


def loudest_hz(pcm: np.ndarray, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm.astype(float) * np.hanning(len(pcm))))) * rate / len(pcm))


@pytest.mark.parametrize("audio", FORMATS, ids=lambda audio: audio.type)
@pytest.mark.parametrize("source_rate", [8_000, 16_000, 22_050])
def test_a_tone_keeps_its_pitch_loudness_and_length_there_and_back(audio, source_rate):
    encoder, decoder = Encoder(audio), Decoder(audio)
    pcm = tone(440, source_rate)
    wire = b"".join(encoder.encode(pcm[i : i + 441].tobytes(), source_rate) for i in range(0, len(pcm), 441))
    wire += encoder.flush()
    assert len(wire) == pytest.approx(audio.bytes_per_second, abs=audio.bytes_per_second // 1000)
    heard = np.concatenate([decoder.decode(wire[i : i + 333]) for i in range(0, len(wire), 333)] + [decoder.flush()])
    assert len(heard) == pytest.approx(16_000, abs=32)
    assert loudest_hz(heard, 16_000) == pytest.approx(440, abs=2)
    assert np.abs(heard[2000:14000]).max() == pytest.approx(12_000, rel=0.06)


@pytest.mark.parametrize("audio", FORMATS, ids=lambda audio: audio.type)
def test_little_is_held_back_while_audio_streams(audio):
    decoder = Decoder(audio)
    second = bytes(audio.bytes_per_second)
    step = audio.bytes_per_second // 50
    heard = sum(len(decoder.decode(second[i : i + step])) for i in range(0, len(second), step))
    assert heard > 16_000 * 0.97


@settings(max_examples=40)
@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=8), st.sampled_from(FORMATS))
def test_how_the_bytes_are_cut_does_not_change_the_audio(data, cuts, audio):
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces, whole = Decoder(audio), Decoder(audio)
    cut = [pieces.decode(data[a:b]) for a, b in itertools.pairwise(edges)]
    in_pieces = np.concatenate([*cut, pieces.flush()]).astype(int)
    at_once = np.concatenate([whole.decode(data), whole.flush()]).astype(int)
    assert len(in_pieces) == len(at_once)
    assert np.abs(in_pieces - at_once).max(initial=0) <= 1  # float rounding may differ in the last bit


def test_after_a_flush_a_new_recording_begins():
    decoder = Decoder(AudioFormat("audio/pcm"))
    decoder.decode(tone(300, 24_000).tobytes() + b"\x7f")
    decoder.flush()
    again = np.concatenate([decoder.decode(bytes(48_000)), decoder.flush()])
    assert len(again) == 16_000
    assert not again.any()


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(("width", "kind", "shift"), [(1, "u1", -8), (2, "<i2", 0), (4, "<i4", 16)])
def test_raw_pcm_of_any_width_and_channels_keeps_its_tone_however_it_is_cut(width, kind, shift, channels):
    samples = tone(440, 44_100).astype(np.int64)
    samples = (samples >> 8) + 128 if width == 1 else samples << shift
    data = np.repeat(samples.astype(kind), channels).tobytes()
    decoder = RawDecoder(44_100, width, channels)
    heard = np.concatenate([decoder.decode(data[i : i + 997]) for i in range(0, len(data), 997)] + [decoder.flush()])
    assert len(heard) == pytest.approx(16_000, abs=32)
    assert loudest_hz(heard, 16_000) == pytest.approx(440, abs=2)
    assert np.abs(heard[2000:14000]).max() == pytest.approx(12_000, rel=0.06)
