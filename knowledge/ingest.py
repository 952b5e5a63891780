"""Documents on disk into the store: find them, convert them one by one, and report what became of each."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engines.tokenize import Tokens
from knowledge import languages
from knowledge.formats.process import Converter
from knowledge.formats.registry import CONVERTERS, version
from knowledge.passages import pack
from knowledge.store.records import Document, NewPassage
from knowledge.store.store import Store
from knowledge.text import DocumentError, DocumentText

#: Raise it when documents of all kinds are read or split in another way; the next `add` then takes them up again. Of a
#: single kind: `knowledge.formats.registry.VERSIONS`.
SPLITTING = 7
#: Documents larger than this are refused unless configured otherwise, bytes.
MAX_BYTES = 64 * 2**20

#: Folders of what programs put beside the documents of people.
NOT_WRITTEN_HERE = frozenset(["node_modules", "__pycache__", "site-packages"])

#: Behind the hash in a digest: SPLITTING and the converter's version, as they were when the document was read.
_READING = struct.Struct(">HH")

Outcome = Literal["added", "replaced", "unchanged", "failed"]


@dataclass(frozen=True, kw_only=True)
class AddEvent:
    """What became of one document; sent after it is safely in the store."""

    path: Path
    outcome: Outcome
    sentence: str
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class AddReport:
    """What became of all documents, by path; `failed` has a sentence each, and `notes` what else is to be said.

    `gone` are documents that came from below the given folders, are no longer on the disk and still in the store;
    `removed` are those that were removed for that. `skipped` counts the files that no converter reads, by suffix.
    """

    added: tuple[Path, ...] = ()
    unchanged: tuple[Path, ...] = ()
    replaced: tuple[Path, ...] = ()
    failed: tuple[tuple[Path, str], ...] = ()
    gone: tuple[Document, ...] = ()
    removed: tuple[Document, ...] = ()
    skipped: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intake:
    """Takes documents into `store`: splits them into passages, and tokenises these with `tokenize`."""

    store: Store
    tokenize: Callable[[str], Tokens]
    max_bytes: int = MAX_BYTES
    #: Names of documents that were taken in though the reader does not know their language, by language.
    foreign: dict[str, list[str]] = field(default_factory=dict)

    def add(self, path: Path, converter: Converter, collection: str | None = None) -> Outcome:
        """Take in the document at `path`, into a collection (None: the one it is in, a new one the unnamed one).

        Raises DocumentError, or StoreError if it cannot be stored.
        """
        content = load(path, self.max_bytes)
        key = str(path.resolve())
        if not is_unicode(key):
            raise DocumentError(f"{path} has a name that is not UTF-8, which cannot be stored; rename it.")
        present = self.store.collection(key)
        wanted = (present or "") if collection is None else collection
        if _is_read(self.store.digest(key), content, path.suffix):
            if wanted == present:
                return "unchanged"
            self.store.move(key, wanted)
            return "replaced"
        title = path.stem.replace("_", " ").replace("-", " ")
        try:
            document = converter.convert(content, path.suffix, title)
        except DocumentError as error:
            raise DocumentError(f"{path} {error}") from error
        digest = _digest(content, path.suffix)
        return "replaced" if self._put(key, str(path), content, document, digest, wanted) else "added"

    def add_text(self, name: str, text: str, title: str, collection: str = "") -> None:
        """Take in a plain text that is no file, into a collection; `title` is for one that has none."""
        from knowledge.formats.plain import plain_document

        cleaned = text.encode("utf-8", "replace").decode()
        content = cleaned.encode()
        if not _is_read(self.store.digest(f"text:{name}"), content, ".txt"):
            document = plain_document(cleaned, title)
            self._put(f"text:{name}", name, content, document, _digest(content, ".txt"), collection)

    def _put(self, key: str, name: str, content: bytes, document: DocumentText, digest: bytes, collection: str) -> bool:
        if languages.name(code := languages.language(document.text)):
            self.foreign.setdefault(code, []).append(name)
        passages = [
            NewPassage(
                headings=section.headings,
                start=start,
                end=end,
                text=text,
                tokens=self.tokenize(text),
                pages=document.pages_of(start, end),
            )
            for section in document.sections
            for start, end in pack(document.text, section.blocks)
            if (text := document.text[start:end])
        ]
        return self.store.put(key, name, digest, len(content), document, passages, collection)


@dataclass
class Harvest:
    """Documents that are being added: what was found, and what became of each so far."""

    found: list[Path] = field(default_factory=list)
    outcomes: dict[Outcome, list[Path]] = field(default_factory=lambda: {"added": [], "replaced": [], "unchanged": []})
    failed: list[tuple[Path, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, paths: Iterable[Path]) -> Harvest:
        """Look for documents at `paths`, each once however many paths lead to it; what cannot be read has failed."""
        harvest = cls()
        different: dict[Path, Path] = {}
        for given in paths:
            for path in harvest._look(given):
                if (resolved := harvest._resolved(path)) is not None:
                    different.setdefault(resolved, path)
        harvest.found = list(different.values())
        return harvest

    def take(
        self, intake: Intake, progress: Callable[[AddEvent], None] | None, collection: str | None = None
    ) -> Iterator[int]:
        """Add what was found, and yield how many documents have been dealt with after each."""
        total = len(self.found) + len(self.failed)

        def tell(done: int, path: Path, outcome: Outcome, sentence: str) -> None:
            if progress:
                progress(AddEvent(path=path, outcome=outcome, sentence=sentence, done=done, total=total))

        for done, (path, sentence) in enumerate(self.failed, 1):
            tell(done, path, "failed", sentence)
        with Converter() as converter:
            for done, path in enumerate(self.found, len(self.failed) + 1):
                outcome: Outcome = "failed"
                sentence = ""
                try:
                    outcome = intake.add(path, converter, collection)
                    self.outcomes[outcome].append(path)
                except DocumentError as error:
                    sentence = str(error)
                    self.failed.append((path, sentence))
                tell(done, path, outcome, sentence)
                yield done

    def _resolved(self, path: Path) -> Path | None:
        try:
            return path.resolve()
        except (OSError, RuntimeError) as error:  # before Python 3.13, RuntimeError is a link to itself
            self._fail(path, error)
            return None

    def _look(self, given: Path) -> list[Path]:
        errors: list[OSError] = []
        try:
            given.stat()
            below = list(find(given, errors.append, self.skipped))
        except (FileNotFoundError, NotADirectoryError):
            self.failed.append((given, f"{given} does not exist; check the path."))
            return []
        except (OSError, RuntimeError) as error:
            self._fail(given, error)
            return []
        for problem in errors:
            self._fail(Path(problem.filename), problem)
        if not below and not errors:
            kinds = ", ".join(CONVERTERS)
            self.failed.append((given, f"{given} has no documents in it; expected files that end in {kinds}."))
        return below

    def _fail(self, path: Path, error: Exception) -> None:
        reason = (isinstance(error, OSError) and error.strerror) or "it is a link to itself"
        self.failed.append((path, f"{path} cannot be read ({reason}); check the path and its permissions."))


def find(path: Path, unreadable: Callable[[OSError], None], skipped: Counter[str] | None = None) -> Iterator[Path]:
    """Yield the documents at or below `path` in order of name; `unreadable` hears of folders that are left out.

    Hidden files and folders are skipped, and so is a folder that was seen before, so links may go round in circles.
    Other kinds of files are counted in `skipped` by suffix.
    """
    if not path.is_dir():
        yield path
        return
    visited: set[tuple[int, int]] = set()
    for folder, folders, names in os.walk(path, onerror=unreadable, followlinks=True):
        try:
            status = Path(folder).stat()
        except OSError as error:  # it went away meanwhile
            unreadable(error)
            folders.clear()
            continue
        if (status.st_dev, status.st_ino) in visited:
            folders.clear()
            continue
        visited.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in NOT_WRITTEN_HERE)
        for name in sorted(name for name in names if not name.startswith(".")):
            suffix = Path(name).suffix.lower()
            if suffix in CONVERTERS:
                yield Path(folder, name)
            elif skipped is not None:
                skipped[suffix] += 1


def load(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the content of a document. Raises DocumentError for what is not a readable document of this size."""
    if path.suffix.lower() not in CONVERTERS:
        raise DocumentError(f"{path} is not a document that can be read; expected {', '.join(sorted(CONVERTERS))}.")
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise DocumentError(f"{path} is not a file; give a document or a folder of documents.")
        if status.st_size > max_bytes:
            raise DocumentError(
                f"{path} has {status.st_size / 2**20:.3g} MB and the limit is {max_bytes / 2**20:.3g} MB; split it."
            )
        with path.open("rb") as file:
            return file.read(max_bytes)  # it may grow meanwhile
    except FileNotFoundError as error:
        why = "is a link to what does not exist" if path.is_symlink() else "is no longer there"
        raise DocumentError(f"{path} {why}; check the path.") from error
    except OSError as error:
        raise DocumentError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error


def gone(paths: Iterable[Path], store: Store) -> tuple[Document, ...]:
    """The documents in the store that were below one of the folders in `paths` and are no longer there.

    Of a folder in which nothing is left at all nothing is gone: it may be where a drive is mounted at other times.
    """
    folders = [path.resolve() for path in paths if path.is_dir() and _has_something(path)]
    if not folders:
        return ()
    return tuple(
        document
        for document in store.documents()
        if any(Path(document.path).is_relative_to(folder) for folder in folders) and _is_gone(document.path)
    )


def _has_something(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _is_gone(path: str) -> bool:
    """Tell whether there is surely nothing at `path`; what cannot be looked at may still be there."""
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def is_unicode(path: str) -> bool:
    """Tell whether a path can be written as UTF-8: Linux allows any bytes, and Python keeps others as surrogates."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _digest(content: bytes, suffix: str) -> bytes:
    """Return what tells whether a document has to be read anew: a hash of it, and how it is read today."""
    return hashlib.sha256(content).digest() + _READING.pack(SPLITTING, version(suffix))


def _is_read(digest: bytes | None, content: bytes, suffix: str) -> bool:
    """Tell whether the document with this `digest` is this one, as it is read today, or by a newer version.

    Of servers that share a store one may be older than another: it must not put back its own reading.
    """
    size = hashlib.sha256().digest_size
    if digest is None or len(digest) != size + _READING.size:  # of before kinds had versions of their own
        return False
    splitting, converter = _READING.unpack(digest[size:])
    same = digest[:size] == hashlib.sha256(content).digest()
    return same and splitting >= SPLITTING and converter >= version(suffix)
