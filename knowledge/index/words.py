"""The search index: BM25 over title, headings and text with tantivy. It can always be made again from the store."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.index.query import Analysis

if TYPE_CHECKING:
    import tantivy

#: Raised when the fields or the analysis of words change; an index of another version is made again.
VERSION = 1
_WRITER_BYTES = 30_000_000


class IndexBrokenError(Exception):
    """The index is missing, damaged or of another version: make it again."""


class IndexBusyError(Exception):
    """Another process has been writing the index for too long."""


class PassageIndex:
    """A tantivy index of passages. ``mark`` says which store, and up to which change of it, is inside.

    The mark is a document of the index itself, so it is committed together with what it speaks of. ``inode`` tells two
    folders apart that were at the same place.
    """

    def __init__(
        self, index: tantivy.Index, folder: Path | None, scratch: tempfile.TemporaryDirectory[str] | None = None
    ) -> None:
        self._folder = folder
        self._scratch = scratch
        self._analysis = Analysis()
        self._attach(index)

    @classmethod
    def create(cls, folder: Path | None) -> PassageIndex:
        """Make an empty index in a folder, or in memory. Raises IndexBrokenError if it cannot be written."""
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", fast=True)
        builder.add_unsigned_field("document", indexed=True)
        for name in ("title", "headings", "text"):
            builder.add_text_field(name, tokenizer_name="stems")
        builder.add_text_field("exact", tokenizer_name="exact", index_option="freq")
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("mark", stored=True, tokenizer_name="raw", index_option="basic")
        with _broken():
            if folder is not None:
                folder.mkdir(parents=True)
            return cls(tantivy.Index(builder.build(), str(folder) if folder else None), folder)

    @classmethod
    def open(cls, folder: Path, *, readonly: bool = False) -> PassageIndex:
        """Open the index in ``folder``. Raises IndexBrokenError if it is missing, damaged or of another version."""
        import tantivy

        if not (folder / "meta.json").is_file():
            raise IndexBrokenError("it is missing")
        scratch = None
        with _broken():
            if readonly and not os.access(folder, os.W_OK):
                # Even a reader makes a lock file, so give it a folder of links where it can.
                scratch = tempfile.TemporaryDirectory(prefix="repartee-index-")
                for file in folder.iterdir():
                    if not file.name.endswith(".lock"):
                        Path(scratch.name, file.name).symlink_to(file.absolute())
            index = cls(tantivy.Index.open(scratch.name if scratch else str(folder)), folder, scratch)
            if index.mark[0] != VERSION:
                raise IndexBrokenError("it has another version")
            return index

    def close(self) -> None:
        """Remove what was made for reading a read-only folder."""
        if self._scratch is not None:
            self._scratch.cleanup()

    def reload(self) -> None:
        """See what has been committed since, and read the mark: (version, identity of the store, sequence)."""
        import tantivy

        with _broken():
            self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(tantivy.Query.term_query(self._index.schema, "kind", "mark"), 1).hits
            mark = json.loads(searcher.doc(hits[0][1])["mark"][0]) if hits else (0, "", 0)
        self._searcher = searcher
        self.mark: tuple[int, str, int] = tuple(mark)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        """Write to the index; nothing is seen before ``Writer.commit``. Call it inside ``exclusive``.

        Raises IndexBrokenError, also if somebody else is writing.
        """
        import tantivy

        with _broken():
            if self._folder is not None:
                # Another process may have written: its files have to be known here, or they stay for ever.
                self._attach(tantivy.Index.open(str(self._folder)))
            writer = self._index.writer(_WRITER_BYTES, 1)
        try:
            with _broken():
                yield Writer(writer, self._index.schema)
        finally:
            with _broken():
                # Waiting also gives the lock back; what was not committed is dropped.
                writer.wait_merging_threads()
        self.reload()

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """Return the ids and scores of the ``k`` best passages. Raises IndexBrokenError."""
        with _broken():
            searcher = self._searcher
            query = self._analysis.query(question, self._index.schema, searcher)
            if query is None or k < 1:
                return []
            hits = searcher.search(query, k, count=False).hits
            identities = searcher.fast_field_values("id", [address for _, address in hits])
            return [(int(identity or 0), float(score)) for identity, (score, _) in zip(identities, hits, strict=True)]

    def _attach(self, index: tantivy.Index) -> None:
        with _broken():
            index.register_tokenizer("stems", self._analysis.stems)
            index.register_tokenizer("exact", self._analysis.exact)
            index.config_reader("manual")
        self._index = index
        self.inode = self._folder.stat().st_ino if self._folder else 0
        self.reload()


@contextlib.contextmanager
def exclusive(folder: Path, wait_s: float) -> Iterator[None]:
    """Be the only one, of all processes, that writes or replaces the index in ``folder``. Raises IndexBusyError.

    A process that ends, however it does, gives the lock back. tantivy's own lock lies in the folder, which may be
    damaged, and is replaced as a whole when the index is made again.
    """
    import fcntl

    deadline = time.monotonic() + wait_s
    with folder.with_name(f"{folder.name}.lock").open("a") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise IndexBusyError from error
                time.sleep(0.02)
        yield


class Writer:
    """What may be done to the index between opening it for writing and committing."""

    def __init__(self, writer: tantivy.IndexWriter, schema: tantivy.Schema) -> None:
        self._writer = writer
        self._schema = schema

    def delete(self, document: int) -> None:
        """Remove the passages of a document."""
        import tantivy

        # Deleting by term would look for a signed number and find nothing.
        self._writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "document", document))

    def add(self, document: int, passage: int, title: str, headings: str, text: str) -> None:
        """Add a passage of a document."""
        import tantivy

        entry = tantivy.Document()
        entry.add_unsigned("id", passage)
        entry.add_unsigned("document", document)
        entry.add_text("title", title)
        entry.add_text("headings", headings)
        entry.add_text("text", text)
        entry.add_text("exact", text)
        self._writer.add_document(entry)

    def commit(self, store: str, sequence: int) -> None:
        """Make everything visible at once, together with the mark."""
        import tantivy

        self._writer.delete_documents_by_term("kind", "mark")
        mark = tantivy.Document()
        mark.add_text("kind", "mark")
        mark.add_text("mark", json.dumps([VERSION, store, sequence]))
        self._writer.add_document(mark)
        self._writer.commit()


@contextlib.contextmanager
def _broken() -> Iterator[None]:
    """Turn whatever tantivy raises into IndexBrokenError; a damaged file may also make it panic."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise IndexBrokenError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexBrokenError("its files are damaged") from error
        raise
