"""Peers that are slow with what they send, or do not read what they are sent, are cut; the patient are served.

Patience is over when a test says so (`Clock`), not when a busy machine has been slow for so long.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from types import SimpleNamespace

import pytest

from assistant.channels.web.wire import patience
from assistant.channels.web.wire.patience import LEAST_BYTES, Awaited

PATIENCE = {"patience_s": 60.0}
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"


class Clock:
    """Stands in for the loop that the patience with peers is timed by: time passes by `run_out` alone."""

    def __init__(self) -> None:
        self._waiting: dict[Timer, None] = {}
        self.taken = 0  # bytes of requests that the server has taken

    def call_later(self, seconds: float, look) -> Timer:
        assert seconds == PATIENCE["patience_s"]
        timer = Timer(self, look)
        self._waiting[timer] = None
        return timer

    def forget(self, timer: Timer) -> None:
        self._waiting.pop(timer, None)

    async def ready(self, *, taken: int = 0, waiting: int = 0) -> None:
        """Wait until the server has taken so many bytes and waits for so many peers."""
        async with asyncio.timeout(60):
            while self.taken < taken or len(self._waiting) < waiting:
                await asyncio.sleep(0.001)

    def run_out(self) -> None:
        """All that is waited for now has been waited for as long as patience lasts."""
        for timer in list(self._waiting):
            timer.cancel()
            timer.look()


class Timer:
    """One of a clock's."""

    def __init__(self, clock: Clock, look) -> None:
        self._clock, self.look = clock, look

    def cancel(self) -> None:
        self._clock.forget(self)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock, got = Clock(), Awaited.got

    def counted(awaited: Awaited, count: int) -> None:
        clock.taken += count
        got(awaited, count)

    monkeypatch.setattr(patience, "asyncio", SimpleNamespace(get_running_loop=lambda: clock))
    monkeypatch.setattr(Awaited, "got", counted)
    return clock


async def cut(line) -> None:
    """Read until the server has ended the connection."""
    async with asyncio.timeout(60):
        with contextlib.suppress(ConnectionResetError):
            while await asyncio.get_running_loop().sock_recv(line, 4096):
                pass


async def hello(scope, receive, send):
    """Read the body of a POST and answer with its length; refuse anything else without reading."""
    size = 0
    more = scope["method"] == "POST" and scope["path"] == "/"
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"6")]})
    await send({"type": "http.response.body", "body": b"%06d" % size})


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b""),
        (GET, b""),
        (GET + b"\r\n", b""),
        (GET + b"\r\n", GET),
        (GET + b"\r\n" + GET, b""),
        (POST, b""),
        (POST + b"x" * 10, b""),
        (POST.replace(b" / ", b" /refused "), b""),
        (POST.replace(b" / ", b" /refused "), b"x" * 10),
    ],
    ids=[
        "silence",
        "half a head",
        "a kept connection",
        "half a second head",
        "half a second head at once",
        "no body",
        "half a body",
        "no body, answered",
        "half a body, answered",
    ],
)
async def test_who_is_slow_with_a_request_is_cut(running, clock, first, then):
    async with running(hello, **PATIENCE) as server:
        loop = asyncio.get_running_loop()
        lines = [server.connect() for _ in range(5)]
        for line in lines:
            await loop.sock_sendall(line, first)
            if then:
                assert await loop.sock_recv(line, 4096)
                await loop.sock_sendall(line, then)
        await clock.ready(taken=len(lines) * len(first + then), waiting=len(lines))
        assert len(server.connections) == len(lines)
        clock.run_out()
        for line in lines:
            await cut(line)
        await server.rid()
        for line in lines:
            line.close()


async def test_who_sends_slowly_but_steadily_is_served(running, clock):
    async with running(hello, **PATIENCE) as server:
        loop = asyncio.get_running_loop()
        line = server.connect()
        await loop.sock_sendall(line, POST)
        await clock.ready(taken=len(POST), waiting=1)
        for number in range(1, 21):
            await loop.sock_sendall(line, b"x" * 5_000)
            await clock.ready(taken=len(POST) + number * 5_000)
            clock.run_out()
        assert (await loop.sock_recv(line, 4096)).endswith(b"100000")
        line.close()


async def test_who_sends_less_than_anybody_can_is_cut(running, clock):
    async with running(hello, **PATIENCE) as server:
        loop = asyncio.get_running_loop()
        line = server.connect()
        await loop.sock_sendall(line, POST)
        await clock.ready(taken=len(POST), waiting=1)
        for piece in (LEAST_BYTES, LEAST_BYTES - 1):
            assert server.connections
            taken = clock.taken
            await loop.sock_sendall(line, b"x" * piece)
            await clock.ready(taken=taken + piece)
            clock.run_out()
        await cut(line)
        await server.rid()
        line.close()


class Speaker:
    """Sends without an end, or all at once, and counts how often it was asked and how often it was stopped."""

    def __init__(self, *, chunk: int, chunks: int) -> None:
        self.chunk, self.chunks, self.sent, self.asked, self.stopped = bytes(chunk), chunks, 0, 0, 0

    async def speaks_to(self, count: int) -> None:
        """Wait until so many have asked and something was sent."""
        async with asyncio.timeout(60):
            while self.asked < count or not self.sent:
                await asyncio.sleep(0.005)

    async def __call__(self, scope, receive, send):
        self.asked += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})

        async def gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        async def speak() -> None:
            for _ in range(self.chunks):
                await asyncio.sleep(0)  # a voice makes the next
                await send({"type": "http.response.body", "body": self.chunk, "more_body": True})
                self.sent += len(self.chunk)
            await send({"type": "http.response.body", "body": b""})

        tasks = [asyncio.create_task(gone()), asyncio.create_task(speak())]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self.stopped += not tasks[1].done()
        for task in tasks:
            task.cancel()


@pytest.mark.parametrize(("chunk", "chunks", "stopped"), [(4800, 10**6, 5), (50_000_000, 1, 0), (400_000, 20, 5)])
async def test_who_reads_nothing_is_cut_and_no_longer_spoken_for(running, clock, chunk, chunks, stopped):
    app = Speaker(chunk=chunk, chunks=chunks)
    async with running(app, **PATIENCE) as server:
        loop = asyncio.get_running_loop()
        lines = [server.connect(buffer=4096) for _ in range(5)]
        for line in lines:
            await loop.sock_sendall(line, GET + b"\r\n")
        await app.speaks_to(5)
        await clock.ready(waiting=5)
        clock.run_out()
        await server.rid()
        assert app.stopped == stopped
        for line in lines:
            line.close()


@pytest.mark.parametrize("reads", [True, False])
async def test_the_end_of_the_server_ends_answers_in_order(running, reads, caplog):
    app = Speaker(chunk=4800, chunks=10**6)
    async with running(app, patience_s=60) as server:
        loop = asyncio.get_running_loop()
        line = server.connect(buffer=4096)
        await loop.sock_sendall(line, GET + b"\r\n")

        async def read() -> None:
            with contextlib.suppress(OSError):
                while reads and await loop.sock_recv(line, 65_536):
                    pass

        reading = asyncio.create_task(read())
        await app.speaks_to(1)
        server.server.should_exit = True
        await server.rid()
        await reading
        line.close()
    assert app.stopped == 1
    assert not [record for record in caplog.records if record.exc_info]


async def test_who_reads_slowly_but_steadily_is_spoken_to(running, clock):
    app = Speaker(chunk=20_000_000, chunks=1)  # more than the system takes
    async with running(app, **PATIENCE) as server:
        loop = asyncio.get_running_loop()
        line = server.connect(buffer=65_536)
        await loop.sock_sendall(line, GET + b"\r\n")
        await clock.ready(waiting=1)
        unread = next(iter(server.connections)).transport.get_write_buffer_size
        ran_out = 0
        while left := unread():
            while unread() > max(0, left - 50 * LEAST_BYTES):
                assert await loop.sock_recv(line, 65_536)
            if unread():
                clock.run_out()
                ran_out += 1
        assert ran_out > 2
        await clock.ready(waiting=1)  # for its next request
        assert not app.stopped
        line.close()


async def test_who_begins_tls_and_says_no_more_is_cut(running, certificate):
    """By asyncio itself, in its own time."""
    async with running(hello, patience_s=0.4, **certificate) as server:
        loop = asyncio.get_running_loop()
        lines = [server.connect() for _ in range(50)]
        for line in lines[::2]:
            line.send(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a hello, before anybody has looked
        async with asyncio.timeout(60):
            for line in lines:
                with contextlib.suppress(ConnectionResetError):
                    assert await loop.sock_recv(line, 100) == b""
                line.close()


async def test_a_tls_connection_begins_without_a_complaint(running, certificate, caplog):
    trusting = ssl.create_default_context(cafile=certificate["certificate"])
    trusting.check_hostname = False
    async with running(hello, **certificate) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting)
        writer.write(GET + b"\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
    assert not [record.getMessage() for record in caplog.records if record.name == "asyncio"]


async def test_a_tls_peer_that_reads_nothing_is_cut(running, clock, certificate):
    app = Speaker(chunk=4800, chunks=10**6)
    trusting = ssl.create_default_context(cafile=certificate["certificate"])
    trusting.check_hostname = False
    async with running(app, **PATIENCE, **certificate) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=trusting, limit=1024)
        writer.write(GET + b"\r\n")
        await app.speaks_to(1)
        writer.transport.pause_reading()
        await clock.ready(waiting=1)
        clock.run_out()
        await server.rid()
        assert app.stopped == 1
        assert reader
        writer.close()
