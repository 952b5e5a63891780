"""What one process owns: reader, library, recognizer, voice, skills; opened in order, closed the other way round."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from assistant.config import Config
from assistant.skills.choose import load_skills
from assistant.turn.answering import Answering

if TYPE_CHECKING:
    from assistant.recognizers.recognizer import Recognizer
    from assistant.voices.voice import Synthesizer
    from engines.reader.reader import Reader
    from knowledge.library import Library

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass
class Load:
    """What this process is busy with, so that guesses give way to what somebody waits for."""

    hearing: int = 0  # turns being recognised
    foreseeing: int = 0  # questions being answered before they are finished


class Parts:
    """The parts of a turn, loaded once and shared by every conversation of the process.

    The recognizer and the voice are loaded when first used; each part that blocks has threads of its own.
    """

    def __init__(self, config: Config, reader: Reader, library: Library) -> None:
        self.config = config
        self.reader = reader
        self.library = library
        self.skills = load_skills()
        self.answering = Answering(config.reader, reader, library)
        self.load = Load()
        self._recognizer: Recognizer | None = None
        self._synthesizer: Synthesizer | None = None
        self._choosing_recognizer, self._choosing_voice = asyncio.Lock(), asyncio.Lock()
        self._prepared = False
        self._stack = AsyncExitStack()
        for close in (reader.close, library.close, self.answering.close):
            self._stack.callback(close)

    @classmethod
    def open(cls, config: Config) -> Parts:
        """Load the reader and open the library. Raises ReparteeError for what is missing, unusable or damaged."""
        from assistant.channels.terminal.printable import printable
        from assistant.library import open_library
        from engines.reader.reader import Reader

        settings = config.reader
        with ThreadPoolExecutor(1) as aside:
            reader = aside.submit(
                Reader.load,
                settings.model or None,
                runtime=settings.runtime,
                cache_dir=config.cache_dir,
                threads=settings.threads or None,
            )
            library = open_library(
                config,
                lambda text: reader.result().tokenize(text),
                tell=lambda note: log.warning("%s", printable(note)),  # an index made again, a full disk, damage
            )
            try:
                library.search("What was it before?", k=1)  # opens the index: the first turn has no time for that
                # The reader is waited for here and not by leaving the block: Python (3.11, 3.12) takes a thread whose
                # join was interrupted for one that has ended, and aborts when it goes on while the process exits.
                return cls(config, reader.result(), library)
            except BaseException:
                library.close()
                raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def recognizer(self, *, live: bool = True) -> Recognizer:
        """Return the recognizer, biased to the library's words; loaded at the first call, and ready for live speech.

        Not `live`, for a recording, what live speech needs is left for when it is needed.
        Raises ReparteeError for a recognizer that is not installed.
        """
        from assistant.recognizers.choose import load_recognizer
        from assistant.recognizers.lexicon import Lexicon

        async with self._choosing_recognizer:
            if self._recognizer is None:
                name = self.config.speech.recognizer
                self._recognizer = await asyncio.to_thread(
                    load_recognizer, name, self.config.cache_dir, Lexicon([self.library])
                )
                self._stack.push_async_callback(self._recognizer.close)
            if live and not self._prepared:
                await self._recognizer.prepare()
                self._prepared = True
            return self._recognizer

    async def synthesizer(self) -> Synthesizer:
        """Return the voice; loaded at the first call. Raises ReparteeError for a voice that is not installed."""
        from assistant.voices.choose import load_synthesizer

        async with self._choosing_voice:
            if self._synthesizer is None:
                speech = self.config.speech
                self._synthesizer = await asyncio.to_thread(load_synthesizer, speech.voice, speed=speech.rate)
                self._stack.push_async_callback(self._synthesizer.close)
            return self._synthesizer

    async def in_library(self, work: Callable[..., T], *args: object) -> T:
        """Run blocking `work` on the library's own thread."""
        return await self.answering.in_library(work, *args)

    async def close(self) -> None:
        """Release every part; safe to call twice."""
        await self._stack.aclose()
