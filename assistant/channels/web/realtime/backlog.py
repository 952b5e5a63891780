"""What a client sent and was not done yet: enough that a burst is taken at once, little enough for memory.

A client's ping comes after all that it sent before, and is answered when that is read. Whoever waits to read until
there is time to hear lets the client's patience end, so audio without room is refused and what follows is read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from assistant.channels.web.realtime.client_events import InputAudioAppend

AUDIO_BYTES = 16 * 1024 * 1024  # of audio events, and one more; in base64 four minutes at 24 kHz
OTHER_BYTES = 4 * 1024 * 1024  # of other events, and one more
EVENT_COST = 512  # bytes that an event costs besides its own
_HEAD = 256  # characters at either end of an event, where its type stands if the rest of it is audio


class Backlog:
    """Messages in the order they came. One task puts, one iterates; `None` stands for a message that was no text."""

    def __init__(self) -> None:
        self._messages: deque[str | None] = deque()
        self._bytes = {True: 0, False: 0}  # of audio, of other events
        self._changed = asyncio.Event()

    def refuses(self, text: str) -> bool:
        """Whether this is audio and there is no room for it."""
        return _is_audio(text) and self._bytes[True] >= AUDIO_BYTES

    async def put(self, text: str | None) -> None:
        """Add a message; waits for room where it is no audio."""
        audio = _is_audio(text)
        while not audio and self._bytes[False] >= OTHER_BYTES:
            self._changed.clear()
            await self._changed.wait()
        self._messages.append(text)
        self._bytes[audio] += _cost(text)
        self._changed.set()

    async def messages(self) -> AsyncIterator[str | None]:
        """Yield each message, for ever; it counts until the next one is asked for."""
        while True:
            while not self._messages:
                self._changed.clear()
                await self._changed.wait()
            text = self._messages.popleft()
            yield text
            self._bytes[_is_audio(text)] -= _cost(text)
            self._changed.set()


def _is_audio(text: str | None) -> bool:
    return text is not None and (InputAudioAppend.type in text[:_HEAD] or InputAudioAppend.type in text[-_HEAD:])


def _cost(text: str | None) -> int:
    return len(text or "") + EVENT_COST
