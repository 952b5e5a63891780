"""One WebRTC call: a peer connection whose data channel is a line, whose track in is a microphone, and a track out.

The one module that imports aiortc; whoever wants a call imports it then.
"""

from __future__ import annotations

import asyncio
import fractions
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine

import aioice.ice
import numpy as np
from aiortc import (
    InvalidStateError,
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from assistant.audio.formats import RawDecoder
from assistant.audio.samples import RATE
from assistant.channels.json import ApiError
from assistant.channels.web.calls import playout
from assistant.channels.web.calls.playout import FRAME, Playout
from assistant.channels.web.realtime.line import LineClosedError, Message, Played

log = logging.getLogger(__name__)

CHANNEL = "oai-events"
CONNECT_S = 20.0  # for the caller to connect after the answer
MOST_WAITING = 8 * 1024 * 1024  # bytes of messages that were not taken; nothing tells a caller to send them later
EVENT_COST = 512  # that a message counts besides its own
HEARD_S = 10.0  # of the microphone's audio that was not taken; what comes then is lost
AHEAD_BYTES = 64 * 1024  # that are sent before the caller acknowledges some
AHEAD_S = 120.0  # of audio that is made before it is played
FRAME_S = FRAME / playout.RATE
_LATE_S = 0.2  # a track that was held up for longer begins to count anew


_host_addresses = aioice.ice.get_host_addresses


def _addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """Return this machine's addresses for a call; in no network at all its own, which aioice leaves out."""
    return _host_addresses(use_ipv4, use_ipv6) or ["127.0.0.1"]


aioice.ice.get_host_addresses = _addresses  # it takes no addresses from its callers


class Voice(MediaStreamTrack):
    """The track out, and the sound of a connection: every 20 ms what the playout says is due."""

    kind = "audio"

    def __init__(self, current: Callable[[int], bool]) -> None:
        super().__init__()
        self._played: asyncio.Queue[Played] = asyncio.Queue()
        self._out = Playout(current, self._played.put_nowait)
        self._due_s, self._frames = 0.0, 0
        self._drained = asyncio.Event()

    def play(self, pcm: bytes, generation: int) -> None:
        """Play int16 mono at 24 kHz after what is being played."""
        self._out.play(pcm, generation)

    def end(self, generation: int) -> None:
        """Take that nothing more is to come of this reply."""
        self._out.end(generation)

    async def room(self) -> None:
        """Wait while more than AHEAD_S is to be played."""
        while self._out.waiting_s > AHEAD_S:
            self._drained.clear()
            await self._drained.wait()

    async def happened(self) -> Played:
        """Return what happens next of what is played."""
        return await self._played.get()

    async def recv(self) -> AudioFrame:
        """Return the next frame when it is due."""
        if self.readyState != "live":
            raise MediaStreamError
        now_s = time.perf_counter()
        self._due_s = now_s if self._due_s < now_s - _LATE_S else self._due_s + FRAME_S
        await asyncio.sleep(max(0.0, self._due_s - now_s))
        frame = AudioFrame.from_ndarray(np.frombuffer(self._out.frame(), np.int16).reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.time_base = playout.RATE, fractions.Fraction(1, playout.RATE)
        frame.pts = self._frames * FRAME
        self._frames += 1
        self._drained.set()
        return frame


class Call:
    """A caller's line, and its `voice`. `current` says whether a reply's generation may still be played.

    `idle_s` is how long nothing may be said, asked or played, 0 for any time.
    """

    def __init__(self, current: Callable[[int], bool], *, idle_s: float) -> None:
        self._idle_s = idle_s
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.voice = Voice(current)
        self._channel: RTCDataChannel | None = None
        self._messages: deque[Message] = deque()  # as they came, what the microphone heard among them
        self._waiting = {True: 0, False: 0}  # samples of audio, characters of events
        self._changed = asyncio.Event()
        self._ended: LineClosedError | None = None
        self._active_s = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._peer.on("datachannel", self._opened)
        self._peer.on("track", self._hears)
        self._peer.on("connectionstatechange", self._moved)

    async def answer(self, offer: str) -> str:
        """Return the SDP that answers an offer, with this machine's addresses. Raises ApiError."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            self._peer.addTrack(self.voice)
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except Exception as error:  # an offer is judged by trying, and every way to fail there is the offer's
            log.info("an offer could not be taken", exc_info=error)
            await self._peer.close()
            reason = f"The offer cannot be taken: {str(error)[:200] or type(error).__name__}."
            raise ApiError("invalid_offer", reason, param="sdp") from error
        self._keep(self._connected())
        self._keep(self._idle())
        return str(self._peer.localDescription.sdp)

    def hang_up(self, reason: str) -> None:
        """End the call; whoever receives is told."""
        self._ended = self._ended or LineClosedError(reason)
        self._changed.set()

    # The line

    async def receive(self) -> Message:
        """Return the caller's next event, or what the microphone heard. Raises LineClosedError."""
        while True:
            if self._ended is not None:
                raise self._ended
            if self._messages:
                message = self._messages.popleft()
                self._count(message, -1)
                return message
            self._changed.clear()
            await self._changed.wait()

    async def send(self, text: str) -> None:
        """Send an event once the data channel is open, and not too far ahead; to nobody where there is none."""
        self._active_s = time.monotonic()
        while self._ended is None:
            if self._peer.sctp is None:
                return
            channel = self._channel
            if channel is not None and channel.readyState == "open" and channel.bufferedAmount <= AHEAD_BYTES:
                try:
                    channel.send(text)
                except (InvalidStateError, ValueError, ConnectionError) as error:  # it closed; or longer than taken
                    log.warning("an event could not be sent: %s", error)
                return
            self._changed.clear()
            await self._changed.wait()
        raise self._ended

    async def close(self, code: int, reason: str) -> None:
        """End the call; a data channel has no word for why."""
        self.hang_up(f"with {code} {reason}")

    def cut(self) -> None:
        """End the call."""
        self.hang_up("")

    async def leave(self) -> None:
        """Let go of everything; the caller's end notices."""
        self.hang_up("")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._peer.close()

    # What aiortc tells

    def _opened(self, channel: RTCDataChannel) -> None:
        if channel.label != CHANNEL or self._channel is not None:
            channel.close()
            return
        self._channel = channel
        channel.bufferedAmountLowThreshold = AHEAD_BYTES // 2
        channel.on("message", self._came)
        channel.on("close", lambda: self.hang_up("by the caller"))
        channel.on("bufferedamountlow", self._changed.set)
        self._changed.set()

    def _came(self, message: str | bytes) -> None:
        self._active_s = time.monotonic()
        self._take(message if isinstance(message, str) else None)
        if self._waiting[False] > MOST_WAITING:
            self.hang_up("as the caller sent more than was taken")

    def _take(self, message: Message) -> None:
        self._messages.append(message)
        self._count(message, 1)
        self._changed.set()

    def _count(self, message: Message, sign: int) -> None:
        if isinstance(message, np.ndarray):
            self._waiting[True] += sign * len(message)
        else:
            self._waiting[False] += sign * (len(message or "") + EVENT_COST)

    def _hears(self, track: MediaStreamTrack) -> None:
        self._keep(self._listen(track))

    def _moved(self) -> None:
        if self._peer.connectionState in ("failed", "closed"):
            self.hang_up("as the connection broke" if self._peer.connectionState == "failed" else "by the caller")

    async def _listen(self, track: MediaStreamTrack) -> None:
        """Take what the microphone hears, whatever the two ends made of it, as int16 mono at 16 kHz."""
        shape, decoder = (0, 0), RawDecoder(RATE, 2, 1)
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, AudioFrame)
            if shape != (frame.sample_rate, len(frame.layout.channels)):
                shape = frame.sample_rate, len(frame.layout.channels)
                decoder = RawDecoder(shape[0], 2, shape[1])
            pcm = decoder.decode(frame.to_ndarray().tobytes())
            if len(pcm) and self._waiting[True] < HEARD_S * RATE:
                self._take(pcm)

    async def _connected(self) -> None:
        """End a call that is never begun."""
        await asyncio.sleep(CONNECT_S)
        if self._peer.connectionState != "connected" or (self._peer.sctp is not None and self._channel is None):
            self.hang_up(f"as the caller did not connect in {CONNECT_S:g} s")

    async def _idle(self) -> None:
        """End a call in which nothing happens any more."""
        while self._ended is None and self._idle_s:
            left_s = self._active_s + self._idle_s - time.monotonic()
            if left_s <= 0:
                self.hang_up(f"as nothing happened for {self._idle_s:g} s")
            await asyncio.sleep(left_s)

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
