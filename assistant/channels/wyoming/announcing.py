"""Telling the local network, by Zeroconf, that Wyoming is served here: Home Assistant then offers to add it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

SERVICE = "_wyoming._tcp.local."


@asynccontextmanager
async def announced(host: str, port: int, *, interfaces: Sequence[str] = ()) -> AsyncIterator[None]:
    """Announce the service at `host` and `port` for the length of the block; without Zeroconf, say so and go on.

    `interfaces` are the addresses of this machine to announce at, all where there are none.
    """
    try:
        from zeroconf import Error, InterfaceChoice, ServiceInfo
        from zeroconf.asyncio import AsyncZeroconf
    except ImportError:
        log.warning("Wyoming is not announced: the package zeroconf is missing (pip install 'repartee[wyoming]').")
        yield
        return
    everywhere = ipaddress.ip_address(host).is_unspecified
    name = socket.gethostname().partition(".")[0] or "repartee"
    zeroconf = None
    try:
        zeroconf = AsyncZeroconf(interfaces=list(interfaces) or InterfaceChoice.All)
        service = ServiceInfo(
            SERVICE,
            f"Repartee {name}.{SERVICE}",
            parsed_addresses=_own_addresses() if everywhere else [host],
            port=port,
            server=f"{name}.local.",
        )
        await (await zeroconf.async_register_service(service, allow_name_change=True))
    except (OSError, Error) as error:
        log.warning("Wyoming is not announced: %s", error or type(error).__name__)
    try:
        yield
    finally:
        if zeroconf is not None:
            with contextlib.suppress(OSError, Error, TimeoutError):
                async with asyncio.timeout(2.0):
                    await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()


def _own_addresses() -> list[str]:
    """Return the addresses under which others reach this machine."""
    import ifaddr

    found = [address.ip for adapter in ifaddr.get_adapters() for address in adapter.ips if address.is_IPv4]
    return [str(ip) for ip in found if not ipaddress.ip_address(str(ip)).is_loopback]
