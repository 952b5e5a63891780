"""Turn detection that a client changes while somebody speaks, over a real WebSocket: one utterance, whole, answered.

What is sent is obeyed in order, so that a change comes at a sample that the test chooses, however fast the machine is.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
import soxr

from assistant.audio.files import load_audio
from tests.assistant.channels.web.test_server import send, session, until
from tests.paths import SPEECH, TURNS

RATE = 24_000
#: "When did the railway open?", and as heard, with words from before and from after its middle.
SPOKEN = soxr.resample(load_audio(TURNS / "05-rms.flac"), 16_000, RATE)
WORDS, ANSWER = ("when", "railway", "open"), "1893"
END = 27_653 * 3 // 2  # its last sample of speech
MIDDLE = END // 2
SERVER, LOW, HIGH = {"type": "server_vad"}, *({"type": "semantic_vad", "eagerness": e} for e in ("low", "high"))
EXACT = {"type": "server_vad", "silence_duration_ms": 700, "threshold": 0.3, "prefix_padding_ms": 100}


def silence(ms: int) -> np.ndarray:
    """A quiet room."""
    return np.random.default_rng(ms).normal(0, 10, RATE * ms // 1000).astype(np.int16)


class Client:
    """Sends audio and changes, and keeps what came of them."""

    def __init__(self, line: Any) -> None:
        self.line = line
        self.events: list[dict[str, Any]] = []

    async def detect(self, *detections: dict[str, Any] | None) -> None:
        """Change turn detection, once for each."""
        for detection in detections:
            audio = {"input": {"turn_detection": detection, "transcription": {"model": "any"}}}
            await send(self.line, "session.update", session={"audio": audio})

    async def say(self, *pieces: np.ndarray) -> None:
        """Send int16[n] at 24 kHz in appends of 50 ms."""
        pcm = np.concatenate(pieces)
        for start in range(0, len(pcm), RATE // 20):
            audio = base64.b64encode(pcm[start : start + RATE // 20].tobytes()).decode()
            await send(self.line, "input_audio_buffer.append", audio=audio)

    async def commit_and_ask(self) -> None:
        await send(self.line, "input_audio_buffer.commit")
        await send(self.line, "response.create")

    async def seen(self) -> None:
        """Wait until all that was sent is obeyed."""
        await send(self.line, "conversation.item.retrieve", event_id="here", item_id="none")
        await self.until("error")
        assert self.events.pop()["error"]["event_id"] == "here"

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            self.events.append(await until(self.line))
            if self.events[-1]["type"] == kind:
                return self.events[-1]

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"].endswith(kind)]

    async def is_answered(self) -> None:
        """Wait for the reply: it is one, to one item, which has all words and all `speech_` events."""
        done = await self.until("response.done")
        assert ANSWER in json.dumps(done["response"]["output"])
        (committed,) = self.all("committed")
        (completed,) = self.all("transcription.completed")
        assert completed["item_id"] == committed["item_id"]
        assert [word for word in WORDS if word in completed["transcript"].lower()] == list(WORDS)
        started, stopped = self.all("speech_started"), self.all("speech_stopped")
        assert len(started) == len(stopped)
        assert {event["item_id"] for event in started + stopped} <= {committed["item_id"]}
        assert not self.all("error")
        assert len(self.all("response.created")) == 1


@pytest.fixture
async def client(served):
    async with session(served) as line:
        yield Client(line)


@pytest.mark.parametrize("at", [MIDDLE, END + RATE // 10], ids=["speaking", "in the closing silence"])
@pytest.mark.parametrize(
    "changes",
    [(SERVER, LOW), (LOW, HIGH), (HIGH, EXACT), (EXACT, SERVER), (SERVER, LOW, EXACT, HIGH, SERVER)],
    ids=lambda changes: f"{len(changes) - 1} of {changes[0]['type']}",
)
async def test_other_values_hold_for_the_utterance_under_way(client, changes, at):
    await client.detect(changes[0])
    await client.say(silence(500), SPOKEN[:at])
    await client.detect(*changes[1:])
    await client.say(SPOKEN[at:], silence(3500))
    await client.is_answered()
    assert len(client.all("speech_started")) == 1


async def test_who_is_told_to_be_patient_in_the_closing_silence_waits_for_the_rest(client):
    """400 ms inside the sentence end a turn where 150 are enough, and none where 1000 are."""
    await client.detect({"type": "server_vad", "silence_duration_ms": 150})
    await client.say(silence(500), SPOKEN[:MIDDLE], silence(90))
    await client.detect({"type": "server_vad", "silence_duration_ms": 1000})
    await client.say(silence(310), SPOKEN[MIDDLE:], silence(1500))
    done = await client.until("response.done")
    assert done["response"]["status"] == "completed"
    assert len(client.all("committed")) == len(client.all("speech_started")) == 1


async def test_who_is_told_to_be_hasty_in_the_closing_silence_counts_the_silence_so_far(client):
    await client.detect({"type": "server_vad", "silence_duration_ms": 5000})
    await client.say(silence(500), SPOKEN[:END], silence(600))
    await client.detect({"type": "server_vad", "silence_duration_ms": 500})
    await client.say(silence(100))
    await client.is_answered()


RECORDED = {
    "a question": SPOKEN[:END],
    "a statement": soxr.resample(load_audio(SPEECH / "railway-rms.flac"), 16_000, RATE),
    "half a question": SPOKEN[: END // 2],
}


@pytest.mark.parametrize("recorded", RECORDED)
async def test_low_eagerness_waits_longer_in_the_audio_that_was_sent(served, recorded):
    """All of it is sent at once: what is counted is audio, however long the machine takes for it."""
    ends = {}
    for eagerness in ("low", "medium", "auto", "high"):
        async with session(served) as line:
            client = Client(line)
            await client.detect({"type": "semantic_vad", "eagerness": eagerness, "create_response": False})
            await client.say(silence(500), RECORDED[recorded], silence(4000))
            ends[eagerness] = (await client.until("input_audio_buffer.speech_stopped"))["audio_end_ms"]
    assert ends["high"] <= ends["auto"] == ends["medium"] < ends["low"], ends


@pytest.mark.parametrize("at", [MIDDLE, END + RATE // 10], ids=["speaking", "in the closing silence"])
async def test_off_and_on_at_once_changes_nothing(client, at):
    await client.detect(SERVER)
    await client.say(silence(500), SPOKEN[:at])
    await client.detect(None, LOW, None, SERVER)
    await client.say(SPOKEN[at:], silence(1500))
    await client.is_answered()
    assert len(client.all("speech_started")) == 1


@pytest.mark.parametrize("on", [SERVER, LOW], ids=lambda on: on["type"])
async def test_switched_off_in_mid_speech_the_words_so_far_begin_what_is_committed_next(client, on):
    await client.detect(on)
    await client.say(silence(500), SPOKEN[:MIDDLE])
    await client.detect(None)
    await client.say(SPOKEN[MIDDLE:], silence(2500))
    await client.seen()
    assert client.all("speech_stopped")
    assert not client.all("committed"), "the client says when"
    await client.commit_and_ask()
    await client.is_answered()


@pytest.mark.parametrize("ms", [-20, 20, 50, 80, 120])
async def test_switched_off_as_speech_begins_the_first_word_is_not_lost(client, ms):
    """Speech is noticed after its second frame: the change comes before or after that."""
    onset = int(np.flatnonzero(np.abs(SPOKEN) > 500)[0])
    at = onset + RATE * ms // 1000
    await client.detect(SERVER)
    await client.say(silence(500), SPOKEN[:at])
    await client.detect(None)
    await client.say(SPOKEN[at:])
    await client.commit_and_ask()
    await client.is_answered()


async def test_switched_off_in_the_closing_silence_the_question_is_answered(client):
    await client.detect(SERVER)
    await client.say(silence(500), SPOKEN[:END], silence(100))
    await client.detect(None)
    await client.say(silence(2000))
    await client.is_answered()


async def test_switched_off_in_a_pause_the_words_after_it_are_of_the_same_utterance(client):
    await client.detect(SERVER)
    await client.say(silence(500), SPOKEN[:MIDDLE], silence(100))
    await client.detect(None)
    await client.say(SPOKEN[MIDDLE:], silence(2000))
    await client.seen()
    assert not client.all("committed")
    await client.commit_and_ask()
    await client.until("response.done")
    assert len(client.all("committed")) == len(client.all("speech_started")) == len(client.all("speech_stopped")) == 1


async def test_switched_off_and_then_committed_at_once_it_is_one_item_and_answered_when_asked(client):
    await client.detect(SERVER)
    await client.say(silence(500), SPOKEN[:END])
    await client.detect(None)
    await client.commit_and_ask()
    await client.is_answered()


async def test_switched_off_by_a_client_that_sends_no_more_audio_the_question_is_answered(client):
    await client.detect(SERVER)
    await client.say(silence(500), SPOKEN[:END])
    await client.detect(None)
    await client.is_answered()


@pytest.mark.parametrize("on", [SERVER, LOW], ids=lambda on: on["type"])
@pytest.mark.parametrize("at", [RATE // 20, MIDDLE, END + RATE // 10], ids=["begun", "speaking", "in the silence"])
async def test_switched_on_in_mid_speech_the_words_so_far_begin_the_utterance(client, on, at):
    await client.detect(None)
    await client.say(silence(500), SPOKEN[:at])
    await client.detect(on)
    await client.say(SPOKEN[at:], silence(3500))
    await client.is_answered()
    assert abs(client.all("speech_started")[0]["audio_start_ms"] - 350) < 200


async def test_switched_on_after_a_whole_question_it_is_answered_without_more_audio(client):
    await client.detect(None)
    await client.say(silence(500), SPOKEN[:END], silence(1500))
    await client.detect(SERVER)
    await client.is_answered()


async def test_switched_on_after_a_question_that_may_go_on_it_is_answered_when_nothing_more_is_sent(client):
    await client.detect(None)
    await client.say(silence(500), SPOKEN[:END])
    await client.detect(SERVER)
    await client.is_answered()


async def test_switched_on_after_silence_there_is_no_turn(client):
    await client.detect(None)
    await client.say(silence(3000))
    await client.detect(SERVER)
    await client.say(silence(1000))
    await client.seen()
    assert not client.all("committed")
    await client.say(SPOKEN[:END], silence(1500))
    await client.is_answered()


@pytest.mark.parametrize("first", [SERVER, None], ids=["on, off, on", "off, on, off"])
async def test_off_and_on_while_audio_comes_it_is_one_utterance(client, first):
    third = END // 3
    other = None if first else SERVER
    await client.detect(first)
    await client.say(silence(500), SPOKEN[:third])
    await client.detect(other)
    await client.say(SPOKEN[third : 2 * third])
    await client.detect(first)
    await client.say(SPOKEN[2 * third :], silence(1500))
    if first is None:
        await client.commit_and_ask()
    await client.is_answered()
