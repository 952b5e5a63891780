"""The NeMo recognizer, on models that these tests train in seconds to write down a language of tones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant.recognizers.choose import load_recognizer
from assistant.recognizers.lexicon import Lexicon
from assistant.recognizers.nemo.archive import NemoError
from assistant.recognizers.nemo.recognizer import NemoRecognizer, frequent_names
from assistant.recognizers.nemo.streams import FeatureStream, stable_words
from tests.assistant.recognizers.nemo.tones import SENTENCE, listen, needs_nemo, said


@needs_nemo
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid", "offline"])
async def test_a_recording_is_written_down(load: Callable[..., NemoRecognizer], kind: str) -> None:
    transcript = await load(kind).transcribe(said(SENTENCE))
    assert transcript.text == SENTENCE
    assert transcript.final


@needs_nemo
@pytest.mark.parametrize("kind", ["ctc", "rnnt", "hybrid"])
async def test_words_come_while_they_are_spoken_and_only_append(load: Callable[..., NemoRecognizer], kind: str) -> None:
    recognizer = load(kind)
    assert recognizer.streaming
    stable, final = await listen(recognizer, said(SENTENCE))
    assert final == SENTENCE
    assert len(stable) >= 3
    assert final.startswith(" ".join(stable))


@needs_nemo
async def test_a_model_that_needs_the_whole_utterance_is_decoded_again_as_it_grows(
    load: Callable[..., NemoRecognizer],
) -> None:
    recognizer = load("offline")
    assert not recognizer.streaming
    sentence = " ".join([SENTENCE] * 3)
    stable, final = await listen(recognizer, said(sentence))
    assert final == sentence
    assert stable
    assert final.startswith(" ".join(stable))


@needs_nemo
@pytest.mark.parametrize("kind", ["rnnt", "offline"])
async def test_a_pause_settles_the_words_and_more_may_follow(load: Callable[..., NemoRecognizer], kind: str) -> None:
    stream = load(kind).stream()
    await stream.feed(said("alpha bravo"))
    await stream.feed(np.zeros(4800, np.int16))
    assert await stream.settle() == "alpha bravo"
    await stream.feed(said("charlie right"))
    assert (await stream.finish()).text == "alpha bravo charlie right"


@needs_nemo
@pytest.mark.parametrize("lookahead_ms", [0.0, 160.0])
async def test_how_the_audio_is_cut_changes_nothing(load: Callable[..., NemoRecognizer], lookahead_ms: float) -> None:
    recognizer = load("ctc", lookahead_ms=lookahead_ms)
    pcm = said(SENTENCE)
    assert {(await listen(recognizer, pcm, piece))[1] for piece in (160, 479, 5000, len(pcm))} == {SENTENCE}


@needs_nemo
def test_features_of_a_stream_equal_those_of_the_whole(load: Callable[..., NemoRecognizer]) -> None:
    import torch

    model = load("ctc")._model
    signal = said(SENTENCE).astype(np.float32) / 32768
    stream, rng, at, frames = FeatureStream(model), np.random.default_rng(3), 0, []
    while at < len(signal):
        size = int(rng.integers(1, 2000))
        frames.append(stream.feed(signal[at : at + size], last=at + size >= len(signal)))
        at += size
    streamed = torch.cat([one for one in frames if one is not None], dim=-1)
    whole, length = model.preprocessor(input_signal=torch.tensor(signal)[None], length=torch.tensor([len(signal)]))
    assert streamed.shape[-1] == int(length[0])
    torch.testing.assert_close(streamed, whole[:, :, : int(length[0])], rtol=0, atol=1e-5)


@needs_nemo
@pytest.mark.parametrize("kind", ["ctc", "rnnt"])
async def test_expected_phrases_win_over_what_sounds_the_same(load: Callable[..., NemoRecognizer], kind: str) -> None:
    recognizer = load(kind, phrases=["write", "ключ"], boost=2.5)
    assert recognizer.biased
    assert (await recognizer.transcribe(said("alpha right bravo"))).text == "alpha write bravo"
    assert (await listen(recognizer, said("alpha right bravo")))[1] == "alpha write bravo"
    assert (await recognizer.transcribe(said("bravo charlie alpha"))).text == "bravo charlie alpha"


@needs_nemo
async def test_a_model_is_a_recognizer_by_configuration(archives: Callable[[str], Path], tmp_path: Path) -> None:
    class Documents:
        version = 1

        def texts(self, most: int) -> list[str]:
            return ["it was Alpha who met Bravo, as Charlie said"]

    documents = Documents()
    recognizer = load_recognizer(str(archives("ctc")), tmp_path, Lexicon([documents]))
    assert isinstance(recognizer, NemoRecognizer)
    assert recognizer.biased
    assert (await recognizer.transcribe(said(SENTENCE))).text == SENTENCE
    learnt = []
    learn = recognizer._learn
    recognizer._follower._learn = lambda contents: learnt.append(contents) or learn(contents)
    await recognizer.caught_up()
    assert not learnt  # it was when it was loaded
    documents.version = 2
    stream = recognizer.stream()
    await stream.feed(said(SENTENCE)[:8_000])
    await asyncio.sleep(0.1)
    await stream.finish()  # what is under way ends as it began
    await recognizer.caught_up()
    assert len(learnt) == 1
    assert (await recognizer.transcribe(said(SENTENCE))).text == SENTENCE
    await recognizer.close()


@needs_nemo
async def test_streams_side_by_side_hear_only_their_own(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("rnnt")
    sentences = ["alpha bravo charlie", "charlie charlie", "right alpha right bravo"]
    results = await asyncio.gather(*(listen(recognizer, said(sentence)) for sentence in sentences))
    assert [final for _, final in results] == sentences


@needs_nemo
async def test_the_event_loop_goes_on_while_the_model_works(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("ctc")
    work = asyncio.ensure_future(recognizer.transcribe(said(" ".join([SENTENCE] * 20))))
    ticks = 0
    while not work.done():
        await asyncio.sleep(0.002)
        ticks += 1
    assert ticks > 5
    assert work.result().text.startswith(SENTENCE)


@needs_nemo
async def test_a_cancelled_utterance_leaves_nothing_behind(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("rnnt")
    stream = recognizer.stream()
    await stream.feed(said("alpha bravo"))
    stream.cancel()
    assert await stream.feed(said("charlie")) is None
    assert "charlie" not in (await stream.finish()).text
    assert (await listen(recognizer, said("right bravo")))[1] == "right bravo"


@needs_nemo
async def test_silence_and_nothing_have_no_words(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("ctc")
    assert (await recognizer.transcribe(np.zeros(0, np.int16))).text == ""
    assert (await recognizer.stream().finish()).text == ""
    assert await listen(recognizer, np.zeros(100, np.int16)) == ([], "")


@needs_nemo
async def test_a_closed_recognizer_says_so(load: Callable[..., NemoRecognizer]) -> None:
    recognizer = load("ctc")
    await recognizer.close()
    await recognizer.close()
    with pytest.raises(NemoError, match="failed"):
        await recognizer.transcribe(said("alpha"))


def test_names_in_documents_are_what_is_expected() -> None:
    text = "The keeper was Martha Reed, of Marlow Point. Nobody else kept it. In May, Reed left for Marlow Point."
    names = frequent_names([text, "no names here"])
    assert set(names[:4]) == {"Reed", "Marlow Point", "Marlow", "Point"}
    assert {"Martha", "Martha Reed"} < set(names)
    assert not {"The", "Nobody", "In"} & set(names)
    assert frequent_names([text], most=2) == names[:2]


@pytest.mark.parametrize(
    ("before", "now", "stable"),
    [
        ("", "what", ""),
        ("what", "what is", "what"),
        ("what is", "what is the tow", "what is"),
        ("what is the tow", "what is the tower", "what is the"),
        ("what is", "what was the tower", "what"),
        ("what is", "", ""),
    ],
)
def test_words_are_stable_once_two_hypotheses_agree_and_another_follows(before: str, now: str, stable: str) -> None:
    assert " ".join(stable_words(before, now)) == stable
