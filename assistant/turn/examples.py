"""What may be asked here: questions that the documents invite, and of these only such as are answered from there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from assistant.languages.en.examples import Example, examples
from assistant.turn.budget import Budget

if TYPE_CHECKING:
    from assistant.parts import Parts
    from knowledge.store.records import Document

MOST = 4  # questions that are shown
#: Documents that are looked at, the newest and others spread over the library, and how much of each, characters.
DOCUMENTS, CHARACTERS = 50, 40_000
TRIES = 3  # questions that are tried of one document


class Examples:
    """The questions of what everybody may ask of a library, found once for each state of it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._finding = asyncio.Lock()
        self._known: tuple[int, tuple[str, ...]] | None = None

    async def all(self) -> tuple[str, ...]:
        """Return at most MOST questions, each of another document. Raises ReparteeError for a store that is damaged."""
        async with self._finding:
            version = self._parts.library.version
            if self._known is None or self._known[0] != version:
                self._known = (version, await self._find())
            return self._known[1]

    async def _find(self) -> tuple[str, ...]:
        answering, library = self._parts.answering, self._parts.library
        found: list[str] = []
        for document in _spread(await answering.in_library(library.documents, self._parts.access.everybodys)):
            text = (await answering.in_library(library.text, document.id))[:CHARACTERS]
            for example in islice(examples(text), TRIES):
                if await self._answers(document, example):
                    found.append(example.question)
                    break
            if len(found) == MOST:
                break
        return tuple(found)

    async def _answers(self, document: Document, example: Example) -> bool:
        """Whether a turn of its own would answer the question, from where its answer stands."""
        budget = Budget(self._parts.config.budget.slots())
        collections = self._parts.access.everybodys
        reply = await self._parts.answering.answer(example.question, (), budget, collections)
        return any(
            cited.document == document.name and example.start <= cited.start and cited.end <= example.end
            for cited in (reply.answer.citations[:1] if reply.answer else ())
        )


def _spread(documents: list[Document]) -> Iterator[Document]:
    """Yield the newest document, then others at even distances."""
    if documents:
        yield documents[-1]
        others = documents[:-1]
        yield from others[:: max(1, -(-len(others) // (DOCUMENTS - 1)))]
