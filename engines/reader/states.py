"""What the lower layers give for a passage, as it is kept: a byte a number, with two float16 for each token."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: The largest code, and the least step between two codes: the smallest number of float16 above 0.
LEVELS, LEAST_STEP = 255, 6e-8

#: Bytes a token beside its codes.
_FACTORS = 4


class States(NamedTuple):
    """States of `context passage [SEP]`: `codes` [tokens, hidden] times `step` plus `least`, both [tokens, 1].

    `context`: how many of the tokens are those of the context.
    """

    codes: NDArray[np.uint8]
    step: Floats
    least: Floats
    context: int

    def fill(self, out: Floats, context: int, first: int, count: int) -> None:
        """Write what is read of them: the first `context` tokens, `count` of the passage from `first` on, and [SEP]."""
        begin, last = self.context + first, len(self.codes) - 1
        if context == self.context and first == 0 and begin + count == last:
            self._unpack(out, 0)
            return
        self._unpack(out[:context], 0)
        self._unpack(out[context:-1], begin)
        self._unpack(out[-1:], last)

    def _unpack(self, out: Floats, begin: int) -> None:
        those = slice(begin, begin + len(out))
        np.multiply(self.codes[those], self.step[those], out=out)
        out += self.least[those]


def pack(states: Floats) -> bytes:
    """Round states [tokens, hidden] to 256 levels between the least and the most of each token.

    All codes come first, then the steps, then the least ones. Training sees the same rounding.
    """
    least = states.min(axis=1, keepdims=True).astype(np.float16)
    exact = least.astype(np.float32)
    most = states.max(axis=1, keepdims=True)
    step = np.maximum(np.maximum(most - exact, 1e-6) / LEVELS, LEAST_STEP).astype(np.float16)
    codes = np.clip(np.rint((states - exact) / step.astype(np.float32)), 0, LEVELS).astype(np.uint8)
    return bytes(codes.tobytes() + step.tobytes() + least.tobytes())


def unpack(packed: bytes, hidden: int, tokens: int) -> States | None:
    """Read what `pack` made for a passage of so many tokens; None for what is of another one, or damaged."""
    count, rest = divmod(len(packed), hidden + _FACTORS)
    if rest or count <= tokens:
        return None
    factors = np.frombuffer(packed, np.float16, offset=count * hidden).astype(np.float32).reshape(2, count, 1)
    if not np.isfinite(factors).all():
        return None
    codes = np.frombuffer(packed, np.uint8, count * hidden).reshape(count, hidden)
    return States(codes, factors[0], factors[1], count - tokens - 1)
