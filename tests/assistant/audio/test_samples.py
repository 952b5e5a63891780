import numpy as np
import pytest

from assistant.audio.samples import AUDIBLE, LeadingSilence, first_audible, slices


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9])
def test_slices_are_the_samples_in_order_and_copy_nothing(length: int) -> None:
    pcm = np.arange(length, dtype=np.int16)
    cut = list(slices(pcm, 4))
    assert [len(part) for part in cut] == [min(4, length - start) for start in range(0, length, 4)]
    assert all(part.base is pcm for part in cut)
    assert [value for part in cut for value in part] == list(range(length))


def test_the_first_audible_sample_may_be_of_either_sign_and_any_size() -> None:
    assert first_audible(np.zeros(5, np.int16)) is None
    assert first_audible(np.array([AUDIBLE, -AUDIBLE, AUDIBLE + 1], np.int16)) == 2
    assert first_audible(np.array([0, -32768], np.int16)) == 1


def test_only_the_silence_before_the_first_sound_is_taken_away() -> None:
    trim = LeadingSilence(1_000)  # 5 samples of lead-in
    quiet, loud = np.zeros(20, np.int16), np.full(3, 5_000, np.int16)
    assert trim(quiet.tobytes()) == b""
    assert trim(np.concatenate([quiet, loud]).tobytes()) == np.concatenate([quiet[:5], loud]).tobytes()
    assert trim(quiet.tobytes()) == quiet.tobytes()  # a pause in what is said stays
