"""What a library asks of its store: `sqlite.store`, a file of one machine, or the shared `postgres.store`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from engines.tokenize import Tokens
from knowledge.collections import Collections
from knowledge.passages import Passage
from knowledge.store.records import Document, NewPassage, StoreError
from knowledge.text import DocumentText


class Store(Protocol):
    """Documents and passages. Safe to use from several threads and several processes; methods raise StoreError.

    `sequence` grows with every change of the content; `changes` tells which documents an index has to take up.
    Nothing that only reads waits for another machine.
    """

    #: The file on this machine from which everything is read.
    path: Path
    readonly: bool
    #: Makes what to raise where a store that is there can only be read; None where it can be written.
    refusal: Callable[[], StoreError] | None
    #: Whether it was made when it was opened, so that nothing that is made from it can have been lost.
    is_new: bool
    #: Tells two stores apart.
    identity: str

    def close(self) -> None:
        """Close it. Everything that was reported as stored is already in it."""

    def follow(self, changed: Callable[[], None]) -> None:
        """From now on call `changed`, from a thread, after other machines have changed something."""

    def unfollow(self) -> None:
        """Call it no more; returns when no call is going on. Hold no lock that `changed` takes."""

    # Writing

    def put(
        self,
        path: str,
        name: str,
        digest: bytes,
        size: int,
        text: DocumentText,
        passages: Sequence[NewPassage],
        collection: str = "",
    ) -> bool:
        """Add a document, or replace the one at `path`, in one transaction; return True if it replaced one."""

    def move(self, path: str, collection: str) -> None:
        """Put the document at `path` into another collection; nothing happens where there is none."""

    def remove(self, document: int) -> bool:
        """Remove a document and its passages; return False if there is none with this id."""

    def retokenise(self, fingerprint: str, tokenize: Callable[[str], Tokens]) -> None:
        """Tokenise every passage again, because the vocabulary is another one."""

    def flush(self) -> None:
        """Wait until everything is on the disk."""

    def touch(self) -> None:
        """Let other processes know, through `data_version`, that the index has been written."""

    def forget_removed(self, sequence: int) -> None:
        """Forget the removals up to the change number `sequence`, once they are many."""

    # What was made of passages on other servers, by `knowledge.passages.content_key`

    #: Whether there are any.
    has_others: bool

    def made_elsewhere(self, made_of: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """What was made of these passages with `made_of`, of those that have anything."""

    def share(self, made_of: str, made: Mapping[bytes, bytes]) -> None:
        """Let other servers have it, as long as there are passages with these keys."""

    # Reading, for whoever takes documents in: what is known at this moment

    def digest(self, path: str) -> bytes | None:
        """The digest of the document at `path`, or None if it is not in the store."""

    def collection(self, path: str) -> str | None:
        """The collection of the document at `path`, or None if it is not in the store."""

    # Reading

    @property
    def forgotten(self) -> int:
        """The change number up to which removals may have been forgotten."""

    @property
    def sequence(self) -> int:
        """The number of the latest change."""

    @property
    def tokenizer(self) -> str:
        """The fingerprint of the tokenizer whose tokens are stored, empty if none has been used."""

    def glance(self) -> int:
        """The number of the latest change, without waiting for another thread."""

    def data_version(self) -> int:
        """A number that changes whenever something has been changed, by whomever; it never waits for who is writing."""

    def collection_of(self, document: int) -> str:
        """The collection of a document; the unnamed one's if it is gone."""

    def collections(self) -> list[str]:
        """The names of the collections that have documents."""

    def documents(self) -> list[Document]:
        """Every document, in the order of adding."""

    def titles(self) -> list[tuple[int, str, int]]:
        """Id, title and size in bytes, as it was on the disk, of every document."""

    def text(self, document: int) -> str:
        """The plain text of a document, into which its passages' offsets point. Raises StoreError if there is none."""

    def count(self, collections: Collections = None) -> int:
        """The number of passages, in these collections."""

    def passages(self, identities: Sequence[int], collections: Collections = None) -> dict[int, Passage]:
        """The passages with these ids in these collections; what is gone is left out, and what is damaged, and told."""

    def changes(self, since: int) -> list[int]:
        """The documents that were added, replaced or removed after the change number `since`."""

    def identities(self, after: int = 0, most: int = -1) -> list[int]:
        """The ids of the passages that follow the id `after`, in order; `most` of them at most, -1 for all."""

    def identities_of(self, document: int) -> list[int]:
        """The ids of the passages of a document; none if it is gone."""

    def documents_of(self, identities: Sequence[int]) -> dict[int, int]:
        """The documents of these passages, of those that are there."""

    def indexable(self, document: int) -> list[tuple[int, str, str, str]]:
        """Id, title, headings and text of the passages of a document; nothing if it is gone."""
