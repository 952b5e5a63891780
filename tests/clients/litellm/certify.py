"""Drives the server with LiteLLM, unmodified: certify.py URL QUESTION.pcm

Audio is int16 at 24 kHz. Prints what came of each scenario, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
import traceback
import wave
from pathlib import Path
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # what models cost is not fetched from anywhere

import litellm

QUESTION = "How tall is the lighthouse at Marlow Point?"
MESSAGES = [{"role": "user", "content": QUESTION}]


async def text(server: dict[str, str], _clip: bytes) -> dict[str, Any]:
    answered = await litellm.acompletion(model="openai/repartee", messages=MESSAGES, **server)
    streamed = ""
    async for chunk in await litellm.acompletion(model="openai/repartee", messages=MESSAGES, stream=True, **server):
        streamed += chunk.choices[0].delta.content or ""
    response = await litellm.aresponses(model="openai/repartee", input=QUESTION, **server)
    return {
        "text": answered.choices[0].message.content,
        "streamed": streamed,
        "responses": response.output[0].content[0].text,
        "tokens": answered.usage.total_tokens,
    }


async def speech(server: dict[str, str], clip: bytes) -> dict[str, Any]:
    recording = io.BytesIO()
    with wave.open(recording, "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes(clip)
    file = ("q.wav", recording.getvalue())
    transcript = await litellm.atranscription(model="openai/whisper-1", file=file, **server)
    spoken = await litellm.aspeech(
        model="openai/tts-1", voice="alloy", input="Yes, it is.", response_format="pcm", **server
    )
    return {"transcript": transcript.text, "audio_ms": len(spoken.content) / 48}


async def run(scenario: Any, server: dict[str, str], clip: bytes) -> dict[str, Any]:
    try:
        return await scenario(server, clip)
    except Exception:
        return {"failed": traceback.format_exc()}


async def main(url: str, clip: str, *_clips: str) -> None:
    server = {"api_base": f"{url}/v1", "api_key": "none"}
    seen = await asyncio.gather(*(run(scenario, server, Path(clip).read_bytes()) for scenario in SCENARIOS))
    print(json.dumps({scenario.__name__: each for scenario, each in zip(SCENARIOS, seen, strict=True)}))


SCENARIOS = (text, speech)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
