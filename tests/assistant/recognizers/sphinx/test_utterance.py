"""Utterances through one decoder in this process: what one leaves behind must not reach the next."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.files import load_audio
from assistant.recognizers.sphinx.library import Decoder, Effort, SphinxError, model_path
from assistant.recognizers.sphinx.utterance import BABBLE, BEFORE, Utterance, _quiet_at_first, least_fit
from tests.assistant.ear.voices import babble
from tests.paths import SPEECH, TURNS

CHUNK = 1_600


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    english = model_path()
    settings = {"hmm": str(english / "en-us"), "dict": str(english / "cmudict-en-us.dict")}
    decoder = Decoder(settings, [(english / "en-us.lm.bin", 1.0)], Effort(2000, -1))
    yield decoder
    decoder.close()


def recognise(decoder: Decoder, pcm: np.ndarray, chunk: int = CHUNK) -> tuple[list[str], list[float]]:
    utterance = Utterance(decoder)
    for place in range(0, len(pcm), chunk):
        utterance.feed(pcm[place : place + chunk].tobytes())
    return utterance.finish(), utterance.mean


def test_several_voices_at_once_have_no_words_and_one_has(decoder: Decoder) -> None:
    clips = [load_audio(path) for path in sorted(TURNS.glob("*.flac"))[:24]]
    voices = [np.resize(np.concatenate(clips[3 * k : 3 * k + 3]), 24_000).astype(np.float32) for k in range(8)]
    mixed = sum(voice / voice.std() for voice in voices)
    utterance = Utterance(decoder)
    utterance.feed((mixed / np.abs(mixed).max() * 16_000).astype(np.int16).tobytes())
    assert decoder.fit() < BABBLE
    assert utterance.words() == ([], [])
    assert utterance.finish() == []
    assert recognise(decoder, clips[9])[0] != []
    assert BABBLE < decoder.fit() < 0


@pytest.mark.parametrize("seed", [8, 9])
def test_many_words_in_what_is_as_even_as_several_voices_have_to_fit_better(decoder: Decoder, seed: int) -> None:
    assert recognise(decoder, babble(3, 3.0, seed=seed))[0] == []  # ten words that fit by -4.7 to -4.4


def test_many_words_have_to_fit_better_than_few() -> None:
    bounds = [least_fit(words) for words in range(12)]
    assert bounds == sorted(bounds)
    assert (bounds[1], bounds[2], bounds[5], bounds[11]) == (-5.0, -5.0, -4.7, -4.7)
    assert bounds[0] > BABBLE


def test_neither_noise_nor_voice_of_one_utterance_reaches_the_next(decoder: Decoder) -> None:
    pcm = load_audio(SPEECH / "stop-slt.flac")
    first = recognise(decoder, pcm)
    recognise(decoder, np.random.default_rng(0).normal(0, 6_000, 16_000).astype(np.int16))
    assert recognise(decoder, pcm) == first
    assert first[0] == ["stop"]


def test_how_the_audio_is_cut_changes_nothing(decoder: Decoder) -> None:
    pcm = load_audio(SPEECH / "keeper-rms.flac")
    (words, mean), *others = [recognise(decoder, pcm, chunk) for chunk in (CHUNK, 317, 4_800, len(pcm))]
    assert "keeper" in words
    for other, its_mean in others:
        assert other == words
        assert its_mean == pytest.approx(mean, abs=0.05)


def test_the_room_before_the_first_word_does_not_count_for_the_voice() -> None:
    rng = np.random.default_rng(0)
    room, voice = (rng.normal(0, level, samples).astype(np.int16) for level, samples in ((10, 4_800), (3000, 1_600)))
    assert _quiet_at_first(np.concatenate([room, voice]).tobytes()) == 2 * (len(room) - BEFORE)
    assert _quiet_at_first(voice.tobytes()) == 0
    assert _quiet_at_first(bytes(2)) == 0


def test_loudness_does_not_change_the_words(decoder: Decoder) -> None:
    pcm = load_audio(SPEECH / "stop-slt.flac")
    assert recognise(decoder, (pcm // 8).astype(np.int16))[0] == ["stop"]


def test_an_abandoned_utterance_leaves_the_decoder_ready(decoder: Decoder) -> None:
    pcm = load_audio(SPEECH / "stop-slt.flac")
    utterance = Utterance(decoder)
    utterance.feed(pcm.tobytes())
    utterance.abandon()
    utterance.abandon()
    assert recognise(decoder, pcm)[0] == ["stop"]


def test_what_pocketsphinx_cannot_load_is_one_sentence(tmp_path: Path) -> None:
    english = model_path()
    settings = {"hmm": str(english / "en-us"), "dict": str(english / "cmudict-en-us.dict")}
    (tmp_path / "bad.lm").write_text("not a model")
    with pytest.raises(SphinxError, match=r"could not read the language model .*bad\.lm; delete it"):
        Decoder(settings, [(tmp_path / "bad.lm", 1.0)])
    with pytest.raises(SphinxError, match="does not know one of its options"):
        Decoder({**settings, "no_such_option": 1}, [])
