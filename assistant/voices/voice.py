"""What every voice offers, and the thread in which one speaks for all who listen to it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import PriorityQueue
from typing import Protocol

from assistant.audio.samples import LeadingSilence
from assistant.languages.en.clauses import clauses_of
from assistant.languages.en.speakable import shortened, speakable
from engines.errors import ReparteeError

SLOWEST, FASTEST = 0.25, 4.0  # times the normal rate of words
AHEAD_S = 20.0  # of sound made before it is listened to; a clause more may come on top


class VoiceError(ReparteeError):
    """A voice that is unknown, not installed or does not work."""


class Synthesizer(Protocol):
    """Turns text into speech: int16 mono PCM at `rate` Hz."""

    name: str
    rate: int

    def stream(self, text: str, *, speed: float = 1.0) -> AsyncGenerator[bytes, None]:
        """Yield chunks as they are made; none for a text without words. Closing the iterator aborts the synthesis.

        `speed`, SLOWEST to FASTEST, multiplies the rate of words that the voice was loaded with.
        """

    async def close(self) -> None:
        """Free the voice; safe to call twice."""


#: Speaks one clause, blocking, and hands each piece of PCM to the sink; stops when the sink returns False.
SpeakClause = Callable[[str, Callable[[bytes], bool]], None]


class SpeakingThread:
    """One thread that speaks the clauses of all texts in turn, so that nobody waits for the end of another's text.

    A text's first clause goes before the later ones of others, which are being listened to already. Nothing waits in
    the thread itself: a text whose sound is not listened to has no clause in the queue.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="voice")
        self._queue: PriorityQueue[tuple[bool, int, Callable[[], None], Future[None]]] = PriorityQueue()
        self._order = itertools.count()
        speakable("1")  # loads what knows numbers in words: the first listener has no time for it

    async def stream(self, text: str, speak: SpeakClause, rate: int) -> AsyncGenerator[bytes, None]:
        """Yield the sound of `text`, int16 mono PCM at `rate` Hz, each chunk as soon as it is there.

        The silence that a voice puts before each clause is left out: the listener has waited for long enough. Closing
        the iterator stops the voice at its next chunk. Raises what `speak` raises.
        """
        sound = _Sound(rate)
        speaking = asyncio.create_task(self._speak_all(text, speak, sound))
        speaking.add_done_callback(lambda _: sound.end())
        try:
            while (chunk := await sound.next()) is not None:
                yield chunk
            await speaking
        finally:
            sound.wanted = False
            speaking.cancel()
            await asyncio.wait([speaking])
            if not speaking.cancelled():
                speaking.exception()  # told to whoever listened to the end

    async def _speak_all(self, text: str, speak: SpeakClause, sound: _Sound) -> None:
        later = False
        for clause in clauses_of(shortened(text)):
            said = speakable(clause)
            if not said:
                continue
            await sound.room()
            await asyncio.wrap_future(self._submit(later, partial(speak, said, sound.sink())))
            later = True

    def _submit(self, later: bool, work: Callable[[], None]) -> Future[None]:
        spoken: Future[None] = Future()
        self._queue.put((later, next(self._order), work, spoken))
        self._thread.submit(self._speak_next)
        return spoken

    def _speak_next(self) -> None:
        _, _, work, spoken = self._queue.get_nowait()
        if not spoken.set_running_or_notify_cancel():
            return
        try:
            work()
        except BaseException as error:
            spoken.set_exception(error)
        else:
            spoken.set_result(None)


class _Sound:
    """Chunks on their way from the thread that speaks to the one listener, on the listener's event loop."""

    def __init__(self, rate: int) -> None:
        self.wanted = True
        self._rate = rate
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._waiting = 0  # bytes
        self._taken = asyncio.Event()

    def sink(self) -> Callable[[bytes], bool]:
        """Return what takes the chunks of one clause, in the thread that speaks it, and says whether to go on."""
        trim = LeadingSilence(self._rate)

        def take(chunk: bytes) -> bool:
            if self.wanted and (heard := trim(chunk)):
                try:
                    self._loop.call_soon_threadsafe(self._put, heard)
                except RuntimeError:  # the loop was closed over a text that nobody waits for any more
                    return False
            return self.wanted

        return take

    def _put(self, chunk: bytes) -> None:
        self._waiting += len(chunk)
        self._chunks.put_nowait(chunk)

    def end(self) -> None:
        """Let `next` return None after the last chunk."""
        self._chunks.put_nowait(None)

    async def next(self) -> bytes | None:
        """Return the next chunk, None at the end."""
        chunk = await self._chunks.get()
        if chunk is not None:
            self._waiting -= len(chunk)
            self._taken.set()
        return chunk

    async def room(self) -> None:
        """Return when no more than AHEAD_S wait to be listened to."""
        while self._waiting > 2 * self._rate * AHEAD_S:
            self._taken.clear()
            await self._taken.wait()
