"""Vectors that are made once for all servers of a store: the first one makes them, the others fetch them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.index.vectors import Codes, VectorMaker
from knowledge.passages import content_key
from knowledge.store.records import StoreError
from knowledge.store.store import Store

#: Where the database cannot be reached, vectors are made here for so long before it is tried again, seconds.
ALONE_S = 60.0


class SharedVectors:
    """A `VectorMaker` that asks `store` first, and lets other servers have what it had to make."""

    def __init__(self, maker: VectorMaker, store: Store) -> None:
        self._maker, self._store = maker, store
        self._made_of = f"{maker.digest} {maker.dims}"
        self._alone_until = 0.0
        self.dims, self.digest, self.bm25 = maker.dims, maker.digest, maker.bm25

    def question(self, text: str) -> NDArray[np.float32]:
        """Vectors of a question."""
        return self._maker.question(text)

    def passages(self, texts: Sequence[tuple[str, NDArray[np.int32]]]) -> list[Codes]:
        """Vectors of passages, each given by its context and its tokens."""
        keys = [content_key(context, ids) for context, ids in texts]
        made = {key: codes for key, codes in self._fetch(keys).items() if len(codes) % self.dims == 0}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in made}
        if missing:
            codes = self._maker.passages(list(missing.values()))
            fresh = {key: each.tobytes() for key, each in zip(missing, codes, strict=True)}
            self._share(fresh)
            made |= fresh
        return [np.frombuffer(made[key], np.int8).reshape(-1, self.dims) for key in keys]

    def _fetch(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        if time.monotonic() < self._alone_until:
            return {}
        try:
            return self._store.made_elsewhere(self._made_of, keys)
        except StoreError:  # who follows the store tells of it
            self._alone_until = time.monotonic() + ALONE_S
            return {}

    def _share(self, made: dict[bytes, bytes]) -> None:
        if time.monotonic() < self._alone_until or self._store.readonly:
            return
        try:
            self._store.share(self._made_of, made)
        except StoreError:
            self._alone_until = time.monotonic() + ALONE_S
