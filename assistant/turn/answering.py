"""One turn, from a question to a cited reply: understand, retrieve, read, reply; ``Assistant.answer`` is all of it.

The reader and the library are blocking; each has a thread of its own so that the event loop never waits for them. Time
spent waiting for that thread counts against the stage's slot, because the person waits for it too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from assistant.config import Config
from assistant.turn.budget import Budget, Slot, now_ms
from assistant.turn.events import Reply
from assistant.turn.phrasing import cite, spoken_abstention, spoken_answer
from assistant.turn.understanding import understand

if TYPE_CHECKING:
    from assistant.recognizers.recognizer import Recognizer
    from assistant.voices.voice import Synthesizer
    from engines.reader.reader import Reader, Reading
    from knowledge.library import Hit, Library

FEWEST_HITS = 5  # passages that are looked for however late it is

T = TypeVar("T")


class Assistant:
    """The parts of a turn, loaded once and shared by every conversation of the process."""

    def __init__(self, config: Config, reader: Reader, library: Library) -> None:
        self.config = config
        self.reader = reader
        self.library = library
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="library")
        self._recognizer: Recognizer | None = None
        self._synthesizer: Synthesizer | None = None
        self._loading = asyncio.Lock()
        self._search_ms = 1.0  # moving average of what a search takes

    @classmethod
    def open(cls, config: Config) -> Assistant:
        """Load the reader and open the library; the recognizer and the voice are loaded when first used.

        Raises ReparteeError for missing weights, an unusable runtime or a corrupt store.
        """
        from engines.reader.reader import Reader
        from knowledge.library import Library

        settings = config.reader
        with ThreadPoolExecutor(1) as aside:
            reader = aside.submit(
                Reader.load,
                settings.model or None,
                runtime=settings.runtime,
                cache_dir=config.cache_dir,
                threads=settings.threads or None,
            )
            library = Library.open(config.home, lambda text: reader.result().tokenize(text))
            try:
                library.search("What was it before?", k=1)  # opens the index: the first turn has no time for that
                # The reader is waited for here and not by leaving the block: Python (3.11, 3.12) takes a thread whose
                # join was interrupted for one that has ended, and aborts when it goes on while the process exits.
                return cls(config, reader.result(), library)
            except BaseException:
                library.close()
                raise

    async def answer(
        self,
        question: str,
        *,
        transcript: str | None = None,
        budget: Budget | None = None,
    ) -> Reply:
        """Answer ``question`` with a verbatim, cited span, or abstain.

        ``transcript`` is what was heard, None for typed text. ``budget`` may already carry stages such as "recognise".
        Follow-up questions go through ``assistant.turn.follow_up.answer_in_context``.
        Raises QuestionError for a question that is empty or too long.
        """
        budget = budget or Budget(self.config.budget.slots())

        with budget.slot("understand"):
            asked = understand(question)

        with budget.slot("retrieve") as slot:
            hits = await self.in_library(self._search, asked, slot)

        with budget.slot("read") as slot:
            reading = await self._in_reader(self._read, asked, hits, slot)

        cited = () if reading.abstained else cite(reading, hits)
        if cited:
            spoken = spoken_answer(cited[0], reading.confidence)
        else:
            spoken = spoken_abstention(
                reading, store_is_empty=not hits and not await self.in_library(self.library.count)
            )
        return Reply(
            question=question,
            transcript=transcript,
            answer=cited[0].text if cited else None,
            confidence=reading.confidence,
            abstained=not cited,
            citations=cited,
            spoken=spoken,
            stages=budget.ledger(),
            total_ms=budget.elapsed_ms(),
        )

    def _search(self, query: str, slot: Slot) -> list[Hit]:
        """Retrieve passages; when searches have lately taken longer than the slot, proportionally fewer."""
        wanted = self.config.reader.passages
        share = min(1.0, max(0.0, slot.remaining_ms()) / self._search_ms)
        asked_for = max(min(wanted, FEWEST_HITS), int(wanted * share))
        if asked_for < wanted:
            slot.note(f"looked for {asked_for} of {wanted} passages")
        started_ms = now_ms()
        hits = self.library.search(query, k=asked_for)
        self._search_ms += 0.1 * (now_ms() - started_ms - self._search_ms)
        return hits

    def _read(self, question: str, hits: Sequence[Hit], slot: Slot) -> Reading:
        """Read what the slot allows, best passages first, and note what was left unread."""
        from engines.reader.reader import ReadablePassage, Reading

        if not hits:
            slot.note("nothing to read")
            return Reading((), 0.0, 0.0, abstained=True, passages_read=0, passages_given=0)
        found = (hit.passage for hit in hits)
        passages = [
            ReadablePassage(passage.text, passage.tokens, " > ".join((passage.title, *passage.headings)))
            for passage in found
        ]
        threshold = self.config.reader.threshold
        reading = self.reader.read(question, passages, slot_ms=slot.remaining_ms(), threshold=threshold)
        slot.note(reading.note)
        slot.note(self.reader.fallback_note)
        return reading

    async def speak(self, reply: Reply, *, budget: Budget | None = None) -> AsyncGenerator[bytes, None]:
        """Yield the spoken sentence as int16 mono PCM at ``(await synthesizer()).rate``; closing the iterator stops it.

        The wait for the first chunk is entered into ``budget`` as the stage "first_audio".
        """
        voice = await self.synthesizer()
        chunks = voice.stream(reply.spoken)
        budget = budget or Budget(self.config.budget.slots())
        with budget.slot("first_audio") as slot:
            slot.note(voice.name)
            first = await anext(chunks, None)
        try:
            if first is not None:
                yield first
                async for chunk in chunks:
                    yield chunk
        finally:
            await chunks.aclose()

    async def recognizer(self, *, live: bool = True) -> Recognizer:
        """Return the recognizer, biased to the library's words; loaded at the first call, and ready for live speech.

        Not `live`, for a recording, what live speech needs is left for when it is needed.
        Raises ReparteeError for a recognizer that is not installed.
        """
        from assistant.recognizers.choose import load_recognizer
        from assistant.recognizers.sphinx.recognizer import SphinxRecognizer

        async with self._loading:
            if self._recognizer is None:
                name = self.config.speech.recognizer
                self._recognizer = await asyncio.to_thread(load_recognizer, name, self.config.cache_dir, self.library)
                if live and isinstance(self._recognizer, SphinxRecognizer):
                    await self._recognizer.prepare()
            return self._recognizer

    async def synthesizer(self) -> Synthesizer:
        """Return the voice; loaded at the first call. Raises ReparteeError for a voice that is not installed."""
        from assistant.voices.choose import load_synthesizer

        async with self._loading:
            if self._synthesizer is None:
                speech = self.config.speech
                self._synthesizer = await asyncio.to_thread(load_synthesizer, speech.voice, speed=speech.rate)
            return self._synthesizer

    async def close(self) -> None:
        """Release every part; safe to call twice."""
        if self._recognizer is not None:
            await self._recognizer.close()
        if self._synthesizer is not None:
            await self._synthesizer.close()
        self._searching.shutdown()
        self._reading.shutdown()
        self.library.close()
        self.reader.close()

    async def in_library(self, work: Callable[..., T], *args: object) -> T:
        """Run blocking ``work`` on the library's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._searching, work, *args)

    async def _in_reader(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reading, work, *args)
