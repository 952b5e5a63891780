"""The body of a request: how much of it is read, and that the rest has come before it is refused.

Who still sends when the connection is closed may never see the answer, and a proxy then gives one of its own, or none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Send

KB, MB = 1024, 1024 * 1024
#: Bytes of a body that nobody reads which are received and thrown away before it is refused.
PASSED_OVER = 256 * MB


class Body:
    """What a request sends: at most `limit` bytes of it are read, and before a refusal up to `most` let come.

    `receive` and `answering(send)` stand where the application has the server's own. Reading more raises HTTPException.
    """

    def __init__(self, headers: Headers, receive: Receive, limit: int, most: int = PASSED_OVER) -> None:
        declared = headers.get("content-length", "")
        self._declared = int(declared) if declared.isdecimal() else 0
        self._receive, self._limit, self._most = receive, limit, most
        self._read = 0
        # Whose sender asks first whether it may be sent has not sent it.
        self._over = (not self._declared and "transfer-encoding" not in headers) or "expect" in headers

    @property
    def is_too_large(self) -> bool:
        """Whether it is said to be larger than may be read."""
        return self._declared > self._limit

    @property
    def too_large(self) -> str:
        """What is said of it then."""
        most = f"{self._limit // MB} MB" if self._limit >= MB else f"{self._limit // KB} KB"
        return f"The body is larger than {most}, which is the most for this path."

    async def receive(self) -> Message:
        """Return the next part."""
        message = await self._next()
        if self._read > self._limit:
            raise HTTPException(413, self.too_large)
        return message

    def answering(self, send: Send) -> Callable[[Message], Awaitable[None]]:
        """Return `send`, for which a refusal waits until the body is there.

        If that is too much, it is sent at once, and the connection is closed after that much has come.
        """
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refused = True
                if self._declared <= self._most:
                    await self._pass_over()
            elif refused and not (self._over or message.get("more_body")):
                await send({**message, "more_body": True})
                await self._pass_over()
                message = {"type": "http.response.body"}
            await send(message)

        return answer

    async def _pass_over(self) -> None:
        """Throw away what comes, up to `most`."""
        until = self._read + self._most
        while not self._over and self._read < until:
            await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        self._over = not message.get("more_body")
        return message
