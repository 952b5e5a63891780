"""The recognizer with its real process, on a model that takes tones for words."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant.audio.samples import RATE, slices
from assistant.recognizers import worker_process
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Lexicon
from assistant.recognizers.recognizer import UNSURE
from assistant.recognizers.sphinx.building import Builder
from assistant.recognizers.whisper import recognizer as module
from assistant.recognizers.whisper.recognizer import Rank, WhisperRecognizer, WhisperStream
from assistant.recognizers.whisper.turns import Turns
from assistant.recognizers.whisper.worker import DOUBTS
from assistant.recognizers.worker_process import RecognizerError, WorkerProcess
from assistant.turn.events import Transcript
from engines.errors import ReparteeError
from tests.assistant.recognizers.whisper.tones import BETWEEN, DOOR, LAMP, MURMUR, tone

HUSH = np.zeros(RATE // 2, np.int16)


@pytest.fixture
async def recognizer(tone_model: Path) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(str(tone_model), threads=1)
    yield recognizer
    await recognizer.close()


@dataclass
class Asked:
    """What the process was asked for, in order."""

    kind: Kind
    content: dict[str, Any]
    seconds: float  # of the sound that came with it


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Everything that any process is asked for, as it is asked."""
    requests: list[Asked] = []
    ask = WorkerProcess.ask

    async def noted(worker: WorkerProcess, kind: Kind, content: dict[str, Any], attached: bytes = b"") -> Any:
        requests.append(Asked(kind, content, round(len(attached) / 2 / RATE, 2)))
        return await ask(worker, kind, content, attached)

    monkeypatch.setattr(WorkerProcess, "ask", noted)
    return requests


def decoded(asked: list[Asked]) -> list[float]:
    """The seconds of each sound that was to be decoded."""
    return [each.seconds for each in asked if each.kind is Kind.DECODE]


def looks(asked: list[Asked]) -> list[str]:
    """Whether a first choice was asked for, or a second look."""
    return ["again" if "doubt" in each.content else "first" for each in asked if each.kind is Kind.DECODE]


@pytest.fixture
def no_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decode nothing before somebody waits for it."""
    monkeypatch.setattr(WhisperStream, "_try", lambda stream: None)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decoded took no time, however busy the machine is."""
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: 0.0))


async def attempted(stream: WhisperStream) -> None:
    """Return when the attempt under way is over."""
    if stream._trying is not None:
        await asyncio.wait([stream._trying])


async def test_a_recording_is_recognised_as_a_whole(recognizer: WhisperRecognizer) -> None:
    assert (await recognizer.transcribe(tone(LAMP, 1.0))).text == "lamp"
    assert (await recognizer.transcribe(tone(MURMUR, 1.0))).text == ""


async def test_silence_is_known_without_a_process(recognizer: WhisperRecognizer) -> None:
    assert (await recognizer.transcribe(np.zeros(RATE, np.int16))).text == ""
    assert (await recognizer.transcribe(np.zeros(0, np.int16))).text == ""
    stream = recognizer.stream()
    await stream.feed(np.zeros(3 * RATE, np.int16))
    assert (await stream.finish()).text == ""
    assert recognizer._worker is None


async def test_a_long_recording_is_cut_at_its_pauses(recognizer: WhisperRecognizer, asked: list[Asked]) -> None:
    long = np.concatenate([tone(LAMP, 20.0), HUSH, tone(DOOR, 20.0), HUSH, tone(LAMP, 20.0)])
    assert (await recognizer.transcribe(long)).text == "lamp door lamp"
    assert len(decoded(asked)) == 3
    assert max(decoded(asked)) <= module.LONGEST_CUT_S


async def test_what_was_decoded_in_the_pause_is_not_decoded_again_at_the_end(
    recognizer: WhisperRecognizer, asked: list[Asked], no_attempts: None
) -> None:
    stream = recognizer.stream()
    await stream.feed(tone(LAMP, 1.0))
    assert await stream.settle() == "lamp"
    await stream.feed(HUSH)
    assert await stream.settle() == "lamp"
    assert (await stream.finish()).text == "lamp"
    assert decoded(asked) == [1.0]


async def test_whoever_goes_on_speaking_after_a_pause_is_decoded_with_it(
    recognizer: WhisperRecognizer, asked: list[Asked], no_attempts: None
) -> None:
    stream = recognizer.stream()
    await stream.feed(tone(LAMP, 1.0))
    assert await stream.settle() == "lamp"
    await stream.feed(tone(DOOR, 2.0))
    assert (await stream.finish()).text == "door"
    assert decoded(asked) == [1.0, 3.0]


async def test_a_quiet_moment_is_used_before_anybody_asks(recognizer: WhisperRecognizer, asked: list[Asked]) -> None:
    stream = recognizer.stream()
    await stream.feed(tone(LAMP, 0.6))
    assert stream._trying is None, "too short to be worth it while it goes on"
    await stream.feed(HUSH[: RATE // 5])
    await attempted(stream)
    assert stream.hypothesis == "lamp"
    assert (await stream.finish()).text == "lamp"
    assert decoded(asked) == [0.8]


async def test_words_on_which_two_hypotheses_agree_are_given_out_once(recognizer: WhisperRecognizer) -> None:
    stream = recognizer.stream()
    given = []
    for piece in slices(tone(LAMP, 5.0), RATE // 2):
        given.append(await stream.feed(piece))
        await attempted(stream)
    assert [words for words in given if words] == ["lamp"]
    assert given[0] is None
    assert (await stream.finish()).text == "lamp"


def test_given_words_only_grow(tone_model: Path) -> None:
    stream = WhisperStream(WhisperRecognizer(str(tone_model)))
    given = []
    for text in ("Turn", "Turn the", "turn the lamp", "Turn the lamps on.", "Turn the lamps on, please.", "Turn"):
        stream._take(text.split())
        given.append(stream._fresh.copy())
    assert given[-1] == ["Turn", "the", "lamps", "on,"]
    assert all(after[: len(before)] == before for before, after in itertools.pairwise(given))


async def test_one_attempt_is_under_way_at_a_time_and_none_while_others_are_decoded(
    recognizer: WhisperRecognizer, asked: list[Asked]
) -> None:
    await recognizer.prepare()
    first, second = recognizer.stream(), recognizer.stream()
    for piece in slices(tone(LAMP, 3.0), RATE // 2):
        await first.feed(piece)
        await second.feed(piece)
        assert len(recognizer._turns._waiting) == 0
        assert second._trying is None
    assert len(decoded(asked)) <= 1
    assert [(await stream.finish()).text for stream in (first, second)] == ["lamp", "lamp"]


async def test_a_slow_machine_decodes_less_often_before_the_end(recognizer: WhisperRecognizer) -> None:
    begun = []
    for took_s in (0.1, 0.6):
        stream = recognizer.stream()
        recognizer.took_s = took_s
        await stream.feed(tone(LAMP, 2.0))
        begun.append(stream._trying is not None)
        stream.cancel()
        await asyncio.sleep(0)
    assert begun == [True, False]


async def test_an_attempt_is_given_up_for_the_end(recognizer: WhisperRecognizer, asked: list[Asked]) -> None:
    stream = recognizer.stream()
    await stream.feed(tone(LAMP, 1.0))
    assert stream._trying is not None
    await stream.feed(tone(DOOR, 2.0))
    assert (await stream.finish()).text == "door"
    assert decoded(asked)[-1] == 3.0
    assert recognizer.idle


async def test_a_long_utterance_is_heard_in_windows(recognizer: WhisperRecognizer, asked: list[Asked]) -> None:
    stream = recognizer.stream()
    given = []
    for piece in slices(np.concatenate([tone(LAMP, 20.0), HUSH, tone(DOOR, 20.0)]), 2 * RATE):
        given.append(await stream.feed(piece))
        await attempted(stream)
    assert len(stream._sound) <= module.LONGEST_CUT_S * RATE
    assert (await stream.finish()).text == "lamp door"
    assert " ".join(filter(None, given)) == "lamp door"
    assert max(decoded(asked)) <= module.LONGEST_CUT_S


async def test_several_who_speak_are_not_mixed_up(recognizer: WhisperRecognizer) -> None:
    streams = [recognizer.stream() for _ in range(6)]
    for number, stream in enumerate(streams):
        await stream.feed(tone(LAMP if number % 2 else DOOR, 1.0))
    heard = await asyncio.gather(*(stream.finish() for stream in streams))
    assert [transcript.text for transcript in heard] == ["door", "lamp"] * 3


async def test_a_dropped_utterance_leaves_the_line(recognizer: WhisperRecognizer, asked: list[Asked]) -> None:
    await recognizer.prepare()
    async with recognizer._turns.take(0):
        abandoned = asyncio.create_task(recognizer.decode(tone(LAMP, 1.0), Rank.ENDING))
        await asyncio.sleep(0)
        abandoned.cancel()
        await asyncio.wait([abandoned])
    assert recognizer.idle
    assert decoded(asked) == []
    stream = recognizer.stream()
    await stream.feed(tone(LAMP, 2.0))
    stream.cancel()
    stream.cancel()
    with pytest.raises(ReparteeError, match="over"):
        await stream.feed(tone(LAMP, 1.0))
    await asyncio.sleep(0)
    assert recognizer.idle


async def test_a_process_that_dies_is_replaced_and_asked_again(
    recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recognizer.prepare()
    first = recognizer._worker
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    assert (await recognizer.transcribe(tone(LAMP, 1.0))).text == "lamp"
    assert recognizer._worker is not first


async def test_a_process_that_hangs_is_replaced(recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    await recognizer.prepare()
    assert recognizer._worker is not None
    os.kill(recognizer._worker.pid, signal.SIGSTOP)
    monkeypatch.setattr(worker_process, "PATIENCE_S", 0.5)
    hearing = asyncio.create_task(recognizer.transcribe(tone(LAMP, 1.0)))
    while recognizer._worker is not None and recognizer._worker.alive:
        await asyncio.sleep(0.05)
    monkeypatch.undo()
    assert (await hearing).text == "lamp"


async def test_a_sound_of_which_two_processes_die_is_given_up(
    recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = WorkerProcess.ask

    async def deadly(worker: WorkerProcess, kind: Kind, content: dict[str, Any], attached: bytes = b"") -> Any:
        if kind is Kind.DECODE:
            os.kill(worker.pid, signal.SIGKILL)
        return await ask(worker, kind, content, attached)

    with monkeypatch.context() as patch:
        patch.setattr(WorkerProcess, "ask", deadly)
        with pytest.raises(ReparteeError, match="stopped twice"):
            await recognizer.transcribe(tone(LAMP, 1.0))
    assert (await recognizer.transcribe(tone(DOOR, 1.0))).text == "door"


async def test_weights_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path, tone_model: Path) -> None:
    for name in ("vocabulary.txt", "config.json"):
        (tmp_path / name).write_bytes((tone_model / name).read_bytes())
    (tmp_path / "model.bin").write_bytes((tone_model / "model.bin").read_bytes()[:3000])
    recognizer = WhisperRecognizer(str(tmp_path))
    try:
        with pytest.raises(ReparteeError, match="cannot be loaded"):
            await recognizer.prepare()
        stream = recognizer.stream()
        await stream.feed(tone(LAMP, 2.0))
        await attempted(stream)
        with pytest.raises(ReparteeError, match="cannot be loaded"):
            await stream.feed(tone(LAMP, 1.0))
    finally:
        await recognizer.close()


async def test_a_closed_recognizer_says_so(tone_model: Path) -> None:
    recognizer = WhisperRecognizer(str(tone_model))
    await recognizer.prepare()
    worker = recognizer._worker
    await recognizer.close()
    await recognizer.close()
    assert worker is not None
    assert not worker.alive
    with pytest.raises(RecognizerError, match="closed"):
        await recognizer.transcribe(tone(LAMP, 1.0))


async def test_turns_are_taken_by_rank_and_then_by_waiting() -> None:
    turns, order = Turns(), []

    async def work(name: str, rank: int) -> None:
        async with turns.take(rank):
            order.append(name)
            await asyncio.sleep(0)

    async with turns.take(2):
        waiting = [asyncio.create_task(work(*one)) for one in (("slow", 2), ("b", 1), ("a", 0), ("c", 1), ("gone", 0))]
        await asyncio.sleep(0)
        waiting[-1].cancel()
    await asyncio.wait(waiting)
    assert order == ["a", "b", "c", "slow"]
    assert turns.idle


async def test_whoever_is_called_and_gives_up_passes_the_turn_on() -> None:
    turns = Turns()
    async with turns.take(0):
        first, second = (asyncio.create_task(_hold(turns)) for _ in range(2))
        await asyncio.sleep(0)
    first.cancel()  # called, but not yet awake
    await asyncio.wait([first, second])
    assert first.cancelled()
    assert second.result()
    assert turns.idle


async def _hold(turns: Turns) -> bool:
    async with turns.take(0):
        return True


class Library:
    """A document, in two versions."""

    version = 1

    def texts(self, _most: int) -> Iterator[str]:
        yield f"The lamp number {self.version} stands beside the door."


async def test_the_process_is_taught_the_documents_and_every_change_of_them(
    tone_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[str] = []
    ask = WorkerProcess.ask

    async def noted(worker: WorkerProcess, kind: Kind, content: dict[str, Any], attached: bytes = b"") -> Any:
        answer = await ask(worker, kind, content, attached)
        if "documents" in content:
            taught.append(Path(content["documents"]).read_text(encoding="utf-8"))
        return answer

    monkeypatch.setattr(WorkerProcess, "ask", noted)
    library = Library()
    recognizer = WhisperRecognizer(str(tone_model), threads=1, cache_dir=tmp_path, lexicon=Lexicon([library]))
    try:
        assert (await recognizer.transcribe(tone(LAMP, 1.0))).text == "lamp"
        assert len(taught) == 1
        assert "number one" in taught[0]
        library.version = 2
        await recognizer.caught_up()
        assert (await recognizer.transcribe(tone(DOOR, 1.0))).text == "door"
        assert len(taught) == 2
        assert "number two" in taught[1]
    finally:
        await recognizer.close()


async def test_a_model_of_the_documents_that_cannot_be_loaded_is_left_out(
    tone_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def damaged(_builder: Builder, _contents: object, *, awaited: bool) -> Path:
        assert awaited
        (tmp_path / "domain.lm").write_text("nothing")
        return tmp_path / "domain.lm"

    monkeypatch.setattr(Builder, "language_model", damaged)
    recognizer = WhisperRecognizer(str(tone_model), threads=1, cache_dir=tmp_path, lexicon=Lexicon([Library()]))
    try:
        assert (await recognizer.transcribe(tone(LAMP, 1.0))).text == "lamp"
    finally:
        await recognizer.close()
    assert "could not be loaded" in caplog.text


async def test_another_language_is_not_held_against_english(tone_model: Path, tmp_path: Path) -> None:
    lexicon = Lexicon([Library()])
    recognizer = WhisperRecognizer(str(tone_model), language="auto", cache_dir=tmp_path, lexicon=lexicon)
    try:
        assert (await recognizer.transcribe(tone(LAMP, 1.0))).text == "lamp"
        assert not list(tmp_path.iterdir())
    finally:
        await recognizer.close()


@pytest.fixture
async def doubting(tone_model: Path, tmp_path: Path) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(str(tone_model), threads=1, cache_dir=tmp_path, lexicon=Lexicon([Library()]))
    await recognizer.prepare()
    yield recognizer
    await recognizer.close()


async def test_at_a_pause_the_first_choice_is_told_before_the_second_look(
    doubting: WhisperRecognizer, asked: list[Asked], no_attempts: None
) -> None:
    stream = doubting.stream()
    await stream.feed(BETWEEN)
    assert await stream.settle() == "lamp"
    assert stream.unsure
    assert looks(asked) == ["first"]
    assert await stream.reconsider() == "lamp"
    assert not stream.unsure
    assert (await stream.finish()).text == "lamp"
    assert looks(asked) == ["first", "again"]


async def test_whoever_is_sure_of_the_words_does_not_look_again(
    doubting: WhisperRecognizer, asked: list[Asked], no_attempts: None
) -> None:
    stream = doubting.stream()
    await stream.feed(tone(LAMP, 1.0))
    assert await stream.settle() == "lamp"
    assert not stream.unsure
    assert (await stream.finish()).text == "lamp"
    assert looks(asked) == ["first"]


async def test_at_the_end_an_unsure_ear_looks_again_unless_it_is_told_to_rest(
    doubting: WhisperRecognizer, asked: list[Asked], no_attempts: None
) -> None:
    for rest in (False, True):
        stream = doubting.stream()
        await stream.feed(BETWEEN)
        await stream.settle()
        if rest:
            stream.rest()
        assert (await stream.finish()).text == "lamp"
    assert looks(asked) == ["first", "again", "first"]
    assert doubting.idle


async def test_a_recording_is_looked_at_again_within_its_slot_and_says_where_it_was_not(
    doubting: WhisperRecognizer, asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.recognizers.recognizer.RECORDING_LEAST_S", 600.0)
    assert await doubting.transcribe(BETWEEN) == Transcript("lamp")
    assert looks(asked) == ["first", "again"]
    monkeypatch.setattr("assistant.recognizers.recognizer.RECORDING_LEAST_S", -600.0)
    assert await doubting.transcribe(BETWEEN) == Transcript("lamp", UNSURE)
    assert looks(asked) == ["first", "again", "first"]


async def test_of_a_doubt_that_is_forgotten_the_first_choice_stays(
    doubting: WhisperRecognizer, no_attempts: None
) -> None:
    streams = [doubting.stream() for _ in range(DOUBTS + 1)]
    for stream in streams:
        await stream.feed(BETWEEN)
        await stream.settle()
    assert await doubting.reconsider(streams[0]._doubt or 0, Rank.DOUBTING) is None
    assert await doubting.reconsider(streams[-1]._doubt or 0, Rank.DOUBTING) == "lamp"
    assert await streams[0].reconsider() == "lamp"


@pytest.mark.parametrize("live", [True, False])
async def test_only_for_live_speech_the_process_is_warmed_up(tone_model: Path, asked: list[Asked], live: bool) -> None:
    recognizer = WhisperRecognizer(str(tone_model), threads=1)
    try:
        if live:
            await recognizer.prepare()
        assert (await recognizer.transcribe(tone(LAMP, 1.0))).text == "lamp"
        assert [each.content["live"] for each in asked if "weights" in each.content] == [live]
    finally:
        await recognizer.close()
