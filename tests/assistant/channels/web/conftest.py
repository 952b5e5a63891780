"""A server around a small application, in this process and on real sockets, so that tests see both of its sides."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.channels.web.server import Server, bind, options
from assistant.config import ServeConfig


@dataclass
class Running:
    """A server that runs: its port, and uvicorn's own account of connections and tasks."""

    port: int
    server: Server

    @property
    def connections(self) -> set[Any]:
        return self.server.server_state.connections

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def connect(self, *, buffer: int = 0) -> socket.socket:
        """Return a socket connected to it, which takes few bytes that nobody reads where `buffer` says so."""
        line = socket.socket()
        if buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        line.connect(("127.0.0.1", self.port))
        line.setblocking(False)
        return line

    async def rid(self, within_s: float = 60) -> None:
        """Wait until it holds no connection any more, and no application runs."""
        async with asyncio.timeout(within_s):
            while self.connections or self.server.server_state.tasks:
                await asyncio.sleep(0.02)


@pytest.fixture
def running() -> Callable[..., AbstractAsyncContextManager[Running]]:
    """Run an ASGI application: `async with running(app, patience_s=0.5) as server:`."""

    @asynccontextmanager
    async def run(app: Any, **settings: Any) -> AsyncIterator[Running]:
        config = ServeConfig(port=0, **settings)
        ready = asyncio.Event()
        with bind(config) as listener:
            server = Server(options(app, config), ready.set)
            task = asyncio.create_task(server.serve(sockets=[listener]))
            await ready.wait()
            try:
                yield Running(listener.getsockname()[1], server)
            finally:
                server.should_exit = server.force_exit = True
                await task

    return run


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> dict[str, str]:
    """The settings of a certificate for this machine."""
    folder: Path = tmp_path_factory.mktemp("tls")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*make, "-keyout", "key.pem", "-out", "cert.pem"], check=True, capture_output=True, cwd=folder)
    ssl.create_default_context(cafile=folder / "cert.pem")
    return {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}
