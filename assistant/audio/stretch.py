"""Speech made slower or faster at the same pitch: WSOLA (Verhelst and Roelands, ICASSP 1993), as a stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WINDOW_MS, SEARCH_MS = 30, 10  # two periods of a low voice; how far a piece is moved so that it continues the last


class Stretch:
    """Changes the speed of int16 mono PCM at `rate` Hz by the factor `speed`; the pieces may be cut anywhere."""

    def __init__(self, rate: int, speed: float) -> None:
        self._half = rate * WINDOW_MS // 2000
        self._search = rate * SEARCH_MS // 1000
        self._hop = self._half * speed
        # Two raised cosines, half a window apart, add up to one.
        self._fade = (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * self._half) + 0.5) / self._half)).astype(np.float32)
        self._waiting = np.zeros(0, np.float32)
        self._begins = 0  # sample of the input at which what waits begins
        self._ideal = 0.0  # where the next piece would be taken from
        self._next: int | None = None  # where the last one goes on
        self._tail = np.zeros(self._half, np.float32)

    def __call__(self, pcm: bytes, *, last: bool = False) -> bytes:
        """Return what `pcm` makes; some 50 ms are held back until `last`."""
        self._waiting = np.concatenate([self._waiting, np.frombuffer(pcm, np.int16).astype(np.float32)])
        end = self._begins + len(self._waiting)
        if last:
            self._waiting = np.concatenate([self._waiting, np.zeros(4 * self._half + self._search, np.float32)])
        made: list[NDArray[np.float32]] = []
        while self._ideal + self._search + 3 * self._half < self._begins + len(self._waiting):
            if last and self._ideal >= end:
                break
            made.append(self._piece())
        if last:
            made.append(self._tail)
        sound = np.concatenate(made) if made else np.zeros(0, np.float32)
        return bytes(np.clip(sound, -32768, 32767).round().astype(np.int16).tobytes())

    def _piece(self) -> NDArray[np.float32]:
        """Return the next half window."""
        place = int(self._ideal)
        if self._next is None:  # the beginning is heard as it is
            self._tail = self._at(place, self._half) * (1 - self._fade[: self._half])
        else:
            place = self._best(place)
        piece = self._at(place, 2 * self._half) * self._fade
        made = self._tail + piece[: self._half]
        self._tail = piece[self._half :]
        self._next = place + self._half
        self._ideal += self._hop
        gone = max(0, min(self._next, int(self._ideal) - self._search) - self._begins)
        self._waiting, self._begins = self._waiting[gone:], self._begins + gone
        return made

    def _best(self, ideal: int) -> int:
        """Return the place near `ideal` whose sound is most like what would come next."""
        assert self._next is not None
        wanted = self._at(self._next, self._half)
        first = max(self._begins, ideal - self._search)
        near = self._at(first, ideal + self._search - first + self._half)
        likeness = np.correlate(near, wanted, "valid")
        power = np.convolve(near * near, np.ones(self._half, np.float32), "valid")
        return first + int((likeness / np.sqrt(power + 1.0)).argmax())

    def _at(self, place: int, count: int) -> NDArray[np.float32]:
        start = place - self._begins
        piece = self._waiting[start : start + count]
        return piece if len(piece) == count else np.pad(piece, (0, count - len(piece)))
