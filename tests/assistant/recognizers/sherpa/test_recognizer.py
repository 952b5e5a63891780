"""The recognizer with its real process and library, on models that take tones for letters."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.samples import RATE, slices
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Lexicon
from assistant.recognizers.recognizer import Speaker
from assistant.recognizers.sherpa import recognizer as module
from assistant.recognizers.sherpa.recognizer import SherpaRecognizer
from assistant.recognizers.worker_process import RecognizerError, WorkerProcess
from engines.errors import ReparteeError
from tests.assistant.recognizers.sherpa.tones import kaldi_pitch, make_zipformer, say, slaney_pitch

HUSH = np.zeros(RATE // 2, np.int16)


class Named:
    """A source of phrases that can change."""

    def __init__(self, *phrases: str) -> None:
        self.version, self._phrases = 0, phrases

    def phrases(self) -> Iterable[str]:
        return self._phrases

    def change(self, *phrases: str) -> None:
        self._phrases, self.version = phrases, self.version + 1


@pytest.fixture
async def recognizer(tone_models: dict[str, Path]) -> AsyncIterator[SherpaRecognizer]:
    recognizer = SherpaRecognizer(tone_models["transducer"])
    yield recognizer
    await recognizer.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Kind]:
    """What was sent to the process."""
    kinds: list[Kind] = []
    send = WorkerProcess.send

    async def noted(worker: WorkerProcess, kind: Kind, number: int, payload: bytes = b"") -> None:
        kinds.append(kind)
        await send(worker, kind, number, payload)

    monkeypatch.setattr(WorkerProcess, "send", noted)
    return kinds


@pytest.mark.parametrize("name", ["transducer", "ctc", "nemo", "slow"])
async def test_every_layout_reads_at_every_alignment_to_its_chunks(tone_models: dict[str, Path], name: str) -> None:
    pitch = slaney_pitch if name == "nemo" else kaldi_pitch
    recognizer = SherpaRecognizer(tone_models[name])
    spoken = say("light the lamp", pitch)
    try:
        assert (await recognizer.transcribe(spoken)).text == "light the lamp"

        async def heard(offset_ms: int) -> tuple[str, str]:
            stream = recognizer.stream()
            await stream.feed(np.concatenate([np.zeros(offset_ms * 16, np.int16), spoken]))
            return await stream.settle(), (await stream.finish()).text

        offsets = range(0, 10 * recognizer.model.shift + 1, 40)
        results = await asyncio.gather(*map(heard, offsets))  # all of them in one process at the same time
    finally:
        await recognizer.close()
    assert set(results) == {("light the lamp", "light the lamp")}


async def test_the_words_of_a_pause_need_nothing_at_the_end(recognizer: SherpaRecognizer, sent: list[Kind]) -> None:
    stream = recognizer.stream()
    await stream.feed(say("light the lamp"))
    assert await stream.settle() == "light the lamp"
    before = len(sent)
    assert await stream.feed(HUSH) is None
    assert await stream.settle() == "light the lamp"
    assert (await stream.finish()).text == "light the lamp"
    assert sent[before:] == []


async def test_without_a_pause_the_end_brings_the_last_letter_out(recognizer: SherpaRecognizer) -> None:
    stream = recognizer.stream()
    await stream.feed(say("light the lamp"))
    assert (await stream.finish()).text == "light the lamp"


@pytest.mark.parametrize("again_s", [1.0, -1.0])
async def test_whoever_goes_on_after_a_pause_is_heard_whole(
    recognizer: SherpaRecognizer, monkeypatch: pytest.MonkeyPatch, sent: list[Kind], again_s: float
) -> None:
    """From the beginning, so that no quiet stands in the middle; or, where that is too dear, with the quiet in it."""
    monkeypatch.setattr(module, "AGAIN_S", again_s)
    stream = recognizer.stream()
    whole = say("light the lamp")
    middle = int(len(whole) * 0.45)
    given = [await stream.feed(whole[:middle])]
    await stream.settle()
    given += [await stream.feed(piece) for piece in slices(whole[middle:], 1600)]
    final = (await stream.finish()).text
    assert sent.count(Kind.OPEN) == (2 if again_s > 0 else 1)
    if again_s > 0:
        assert final == "light the lamp"
        assert "light the lamp".startswith(" ".join(filter(None, given)))
    else:
        assert final.replace(" ", "").startswith("lightthe")


async def test_partials_only_grow_and_begin_the_sentence(tone_models: dict[str, Path]) -> None:
    recognizer = SherpaRecognizer(tone_models["transducer"], Lexicon(phrases=[Named("lamp")]))
    try:
        await recognizer.prepare()
        stream, given, thought = recognizer.stream(), [], [""]
        for piece in slices(say("light the lamp and the door"), 1600):
            given.append(await stream.feed(piece))
            await stream._surviving(lambda: asyncio.sleep(0.01))
            thought.append(stream.hypothesis)
        final = (await stream.finish()).text
    finally:
        await recognizer.close()
    assert final == "light the lamp and the door"
    assert final.startswith(" ".join(filter(None, given)))
    assert any(given)
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(thought))


async def test_utterances_side_by_side_are_not_mixed_up(recognizer: SherpaRecognizer) -> None:
    texts = ["light the lamp", "open a box", "stop", "what is in it"] * 3
    streams = [recognizer.stream() for _ in texts]
    for round_ in range(40):
        for text, stream in zip(texts, streams, strict=True):
            piece = say(text)[round_ * 1600 : (round_ + 1) * 1600]
            if len(piece):
                await stream.feed(piece)
    heard = await asyncio.gather(*(stream.finish() for stream in streams))
    assert [transcript.text for transcript in heard] == texts


async def test_a_long_recording_is_heard_in_pieces(recognizer: SherpaRecognizer, sent: list[Kind]) -> None:
    long = np.concatenate([np.concatenate([say("light the lamp"), np.zeros(12 * RATE, np.int16)])] * 3)
    assert (await recognizer.transcribe(long)).text == " ".join(["light the lamp"] * 3)
    assert sent.count(Kind.OPEN) > 1


async def test_silence_has_no_words(recognizer: SherpaRecognizer) -> None:
    assert (await recognizer.transcribe(np.zeros(RATE, np.int16))).text == ""
    assert recognizer._worker is None, "no process is asked about a recording of nothing"
    stream = recognizer.stream()
    await stream.feed(np.zeros(2 * RATE, np.int16))
    assert await stream.settle() == ""
    assert (await stream.finish()).text == ""


async def test_phrases_decide_where_a_letter_is_unclear_and_change_without_a_new_process(
    tone_models: dict[str, Path],
) -> None:
    source = Named("lamp door")
    recognizer = SherpaRecognizer(tone_models["transducer"], Lexicon(phrases=[source]))
    try:
        await recognizer.prepare()
        await recognizer.caught_up()
        first = recognizer._worker
        unclear = say("l5amp door")
        with_lamp = (await recognizer.transcribe(unclear)).text
        source.change("mamp door")
        await recognizer.caught_up()
        with_mamp = (await recognizer.transcribe(unclear)).text
        source.change("naïve", ":x", "9 lives", "#1/2", "\n", "x" * 150)
        await recognizer.caught_up()
        plain = (await recognizer.transcribe(say("light the lamp"))).text
        assert recognizer._worker is first
    finally:
        await recognizer.close()
    assert (with_lamp, with_mamp, plain) == ("lamp door", "mamp door", "light the lamp")


async def test_the_first_recording_has_its_phrases(tone_models: dict[str, Path]) -> None:
    recognizer = SherpaRecognizer(tone_models["transducer"], Lexicon(phrases=[Named("mamp door")]))
    try:
        assert (await recognizer.transcribe(say("l5amp door"))).text == "mamp door"
    finally:
        await recognizer.close()


async def test_ctc_is_never_given_phrases(tone_models: dict[str, Path]) -> None:
    recognizer = SherpaRecognizer(tone_models["ctc"], Lexicon(phrases=[Named("mamp door")]))
    try:
        assert (await recognizer.transcribe(say("light the lamp"))).text == "light the lamp"
        assert recognizer.stream().opening()["hotwords"] == ""
    finally:
        await recognizer.close()


async def test_what_a_person_said_is_remembered_for_their_next_utterance(recognizer: SherpaRecognizer) -> None:
    speaker: Speaker | None = None
    for text in ["one", "two", "three", "four", "five"]:
        stream = recognizer.stream(speaker)
        await stream.feed(say(text))
        await stream.finish()
        speaker = stream.speaker
    assert speaker == module._Spoken(("two", "three", "four", "five"))


async def test_a_process_that_dies_is_replaced_and_the_utterance_goes_on(recognizer: SherpaRecognizer) -> None:
    stream = recognizer.stream()
    whole = say("light the lamp")
    await stream.feed(whole[: RATE * 2])
    first = recognizer._worker
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    await stream.feed(whole[RATE * 2 :])
    assert (await stream.finish()).text == "light the lamp"
    assert recognizer._worker is not first


async def test_a_sound_of_which_two_processes_die_is_given_up_honestly(
    recognizer: SherpaRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = WorkerProcess.send

    async def deadly(worker: WorkerProcess, kind: Kind, number: int, payload: bytes = b"") -> None:
        await send(worker, kind, number, payload)
        if kind is Kind.FINISH:
            os.kill(worker.pid, signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(WorkerProcess, "send", deadly)
        stream = recognizer.stream()
        await stream.feed(say("lamp"))
        with pytest.raises(ReparteeError, match="stopped twice"):
            await stream.finish()
    assert (await recognizer.transcribe(say("lamp"))).text == "lamp"


async def test_a_model_that_ends_its_process_is_told_in_a_sentence(tmp_path: Path) -> None:
    """The weights are not what the metadata say, which only the library finds out."""
    folder = make_zipformer(tmp_path / "broken")
    (folder / "joiner.onnx").write_bytes((folder / "joiner.onnx").read_bytes().replace(b"logit", b"lagit"))
    (folder / "encoder.onnx").write_bytes(
        make_zipformer(tmp_path / "other", about={"num_encoder_layers": 3}).joinpath("encoder.onnx").read_bytes()
    )
    recognizer = SherpaRecognizer(folder)
    try:
        with pytest.raises(RecognizerError) as caught:
            await recognizer.prepare()
    finally:
        await recognizer.close()
    assert "\n" not in str(caught.value)


async def test_a_closed_recognizer_says_so(tone_models: dict[str, Path]) -> None:
    recognizer = SherpaRecognizer(tone_models["transducer"])
    await recognizer.prepare()
    worker = recognizer._worker
    await recognizer.close()
    await recognizer.close()
    assert worker is not None
    assert not worker.alive
    with pytest.raises(RecognizerError, match="closed"):
        await recognizer.transcribe(say("lamp"))


async def test_a_dropped_utterance_is_over(recognizer: SherpaRecognizer) -> None:
    stream = recognizer.stream()
    await stream.feed(say("lamp"))
    stream.cancel()
    stream.cancel()
    with pytest.raises(ReparteeError, match="over"):
        await stream.feed(HUSH)
    assert recognizer._worker is not None
    assert not recognizer._worker.utterances
