"""Token vectors of every passage: what words find is put in a better order by them (`engines.reader.late`)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.index.derived import Derived
from knowledge.passages import Passage

#: Raised when vectors are stored in another way, or are made with another context.
VERSION = 2

#: Of vectors that were looked at lately so many bytes stay in memory: those of 10,000 passages. An id is used once, and
#: what is made of a passage does not change.
KEPT_BYTES = 32 << 20

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
        self._kept: OrderedDict[int, Codes] = OrderedDict()
        self._kept_bytes = 0
        self._keeping = threading.Lock()
        super().__init__(path, f"{VERSION} {maker.digest} {maker.dims}", make, readonly=readonly)

    def codes(self, identities: Sequence[int]) -> dict[int, Codes]:
        """The vectors of these passages, of those that have any: int8 [tokens, dims]."""
        with self._keeping:
            known = {identity: self._kept[identity] for identity in identities if identity in self._kept}
            for identity in known:
                self._kept.move_to_end(identity)
        missing = [identity for identity in identities if identity not in known]
        read = {
            identity: np.frombuffer(made, np.int8).reshape(-1, self._dims)
            for identity, made in (self.of(missing) if missing else {}).items()
            if len(made) % self._dims == 0
        }
        self._keep(read)
        known |= read
        return {identity: known[identity] for identity in identities if identity in known}

    def _keep(self, read: dict[int, Codes]) -> None:
        with self._keeping:
            for identity, codes in read.items():
                if identity not in self._kept:
                    self._kept[identity] = codes
                    self._kept_bytes += codes.nbytes
            while self._kept_bytes > KEPT_BYTES:
                self._kept_bytes -= self._kept.popitem(last=False)[1].nbytes


def reorder(ranked: Sequence[tuple[int, float]], scores: dict[int, float], bm25: float) -> list[tuple[int, float]]:
    """Sort what words found by the score of the vectors plus `bm25` times that of the words.

    A passage without vectors gets the mean of the others' scores, so that its words decide.
    """
    mean = sum(scores.values()) / len(scores) if scores else 0.0
    mixed = [(identity, scores.get(identity, mean) + bm25 * score) for identity, score in ranked]
    return sorted(mixed, key=lambda each: -each[1])
