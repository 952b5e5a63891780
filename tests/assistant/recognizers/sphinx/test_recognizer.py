"""The real recognizer in its real processes, on the recordings of tests/data/speech."""

import asyncio
import os
import shutil
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from assistant.audio.files import load_audio
from assistant.commands.eval_speech import read_manifest, recognise, summarise
from assistant.recognizers import worker_process
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Contents, Lexicon
from assistant.recognizers.sphinx import building as models
from assistant.recognizers.sphinx import recognizer as module
from assistant.recognizers.sphinx.building import build_beside
from assistant.recognizers.sphinx.domain import KIND, cached
from assistant.recognizers.sphinx.learning import build, frequent_words, packed
from assistant.recognizers.sphinx.recognizer import QUICK, SphinxRecognizer
from assistant.recognizers.word_errors import comparable
from assistant.recognizers.worker_process import RecognizerError, WorkerProcess
from assistant.turn.events import Transcript
from engines.errors import ReparteeError
from tests.paths import SAMPLES, SPEECH

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHUNK = 1_600


class Documents:
    """A few of the sample documents, as a library would offer them."""

    version = 1

    def __init__(self, *names: str) -> None:
        self.names = names or ("lighthouse.md", "bees.md", "boiler-manual.html", "clock-museum.md")

    def texts(self, most: int) -> Iterator[str]:
        for name in self.names:
            yield from (SAMPLES / name).read_text(encoding="utf-8").split("\n\n")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has what was built from `Documents()`."""
    cache = tmp_path_factory.mktemp("built")
    contents = Lexicon([Documents()]).contents()
    build(cache, contents.key(KIND), contents)
    return cache


@pytest.fixture(scope="module")
def cache(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that tests share; of what other documents need, only the newest are kept."""
    return Path(shutil.copytree(built, tmp_path_factory.mktemp("cache"), dirs_exist_ok=True))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def recognizer(built: Path) -> AsyncIterator[SphinxRecognizer]:
    """One for all tests that do not close it; a worker that one of them kills is replaced for the next."""
    recognizer = SphinxRecognizer(built, Lexicon([Documents()]), workers=2)
    yield recognizer
    await recognizer.close()


def clip(name: str) -> np.ndarray:
    return load_audio(SPEECH / f"{name}.flac")


async def heard(recognizer: SphinxRecognizer, name: str) -> str:
    """What is heard of a clip that somebody speaks, which is a third of the work that a recording is."""
    stream = recognizer.stream()
    await stream.feed(clip(name))
    return (await stream.finish()).text


def processes() -> set[int]:
    """The processes of this one that still run or wait to be reaped."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


OTHERS: set[int] = set()


@pytest.fixture(autouse=True, scope="module")
def others() -> None:
    """What other tests left running, a shared server for instance, is none of these tests' business."""
    OTHERS.update(processes())


async def children() -> set[int]:
    """The recogniser's processes that still run or wait to be reaped."""
    return processes() - OTHERS


async def test_questions_about_the_documents_are_understood(recognizer: SphinxRecognizer) -> None:
    recordings = list(read_manifest(SPEECH / "manifest.jsonl"))
    results = [await recognise(recognizer, recording, live=False) for recording in recordings]
    assert summarise(results)["wer"] < 0.2
    heard = {result.file: result.heard for result in results}
    assert heard["keeper-rms.flac"] == "who was the first keeper of the lighthouse"
    assert heard["railway-rms.flac"].startswith("in nineteen oh eight the storm")


async def test_live_speech_is_searched_for_frequent_words_and_those_of_the_documents(cache: Path) -> None:
    assert frequent_words(["the", "zygote", "house", "lighthouse"], 2) == {"the", "house"}
    contents = Contents(("The zygote of Quibblewick divides at noon.",))
    domain = build(cache, contents.key(KIND), contents)
    whole, frequent = (
        {line.split()[0] for line in file.read_text().splitlines()} for file in (domain.dictionary, domain.frequent)
    )
    assert frequent < whole
    assert {"zygote", "quibblewick", "what", "stop"} <= frequent
    assert 20_000 < len(frequent) < len(whole) / 3


async def test_the_demo_question_is_heard_and_written_as_in_the_document(recognizer: SphinxRecognizer) -> None:
    transcript = await recognizer.transcribe(load_audio(SAMPLES / "audio" / "marlow-point.flac"))
    assert transcript.text == "how tall is the lighthouse at Marlow Point"


async def test_words_come_while_the_person_speaks_and_are_never_taken_back(recognizer: SphinxRecognizer) -> None:
    pcm = clip("kitchen-rms")
    stream = recognizer.stream()
    partials = []
    for place in range(0, len(pcm), CHUNK):
        if words := await stream.feed(pcm[place : place + CHUNK]):
            partials.append(words)
        while stream._decoded < stream._sent:  # as slowly as it is decoded, however busy the machine
            await asyncio.sleep(0.005)
    settled = await stream.settle()
    transcript = await stream.finish()
    assert len(partials) > 1
    assert settled == stream.hypothesis == transcript.text
    shown, said = comparable(" ".join(partials)), comparable(transcript.text)
    assert len(shown) <= len(said) + 2
    assert sum(word in said for word in shown) > 0.7 * len(shown)
    assert stream.speaker is not None


async def test_speech_after_a_pause_is_still_heard(recognizer: SphinxRecognizer) -> None:
    first, second = clip("weather-slt"), clip("kitchen-rms")
    stream = recognizer.stream()
    await stream.feed(first)
    before = await stream.settle()
    await stream.feed(np.random.default_rng(0).normal(0, 12, 3_200).astype(np.int16))
    assert await stream.settle() == before
    for place in range(0, len(second), CHUNK):
        await stream.feed(second[place : place + CHUNK])
    heard = (await stream.finish()).text
    assert "weather" in heard
    assert heard.endswith("in the kitchen")


async def test_a_killed_worker_is_replaced_in_the_middle_of_an_utterance(recognizer: SphinxRecognizer) -> None:
    pcm = clip("keeper-rms")
    stream = recognizer.stream()
    shown = ""
    for place in range(0, len(pcm), CHUNK):
        shown += f" {await stream.feed(pcm[place : place + CHUNK]) or ''}"
        if place == 10 * CHUNK:
            for pid in await children():
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.01)
    assert (await stream.finish()).text == "who was the first keeper of the lighthouse"
    assert shown.split().count("keeper") <= 1  # what was shown is not shown again


async def test_a_worker_that_always_dies_is_one_sentence(recognizer: SphinxRecognizer) -> None:
    await recognizer.prepare()

    async def kill() -> None:
        while True:
            for pid in await children():
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.05)

    killing = asyncio.create_task(kill())
    try:
        with pytest.raises(RecognizerError, match=r"^The speech recogniser .*\.$"):
            await asyncio.wait_for(recognizer.transcribe(clip("railway-rms")), 300)
    finally:
        killing.cancel()
    assert (await recognizer.transcribe(clip("stop-slt"))).text == "stop"  # and the next one is served again


async def test_several_speak_at_once_and_each_gets_their_own_words(recognizer: SphinxRecognizer) -> None:
    names = {"kitchen-rms": "kitchen", "weather-slt": "weather", "stop-slt": "stop"}

    async def speak(name: str) -> str:
        pcm = clip(name)
        stream = recognizer.stream()
        for place in range(0, len(pcm), CHUNK):
            await stream.feed(pcm[place : place + CHUNK])
            await asyncio.sleep(0)
        return (await stream.finish()).text

    heard = await asyncio.gather(*(speak(name) for name in names))
    for text, word in zip(heard, names.values(), strict=True):
        assert word in text
    assert len(await children()) == 2


async def test_cancelled_utterances_leave_room_for_others(recognizer: SphinxRecognizer) -> None:
    pcm = clip("kitchen-rms")
    streams = [recognizer.stream() for _ in range(20)]
    for stream in streams:
        await stream.feed(pcm[:8_000])
        stream.cancel()
    waiting = asyncio.create_task(recognizer.transcribe(pcm))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await recognizer.transcribe(clip("stop-slt"))).text == "stop"
    with pytest.raises(RecognizerError, match="over"):
        await streams[0].feed(pcm)


@pytest.mark.parametrize("samples", [0, 1_600, 8_000])
async def test_silence_and_crumbs_are_no_words(recognizer: SphinxRecognizer, samples: int) -> None:
    quiet = np.random.default_rng(1).normal(0, 10, samples).astype(np.int16)
    assert (await recognizer.transcribe(quiet)).text == ""
    assert (await recognizer.transcribe(np.zeros(samples, np.int16))).text == ""
    stream = recognizer.stream()
    assert await stream.feed(quiet) is None
    assert (await stream.finish()).text == ""


async def test_closing_leaves_no_process(cache: Path) -> None:
    before = await children()
    recognizer = SphinxRecognizer(cache, Lexicon([Documents()]), workers=2)
    await recognizer.prepare()
    assert len(await children() - before) == 1  # a second one when somebody speaks
    await asyncio.gather(*(heard(recognizer, "stop-slt") for _ in range(3)))
    pids = await children() - before
    assert pids
    stream = recognizer.stream()
    await stream.feed(clip("stop-slt"))
    await recognizer.close()
    await recognizer.close()
    assert not pids & await children()
    with pytest.raises(RecognizerError):
        await stream.finish()
    with pytest.raises(RecognizerError, match="closed"):
        await recognizer.transcribe(clip("stop-slt"))


async def test_a_worker_ends_when_its_parent_is_killed(cache: Path, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, pathlib, sys\n"
        "from assistant.recognizers.sphinx.recognizer import SphinxRecognizer\n"
        "async def main():\n"
        f"    recognizer = SphinxRecognizer(pathlib.Path({str(cache)!r}))\n"
        "    await recognizer.prepare()\n"
        "    print(recognizer._workers[0].pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(SAMPLES.parents[1])}
    import sys

    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert parent.stdout is not None
    worker = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{worker}").exists() and "(python" in Path(f"/proc/{worker}/stat").read_text():
        state = Path(f"/proc/{worker}/stat").read_text().split(")")[1].split()[0]
        if state == "Z":
            break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_what_was_built_from_the_documents_is_kept_and_rebuilt_when_they_change(cache: Path) -> None:
    documents = Documents("lighthouse.md")
    recognizer = SphinxRecognizer(cache, Lexicon([documents]), workers=1)
    try:
        await recognizer.prepare()
        built = {path.name: path.stat().st_mtime_ns for path in cache.glob("sphinx-*/domain.lm")}
        before = set(cache.glob("sphinx-*"))
        await recognizer.close()
        recognizer = SphinxRecognizer(cache, Lexicon([documents]), workers=1)
        await recognizer.prepare()
        assert {path.name: path.stat().st_mtime_ns for path in cache.glob("sphinx-*/domain.lm")} == built
        documents.names, documents.version = ("bees.md",), 2
        await recognizer.caught_up()
        assert "waggle" in await heard(recognizer, "waggle-slt")
        assert len(set(cache.glob("sphinx-*")) - before) == 1
    finally:
        await recognizer.close()


async def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    recognizer = SphinxRecognizer(blocked / "cache", Lexicon([Documents("bees.md")]), workers=1)
    try:
        assert "waggle" in await heard(recognizer, "waggle-slt")
    finally:
        await recognizer.close()


def babble(seconds: float) -> np.ndarray:
    """Twelve voices at once, of which no word can be told."""
    rng = np.random.default_rng(0)
    clips = [load_audio(path) for path in sorted(SPEECH.glob("*.flac"))]
    voices = [np.concatenate([clips[i] for i in rng.permutation(len(clips))]) for _ in range(12)]
    length = int(seconds * 16_000)
    mixed = sum(np.resize(voice, length).astype(np.float32) for voice in voices) * 0.4
    return np.clip(mixed, -32_000, 32_000).astype(np.int16)


async def test_what_costs_more_than_speech_is_searched_for_less(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POCKETSPHINX_EFFORT")  # here it is to be judged what it costs
    recognizer = SphinxRecognizer(built, Lexicon([Documents()]), workers=1)
    try:
        assert "searched less" in (await recognizer.transcribe(babble(4.2))).note
    finally:
        await recognizer.close()


async def test_where_the_effort_is_fixed_nothing_is_searched_for_less(recognizer: SphinxRecognizer) -> None:
    assert (await recognizer.transcribe(babble(1.6))).note == ""  # dear after a second where 10 s are decoded in 7


async def test_nothing_in_the_current_folder_is_executed(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted, ran = tmp_path / "planted", tmp_path / "ran"
    for folder in (planted, ran):
        folder.mkdir()
    for name in ("json", "numpy", "pocketsphinx", "assistant", "encodings"):
        (planted / f"{name}.py").write_text(f"open({str(ran / name)!r}, 'w').close()")
    monkeypatch.chdir(planted)
    monkeypatch.setenv("PYTHONPATH", "")  # one empty entry is the current folder
    worker = await WorkerProcess.start(module.WORKER)
    await worker.ask(Kind.DOMAIN, {"cache_dir": str(cache), "key": "", "live": False})
    await worker.close()
    contents = Contents(("The zygote of Quibblewick divides.",))
    await build_beside(tmp_path / "cache", contents.key(KIND), contents, awaited=True)
    assert not list(ran.iterdir())


async def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    contents = Contents(("The zygote of Quibblewick divides at noon.",))
    key = contents.key(KIND)
    build(tmp_path, key, contents)
    whole = tmp_path / "whole"
    (tmp_path / f"sphinx-{key}").rename(whole)
    folder = tmp_path / f"sphinx-{key}"
    for name in ("forms.json", "domain.lm", "words.dict", "frequent.dict", "checksums.json"):
        for damage in ("emptied", "cut", "deleted"):
            shutil.copytree(whole, folder)
            assert cached(tmp_path, key) is not None
            content = (folder / name).read_bytes()
            (folder / name).unlink()
            if damage != "deleted":
                (folder / name).write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
            assert cached(tmp_path, key) is None, (name, damage)
            if (name, damage) != ("checksums.json", "deleted"):
                shutil.rmtree(folder)
    assert build(tmp_path, key, contents) == cached(tmp_path, key)
    assert len(list(tmp_path.glob("*sphinx-*"))) == 1


async def test_a_damaged_cache_stops_nobody(tmp_path: Path) -> None:
    source = Documents("bees.md")
    contents = Lexicon([source]).contents()
    build(tmp_path, contents.key(KIND), contents)
    (tmp_path / f"sphinx-{contents.key(KIND)}" / "forms.json").write_bytes(b"")
    recognizer = SphinxRecognizer(tmp_path, Lexicon([source]), workers=1)
    try:
        await recognizer.prepare()
        assert "waggle" in await heard(recognizer, "waggle-slt")
        assert cached(tmp_path, contents.key(KIND)) is not None
    finally:
        await recognizer.close()


async def test_caches_are_on_the_disk_before_they_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    rename, fsync = Path.rename, os.fsync

    def flushed(handle: int) -> None:
        steps.append(Path(f"/proc/self/fd/{handle}").readlink().name.split(".")[1])
        fsync(handle)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", lambda path, to: steps.append("used") or rename(path, to))
    contents = Contents(("The zygote of Quibblewick divides at noon.",))
    build(tmp_path, contents.key(KIND), contents)
    assert set(steps[: steps.index("used")]) == {"forms", "domain", "words", "frequent", "checksums"}


class Watched(Documents):
    """Documents that know on which threads they were asked."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.threads: set[int] = set()
        self.changes = 1

    @property
    def version(self) -> int:
        self.threads.add(threading.get_ident())
        return self.changes

    def texts(self, most: int) -> Iterator[str]:
        self.threads.add(threading.get_ident())
        yield from super().texts(most)


async def test_what_is_spoken_while_documents_change_does_not_wait_for_them(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, go_on, building = Watched("lighthouse.md"), asyncio.Event(), asyncio.Event()
    recognizer = SphinxRecognizer(cache, Lexicon([documents]), workers=1)

    async def held(*arguments: Any, awaited: bool) -> None:
        assert not awaited
        building.set()
        await go_on.wait()
        await build_beside(*arguments, awaited=awaited)

    try:
        await recognizer.prepare()
        before = await children()
        monkeypatch.setattr(models, "build_beside", held)
        documents.names, documents.changes = ("bees.md", "boiler-manual.html"), 2
        assert await heard(recognizer, "stop-slt") == "stop"
        await building.wait()
        assert await heard(recognizer, "stop-slt") == "stop"  # while it is built
        go_on.set()
        await recognizer.caught_up()
        assert "waggle" in await heard(recognizer, "waggle-slt")
        assert await children() == before  # in the same worker
        assert threading.get_ident() not in documents.threads  # the event loop asked no database
    finally:
        await recognizer.close()


async def test_a_large_library_is_heard_in_general_english_until_it_is_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Large(Documents):
        def texts(self, most: int) -> Iterator[str]:
            yield from super().texts(most)
            yield "word " * QUICK

    async def never(*_arguments: Any, awaited: bool) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(models, "build_beside", never)
    recognizer = SphinxRecognizer(tmp_path, Lexicon([Large()]), workers=1)
    try:
        await recognizer.prepare()
        assert await heard(recognizer, "stop-slt") == "stop"
    finally:
        await recognizer.close()


async def test_documents_that_cannot_be_learnt_stop_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Hostile(Documents):
        def texts(self, most: int) -> Iterator[str]:
            yield "\ud800 \U0001f600 " * 1_000  # half a character among emoji
            if not self.names[0]:
                raise ReparteeError("The library broke.")

    for names, limit in (("x",), 300.0), (("",), 300.0), (("x",), 0.0):
        monkeypatch.setattr(models, "BUILD_LIMIT_S", limit)
        recognizer = SphinxRecognizer(tmp_path / str(limit), Lexicon([Hostile(*names)]), workers=1)
        try:
            await recognizer.prepare()
            assert await heard(recognizer, "stop-slt") == "stop"
        finally:
            await recognizer.close()
    assert "The library broke." in caplog.text
    assert "took more than" in caplog.text


async def test_millions_of_emoji_are_few_bytes() -> None:
    contents = Lexicon([SimpleNamespace(version=1, texts=lambda most: ["\U0001f600" * 1_000_000])]).contents()
    assert len(packed(contents)) < 4_100_000


async def test_a_worker_that_hangs_is_replaced(
    cache: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recognizer = SphinxRecognizer(cache, Lexicon([Documents()]), workers=1)
    try:
        await recognizer.prepare()
        pcm = clip("keeper-rms")
        stream = recognizer.stream()
        await stream.feed(pcm[:16_000])
        (hung,) = {worker.pid for worker in recognizer._workers}
        os.kill(hung, signal.SIGSTOP)
        await stream.feed(pcm[16_000:])
        monkeypatch.setattr(worker_process, "PATIENCE_S", 1.0)
        finishing = asyncio.create_task(stream.finish())
        while hung in await children():
            await asyncio.sleep(0.02)
        monkeypatch.undo()
        assert (await finishing).text == "who was the first keeper of the lighthouse"
        assert f"process {hung}) hung and is replaced" in caplog.text
    finally:
        await recognizer.close()


async def test_a_long_recording_is_decoded_a_few_pieces_at_a_time_and_others_are_served_between_them(
    recognizer: SphinxRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = most = 0
    order: list[str] = []

    async def whole(_self: SphinxRecognizer, pcm: np.ndarray) -> Transcript:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        order.append("long" if len(pcm) > 16_000 else "short")
        await asyncio.sleep(0)
        under_way -= 1
        return Transcript("piece")

    monkeypatch.setattr(SphinxRecognizer, "_whole", whole)
    quiet = np.zeros(300 * 16_000, np.int16)
    long = asyncio.create_task(recognizer.transcribe(quiet))
    await asyncio.sleep(0)
    short = asyncio.create_task(recognizer.transcribe(quiet[:8_000]))
    assert (await long).text.split() == ["piece"] * order.count("long")
    await short
    assert most <= 2
    assert order.index("short") <= 5
    assert order.count("long") >= 15


async def test_phrases_are_expected_as_they_are(tmp_path: Path) -> None:
    phrases = SimpleNamespace(version=1, phrases=lambda: ["Quibblewick lamp", "", "x" * 1_000])
    lexicon = Lexicon([Documents("bees.md")], [phrases])
    contents = lexicon.contents()
    assert contents.phrases == ("Quibblewick lamp",)
    assert lexicon.version() == (1, 1)
    domain = build(tmp_path, contents.key(KIND), contents)
    assert "quibblewick lamp" in domain.language_model.read_text()
    assert any(line.startswith("quibblewick ") for line in domain.frequent.read_text().splitlines())
