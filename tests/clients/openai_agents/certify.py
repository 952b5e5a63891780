"""Drives the server with the Agents SDK for Python, unmodified: certify.py URL QUESTION.pcm OTHER.pcm

Audio is int16 at 24 kHz. Agents of text (over Responses, which is the SDK's default, and over chat), a realtime session
and a pipeline of voice all run at the same time. Prints what came of each, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
from agents import Agent, OpenAIChatCompletionsModel, Runner, set_default_openai_client, set_tracing_disabled
from agents.realtime import RealtimeAgent, RealtimeRunner
from agents.voice import (
    AudioInput,
    OpenAIVoiceModelProvider,
    SingleAgentVoiceWorkflow,
    VoicePipeline,
    VoicePipelineConfig,
)
from openai import AsyncOpenAI

BYTES_PER_MS = 48
QUESTION = "How tall is the lighthouse at Marlow Point?"


async def text(client: AsyncOpenAI, _clips: list[bytes]) -> dict[str, Any]:
    """An agent as the quickstart has it, its conversation, its stream, and the same over chat."""
    agent = Agent(name="Repartee", instructions="Answer from the documents.", model="repartee")
    first = await Runner.run(agent, QUESTION)
    again = [*first.to_input_list(), {"role": "user", "content": "How tall is it?"}]
    followed = await Runner.run(agent, again)
    streamed, stream = "", Runner.run_streamed(agent, QUESTION)
    async for event in stream.stream_events():
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
            streamed += event.data.delta
    chat = Agent(name="Repartee", model=OpenAIChatCompletionsModel(model="repartee", openai_client=client))
    return {
        "text": first.final_output,
        "followed": followed.final_output,
        "streamed": streamed,
        "chat": (await Runner.run(chat, QUESTION)).final_output,
    }


async def realtime(client: AsyncOpenAI, clips: list[bytes]) -> dict[str, Any]:
    """A greeting, a question that is spoken, one whose answer is interrupted as it begins to play, and one more."""
    runner = RealtimeRunner(RealtimeAgent(name="Repartee", instructions="Greet the user, then answer."))
    url = f"{str(client.base_url).replace('http', 'ws')}realtime?model=repartee"
    vad = {"type": "server_vad", "create_response": True, "interrupt_response": True}
    settings = {"input_audio_transcription": {"model": "whisper-1"}, "turn_detection": vad}
    seen: dict[str, Any] = {"audio_ms": 0.0, "errors": [], "interrupted": 0}
    session = await runner.run(model_config={"url": url, "api_key": "none", "initial_model_settings": settings})
    async with session:

        async def heard_out(*, interrupting: bool = False) -> None:
            async for event in session:
                if event.type == "audio":
                    seen["audio_ms"] += len(event.audio.data) / BYTES_PER_MS
                    if interrupting and not seen["interrupted"]:
                        await session.interrupt()
                elif event.type == "audio_interrupted":
                    seen["interrupted"] += 1
                elif event.type == "error":
                    seen["errors"].append(str(event.error))
                elif event.type == "history_updated":
                    seen["history"] = [item.model_dump() for item in event.history]
                elif event.type == "agent_end":
                    return
            raise AssertionError("the session ended before the answer")

        await session.model.send_event(_raw("response.create", {}))
        await asyncio.wait_for(heard_out(), 30)
        await _speak(session, clips[0])
        await asyncio.wait_for(heard_out(), 30)
        seen["interrupted"] = 0  # of this answer, whatever the question before was spoken over
        await session.send_message(QUESTION)
        await asyncio.wait_for(heard_out(interrupting=True), 30)
        await session.send_message("When did the railway open?")
        await asyncio.wait_for(heard_out(), 30)
    return seen


def _raw(kind: str, data: dict[str, Any]) -> Any:
    from agents.realtime.model_inputs import RealtimeModelSendRawMessage

    return RealtimeModelSendRawMessage(message={"type": kind, "other_data": data})


async def _speak(session: Any, pcm: bytes) -> None:
    """Send audio as a microphone would, and silence after it; as fast as it is taken, so that no machine stutters."""
    said = pcm + bytes(2000 * BYTES_PER_MS)
    for start in range(0, len(said), 20 * BYTES_PER_MS):
        await session.send_audio(said[start : start + 20 * BYTES_PER_MS])


async def voice(client: AsyncOpenAI, clips: list[bytes]) -> dict[str, Any]:
    """Speech to text, an agent, text to speech."""
    agent = Agent(name="Repartee", model="repartee")
    config = VoicePipelineConfig(model_provider=OpenAIVoiceModelProvider(openai_client=client), tracing_disabled=True)
    pipeline = VoicePipeline(workflow=SingleAgentVoiceWorkflow(agent), config=config)
    result = await pipeline.run(AudioInput(buffer=np.frombuffer(clips[0], "<i2")))
    seen: dict[str, Any] = {"audio_ms": 0.0, "lifecycle": []}
    async for event in result.stream():
        if event.type == "voice_stream_event_audio":
            seen["audio_ms"] += len(event.data) / 24
        elif event.type == "voice_stream_event_lifecycle":
            seen["lifecycle"].append(event.event)
        elif event.type == "voice_stream_event_error":
            raise event.error
    seen["text"] = result.total_output_text
    return seen


async def run(scenario: Any, url: str, clips: list[bytes]) -> dict[str, Any]:
    client = AsyncOpenAI(base_url=f"{url}/v1", api_key="none")
    try:
        return await scenario(client, clips)
    except Exception:
        return {"failed": traceback.format_exc()}


async def main(url: str, *paths: str) -> None:
    set_tracing_disabled(True)
    set_default_openai_client(AsyncOpenAI(base_url=f"{url}/v1", api_key="none"), use_for_tracing=False)
    clips = [Path(path).read_bytes() for path in paths]
    seen = await asyncio.gather(*(run(scenario, url, clips) for scenario in SCENARIOS))
    print(json.dumps({scenario.__name__: each for scenario, each in zip(SCENARIOS, seen, strict=True)}))


SCENARIOS = (text, realtime, voice)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
