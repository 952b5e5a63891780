"""Late interaction (Khattab and Zaharia 2020): a passage's token vectors, made once, against a question's.

A small encoder reads a passage alone, at ingestion, and a question alone, in a turn. A passage's score is the sum, over
the question's tokens, of the largest product with any of the passage's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint, Late
from engines.errors import ReparteeError
from engines.reader.windows import CONTEXT_TOKENS, Ids, context_tokens
from engines.runtimes.runtime import Runtime, load_runtime
from engines.tokenize import Tokenizer

#: The longest question and passage, in tokens with special ones: the lengths of training.
QUESTION_TOKENS, PASSAGE_TOKENS = 40, 176
#: Codes of vectors of length 1.
SCALE = 127

#: Multiplications in one product that OpenBLAS does on the thread that asks for it.
ALONE = 1 << 17

Codes = NDArray[np.int8]


class TokenVectors:
    """Makes the vectors; for use from several threads. `dims`: numbers a vector. `digest`: of the weights."""

    def __init__(self, runtime: Runtime, late: Late, tokenizer: Tokenizer, vocab: Sequence[str], digest: str) -> None:
        self.runtime, self._late, self._tokenizer = runtime, late, tokenizer
        self._weight = np.ascontiguousarray(late.weight.T)
        self.dims, self.digest, self.bm25 = len(late.weight), digest, late.bm25
        self._vocab = vocab

    @classmethod
    def load(cls, checkpoint: Checkpoint, *, cache_dir: Path, threads: int | None = None) -> TokenVectors | None:
        """Load what `checkpoint` has for it into a runtime of the CPU; None if it has nothing, or none runs it."""
        late = checkpoint.late
        if late is None:
            return None
        words = {"embeddings.word_embeddings.weight": checkpoint.tensors["embeddings.word_embeddings.weight"]}
        config = dataclasses.replace(checkpoint.config, layers=late.layers)
        digest = f"{checkpoint.digest[:32]}-late"
        alone = Checkpoint(config, {**words, **late.tensors}, checkpoint.vocab, checkpoint.lower_case, digest=digest)
        for name in ("cpu", "openvino"):
            try:
                runtime = load_runtime(name, alone, cache_dir=cache_dir, threads=threads, head="tokens")
            except ReparteeError:
                continue
            tokenizer = Tokenizer(checkpoint.vocab, checkpoint.lower_case)
            return cls(runtime, late, tokenizer, checkpoint.vocab, digest)
        return None

    def passages(self, texts: Sequence[tuple[str, Ids]]) -> list[Codes]:
        """Vectors of passages, each given by its context (title > headings) and tokens: int8 [kept tokens, dims]."""
        rows = [self._passage(context, tokens) for context, tokens in texts]
        out = []
        for ids, hidden in zip(rows, self._run(rows, segment=1), strict=True):
            vectors = product(hidden[self._stored[ids]], self._weight) + self._late.bias
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
            out.append(np.rint(vectors * SCALE).astype(np.int8))
        return out

    def question(self, text: str) -> NDArray[np.float32]:
        """Vectors of a question, as long as its words count: float32 [tokens, dims]."""
        ids = self._tokenizer.encode(text[: 16 * QUESTION_TOKENS]).ids[: QUESTION_TOKENS - 2]
        row = np.concatenate([[self._tokenizer.cls], ids, [self._tokenizer.sep]]).astype(np.int32)
        hidden = self._run([row], segment=0)[0][:-1]
        vectors: NDArray[np.float32] = product(hidden, self._weight) + self._late.bias
        return vectors

    @cached_property
    def _stored(self) -> NDArray[np.bool_]:
        """Which word pieces a vector is kept of: bool [vocabulary]."""
        stored = np.array([_is_word(piece) for piece in self._vocab], bool)
        stored[self._tokenizer.cls] = True
        return stored

    def close(self) -> None:
        """Release the runtime."""
        self.runtime.close()

    def _passage(self, context: str, tokens: Ids) -> Ids:
        head = context_tokens(context, self._tokenizer)[:CONTEXT_TOKENS]
        row = np.concatenate([[self._tokenizer.cls], head, tokens])[: PASSAGE_TOKENS - 1]
        return np.concatenate([row, [self._tokenizer.sep]]).astype(np.int32)

    def _run(self, rows: Sequence[Ids], segment: int) -> list[NDArray[np.float32]]:
        """What the last layer gives for each row: float32 [tokens, hidden]; rows of like length run together."""
        out: list[NDArray[np.float32]] = [np.zeros((0, 0), np.float32)] * len(rows)
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]))
        for begin in range(0, len(rows), self.runtime.max_batch):
            group = order[begin : begin + self.runtime.max_batch]
            bucket = next(each for each in self.runtime.buckets if each >= len(rows[group[-1]]))
            ids, mask = (np.zeros((len(group), bucket), np.int64) for _ in range(2))
            for row, number in enumerate(group):
                ids[row, : len(rows[number])] = rows[number]
                mask[row, : len(rows[number])] = 1
            for number, hidden in zip(group, self.runtime.run(ids, mask * segment, mask), strict=True):
                out[number] = hidden[: len(rows[number])]
        return out


def product(left: NDArray[np.float32] | Codes, right: NDArray[np.float32]) -> NDArray[np.float32]:
    """`left` [n, k] times `right` [k, m]: float32 [n, m].

    In pieces too small for the library behind NumPy to use all cores for: its threads go on spinning for a while after
    a product, on the cores that the reader needs next.
    """
    right = np.ascontiguousarray(right)
    left = left.astype(np.float32, copy=False)
    step = max(1, ALONE // right.size)
    products = np.empty((len(left), right.shape[1]), np.float32)
    for begin in range(0, len(left), step):
        np.matmul(left[begin : begin + step], right, out=products[begin : begin + step])
    return products


def scores(question: NDArray[np.float32], passages: Sequence[Codes]) -> NDArray[np.float32]:
    """The score of each passage: float32 [passages]. `question` [tokens, dims]; a passage has at least one vector."""
    begins = np.concatenate([[0], np.cumsum([len(each) for each in passages])[:-1]])
    products = product(np.concatenate(passages), (question / SCALE).T.astype(np.float32, copy=False))
    best: NDArray[np.float32] = np.maximum.reduceat(products, begins, axis=0).sum(axis=1)
    return best


def _is_word(piece: str) -> bool:
    return piece[:1] != "[" and any(map(str.isalnum, piece))
