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
        document_id=1,
        document="a",
        title="A",
        headings=(),
        text=f"number {identity}",
        start=0,
        end=9,
        tokens=NO_TOKENS,
    )


def load(identities: Sequence[int]) -> list[Passage]:
    return [passage(identity) for identity in identities]


class Kind(Derived):
    """Ten bytes of each passage but of number 3, of which nothing can be made."""

    def __init__(self, folder: Path, made_of: str = "one", **options) -> None:
        self.made: list[int] = []
        super().__init__(folder / "kind.db", made_of, self.make, **options)

    def make(self, passages: Sequence[Passage]) -> list[bytes]:
        self.made += [each.id for each in passages]
        return [b"" if each.id == 3 else f"{each.id:010}".encode() for each in passages]

    def fill(self, *present: int) -> list[int]:
        """Make what is missing; give of what it was made."""
        self.made.clear()
        self.complete(present, load, threading.Event())
        return self.made


@pytest.fixture
def kind(tmp_path):
    kind = Kind(tmp_path)
    yield kind
    kind.close()


def test_each_passage_is_made_once_and_dropped_when_it_is_gone(kind: Kind) -> None:
    assert kind.missing([1, 2, 3]) == 3
    assert kind.fill(1, 2, 3) == [1, 2, 3]
    assert kind.of([1, 2, 3, 4]) == {1: b"0000000001", 2: b"0000000002"}
    assert kind.missing([2, 3, 4]) == 1
    assert kind.fill(2, 3, 4) == [4]
    assert set(kind.of([1, 2, 3, 4])) == {2, 4}


def test_no_more_is_kept_than_the_bound_allows_and_nothing_beyond_it_is_made_again_and_again(tmp_path: Path) -> None:
    kind = Kind(tmp_path, most_bytes=55)
    kind.fill(*range(10, 20))
    assert set(kind.of(range(10, 20))) == {10, 11, 12, 13, 14}
    assert kind.missing(range(10, 20)) == 0
    assert kind.fill(*range(10, 20)) == []
    assert kind.fill(*range(12, 20)) == [15, 16], "there is room again"
    kind.close()
    smaller = Kind(tmp_path, most_bytes=20)
    assert smaller.fill(*range(12, 20)) == []
    assert set(smaller.of(range(10, 20))) == {12, 13}
    smaller.close()


def test_what_is_of_something_else_is_made_again(tmp_path: Path, kind: Kind) -> None:
    kind.fill(1)
    other = Kind(tmp_path, "two")
    assert other.of([1]) == {}
    assert other.fill(1) == [1]
    other.close()


def test_a_file_that_is_damaged_while_it_is_open_is_made_again(tmp_path: Path, kind: Kind) -> None:
    kind.fill(1)
    with sqlite3.connect(tmp_path / "kind.db") as file:
        file.execute("DROP TABLE kind")
    assert kind.of([1]) == {}
    assert kind.fill(1) == [1]
    assert set(kind.of([1])) == {1}


def test_a_reader_that_may_not_write_uses_what_is_there_and_makes_nothing(tmp_path: Path, kind: Kind) -> None:
    kind.fill(1)
    for made_of, found in (("one", {1}), ("two", set())):
        readonly = Kind(tmp_path, made_of, readonly=True)
        assert readonly.fill(1, 2) == []
        assert set(readonly.of([1, 2])) == found
        assert readonly.missing([1, 2]) == 0
        readonly.close()
    (tmp_path / "empty").mkdir()
    assert Kind(tmp_path / "empty", readonly=True).of([1]) == {}
    assert not any((tmp_path / "empty").iterdir())


def test_it_stops_between_batches(kind: Kind, monkeypatch) -> None:
    monkeypatch.setattr(derived, "BATCH", 2)
    stop = threading.Event()

    def load_and_stop(identities: Sequence[int]) -> list[Passage]:
        stop.set()
        return load(identities)

    kind.complete([1, 2, 4, 5], load_and_stop, stop)
    assert kind.made == [1, 2]
    assert set(kind.of([1, 2, 4, 5])) == {1, 2}


KILLED = """
import os, sys, threading
from pathlib import Path
from knowledge.index import derived
from tests.knowledge.index.test_derived import Kind, load

class Dying(Kind):
    def make(self, passages):
        if self.made:
            os._exit(9)
        return super().make(passages)

derived.BATCH = 2
Dying(Path(sys.argv[1])).fill(1, 2, 4, 5)
"""


def test_a_process_that_is_killed_loses_the_batch_it_was_at(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, capture_output=True, text=True)
    assert ended.returncode == 9, ended.stderr
    kind = Kind(tmp_path)
    assert set(kind.of([1, 2, 4, 5])) == {1, 2}
    assert kind.fill(1, 2, 4, 5) == [4, 5]
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
