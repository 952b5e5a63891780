"""A client that does not wait for one command's events before it sends the next, over a real WebSocket."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import numpy as np
import pytest
import soxr

from assistant.audio.files import load_audio
from tests.assistant.channels.web.test_server import CLIP, send, session, until
from tests.assistant.ear.music import SUNG, SYLLABLES, sung
from tests.assistant.ear.voices import BABBLE_HEARD_LIVE, babble
from tests.paths import TURNS

TALL = "How tall is the lighthouse at Marlow Point?"
RAILWAY = "When did the railway open?"


async def put(line: Any, text: str) -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    await send(line, "conversation.item.create", item=item)


async def responses(line: Any, count: int) -> list[dict[str, Any]]:
    """Return the next `count` responses as they ended; an error event fails."""
    done: list[dict[str, Any]] = []
    while len(done) < count:
        event = await until(line)
        assert event["type"] != "error", event
        if event["type"] == "response.done":
            done.append(event["response"])
    return done


def words(response: dict[str, Any]) -> str:
    part = response["output"][0]["content"][0]
    return part.get("text") or part["transcript"]


async def test_a_question_sent_right_after_a_cancel_is_answered(served):
    async with session(served, "audio") as line:
        for _ in range(3):
            await put(line, TALL)
            await send(line, "response.create")
            await until(line, "response.created")
            await send(line, "response.cancel")
            await put(line, RAILWAY)
            await send(line, "response.create")
            first, second = await responses(line, 2)
            assert (first["status"], second["status"]) == ("cancelled", "completed")
            assert "1893" in words(second)


async def test_create_cancel_create_without_a_pause_is_answered(served):
    async with session(served) as line:
        await put(line, TALL)
        for _ in range(5):
            await send(line, "response.create", response={"metadata": {"which": "given up"}})
            await send(line, "response.cancel")
            await put(line, RAILWAY)
        await send(line, "response.create", response={"metadata": {"which": "meant"}})
        done = await responses(line, 6)
        assert [response["status"] for response in done] == ["cancelled"] * 5 + ["completed"]
        assert [response["metadata"]["which"] for response in done] == ["given up"] * 5 + ["meant"]
        assert "1893" in words(done[-1])


async def test_what_is_asked_outside_the_conversation_is_not_remembered_and_does_nothing(served):
    def aside(text: str) -> dict[str, Any]:
        asked = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        return {"conversation": "none", "input": [asked], "metadata": {"topic": "aside"}}

    async with session(served) as line:
        await put(line, TALL)
        await send(line, "response.create")
        first = words((await responses(line, 1))[0])
        await send(line, "response.create", response=aside(RAILWAY))
        (done,) = await responses(line, 1)
        assert "1893" in words(done)
        assert (done["conversation_id"], done["metadata"]["topic"]) == (None, "aside")
        await send(line, "response.create", response=aside("Set an aside timer for ten minutes."))
        assert "nothing is done outside" in words((await responses(line, 1))[0])
        await put(line, "Repeat that.")
        await send(line, "response.create")
        assert words((await responses(line, 1))[0]) == first, "what was asked aside was never said here"
        await put(line, "What timers are running?")
        await send(line, "response.create")
        assert "aside" not in words((await responses(line, 1))[0])


async def test_truncating_at_the_end_keeps_the_last_word_and_the_next_question_knows_it(served):
    async with session(served, "audio") as line:
        await put(line, TALL)
        await send(line, "response.create")
        item, audio = "", 0
        while (event := await until(line))["type"] != "response.done":
            if event["type"] == "response.output_audio.delta":
                item, audio = event["item_id"], audio + len(event["delta"]) * 3 // 4
        said = words(event["response"])
        for end_ms in (99_999, audio // 48):
            await send(line, "conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=end_ms)
        await send(line, "conversation.item.retrieve", item_id=item)
        whole = (await until(line, "conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        assert whole == said
        for end_ms in (700, 1400):
            await send(line, "conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=end_ms)
        await send(line, "conversation.item.retrieve", item_id=item)
        ends = [(await until(line, "conversation.item.truncated"))["audio_end_ms"] for _ in range(2)]
        assert ends == [700, 1400]
        kept = (await until(line, "conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        assert said.startswith(kept)
        assert len(kept) < len(said) / 2, "1400 ms after 700 ms makes it no longer"


async def test_an_empty_commit_is_refused_by_the_code_that_clients_know(served):
    async with session(served) as line:
        await send(line, "input_audio_buffer.commit", event_id="c9")
        error = (await until(line, "error"))["error"]
        assert (error["code"], error["event_id"]) == ("input_audio_buffer_commit_empty", "c9")
        await send(line, "response.create", event_id="r1", response={"metadata": {"mine": "1"}})
        response = (await until(line, "response.done"))["response"]
        assert response["output"][0]["content"][0]["text"].startswith("Hello."), "nothing was said: a greeting"
        assert response["metadata"]["mine"] == "1"
        assert json.dumps(response)


async def configure(line: Any, turn_detection: dict[str, Any] | None) -> None:
    audio = {"input": {"turn_detection": turn_detection, "transcription": {"model": "any"}}}
    await send(line, "session.update", session={"audio": audio})


async def say(line: Any, pcm: np.ndarray) -> None:
    for start in range(0, len(pcm), 2400):
        piece = pcm[start : start + 2400].tobytes()
        await send(line, "input_audio_buffer.append", audio=base64.b64encode(piece).decode())


async def collect(line: Any, seconds: float, into: list[dict[str, Any]], *until_types: str) -> None:
    """Collect events until one of each of these types came, and then for a while."""
    wanted = list(until_types)
    while wanted:
        into.append(await until(line))
        if into[-1]["type"] in wanted:
            wanted.remove(into[-1]["type"])
    try:
        async with asyncio.timeout(seconds):
            while True:
                into.append(await until(line))
    except TimeoutError:
        pass


async def test_each_committed_turn_has_its_transcript_once_whatever_is_cancelled(served):
    speech = soxr.resample(load_audio(CLIP), 16_000, 24_000)
    async with session(served) as line:
        await configure(line, None)
        for turn in range(3):
            await say(line, speech)
            await send(line, "input_audio_buffer.commit")
            for _ in range(turn + 1):
                await send(line, "response.create")
                await send(line, "response.cancel")
            await send(line, "response.create")
            item = (await until(line, "input_audio_buffer.committed"))["item_id"]
            events: list[dict[str, Any]] = []
            done = ["response.done"] * (turn + 2)
            await collect(line, 0.3, events, "conversation.item.input_audio_transcription.completed", *done)
            assert not [event for event in events if event["type"] == "error"]
            transcripts = [event for event in events if "transcription.completed" in event["type"]]
            assert [event["item_id"] for event in transcripts] == [item]
            assert "railway" in transcripts[0]["transcript"]
            deltas = [event["delta"] for event in events if "transcription.delta" in event["type"]]
            assert "".join(deltas) == transcripts[0]["transcript"]
            responses = [event["response"] for event in events if event["type"] == "response.done"]
            assert [response["status"] for response in responses] == ["cancelled"] * (turn + 1) + ["completed"]
            assert "1893" in words(responses[-1])


async def unheard(served: Any, pcm: np.ndarray, detection: dict[str, Any] | None) -> None:
    """Play int16[samples] at 16 kHz to a client with or without turn detection: no words come of it, and no reply."""
    sound, silence = soxr.resample(pcm, 16_000, 24_000), np.zeros(36_000, np.int16)
    events: list[dict[str, Any]] = []
    async with session(served) as line:
        await configure(line, detection)
        await say(line, sound if detection is None else np.concatenate([silence, sound, silence]))
        if detection is None:
            await send(line, "input_audio_buffer.commit")
        await collect(line, 1.0, events, "conversation.item.input_audio_transcription.completed")
    kinds = [event["type"].rpartition(".")[2] for event in events]
    assert kinds.count("committed") == kinds.count("completed")
    assert {event["transcript"] for event in events if event["type"].endswith("transcription.completed")} == {""}
    assert "delta" not in kinds
    assert "response.created" not in [event["type"] for event in events]


@pytest.mark.parametrize(
    ("seed", "syllables"), [*((seed, False) for seed in SUNG), *((seed, True) for seed in SYLLABLES)]
)
@pytest.mark.parametrize("detection", [None, {"type": "server_vad"}])
async def test_what_is_sung_without_words_has_none_and_gets_no_reply(served, seed, syllables, detection):
    await unheard(served, sung(3.0, seed=seed, syllables=syllables), detection)


@pytest.mark.parametrize(("voices", "seed"), BABBLE_HEARD_LIVE)
@pytest.mark.parametrize("detection", [None, {"type": "server_vad"}])
async def test_several_voices_at_once_have_no_words_and_get_no_reply(served, voices, seed, detection):
    await unheard(served, babble(voices, 2.5, seed=seed), detection)


async def test_turn_detection_that_changes_in_mid_utterance_loses_nothing_of_it(served):
    speech = soxr.resample(load_audio(CLIP), 16_000, 24_000)
    middle, silence = len(speech) // 2, np.zeros(24_000, np.int16)
    async with session(served) as line:
        await configure(line, {"type": "server_vad"})
        await say(line, np.concatenate([silence, speech[:middle]]))
        await until(line, "input_audio_buffer.speech_started")
        await configure(line, {"type": "server_vad", "silence_duration_ms": 400, "create_response": False})
        await say(line, np.concatenate([speech[middle:], silence]))
        events: list[dict[str, Any]] = []
        await collect(line, 0.2, events, "conversation.item.input_audio_transcription.completed")
        kinds = [event["type"].rpartition(".")[2] for event in events]
        assert kinds.count("speech_stopped") == kinds.count("committed") == 1
        assert "speech_started" not in kinds
        assert "railway" in events[kinds.index("completed")]["transcript"]

        await configure(line, {"type": "server_vad"})
        await say(line, np.concatenate([silence, speech[:middle]]))
        await until(line, "input_audio_buffer.speech_started")
        await configure(line, None)
        events = []
        await collect(line, 0.2, events, "conversation.item.input_audio_transcription.completed")
        kinds = [event["type"].rpartition(".")[2] for event in events]
        assert kinds.count("speech_stopped") == kinds.count("committed") == 1


async def test_a_pause_inside_a_question_ends_no_turn_before_its_words_are_known(served):
    """Audio that comes faster than it can be recognised: 900 ms of silence after "When was the" are counted at once."""
    spoken = load_audio(TURNS / "26-slt.flac")
    pause = int(np.convolve(np.abs(spoken), np.ones(4000), "valid").argmin()) + 2000
    spoken = np.concatenate([spoken[:pause], np.zeros(450 * 16, np.int16), spoken[pause:], np.zeros(24_000, np.int16)])
    async with session(served) as line:
        await configure(line, {"type": "server_vad", "create_response": False})
        await say(line, soxr.resample(spoken, 16_000, 24_000))
        events: list[dict[str, Any]] = []
        await collect(line, 0.2, events, "conversation.item.input_audio_transcription.completed")
        kinds = [event["type"].rpartition(".")[2] for event in events]
        assert kinds.count("committed") == 1
        assert "lighthouse" in events[kinds.index("completed")]["transcript"]


async def test_a_recording_sent_as_an_item_is_heard_and_answered_when_that_is_asked_for(served):
    speech = soxr.resample(load_audio(CLIP), 16_000, 24_000)
    async with session(served) as line:
        await configure(line, {"type": "server_vad"})
        part = {"type": "input_audio", "audio": base64.b64encode(speech.tobytes()).decode()}
        await send(line, "conversation.item.create", item={"type": "message", "role": "user", "content": [part]})
        item = (await until(line, "conversation.item.done"))["item"]
        completed = await until(line, "conversation.item.input_audio_transcription.completed")
        assert completed["item_id"] == item["id"]
        assert "railway" in completed["transcript"].lower()
        await send(line, "response.create")
        (done,) = await responses(line, 1)
        assert "1893" in words(done)


PICTURE = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}


async def show(line: Any, *parts: dict[str, Any]) -> list[dict[str, Any]]:
    """Send a user's message, ask for a response, and return the message as it was kept, and the response."""
    await send(line, "conversation.item.create", item={"type": "message", "role": "user", "content": [*parts]})
    await send(line, "response.create")
    return [(await until(line, "conversation.item.added"))["item"], *await responses(line, 1)]


async def test_pictures_are_passed_over_with_a_note_and_alone_they_are_said_not_to_be_looked_at(served):
    async with session(served) as line:
        text = {"type": "input_text", "text": TALL}
        item, done = await show(line, PICTURE, text)
        assert item["content"] == [text]
        assert "41 metres" in words(done)
        assert done["metadata"]["repartee_note"] == "1 image was passed over: only text and speech are taken."
        item, done = await show(line, PICTURE, PICTURE)
        assert item["content"] == []
        assert words(done) == "I cannot look at pictures or files. Ask me in words."
        assert done["metadata"]["repartee_outcome"] == "failed"
        assert done["metadata"]["repartee_note"].startswith("2 images were passed over")
        _, done = await show(line, {"type": "input_text", "text": RAILWAY})
        assert "1893" in words(done)
        assert "repartee_note" not in done["metadata"]
        alone = {"input": [{"type": "message", "role": "user", "content": [PICTURE]}]}
        await send(line, "response.create", response=alone)
        assert "cannot look at pictures" in words((await responses(line, 1))[0])
