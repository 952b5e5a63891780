"""A BERT as our kernels take it, on whatever processor: what its linear layers are made of differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Biased(Protocol):
    """A linear layer of any kind."""

    @property
    def bias(self) -> Floats:
        """float32 [out]."""
        ...


L = TypeVar("L", bound=Biased)


@dataclass(frozen=True)
class Norm:
    """LayerNorm: `gain` and `bias`, float32 [hidden]."""

    gain: Floats
    bias: Floats


@dataclass(frozen=True)
class Layer(Generic[L]):
    """`qkv`: query, key and value one below the other, the query times log2(e) / √(head size)."""

    qkv: L
    out: L
    up: L
    down: L
    attended: Norm
    output: Norm


@dataclass(frozen=True)
class Model(Generic[L]):
    """`words`, `positions`, `types`: embedding tables, float32 [rows, hidden].

    `span`: weight [2, hidden] and bias [2] of the span head; None gives hidden states, or what is made of them.
    """

    heads: int
    epsilon: float
    words: Floats
    positions: Floats
    types: Floats
    embedded: Norm
    layers: Sequence[Layer[L]]
    span: tuple[Floats, Floats] | None

    @property
    def hidden(self) -> int:
        """Channels of a token."""
        return int(self.words.shape[1])

    @property
    def inner(self) -> int:
        """Channels between the two layers of the feed-forward part."""
        return len(self.layers[0].up.bias)
