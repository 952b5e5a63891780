"""A Realtime connection over a WebSocket, which carries audio as messages like everything else."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.channels.web.realtime.line import LineClosedError

GOODBYE_S = 1.0  # for a close frame to leave


class WebSocketLine:
    """An accepted WebSocket as a line."""

    def __init__(self, websocket: WebSocket) -> None:
        self._socket = websocket

    async def receive(self) -> str | None:
        """Return the next message, None for a binary one. Raises LineClosedError."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise _left(message.get("code", 1005))
        text: str | None = message.get("text")
        return text

    async def send(self, text: str) -> None:
        """Send a message. Raises LineClosedError."""
        try:
            await self._socket.send_text(text)
        except WebSocketDisconnect as error:
            raise _left(error.code) from error

    async def close(self, code: int, reason: str) -> None:
        """Send a close frame; a client that reads nothing lets none out."""
        with contextlib.suppress(asyncio.TimeoutError, RuntimeError, WebSocketDisconnect):
            await asyncio.wait_for(self._socket.close(code, reason), GOODBYE_S)

    def cut(self) -> None:
        """Close the socket without a word."""
        if abort := self._socket.scope["state"].get("abort"):
            abort()


def _left(code: int) -> LineClosedError:
    return LineClosedError(f"by the client with {code}")  # RFC 6455, 7.4
