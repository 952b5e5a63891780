"""What was left out of a request is asked for, and what is said then completes it: "Set a timer." "Ten minutes."

Typed or spoken, by every door, with a pause between the two or while the question is being said.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect

from tests.assistant.channels.web.realtime.test_turn_detection import RATE, Client, silence
from tests.assistant.channels.web.test_server import ask, send, session, until

ASKED, SET = "For how long?", "The timer is set for 10 minutes."


@pytest.fixture(scope="module")
def house(serve, samples_home, tmp_path_factory) -> Iterator[Any]:
    """A server whose timers are its own."""
    import shutil

    home = shutil.copytree(samples_home, tmp_path_factory.mktemp("asked") / "home")
    with serve(home) as running:
        yield running


def post(url: str, body: dict[str, Any]) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        read: bytes = answer.read()
    return read


@pytest.fixture(scope="module")
def spoken(house):
    """int16[n] at 24 kHz, as the server's own voice says it ("the timer" is heard more surely than "a timer")."""

    def say(text: str) -> np.ndarray:
        body = {"input": text, "model": "tts-1", "voice": "alloy", "response_format": "pcm"}
        pcm = np.frombuffer(post(f"{house.url}/v1/audio/speech", body), "<i2")
        loud = np.flatnonzero(np.abs(pcm) > 300)
        return pcm[: loud[-1] + 1]

    return say


async def test_over_a_websocket_by_text(house):
    async with session(house) as line:
        assert await ask(line, "Set a timer.") == ASKED
        assert await ask(line, "Ten minutes.") == SET


def test_over_chat_with_its_history_or_without_any(house):
    def chat(*messages: tuple[str, str]) -> str:
        body = {"messages": [{"role": role, "content": text} for role, text in messages]}
        reply: str = json.loads(post(f"{house.url}/v1/chat/completions", body))["choices"][0]["message"]["content"]
        return reply

    first = ("user", "Set a timer.")
    assert chat(first) == ASKED
    assert chat(first, ("assistant", ASKED), ("user", "Ten minutes.")) == SET
    assert chat(first) == ASKED
    assert chat(("user", "Ten minutes.")) == SET
    assert chat(("user", "Ten minutes.")) != SET, "it is asked no longer"


def test_over_responses(house):
    def respond(text: str, **more: str) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(post(f"{house.url}/v1/responses", {"input": text} | more))
        return made

    first = respond("Set a timer.")
    assert first["output"][0]["content"][0]["text"] == ASKED
    second = respond("Ten minutes.", previous_response_id=first["id"])
    assert second["output"][0]["content"][0]["text"] == SET


async def spoken_replies(client: Client, count: int) -> list[str]:
    """Wait for so many replies that were made to the end; return what they say."""
    while len(done := [each["response"] for each in client.all("response.done")]) < count:
        await client.until("response.done")
    return ["".join(part.get("transcript", "") for item in one["output"] for part in item["content"]) for one in done]


@pytest.mark.parametrize("detection", [{"type": "server_vad"}, {"type": "semantic_vad", "eagerness": "high"}])
async def test_by_voice_after_the_question(house, spoken, detection):
    async with connect(house.ws_url, max_size=None) as line:
        client = Client(line)
        await client.detect(detection)
        await client.say(silence(400), spoken("Set the timer."), silence(1500))
        assert await spoken_replies(client, 1) == [ASKED], [
            each["transcript"] for each in client.all("transcription.completed")
        ]
        await client.say(silence(2500), spoken("Ten minutes."), silence(1500))
        assert await spoken_replies(client, 2) == [ASKED, SET]


async def test_by_voice_with_a_button(house, spoken):
    async with session(house, "audio") as line:
        client = Client(line)
        await client.detect(None)
        for text in ("Set the timer.", "Ten minutes."):
            await client.say(silence(200), spoken(text), silence(100))
            await client.commit_and_ask()
            await client.until("response.done")
        assert await spoken_replies(client, 2) == [ASKED, SET]


async def test_by_voice_while_the_question_is_being_said(house, spoken):
    """Who speaks on before it is heard had not finished; who does later answers it."""
    for after_ms in (100, 500):
        async with connect(house.ws_url, max_size=None) as line:
            client = Client(line)
            await client.detect({"type": "server_vad"})
            await client.say(silence(400), spoken("Set the timer."), silence(1000))
            await client.until("response.output_audio.delta")
            await asyncio.sleep(after_ms / 1000)
            await client.say(spoken("Ten minutes."), silence(1500))
            assert (await spoken_replies(client, 2))[-1] == SET


@pytest.mark.parametrize("pause_ms", [150, 400])
async def test_by_voice_with_a_pause_it_is_one_sentence(house, spoken, pause_ms):
    """Sent in real time: whether the words are known when the pause is judged is what it is about."""
    async with connect(house.ws_url, max_size=None) as line:
        client = Client(line)
        await client.detect({"type": "server_vad"})
        pcm = [silence(400), spoken("Set the timer"), silence(pause_ms), spoken("for ten minutes."), silence(1500)]
        for piece in np.array_split(np.concatenate(pcm), sum(map(len, pcm)) // (RATE // 25)):
            await client.say(piece)
            await asyncio.sleep(0.04)
        assert await spoken_replies(client, 1) == [SET]
        assert len(client.all("committed")) == 1


async def test_another_request_is_no_answer(house):
    async with session(house) as line:
        for other, reply in (("How tall is the lighthouse at Marlow Point?", "41 metres"), ("Never mind.", "Okay")):
            assert await ask(line, "Set a timer.") == ASKED
            assert reply in await ask(line, other)
        await send(line, "input_audio_buffer.clear")
        await until(line, "input_audio_buffer.cleared")
