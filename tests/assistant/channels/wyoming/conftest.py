"""The real server, and the library's own client with a few words of its own."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, Eventable

from tests.conftest import UNHURRIED, Served


def uri_of(served: Served) -> str:
    """Return where a server serves Wyoming, once it does."""
    deadline = time.monotonic() + 60
    while not (found := re.search(r"^Wyoming at (\S+)$", served.log.read_text(), re.MULTILINE)):
        assert served.process.poll() is None, served.log.read_text()
        assert time.monotonic() < deadline, served.log.read_text()
        time.sleep(0.02)
    return found[1]


@dataclass
class Client:
    """An open connection of the library's client."""

    client: AsyncTcpClient

    async def send(self, *events: Eventable) -> None:
        for event in events:
            await self.client.write_event(event.event())

    async def next(self) -> Event:
        event = await self.client.read_event()
        assert event is not None, "the server closed the connection"
        return event

    async def until(self, kind: str) -> list[Event]:
        """Return the events up to the first of this type, which is the last of them."""
        found = [await self.next()]
        while found[-1].type != kind:
            assert found[-1].type != "error", found[-1].data
            found.append(await self.next())
        return found

    async def ended(self) -> bool:
        return await self.client.read_event() is None


@pytest.fixture(scope="session")
def wyoming_uri(serve, samples_home) -> Iterator[str]:
    """The address of a server that knows the bundled documents and one wake word."""
    settings = UNHURRIED | {"REPARTEE_EAR_WAKE_WORDS": "hey_jarvis"}
    with serve(samples_home, "--wyoming", "tcp://127.0.0.1:0", env=settings) as served:
        yield uri_of(served)


def connecting(uri: str):
    host, port = uri.removeprefix("tcp://").rsplit(":", 1)

    @asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        async with AsyncTcpClient(host, int(port), connect_timeout=60, read_timeout=60) as client:
            yield Client(client)

    return connect


@pytest.fixture
def connect(wyoming_uri):
    """Connect as Home Assistant does, anew for each request: `async with connect() as client:`."""
    return connecting(wyoming_uri)
