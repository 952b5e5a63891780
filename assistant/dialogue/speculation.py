"""Answering while the person still speaks: every partial is answered in silence, and at the end the right one is there.

Nothing found here is said, shown or executed before `take` hands it out for the final words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from assistant.languages.en.completeness import words_of
from assistant.parts import Load
from assistant.turn.budget import now_ms
from assistant.turn.events import Reply
from assistant.turn.turn import Foreseen
from engines.errors import ReparteeError


class Speculation:
    """One at a time and the newest first: a partial that came while another was read replaces those in between.

    `answer` returns None for words that are no question; `found` is told of every reply that is there early.
    """

    def __init__(
        self,
        answer: Callable[[str], Awaitable[Reply | None]],
        found: Callable[[str, Reply], None] | None = None,
        load: Load | None = None,
    ) -> None:
        self._answer, self._found, self._load = answer, found, load or Load()
        self._key = ""  # the words being answered, or answered last
        self._task: asyncio.Task[Reply | None] | None = None
        self._next: str | None = None
        self._done_ms = 0.0
        self.hits = self.misses = 0

    def consider(self, text: str, *, pressing: bool = True) -> None:
        """Answer `text` in the background, unless that is what is being answered.

        Not `pressing`: only if no conversation of this process is being read for, so that guesses at unfinished
        sentences never hold up the answers to finished ones.
        """
        key = " ".join(words_of(text))
        if not key or not (pressing or self._load.foreseeing == 0 or self._busy):
            return
        if self._busy:
            self._next = text if key != self._key else None
        elif key != self._key:
            self._start(text, key)

    def found(self, text: str) -> Reply | None:
        """Return the reply to exactly these words if it is already there; it can still be taken."""
        task = self._task if " ".join(words_of(text)) == self._key else None
        return task.result() if task is not None and task.done() and not task.exception() else None

    def tries(self, text: str) -> bool:
        """Whether exactly these words are being answered, or are the next to be."""
        return self._busy and words_of(text) in (words_of(self._key), words_of(self._next or ""))

    async def take(self, text: str) -> Foreseen | None:
        """Return the reply to exactly these words, None if there is none; either way the speculation is over."""
        key, asked_ms = " ".join(words_of(text)), now_ms()
        self._next = None
        task = self._task if key == self._key else None
        try:
            reply = await asyncio.shield(task) if task is not None else None
        finally:
            if task is None or self._task is task:  # else a sentence that began meanwhile is being tried
                self._key, self._task = "", None
        if reply is None:
            self.misses += 1
            return None
        self.hits += 1
        tried = self.hits + self.misses
        return Foreseen(reply, asked_ms - self._done_ms, f" ({self.hits} of {tried} foreseen)")

    def forget(self) -> None:
        """Drop everything that was found; a read under way ends unheard."""
        self._key, self._next, self._task = "", None, None

    @property
    def _busy(self) -> bool:
        return self._task is not None and not self._task.done()

    def _start(self, text: str, key: str) -> None:
        self._key = key
        self._task = asyncio.create_task(self._work(text))

    async def _work(self, text: str) -> Reply | None:
        me = asyncio.current_task()
        self._load.foreseeing += 1
        try:
            reply = await self._answer(text)
        except ReparteeError:
            reply = None  # said again, aloud, if these turn out to be the final words
        finally:
            self._load.foreseeing -= 1
        self._done_ms = now_ms()
        if me is self._task:
            following, self._next = self._next, None
            if following is not None:
                self._start(following, " ".join(words_of(following)))
            elif reply is not None and self._found is not None:
                self._found(text, reply)
        return reply
