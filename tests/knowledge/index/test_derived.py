"""What is made of passages: bounded, and neither lost nor stale when the process, the file or the weights change."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from engines.tokenize import Tokens
from knowledge.index import derived
from knowledge.index.derived import Derived
from knowledge.library import READ_AHEAD, STATES_NAME, Library
from knowledge.passages import Passage
from tests.knowledge.texts import tokenize

NO_TOKENS = Tokens(np.zeros(0, np.int32), np.zeros((0, 2), np.int32))


def passage(identity: int) -> Passage:
    return Passage(
        id=identity,
        document_id=identity // 10,
        document="a",
        title="A",
        headings=(),
        text=f"number {identity}",
        start=0,
        end=9,
        tokens=NO_TOKENS,
    )


class Passages:
    """A store of passages, ten a document; it counts those that were looked at and loaded."""

    def __init__(self, *present: int, identity: str = "store") -> None:
        self.identity, self.sequence, self.forgotten = identity, 1, 0
        self.present = sorted(present)
        self.changed: dict[int, int] = dict.fromkeys((number // 10 for number in present), 1)
        self.looked_at = self.loaded = 0

    def become(self, *present: int) -> None:
        """Add and remove passages, one change for each document."""
        for number in set(present) ^ set(self.present):
            self.changed[number // 10] = self.sequence + 1
        self.sequence += 1
        self.present = sorted(present)

    def changes(self, since: int) -> list[int]:
        return [document for document, sequence in self.changed.items() if sequence > since]

    def identities(self, after: int = 0, most: int = -1) -> list[int]:
        found = [each for each in self.present if each > after][: None if most < 0 else most]
        self.looked_at += len(found)
        return found

    def identities_of(self, document: int) -> list[int]:
        found = [each for each in self.present if each // 10 == document]
        self.looked_at += len(found)
        return found

    def documents_of(self, identities: Sequence[int]) -> dict[int, int]:
        self.looked_at += len(identities)
        return {each: each // 10 for each in identities if each in self.present}

    def passages(self, identities: Sequence[int]) -> dict[int, Passage]:
        self.loaded += len(identities)
        return {each: passage(each) for each in identities if each in self.present}


class Kind(Derived):
    """Ten bytes of each passage but of number 3, of which nothing can be made."""

    def __init__(self, folder: Path, made_of: str = "one", **options) -> None:
        self.made: list[int] = []
        super().__init__(folder / "kind.db", made_of, self.make, **options)

    def make(self, passages: Sequence[Passage]) -> list[bytes]:
        self.made += [each.id for each in passages]
        return [b"" if each.id == 3 else f"{each.id:010}".encode() for each in passages]

    def fill(self, store: Passages) -> list[int]:
        """Make what is missing; give of what it was made."""
        self.made.clear()
        self.complete(store, threading.Event())
        return self.made


@pytest.fixture
def kind(tmp_path):
    kind = Kind(tmp_path)
    yield kind
    kind.close()


def test_each_passage_is_made_once_and_dropped_when_it_is_gone(kind: Kind) -> None:
    store = Passages(1, 2, 3)
    assert kind.missing(3) == 3
    assert kind.fill(store) == [1, 2, 3]
    assert kind.of([1, 2, 3, 4]) == {1: b"0000000001", 2: b"0000000002"}
    assert kind.missing(4) == 1
    store.become(2, 3, 4)
    assert kind.fill(store) == [4]
    assert set(kind.of([1, 2, 3, 4])) == {2, 4}
    assert kind.fill(store) == []


def test_what_a_document_costs_does_not_grow_with_the_others(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "LOOKED_AT", 7)
    store = Passages(*range(1, 500))
    assert len(kind.fill(store)) == 499
    for present in (
        range(1, 510),
        [*range(1, 20), *range(30, 510)],
        [*range(1, 20), *range(30, 506), *range(520, 525)],
    ):
        before = store.looked_at, store.loaded
        store.become(*present)
        kind.fill(store)
        assert store.looked_at - before[0] <= 20
        assert store.loaded - before[1] <= 10
        assert set(kind.of(range(1, 600))) == set(present) - {3}


def test_passages_that_come_after_later_ones_are_made_too(kind: Kind) -> None:
    store = Passages(1, 2, 41, 42)
    kind.fill(store)
    store.become(1, 2, 21, 22, 41, 42)
    assert kind.fill(store) == [21, 22]


def test_no_more_is_kept_than_the_bound_allows_and_nothing_beyond_it_is_made_again_and_again(tmp_path: Path) -> None:
    store = Passages(*range(10, 20))
    kind = Kind(tmp_path, most_bytes=55)
    kind.fill(store)
    assert set(kind.of(range(10, 20))) == {10, 11, 12, 13, 14}
    assert kind.missing(10) == 0
    assert kind.fill(store) == []
    store.become(*range(12, 20))
    assert kind.fill(store) == [15, 16], "there is room again"
    kind.close()
    smaller = Kind(tmp_path, most_bytes=20)
    assert smaller.fill(store) == []
    assert set(smaller.of(range(10, 20))) == {12, 13}
    smaller.close()
    larger = Kind(tmp_path, most_bytes=40)
    assert larger.fill(store) == [14, 15]
    larger.close()


def test_what_is_of_something_else_is_made_again(tmp_path: Path, kind: Kind) -> None:
    kind.fill(Passages(1))
    other = Kind(tmp_path, "two")
    assert other.of([1]) == {}
    assert other.fill(Passages(1)) == [1]
    other.close()


def test_what_is_of_another_store_is_made_again(tmp_path: Path, kind: Kind) -> None:
    kind.fill(Passages(1, 2))
    assert kind.fill(Passages(1, identity="made anew")) == [1]
    assert set(kind.of([1, 2])) == {1}


def test_where_the_store_no_longer_knows_what_was_removed_everything_is_looked_through(kind: Kind) -> None:
    store = Passages(1, 2, 11, 12)
    kind.fill(store)
    store.become(2, 12)
    store.changed.clear()
    store.forgotten = store.sequence
    assert kind.fill(store) == []
    assert set(kind.of([1, 2, 11, 12])) == {2, 12}


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "kind.db") as file:
        file.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT)")
        file.execute("CREATE TABLE kind (passage INTEGER PRIMARY KEY, codes BLOB)")
        file.execute("INSERT INTO facts VALUES ('made of', 'one')")
        file.executemany("INSERT INTO kind VALUES (?, ?)", [(each, f"{each:010}".encode()) for each in (1, 2, 11)])
    kind, store = Kind(tmp_path), Passages(2, 11, 12)
    assert kind.fill(store) == [12]
    assert set(kind.of([1, 2, 11, 12])) == {2, 11, 12}
    store.become(11, 12)
    assert kind.fill(store) == []
    assert set(kind.of([1, 2, 11, 12])) == {11, 12}
    kind.close()


def test_a_search_reads_while_something_is_being_written(kind: Kind) -> None:
    kind.fill(Passages(1))
    found: list[dict[int, bytes]] = []
    with kind._writing:
        reading = threading.Thread(target=lambda: found.append(kind.of([1])), daemon=True)
        reading.start()
        reading.join(60)
        assert found == [{1: b"0000000001"}]


def test_a_file_that_is_damaged_while_it_is_open_is_made_again(tmp_path: Path, kind: Kind) -> None:
    kind.fill(Passages(1))
    with sqlite3.connect(tmp_path / "kind.db") as file:
        file.execute("DROP TABLE kind")
    assert kind.of([1]) == {}
    assert kind.fill(Passages(1)) == [1]
    assert set(kind.of([1])) == {1}


def test_a_reader_that_may_not_write_uses_what_is_there_and_makes_nothing(tmp_path: Path, kind: Kind) -> None:
    kind.fill(Passages(1))
    for made_of, found in (("one", {1}), ("two", set())):
        readonly = Kind(tmp_path, made_of, readonly=True)
        assert readonly.fill(Passages(1, 2)) == []
        assert set(readonly.of([1, 2])) == found
        assert readonly.missing(2) == 0
        readonly.close()
    (tmp_path / "empty").mkdir()
    assert Kind(tmp_path / "empty", readonly=True).of([1]) == {}
    assert not any((tmp_path / "empty").iterdir())


def test_it_stops_between_batches_and_goes_on_from_there(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derived, "BATCH", 2)
    stop, store = threading.Event(), Passages(1, 2, 4, 5)
    load = store.passages

    def load_and_stop(identities: Sequence[int]) -> dict[int, Passage]:
        stop.set()
        return load(identities)

    monkeypatch.setattr(store, "passages", load_and_stop)
    kind.complete(store, stop)
    assert kind.made == [1, 2]
    assert set(kind.of([1, 2, 4, 5])) == {1, 2}
    assert kind.fill(store) == [4, 5]


KILLED = """
import os, sys, threading
from pathlib import Path
from knowledge.index import derived
from tests.knowledge.index.test_derived import Kind, Passages

class Dying(Kind):
    def make(self, passages):
        if self.made:
            os._exit(9)
        return super().make(passages)

derived.BATCH = 2
Dying(Path(sys.argv[1])).fill(Passages(1, 2, 4, 5))
"""


def test_a_process_that_is_killed_loses_the_batch_it_was_at(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, capture_output=True, text=True)
    assert ended.returncode == 9, ended.stderr
    kind = Kind(tmp_path)
    assert set(kind.of([1, 2, 4, 5])) == {1, 2}
    assert kind.fill(Passages(1, 2, 4, 5)) == [4, 5]
    kind.close()


class Maker:
    """States that say of which tokens they are."""

    digest = "one"

    def passages(self, texts: Sequence[tuple[str, np.ndarray]]) -> list[bytes]:
        return [f"{context}: {len(tokens)}".encode() for context, tokens in texts]


def test_the_first_passages_that_a_search_finds_bring_their_states_along(tmp_path: Path) -> None:
    library = Library.open(tmp_path, tokenize)
    library.add_texts([(f"boat {number}", f"Boat number {number} has a mast.") for number in range(READ_AHEAD + 2)])
    assert {hit.passage.states for hit in library.search("boat")} == {b""}
    library.read_with(Maker())
    library.finish()
    hits = library.search("boat")
    assert [each.passage.states for each in hits[:READ_AHEAD]] == [
        f"{each.passage.context}: {len(each.passage.tokens)}".encode() for each in hits[:READ_AHEAD]
    ]
    assert [each.passage.states for each in hits[READ_AHEAD:]] == [b"", b""]
    assert library.unmade() == 0
    library.close()
    assert (tmp_path / STATES_NAME).exists()
    library = Library.open(tmp_path, tokenize)
    library.read_with(Maker(), most_bytes=0)
    assert not (tmp_path / STATES_NAME).exists()
    assert {hit.passage.states for hit in library.search("boat")} == {b""}
    library.close()
