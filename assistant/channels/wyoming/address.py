"""Where Wyoming is served and who may come: the protocol knows no token, so an address is all there is to go by."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.channels.gate import is_loopback
from engines.errors import ReparteeError

PORT = 10300  # what Home Assistant's own speech recognition takes, too


@dataclass(frozen=True)
class Address:
    """A host and a port."""

    host: str
    port: int

    @classmethod
    def parse(cls, uri: str, setting: str) -> Address:
        """Read `tcp://HOST[:PORT]`. Raises ReparteeError, which names the setting, for anything else."""
        try:
            parts = urlsplit(uri)
            host, port = parts.hostname, parts.port
        except ValueError:
            parts, host, port = urlsplit(""), None, None
        if parts.scheme != "tcp" or not host or parts.path not in ("", "/") or parts.query or parts.username:
            raise ReparteeError(f"{setting} must be an address such as tcp://127.0.0.1:{PORT}, not '{uri[:100]}'.")
        return cls(host, PORT if port is None else port)

    def __str__(self) -> str:
        return f"tcp://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class Allowed:
    """Which addresses may use Wyoming: this machine's own, and the networks that are set."""

    def __init__(self, networks: Sequence[str], *, anybody: bool = False) -> None:
        try:
            self._networks = [ipaddress.ip_network(network, strict=False) for network in networks]
        except ValueError as error:
            raise ReparteeError(
                f"serve.wyoming_allow has networks such as 192.168.1.0/24, or addresses; {error}."
            ) from error
        self._anybody = anybody

    def __contains__(self, address: object) -> bool:
        if self._anybody or is_loopback(str(address)):
            return True
        found = ipaddress.ip_address(str(address).partition("%")[0])
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self._networks)

    def __bool__(self) -> bool:
        """Whether anybody beyond this machine may come."""
        return self._anybody or bool(self._networks)
