"""A caller: aiortc at the other end, with a microphone that says what a test puts in it."""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import json
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import numpy as np
import pytest

RATE, FRAME = 16_000, 320
SDP = "application/sdp"
WITHIN_S = 60.0  # for what a busy machine does late


def post(url: str, body: bytes, kind: str, key: str = "") -> tuple[int, dict[str, str], str]:
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=WITHIN_S) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def form(offer: str, session: dict[str, Any]) -> tuple[bytes, str]:
    """The body and content type of a call with its session, as the API's own clients send them."""
    line = "--------call"
    fields = ((SDP, "sdp", offer), ("application/json", "session", json.dumps(session)))
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: {kind}\r\n\r\n{text}\r\n'
        for kind, name, text in fields
    ]
    return f"{''.join(parts)}--{line}--\r\n".encode(), f"multipart/form-data; boundary={line}"


def microphone() -> Any:
    """A track that sends silence, or the recordings that are said into it, at the pace of speech."""
    from aiortc.mediastreams import MediaStreamTrack
    from av import AudioFrame

    class Microphone(MediaStreamTrack):
        kind = "audio"

        def __init__(self) -> None:
            super().__init__()
            self.waiting = np.empty(0, np.int16)
            self.sent = 0
            self.began = time.perf_counter()

        def say(self, pcm: np.ndarray) -> None:
            self.waiting = np.concatenate([self.waiting, pcm.astype(np.int16)])

        async def recv(self) -> Any:
            await asyncio.sleep(max(0.0, self.began + self.sent / RATE - time.perf_counter()))
            piece, self.waiting = self.waiting[:FRAME], self.waiting[FRAME:]
            samples = np.zeros(FRAME, np.int16)
            samples[: len(piece)] = piece
            frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, self.sent, fractions.Fraction(1, RATE)
            self.sent += FRAME
            return frame

    return Microphone()


class Caller:
    """One end of a call, and everything that came to it."""

    def __init__(self) -> None:
        from aiortc import RTCConfiguration, RTCPeerConnection

        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.microphone = microphone()
        self.peer.addTrack(self.microphone)
        self.channel = self.peer.createDataChannel("oai-events")
        self.events: list[dict[str, Any]] = []
        self.heard: list[np.ndarray] = []
        self.changed = asyncio.Event()
        self.location = ""
        self._read = 0
        self._listening: asyncio.Task[None] | None = None
        self.channel.on("message", self._came)
        self.peer.on("track", self._hears)

    async def offer(self) -> str:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        from aiortc import RTCSessionDescription

        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def send(self, kind: str, **fields: Any) -> None:
        self.channel.send(json.dumps({"type": kind} | fields))

    def ask(self, question: str) -> None:
        content = [{"type": "input_text", "text": question}]
        self.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        self.send("response.create")

    async def until(self, kind: str) -> dict[str, Any]:
        """Return the next event of a kind; those before it have been read then."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                while self._read < len(self.events):
                    self._read += 1
                    if self.events[self._read - 1]["type"] == kind:
                        return self.events[self._read - 1]
                self.changed.clear()
                await self.changed.wait()

    async def closed(self) -> None:
        """Wait until the server has ended the call."""
        async with asyncio.timeout(WITHIN_S):
            while self.channel.readyState != "closed" and self.peer.connectionState not in ("closed", "failed"):
                await asyncio.sleep(0.02)

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]

    async def hears(self, seconds: float) -> None:
        """Wait until so much was heard that was no silence."""
        async with asyncio.timeout(WITHIN_S):
            while sum(len(piece) for piece in self.heard if np.abs(piece).max(initial=0) > 300) < seconds * 48_000:
                await asyncio.sleep(0.02)

    def _came(self, message: str) -> None:
        self.events.append(json.loads(message))
        self.changed.set()

    def _hears(self, track: Any) -> None:
        self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: Any) -> None:
        from aiortc.mediastreams import MediaStreamError

        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                self.heard.append(frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0])

    async def leave(self) -> None:
        await self.peer.close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)


async def an_offer() -> str:
    """Return the offer of a caller who has left again."""
    caller = Caller()
    try:
        return await caller.offer()
    finally:
        await caller.leave()


@pytest.fixture
def call() -> Callable[..., AbstractAsyncContextManager[Caller]]:
    """Call a server: `async with call(served) as caller:`; ended when the test leaves it."""
    pytest.importorskip("aiortc", reason="calls are tested with aiortc: pip install aiortc")

    @asynccontextmanager
    async def calling(
        served: Any, *, key: str = "", query: str = "", session: dict[str, Any] | None = None
    ) -> AsyncIterator[Caller]:
        caller = Caller()
        try:
            offer = await caller.offer()
            url = f"{served.url}/v1/realtime/calls{query}"
            body, kind = (offer.encode(), SDP) if session is None else form(offer, session)
            status, headers, answer = await asyncio.to_thread(post, url, body, kind, key)
            assert status == 201, answer
            assert headers["content-type"] == SDP
            caller.location = headers["location"]
            await caller.accept(answer)
            await caller.until("session.created")
            yield caller
        finally:
            await caller.leave()

    return calling
