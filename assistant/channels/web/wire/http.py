"""HTTP through uvicorn, with a timer on every head and body, and on every answer that is not read.

Beside asyncio's own callbacks this needs names of uvicorn's that are not documented: `conn`, `on_response_complete` and
`handle_websocket_upgrade` here, `startup` in server.py, what is given to a connection in websocket.py.
tests/assistant/channels/web/wire/test_uvicorn.py holds them against the version installed.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.channels.web.wire.patience import Awaited, Unread


class Http(H11Protocol):
    """One connection until it becomes a WebSocket; `timeout_keep_alive` is the patience with its peer, s."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the head of a request."""
        super().connection_made(transport)
        self._unread = Unread(transport, self.timeout_keep_alive)
        self._unread.begin()
        self._awaited = Awaited(transport, self.timeout_keep_alive)
        self._began = False  # something of the next request has come
        self._ending: asyncio.TimerHandle | None = None
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and see what is missing."""
        self._awaited.got(len(data))
        self._began = True
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the rest of the body, or for the next request."""
        self._began = False
        super().on_response_complete()
        self._watch()

    def shutdown(self) -> None:
        """Let an answer come to its end, if its peer reads it, for as long as the server has; then cut the line."""
        super().shutdown()
        grace = 0 if self._unread.waiting else max(0, (self.config.timeout_graceful_shutdown or 0) - 1)
        self._ending = self.loop.call_later(grace, self.transport.abort)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Leave the connection to the WebSocket."""
        self._stop()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait for the peer to read."""
        super().pause_writing()
        self._unread.wait()

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        self._unread.done()

    def _watch(self) -> None:
        if self.transport.get_protocol() is not self:
            return  # a WebSocket has taken over
        state = self.conn.their_state
        if state is h11.IDLE:
            self._awaited.wait_for("head" if self._began or self.conn.trailing_data[0] else "request")
        else:
            self._awaited.wait_for("body" if state is h11.SEND_BODY else None)

    def _stop(self) -> None:
        self._awaited.stop()
        self._unread.done()
        if self._ending is not None:
            self._ending.cancel()
