"""The real library, with a model that takes tones for words."""

from typing import Any

import numpy as np
import pytest

from assistant.audio.samples import RATE
from assistant.recognizers.whisper.certainty import Certainty
from assistant.recognizers.whisper.decoder import Decoder, Heard
from assistant.recognizers.whisper.hypothesis import Hypothesis
from assistant.recognizers.whisper.sound_alikes import Rival
from tests.assistant.recognizers.whisper.likelihoods import Expects, heard
from tests.assistant.recognizers.whisper.tones import BETWEEN, DOOR, DRONE, LAMP, MURMUR, tone


@pytest.fixture
def lengths(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were encoded, one after the other."""
    encoded: list[float] = []
    decode = decoder._decode
    monkeypatch.setattr(
        decoder, "_decode", lambda pcm, length, **how: encoded.append(length) or decode(pcm, length, **how)
    )
    return encoded


@pytest.mark.parametrize("seconds", [0.3, 1.0, 7.0, 25.0, 30.0])
def test_a_sound_of_any_length_is_written_down(decoder: Decoder, seconds: float) -> None:
    assert decoder.hear(tone(LAMP, seconds)) == "lamp"
    assert decoder.hear(tone(DOOR, seconds)) == "door"


def test_a_short_utterance_is_not_encoded_as_30_seconds(decoder: Decoder, lengths: list[float]) -> None:
    for seconds in (0.5, 2.0, 10.0, 29.0):
        decoder.hear(tone(LAMP, seconds))
    assert lengths == [8.0, 8.0, 14.6, 30.0]


def test_what_is_no_speech_gives_no_words_whatever_the_model_would_write(decoder: Decoder) -> None:
    assert decoder._decode(tone(MURMUR, 2.0), 8.0)[0].text == "thanks"
    assert decoder.hear(tone(MURMUR, 2.0)) == ""


def test_a_model_that_lost_its_way_gets_the_30_seconds_it_was_trained_on(
    decoder: Decoder, lengths: list[float]
) -> None:
    assert decoder.hear(tone(DRONE, 2.0)) == "la"
    assert lengths == [8.0, 30.0]


def test_decoding_ends_after_as_many_words_as_can_be_said(decoder: Decoder) -> None:
    for seconds in (1.0, 5.0):
        hypothesis, _ = decoder._decode(tone(DRONE, seconds), 8.0)
        assert not hypothesis.finished
        assert len(hypothesis.text.split()) <= 8 + 7 * seconds


def test_the_same_sound_gives_the_same_words(decoder: Decoder) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 2 * RATE).astype(np.int16)
    assert len({decoder.hear(noise) for _ in range(3)}) == 1


@pytest.mark.parametrize(("no_speech", "heard"), [(0.3, ""), (0.1, "turn it")])
def test_words_without_an_end_are_speech_only_where_it_plainly_is(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch, no_speech: float, heard: str
) -> None:
    endless = Hypothesis(text="turn it", finished=False, no_speech=no_speech, score=-0.2, total=0.0)
    monkeypatch.setattr(decoder, "_decode", lambda _pcm, _length_s: (endless, None))
    assert decoder.hear(np.ones(16_000, np.int16)) == heard


@pytest.fixture
def beams(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How wide each search was, one after the other; a wide one finds a door too, which the documents expect."""
    searched: list[int] = []
    generate = decoder._model.generate

    def noted(*args: Any, beam: int, **how: Any) -> tuple[list[Hypothesis], Certainty]:
        searched.append(beam)
        found, certainty = generate(*args, beam=beam, **how)
        return (found if beam == 1 else [*found, heard("door", found[0].total - 1.0)]), certainty

    monkeypatch.setattr(decoder._model, "generate", noted)
    monkeypatch.setattr(decoder, "likelihood", Expects("door"))
    return searched


def test_other_hypotheses_are_looked_for_only_where_something_decides(decoder: Decoder, beams: list[int]) -> None:
    assert decoder.hear(BETWEEN) == "door"
    assert beams == [1, 5]
    decoder.likelihood = None
    assert decoder.hear(BETWEEN) == "lamp"
    assert beams == [1, 5, 1]


def test_a_sure_ear_looks_once(decoder: Decoder, beams: list[int]) -> None:
    for pitch, word in ((LAMP, "lamp"), (DOOR, "door"), (MURMUR, "")):
        assert decoder.first_choice(tone(pitch, 1.0)) == Heard(word)
    assert beams == [1, 1, 1]


def test_an_unsure_ear_says_its_first_choice_before_it_looks_again(decoder: Decoder, beams: list[int]) -> None:
    first = decoder.first_choice(BETWEEN)
    assert first.text == "lamp"
    assert first.doubt is not None
    assert beams == [1]
    assert decoder.reconsider(first.doubt) == "door"
    decoder.likelihood = None
    assert decoder.reconsider(first.doubt) == "lamp", "nothing decides any more"


class Alikes:
    """Finds the same rivals for whatever was heard."""

    def __init__(self, *rivals: Rival) -> None:
        self._rivals = list(rivals)

    def rivals(self, text: str, likelihood: object, sure: frozenset[str]) -> list[Rival]:
        return [rival for rival in self._rivals if rival.text != text]


def test_a_sure_ear_looks_again_where_the_documents_find_something_plainly_likelier(
    decoder: Decoder, beams: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder._model, "aligns", True)
    for gain, doubted in ((5.0, True), (-5.0, False)):
        monkeypatch.setattr(decoder, "sound_alikes", Alikes(Rival("ramp", 0.3, gain)))
        assert (decoder.first_choice(tone(LAMP, 1.0)).doubt is not None) is doubted
    monkeypatch.setattr(decoder._model, "aligns", False)  # weights that cannot hold it against the sound
    monkeypatch.setattr(decoder, "sound_alikes", Alikes(Rival("ramp", 0.3, 5.0)))
    assert decoder.first_choice(tone(LAMP, 1.0)).doubt is None


def test_it_is_warm_once_everything_that_is_done_live_was_done(decoder: Decoder, beams: list[int]) -> None:
    decoder.warm_up()
    assert beams == [1, 5]
