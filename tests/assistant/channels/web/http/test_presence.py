"""Clients that leave, or do not read, are not worked for: the application on real sockets, with parts that count."""

from __future__ import annotations

import asyncio
import base64
import json
import types
from contextlib import asynccontextmanager

import numpy as np
import pytest

from assistant.channels.web.app import build_app
from assistant.channels.web.http.audio import COMPLETE
from assistant.channels.web.http.recordings import MOST_RECORDINGS
from assistant.config import Config
from assistant.service import Service
from assistant.skills.choose import OwnSkills
from assistant.turn.events import Transcript
from tests.assistant.channels.web.http.test_http import CLIP, form


class Voice:
    """Speaks for as long as anybody listens; counts how often it began and was closed."""

    name, rate = "endless", 24_000

    def __init__(self) -> None:
        self.begun = self.closed = self.chunks = 0

    async def stream(self, _text, *, speed=1.0):
        self.begun += 1
        try:
            while True:
                self.chunks += 1
                await asyncio.sleep(0.001)
                yield b"\x00\x20" * 2400
        finally:
            self.closed += 1


class Recognizer:
    """Never finishes; counts how often it began and was cancelled."""

    def __init__(self) -> None:
        self.begun = self.closed = 0
        self.forever = asyncio.Event()

    async def transcribe(self, pcm: np.ndarray) -> Transcript:
        self.begun += 1
        try:
            await self.forever.wait()
        finally:
            self.closed += 1
        return Transcript("never")


@asynccontextmanager
async def application(running, tmp_path):
    voice, recognizer = Voice(), Recognizer()

    async def give(part, **_):
        return part

    config = Config(tmp_path)
    parts = types.SimpleNamespace(
        config=config,
        skills=(),
        own_skills=OwnSkills(config),
        voice=lambda _name: give(voice),
        recognizer=lambda live: give(recognizer),
    )
    async with running(build_app(Service(parts)), patience_s=0.4, requests_per_minute=0) as server:
        yield server, voice, recognizer


async def ask(server, path: str, body: bytes, kind: str = "application/json"):
    line = server.connect(buffer=4096)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    await asyncio.get_running_loop().sock_sendall(line, head.encode() + body)
    return line


async def until(holds) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


LONG = "On and on. " * (COMPLETE // 10)  # a short wav is sent when it is complete
SPEECH = {"mp3": {}, "wav": {"input": LONG}, "pcm": {}, "sse": {"response_format": "pcm", "stream_format": "sse"}}


# Not an mp3 that nobody reads: it is sent when it is complete, so who waits for it reads nothing, and rightly.
@pytest.mark.parametrize(
    ("wanted", "leaves"), [(name, True) for name in SPEECH] + [(name, False) for name in SPEECH if name != "mp3"]
)
async def test_speech_ends_with_its_listener(running, tmp_path, wanted, leaves):
    async with application(running, tmp_path) as (server, voice, _):
        wish = {"input": "On and on.", "response_format": wanted} | SPEECH[wanted]
        lines = [await ask(server, "/v1/audio/speech", json.dumps(wish).encode()) for _ in range(6)]
        await until(lambda: voice.begun == 6)
        if leaves:
            for line in lines:
                line.close()
        await until(lambda: voice.closed == 6)
        await server.rid()
        chunks = voice.chunks
        await asyncio.sleep(0.1)
        assert voice.chunks == chunks
        for line in lines:
            line.close()


def recording() -> dict[str, tuple[bytes, str]]:
    """Return a request body with a recording, and its content type, for each path that takes one."""
    audio = {"type": "input_audio", "input_audio": {"data": base64.b64encode(CLIP.read_bytes()).decode()}}
    chat = json.dumps({"messages": [{"role": "user", "content": [audio]}]}).encode()
    return {
        "/v1/audio/transcriptions": form("a.flac", CLIP.read_bytes()),
        "/v1/chat/completions": (chat, "application/json"),
    }


async def test_so_many_recordings_are_in_memory_at_a_time_whatever_they_are_for(running, tmp_path):
    async with application(running, tmp_path) as (server, _, recognizer):
        kinds = recording()
        lines = [await ask(server, path, *kinds[path]) for path in kinds for _ in range(MOST_RECORDINGS // 2 + 2)]
        await until(lambda: recognizer.begun == MOST_RECORDINGS)
        await asyncio.sleep(0.2)
        assert recognizer.begun == MOST_RECORDINGS
        lines[0].close()
        await until(lambda: recognizer.begun == MOST_RECORDINGS + 1)
        for line in lines[1:]:
            line.close()
        await server.rid()


@pytest.mark.parametrize("path", ["/v1/audio/transcriptions", "/v1/chat/completions"])
async def test_recognition_ends_with_its_client(running, tmp_path, path):
    async with application(running, tmp_path) as (server, _, recognizer):
        lines = [await ask(server, path, *recording()[path]) for _ in range(4)]
        await until(lambda: recognizer.begun == 4)
        assert recognizer.closed == 0
        for line in lines:
            line.close()
        await until(lambda: recognizer.closed == 4)
        await server.rid()
