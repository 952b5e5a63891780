"""The real library, with a model that takes tones for words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.audio.samples import RATE
from assistant.recognizers.whisper.decoder import (
    MARGIN,
    Certainty,
    Decoder,
    Heard,
    Hypothesis,
    is_loop,
    is_syllables,
    is_twice,
    likeliest,
    threads_here,
    without_loops,
)
from assistant.recognizers.whisper.sound_alikes import Rival
from assistant.recognizers.whisper.weights import CONFIG, find
from assistant.recognizers.worker_process import RecognizerError
from tests.assistant.recognizers.whisper.tones import BETWEEN, DOOR, DRONE, LAMP, MURMUR, tone


@pytest.fixture(scope="module")
def decoder(tone_model: Path) -> Decoder:
    return Decoder(find(str(tone_model)).read())


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


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("turn it on", "turn it on"),
        ("no no no that was very very good", "no no no that was very very good"),
        ("Big, big, big, big, big dogs", "Big, dogs"),
        ("I am here. I am here. I am here. I am here. I am", "I am here."),
        ("so I see so I see so I see so I see and go", "so I see and go"),
        ("", ""),
    ],
)
def test_what_is_said_many_times_in_a_row_is_left_once(text: str, rest: str) -> None:
    assert without_loops(text) == rest
    assert is_loop(text) == (text != rest)


@pytest.mark.parametrize(
    ("no_speech", "score", "text", "speech"),
    [
        (0.02, -0.3, "lamp", True),
        (0.3, -1.7, "stop", True),
        (0.48, -1.96, "I'm gonna go to the end", False),
        (0.48, -0.9, "lamp", True),
        (0.9, -1.2, "thank you", False),
        (0.6, -0.3, "lamp", True),
        (0.9, -0.1, ". . . . . . . .", False),
        (0.36, -1.23, "I'm a large man, but literally not", False),
        (0.36, -1.1, "I'm a large man, but literally not", True),
        (0.2, -1.7, "I'm a large man, but literally not", True),
        (0.36, -1.2, "turn it off", True),
    ],
)
def test_noise_is_told_from_speech(no_speech: float, score: float, text: str, speech: bool) -> None:
    assert Hypothesis(text=text, finished=True, no_speech=no_speech, score=score, total=0.0).is_speech is speech


@pytest.mark.parametrize(("no_speech", "heard"), [(0.3, ""), (0.1, "turn it")])
def test_words_without_an_end_are_speech_only_where_it_plainly_is(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch, no_speech: float, heard: str
) -> None:
    endless = Hypothesis(text="turn it", finished=False, no_speech=no_speech, score=-0.2, total=0.0)
    monkeypatch.setattr(decoder, "_decode", lambda _pcm, _length_s: (endless, None))
    assert decoder.hear(np.ones(16_000, np.int16)) == heard


def test_files_that_the_library_refuses_are_told_in_a_sentence(tone_model: Path) -> None:
    files = find(str(tone_model)).read()
    cut = files | {"model.bin": files["model.bin"][:5000]}
    with pytest.raises(RecognizerError, match="cannot be loaded"):
        Decoder(cut)
    with pytest.raises(RecognizerError, match="cannot be loaded"):
        Decoder(files | {CONFIG: b"{"})


def test_a_sentence_said_twice_is_doubted() -> None:
    assert is_twice("Who made the clock? who made the clock")
    assert not is_twice("no no")
    assert not is_twice("Who made the clock? Who made the door?")
    assert Hypothesis(text="turn it on turn it on", finished=True, no_speech=0.0, score=-0.1, total=0.0).is_doubtful


def test_english_weights_refuse_another_language(tone_model: Path) -> None:
    files = find(str(tone_model)).read()
    with pytest.raises(RecognizerError, match="know English alone, not 'de'"):
        Decoder(files, language="de")
    assert Decoder(files, language="auto").hear(tone(LAMP, 1.0)) == "lamp"


def test_a_gpu_whose_libraries_are_missing_leaves_the_cpu(
    tone_model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """CTranslate2 says so when the model is made, or only when it is used."""
    import ctranslate2

    made = ctranslate2.models.Whisper

    class Lacking:
        n_mels = 80

        def encode(self, *_: object, **__: object) -> None:
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")

    def make(*arguments: object, device: str, **options: object) -> object:
        return Lacking() if device == "cuda" else made(*arguments, device=device, **options)

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda device: {"float16", "int8"})
    monkeypatch.setattr(ctranslate2.models, "Whisper", make)
    decoder = Decoder(find(str(tone_model)).read())
    assert decoder.device == "CPU"
    assert decoder.hear(tone(DOOR, 1.0)) == "door"
    assert "the GPU cannot be used (Library libcublas.so.12" in caplog.text
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda device: {"int8"})
    caplog.clear()
    assert Decoder(find(str(tone_model)).read()).device == "CPU"
    assert not caplog.text, "an old GPU is nothing to be warned of"


@pytest.mark.gpu
def test_a_gpu_writes_what_the_cpu_writes(tone_model: Path) -> None:
    decoder = Decoder(find(str(tone_model)).read())
    assert decoder.device == "GPU"
    assert [decoder.hear(tone(pitch, 1.0)) for pitch in (LAMP, DOOR, MURMUR)] == ["lamp", "door", ""]


class Expects:
    """Finds some texts likely, and others a thousand times less."""

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = texts, 0

    def of(self, words: Sequence[str]) -> float:
        self.asked += 1
        return -20.0 if " ".join(words) in self.texts else -27.0

    def of_next(self, before: Sequence[str], word: str | None) -> float:
        raise NotImplementedError


def heard(text: str, total: float, *, finished: bool = True) -> Hypothesis:
    return Hypothesis(text=text, finished=finished, no_speech=0.0, score=total / 5, total=total)


def test_of_two_hypotheses_the_one_that_the_documents_speak_of_wins() -> None:
    first, other = heard("The hour clock.", -2.0), heard("The tower clock.", -3.0)
    assert likeliest(first, [first, other], Expects("the tower clock")) is other
    assert likeliest(first, [first, other], Expects("the hour clock")) is first


def test_the_ear_s_first_choice_stays_where_another_is_hardly_likelier() -> None:
    first, other = heard("Men", -2.0), heard("Code", -2.0 - 3.5 + MARGIN)
    assert likeliest(first, [other], Expects("code")) is first
    assert likeliest(first, [], Expects("code")) is first


def test_a_hypothesis_that_lost_its_way_is_no_choice() -> None:
    first = heard("the hour", -5.0)
    lost = [
        heard("the tower", -1.0, finished=False),
        heard("to the tower to the tower", -1.0),
        heard("", -1.0),
    ]
    assert likeliest(first, lost, Expects("the tower", "to the tower to the tower", "")) is first


@pytest.fixture
def beams(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How wide each search was, one after the other; a wide one finds a door too, which the documents expect."""
    searched: list[int] = []
    generate = decoder._generate

    def noted(*args: Any, beam: int) -> tuple[list[Hypothesis], Certainty]:
        searched.append(beam)
        found, certainty = generate(*args, beam=beam)
        return (found if beam == 1 else [*found, heard("door", found[0].total - 1.0)]), certainty

    monkeypatch.setattr(decoder, "_generate", noted)
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
    monkeypatch.setattr(decoder, "_aligns", True)
    for gain, doubted in ((5.0, True), (-5.0, False)):
        monkeypatch.setattr(decoder, "sound_alikes", Alikes(Rival("ramp", 0.3, gain)))
        assert (decoder.first_choice(tone(LAMP, 1.0)).doubt is not None) is doubted
    monkeypatch.setattr(decoder, "_aligns", False)  # weights that cannot hold it against the sound
    monkeypatch.setattr(decoder, "sound_alikes", Alikes(Rival("ramp", 0.3, 5.0)))
    assert decoder.first_choice(tone(LAMP, 1.0)).doubt is None


def test_what_the_model_expects_without_hearing_anything_is_no_evidence(
    decoder: Decoder, beams: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    doubt = decoder.first_choice(BETWEEN).doubt
    assert doubt is not None
    likely, quiet = Expects("the wild dance", "the waggle dance"), decoder._quiet()
    heard = {"the wild dance": -4.0, "the waggle dance": -18.0}
    for habits, chosen in (((-10.0, -50.0), "the waggle dance"), ((-10.0, -12.0), "the wild dance")):
        expected = dict(zip(heard, habits, strict=True))

        def probable(texts: Sequence[str], encoded: object, *_: object) -> list[float]:
            return [(expected if encoded is quiet else heard)[text] for text in texts]  # noqa: B023 - called at once

        monkeypatch.setattr(decoder, "_log_probabilities", probable)
        assert decoder._best_of("the wild dance", [Rival("the waggle dance", 0.0)], doubt, likely) == chosen


def test_capitals_and_punctuation_are_no_other_word(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder._vocabulary, "_tokens", ["Lamp", "lamp,", "door", "lamps"])
    monkeypatch.setattr(decoder._vocabulary, "end", 4)
    sure, unsure = np.array([2.0, 1.9, -1.0, -2.0]), np.array([2.0, 1.9, -1.0, 1.5])
    assert decoder._certainty([0], [sure]).least == pytest.approx(3.0)
    assert decoder._certainty([0, 0], [sure, unsure]).least == pytest.approx(0.5)


def test_it_is_warm_once_everything_that_is_done_live_was_done(decoder: Decoder, beams: list[int]) -> None:
    decoder.warm_up()
    assert beams == [1, 5]


def test_a_word_is_sure_if_all_of_it_is_wherever_it_was_said(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder._vocabulary, "_tokens", ["Ġthe", "Ġwa", "ggle", "Ġdance", "?"])
    monkeypatch.setattr(decoder._vocabulary, "end", 5)
    said = [(0, 9.0), (1, 8.0), (2, 1.0), (3, 4.0), (4, 5.0)]
    assert decoder._sure_words(said) == {"the", "dance"}
    assert decoder._sure_words([*said, (0, 2.0)]) == {"dance"}
    assert decoder._sure_words([]) == frozenset()


@pytest.mark.parametrize(
    "text", ["T-T-T-T-T-T", "Buh-da-buh-dee-buh!", "D-t-t-t-t-o", "Mm-mm-mm-mm", "Oh, na-na-na-na."]
)
def test_syllables_that_are_sung_are_no_words(text: str) -> None:
    assert is_syllables(text)
    assert not Hypothesis(text=text, finished=True, no_speech=0.1, score=-0.3, total=0.0).is_speech


@pytest.mark.parametrize(
    "text", ["", "Stop.", "an ill-disposed man", "1-800-555-1000", "W-I-F-I", "twenty-one by-and-by"]
)
def test_words_with_hyphens_are_words(text: str) -> None:
    assert not is_syllables(text)


@pytest.mark.parametrize(
    ("text", "no_speech", "score", "speech"),
    [
        ("I was there and I was here", 0.36, -1.0, False),
        ("They turn.", 0.36, -1.8, False),
        ("Who played the election this week?", 0.2, -1.2, True),
        ("play", 0.4, -1.2, True),
    ],
)
def test_where_it_is_as_even_as_of_several_voices_words_have_to_be_likelier(
    text: str, no_speech: float, score: float, speech: bool
) -> None:
    how = {"text": text, "finished": True, "no_speech": no_speech, "score": score, "total": 0.0}
    assert Hypothesis(**how, shallow=True).is_speech is speech
    assert Hypothesis(**how, shallow=False).is_speech


@pytest.mark.parametrize(("cores", "small", "large"), [(None, 1, 1), (1, 1, 1), (2, 1, 2), (4, 2, 4), (16, 4, 4)])
def test_small_weights_take_half_of_the_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, small: int, large: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert (threads_here(76), threads_here(146)) == (small, large)
