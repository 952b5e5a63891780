"""WebSocket from the server's side: what floods cost, who is taken for gone, how refusals look."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assistant.channels.web.wire import websocket

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: c29tZSBzaXh0ZWVuIGJ5dA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
EMPTY_TEXT, EMPTY_MORE, EMPTY_LAST = b"\x01\x80\0\0\0\0", b"\x00\x80\0\0\0\0", b"\x80\x80\0\0\0\0"
PING = b"\x89\xfd\0\0\0\0" + bytes(125)


class Echo:
    """Answers every message with its length, once it may; remembers what came."""

    def __init__(self) -> None:
        self.messages: list[int] = []
        self.ended: list[int] = []
        self.may_read = asyncio.Event()
        self.may_read.set()

    async def __call__(self, scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while True:
            await self.may_read.wait()
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self.ended.append(message["code"])
                return
            size = len(message.get("text") or message.get("bytes") or "")
            self.messages.append(size)
            await send({"type": "websocket.send", "text": str(size)})


def flood(server, *pieces: bytes, times: int) -> tuple[threading.Thread, socket.socket]:
    """Shake hands and send, from a thread of its own, reading nothing; ends when the server does not take more."""
    line = socket.create_connection(("127.0.0.1", server.port))
    line.settimeout(5)

    def send() -> None:
        try:
            line.sendall(HANDSHAKE)
            line.recv(64)
            line.sendall(pieces[0])
            for _ in range(times):
                line.sendall(pieces[1] * 1000)
            line.sendall(b"".join(pieces[2:]))
        except OSError:
            pass  # cut, or no longer read

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread, line


async def test_messages_come_and_go_in_order_whole_and_in_pieces(running):
    app = Echo()
    async with running(app) as server, connect(server.ws_url, compression=None, max_size=None) as line:
        assert line.response.headers["Date"]
        for message in ("", "ä" * 70_000, b"\x00\xff", ["in ", "three ", "pieces"], os.urandom(3_000_000)):
            await line.send(message)
        assert [await line.recv() for _ in range(5)] == ["0", "70000", "2", "15", "3000000"]
    assert app.ended == [1000]


async def test_an_application_closes_with_its_code_and_reason(running):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept", "subprotocol": scope["subprotocols"][-1], "headers": [(b"x-a", b"b")]})
        await send({"type": "websocket.close", "code": 1013, "reason": "later"})

    async with running(app) as server:
        line = await connect(server.ws_url, subprotocols=["one", "two"])
        assert (line.subprotocol, line.response.headers["x-a"]) == ("two", "b")
        with pytest.raises(ConnectionClosed):
            await line.recv()
        assert (line.close_code, line.close_reason) == (1013, "later")
        await server.rid()


async def test_a_refusal_is_answered_and_leaves_no_line_in_the_log(running, caplog):
    async def app(scope, receive, send):
        await receive()
        if scope["path"] == "/closed":
            await send({"type": "websocket.close"})
        else:
            headers = [(b"content-type", b"application/json")]
            await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
            await send({"type": "websocket.http.response.body", "body": b'{"error": 1}'})

    caplog.set_level(logging.INFO)
    async with running(app) as server:
        for path, status, body in (("", 401, b'{"error": 1}'), ("closed", 403, b"")):
            with pytest.raises(InvalidStatus) as refused:
                await connect(server.ws_url + path)
            assert (refused.value.response.status_code, refused.value.response.body) == (status, body)
        await server.rid()
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


async def test_an_application_that_fails_is_told_in_the_log_and_to_the_peer(running, caplog):
    async def app(scope, receive, send):
        raise RuntimeError("broken")

    async with running(app) as server:
        with pytest.raises(InvalidStatus, match="500"):
            await connect(server.ws_url)
    assert "broken" in caplog.text


async def test_text_that_is_not_utf_8_ends_the_connection_in_a_sentence_without_a_traceback(running, caplog):
    app = Echo()
    async with running(app) as server:
        line = await connect(server.ws_url)
        await line.send(b"\xff", text=True)
        with pytest.raises(ConnectionClosed):
            await line.recv()
        assert (line.close_code, line.close_reason) == (1007, "A text message must be UTF-8.")
        await server.rid()
    assert (app.messages, app.ended) == ([], [1007])
    assert not caplog.records


async def test_empty_fragments_are_counted_and_others_get_their_turn_between_them(running, monkeypatch):
    """A million of them: each step of the loop parses so many at most, and one message may have so many."""
    steps: list[int] = []
    owe = websocket.Bucket.owe
    monkeypatch.setattr(websocket.Bucket, "owe", lambda self, n: steps.append(n) or owe(self, n))
    app = Echo()
    async with running(app) as server:
        thread, line = flood(server, EMPTY_TEXT, EMPTY_MORE, EMPTY_LAST, times=1000)
        async with connect(server.ws_url) as other:
            for _ in range(5):
                await other.send("x" * 10)
                assert await other.recv() == "10"
        async with asyncio.timeout(60):
            while 1009 not in app.ended:
                await asyncio.sleep(0.05)
        await asyncio.to_thread(thread.join)
        line.close()
    assert max(steps) <= websocket.FRAMES_A_STEP + websocket.PIECE // len(EMPTY_MORE) + 1
    assert websocket.FRAGMENTS < sum(steps) < websocket.FRAGMENTS + 2000
    assert app.messages.count(10) == 5


async def test_pings_whose_pongs_are_not_read_cost_a_bounded_memory(running):
    """100 MB of them; a peer that reads gets all its pongs, one that does not costs us no more than one."""
    app = Echo()
    async with running(app, patience_s=60, ping_s=60) as server:
        thread, line = flood(server, b"", PING, times=800)
        most = 0
        for _ in range(150):
            await asyncio.sleep(0.02)
            for each in server.connections:
                most = max(most, each._transport.get_write_buffer_size() + len(each._pong))
        assert most < 2 * 1024 * 1024
        line.close()
        await asyncio.to_thread(thread.join)
        async with connect(server.ws_url) as other, asyncio.timeout(60):
            for pong in [await other.ping() for _ in range(500)]:
                await pong


@pytest.mark.parametrize("size", [0, 100_000])
async def test_messages_that_are_not_taken_wait_within_a_bound_and_none_is_lost(running, size, monkeypatch):
    monkeypatch.setattr(websocket, "FRAMES_PER_SECOND", 100_000)
    app = Echo()
    app.may_read.clear()
    count = 20_000 if size == 0 else 300
    async with running(app, ping_s=0.3) as server, connect(server.ws_url, compression=None, ping_interval=0.3) as line:

        async def send() -> None:
            for _ in range(count):
                await line.send("x" * size)

        sending = asyncio.create_task(send())
        most = 0
        for _ in range(100):
            await asyncio.sleep(0.02)
            [held] = server.connections
            most = max(most, held._inbox_bytes)
        a_step = websocket.FRAMES_A_STEP + websocket.PIECE // len(EMPTY_TEXT)
        assert most <= websocket.INBOX_BYTES + a_step * (websocket.MESSAGE_COST + size)
        app.may_read.set()
        for _ in range(count):
            assert await line.recv() == str(size)
        await sending
    assert app.messages == [size] * count


async def test_a_peer_whose_sending_we_hold_up_is_not_taken_for_gone(running):
    """More than the inbox holds is sent while the application is busy for ten ping intervals: its pongs are stuck."""
    app = Echo()
    app.may_read.clear()
    options = {"compression": None, "ping_interval": None, "max_size": None}
    async with running(app, ping_s=0.2) as server, connect(server.ws_url, **options) as line:
        await line.send(["x" * 1_000_000] * 12)
        more = asyncio.create_task(line.send("y" * 15_000_000))
        await asyncio.sleep(2)
        assert len(server.connections) == 1
        app.may_read.set()
        assert [await line.recv() for _ in range(2)] == ["12000000", "15000000"]
        await more


async def test_a_peer_that_says_nothing_and_answers_no_ping_is_cut(running):
    app = Echo()
    async with running(app, ping_s=0.2) as server:
        loop = asyncio.get_running_loop()
        line = server.connect()
        await loop.sock_sendall(line, HANDSHAKE)
        assert b" 101 " in await loop.sock_recv(line, 4096)
        await server.rid()
        line.close()
    assert app.ended == [1011]


async def test_a_connection_may_be_silent_for_longer_than_a_request_may_take(running):
    async with running(Echo(), patience_s=1.0) as server, connect(server.ws_url) as line:
        await asyncio.sleep(2)
        await line.send("still here")
        assert await line.recv() == "10"


async def test_the_end_of_the_server_is_told_with_1012(running):
    app = Echo()
    async with running(app) as server:
        line = await connect(server.ws_url)
        server.server.should_exit = True
        with pytest.raises(ConnectionClosed):
            await line.recv()
        assert line.close_code == 1012
    assert app.ended == [1012]


@pytest.mark.parametrize("head", [HANDSHAKE.replace(b"13", b"12"), HANDSHAKE.replace(b"Key: c29", b"Key: ")])
async def test_a_handshake_that_is_none_is_refused(running, head):
    async with running(Echo()) as server:
        loop = asyncio.get_running_loop()
        line = server.connect()
        await loop.sock_sendall(line, head)
        assert (await loop.sock_recv(line, 4096)).startswith((b"HTTP/1.1 426", b"HTTP/1.1 400"))
        await server.rid()
        line.close()
