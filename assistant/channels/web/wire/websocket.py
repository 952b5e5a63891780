"""WebSocket (RFC 6455) as ASGI (spec 2.4), on the protocol without I/O of `websockets`; uvicorn hands connections over.

Whatever a peer sends costs a bounded share of the loop and of memory: frames are parsed some at a time and at a steady
rate, messages wait in an inbox counted in bytes, of the pongs that are not read only the latest waits. A peer whose
sending is held up by us is not taken for gone; one that reads nothing is cut.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import uvicorn
from uvicorn.server import ServerState
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol

from assistant.channels.limits import Bucket
from assistant.channels.web.wire.patience import Unread

log = logging.getLogger(__name__)

INBOX_BYTES = 8 * 1024 * 1024  # of messages that the application has not taken; beyond them nothing is read
MESSAGE_COST = 512  # bytes that a message costs besides its own
FRAGMENTS = 16_384  # of one message, which may be 16 MiB in pieces of 1 KiB
PIECE = 4096  # bytes parsed at a time
FRAMES_A_STEP = 500  # parsed before others get their turn
FRAMES, FRAMES_PER_SECOND = 4000, 2000  # a burst, then the rate that parsing slows down to
CLOSE_S = 5.0  # for the peer to close after us


class LeftError(OSError):
    """The peer is gone; ASGI asks for an OSError."""


class WebSocket(asyncio.Protocol):
    """One connection; made by uvicorn, which then feeds it the request it has read already."""

    def __init__(
        self, config: uvicorn.Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any = None
    ) -> None:
        self._app, self._config, self._server, self._state = config.loaded_app, config, server_state, app_state
        self._line = ServerProtocol(max_size=config.ws_max_size, logger=_quiet)
        self._loop = asyncio.get_running_loop()
        self._unparsed = bytearray()
        self._frames = Bucket(FRAMES, FRAMES_PER_SECOND)
        self._parsing: asyncio.TimerHandle | None = None
        self._message, self._fragments, self._is_text = bytearray(), 0, True
        self._inbox: deque[tuple[dict[str, Any], int]] = deque()  # messages and what each costs
        self._inbox_bytes, self._come = 0, asyncio.Event()
        self._paused = self._gone = False
        self._pong = b""
        self._writable = asyncio.Event()
        self._writable.set()
        self._response: Response | None = None  # what the handshake will be answered with; None when it is answered
        self._denial: tuple[int, Headers] | None = None
        self._beat: asyncio.TimerHandle | None = None
        self._alive_at = 0.0
        self._closing: asyncio.TimerHandle | None = None

    # What asyncio and uvicorn call

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._unread = Unread(transport, self._config.timeout_keep_alive)
        self._unread.begin()
        self._server.connections.add(self)  # type: ignore[arg-type]

    def connection_lost(self, _exc: Exception | None) -> None:
        """Tell the application, wherever it waits."""
        self._server.connections.discard(self)
        self._unread.done()
        for timer in (self._beat, self._parsing, self._closing):
            if timer is not None:
                timer.cancel()
        self._unparsed.clear()
        self._leave(1006)
        self._writable.set()  # asyncio resumes nobody who waits for a lost connection

    def data_received(self, data: bytes) -> None:
        """Parse what came, some of it now and the rest soon."""
        self._alive_at = self._loop.time()
        self._unparsed += data
        if self._parsing is None:
            self._parse()

    def pause_writing(self) -> None:
        """Let the application wait for the peer to read."""
        self._writable.clear()
        self._unread.wait()

    def resume_writing(self) -> None:
        """Let the application write on."""
        self._alive_at = self._loop.time()
        self._unread.done()
        self._writable.set()
        if self._pong:
            self._transport.write(self._pong)
            self._pong = b""

    def shutdown(self) -> None:
        """Close with 1012: the server ends."""
        self._leave(1012)
        if self._line.state is State.OPEN:
            self._line.send_close(1012)
        elif self._response is not None:
            self._answer(self._line.reject(HTTPStatus.SERVICE_UNAVAILABLE, "The server ends.\n"))
        self._flush()
        self._transport.close()

    # Receiving

    def _parse(self) -> None:
        self._parsing = None
        frames = 0
        while self._unparsed and frames < FRAMES_A_STEP and not self._full and not self._line.eof_sent:
            piece = bytes(self._unparsed[:PIECE])
            del self._unparsed[:PIECE]
            self._line.receive_data(piece)
            events = self._line.events_received()
            self._flush(pongs=True)
            for event in events:
                self._take(event)
            frames += len(events)
        if self._line.parser_exc is not None and self._line.close_sent is not None:
            self._leave(self._line.close_sent.code, self._line.close_sent.reason)
        if self._line.eof_sent:
            self._unparsed.clear()
        owed = self._frames.owe(frames)
        if owed or (self._unparsed and not self._full):
            self._parsing = self._loop.call_later(owed, self._parse)
        self._regulate()

    @property
    def _full(self) -> bool:
        """Whether the application has to take something before anything more is parsed."""
        return self._inbox_bytes > INBOX_BYTES and not self._gone

    def _regulate(self) -> None:
        """Read on unless there is enough to do."""
        enough = self._parsing is not None or self._full or bool(self._unparsed)
        if enough and not self._paused:
            self._transport.pause_reading()
        elif self._paused and not enough:
            self._alive_at = self._loop.time()
            self._transport.resume_reading()
        self._paused = enough

    def _take(self, event: object) -> None:
        if isinstance(event, Request):
            self._open(event)
        elif isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if not self._gone:
                self._add(event)
        elif isinstance(event, Frame) and event.opcode is Opcode.CLOSE:
            received = self._line.close_rcvd
            self._leave(received.code if received else 1005, received.reason if received else "")
            self._transport.close()

    def _add(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.CONT:
            self._message, self._fragments, self._is_text = bytearray(), 0, frame.opcode is Opcode.TEXT
        self._message += frame.data
        self._fragments += 1
        if self._fragments > FRAGMENTS:
            self._fail(1009, f"A message may come in at most {FRAGMENTS} fragments.")
        elif frame.fin:
            message, self._message = bytes(self._message), bytearray()
            if not self._is_text:
                self._put({"type": "websocket.receive", "bytes": message}, len(message))
                return
            try:
                self._put({"type": "websocket.receive", "text": message.decode()}, len(message))
            except UnicodeDecodeError:
                self._fail(1007, "A text message must be UTF-8.")

    def _fail(self, code: int, reason: str) -> None:
        self._line.fail(code, reason)
        self._leave(code, reason)
        self._flush()

    def _put(self, message: dict[str, Any], size: int) -> None:
        cost = size + MESSAGE_COST
        self._inbox.append((message, cost))
        self._inbox_bytes += cost
        self._come.set()

    def _leave(self, code: int, reason: str = "") -> None:
        """Let the application find, after what it has not taken yet, that nothing more will come."""
        if not self._gone:
            self._gone = True
            self._inbox.append(({"type": "websocket.disconnect", "code": code, "reason": reason}, 0))
            self._come.set()

    async def _receive(self) -> dict[str, Any]:
        while not self._inbox:
            self._come.clear()
            await self._come.wait()
        if self._gone and len(self._inbox) == 1:
            return self._inbox[0][0]  # that the peer is gone is told to everybody who asks
        message, cost = self._inbox.popleft()
        self._inbox_bytes -= cost
        if self._paused and not self._gone:
            if self._unparsed and self._parsing is None and not self._full:
                self._parsing = self._loop.call_later(0, self._parse)
            self._regulate()
        return message

    # The handshake

    def _open(self, request: Request) -> None:
        response = self._line.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._answer(response)
            self._transport.close()
            return
        self._response = response
        path, _, query = request.path.partition("?")
        root, tls = self._config.root_path, self._transport.get_extra_info("sslcontext") is not None
        # Bytes beyond ASCII are Latin-1 since websockets 17 and surrogates before it.
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1", "surrogateescape"))
            for name, value in request.headers.raw_items()
        ]
        protocols = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
        scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if tls else "ws",
            "server": (self._transport.get_extra_info("sockname") or ("", 0))[:2],
            "client": (self._transport.get_extra_info("peername") or ("", 0))[:2],
            "root_path": root,
            "path": root + unquote(path),
            "raw_path": (root + path).encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": headers,
            "subprotocols": [name for part in protocols.split(",") if (name := part.strip())],
            "state": self._state | {"abort": self._transport.abort},
            "extensions": {"websocket.http.response": {}},
        }
        self._put({"type": "websocket.connect"}, 0)
        task = self._loop.create_task(self._run(scope))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, self._receive, self._send)
        except LeftError:
            pass
        except Exception:
            log.exception("a WebSocket failed")
        finally:
            if self._response is not None:
                self._answer(self._line.reject(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong.\n"))
            if self._closing is None:
                self._transport.close()

    def _answer(self, response: Response) -> None:
        self._response = None
        self._line.send_response(response)
        self._flush()

    # Sending

    async def _send(self, message: dict[str, Any]) -> None:
        await self._writable.wait()
        if self._gone:
            raise LeftError
        match message["type"]:
            case "websocket.accept" if self._response is not None:
                self._accept(message)
            case "websocket.http.response.start" if self._response is not None:
                self._denial = message["status"], _headers(message)
            case "websocket.http.response.body" if self._response is not None and self._denial is not None:
                self._deny(*self._denial, message.get("body", b""))
            case "websocket.close" if self._response is not None:
                self._answer(self._line.reject(HTTPStatus.FORBIDDEN, ""))
                self._leave(1006)
            case "websocket.send" if self._line.state is State.OPEN:
                self._say(message)
            case "websocket.close" if self._line.state is State.OPEN:
                self._line.send_close(message.get("code", 1000), message.get("reason") or "")
                self._flush()
                self._leave(message.get("code", 1000))
                self._closing = self._loop.call_later(CLOSE_S, self._transport.close)
            case unexpected:
                raise RuntimeError(f"Unexpected ASGI message '{unexpected}' of a WebSocket.")

    def _accept(self, message: dict[str, Any]) -> None:
        assert self._response is not None
        response = self._response
        response.headers.update(_headers(message))
        if chosen := message.get("subprotocol"):
            response.headers["Sec-WebSocket-Protocol"] = chosen
        self._answer(response)
        self._alive_at = self._loop.time()
        if self._config.ws_ping_interval:
            self._beat = self._loop.call_later(self._config.ws_ping_interval, self._ping)

    def _deny(self, status: int, headers: Headers, body: bytes) -> None:
        headers["Connection"] = "close"
        headers.setdefault("Content-Length", str(len(body)))
        self._answer(Response(status, HTTPStatus(status).phrase, headers, body))
        self._leave(1006)

    def _say(self, message: dict[str, Any]) -> None:
        if (text := message.get("text")) is not None:
            self._line.send_text(text.encode())
        else:
            self._line.send_binary(message["bytes"])
        self._flush()

    def _flush(self, *, pongs: bool = False) -> None:
        """Write what there is; of pongs that the peer does not read, keep the latest (RFC 6455, 5.5.3)."""
        writes = [data for data in self._line.data_to_send() if data != SEND_EOF]
        if pongs and not self._writable.is_set() and self._line.state is State.OPEN:
            self._pong = writes[-1] if writes else self._pong
        elif writes:
            self._transport.write(b"".join(writes))
        if self._line.eof_sent and self._response is None:
            self._transport.close()

    def _ping(self) -> None:
        """Ping a peer that was heard of lately; cut one that was not for two intervals, unless we did not listen."""
        interval = float(self._config.ws_ping_interval or 0)
        now = self._loop.time()
        if self._paused:
            self._alive_at = now
        if now - self._alive_at >= 2 * interval - 0.01:
            self._fail(1011, "keepalive ping timeout")
            self._transport.abort()
        elif self._line.state is State.OPEN:
            self._line.send_ping(b"")
            self._flush()
            self._beat = self._loop.call_later(interval, self._ping)


def _headers(message: dict[str, Any]) -> Headers:
    return Headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.get("headers", []))


_quiet = logging.getLogger(f"{__name__}.frames")
_quiet.setLevel(logging.ERROR)
