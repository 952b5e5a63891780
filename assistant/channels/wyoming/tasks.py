"""What `repartee serve` runs for Wyoming: the server and its announcement, and the satellites that are set up."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.channels.gate import is_loopback
from assistant.channels.wyoming.address import Address, Allowed
from assistant.channels.wyoming.announcing import announced
from assistant.channels.wyoming.satellites import addresses_of, keep_all
from assistant.channels.wyoming.server import bind, require, serve

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.service import Service, Task


@contextmanager
def wyoming(
    config: Config, *, insecure: bool, ready: Callable[[str], None]
) -> Iterator[Callable[[Service], Mapping[str, Task]]]:
    """Listen where the configuration says, if it does, and hand out the tasks of a service that serve there.

    `ready(uri)` is called when connections are accepted. Raises ReparteeError for what cannot be used.
    """
    satellites = addresses_of(config.satellites)
    if satellites:
        require()
    with contextlib.ExitStack() as stack:
        listener, allowed = bind(config, insecure=insecure) if config.serve.wyoming else (None, Allowed(()))
        if listener is not None:
            stack.enter_context(listener)

        def tasks(service: Service) -> Mapping[str, Task]:
            found: dict[str, Task] = {}
            if listener is not None:
                found["wyoming"] = lambda: _serve(service, listener, allowed, ready)
            if satellites:
                found["satellites"] = lambda: keep_all(service, satellites)
            return found

        yield tasks


async def _serve(service: Service, listener: socket.socket, allowed: Allowed, ready: Callable[[str], None]) -> None:
    host, port = listener.getsockname()[:2]
    async with contextlib.AsyncExitStack() as stack:
        if service.parts.config.serve.wyoming_announce and not is_loopback(host):
            await stack.enter_async_context(announced(host, port))
        await serve(service, listener, allowed, ready=lambda: ready(str(Address(host, port))))
