"""Passages as rows: what is stored of each, how they are found again, and which are damaged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from knowledge.migrations import checksum
from knowledge.passages import Passage, pack_tokens, unpack_tokens
from knowledge.store.records import NewPassage

#: Finds passages `p` with their documents `d`, in rows that `PassageRows` reads.
SELECT = (
    'SELECT p.id, d.id, d.name, d.title, p.headings, p.start, p."end", p.text, p.tokens, p.pages, p.checksum'
    " FROM passages p JOIN documents d ON d.id = p.document"
)

#: Rows that were read lately: some 10 MB.
KEPT = 4096


class PassageRows:
    """Reads rows of the store at `path`; `tell` hears once of each document of which a passage is damaged."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._told: set[int] = set()

    def read(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[Passage]:
        """Yield the passages of these rows, without those that are damaged."""
        for row in rows:
            passage = _passage(row)
            if passage is not None:
                yield passage
            else:
                self._tell_of(document=row[1], name=row[2])

    def _tell_of(self, *, document: int, name: str) -> None:
        if document not in self._told:
            self._told.add(document)
            self._tell(
                f"{self._path} is damaged where {name} is stored, so a passage of it is left out; remove it and add "
                f"it again: repartee knowledge remove {document}."
            )


def columns(new: NewPassage) -> tuple[str, int, int, str, bytes, str, int]:
    """A passage as it is stored: headings, start, end, text, tokens, pages and the checksum of these."""
    stored = (json.dumps(new.headings), new.start, new.end, new.text, pack_tokens(new.tokens), json.dumps(new.pages))
    return (*stored, checksum(*stored))


@lru_cache(KEPT)
def _passage(row: tuple[Any, ...]) -> Passage | None:
    """The passage of a row, None for one that is damaged. A row that was read lately is not taken apart again."""
    identity, document, name, title, headings, start, end, text, tokens, pages, expected = row
    try:
        if expected not in {None, checksum(headings, start, end, text, tokens, pages)}:
            return None
        return Passage(
            id=identity,
            document_id=document,
            document=name,
            title=title,
            headings=_strings(headings),
            text=text,
            start=start,
            end=end,
            tokens=unpack_tokens(tokens),
            pages=_pairs(pages) if pages != "[]" else (),
        )
    except (TypeError, ValueError):
        return None


@lru_cache(1024)
def _strings(stored: str) -> tuple[str, ...]:
    """The headings of a passage, which its neighbours have, too. Raises ValueError for what is damaged."""
    return tuple(json.loads(stored))


def _pairs(stored: str) -> tuple[tuple[int, int], ...]:
    return tuple((offset, number) for offset, number in json.loads(stored))
