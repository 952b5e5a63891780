"""States of every passage: with them a slot has room for more passages to be read (`engines.reader.apart`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.index.derived import Derived
from knowledge.passages import Passage

#: Raised when states are stored in another way, or passages are read with another context.
VERSION = 2


class StateMaker(Protocol):
    """What makes states: `engines.reader.apart.Apart`."""

    digest: str

    def passages(self, texts: Sequence[tuple[str, NDArray[np.int32]]]) -> list[bytes]:
        """States of passages, each given by its context and its tokens."""
        ...


class States(Derived):
    """The states of one home, of `most_bytes` at most; a passage that has none is read whole."""

    def __init__(self, path: Path, maker: StateMaker, *, readonly: bool = False, most_bytes: int | None = None) -> None:
        def make(passages: Sequence[Passage]) -> list[bytes]:
            return maker.passages([(each.context, each.tokens.ids) for each in passages])

        super().__init__(path, f"{VERSION} {maker.digest}", make, readonly=readonly, most_bytes=most_bytes)
