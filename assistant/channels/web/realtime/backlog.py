"""What a client sent and was not done yet: enough that a burst is taken at once, little enough for memory.

A client's ping comes after all that it sent before, and is answered when that is read. Whoever waits to read until
there is time to hear lets the client's patience end, so audio without room is refused and what follows is read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

import numpy as np

from assistant.channels.web.realtime.client_events import InputAudioAppend
from assistant.channels.web.realtime.line import Message

AUDIO_BYTES = 16 * 1024 * 1024  # of audio events, and one more; in base64 four minutes at 24 kHz
OTHER_BYTES = 4 * 1024 * 1024  # of other events, and one more
EVENT_COST = 512  # bytes that an event costs besides its own
_HEAD = 256  # characters at either end of an event, where its type stands if the rest of it is audio


class Backlog:
    """Messages in the order they came, and a microphone's audio among them. One task puts, one iterates."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()
        self._bytes = {True: 0, False: 0}  # of audio, of other events
        self._changed = asyncio.Event()

    def refuses(self, message: Message) -> bool:
        """Whether this is audio and there is no room for it."""
        return _is_audio(message) and self._bytes[True] >= AUDIO_BYTES

    async def put(self, message: Message) -> None:
        """Add a message; waits for room where it is no audio."""
        audio = _is_audio(message)
        while not audio and self._bytes[False] >= OTHER_BYTES:
            self._changed.clear()
            await self._changed.wait()
        self._messages.append(message)
        self._bytes[audio] += _cost(message)
        self._changed.set()

    async def messages(self) -> AsyncIterator[Message]:
        """Yield each message, for ever; it counts until the next one is asked for."""
        while True:
            while not self._messages:
                self._changed.clear()
                await self._changed.wait()
            message = self._messages.popleft()
            yield message
            self._bytes[_is_audio(message)] -= _cost(message)
            self._changed.set()


def _is_audio(message: Message) -> bool:
    if isinstance(message, str):
        return InputAudioAppend.type in message[:_HEAD] or InputAudioAppend.type in message[-_HEAD:]
    return message is not None


def _cost(message: Message) -> int:
    size = message.nbytes if isinstance(message, np.ndarray) else len(message or "")
    return size + EVENT_COST
