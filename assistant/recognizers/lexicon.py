"""What recognizers should expect to hear: the texts of documents, and phrases such as the names of devices and areas.

A lexicon has several sources, each with a version of its own. A `Follower` keeps a recognizer's model to what they
say, beside the hearing: the model in use stays in use until the next one is ready.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from engines.errors import ReparteeError

logger = logging.getLogger(__name__)

MOST_CHARACTERS = 6_000_000  # about a million words; what is beyond is left out of the model, not of the answers
MOST_PHRASES = 20_000
LONGEST_PHRASE = 200  # characters


class Texts(Protocol):
    """Prose, whose sentences and names may be spoken of; `knowledge.library.Library` is one."""

    @property
    def version(self) -> int:
        """A number that changes with the content. Called in a thread."""

    def texts(self, most: int) -> Iterable[str]:
        """Return the texts; where they are many, about `most` characters that stand for all. Called in a thread."""


class Phrases(Protocol):
    """What is said just so: names of devices and areas, commands of skills."""

    @property
    def version(self) -> int:
        """A number that changes with the content. Called in a thread."""

    def phrases(self) -> Iterable[str]:
        """Return the phrases. Called in a thread."""


@dataclass(frozen=True)
class Contents:
    """What a lexicon said at one time, within bounds."""

    texts: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()

    @property
    def characters(self) -> int:
        """How much there is to learn."""
        return sum(map(len, self.texts)) + sum(map(len, self.phrases))

    def key(self, kind: str) -> str:
        """Return a name for what a recognizer of some kind makes of this; "" for nothing."""
        if not self.texts and not self.phrases:
            return ""
        digest = hashlib.sha256(kind.encode())
        for part in chain(self.texts, ("",), self.phrases):
            digest.update(part.encode(errors="replace") + b"\0")
        return digest.hexdigest()[:24]


class Lexicon:
    """Texts and phrases from several sources. Its methods block: call them in a thread."""

    def __init__(self, texts: Sequence[Texts] = (), phrases: Sequence[Phrases] = ()) -> None:
        self._texts, self._phrases = tuple(texts), tuple(phrases)

    def version(self) -> tuple[int, ...]:
        """Return the versions of all sources."""
        return (*(source.version for source in self._texts), *(source.version for source in self._phrases))

    def contents(self) -> Contents:
        """Return what the sources say now, as far as it is within bounds."""
        texts, room = [], MOST_CHARACTERS
        for source in self._texts:
            for text in source.texts(room):
                if len(text) <= room:
                    room -= len(text)
                    texts.append(text)
        phrases: dict[str, None] = {}
        for phrase in chain.from_iterable(source.phrases() for source in self._phrases):
            if len(phrases) >= MOST_PHRASES:
                break
            if 0 < len(phrase) <= LONGEST_PHRASE:
                phrases[phrase] = None
        return Contents(tuple(texts), tuple(phrases))


class Follower:
    """Calls `learn` with what a lexicon says, at first and whenever it has changed; never twice at the same time.

    What goes wrong is logged, and the recognizer goes on with what it knows.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        learn: Callable[[Contents], Awaitable[None]],
        *,
        known: tuple[int, ...] | None = None,
    ) -> None:
        """`known` is a version that has been learnt already."""
        self._lexicon, self._learn, self._version = lexicon, learn, known
        self._looking: asyncio.Task[None] | None = None

    def look(self) -> asyncio.Task[None]:
        """Look for changes, and learn them, in the task returned: whoever need not know does not wait for it."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._follow())
        return self._looking

    async def caught_up(self) -> None:
        """Return when what the lexicon says now has been learnt."""
        await asyncio.wait([self.look()])  # it may have begun before the latest change
        await asyncio.wait([self.look()])

    async def close(self) -> None:
        """Stop looking; safe to call twice."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _follow(self) -> None:
        try:
            version = await asyncio.to_thread(self._lexicon.version)
            if version == self._version:
                return
            contents = await asyncio.to_thread(self._lexicon.contents)
            self._version = version  # whatever comes of it: the same would come of it again
            await self._learn(contents)
        except ReparteeError as problem:
            logger.warning("The recognizer goes on with the words it knows: %s", problem)
        except Exception:
            logger.exception("The recognizer goes on with the words it knows")
