"""What a call plays: replies in order, in frames of 20 ms, silence where there is nothing to say; no clock, no I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from assistant.channels.web.realtime.line import Played

RATE = 24_000
FRAME = RATE // 50  # samples, 20 ms
_FRAME_BYTES = 2 * FRAME
_SILENCE = bytes(_FRAME_BYTES)


@dataclass
class _Reply:
    generation: int
    waiting: bytearray = field(default_factory=bytearray)
    frames: int = 0  # played
    ended: bool = False


class Playout:
    """Replies that wait to be played; `current` says whether a generation may be played still."""

    def __init__(self, current: Callable[[int], bool], happened: Callable[[Played], None]) -> None:
        self._current, self._happened = current, happened
        self._replies: deque[_Reply] = deque()

    @property
    def waiting_s(self) -> float:
        """Seconds of audio that were not played yet."""
        return sum(len(reply.waiting) for reply in self._replies) / (2 * RATE)

    def play(self, pcm: bytes, generation: int) -> None:
        """Add int16 mono at 24 kHz."""
        if not self._replies or self._replies[-1].generation != generation:
            self._replies.append(_Reply(generation))
        self._replies[-1].waiting += pcm

    def end(self, generation: int) -> None:
        """Take that a reply is complete."""
        for reply in self._replies:
            if reply.generation == generation:
                reply.ended = True

    def frame(self) -> bytes:
        """Return the next 20 ms; called as often as they are due."""
        while self._replies:
            reply = self._replies[0]
            if not self._current(reply.generation):
                self._leave("cleared")
                continue
            whole = len(reply.waiting) >= _FRAME_BYTES
            if not (whole or (reply.ended and reply.waiting)):
                if not reply.ended:
                    return _SILENCE  # its next words are still being made
                self._leave("stopped")
                continue
            if not reply.frames:
                self._happened(Played("started", reply.generation))
            reply.frames += 1
            frame = bytes(reply.waiting[:_FRAME_BYTES])
            del reply.waiting[:_FRAME_BYTES]
            return frame.ljust(_FRAME_BYTES, b"\0")
        return _SILENCE

    def _leave(self, what: Literal["cleared", "stopped"]) -> None:
        reply = self._replies.popleft()
        if reply.frames:
            self._happened(Played(what, reply.generation, reply.frames * 20))
