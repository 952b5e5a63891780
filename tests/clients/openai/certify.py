"""Drives the server with the official Python SDK, unmodified: certify.py URL QUESTION.pcm OTHER.pcm

Audio is int16 at 24 kHz. All scenarios run at the same time, each on a connection of its own.
Prints what the client saw in each, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
import time
import traceback
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI, BadRequestError

BYTES_PER_MS = 48


async def until(connection: Any, *types: str) -> AsyncIterator[Any]:
    """Yield events, the last one being of one of `types`."""
    while True:
        event = await asyncio.wait_for(connection.recv(), 60)
        yield event
        if event.type in types:
            return


async def ask(connection: Any, text: str) -> None:
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    await connection.conversation.item.create(item=item)
    await connection.response.create()


async def listen_to(connection: Any, seen: dict[str, Any]) -> dict[str, Any]:
    """Collect one response."""
    seen |= {"types": seen.get("types", []), "transcript": "", "text": "", "deltas": "", "audio_ms": 0.0}
    async for event in until(connection, "response.done"):
        seen["types"].append(event.type)
        assert event.event_id, event
        if event.type in ("response.output_text.delta", "response.output_audio_transcript.delta"):
            seen["text"] += event.delta
        elif event.type == "response.output_audio.delta":
            seen["audio_ms"] += len(base64.b64decode(event.delta)) / BYTES_PER_MS
        elif event.type == "conversation.item.input_audio_transcription.delta":
            seen["deltas"] += event.delta
        elif event.type == "conversation.item.input_audio_transcription.completed":
            seen["transcript"] = event.transcript
        elif event.type == "response.done":
            response = event.response
            seen |= {"status": response.status, "metadata": response.metadata, "tokens": response.usage.total_tokens}
            seen["output"] = [item.to_dict() for item in response.output]
    return seen


async def speak(connection: Any, pcm: bytes) -> None:
    """Send audio as a microphone would, and silence after it until cancelled."""
    began, sent = time.monotonic(), 0
    while True:
        piece = pcm[sent : sent + 20 * BYTES_PER_MS] or bytes(20 * BYTES_PER_MS)
        await connection.input_audio_buffer.append(audio=base64.b64encode(piece).decode())
        sent += 20 * BYTES_PER_MS
        await asyncio.sleep(max(0.0, began + sent / BYTES_PER_MS / 1000 - time.monotonic()))


async def configure(connection: Any, turn_detection: dict[str, Any] | None, modality: str = "audio") -> None:
    audio_input = {"transcription": {"model": "whisper-1"}, "turn_detection": turn_detection}
    await connection.session.update(
        session={"type": "realtime", "output_modalities": [modality], "audio": {"input": audio_input}}
    )
    async for _ in until(connection, "session.updated"):
        pass


async def text(connection: Any, _clips: list[bytes]) -> dict[str, Any]:
    await configure(connection, {"type": "server_vad"}, "text")
    await ask(connection, "How tall is the lighthouse at Marlow Point?")
    return await listen_to(connection, {})


async def spoken(connection: Any, clips: list[bytes]) -> dict[str, Any]:
    await configure(connection, {"type": "server_vad"})
    speaking = asyncio.create_task(speak(connection, clips[0]))
    try:
        return await listen_to(connection, {})
    finally:
        speaking.cancel()


async def push_to_talk(connection: Any, clips: list[bytes]) -> dict[str, Any]:
    await configure(connection, None)
    for start in range(0, len(clips[0]), 4800):
        audio = base64.b64encode(clips[0][start : start + 4800]).decode()
        await connection.input_audio_buffer.append(audio=audio)
    await connection.input_audio_buffer.commit()
    await connection.response.create()
    return await listen_to(connection, {})


async def barge_in(connection: Any, clips: list[bytes]) -> dict[str, Any]:
    """Speak while the reply plays, and tell the server how much of it was played."""
    await configure(connection, {"type": "server_vad", "create_response": True, "interrupt_response": True})
    await ask(connection, "How tall is the lighthouse at Marlow Point?")
    seen: dict[str, Any] = {"said": "", "sent_ms": 0.0}
    item_id, began, speaking = "", 0.0, None
    async for event in until(connection, "conversation.item.truncated"):
        if event.type == "response.output_audio_transcript.delta":
            seen["said"] += event.delta
        elif event.type == "response.output_audio.delta":
            seen["sent_ms"] += len(base64.b64decode(event.delta)) / BYTES_PER_MS
            if speaking is None:
                item_id, began = event.item_id, time.monotonic()
                speaking = asyncio.create_task(speak(connection, clips[1]))
        elif event.type == "input_audio_buffer.speech_started":
            seen["played_ms"] = int((time.monotonic() - began) * 1000)
            await connection.conversation.item.truncate(
                item_id=item_id, content_index=0, audio_end_ms=seen["played_ms"]
            )
        elif event.type == "conversation.item.truncated":
            seen["truncated_ms"] = event.audio_end_ms
    await connection.conversation.item.retrieve(item_id=item_id)
    assert speaking is not None
    async for event in until(connection, "conversation.item.retrieved"):
        if event.type == "conversation.item.retrieved":
            seen["kept"] = event.item.content[0].transcript
    seen["next"] = await listen_to(connection, {})
    speaking.cancel()
    return seen


async def error(connection: Any, _clips: list[bytes]) -> dict[str, Any]:
    """Provoke errors, each answered by its own event, and go on talking."""
    wrong = [
        {"type": "input_audio_buffer.append", "audio": "*not base64*", "event_id": "e1"},
        {"type": "input_audio_buffer.commit", "event_id": "e2"},
        {"type": "response.cancel", "event_id": "e3"},
        {"type": "output_audio_buffer.clear", "event_id": "e4"},
    ]
    codes = {}
    await configure(connection, None)
    for event in wrong:
        await connection.send(event)
        async for answer in until(connection, "error"):
            if answer.type == "error":
                codes[answer.error.event_id] = answer.error.code
    await ask(connection, "When did the railway open?")
    return {"codes": codes, "after": await listen_to(connection, {})}


async def http(client: AsyncOpenAI, clips: list[bytes]) -> dict[str, Any]:
    """The plain endpoints, with the same client."""
    models = await client.models.list()
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    asked = {"type": "text", "text": "When did the railway open?"}
    pictured = await client.chat.completions.create(
        model="repartee", messages=[{"role": "user", "content": [picture, asked]}]
    )
    messages = [{"role": "user", "content": "How tall is the lighthouse at Marlow Point?"}]
    chat = await client.chat.completions.create(model="repartee", messages=messages)
    streamed = ""
    async for chunk in await client.chat.completions.create(model="repartee", messages=messages, stream=True):
        streamed += (chunk.choices[0].delta.content or "") if chunk.choices else ""
    response = await client.responses.create(model="repartee", input=messages[0]["content"])
    final = ""
    async for event in await client.responses.create(
        model="repartee", input="How tall is it?", previous_response_id=response.id, stream=True
    ):
        final = event.response.output_text if event.type == "response.completed" else final
    recording = io.BytesIO()
    with wave.open(recording, "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(clips[0])
    transcript = await client.audio.transcriptions.create(model="repartee", file=("q.wav", recording.getvalue()))
    pcm = await client.audio.speech.create(model="repartee", voice="alloy", input="Yes, it is.", response_format="pcm")
    secret = await client.realtime.client_secrets.create(session={"type": "realtime", "output_modalities": ["text"]})
    browser = AsyncOpenAI(api_key=secret.value, base_url=client.base_url, websocket_base_url=client.websocket_base_url)
    async with browser.realtime.connect(model="repartee") as connection:
        opened = await connection.recv()
    try:
        await client.chat.completions.create(model="repartee", messages=[])
        refused = ""
    except BadRequestError as error:
        refused = str(error.code)
    return {
        "models": [model.id for model in models.data],
        "chat": chat.choices[0].message.content,
        "repartee": chat.model_extra["repartee"] if chat.model_extra else None,
        "pictured": [pictured.choices[0].message.content, (pictured.model_extra or {})["repartee"]["note"]],
        "streamed": streamed,
        "response": response.output_text,
        "followed": final,
        "transcript": transcript.text,
        "modalities": opened.session.output_modalities,
        "speech_ms": len(pcm.content) / BYTES_PER_MS,
        "refused": refused,
    }


async def run(scenario: Any, url: str, clips: list[bytes]) -> dict[str, Any]:
    client = AsyncOpenAI(base_url=f"{url}/v1", websocket_base_url=f"{url.replace('http', 'ws')}/v1", api_key="none")
    try:
        if scenario is http:
            return await http(client, clips)
        async with client.realtime.connect(model="repartee") as connection:
            first = await connection.recv()
            assert first.type == "session.created", first
            return await scenario(connection, clips)
    except Exception:
        return {"failed": traceback.format_exc()}


async def main(url: str, *paths: str) -> None:
    clips = [Path(path).read_bytes() for path in paths]
    seen = await asyncio.gather(*(run(scenario, url, clips) for scenario in SCENARIOS))
    print(json.dumps({scenario.__name__: each for scenario, each in zip(SCENARIOS, seen, strict=True)}))


SCENARIOS = (text, spoken, push_to_talk, barge_in, error, http)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
