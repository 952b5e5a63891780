"""The front door of the room: add documents, remove them, list them, search them."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from engines.tokenize import Tokens
from knowledge.formats import documents as files
from knowledge.index.words import IndexBrokenError, IndexBusyError, PassageIndex, exclusive
from knowledge.passages import Passage, pack
from knowledge.store.sqlite import Document, NewPassage, Store, StoreError

STORE_NAME = "knowledge.db"
INDEX_NAME = "index"
#: Raised when documents are parsed or split in another way; the next `add` then takes them up again.
SPLITTING = 1
#: Wait this long for another process that is writing the index, seconds.
WRITER_WAIT_S = 15.0
#: Index at least after this many documents, so that a killed process leaves little to replay.
BATCH = 500

T = TypeVar("T")
Outcome = Literal["added", "replaced", "unchanged", "failed"]

_PROBE = (
    "The 3 naïve keepers' 41-metre lamp-post, unbelievably, cost £1,280.50 (roughly) in 1868; électricité? 東京 #x_y."
)
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class AddEvent:
    """What became of one document; sent after it is safely in the store."""

    path: Path
    outcome: Outcome
    sentence: str
    done: int
    total: int


@dataclass(frozen=True)
class AddReport:
    """What became of all documents, by path; ``failed`` has a sentence each, and ``notes`` what else is to be said.

    ``gone`` are documents that came from below the given folders, are no longer on the disk and still in the store;
    ``removed`` are those that were removed for that.
    """

    added: tuple[Path, ...] = ()
    unchanged: tuple[Path, ...] = ()
    replaced: tuple[Path, ...] = ()
    failed: tuple[tuple[Path, str], ...] = ()
    gone: tuple[Document, ...] = ()
    removed: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A passage that was found, and its BM25 score (comparable within one search only)."""

    passage: Passage
    score: float


class Library:
    """All documents of a home. Safe to use from several threads; several processes may share a home.

    ``notes`` collects what was put right silently: an index that was made again, or one that lags behind.
    """

    def __init__(self, home: Path, store: Store, tokenize: Callable[[str], Tokens], max_bytes: int) -> None:
        self.home = home
        self.notes: list[str] = []
        self.max_bytes = max_bytes
        self._store = store
        self._tokenize = tokenize
        self._tokens_checked = self._tokens_stale = False
        self._lock = threading.RLock()
        self._holding = False
        self._place = home / INDEX_NAME
        self._index = self._open_index()
        self._data_version = store.data_version()
        self._sync(0)

    @classmethod
    def open(
        cls,
        home: Path,
        tokenize: Callable[[str], Tokens],
        *,
        readonly: bool = False,
        max_document_bytes: int = files.MAX_BYTES,
    ) -> Library:
        """Open the library of a home, and make it if it is not there.

        ``tokenize`` is called for every passage that is added; a home that cannot be written is opened for reading.
        Raises StoreError if the store is damaged, or is not there and cannot be made.
        """
        path = home / STORE_NAME
        if not _is_unicode(str(home)):
            raise StoreError(f"{home} has a name that is not UTF-8; choose another home with --home.")
        try:
            if not readonly:
                home.mkdir(parents=True, exist_ok=True)
            exists = path.exists()
            if exists and path.stat().st_size == 0 and (home / INDEX_NAME).exists():
                raise StoreError(f"{path} is empty although it had documents; put back a copy, or move it away.")
        except OSError as error:
            raise StoreError(f"{home} cannot be used ({error.strerror}); choose another home with --home.") from error
        readonly = readonly or not os.access(path if exists else home, os.W_OK) or not os.access(home, os.W_OK)
        if readonly and not exists:
            raise StoreError(f"{path} does not exist; add documents first: repartee knowledge add PATH.")
        store = Store(path, readonly=readonly)
        try:
            return cls(home, store, tokenize, max_document_bytes)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close the store and the index."""
        with self._lock:
            self._index.close()
            self._store.close()

    @property
    def readonly(self) -> bool:
        """Whether nothing can be added or removed."""
        return self._store.readonly

    @property
    def version(self) -> int:
        """A number that changes with the content; a store that was made anew never repeats an older one's numbers."""
        return self._store.sequence

    def add(
        self, paths: Iterable[Path], progress: Callable[[AddEvent], None] | None = None, *, prune: bool = False
    ) -> AddReport:
        """Add documents and folders of documents; those already here are skipped if unchanged and replaced if not.

        What cannot be read is reported in ``failed`` and does not stop the others. Every document is stored in one
        transaction before ``progress`` hears of it. Documents that were added from below one of the folders and are no
        longer on the disk are reported, and with ``prune`` removed. Raises StoreError if the store cannot be written.
        """
        paths = list(paths)
        outcomes: dict[Outcome, list[Path]] = {"added": [], "replaced": [], "unchanged": []}
        failed: list[tuple[Path, str]] = []
        self._writable()
        found = self._find(paths, failed)
        total = len(found) + len(failed)
        if progress:
            for done, (path, sentence) in enumerate(failed, 1):
                progress(AddEvent(path, "failed", sentence, done, total))
        for done, path in enumerate(found, len(failed) + 1):
            outcome: Outcome = "failed"
            sentence = ""
            try:
                outcome = self._ingest(path)
                outcomes[outcome].append(path)
            except files.DocumentError as error:
                sentence = str(error)
                failed.append((path, sentence))
            if progress:
                progress(AddEvent(path, outcome, sentence, done, total))
            if done % BATCH == 0:
                self._sync(WRITER_WAIT_S)
        gone = self._gone(paths)
        removed = tuple(document for document in gone if prune and self._store.remove(document.id))
        notes = self._sync(WRITER_WAIT_S)
        added, unchanged, replaced = (tuple(outcomes[key]) for key in ("added", "unchanged", "replaced"))
        return AddReport(added, unchanged, replaced, tuple(failed), () if prune else gone, removed, notes)

    def add_texts(self, texts: Iterable[tuple[str, str]]) -> None:
        """Add plain texts that are not files, as (name, text); a text with the name of an earlier one replaces it."""
        self._writable()
        for name, text in texts:
            cleaned = text.encode("utf-8", "replace").decode()
            content = cleaned.encode()
            if self._store.digest(f"text:{name}") != _digest(content):
                self._put(f"text:{name}", name, content, files.plain_document(cleaned, name))
        self._sync(WRITER_WAIT_S)

    def remove(self, document_id: int) -> None:
        """Remove a document. Raises StoreError if there is none with this id."""
        if not self._store.remove(document_id):
            raise StoreError(f"There is no document {document_id}; `repartee knowledge list` shows them.")
        self._sync(WRITER_WAIT_S)

    def documents(self) -> list[Document]:
        """Every document, in the order of adding."""
        return self._store.documents()

    def text(self, document_id: int) -> str:
        """The plain text into which the offsets of a document's passages point. Raises StoreError if there is none."""
        return self._store.text(document_id)

    def count(self) -> int:
        """The number of passages."""
        return self._store.count()

    def search(self, query: str, k: int = 20) -> list[Hit]:
        """Return the ``k`` passages that match the words of ``query`` best, best first; none for an empty query.

        Of passages with the same text (a document that was added from two places) only the best is returned.
        """
        if not self._tokens_checked:
            self._check_tokens()
        if (version := self._store.data_version()) != self._data_version:
            self._data_version = version
            self._guarded(PassageIndex.reload)
        ranked = self._guarded(lambda index: index.search(query, k))
        passages = self._store.passages([identity for identity, _ in ranked])
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
        return hits

    def texts(self) -> Iterator[str]:
        """Yield the titles and paragraphs of all documents, each once: what a language model of them is made from."""
        for document in self._store.documents():
            yield document.title
            yield from filter(None, map(str.strip, self._store.text(document.id).split("\n\n")))

    def vocabulary(self) -> Counter[str]:
        """Every word of the documents in lower case, with how often it occurs."""
        return Counter(word for text in self.texts() for word in _WORD.findall(text.lower()))

    # Adding

    def _writable(self) -> None:
        if self.readonly:
            raise StoreError(
                f"{self._store.path} cannot be written; check its permissions or choose another home with --home."
            )
        if not self._tokens_checked:
            self._check_tokens()

    def _find(self, paths: Iterable[Path], failed: list[tuple[Path, str]]) -> list[Path]:
        found: dict[Path, Path] = {}
        for given in paths:
            try:
                if not given.exists():
                    failed.append((given, f"{given} does not exist; check the path."))
                    continue
                errors: list[OSError] = []
                below = list(files.find(given, errors.append))
                failed.extend((Path(error.filename), _unreadable(error.filename, error)) for error in errors)
                if not below and not errors:
                    kinds = ", ".join(files.SUFFIXES)
                    failed.append((given, f"{given} has no documents in it; expected files that end in {kinds}."))
                for path in below:
                    found.setdefault(path.resolve(), path)
            except OSError as error:
                failed.append((given, _unreadable(given, error)))
        return list(found.values())

    def _gone(self, paths: Iterable[Path]) -> tuple[Document, ...]:
        """The documents in the store that were below one of the folders in ``paths`` and are no longer there."""
        folders = [path.resolve() for path in paths if path.is_dir()]
        if not folders:
            return ()
        return tuple(
            document
            for document in self._store.documents()
            if any(Path(document.path).is_relative_to(folder) for folder in folders) and _is_gone(document.path)
        )

    def _ingest(self, path: Path) -> Outcome:
        content = files.load(path, self.max_bytes)
        key = str(path.resolve())
        if not _is_unicode(key):
            raise files.DocumentError(f"{path} has a name that is not UTF-8, which cannot be stored; rename it.")
        if self._store.digest(key) == _digest(content):
            return "unchanged"
        return self._put(key, str(path), content, files.parse(content, path))

    def _put(self, key: str, name: str, content: bytes, document: files.DocumentText) -> Outcome:
        passages = [
            NewPassage(section.headings, start, end, text, self._tokenize(text))
            for section in document.sections
            for start, end in pack(document.text, section.blocks)
            if (text := document.text[start:end])
        ]
        return "replaced" if self._store.put(key, name, _digest(content), len(content), document, passages) else "added"

    def _check_tokens(self) -> None:
        """Make sure that the stored tokens are those of this tokenizer."""
        probe = self._tokenize(_PROBE)
        fingerprint = hashlib.sha256(probe.ids.tobytes() + probe.offsets.tobytes()).hexdigest()
        known = self._store.tokenizer
        if known != fingerprint:
            if self.readonly:
                self._tokens_stale = True
            else:
                self._store.retokenise(fingerprint, self._tokenize)
            if known:
                self.notes.append("The vocabulary has changed, so the passages were tokenised again.")
        self._tokens_checked = True

    # The index

    def _open_index(self) -> PassageIndex:
        try:
            return self._usable_index()
        except IndexBrokenError as error:
            return self._rebuild(str(error))

    def _usable_index(self) -> PassageIndex:
        index = PassageIndex.open(self._place, readonly=self.readonly)
        if index.mark[1] != self._store.identity or index.mark[2] > self._store.sequence:
            raise IndexBrokenError("it belonged to another store")
        return index

    def _rebuild(self, reason: str, broken: PassageIndex | None = None) -> PassageIndex:
        """Make the index again from the store: in a folder of its own that then takes the place of the old one."""
        if not self.readonly:
            try:
                with self._exclusive(WRITER_WAIT_S):
                    with contextlib.suppress(IndexBrokenError):
                        index = self._usable_index()
                        if broken is None or index.inode != broken.inode:
                            return index  # another process was quicker
                    self._note_rebuild(reason)
                    return self._replace_index()
            except (OSError, IndexBrokenError, IndexBusyError) as error:
                self.notes.append(f"The search index could not be written ({error}), so it is kept in memory.")
        else:
            self._note_rebuild(reason)
        index = PassageIndex.create(None)
        self._replay(index)
        return index

    def _note_rebuild(self, reason: str) -> None:
        if self._store.changes(0):  # a new store has nothing to lose
            self.notes.append(f"The search index was made again ({reason}).")

    def _replace_index(self) -> PassageIndex:
        for leftover in self.home.glob(f"{INDEX_NAME}-*"):
            shutil.rmtree(leftover)
        fresh, old = self.home / f"{INDEX_NAME}-new", self.home / f"{INDEX_NAME}-old"
        self._replay(PassageIndex.create(fresh))
        if self._place.exists():
            self._place.rename(old)
        fresh.rename(self._place)
        shutil.rmtree(old, ignore_errors=True)
        return PassageIndex.open(self._place)

    def _replay(self, index: PassageIndex) -> None:
        """Take up every change of the store that the index does not have yet."""
        with index.writing() as writer:
            done = index.mark[2]
            while done < (sequence := self._store.sequence) or not index.mark[0]:
                for document in self._store.changes(done):
                    writer.delete(document)
                    for passage in self._store.indexable(document):
                        writer.add(document, *passage)
                writer.commit(self._store.identity, sequence)
                index.reload()
                done = sequence
        if not self.readonly:
            self._store.touch()
            self._store.flush()

    def _sync(self, wait_s: float) -> tuple[str, ...]:
        """Bring the index up to date, and return what is to be said if that was not possible."""
        with self._lock:
            before = len(self.notes)
            if self._index.mark[2] < self._store.sequence:
                lagging = "The search index lags behind: the latest documents are found when it is brought up to date."
                if self.readonly:
                    self.notes.append(lagging)
                else:
                    try:
                        with self._exclusive(wait_s):
                            self._guarded(self._replay)
                    except IndexBusyError:
                        self.notes.append(f"Another process is writing the search index. {lagging}")
            return tuple(self.notes[before:])

    def _guarded(self, action: Callable[[PassageIndex], T]) -> T:
        """Run ``action`` on the index; if the index is damaged, make it again and run it once more."""
        index = self._index
        try:
            return action(index)
        except IndexBrokenError as error:
            with self._lock:
                if self._index is index:
                    index.close()
                    self._index = self._rebuild(str(error), index)
            try:
                return action(self._index)
            except IndexBrokenError as again:
                raise StoreError(f"{self._place} cannot be repaired ({again}); delete it, it is made again.") from again

    @contextlib.contextmanager
    def _exclusive(self, wait_s: float) -> Iterator[None]:
        """Hold the index against other processes; inside itself it does nothing more."""
        with self._lock:
            if self._holding:
                yield
                return
            with exclusive(self._place, wait_s):
                self._holding = True
                try:
                    yield
                finally:
                    self._holding = False


def _unreadable(path: Path | str, error: OSError) -> str:
    return f"{path} cannot be read ({error.strerror}); check the path and its permissions."


def _is_gone(path: str) -> bool:
    """Tell whether there is surely nothing at ``path``; what cannot be looked at may still be there."""
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_unicode(path: str) -> bool:
    """Tell whether a path can be written as UTF-8: Linux allows any bytes, and Python keeps others as surrogates."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(bytes([SPLITTING]) + content).digest()
