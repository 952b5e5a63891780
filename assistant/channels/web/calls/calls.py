"""The calls of a server: how many there may be, each with its conversation, and how they end."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import logging
import secrets
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from assistant.channels.json import ApiError
from assistant.channels.web.calls.offer import check_offer
from assistant.channels.web.realtime.connection import Connection
from assistant.channels.web.realtime.opening import Caller, opened
from assistant.service import Service

if TYPE_CHECKING:
    from assistant.channels.web.calls.peer import Call

log = logging.getLogger(__name__)

MISSING = "Calls need the package aiortc; install it where the server runs with: pip install 'repartee[webrtc]'."


class Calls:
    """The calls under way, by id."""

    def __init__(self, service: Service) -> None:
        self._service, self._settings = service, service.parts.config.serve
        self._calls: dict[str, Call | None] = {}  # None while a call is being answered
        self._running: set[asyncio.Task[None]] = set()
        self._closing = False

    def __len__(self) -> int:
        return len(self._calls)

    async def take(self, offer: str, caller: Caller) -> tuple[str, str]:
        """Return a new call's id and the SDP that answers its offer. Raises ApiError."""
        if importlib.util.find_spec("aiortc") is None:
            raise ApiError("calls_not_supported", MISSING, status=501)
        check_offer(offer)
        if self._closing or len(self._calls) >= self._settings.calls:
            sentence = f"All {self._settings.calls} calls are taken; try again later, or connect by WebSocket."
            raise ApiError("calls_exhausted", sentence, status=503)
        number = f"rtc_{secrets.token_hex(8)}"
        self._calls[number] = None
        try:
            answer = await self._answer(number, offer, caller)
        except BaseException:
            del self._calls[number]
            raise
        return number, answer

    async def _answer(self, number: str, offer: str, caller: Caller) -> str:
        # The first call waits for the library, and nobody else does.
        module = await asyncio.to_thread(importlib.import_module, "assistant.channels.web.calls.peer")
        async with AsyncExitStack() as stack:
            conversation, protocol = await stack.enter_async_context(opened(self._service, caller, plays=True))
            call: Call = module.Call(conversation.current, idle_s=self._settings.call_idle_s)
            stack.push_async_callback(call.leave)
            answer = await call.answer(offer)
            connection = Connection(call, conversation, protocol, call.voice)
            self._calls[number] = call
            task = asyncio.create_task(self._run(number, connection, stack.pop_all()))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if self._closing:
            call.hang_up("as the server stops")
        return answer

    async def _run(self, number: str, connection: Connection, stack: AsyncExitStack) -> None:
        try:
            async with stack:
                await connection.run()
        except Exception:
            log.exception("a call failed")
        finally:
            del self._calls[number]

    def hang_up(self, number: str) -> None:
        """End a call. Raises ApiError for one that there is not."""
        call = self._calls.get(number)
        if call is None:
            raise ApiError("call_not_found", f"There is no call '{number[:100]}'.", status=404)
        call.hang_up("on request")

    def end(self) -> None:
        """Take no more calls, and end those there are."""
        self._closing = True
        for call in self._calls.values():
            if call is not None:
                call.hang_up("as the server stops")

    async def close(self) -> None:
        """End every call, and wait until they are gone."""
        self.end()
        await asyncio.gather(*self._running, return_exceptions=True)
