"""uvicorn around the application: where it listens, TLS, keepalive, and an orderly end.

Half-open sockets are found by pings; a client that is slow with a handshake, a request or reading is cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import uvicorn

from assistant.access import check_token
from assistant.channels.listener import Place
from assistant.channels.web.app import build_app
from assistant.channels.web.certificate import names_here, own_certificate
from assistant.channels.web.wire.http import Http
from assistant.channels.web.wire.websocket import WebSocket
from assistant.config import Config, ServeConfig
from assistant.parts import Parts
from assistant.service import SHUTDOWN_S, Service, Task
from engines.errors import ReparteeError

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 16 * 1024 * 1024  # 15 MiB of audio in one append is the API's own limit
RENEW_S = 12 * 3600.0  # between two looks at the end of our own certificate
OTHER_CONNECTIONS = 1000  # besides the sessions


def bind(config: ServeConfig, *, insecure: bool = False) -> socket.socket:
    """Return a socket that listens where the configuration says; port 0 takes a free one.

    Raises ReparteeError for an unknown host, a port that is taken, a token that no client could send, and an address
    that others can reach while no token is set, unless `insecure` says that this is meant.
    """
    check_token(config.token)
    place = Place.of(config.host, config.port, "serve.host")
    if not (place.loopback or config.token or insecure):
        raise ReparteeError(
            f"Others can reach {config.host} and no token is set; set serve.token (or REPARTEE_SERVE_TOKEN), or say "
            "--insecure to let anybody in."
        )
    return place.listen("choose another with --port")


def url_of(listener: socket.socket, config: ServeConfig) -> str:
    """Return the address a browser opens."""
    host, port = listener.getsockname()[:2]
    return (
        f"{'https' if config.https or config.certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    )


async def serve(
    config: Config,
    listener: socket.socket,
    *,
    ready: Callable[[str, str], None],
    beside: Callable[[Service], Mapping[str, Task]] = lambda _: {},
) -> None:
    """Serve until SIGTERM or SIGINT.

    `ready(url, told)` is called when connections are accepted; `told`: what this machine reads in its slot, in words,
    and how its own certificate is recognised. `beside` returns the tasks of other channels, by name.

    Raises ReparteeError where the assistant cannot be opened or the certificate is unusable.
    """
    check_tls(config.serve)
    own = own_certificate(config.home, names_here(config.serve.hosts)) if config.serve.https else None
    settings = config.serve
    if own is not None:
        settings = dataclasses.replace(settings, certificate=str(own.certificate), key=str(own.key))
    async with Parts.open(config) as parts:
        # Loaded now, so that the first person waits no longer than the second.
        home = parts.open_home(serving=True)
        await asyncio.gather(parts.recognizer(), parts.synthesizer())
        service = Service(parts)

        async def web() -> None:
            """Serve the page and the API until the service stops."""
            await service.house_known()
            app = build_app(service)
            told = "\n".join([parts.reads(), *([own.told()] if own is not None else [])])
            server = Server(options(app, settings), lambda: ready(url_of(listener, settings), told))
            stopping = asyncio.create_task(service.stopping.wait())
            renewing = asyncio.create_task(renew(config, server.config))
            stopping.add_done_callback(lambda _: server.stop())
            stopping.add_done_callback(lambda _: app.state.calls.end())
            try:
                await server.serve(sockets=[listener])
            finally:
                stopping.cancel()
                renewing.cancel()
                await app.state.calls.close()

        tasks: dict[str, Task] = {"web": web, "skills": service.skills, **beside(service)}
        if home is not None:
            tasks["home"] = service.house
        await service.run(**tasks)


async def renew(config: Config, served: uvicorn.Config, *, every_s: float = RENEW_S) -> None:
    """Keep this machine's own certificate from ending while it is served; new connections get the new one."""
    while config.serve.https:
        await asyncio.sleep(every_s)
        try:
            own = await asyncio.to_thread(own_certificate, config.home, names_here(config.serve.hosts))
            if isinstance(served.ssl, ssl.SSLContext):
                served.ssl.load_cert_chain(own.certificate, own.key)
        except (ReparteeError, OSError) as error:
            log.warning("the certificate could not be renewed: %s", error)


def check_tls(config: ServeConfig) -> None:
    """Raise ReparteeError unless certificate and key are both set and fit together, or neither is set."""
    if config.https and (config.certificate or config.key):
        raise ReparteeError("serve.https makes a certificate of its own; leave out either it or serve.certificate.")
    if not config.certificate and not config.key:
        return
    if not (config.certificate and config.key):
        raise ReparteeError("serve.certificate and serve.key belong together; set both, or neither.")
    for name, path in (("certificate", config.certificate), ("key", config.key)):
        if not Path(path).is_file():
            raise ReparteeError(f"serve.{name}: there is no file {path}; give the path of a PEM file.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(config.certificate, config.key)
    except (ssl.SSLError, OSError) as error:
        raise ReparteeError(
            f"serve.certificate and serve.key cannot be used together ({error}); give a matching pair of PEM files."
        ) from error


def options(app: Any, config: ServeConfig) -> uvicorn.Config:
    """Return how uvicorn serves the application."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        # What a stranger sends is nothing to warn the owner of.
        log_level=logging.WARNING if log.isEnabledFor(logging.INFO) else logging.ERROR,
        http=Http,
        ws=WebSocket,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=config.ping_s,
        ws_ping_timeout=config.ping_s,
        timeout_keep_alive=config.patience_s,  # type: ignore[arg-type]  # it may be a fraction
        limit_concurrency=config.sessions + OTHER_CONNECTIONS,
        timeout_graceful_shutdown=int(SHUTDOWN_S) - 1,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=config.certificate or None,
        ssl_keyfile=config.key or None,
    )


class Server(uvicorn.Server):
    """Says when it is ready; signals are the service's."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; uvicorn's own has no say in how long a TLS handshake may take."""
        config, loop = self.config, asyncio.get_running_loop()
        patience = float(config.timeout_keep_alive) if config.ssl else None

        def connection() -> Http:
            return Http(config, self.server_state, self.lifespan.state)

        self.servers = [
            await loop.create_server(
                connection,
                sock=listener,
                ssl=config.ssl,
                backlog=config.backlog,
                ssl_handshake_timeout=patience,
                ssl_shutdown_timeout=patience,
            )
            for listener in sockets or []
        ]
        self.started = True
        self._ready()

    def stop(self) -> None:
        """Take no more connections and end those there are."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the service."""
        yield
