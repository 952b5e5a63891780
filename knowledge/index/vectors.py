"""Token vectors of every passage: what words find is put in a better order by them (`engines.reader.late`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.index.derived import Derived
from knowledge.passages import Passage

#: Raised when vectors are stored in another way.
VERSION = 1

Codes = NDArray[np.int8]


class VectorMaker(Protocol):
    """What makes vectors and compares them: `engines.reader.late.TokenVectors`."""

    dims: int
    digest: str
    bm25: float

    def passages(self, texts: Sequence[tuple[str, NDArray[np.int32]]]) -> list[Codes]:
        """Vectors of passages, each given by its context and its tokens."""
        ...

    def question(self, text: str) -> NDArray[np.float32]:
        """Vectors of a question."""
        ...


class Vectors(Derived):
    """The vectors of one home; a passage that has none keeps the place that its words give it."""

    def __init__(self, path: Path, maker: VectorMaker, *, readonly: bool = False) -> None:
        def make(passages: Sequence[Passage]) -> list[bytes]:
            made = maker.passages([(each.context, each.tokens.ids) for each in passages])
            return [codes.tobytes() for codes in made]

        self._dims = maker.dims
        super().__init__(path, f"{VERSION} {maker.digest} {maker.dims}", make, readonly=readonly)

    def codes(self, identities: Sequence[int]) -> dict[int, Codes]:
        """The vectors of these passages, of those that have any: int8 [tokens, dims]."""
        return {
            identity: np.frombuffer(made, np.int8).reshape(-1, self._dims)
            for identity, made in self.of(identities).items()
            if len(made) % self._dims == 0
        }


def reorder(ranked: Sequence[tuple[int, float]], scores: dict[int, float], bm25: float) -> list[tuple[int, float]]:
    """Sort what words found by the score of the vectors plus `bm25` times that of the words.

    A passage without vectors gets the mean of the others' scores, so that its words decide.
    """
    mean = sum(scores.values()) / len(scores) if scores else 0.0
    mixed = [(identity, scores.get(identity, mean) + bm25 * score) for identity, score in ranked]
    return sorted(mixed, key=lambda each: -each[1])
