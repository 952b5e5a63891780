"""What a Realtime connection needs of whatever carries it: messages in, messages out, an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

#: A text message, None for one that was no text, or int16[n] at 16 kHz that a microphone heard.
Message = str | NDArray[np.int16] | None


class LineClosedError(Exception):
    """The line has ended; the message says by whom or why, to go on after "ended"."""


class Line(Protocol):
    """Carries one client's messages, in order."""

    async def receive(self) -> Message:
        """Return the client's next message. Raises LineClosedError."""

    async def send(self, text: str) -> None:
        """Send a message; waits while the client does not read. Raises LineClosedError."""

    async def close(self, code: int, reason: str) -> None:
        """Tell the client that this is the end, and why."""

    def cut(self) -> None:
        """End the line of a client that reads nothing, not even its end."""


@dataclass(frozen=True)
class Played:
    """A reply began to be played, was played to its end, or was cut off; `played_ms` is how much of it went out."""

    what: Literal["started", "stopped", "cleared"]
    generation: int
    played_ms: int = 0


class Sound(Protocol):
    """What a line plays by itself, at the pace of speech, where audio is not sent as messages."""

    def play(self, pcm: bytes, generation: int) -> None:
        """Play int16 mono at 24 kHz after what is being played."""

    def end(self, generation: int) -> None:
        """Take that nothing more is to come of this reply."""

    async def room(self) -> None:
        """Wait while more is to be played than anybody says at once."""

    async def happened(self) -> Played:
        """Return what happens next of what is played."""
