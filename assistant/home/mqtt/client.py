"""aiomqtt's client on sockets of our own: read in slices, with TLS, and never left open."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from typing import Any

import aiomqtt

from assistant.home.mqtt.buffered import BufferedSocket
from assistant.home.mqtt.inbox import Inbox
from assistant.home.settings import HomeConfig
from engines.errors import ReparteeError

KEEPALIVE_S = 15
TIMEOUT_S = 5.0  # for a connection, or for the broker's answer to a subscription
TOGETHER = 16  # messages under way at once; MQTT 5 brokers allow 20 by default
HUNG_UP = "it closed the connection"  # without a word, before it was a connection
SLICE_S = 0.002  # what is handled of a flood before others have their turn


class Client(aiomqtt.Client):
    """A client whose socket never outlives it, even where the broker hangs or connecting is cut short."""

    inbox: Inbox

    def __init__(self, *args: Any, protocol: aiomqtt.ProtocolVersion, **options: Any) -> None:
        super().__init__(*args, protocol=protocol, **options)
        self.version = protocol
        self.speaks_5 = protocol == aiomqtt.ProtocolVersion.V5
        inbox: Any = self._queue  # to aiomqtt a queue of its own messages
        assert isinstance(inbox, Inbox)
        self.inbox = inbox
        self.pending_calls_threshold = TOGETHER + 1  # more is worth a warning
        self._connect_socket = self._client._create_socket  # noqa: SLF001
        self._client._create_socket = self._buffered_socket  # type: ignore[method-assign]  # noqa: SLF001
        self._client._ssl_wrap_socket = self._in_tls  # type: ignore[method-assign,assignment]  # noqa: SLF001

    def _in_tls(self, plain: socket.socket) -> ssl.SSLSocket:
        """Speak TLS on a socket; unlike with paho, it is closed where the certificates are not accepted."""
        context: ssl.SSLContext = self._client._ssl_context  # type: ignore[assignment]  # noqa: SLF001
        connected = context.wrap_socket(plain, server_hostname=self._client.host, do_handshake_on_connect=False)
        try:
            connected.settimeout(TIMEOUT_S)
            connected.do_handshake()
        except BaseException:
            connected.close()
            raise
        return connected

    def _buffered_socket(self) -> Any:
        connected = self._connect_socket()
        for option in _SOCKET_OPTIONS:
            connected.setsockopt(*option)  # type: ignore[attr-defined]
        return BufferedSocket(connected)  # type: ignore[arg-type]

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._watch, sock)

    def _watch(self, sock: BufferedSocket) -> None:
        if sock.fileno() >= 0:  # it may have been closed meanwhile, in the thread that connects
            self._loop.add_reader(sock.fileno(), self._readable, sock)

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:
        def where_open() -> None:
            if sock.fileno() >= 0:
                super(Client, self)._on_socket_register_write(client, userdata, sock)

        self._loop.call_soon_threadsafe(where_open)

    def _on_socket_close(self, client: Any, userdata: Any, sock: Any) -> None:
        if not self._connected.done():  # what it said before it hung up is not read any more
            sock.fill()
            self._loop.call_soon_threadsafe(self._refused, sock.failure)
        super()._on_socket_close(client, userdata, sock)

    def _refused(self, error: OSError | None) -> None:
        """End the wait for a connection that was closed before it was one."""
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError(str(error or HUNG_UP)))
            self._connected.exception()  # maybe nobody waits for it any more

    def _readable(self, sock: BufferedSocket) -> None:
        """Take over what came and read packets of it for a while; the rest after others had their turn."""
        try:
            sock.fill()
            if sock.failure is not None and not self._connected.done():
                self._refused(sock.failure)  # a broker that misses a certificate says so only after the handshake
                return
            until = time.perf_counter() + SLICE_S
            while self._client.socket() is sock:
                if self._client._in_packet["command"] == 0:  # noqa: SLF001 (paho is between two packets)
                    for message in sock.messages(properties=self.speaks_5):
                        self.inbox.put_nowait(message)
                        if time.perf_counter() > until:
                            break
                self._client.loop_read()
                if not (sock.pending() or sock.ended):
                    return
                if time.perf_counter() > until:
                    self._loop.call_soon(self._readable, sock)
                    return
        except Exception as error:  # as aiomqtt does: the connection is broken
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    def abandon(self) -> None:
        """Close what is still open; nothing is sent."""
        if self._disconnected.done() and not self._disconnected.cancelled():
            self._disconnected.exception()  # was told, or nobody asked
        if self._misc_task is not None:
            self._misc_task.cancel()
        left: Any = self._client.socket()
        if left is not None and left.fileno() >= 0:
            loop = asyncio.get_running_loop()
            loop.remove_reader(left.fileno())
            loop.remove_writer(left.fileno())
            left.close()


def tls_context(settings: HomeConfig) -> ssl.SSLContext:
    """Read the certificates and the key of the settings. Raises ReparteeError for what cannot be used."""
    try:
        context = ssl.create_default_context(cafile=settings.ca or None)
    except OSError as error:  # ssl.SSLError too
        raise ReparteeError(f"home.ca: {settings.ca} is not a readable PEM certificate ({_reason(error)}).") from error
    if settings.certificate:
        try:
            context.load_cert_chain(settings.certificate, settings.key or None)
        except OSError as error:
            raise ReparteeError(
                f"home.certificate and home.key: {settings.certificate} and {settings.key or 'no key'} are not a "
                f"readable certificate and its key ({_reason(error)})."
            ) from error
    return context


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _socket_options() -> list[tuple[int, int, int]]:
    # Without TCP_NODELAY, Nagle's algorithm holds small packets back for up to 40 ms.
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: a broker that vanished is noticed when something is sent to it
        options.append((socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2 * KEEPALIVE_S * 1000))
    return options


_SOCKET_OPTIONS = _socket_options()
