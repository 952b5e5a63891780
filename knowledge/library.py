"""The front door of the room: add documents, remove them, list them, search them."""

from __future__ import annotations

import dataclasses
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engines.files import private_folder
from engines.tokenize import Tokens
from knowledge import languages
from knowledge.collections import Collections, check_name, may_ask
from knowledge.index.keeper import KeptIndex
from knowledge.index.making import Making
from knowledge.index.pace import Pace
from knowledge.index.words import PassageIndex
from knowledge.ingest import MAX_BYTES, AddEvent, AddReport, Harvest, Intake, gone, is_unicode
from knowledge.passages import Passage, fingerprint
from knowledge.store.records import Document, StoreError
from knowledge.store.sqlite.store import SqliteStore
from knowledge.store.store import Store

if TYPE_CHECKING:
    from knowledge.index.states import StateMaker, States
    from knowledge.index.vectors import VectorMaker, Vectors

STORE_NAME = "knowledge.db"
INDEX_NAME = "index"
VECTORS_NAME = "vectors.db"
STATES_NAME = "states.db"
#: So many of the passages that words find are put in a better order by their vectors.
RERANKED = 100
#: So many of the first passages found bring their states along: where there is time for more, they are read whole.
READ_AHEAD = 4
_WARM_UPS = 3
#: Index at least after this many documents, so that a killed process leaves little to replay.
BATCH = 500
#: Of a large library, a document is sampled once this much of it is due, characters.
SAMPLE = 4_000


@dataclass(frozen=True)
class Hit:
    """A passage that was found, and its BM25 score (comparable within one search only)."""

    passage: Passage
    score: float


class Notes(list[str]):
    """What a library put right or could not do, each a sentence; `tell` hears of each as it is noted."""

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._tell = tell

    def add(self, sentence: str) -> None:
        """Note a sentence."""
        self.append(sentence)
        if self._tell is not None:
            self._tell(sentence)


class Library:
    """All documents of a home. Safe to use from several threads; several processes may share a home.

    `notes` collects what was put right silently: an index that was made again, or one that lags behind.
    """

    def __init__(
        self, home: Path, store: Store, tokenize: Callable[[str], Tokens], *, max_bytes: int, notes: Notes
    ) -> None:
        self.home = home
        self.notes = notes
        self._store = store
        self._tokenize = tokenize
        self._intake = Intake(store, tokenize, max_bytes)
        self._tokens_checked = self._tokens_stale = False
        self._lock = threading.RLock()
        self._index = KeptIndex(PassageIndex, home / INDEX_NAME, store, notes.add)
        self._data_version = store.data_version()
        self._vectors: Vectors | None = None
        self._states: States | None = None
        self._making = Making(store, notes.add)
        self._pace = Pace()
        self._index.sync(0)
        if self._index.missing(1):
            self._making.also(self._index)
        store.follow(self._sync)

    @classmethod
    def open(
        cls,
        home: Path,
        tokenize: Callable[[str], Tokens],
        *,
        store: str = "",
        readonly: bool = False,
        max_document_bytes: int = MAX_BYTES,
        tell: Callable[[str], None] | None = None,
    ) -> Library:
        """Open the library of a home, and make it if it is not there.

        `tokenize` is called for every passage that is added; a home that cannot be written is opened for reading.
        `store` is the URL of a database that several servers share; without it a file in the home is the store.
        `tell` hears of every note, from whatever thread it comes.
        Raises StoreError if the store is damaged, or is not there and cannot be made.
        """
        if not is_unicode(str(home)):
            raise StoreError(f"{home} has a name that is not UTF-8; choose another home with --home.")
        notes = Notes(tell)
        opened: Store
        if store:
            from knowledge.store.postgres.store import open_store

            opened = open_store(store, home, tokenize, readonly=readonly, tell=notes.add)
        else:
            opened = _open_file(home, readonly, notes.add)
        try:
            return cls(opened.path.parent, opened, tokenize, max_bytes=max_document_bytes, notes=notes)
        except BaseException:
            opened.close()
            raise

    def close(self) -> None:
        """Close the store and the index."""
        self._store.unfollow()
        self._making.close()
        with self._lock:
            self._index.close()
            self._store.close()

    @property
    def readonly(self) -> bool:
        """Whether nothing can be added or removed."""
        return self._store.readonly

    @property
    def version(self) -> int:
        """A number that changes with the content; a store that was made anew never repeats an older one's numbers.

        It never waits, so it may be asked for on an event loop: while another thread is in the store, it does not count
        what other processes have changed.
        """
        return self._store.glance()

    def refresh(self) -> None:
        """Let searches find what other processes have changed. This may take long, so not on an event loop."""
        if (version := self._store.data_version()) != self._data_version:
            self._data_version = version
            self._index.refresh()
            self._making.begin()

    def add(
        self,
        paths: Iterable[Path],
        progress: Callable[[AddEvent], None] | None = None,
        *,
        prune: bool = False,
        collection: str | None = None,
    ) -> AddReport:
        """Add documents and folders of documents; those already here are skipped if unchanged and replaced if not.

        What cannot be read is reported in `failed` and does not stop the others. Every document is stored in one
        transaction before `progress` hears of it. Documents that were added from below one of the folders and are no
        longer on the disk are reported, and with `prune` removed. With `collection` they are put into the one of this
        name; without, each stays where it is, and a new one is in the unnamed one.
        Raises StoreError if the store cannot be written, and ReparteeError for what is no name of a collection.
        """
        paths = list(paths)
        if collection is not None:
            check_name(collection)
        self._writable()
        before = len(self.notes)
        harvest = Harvest.of(paths)
        for done in harvest.take(self._intake, progress, collection):
            if done % BATCH == 0:
                self._sync()
        self._say_foreign()
        missing = gone(paths, self._store)
        removed = tuple(document for document in missing if prune and self._store.remove(document.id))
        self._sync()
        return AddReport(
            **{outcome: tuple(found) for outcome, found in harvest.outcomes.items()},
            failed=tuple(harvest.failed),
            gone=() if prune else missing,
            removed=removed,
            skipped=tuple(harvest.skipped.most_common()),
            notes=tuple(self.notes[before:]),
        )

    def _say_foreign(self) -> None:
        foreign = dict(self._intake.foreign)
        self._intake.foreign.clear()
        for code, names in foreign.items():
            those = f"{names[0]} and {len(names) - 1} more are" if len(names) > 1 else f"{names[0]} is"
            self.notes.add(
                f"{those} in {languages.name(code)}: that can be searched, but only English is read well, so answers "
                "from there may be missed."
            )

    def add_texts(
        self, texts: Iterable[tuple[str, str]], title: Callable[[str], str] = str, *, collection: str = ""
    ) -> None:
        """Add plain texts that are not files, as (name, text); a text with the name of an earlier one replaces it.

        `title` makes the title of a text that has none from its name; what is new is put into `collection`.
        Raises StoreError if the store cannot be written, and ReparteeError for what is no name of a collection.
        """
        check_name(collection)
        self._writable()
        for name, text in texts:
            self._intake.add_text(name, text, title(name), collection)
        self._sync()

    def remove(self, document_id: int) -> None:
        """Remove a document. Raises StoreError if there is none with this id."""
        if not self._store.remove(document_id):
            raise StoreError(f"There is no document {document_id}; `repartee knowledge list` shows them.")
        self._sync()

    def documents(self, collections: Collections = None) -> list[Document]:
        """Every document of these collections, in the order of adding."""
        return [each for each in self._store.documents() if may_ask(collections, each.collection)]

    def text(self, document_id: int) -> str:
        """The plain text into which the offsets of a document's passages point. Raises StoreError if there is none."""
        return self._store.text(document_id)

    def document_of(self, passage_id: int) -> int | None:
        """The id of the document in which a passage stands; None for a passage that is gone, whoever may ask it."""
        passage = self._store.passages([passage_id]).get(passage_id)
        return None if passage is None else passage.document_id

    def count(self, collections: Collections = None) -> int:
        """The number of passages in these collections."""
        return self._store.count(collections)

    def search(
        self, query: str, k: int = 20, *, slot_ms: float | None = None, collections: Collections = None
    ) -> list[Hit]:
        """Return the `k` passages that fit `query` best, best first; none for an empty query.

        They are found by their words and ordered by their vectors too, where there are any (`rank_with`) and
        `slot_ms` has room for it. Only `collections` are searched; the store has the last word on what is in them.

        The first passages bring their states along, those that have any (`read_with`).

        Of passages with the same text (a document that was added from two places) only the best is returned.
        """
        if not self._tokens_checked:
            self._check_tokens()
        self.refresh()
        ranked, expected = self._ranked(query, k, slot_ms, collections)
        began = time.perf_counter()
        passages = self._store.passages([identity for identity, _ in ranked], collections)
        different: dict[str, Hit] = {}
        for identity, score in ranked:
            if (passage := passages.get(identity)) is not None:
                different.setdefault(passage.text, Hit(passage, score))
        hits = list(different.values())
        if self._tokens_stale:
            hits = [
                Hit(dataclasses.replace(hit.passage, tokens=self._tokenize(hit.passage.text)), hit.score)
                for hit in hits
            ]
        elif self._states is not None and hits:
            states = self._states.of([hit.passage.id for hit in hits[:READ_AHEAD]])
            hits = [
                Hit(dataclasses.replace(hit.passage, states=states.get(hit.passage.id, b"")), hit.score)
                for hit in hits[:READ_AHEAD]
            ] + hits[READ_AHEAD:]
        self._pace.learn_bringing(time.perf_counter() - began)
        if expected is not None:
            self._pace.learn_late(time.perf_counter() - expected)
        return hits

    def _ranked(
        self, query: str, k: int, slot_ms: float | None, collections: Collections
    ) -> tuple[list[tuple[int, float]], float | None]:
        """The best passages and their scores, and when the search should end, if vectors put them in order."""
        began = time.perf_counter()
        vectors = self._vectors
        ranked = self._index.search(query, max(k, RERANKED) if vectors else k, collections)
        left = None if slot_ms is None else slot_ms - (time.perf_counter() - began) * 1000
        count = self._pace.room(left, RERANKED)
        if vectors is None or not ranked or not count:
            return ranked[:k], None
        from engines.reader.late import scores
        from knowledge.index.vectors import reorder

        began = time.perf_counter()
        codes = vectors.codes([identity for identity, _ in ranked[:count]])
        expected = began + self._pace.expected_ms(len(codes)) / 1000 if codes and self._pace.asking_ms else None
        if codes:
            read = time.perf_counter()
            question = self._maker.question(query)
            asked = time.perf_counter()
            found = scores(question, list(codes.values())).tolist()
            ranked = reorder(ranked, dict(zip(codes, found, strict=True)), self._maker.bm25)
            self._pace.learn(asked - read, time.perf_counter() - asked + read - began, len(codes))
        return ranked[:k], expected

    def warm_up(self) -> None:
        """Search a few times: the first turn takes no longer than the next, and how long that is is known."""
        paces = []
        for _ in range(_WARM_UPS):
            self._pace = Pace()
            self.search("What was it before?", k=1)
            paces.append(self._pace)
        self._pace = min(paces, key=lambda pace: pace.asking_ms)

    def rank_with(self, maker: VectorMaker) -> None:
        """From now on put what words find in the order that token vectors say; those missing are made in a thread."""
        from knowledge.index.vectors import Vectors

        if self._store.has_others and not self.readonly:
            from knowledge.index.shared import SharedVectors

            maker = SharedVectors(maker, self._store)
        self._maker = maker
        self._vectors = Vectors(self.home / VECTORS_NAME, maker, readonly=self.readonly)
        self._making.also(self._vectors)

    def read_with(self, maker: StateMaker, most_bytes: int | None = None) -> None:
        """From now on let passages that are found bring their states along; those missing are made in a thread.

        So many are kept as have room in `most_bytes`, None for all; with 0 the file of those made before is removed.
        """
        from knowledge.index.derived import remove
        from knowledge.index.states import States

        if most_bytes == 0:
            if not self.readonly:
                remove(self.home / STATES_NAME)
            return
        path = self.home / STATES_NAME
        self._states = States(path, maker, readonly=self.readonly, most_bytes=most_bytes)
        self._making.also(self._states)

    def unmade(self) -> int:
        """How many vectors and states of passages are still to be made; 0 where none are."""
        return 0 if self.readonly else self._making.missing()

    def finish(self, wait_s: float | None = None) -> bool:
        """Wait (so long at most) until passages have their vectors and states; whether nothing is being made."""
        return self._making.finish(wait_s)

    def stop(self) -> None:
        """Make no more vectors and states; returns once none is being made."""
        self._making.stop()

    def passages(self) -> Iterator[Passage]:
        """Yield every passage, document after document. Raises StoreError."""
        for document in self.documents():
            identities = [row[0] for row in self._store.indexable(document.id)]
            found = self._store.passages(identities)
            yield from (found[identity] for identity in identities if identity in found)

    def texts(self, most: int | None = None) -> Iterator[str]:
        """Yield titles and paragraphs of the documents, each once: what a language model of them is made from.

        Of a large library about `most` characters are enough: then the titles come first, up to half of that, and the
        paragraphs of documents that are spread evenly over the library. Documents that are left out are not loaded.
        """
        titles = self._store.titles()
        size = sum(length for _, _, length in titles)
        if most is None or size <= most:
            for identity, title, _ in titles:
                yield title
                yield from self._paragraphs(identity)
            return
        spoken = 0
        for _, title, _ in titles:
            if (spoken := spoken + len(title)) > most // 2:
                break
            yield title
        share = (most - min(spoken, most // 2)) / size
        owed = 0.0
        for identity, _, length in titles:
            owed += share * length
            if owed < min(length, SAMPLE):
                continue
            paragraphs = list(self._paragraphs(identity))
            for paragraph in paragraphs[:: max(1, round(sum(map(len, paragraphs)) / owed))]:
                if len(paragraph) <= owed:
                    owed -= len(paragraph)
                    yield paragraph

    def _paragraphs(self, document: int) -> Iterator[str]:
        yield from filter(None, map(str.strip, self._store.text(document).split("\n\n")))

    def _writable(self) -> None:
        if self._store.refusal is not None:
            raise self._store.refusal()
        if self.readonly:
            raise StoreError(
                f"{self._store.path} cannot be written; check its permissions or choose another home with --home."
            )
        if not self._tokens_checked:
            self._check_tokens()

    def _sync(self) -> None:
        """Let the index take up what was stored, and what is made of passages be made."""
        with self._lock:
            self._index.sync()
        self._making.begin()

    def _check_tokens(self) -> None:
        """Make sure that the stored tokens are those of this tokenizer."""
        ours = fingerprint(self._tokenize)
        known = self._store.tokenizer
        if known != ours:
            if self.readonly:
                self._tokens_stale = True
            else:
                self._store.retokenise(ours, self._tokenize)
            if known:
                self.notes.add("The vocabulary has changed, so the passages were tokenised again.")
        self._tokens_checked = True


def _open_file(home: Path, readonly: bool, tell: Callable[[str], None]) -> Store:
    path = home / STORE_NAME
    try:
        if not readonly:
            private_folder(home)
        exists = path.exists()
        if exists and path.stat().st_size == 0 and (home / INDEX_NAME).exists():
            raise StoreError(f"{path} is empty although it had documents; put back a copy, or move it away.")
    except OSError as error:
        raise StoreError(f"{home} cannot be used ({error.strerror}); choose another home with --home.") from error
    readonly = readonly or not os.access(path if exists else home, os.W_OK) or not os.access(home, os.W_OK)
    if readonly and not exists:
        raise StoreError(f"{path} does not exist; add documents first: repartee knowledge add PATH.")
    return SqliteStore(path, readonly=readonly, tell=tell)
