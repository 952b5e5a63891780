"""Measure retrieval on a question-answering set: `python -m knowledge.recall FILE [--ablate] [--encoder MODEL]`.

`--passages N` measures size instead, on documents that are made up (`knowledge.size`).

FILE is SQuAD's JSON, or JSON lines with `question`, `context` and `answers`. Recall@k is the share of answerable
questions whose right text is among the first k. docs/retrieval.md has the results.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines import squad
from engines.checkpoint import Checkpoint, default_checkpoint_path
from engines.errors import ReparteeError
from engines.figures import Figures
from engines.reader.apart import Apart
from engines.reader.late import TokenVectors
from engines.tokenize import Tokenizer
from knowledge.index.query import Weights
from knowledge.index.words import PassageIndex
from knowledge.library import STATES_NAME, VECTORS_NAME, Library

RANKS = (1, 5, 20)
#: Candidates of each side that are fused.
DEPTH = 100
#: Asked of a library of made-up passages.
QUESTIONS = 1000

Ranking = Sequence[int]


@dataclass(frozen=True)
class Questions:
    """Distinct contexts, and for each question its text, the number of its context and its answers."""

    contexts: list[str]
    questions: list[str]
    gold: list[int]
    answers: list[tuple[str, ...]]


def read_questions(path: Path, limit: int | None = None) -> Questions:
    """Read the answerable questions of `path`, evenly thinned out to `limit`; all contexts are kept.

    Raises ReparteeError if the file is neither of the two formats, or has no answerable questions.
    """
    rows = squad.load(path)
    contexts: dict[str, int] = {}
    for row in rows:
        contexts.setdefault(row.context, len(contexts))
    asked = [row for row in rows if row.answers]
    if not asked:
        raise ReparteeError(f"{path} has no answerable questions; SQuAD's JSON is expected.")
    asked = asked[:: max(1, len(asked) // limit)][:limit] if limit else asked
    return Questions(
        list(contexts),
        [row.question for row in asked],
        [contexts[row.context] for row in asked],
        [row.answers for row in asked],
    )


def recall(rankings: Sequence[Ranking], gold: Sequence[int]) -> tuple[float, ...]:
    """Share of questions, in percent, whose gold text is among the first k of its ranking, for k in RANKS."""
    found = [
        list(ranking).index(right) if right in ranking else DEPTH for ranking, right in zip(rankings, gold, strict=True)
    ]
    return tuple(100 * sum(rank < k for rank in found) / len(found) for k in RANKS)


def index_contexts(data: Questions) -> PassageIndex:
    """Index every context as one passage, in memory."""
    index = PassageIndex.create(None)
    with index.writing() as writer:
        for number, context in enumerate(data.contexts):
            writer.add(number, number, "", "", context)
        writer.commit("recall", 1)
    return index


def search_contexts(index: PassageIndex, questions: Sequence[str]) -> tuple[list[list[tuple[int, float]]], list[float]]:
    """Return (id, score) of the best DEPTH contexts per question, and the time of each search in ms."""
    rankings, spent = [], []
    for question in questions:
        began = time.perf_counter_ns()
        rankings.append(index.search(question, DEPTH))
        spent.append((time.perf_counter_ns() - began) / 1e6)
    return rankings, spent


def misspelt(question: str, noise: random.Random) -> str:
    """Swap two neighbouring letters inside one of the longer words."""
    words = question.split()
    if longer := [place for place, word in enumerate(words) if len(word) > 5]:
        place = noise.choice(longer)
        word = words[place]
        at = noise.randrange(1, len(word) - 2)
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


def ablations(index: PassageIndex, data: Questions) -> Iterator[tuple[str, tuple[float, ...], str]]:
    """Recall with one part of the query taken out at a time, and for misspelt questions."""
    noise = random.Random(1)  # noqa: S311
    wrong = [misspelt(question, noise) for question in data.questions]
    for name, questions, weights in [
        ("  without stemming", data.questions, Weights(text=0.0)),
        ("  without exact words", data.questions, Weights(exact=0.0)),
        ("  without pairs", data.questions, Weights(pair=0.0)),
        ("  without stop words", data.questions, Weights(stop_words=frozenset())),
        ("misspelt questions", wrong, Weights()),
        ("  without similar words", wrong, Weights(similar=0.0)),
    ]:
        hits, spent = search_contexts(index.weighted(weights), questions)
        yield name, recall([[number for number, _ in row] for row in hits], data.gold), percentiles(spent)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What searches of a library came to: recall, ms of each search, and what its passages took to get in."""

    recall: tuple[float, ...]
    spent: list[float]
    passages: int
    per_second: float
    vector_bytes: float
    state_bytes: float


def library_passages(data: Questions, *, ranked: bool = True) -> Found:
    """Search as the assistant does, over passages: recall of a passage of the right context that has the answer in it.

    A search is for 20 hits with texts and tokens. `ranked`: with the token vectors of the bundled weights, and
    with states of the passages where these weights can be read apart on this machine.
    """
    checkpoint = Checkpoint.load(default_checkpoint_path())
    tokenizer = Tokenizer(checkpoint.vocab, checkpoint.lower_case)
    found, spent = [], []
    with tempfile.TemporaryDirectory() as home:
        library = Library.open(Path(home), tokenizer.encode)
        maker = TokenVectors.load(checkpoint, cache_dir=Path(home)) if ranked else None
        if maker is not None:
            library.rank_with(maker)
        apart = Apart.load(checkpoint, runtime="auto", cache_dir=Path(home)) if ranked else None
        if apart is not None:
            library.read_with(apart)
        began = time.perf_counter()
        library.add_texts((str(number), context) for number, context in enumerate(data.contexts))
        library.finish()
        adding_s = time.perf_counter() - began
        for question, gold, answers in zip(data.questions, data.gold, data.answers, strict=True):
            began = time.perf_counter_ns()
            hits = library.search(question, RANKS[-1])
            spent.append((time.perf_counter_ns() - began) / 1e6)
            right = (
                hit.passage.document == str(gold) and any(answer in hit.passage.text for answer in answers)
                for hit in hits
            )
            found.append(next((rank for rank, is_right in enumerate(right) if is_right), DEPTH))
        count = library.count()
        library.close()
        for made_with in (maker, apart):
            if made_with is not None:
                made_with.close()
        vectors, states = (
            path.stat().st_size / count if (path := Path(home, name)).exists() else 0.0
            for name in (VECTORS_NAME, STATES_NAME)
        )
    shares = tuple(100 * sum(rank < k for rank in found) / len(found) for k in RANKS)
    return Found(
        recall=shares,
        spent=spent,
        passages=count,
        per_second=count / adding_s,
        vector_bytes=vectors,
        state_bytes=states,
    )


def fuse_ranks(bm25: Ranking, dense: Ranking, constant: float = 10, weight: float = 0.5) -> list[int]:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009)."""
    scores: dict[int, float] = {}
    for ranking, share in ((bm25, 1.0), (dense, weight)):
        for rank, number in enumerate(ranking):
            scores[number] = scores.get(number, 0) + share / (constant + rank)
    return sorted(scores, key=lambda number: -scores[number])


def fuse_scores(bm25: Sequence[tuple[int, float]], cosines: NDArray[np.float32], weight: float = 1.0) -> list[int]:
    """Add the cosine to the BM25 score divided by its maximum."""
    best = np.argsort(-cosines)[:DEPTH]
    scaled = {number: score / bm25[0][1] for number, score in bm25}
    scores = {int(n): scaled.get(int(n), 0.0) + weight * float(cosines[n]) for n in {*best.tolist(), *scaled}}
    return sorted(scores, key=lambda number: -scores[number])


def percentiles(spent: Sequence[float]) -> str:
    """Median and 99th percentile of milliseconds, for people."""
    figures = Figures.of(spent)
    return f"p50 {figures.p50:.2f} ms, p99 {figures.p99:.2f} ms"


def dense_rows(
    data: Questions, model: Path, bm25: list[list[tuple[int, float]]]
) -> list[tuple[str, tuple[float, ...], str]]:
    """Recall of the vectors of `model` alone, and fused with BM25; the times are those of encoding one question."""
    from engines.encoder import Encoder

    with tempfile.TemporaryDirectory() as cache:
        encoder = Encoder.load(model, cache_dir=Path(cache))
        contexts = encoder.encode(data.contexts)
        vectors, spent = [], []
        for question in data.questions:
            began = time.perf_counter_ns()
            vectors.append(encoder.encode([question])[0])
            spent.append((time.perf_counter_ns() - began) / 1e6)
        encoder.close()
    cosines = np.stack(vectors) @ contexts.T
    dense = [np.argsort(-row)[:DEPTH].tolist() for row in cosines]
    by_rank = [fuse_ranks([number for number, _ in hits], row) for hits, row in zip(bm25, dense, strict=True)]
    by_score = [fuse_scores(hits, row) for hits, row in zip(bm25, cosines, strict=True)]
    return [
        ("dense alone", recall(dense, data.gold), percentiles(spent)),
        ("BM25 + dense, by rank", recall(by_rank, data.gold), ""),
        ("BM25 + dense, by score", recall(by_score, data.gold), ""),
    ]


def print_size(
    passages: int, questions: int, store: str, *, vectors: bool, half: bool, slot_ms: float | None = None
) -> None:
    """Print what a library of so many made-up passages costs. Raises ReparteeError for no number of passages."""
    from knowledge.size import measure

    if passages < 1 or questions < 1:
        raise ReparteeError("--passages and --limit must be at least 1.")
    sized = measure(
        passages,
        questions,
        lambda far: print(far, file=sys.stderr),
        store,
        vectors=vectors,
        half=half,
        slot_ms=slot_ms,
    )
    print(f"{sized.passages} passages: {sized.per_second:.0f} a second in, {sized.disk_mb:.0f} MB on the disk")
    print(f"{sized.opening_ms:.0f} ms to open, {sized.one_more_ms:.0f} ms to add one more document")
    if sized.vectors_per_second is not None:
        print(f"{sized.vectors_per_second:.0f} passages a second get their token vectors")
    if sized.copied_per_second is not None:
        print(f"{sized.copied_per_second:.0f} a second copied and indexed by another server")
    print(f"{len(sized.spent)} searches: {percentiles(sized.spent)}, right document among them {sized.found:.1f} %")
    print(f"{sized.memory_mb:.0f} MB in memory at most")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.recall", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--passages", type=int, help="measure a library of so many made-up passages instead")
    parser.add_argument("--store", default="", help="with --passages: in this database, which has no documents yet")
    parser.add_argument("--vectors", action="store_true", help="with --passages: rank by token vectors, too")
    parser.add_argument("--half", action="store_true", help="with --passages: half are in a collection not searched")
    parser.add_argument("--slot", type=float, metavar="MS", help="with --vectors: order only what fits, as a turn does")
    parser.add_argument("--encoder", type=Path, help="folder of a sentence encoder (Hugging Face layout)")
    parser.add_argument("--ablate", action="store_true", help="also take out one part of the query at a time")
    parser.add_argument("--limit", type=int, help="ask only this many questions")
    arguments = parser.parse_args()
    if arguments.file is None and arguments.passages is None:
        parser.exit(2, "Give a FILE of questions, or --passages N.\n")
    try:
        if arguments.passages is not None:
            questions = QUESTIONS if arguments.limit is None else arguments.limit
            print_size(
                arguments.passages,
                questions,
                arguments.store,
                vectors=arguments.vectors,
                half=arguments.half,
                slot_ms=arguments.slot,
            )
            return
        data = read_questions(arguments.file, arguments.limit)
        print(f"{len(data.contexts)} contexts, {len(data.questions)} questions")
        print(f"{'':32}" + "".join(f"{f'R@{k}':>7}" for k in RANKS))
        index = index_contexts(data)
        hits, spent = search_contexts(index, data.questions)
        rows = [("BM25, contexts", recall([[n for n, _ in row] for row in hits], data.gold), percentiles(spent))]
        if arguments.ablate:
            rows += ablations(index, data)
        if arguments.encoder:
            rows += dense_rows(data, arguments.encoder, hits)
        for name, ranked in (("words", False), ("words and vectors", True)):
            library = library_passages(data, ranked=ranked)
            note = f"{percentiles(library.spent)}; {library.per_second:.0f} passages a second in"
            for what, size in (("vectors", library.vector_bytes), ("states", library.state_bytes)):
                note += f", {what} of {size:.0f} bytes each" if size else ""
            rows.append((f"library of {library.passages}: {name}", library.recall, note))
        for name, figures, note in rows:
            print(f"{name:32}" + "".join(f"{figure:7.1f}" for figure in figures) + f"   {note}")
    except ReparteeError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
