import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio import g711

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
SUBTYPE = {"mu": "ULAW", "a": "ALAW"}


def libsndfile(law: str, data: bytes) -> np.ndarray:
    """Decode with an implementation that is not ours."""
    return soundfile.read(
        io.BytesIO(data), dtype="int16", format="RAW", subtype=SUBTYPE[law], samplerate=8000, channels=1
    )[0]


@pytest.mark.parametrize("law", ["mu", "a"])
def test_every_code_decodes_as_libsndfile_decodes_it(law):
    codes = bytes(range(256))
    assert np.array_equal(g711.decode(law, codes), libsndfile(law, codes))


@pytest.mark.parametrize("law", ["mu", "a"])
def test_every_sample_takes_the_nearest_level(law):
    decoded = g711.decode(law, g711.encode(law, EVERY_SAMPLE)).astype(int)
    levels = np.unique(g711.decode(law, bytes(range(256)))).astype(int)
    nearest = np.abs(EVERY_SAMPLE.astype(int)[:, None] - levels[None, :]).min(axis=1)
    assert np.array_equal(np.abs(decoded - EVERY_SAMPLE), nearest)


@pytest.mark.parametrize(("law", "silence", "loudest"), [("mu", 0xFF, 0x80), ("a", 0xD5, 0xAA)])
def test_the_recommendations_landmarks(law, silence, loudest):
    assert g711.encode(law, np.array([0, 32767], np.int16)) == bytes([silence, loudest])


@given(st.binary(max_size=400), st.sampled_from(["mu", "a"]))
def test_levels_survive_a_round_trip(data, law):
    levels = g711.decode(law, data)
    assert np.array_equal(g711.decode(law, g711.encode(law, levels)), levels)
