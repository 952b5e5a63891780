"""Drives the server through the proxy `wyoming_openai`, as Home Assistant does: certify.py URL QUESTION.pcm

The proxy is begun with the line that docs/clients.md has, but for the addresses. Audio is int16 at 24 kHz.
Prints what the proxy's client saw in each scenario, one JSON object, for the tests to judge.
"""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

RATE = 24_000
FORMAT = {"rate": RATE, "width": 2, "channels": 1}
DOCS = Path(__file__).parents[3] / "docs" / "clients.md"


def documented(url: str, port: int) -> list[str]:
    """Return the words of the line that begins the proxy, with the addresses of the server and of the proxy's own."""
    (line,) = re.findall(r"^```sh\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    line = line.replace("http://127.0.0.1:8765", url).replace("tcp://0.0.0.0:10300", f"tcp://127.0.0.1:{port}")
    return shlex.split(line.replace("\\\n", " "))


async def hear(port: int, clip: bytes) -> dict[str, Any]:
    """A recording through each kind of model: sent when it is over, streamed back, and over Realtime."""
    return {model: await heard(port, clip, model) for model in (await info(port, clip))["models"]}


async def heard(port: int, clip: bytes, model: str) -> str:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Transcribe(name=model, language="en").event())
        await client.write_event(AudioStart(**FORMAT).event())
        for start in range(0, len(clip), 4800):
            await client.write_event(AudioChunk(**FORMAT, audio=clip[start : start + 4800]).event())
        await client.write_event(AudioStop().event())
        while event := await asyncio.wait_for(client.read_event(), 60):
            if Transcript.is_type(event.type):
                return Transcript.from_event(event).text
    raise AssertionError("the proxy hung up")


async def speak(port: int, _clip: bytes) -> dict[str, Any]:
    """A sentence of two, and one without words, of which a proxy must not hang."""
    seen: dict[str, Any] = {}
    for name, text in (("words", "Yes, it is. Ask again."), ("none", "...")):
        async with AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(Synthesize(text=text, voice=SynthesizeVoice(name="flite")).event())
            seen[name] = 0.0
            while event := await asyncio.wait_for(client.read_event(), 60):
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    seen[name] += 1000 * chunk.samples / chunk.rate
                if AudioStop.is_type(event.type):
                    break
    return seen


async def info(port: int, _clip: bytes) -> dict[str, Any]:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Describe().event())
        while event := await asyncio.wait_for(client.read_event(), 60):
            if Info.is_type(event.type):
                told = Info.from_event(event)
                return {"models": [model.name for program in told.asr for model in program.models]}
    raise AssertionError("the proxy hung up")


async def run(scenario: Any, port: int, clip: bytes) -> dict[str, Any]:
    try:
        return await scenario(port, clip)
    except Exception:
        return {"failed": traceback.format_exc()}


async def main(url: str, clip: str, *_clips: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program, *options = documented(url, port)
    assert [program, *options[:2]] == ["python", "-m", "wyoming_openai"]
    launch = str(Path(__file__).with_name("launch.py"))  # which is `-m wyoming_openai` for older versions of Python
    proxy = await asyncio.create_subprocess_exec(
        sys.executable, launch, *options[2:], stdout=asyncio.subprocess.DEVNULL
    )
    try:
        while proxy.returncode is None:  # which ends without a proxy at the caller's own limit
            try:
                await asyncio.wait_for(info(port, b""), 10)
                break
            except OSError:
                await asyncio.sleep(0.1)
        data = Path(clip).read_bytes()
        seen = await asyncio.gather(*(run(scenario, port, data) for scenario in SCENARIOS))
    finally:
        if proxy.returncode is None:
            proxy.terminate()
        await proxy.wait()
    print(json.dumps({scenario.__name__: each for scenario, each in zip(SCENARIOS, seen, strict=True)}))


SCENARIOS = (info, hear, speak)

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
