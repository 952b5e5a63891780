"""The way out of a conversation: events in order, bounded, and nothing of a reply that was interrupted.

A channel that is slow gets the words of a turn in fewer pieces, and is spoken to more slowly; from one that takes
nothing nothing more is taken, until it does.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from assistant.dialogue.events import ConversationEvent, Partial, ReplyAudio, ReplyText

AUDIO_AHEAD_MS = 5000.0  # audio waiting for a slow channel; synthesis pauses beyond it
MOST_EVENTS = 200  # waiting for a channel before no more is heard from it


def audio_ms(event: ReplyAudio) -> float:
    """Return the length of the event's PCM in ms."""
    return len(event.pcm) / 2 / event.rate * 1000


class Outbox:
    """A queue with one consumer. `handed` is told of each piece of audio at the moment it is handed over."""

    def __init__(self) -> None:
        self.handed: Callable[[ReplyAudio], None] = lambda _: None
        self._events: deque[ConversationEvent] = deque()
        self._filled, self._drained = asyncio.Event(), asyncio.Event()
        self._waiting_ms = 0.0
        self._closed = False

    def put(self, event: ConversationEvent) -> None:
        """Queue an event; after close() it is dropped."""
        if self._closed:
            return
        if isinstance(event, ReplyAudio):
            self._waiting_ms += audio_ms(event)
        before = self._events[-1] if self._events else None
        if isinstance(event, Partial) and isinstance(before, Partial) and before.turn == event.turn:
            self._events.pop()
            event = Partial(event.turn, event.text, f"{before.appended} {event.appended}")
        self._events.append(event)
        self._filled.set()

    async def room(self, below_ms: float = AUDIO_AHEAD_MS) -> None:
        """Wait until no more than `below_ms` of audio is queued: before more is made, or with 0 until all is out."""
        while self._waiting_ms > below_ms + 1e-6 and not self._closed:
            self._drained.clear()
            await self._drained.wait()

    async def ready(self) -> None:
        """Wait while the channel leaves too many events untaken: before more of it is done."""
        while len(self._events) >= MOST_EVENTS and not self._closed:
            self._drained.clear()
            await self._drained.wait()

    def drop(self, generation: int) -> None:
        """Take back the words and audio of `generation` that were not handed over yet."""
        kept = [e for e in self._events if not (isinstance(e, ReplyAudio | ReplyText) and e.generation == generation)]
        self._events = deque(kept)
        self._waiting_ms = sum(audio_ms(e) for e in kept if isinstance(e, ReplyAudio))
        self._drained.set()

    def close(self) -> None:
        """End the iteration once what is queued has been handed over; audio is not."""
        self._closed = True
        self._events = deque(e for e in self._events if not isinstance(e, ReplyAudio | ReplyText))
        self._filled.set()
        self._drained.set()

    async def events(self) -> AsyncIterator[ConversationEvent]:
        """Yield events until close()."""
        while True:
            while self._events:
                event = self._events.popleft()
                self._drained.set()
                if isinstance(event, ReplyAudio):
                    self._waiting_ms -= audio_ms(event)
                    self.handed(event)
                yield event
            if self._closed:
                return
            self._filled.clear()
            await self._filled.wait()
