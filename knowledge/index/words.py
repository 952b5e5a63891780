"""Search: BM25 over title, headings and text with tantivy; made from the store."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from engines.files import write_whole
from knowledge.collections import Collections
from knowledge.index import foreign
from knowledge.index.index import IndexBrokenError, Mark, Source
from knowledge.index.query import Analysis, Parts, Snapshot, Weights, scoped
from knowledge.languages import language

if TYPE_CHECKING:
    import tantivy

#: Raised when the fields or the analysis of words change; an index of another version is made again.
VERSION = 3
#: An index of this version is searched as it is. It tells collections apart by a term of the passage alone, which a
#: search would have to look up for each that it finds; `renew` gives the words of those passages to their collection.
RENEWED = 2
#: Passages that are renewed together, with what else is of their documents.
_TOGETHER = 2000
#: The sizes and checksums of the index's files, which never change once they are written.
SUMS_NAME = "sums.json"
#: The passages at the beginning of a document that tell its language.
_TELLING = 8
_WRITER_BYTES = 30_000_000
_CHANGING = frozenset(["meta.json", ".managed.json", SUMS_NAME])


class PassageIndex:
    """A tantivy index of passages. `mark` says which store, and up to which change of it, is inside.

    The mark is a document of the index itself, so it is committed together with what it speaks of. `inode` tells two
    folders apart that were at the same place. See `knowledge.index.index.Index`.
    """

    mark: Mark
    inode: int

    def __init__(
        self,
        index: tantivy.Index,
        folder: Path | None,
        scratch: tempfile.TemporaryDirectory[str] | None = None,
        weights: Weights | None = None,
    ) -> None:
        self._folder = folder
        self._scratch = scratch
        self._analysis = Analysis(weights)
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="search")  # its thread ends with it
        self._attach(index)

    def weighted(self, weights: Weights) -> PassageIndex:
        """Return the same index, searched with other weights."""
        return PassageIndex(self._index, self._folder, weights=weights)

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
        builder.add_text_field("foreign", tokenizer_name="whole", index_option="freq")
        builder.add_text_field("collection", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("mark", stored=True, tokenizer_name="raw", index_option="basic")
        with _broken():
            if folder is not None:
                folder.mkdir(mode=0o700)
            return cls(tantivy.Index(builder.build(), str(folder) if folder else None), folder)

    @classmethod
    def open(cls, folder: Path, *, readonly: bool = False) -> PassageIndex:
        """Open the index in `folder`. Raises IndexBrokenError if it is missing, damaged or of another version."""
        import tantivy

        if not (folder / "meta.json").is_file():
            raise IndexBrokenError("it is missing")
        if damaged := _damaged_file(folder):
            raise IndexBrokenError(f"its file {damaged} is damaged")
        scratch = None
        with _broken():
            if readonly and not os.access(folder, os.W_OK):
                # Even a reader makes a lock file, so give it a folder of links where it can.
                scratch = tempfile.TemporaryDirectory(prefix="repartee-index-")
                for file in folder.iterdir():
                    if not file.name.endswith(".lock"):
                        Path(scratch.name, file.name).symlink_to(file.absolute())
            index = cls(tantivy.Index.open(scratch.name if scratch else str(folder)), folder, scratch)
            if index.mark.version not in (VERSION, RENEWED):
                raise IndexBrokenError("it has another version")
            return index

    def close(self) -> None:
        """Remove what was made for reading a read-only folder."""
        if self._scratch is not None:
            self._scratch.cleanup()

    def reload(self) -> None:
        """See what has been committed since, and read the mark."""
        import tantivy

        with _broken():
            self._index.reload()
            searcher = self._index.searcher()
            hits = searcher.search(tantivy.Query.term_query(self._index.schema, "kind", "mark"), 1).hits
            mark = json.loads(searcher.doc(hits[0][1])["mark"][0]) if hits else (0, "", 0)
            self.mark = Mark(*mark)
            found = dict(searcher.terms_with_prefix("collection", ""))
        named = {name[1:]: count for name, count in found.items() if name[:1] == "/"}
        sizes = {"": max(0, searcher.num_docs - sum(named.values())), **named}
        self._snapshot = Snapshot(self._index.schema, searcher, sizes)
        self._old = {name: count for name in found if name[:1] != "/" and (count := self._count_old(name))}

    def _count_old(self, name: str) -> int:
        with _broken():
            return int(self._snapshot.searcher.search(self._in_old(name), 1).count)  # type: ignore[attr-defined]

    def _in_old(self, name: str) -> tantivy.Query:
        import tantivy

        return tantivy.Query.term_query(self._index.schema, "collection", name, "basic")

    def replay(self, source: Source) -> None:
        """Take up every change of `source` that the index does not have yet. Call it inside `exclusive`."""
        with self.writing() as writer:
            done = self.mark.sequence
            while done < (sequence := source.sequence) or not self.mark.version:
                for document in source.changes(done):
                    _take_up(writer, source, document)
                writer.commit(source.identity, sequence)
                self.reload()
                done = sequence

    @property
    def old(self) -> int:
        """How many passages are as an earlier version wrote them."""
        return sum(self._old.values())

    def renew(self, source: Source) -> bool:
        """Take up anew some documents that an earlier version wrote. Call it inside `exclusive`, up to date.

        Returns False where nothing can be done.
        """
        with _broken():
            name = next(iter(self._old), "")
            hits = self._snapshot.searcher.search(self._in_old(name), _TOGETHER, count=False).hits if name else []
            passages = self._snapshot.searcher.fast_field_values("id", [address for _, address in hits])
        documents = set(source.documents_of([int(passage or 0) for passage in passages]).values())
        if not documents:
            return False
        with self.writing() as writer:
            for document in documents:
                _take_up(writer, source, document)
            writer.commit(self.mark.store, self.mark.sequence)
        return True

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        """Write to the index; nothing is seen before `Writer.commit`. Call it inside `exclusive`.

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
                yield Writer(writer, self._index.schema, self._analysis)
        finally:
            with _broken():
                # Waiting also gives the lock back; what was not committed is dropped.
                writer.wait_merging_threads()
                if self._folder is not None:
                    _seal(self._folder)
        self.reload()

    def search(self, question: str, k: int, collections: Collections = None) -> list[tuple[int, float]]:
        """Return the ids and scores of the `k` best passages of `collections`. Raises IndexBrokenError."""
        with _broken():
            snapshot = self._snapshot
            searcher = snapshot.searcher
            parts = self._analysis.query(question, snapshot, collections)
            if k < 1:
                return []
            best: dict[tuple[int, int], tuple[float, tantivy.DocAddress]] = {}
            for result in self._both(lambda query: searcher.search(query, k, count=False), list(_queries(parts))):
                for score, address in result.hits:
                    place = address.segment_ord, address.doc
                    if place not in best or score > best[place][0]:
                        best[place] = score, address
            hits = [best[place] for place in sorted(best, key=lambda place: (-best[place][0], place))[:k]]
            identities = searcher.fast_field_values("id", [address for _, address in hits])
            return [(int(identity or 0), float(score)) for identity, (score, _) in zip(identities, hits, strict=True)]

    def _both(
        self, search: Callable[[tantivy.Query], tantivy.SearchResult], queries: Sequence[tantivy.Query]
    ) -> list[tantivy.SearchResult]:
        """Search for one query here and for another in a second thread, unless that has not come to it meanwhile."""
        beside = [(self._beside.submit(search, query), query) for query in queries[1:]]
        found = [search(query) for query in queries[:1]]
        return found + [search(query) if future.cancel() else future.result() for future, query in beside]

    def _attach(self, index: tantivy.Index) -> None:
        with _broken():
            index.register_tokenizer("stems", self._analysis.stems)
            index.register_tokenizer("exact", self._analysis.exact)
            index.register_tokenizer("whole", self._analysis.whole)
            index.config_reader("manual")
        self._index = index
        self.inode = self._folder.stat().st_ino if self._folder else 0
        self.reload()


def _queries(parts: Parts) -> Iterator[tantivy.Query]:
    """The queries of which each of the best passages overall is among the best of one, with its whole score.

    A passage with none of `parts.others` has its whole score from the words alone, and none is before it there that
    is not before it overall.
    """
    from tantivy import Occur, Query

    words = [(Occur.Should, query) for query in parts.words]
    others = [(Occur.Should, query) for query in parts.others]
    if words:
        yield Query.boolean_query(words)
    if others:
        yield Query.boolean_query([(Occur.Must, Query.boolean_query(others)), *words])


def _take_up(writer: Writer, source: Source, document: int) -> None:
    """Let the index have a document as the source has it, or no more where it is gone."""
    writer.delete(document)
    passages = list(source.indexable(document))
    collection = source.collection_of(document)
    spoken = language(" ".join(text for _, _, _, text in passages[:_TELLING]))
    for passage in passages:
        writer.add(document, *passage, code=language(passage[-1]) or spoken, collection=collection)


class Writer:
    """What may be done to the index between opening it for writing and committing."""

    def __init__(self, writer: tantivy.IndexWriter, schema: tantivy.Schema, analysis: Analysis) -> None:
        self._writer = writer
        self._schema = schema
        self._analysis = analysis

    def delete(self, document: int) -> None:
        """Remove the passages of a document."""
        import tantivy

        # Deleting by term would look for a signed number and find nothing.
        self._writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "document", document))

    def add(
        self,
        document: int,
        passage: int,
        title: str,
        headings: str,
        text: str,
        *,
        code: str = "",
        collection: str = "",
    ) -> None:
        """Add a passage of a document; it is in the language `code`, and the document in `collection`.

        In a named collection every word is a term of that collection (`knowledge.index.query.scoped`).
        """
        import tantivy

        entry = tantivy.Document()
        entry.add_unsigned("id", passage)
        entry.add_unsigned("document", document)
        texts = {"title": title, "headings": headings, "text": text, "exact": text}
        if pieces := " ".join(foreign.terms(f"{title}\n{headings}\n{text}", code)):
            texts["foreign"] = pieces
        for name, content in texts.items():
            if collection:
                entry.add_pre_tokenized_text(name, _scoped(self._analysis.of(name), content, collection))
            else:
                entry.add_text(name, content)
        if collection:
            entry.add_text("collection", scoped("", collection))
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


def _scoped(analyzer: tantivy.TextAnalyzer, text: str, collection: str) -> tantivy.PreTokenizedString:
    """The terms of a text as those of a collection."""
    import tantivy

    terms = enumerate(analyzer.analyze(text))
    return tantivy.PreTokenizedString("", [tantivy.Token(scoped(term, collection), at, 0, 0) for at, term in terms])


def _seal(folder: Path) -> None:
    """Note the checksums of the files that are new, and let nobody but their owner read them."""
    known = _sums(folder)
    sums = {}
    for file in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # it was merged into another meanwhile
            file.chmod(0o600)
            if file.name not in _CHANGING and file.suffix != ".lock":
                sums[file.name] = known.get(file.name) or _checksum(file)
    write_whole(folder / SUMS_NAME, json.dumps(sums).encode())
    (folder / SUMS_NAME).chmod(0o600)


def _sums(folder: Path) -> dict[str, list[int]]:
    try:
        return dict(json.loads((folder / SUMS_NAME).read_bytes()))
    except FileNotFoundError:  # an index of an earlier version
        return {}


def _checksum(file: Path) -> list[int]:
    size = checksum = 0
    with file.open("rb") as content:
        while piece := content.read(2**20):
            size += len(piece)
            checksum = zlib.crc32(piece, checksum)
    return [size, checksum]


def _damaged_file(folder: Path) -> str:
    """The name of a file that is not as it was written, or "". A file that is gone was merged into another."""
    with _broken():
        for name, expected in _sums(folder).items():
            with contextlib.suppress(FileNotFoundError):
                if _checksum(folder / name) != expected:
                    return name
    return ""


@contextlib.contextmanager
def _broken() -> Iterator[None]:
    """Turn whatever tantivy raises into IndexBrokenError; a damaged file may also make it panic."""
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        raise IndexBrokenError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexBrokenError("its files are damaged") from error
        raise
