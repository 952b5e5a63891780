"""How long a peer may take: for what it should send, and for reading what it is sent. Whoever takes longer is cut."""

from __future__ import annotations

import asyncio

#: Bytes that a peer sends or reads within its time, so as not to be cut; a phone on a bad line does more.
LEAST_BYTES = 4096


class Unread:
    """Cuts a peer that leaves unread what it is sent: it must read LEAST_BYTES, or all there is, in each `seconds`.

    A protocol calls `begin` once it can be paused, `wait` from pause_writing, `done` from resume_writing and
    connection_lost.
    """

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport, self._seconds = transport, seconds
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Have the protocol paused at once for what the system does not take, not only above asyncio's 64 KiB.

        TLS pauses it in here: what ends its handshake is still to be sent.
        """
        self._transport.set_write_buffer_limits(high=1, low=0)  # not 0, with which TLS pauses for nothing

    @property
    def waiting(self) -> bool:
        """Whether the peer has left something unread."""
        return self._timer is not None

    def wait(self) -> None:
        """Begin to wait for the peer."""
        self.done()
        self._left = self._transport.get_write_buffer_size()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def done(self) -> None:
        """The peer has read everything, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        read = self._left - self._transport.get_write_buffer_size()
        if read < min(self._left, LEAST_BYTES):
            self._transport.abort()
        else:
            self.wait()


class Awaited:
    """Cuts a peer that does not send what it should: LEAST_BYTES, or the end of it, in each `seconds`."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport, self._seconds = transport, seconds
        self._what: str | None = None
        self._bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def got(self, count: int) -> None:
        """Count bytes that came."""
        self._bytes += count

    def wait_for(self, what: str | None) -> None:
        """Wait for something else from now on; None for nothing. What is waited for already keeps its timer."""
        if what != self._what:
            self.stop()
            self._what = what
            if what is not None:
                self._start()

    def stop(self) -> None:
        """Wait for nothing."""
        self._what = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _start(self) -> None:
        self._bytes = 0
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def _look(self) -> None:
        if self._what != "body" or self._bytes < LEAST_BYTES:
            self._transport.abort()
        else:
            self._start()
