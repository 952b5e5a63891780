import numpy as np
import pytest

from assistant.speech.wake import WAKE_WORDS, WakeWordError, WakeWords


def test_an_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(WakeWordError, match=r"hello_there.*okay_nabu"):
        WakeWords(("hello_there",))


def test_silence_and_noise_wake_nobody() -> None:
    pytest.importorskip("pymicro_wakeword")
    words = WakeWords(WAKE_WORDS)
    noise = np.random.default_rng(0).normal(0, 500, 16_000 * 5).astype(np.int16)
    assert [words.hear(noise[at : at + 512]) for at in range(0, len(noise), 512)].count(None) == 157
