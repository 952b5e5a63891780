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
from engines.tokenize import Tokenizer
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
_GRAMMAR = "the of and in to is was for on with as by at from that it are were be which".split()
_SYLLABLES = [f"{a}{b}" for a in "b d f g k l m n p r s t v z".split() for b in "a e i o u ar en il on ur".split()]


@dataclass(frozen=True, kw_only=True)
class Sized:
    """What a library of some size costs: ms of each search, passages taken in a second, MB at most in memory.

    `copied_per_second`: passages that a second server copies and indexes; None where the store is a file.
    """

    passages: int
    per_second: float
    copied_per_second: float | None
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


def measure(passages: int, questions: int, tell: Callable[[str], None], store: str = "") -> Sized:
    """Fill a library with about so many passages, and search it; `tell` hears how far it is.

    `store` is the URL of a database without documents, in which they then are; without it a file is made and removed.
    Raises ReparteeError for a store that has documents.
    """
    checkpoint = Checkpoint.load(default_checkpoint_path())
    tokenizer = Tokenizer(checkpoint.vocab, checkpoint.lower_case)
    writing = Writing()
    documents = writing.documents()
    total = -(-passages // PASSAGES_OF_A_DOCUMENT)
    every = max(1, total // questions)
    asked: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as home:
        library = Library.open(Path(home), tokenizer.encode, store=store)
        if library.count():
            library.close()
            raise ReparteeError("This database has documents already; make one for measuring.")
        adding_s = 0.0
        for begin in range(0, total, BATCH):
            batch = list(islice(documents, min(BATCH, total - begin)))
            asked += [(writing.question(texts[-1]), name) for name, texts in batch[::every]]
            began = time.perf_counter()
            library.add_texts((name, "\n\n".join(texts)) for name, texts in batch)
            adding_s += time.perf_counter() - began
            tell(f"{min(begin + BATCH, total)} of {total} documents, {memory_mb():.0f} MB in memory")
        library.warm_up()
        spent, found = [], 0
        for question, name in asked[:questions]:
            began = time.perf_counter_ns()
            hits = library.search(question, HITS)
            spent.append((time.perf_counter_ns() - began) / 1e6)
            found += any(hit.passage.document == name for hit in hits)
        count = library.count()
        library.close()
        began = time.perf_counter()
        if store:
            with tempfile.TemporaryDirectory() as other:
                Library.open(Path(other), tokenizer.encode, store=store).close()
        copying_s = time.perf_counter() - began
        disk = sum(path.stat().st_size for path in Path(home).rglob("*") if path.is_file()) / 2**20
    return Sized(
        passages=count,
        per_second=count / adding_s,
        copied_per_second=count / copying_s if store else None,
        spent=spent,
        found=100 * found / len(spent),
        disk_mb=disk,
        memory_mb=memory_mb(),
    )


def memory_mb() -> float:
    """The most memory that this process has had, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
