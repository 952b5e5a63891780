"""A socket that listens where the configuration says."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from assistant.channels.gate import is_loopback
from engines.errors import ReparteeError


@dataclass(frozen=True, kw_only=True)
class Place:
    """An address of this machine, looked up."""

    host: str
    port: int
    family: int
    address: Any

    @classmethod
    def of(cls, host: str, port: int, setting: str) -> Place:
        """Look `host` up. Raises ReparteeError, which names the setting, for one that is not an address."""
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
                0
            ]
        except (socket.gaierror, UnicodeError, OverflowError) as error:
            raise ReparteeError(f"{setting}: '{host}' is not an address of this machine; try 127.0.0.1.") from error
        return cls(host=host, port=port, family=family, address=address)

    @property
    def loopback(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(str(self.address[0]))

    def listen(self, remedy: str) -> socket.socket:
        """Return the socket; port 0 takes a free one. Raises ReparteeError, which ends in `remedy`."""
        listener = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(self.address)
            listener.listen(1024)
        except OSError as error:
            listener.close()
            raise ReparteeError(
                f"{self.host} port {self.port} cannot be listened on ({error.strerror}); {remedy}."
            ) from error
        return listener
