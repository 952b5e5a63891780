"""Realtime and a real broker: what is typed, or spoken, moves things."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from assistant.home.demo import Demo
from tests.assistant.home.test_turns import at_home, chat, house, once_understood

__all__ = ["at_home", "house"]  # fixtures

pytestmark = pytest.mark.asyncio(loop_scope="function")
QUIET = b"\0\0" * 2400


@asynccontextmanager
async def session(url: str) -> AsyncIterator[ClientConnection]:
    address = f"{url.replace('http', 'ws', 1)}/v1/realtime"
    async with connect(address, max_size=None) as line:
        await until(line, "conversation.created")
        wanted = {"output_modalities": ["text"], "audio": {"input": {"turn_detection": None}}}
        await send(line, "session.update", session=wanted)
        await until(line, "session.updated")
        yield line


async def send(line: ClientConnection, event_type: str, **fields: Any) -> None:
    await line.send(json.dumps({"type": event_type} | fields))


async def until(line: ClientConnection, event_type: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while (event := json.loads(await line.recv()))["type"] != event_type:
            assert event["type"] != "error", event
    return event


async def answered(line: ClientConnection) -> tuple[str, dict[str, Any]]:
    await send(line, "response.create")
    response = (await until(line, "response.done"))["response"]
    assert response["status"] == "completed", response
    return response["output"][0]["content"][0]["text"], json.loads(response["metadata"].get("repartee_action", "{}"))


async def typed(line: ClientConnection, words: str) -> tuple[str, dict[str, Any]]:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": words}]}
    await send(line, "conversation.item.create", item=item)
    return await answered(line)


def spoken(url: str, words: str) -> bytes:
    """Words in the server's own voice: 16 bits, 24 kHz."""
    body = json.dumps({"model": "tts-1", "voice": "alloy", "input": words, "response_format": "pcm"}).encode()
    request = urllib.request.Request(f"{url}/v1/audio/speech", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


async def test_typed_words_move_the_house(at_home, house: Demo) -> None:
    await asyncio.to_thread(once_understood, lambda: str(chat(at_home.url, "is the front door locked?")["outcome"]))
    async with session(at_home.url) as line:
        said, action = await typed(line, "turn the sofa lamp to 30 percent")
        assert said == "The sofa lamp is at 30 percent."
        assert (action["entities"], action["confirmed"]) == (["light.sofa_lamp"], True)
        assert action["results"] == {"light.sofa_lamp": "done"}
        said, action = await typed(line, "unlock the front door")
        assert said == "Unlock the front door?"
        said, action = await typed(line, "yes")
        assert action["results"] == {"lock.front_door": "under_way"}
        assert house.commands == 2


async def test_spoken_words_move_the_house(at_home, house: Demo) -> None:
    await asyncio.to_thread(once_understood, lambda: str(chat(at_home.url, "is the front door locked?")["outcome"]))
    samples = QUIET + await asyncio.to_thread(spoken, at_home.url, "Turn on the coffee machine.") + QUIET
    async with session(at_home.url) as line:
        for begin in range(0, len(samples), 9600):
            audio = base64.b64encode(samples[begin : begin + 9600]).decode()
            await send(line, "input_audio_buffer.append", audio=audio)
        await send(line, "input_audio_buffer.commit")
        said, action = await answered(line)
        assert said == "The coffee machine is on."
        assert action["results"] == {"switch.coffee_machine": "done"}
    assert house.commands == 1
