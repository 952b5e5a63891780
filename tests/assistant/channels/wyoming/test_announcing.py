"""The announcement, found by another browser of the same machine."""

from __future__ import annotations

import asyncio
import sys

import pytest
from zeroconf import ServiceBrowser, Zeroconf

from assistant.channels.wyoming.address import Allowed
from assistant.channels.wyoming.announcing import SERVICE, announced
from engines.errors import ReparteeError


class Watch:
    """What a browser sees come and go."""

    def __init__(self) -> None:
        self.seen: dict[str, int | None] = {}
        self.addresses: list[str] = []

    def add_service(self, browser: Zeroconf, kind: str, name: str) -> None:
        info = browser.get_service_info(kind, name, 5000)
        if info is not None:
            self.addresses = info.parsed_addresses()
            self.seen[name] = info.port

    def update_service(self, browser: Zeroconf, kind: str, name: str) -> None:
        pass

    def remove_service(self, browser: Zeroconf, kind: str, name: str) -> None:
        self.seen.pop(name, None)


async def until(holds) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.05)


async def test_it_is_found_while_it_is_served_and_gone_afterwards() -> None:
    try:
        browser = Zeroconf(interfaces=["127.0.0.1"])
    except OSError as error:
        pytest.skip(f"needs multicast: {error}")
    watch = Watch()
    try:
        browsing = ServiceBrowser(browser, SERVICE, watch)
        async with announced("192.0.2.7", 10300, interfaces=["127.0.0.1"]):
            await until(lambda: watch.seen)
            ((name, port),) = watch.seen.items()
            assert name.startswith("Repartee ")
            assert port == 10300
            assert watch.addresses == ["192.0.2.7"]
        await until(lambda: not watch.seen)
        browsing.cancel()
    finally:
        await asyncio.to_thread(browser.close)


async def test_without_the_library_that_is_said_and_served_all_the_same(caplog, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "zeroconf", None)
    async with announced("192.0.2.7", 10300):
        pass
    assert "pip install 'repartee[wyoming]'" in caplog.text


def test_only_this_machine_and_the_networks_that_are_set_are_let_in() -> None:
    allowed = Allowed(["192.168.1.0/24", "fd00::/8", "10.0.0.7"])
    assert allowed
    for address in ("127.0.0.1", "::1", "192.168.1.200", "::ffff:192.168.1.3", "fd00::5%eth0", "10.0.0.7"):
        assert address in allowed, address
    for address in ("192.168.2.1", "10.0.0.8", "::ffff:8.8.8.8", "fe80::1%eth0"):
        assert address not in allowed, address
    assert not Allowed(())
    assert "8.8.8.8" in Allowed((), anybody=True)
    with pytest.raises(ReparteeError, match="wyoming_allow"):
        Allowed(["my network"])
