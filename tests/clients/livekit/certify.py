"""Drives the server with LiveKit's OpenAI plugin, unmodified: certify.py URL QUESTION.pcm OTHER.pcm

Audio is int16 at 24 kHz. All scenarios run at the same time, each on a connection of its own.
Prints what the client saw in each, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from livekit import rtc
from livekit.agents import llm
from livekit.plugins.openai.realtime import RealtimeModel
from openai.types.beta.realtime.session import TurnDetection

RATE = 24_000
PIECE = RATE // 50  # samples


class Line:
    """A session of the plugin, and what it told."""

    def __init__(self, url: str, *, modality: str = "audio", server_vad: bool = True) -> None:
        detection = TurnDetection(type="server_vad", create_response=True, interrupt_response=True)
        model = RealtimeModel(
            base_url=f"{url}/v1",
            api_key="none",
            model="repartee",
            modalities=[modality],
            turn_detection=detection if server_vad else None,
        )
        self.session = model.session()
        self.seen: dict[str, Any] = {"types": [], "errors": [], "transcripts": [], "speech": []}
        self._waiting: dict[str, list[asyncio.Future[Any]]] = {}
        self.session.on("openai_server_event_received", self._received)
        self.session.on("error", lambda error: self.seen["errors"].append(error.error.body.code))
        self.session.on("input_speech_started", lambda _: self.seen["speech"].append("started"))
        self.session.on("input_speech_stopped", lambda _: self.seen["speech"].append("stopped"))
        self.session.on("generation_created", lambda event: self._tell("generation_created", event))
        self.session.on(
            "input_audio_transcription_completed",
            lambda event: self.seen["transcripts"].append([event.transcript, event.is_final]),
        )

    def _received(self, event: dict[str, Any]) -> None:
        self.seen["types"].append(event["type"])
        if event["type"] == "response.done":
            self.seen["metadata"] = event["response"]["metadata"]
        self._tell(event["type"], event)

    def _tell(self, name: str, event: Any) -> None:
        for future in self._waiting.pop(name, []):
            if not future.done():
                future.set_result(event)

    def wait(self, name: str) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(future)
        return asyncio.ensure_future(asyncio.wait_for(future, 60))

    async def speak(self, pcm: bytes) -> None:
        """Push audio as a microphone would, and silence after it until cancelled."""
        began, sent = time.monotonic(), 0
        while True:
            self.push(pcm[sent : sent + 2 * PIECE] or bytes(2 * PIECE))
            sent += 2 * PIECE
            await asyncio.sleep(max(0.0, began + sent / 2 / RATE - time.monotonic()))

    def push(self, data: bytes) -> None:
        self.session.push_audio(rtc.AudioFrame(data, RATE, 1, len(data) // 2))

    async def collect(self, generation: llm.GenerationCreatedEvent) -> dict[str, Any]:
        """Read a whole generation."""
        heard: dict[str, Any] = {"text": "", "audio_ms": 0.0}
        async for message in generation.message_stream:
            heard["message_id"] = message.message_id

            async def read_text(stream: Any) -> None:
                async for part in stream:
                    heard["text"] += part

            async def read_audio(stream: Any) -> None:
                async for frame in stream:
                    heard["audio_ms"] += frame.samples_per_channel * 1000 / RATE

            await asyncio.gather(read_text(message.text_stream), read_audio(message.audio_stream))
            heard["modalities"] = await message.modalities
        return heard

    async def ask(self, text: str) -> asyncio.Future[llm.GenerationCreatedEvent]:
        context = self.session.chat_ctx.copy()
        context.add_message(role="user", content=text)
        await self.session.update_chat_ctx(context)
        return self.session.generate_reply()

    def history(self) -> list[list[Any]]:
        return [[item.role, item.text_content] for item in self.session.chat_ctx.items]


async def text(url: str, _clips: list[bytes]) -> Line:
    line = Line(url, modality="text")
    done = line.wait("response.done")
    generation = await (await line.ask("How tall is the lighthouse at Marlow Point?"))
    line.seen["reply"] = await line.collect(generation)
    line.seen["user_initiated"] = generation.user_initiated
    await done
    return line


async def spoken(url: str, clips: list[bytes]) -> Line:
    line = Line(url)
    created, done = line.wait("generation_created"), line.wait("response.done")
    speaking = asyncio.create_task(line.speak(clips[0]))
    line.seen["reply"] = await line.collect(await created)
    await done
    speaking.cancel()
    return line


async def push_to_talk(url: str, clips: list[bytes]) -> Line:
    line = Line(url, server_vad=False)
    done = line.wait("response.done")
    for start in range(0, len(clips[0]), 2 * PIECE):
        line.push(clips[0][start : start + 2 * PIECE])
    line.session.commit_audio()
    line.seen["reply"] = await line.collect(await line.session.generate_reply())
    await done
    await asyncio.sleep(0.5)  # the transcript may come after the reply
    return line


async def barge_in(url: str, clips: list[bytes]) -> Line:
    """Speak while the reply plays; then truncate as an AgentSession does, by what its player played."""
    line = Line(url)
    first, started, truncated = (
        line.wait("response.output_audio.delta"),
        line.wait("input_audio_buffer.speech_started"),
        line.wait("conversation.item.truncated"),
    )
    generation = await (await line.ask("How tall is the lighthouse at Marlow Point?"))
    reading = asyncio.create_task(line.collect(generation))
    await first
    began = time.monotonic()
    speaking = asyncio.create_task(line.speak(clips[1]))
    await started
    played_ms = int((time.monotonic() - began) * 1000)
    line.session.interrupt()
    reply = await reading
    line.session.truncate(message_id=reply["message_id"], modalities=["audio"], audio_end_ms=played_ms)
    event = await truncated
    line.seen |= {"reply": reply, "played_ms": played_ms, "truncated_ms": event["audio_end_ms"]}
    retrieved = line.wait("conversation.item.retrieved")
    line.session.send_event({"type": "conversation.item.retrieve", "item_id": reply["message_id"]})
    line.seen["kept"] = (await retrieved)["item"]["content"][0]["transcript"]
    line.seen["next"] = await line.collect(await line.wait("generation_created"))
    speaking.cancel()
    return line


async def error(url: str, _clips: list[bytes]) -> Line:
    """A refused event is reported as recoverable, an item can be deleted, and the talk goes on."""
    line = Line(url, modality="text", server_vad=False)
    refused = line.wait("error")
    line.session.send_event({"type": "conversation.item.delete", "item_id": "no_such_item", "event_id": "mine"})
    line.seen["refused"] = (await refused)["error"]
    first = await line.collect(await (await line.ask("How tall is the lighthouse at Marlow Point?")))
    await line.session.update_chat_ctx(llm.ChatContext.empty())
    line.seen["emptied"] = line.history()
    line.seen["first"] = first
    line.seen["reply"] = await line.collect(await (await line.ask("When did the railway open?")))
    return line


async def run(scenario: Any, url: str, clips: list[bytes]) -> dict[str, Any]:
    try:
        line = await scenario(url, clips)
        line.seen["history"] = line.history()
        await line.session.aclose()
        await line.session.realtime_model.aclose()
    except Exception:
        return {"failed": traceback.format_exc()}
    return line.seen


async def main(url: str, *paths: str) -> None:
    logging.disable(logging.ERROR)
    clips = [Path(path).read_bytes() for path in paths]
    seen = await asyncio.gather(*(run(scenario, url, clips) for scenario in SCENARIOS))
    print(json.dumps({scenario.__name__: each for scenario, each in zip(SCENARIOS, seen, strict=True)}))


SCENARIOS = (text, spoken, push_to_talk, barge_in, error)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
