import numpy as np
import pytest
import soundfile

from assistant.ear.wake import WAKE_WORDS, WakeWordError, WakeWords
from tests.paths import TURNS


def test_an_unknown_word_names_the_known_ones() -> None:
    with pytest.raises(WakeWordError, match=r"hello_there.*okay_nabu"):
        WakeWords(("hello_there",))


def test_a_spoken_wake_word_is_found_once_and_others_are_not() -> None:
    pytest.importorskip("pymicro_wakeword", reason="wake words need the extra [wake], which make test installs")
    spoken, _ = soundfile.read(TURNS / "hey-jarvis.flac", dtype="int16")
    pcm = np.concatenate([np.zeros(16_000, np.int16), spoken, np.zeros(16_000, np.int16)])
    for words, found in ((("hey_jarvis", "alexa"), ["hey_jarvis"]), (("alexa", "okay_nabu"), [])):
        listening = WakeWords(words)
        heard = [listening.detect(pcm[at : at + 512]) for at in range(0, len(pcm), 512)]
        assert [word for word in heard if word] == found


def test_silence_and_noise_wake_nobody() -> None:
    pytest.importorskip("pymicro_wakeword", reason="wake words need the extra [wake], which make test installs")
    words = WakeWords(WAKE_WORDS)
    noise = np.random.default_rng(0).normal(0, 500, 16_000 * 5).astype(np.int16)
    assert [words.detect(noise[at : at + 512]) for at in range(0, len(noise), 512)].count(None) == 157
