"""What a store holds and what it raises, whatever it is kept in."""

from __future__ import annotations

from dataclasses import dataclass

from engines.errors import ReparteeError
from engines.tokenize import Tokens


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document in the store: `path` is absolute, `name` as it was given, `added_at` in seconds since 1970.

    `collection` is who may ask for it (`knowledge.collections`).
    """

    id: int
    path: str
    name: str
    title: str
    passages: int
    bytes: int
    added_at: float
    collection: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class NewPassage:
    """A passage that is about to be stored."""

    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    tokens: Tokens
    pages: tuple[tuple[int, int], ...] = ()


class StoreError(ReparteeError):
    """The store cannot be used; the sentence names the file and what to do."""


class StoreFullError(StoreError):
    """The disk has no room for what was to be stored. What is stored can still be read."""


class StoreDamagedError(StoreError):
    """A file does not hold what was written."""
