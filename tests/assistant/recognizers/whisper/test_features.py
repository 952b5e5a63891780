import numpy as np

from assistant.audio.samples import RATE
from assistant.recognizers.loudness import end_of_speech
from assistant.recognizers.whisper.features import log_mel
from tests.assistant.recognizers.whisper.tones import tone


def test_a_sound_is_100_frames_a_second_and_silence_up_to_the_length_asked_for() -> None:
    mel = log_mel(tone(1000, 1.0), 3 * RATE)
    assert mel.shape == (1, 80, 300)
    assert mel.dtype == np.float32
    assert float(mel[0, :, 120:].max()) == float(mel.min()), "silence is the quietest there is"
    assert float(mel.max() - mel.min()) == 2.0, "eight powers of ten, in quarters"


def test_higher_tones_are_in_higher_bands() -> None:
    peaks = [int(log_mel(tone(f, 0.5), RATE // 2)[0].mean(axis=1).argmax()) for f in (200, 500, 1000, 2000, 4000, 7000)]
    assert peaks == sorted(set(peaks))
    assert peaks[2] == 26  # 1 kHz is where the scale turns logarithmic, at 15 of 45.2 mel


def test_a_sound_twice_as_loud_looks_the_same_but_for_its_level() -> None:
    quiet, loud = (log_mel(tone(700, 0.5, level), RATE)[0] for level in (4000.0, 8000.0))
    np.testing.assert_allclose(loud.max() - quiet.max(), 0.5 * np.log10(2), atol=1e-3)


def test_speech_ends_where_it_falls_quiet_for_good() -> None:
    hush = np.zeros(RATE, np.int16)
    assert end_of_speech(np.concatenate([tone(500, 1.0), hush])) == RATE
    assert end_of_speech(np.concatenate([tone(500, 1.0), hush, tone(500, 0.5), hush])) == int(2.5 * RATE)
    assert end_of_speech(tone(500, 1.0)) == RATE
    assert end_of_speech(hush) == RATE
    assert end_of_speech(hush[:0]) == 0


def test_a_weak_consonant_is_speech_and_the_room_is_not() -> None:
    speech = tone(500, 1.0)
    assert end_of_speech(np.concatenate([speech, tone(6000, 0.2, 400)])) > RATE
    assert end_of_speech(np.concatenate([speech, tone(6000, 0.2, 60)])) == RATE
