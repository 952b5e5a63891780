"""A socket read in larger pieces: paho asks for the bytes of a packet in three or four reads, one packet a wake-up."""

from __future__ import annotations

import socket
from typing import Any

PIECE = 4096  #: bytes; what is in one is handled without the event loop in between, about 1 ms of small messages


class BufferedSocket:
    """Stands for a non-blocking socket; ``recv`` takes from a buffer that one read fills.

    ``pending`` says what the buffer (and a TLS layer below) holds, which the event loop cannot see: aiomqtt reads on
    while it is more than nothing, as it does for TLS.
    """

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._buffer = b""
        self._at = 0

    def recv(self, size: int) -> bytes:
        """Return up to ``size`` bytes. Raises what the socket raises where nothing is there."""
        left = len(self._buffer) - self._at
        if not left:
            if size >= PIECE:
                return self._inner.recv(size)
            self._buffer, self._at = self._inner.recv(PIECE), 0
            left = len(self._buffer)
        taken = self._buffer[self._at : self._at + min(size, left)]
        self._at += len(taken)
        return taken

    def pending(self) -> int:
        """Return how many bytes can be read that the system no longer knows of."""
        left = len(self._buffer) - self._at
        below = getattr(self._inner, "pending", None)
        return left + (below() if below is not None else 0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
