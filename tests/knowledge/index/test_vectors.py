"""Token vectors beside the store: kept in step with it, made again when lost, and what they do to the order."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.tokenize import Tokens
from knowledge.index import vectors as module
from knowledge.index.vectors import Vectors, reorder
from knowledge.library import VECTORS_NAME, Library

WORDS = ["boat", "lamp", "figs", "rope"]


def tokenize(text: str) -> Tokens:
    ids = [WORDS.index(word) for word in text.lower().replace(".", "").split() if word in WORDS]
    return Tokens(np.array(ids, np.int32), np.zeros((len(ids), 2), np.int32))


class Maker:
    """One vector a known word, along the word's own axis."""

    dims, bm25 = len(WORDS), 0.0

    def __init__(self, digest: str = "one") -> None:
        self.digest, self.made = digest, 0

    def passages(self, texts: Sequence[tuple[str, NDArray[np.int32]]]) -> list[NDArray[np.int8]]:
        self.made += len(texts)
        return [(np.eye(self.dims)[ids] * 127).astype(np.int8) for _, ids in texts]

    def question(self, text: str) -> NDArray[np.float32]:
        return np.eye(self.dims, dtype=np.float32)[tokenize(text).ids]


def opened(home: Path, maker: Maker) -> Library:
    library = Library.open(home, tokenize)
    library.rank_with(maker)
    return library


def test_passages_that_were_added_get_vectors_once_and_lose_them_when_they_are_removed(tmp_path: Path) -> None:
    maker = Maker()
    library = opened(tmp_path, maker)
    library.add_texts([("a", "A boat with rope."), ("b", "A lamp with figs.")])
    assert library.finish()
    assert (maker.made, library.unmade()) == (2, 0)
    library.remove(library.documents()[0].id)
    library.finish()
    library.close()
    again = Maker()
    library = opened(tmp_path, again)
    library.finish()
    library.close()
    assert again.made == 0
    with sqlite3.connect(tmp_path / VECTORS_NAME) as file:
        assert file.execute("SELECT count(*) FROM vectors").fetchone() == (1,)


def test_vectors_of_other_weights_are_made_again(tmp_path: Path) -> None:
    library = opened(tmp_path, Maker())
    library.add_texts([("a", "A boat with rope.")])
    library.close()
    other = Maker("two")
    library = opened(tmp_path, other)
    assert library.finish()
    library.close()
    assert other.made == 1


def test_a_damaged_file_is_made_again_and_nothing_is_lost(tmp_path: Path) -> None:
    library = opened(tmp_path, Maker())
    library.add_texts([("a", "A boat with rope.")])
    library.finish()
    library.close()
    for leftover in tmp_path.glob(f"{VECTORS_NAME}-*"):
        leftover.unlink()
    (tmp_path / VECTORS_NAME).write_bytes(b"not a database" * 1000)
    again = Maker()
    library = opened(tmp_path, again)
    assert [hit.passage.text for hit in library.search("boat")] == ["A boat with rope."]
    library.finish()
    assert (again.made, library.unmade()) == (1, 0)
    library.close()


def test_vectors_put_what_words_found_in_their_order_while_the_slot_has_room(tmp_path: Path) -> None:
    library = opened(tmp_path, Maker())
    library.add_texts(
        [("short", "Rope."), ("long", "Rope for a boat, they say, is what a lamp on the quay is to figs.")]
    )
    library.finish()
    by_words = [hit.passage.document for hit in library.search("rope", slot_ms=None)]
    by_vectors = [hit.passage.document for hit in library.search("rope boat lamp", slot_ms=None)]
    assert by_words[0] == "short"
    assert by_vectors[0] == "long"
    library.close()


def test_a_passage_without_vectors_keeps_the_place_of_its_words() -> None:
    ranked = [(1, 9.0), (2, 8.0), (3, 7.0)]
    assert [each for each, _ in reorder(ranked, {1: 0.1, 2: 0.9}, 0.01)] == [2, 3, 1]
    assert [each for each, _ in reorder(ranked, {}, 1.0)] == [1, 2, 3]


def test_vectors_that_were_looked_at_lately_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = opened(tmp_path, Maker())
    library.add_texts([("a", "A boat with rope."), ("b", "A lamp with figs.")])
    assert library.finish()
    library.close()
    vectors = Vectors(tmp_path / VECTORS_NAME, Maker(), readonly=True)
    read: list[int] = []
    of = vectors.of
    monkeypatch.setattr(vectors, "of", lambda identities: read.extend(identities) or of(identities))
    first = vectors.codes([2, 1])
    assert list(first) == [2, 1]
    assert {1: first[1].tolist()} == {1: vectors.codes([1])[1].tolist()}
    assert read == [2, 1]
    monkeypatch.setattr(module, "KEPT_BYTES", first[1].nbytes)
    assert list(vectors.codes([1, 3])) == [1]
    assert list(vectors.codes([1, 2])) == [1, 2]
    assert read == [2, 1, 3, 2], "the one looked at longest ago gave way"
    vectors.close()
