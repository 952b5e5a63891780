"""The real recognizer in its real processes, on the recordings of tests/data/speech."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.audio.files import load_audio
from assistant.commands.eval_speech import comparable, read_manifest, recognise, summarise
from assistant.recognizers.lexicon import Contents, Lexicon
from assistant.recognizers.sphinx.client import RecognizerError
from assistant.recognizers.sphinx.domain import KIND, build, cached, frequent_words
from assistant.recognizers.sphinx.recognizer import QUICK, SphinxRecognizer
from tests.paths import SAMPLES, SPEECH

CHUNK = 1_600


class Documents:
    """A few of the sample documents, as a library would offer them."""

    version = 1

    def __init__(self, *names: str) -> None:
        self.names = names or ("lighthouse.md", "bees.md", "boiler-manual.html", "clock-museum.md")

    def texts(self) -> Iterator[str]:
        for name in self.names:
            yield from (SAMPLES / name).read_text(encoding="utf-8").split("\n\n")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def recognizer(cache: Path) -> AsyncIterator[SphinxRecognizer]:
    recognizer = SphinxRecognizer(cache, Lexicon([Documents()]), workers=2)
    yield recognizer
    await recognizer.close()


def clip(name: str) -> np.ndarray:
    return load_audio(SPEECH / f"{name}.flac")


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


def test_live_speech_is_searched_for_frequent_words_and_those_of_the_documents(cache: Path) -> None:
    assert frequent_words(["the", "zygote", "house", "lighthouse"], 2) == {"the", "house"}
    contents = Contents(("The zygote of Quibblewick divides at noon.",))
    domain = build(cache, contents.key(KIND), contents)
    whole, frequent = ({line.split()[0] for line in file.open()} for file in (domain.dictionary, domain.frequent))
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
    await asyncio.gather(*(recognizer.transcribe(clip("stop-slt")) for _ in range(3)))
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
    recognizer = SphinxRecognizer(cache, Lexicon([documents]))
    try:
        await recognizer.prepare()
        built = {path.name: path.stat().st_mtime_ns for path in cache.glob("sphinx-*/domain.lm")}
        before = set(cache.glob("sphinx-*"))
        await recognizer.close()
        recognizer = SphinxRecognizer(cache, Lexicon([documents]))
        await recognizer.prepare()
        assert {path.name: path.stat().st_mtime_ns for path in cache.glob("sphinx-*/domain.lm")} == built
        documents.names, documents.version = ("bees.md",), 2
        await recognizer.caught_up()
        assert "waggle" in (await recognizer.transcribe(clip("waggle-slt"))).text
        assert len(set(cache.glob("sphinx-*")) - before) == 1
    finally:
        await recognizer.close()


async def test_a_cache_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    recognizer = SphinxRecognizer(blocked / "cache", Lexicon([Documents("bees.md")]))
    try:
        assert "waggle" in (await recognizer.transcribe(clip("waggle-slt"))).text
    finally:
        await recognizer.close()
