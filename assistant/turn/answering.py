"""A question answered from the documents: retrieve, read, cite; or an honest "I don't know".

Reader and library are blocking; each has a thread of its own so that the event loop never waits for them. Time spent
waiting for that thread counts against the stage's slot, because the person waits for it too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from assistant.turn.agreeing import agreed
from assistant.turn.budget import Budget, Slot, now_ms
from assistant.turn.cells import with_cells_said
from assistant.turn.completing import may_be_of_a_table
from assistant.turn.events import Answer, Citation, Reply
from assistant.turn.follow_up import readings
from assistant.turn.offering import offer
from assistant.turn.owning import is_of_another
from assistant.turn.phrasing import asks_yes_or_no, cite, spoken_abstention, spoken_answer, spoken_offer
from assistant.turn.telling import Completing, told
from knowledge.collections import Collections
from knowledge.languages import language, name

if TYPE_CHECKING:
    from assistant.config import ReaderConfig
    from engines.reader.reader import Reader, Reading
    from knowledge.library import Hit, Library

FEWEST_HITS = 5  # passages that are looked for however late it is
SURE = 0.9  # confidence at which no other reading of a follow-up is tried
LEAST_MS = 2.0  # left in the slot for another reading to be worth beginning

T = TypeVar("T")


@dataclass(frozen=True)
class _Read:
    """One reading of the question: the question in full, what was found for it, and what was read there."""

    question: str
    hits: list[Hit]
    reading: Reading


class Answering:
    """Answers questions with the reader and the library, each on a thread of its own."""

    def __init__(self, settings: ReaderConfig, reader: Reader, library: Library) -> None:
        self._settings, self._reader, self._library = settings, reader, library
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="library")
        self._search_ms = 1.0  # moving average of what a search takes

    async def answer(
        self, question: str, history: Sequence[Reply], budget: Budget, collections: Collections = None
    ) -> Reply:
        """Answer `question` with a verbatim, cited span, or abstain; the ledger of `budget` gets "retrieve" and "read".

        A follow-up may be meant in several ways after `history`: the likeliest is read first, the others in what is
        left of the same slot, and the one that is answered with the most confidence is what was meant. Only what stands
        in `collections` is looked up.
        """
        meant = readings(question, history)
        with budget.slot("retrieve") as slot:
            found = await self.in_library(self._search, meant, slot, collections)
        with budget.slot("read") as slot:
            best = await self._in_reader(self._read, found, slot)
        reading, hits = best.reading, best.hits
        cited = () if reading.abstained else cite(reading, hits)
        if cited and is_of_another(best.question, cited[0]):
            cited = ()
        if cited:
            asks = asks_yes_or_no(best.question)
            yesno = reading.spans[0].yesno if asks else ""
            beside = partial(self._in_its_document, hits[reading.spans[0].passage])
            cited = (await told(best.question, cited[0], beside, is_yesno=asks), *cited[1:])
            yesno = agreed(best.question, yesno, cited[0])
            return Reply(
                question=question,
                spoken=spoken_answer(cited[0], reading.confidence, yesno),
                outcome="answered",
                answer=Answer(cited[0].text, cited, yesno),
                confidence=reading.confidence,
            )
        empty = not hits and not await self.in_library(self._library.count, collections)
        offered = offer(reading, hits) if not name(language(question)) else None
        if offered is not None and may_be_of_a_table(offered):
            found_in = hits[reading.spans[0].passage]
            offered = await self._in_its_document(found_in, partial(with_cells_said, question), offered)
        spoken = (
            spoken_offer(offered)
            if offered is not None
            else spoken_abstention(reading, hits, store_is_empty=empty, question=question)
        )
        return Reply(
            question=question, spoken=spoken, outcome="abstained", offer=offered, confidence=reading.confidence
        )

    async def in_library(self, work: Callable[..., T], *args: object) -> T:
        """Run blocking `work` on the library's own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._searching, work, *args)

    def close(self) -> None:
        """Wait for both threads to end."""
        self._searching.shutdown()
        self._reading.shutdown()

    async def _in_reader(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reading, work, *args)

    def _search(self, meant: Sequence[str], slot: Slot, collections: Collections) -> list[tuple[str, list[Hit]]]:
        """Retrieve passages for each reading while the slot lasts, and for the first one in any case.

        When searches have lately taken longer than the slot, proportionally fewer passages are looked for. In what is
        left, the reader does what it can for the first reading without the passages.
        """
        found = [(meant[0], self._search_one(meant[0], slot, collections))]
        for question in meant[1:]:
            if slot.remaining_ms() < self._search_ms:
                slot.note(f"looked for {len(found)} of {len(meant)} readings")
                break
            found.append((question, self._search_one(question, slot, collections)))
        self._reader.prepare(meant[0], within_ms=slot.remaining_ms())
        return found

    async def _in_its_document(self, hit: Hit, complete: Completing, cited: Citation) -> Citation:
        """Complete a citation with what stands beside it in its document."""
        from knowledge.store.records import StoreError

        def completed() -> Citation:
            return complete(cited, self._library.text(hit.passage.document_id))

        try:
            return await self.in_library(completed)
        except StoreError:  # it was removed meanwhile
            return cited

    def _search_one(self, question: str, slot: Slot, collections: Collections) -> list[Hit]:
        wanted = self._settings.passages
        share = min(1.0, max(0.0, slot.remaining_ms()) / self._search_ms)
        asked_for = max(min(wanted, FEWEST_HITS), int(wanted * share))
        if asked_for < wanted:
            slot.note(f"looked for {asked_for} of {wanted} passages")
        started_ms = now_ms()
        hits = self._library.search(question, k=asked_for, slot_ms=slot.remaining_ms(), collections=collections)
        self._search_ms += 0.1 * (now_ms() - started_ms - self._search_ms)
        return hits

    def _read(self, found: Sequence[tuple[str, list[Hit]]], slot: Slot) -> _Read:
        """Read what the slot allows, best passages first; note what was left, and what a follow-up was taken as."""
        tried: list[_Read] = []
        for question, hits in found:
            if tried and slot.remaining_ms() < LEAST_MS:
                break
            tried.append(_Read(question, hits, self._read_one(question, hits, slot.remaining_ms())))
            if not tried[-1].reading.abstained and tried[-1].reading.confidence >= SURE:
                break
        best = max(tried, key=lambda read: (not read.reading.abstained, read.reading.confidence))
        if len(found) > 1:
            slot.note(f"taken as: {best.question}; {len(tried)} of {len(found)} readings tried")
        slot.note(best.reading.note if best.hits else "nothing to read")
        return best

    def _read_one(self, question: str, hits: Sequence[Hit], slot_ms: float) -> Reading:
        from engines.reader.reader import Reading
        from knowledge.passages import readable
        from knowledge.spelling import as_written

        if not hits:
            return Reading((), 0.0, 0.0, abstained=True, passages_read=0, passages_given=0)
        passages = [readable(hit.passage) for hit in hits]
        question = as_written(question, (hit.passage.text for hit in hits))
        return self._reader.read(question, passages, slot_ms=slot_ms, threshold=self._settings.threshold)
