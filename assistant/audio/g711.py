"""G.711 companding (ITU-T recommendation G.711, 1988): telephone audio, 8 kHz, one byte per sample."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 8_000  # Hz, of both laws

_BYTES = np.arange(256, dtype=np.int32)


@cache
def _mu_law() -> NDArray[np.int16]:
    """Decoding table, int16[256]. Bits are sent inverted; the bias of 33 is 132 at 16 bits."""
    code = _BYTES ^ 0xFF
    magnitude = (((code & 0x0F) << 3) + 132 << (code >> 4 & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


@cache
def _a_law() -> NDArray[np.int16]:
    """Decoding table, int16[256]. Even bits are sent inverted; segment 0 is linear."""
    code = _BYTES ^ 0x55
    segment, step = code >> 4 & 7, (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, step + 264 << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


@cache
def _encoder(law: str) -> NDArray[np.uint8]:
    """Encoding table, uint8[65536], indexed by the sample's bits: the nearest code, found once per law."""
    table = (_mu_law() if law == "mu" else _a_law()).astype(np.int32)
    order = np.lexsort((-_BYTES, table))  # of the two zeros of the mu law, silence is 0xFF
    levels = table[order]
    samples = np.arange(-32768, 32768)
    # A sample on a boundary takes the outer code, as the recommendation's decision values do.
    above = np.clip(np.searchsorted(levels, samples), 1, 255)
    low, high = levels[above - 1], levels[above]
    doubled = 2 * samples - low - high
    nearest = np.where((doubled > 0) | ((doubled == 0) & (samples >= 0)), above, above - 1)
    codes = np.empty(65536, np.uint8)
    codes[samples & 0xFFFF] = order[nearest]
    return codes


def decode(law: str, data: bytes) -> NDArray[np.int16]:
    """Return the samples, int16[n], of n bytes; `law` is "mu" or "a"."""
    return (_mu_law() if law == "mu" else _a_law())[np.frombuffer(data, np.uint8)]


def encode(law: str, pcm: NDArray[np.int16]) -> bytes:
    """Return the n bytes of int16[n] samples; `law` is "mu" or "a"."""
    return _encoder(law)[pcm.view(np.uint16)].tobytes()
