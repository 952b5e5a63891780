"""Retrieval at size: a library of made-up documents, how fast they get in, and what a search of them takes.

Half of the words are English words of grammar; the others are made of syllables, and how often each comes follows
Zipf's law, as in texts of people. A question has words of one sentence, so its passage is known.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from engines.checkpoint import Checkpoint, default_checkpoint_path
from engines.errors import ReparteeError
from engines.reader.late import TokenVectors
from engines.tokenize import Tokenizer
from knowledge.collections import UNNAMED, Collections
from knowledge.library import BATCH, Library

#: Words that can come up, and sentences and words in a passage.
VOCABULARY, SENTENCES, WORDS = 60_000, 5, 12
PASSAGES_OF_A_DOCUMENT = 20
#: The rank of the commonest word that is not one of grammar. So it is in 30 % of the passages, and the commonest word
#: of a question in 9 % (median), as in documentation pages and answers about medicine.
FIRST = 10
#: Words in a question that tell something.
TELLING = 4
HITS = 20
#: The collection of every second document where half of them are left out of searches.
LEFT_OUT = "left-out"
_TOLD_EVERY_S = 10.0
_GRAMMAR = "the of and in to is was for on with as by at from that it are were be which".split()
_SYLLABLES = [f"{a}{b}" for a in "b d f g k l m n p r s t v z".split() for b in "a e i o u ar en il on ur".split()]


@dataclass(frozen=True, kw_only=True)
class Sized:
    """What a library of some size costs: ms of each search, passages taken in a second, MB at most in memory.

    `opening_ms` and `one_more_ms`: to open it, and to add one document to the others. `copied_per_second`: passages
    that a second server copies and indexes; None where the store is a file. `vectors_per_second`: passages that get
    their token vectors; None where they get none.
    """

    passages: int
    per_second: float
    copied_per_second: float | None
    vectors_per_second: float | None
    opening_ms: float
    one_more_ms: float
    spent: list[float]
    found: float
    disk_mb: float
    memory_mb: float


class Writing:
    """Writes documents and asks about them; the same ones for the same `seed`."""

    def __init__(self, seed: int = 1) -> None:
        made = random.Random(seed)  # noqa: S311
        self._words = ["".join(made.choices(_SYLLABLES, k=made.choice((1, 2, 2, 3, 3, 4)))) for _ in range(VOCABULARY)]
        shares = 1 / (np.arange(VOCABULARY) + FIRST)
        self._until = np.cumsum(shares / shares.sum())
        self._chance = np.random.default_rng(seed)

    def documents(self) -> Iterator[tuple[str, list[str]]]:
        """Yield names and passages without end."""
        number = 0
        while True:
            yield f"made-up-{number}", [self._passage() for _ in range(PASSAGES_OF_A_DOCUMENT)]
            number += 1

    def question(self, passage: str) -> str:
        """Return a question about a sentence of `passage`."""
        sentences = passage.rstrip(".").split(". ")
        words = sentences[int(self._chance.integers(len(sentences)))].lower().split()
        telling = [word for word in words if word not in _GRAMMAR]
        at = int(self._chance.integers(max(1, len(telling) - TELLING + 1)))
        return f"What is the {' '.join(telling[at : at + TELLING])}?"

    def _passage(self) -> str:
        count = SENTENCES * WORDS
        places = np.searchsorted(self._until, self._chance.random(count)).clip(0, VOCABULARY - 1)
        grammar = self._chance.integers(2 * len(_GRAMMAR), size=count)
        words = [
            _GRAMMAR[place] if place < len(_GRAMMAR) else self._words[word]
            for word, place in zip(places.tolist(), grammar.tolist(), strict=True)
        ]
        sentences = (words[begin : begin + WORDS] for begin in range(0, count, WORDS))
        return " ".join(f"{' '.join(sentence).capitalize()}." for sentence in sentences)


def measure(
    passages: int,
    questions: int,
    tell: Callable[[str], None],
    store: str = "",
    *,
    vectors: bool = False,
    half: bool = False,
    slot_ms: float | None = None,
) -> Sized:
    """Fill a library with about so many passages, and search it; `tell` hears how far it is.

    It is searched by words alone; with `vectors` also by the token vectors of the bundled weights, which take many
    times as long to make as the rest. With `half` every second document is in a collection that is left out of
    searches. `slot_ms` is what a turn leaves a search, in which vectors order as many passages as there is time for;
    None for all. `store` is the URL of a database without documents, in which they then are;
    without it a file is made and removed. Raises ReparteeError for a store that has documents.
    """
    checkpoint = Checkpoint.load(default_checkpoint_path())
    tokenizer = Tokenizer(checkpoint.vocab, checkpoint.lower_case)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        library = Library.open(home, tokenizer.encode, store=store)
        if library.count():
            library.close()
            raise ReparteeError("This database has documents already; make one for measuring.")
        asked, adding_s = _fill(library, passages, questions, tell, half=half)
        count = library.count()
        library.close()
        began = time.perf_counter()
        library = Library.open(home, tokenizer.encode, store=store)
        opening_s = time.perf_counter() - began
        maker = TokenVectors.load(checkpoint, cache_dir=home) if vectors else None
        making_s = _rank(library, maker, tell) if maker is not None else None
        spent, found = _search(library, asked, UNNAMED if half else None, slot_ms)
        began = time.perf_counter()
        library.add_texts([("one more", "One more document came after all the others.")])
        one_more_s = time.perf_counter() - began
        library.close()
        if maker is not None:
            maker.close()
        began = time.perf_counter()
        if store:
            with tempfile.TemporaryDirectory() as other:
                Library.open(Path(other), tokenizer.encode, store=store).close()
        copying_s = time.perf_counter() - began
        disk = sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 2**20
    return Sized(
        passages=count,
        per_second=count / adding_s,
        copied_per_second=count / copying_s if store else None,
        vectors_per_second=count / making_s if making_s else None,
        opening_ms=1000 * opening_s,
        one_more_ms=1000 * one_more_s,
        spent=spent,
        found=100 * found / len(spent),
        disk_mb=disk,
        memory_mb=memory_mb(),
    )


def _fill(
    library: Library, passages: int, questions: int, tell: Callable[[str], None], *, half: bool
) -> tuple[list[tuple[str, str]], float]:
    """Add documents until there are so many passages; return questions, with their documents, and how long it took."""
    writing = Writing()
    documents = writing.documents()
    every = max(1, passages // PASSAGES_OF_A_DOCUMENT // (questions * (1 + half)))
    asked: list[tuple[str, str]] = []
    adding_s = 0.0
    while (count := library.count()) < passages:
        wanted = -(-(passages - count) // PASSAGES_OF_A_DOCUMENT)
        batch = list(islice(documents, min(BATCH, wanted)))
        parts = [("", batch[::2]), (LEFT_OUT, batch[1::2])] if half else [("", batch)]
        asked += [(writing.question(texts[-1]), name) for name, texts in parts[0][1][::every]]
        began = time.perf_counter()
        for collection, those in parts:
            library.add_texts(((name, "\n\n".join(texts)) for name, texts in those), collection=collection)
        adding_s += time.perf_counter() - began
        tell(f"{library.count()} of {passages} passages, {memory_mb():.0f} MB in memory")
    return asked[:questions], adding_s


def _rank(library: Library, maker: TokenVectors, tell: Callable[[str], None]) -> float:
    """Let all passages have their vectors, and return the seconds it took."""
    began = time.perf_counter()
    library.rank_with(maker)
    while not library.finish(_TOLD_EVERY_S):
        tell(f"{library.unmade()} passages are without vectors, {memory_mb():.0f} MB in memory")
    return time.perf_counter() - began


def _search(
    library: Library, asked: list[tuple[str, str]], who: Collections, slot_ms: float | None
) -> tuple[list[float], int]:
    """Return the ms of each search, and how many found their document."""
    library.warm_up()
    spent, found = [], 0
    for question, name in asked:
        began = time.perf_counter_ns()
        hits = library.search(question, HITS, slot_ms=slot_ms, collections=who)
        spent.append((time.perf_counter_ns() - began) / 1e6)
        found += any(hit.passage.document == name for hit in hits)
    return spent, found


def memory_mb() -> float:
    """The most memory that this process has had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
