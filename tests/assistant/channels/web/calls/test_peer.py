"""One call without a server: how it ends by itself, and what it takes of a caller who sends too much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from assistant.channels.web.realtime.line import LineClosedError
from tests.assistant.channels.web.calls.conftest import WITHIN_S, Caller, an_offer

module = pytest.importorskip("assistant.channels.web.calls.peer", reason="calls need aiortc: pip install aiortc")


@asynccontextmanager
async def connected(**settings: Any) -> AsyncIterator[tuple[Any, Caller]]:
    """A call and its caller, whose data channel is open."""
    call, caller = module.Call(lambda generation: True, **settings), Caller()
    try:
        await caller.accept(await call.answer(await caller.offer()))
        async with asyncio.timeout(WITHIN_S):
            while caller.channel.readyState != "open":
                await asyncio.sleep(0.01)
        yield call, caller
    finally:
        await caller.leave()
        await call.leave()


async def ended(call: Any) -> str:
    """Take what comes until the call has ended; return why."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                await call.receive()
            except LineClosedError as error:
                return str(error)


async def test_a_call_in_which_nothing_happens_ends():
    call = module.Call(lambda generation: True, idle_s=0.05)
    await call.answer(await an_offer())
    assert await ended(call) == "as nothing happened for 0.05 s"
    with pytest.raises(LineClosedError):
        await call.send("{}")
    await call.leave()


async def test_a_caller_who_never_connects_is_given_up(monkeypatch):
    monkeypatch.setattr(module, "CONNECT_S", 0.05)
    call = module.Call(lambda generation: True, idle_s=0)
    await call.answer(await an_offer())
    assert "did not connect" in await ended(call)
    await call.leave()


async def test_in_no_network_at_all_a_call_stays_on_this_machine(monkeypatch):
    monkeypatch.setattr(module, "_host_addresses", lambda use_ipv4, use_ipv6: [])
    async with connected(idle_s=0) as (_, caller):
        offered = [line for line in caller.peer.remoteDescription.sdp.splitlines() if line.startswith("a=candidate")]
        assert offered
        assert all(" 127.0.0.1 " in line for line in offered)


async def test_a_caller_who_leaves_ends_the_call():
    async with connected(idle_s=0) as (call, caller):
        await caller.leave()
        assert await ended(call) == "by the caller"


async def test_events_wait_for_whoever_takes_them_but_not_without_end(monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 100_000)
    async with connected(idle_s=0) as (call, caller):
        caller.channel.send("x" * 10_000)
        caller.channel.send(b"binary")
        took = [message async for message in texts(call, 2)]
        assert took == ["x" * 10_000, None]
        for _ in range(11):
            caller.channel.send("x" * 10_000)
        with pytest.raises(LineClosedError, match="sent more than was taken"):
            await sends(call)


async def sends(call: Any) -> None:
    """Send until the call has ended."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            await call.send("{}")
            await asyncio.sleep(0.01)


async def texts(call: Any, count: int) -> AsyncIterator[str | None]:
    """Yield so many messages, without what the microphone heard."""
    async with asyncio.timeout(WITHIN_S):
        while count:
            message = await call.receive()
            if message is None or isinstance(message, str):
                count -= 1
                yield message
