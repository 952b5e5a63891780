"""A socket that is emptied at once into memory, for a reader that takes a few bytes at a time.

paho asks for the bytes of a packet in three or four reads, and takes one packet whenever the socket is readable. A
broker that has thousands of retained messages for us sends them within milliseconds and, as Mosquitto by default, drops
what does not fit into the system's buffers and a queue of 1,000 messages. So what came is taken over first, read later.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

from assistant.home.mqtt.packets import Arrived, publish_at

PIECE = 256 * 1024  #: bytes asked for at once
MOST = 32 * 1024 * 1024  #: bytes taken over before they are read; the rest waits in the system's buffers

_NOTHING_YET = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class BufferedSocket:
    """Stands for a non-blocking socket, plain or TLS; everything but what is here is the socket's own."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._buffer = bytearray()
        self._at = 0
        self._end: OSError | bytes | None = None  # how the connection ended: an error, or b"" for a goodbye

    def fill(self) -> None:
        """Take over what has come."""
        del self._buffer[: self._at]
        self._at = 0
        while self._end is None and len(self._buffer) < MOST:
            try:
                piece = self._inner.recv(PIECE)
            except _NOTHING_YET:
                return
            except OSError as error:
                self._end = error
                return
            if not piece:
                self._end = b""
            self._buffer += piece

    def recv(self, size: int) -> bytes:
        """Return up to `size` bytes of what was taken over, or else of the socket. Raises what the socket raises."""
        if not self.pending():
            if isinstance(self._end, OSError):
                raise self._end
            return self._received(size) if self._end is None else b""
        taken = bytes(self._buffer[self._at : self._at + size])
        self._at += len(taken)
        return taken

    def _received(self, size: int) -> bytes:
        try:
            return self._inner.recv(size)
        except _NOTHING_YET:
            raise
        except OSError as error:
            self._end = error
            raise

    def messages(self, *, properties: bool) -> Iterator[Arrived]:
        """Yield the messages that come next, up to another packet or one that has not come as a whole."""
        while (found := publish_at(self._buffer, self._at, properties=properties)) is not None:
            message, self._at = found
            yield message

    def pending(self) -> int:
        """Return how many bytes were taken over and not read yet."""
        return len(self._buffer) - self._at

    @property
    def ended(self) -> bool:
        """Whether nothing more will come than what is pending."""
        return self._end is not None

    @property
    def failure(self) -> OSError | None:
        """With what error the connection ended; None where it goes on, or ended with a goodbye."""
        return self._end if isinstance(self._end, OSError) else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
