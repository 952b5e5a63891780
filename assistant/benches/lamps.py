"""A lamp in each room of `repartee bench house`: it does what it is told over a real broker, and counts it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import aiomqtt

TOPIC = "bench"


class Lamps:
    """The lamps: `heard` are the commands that each room's lamp got, in their order."""

    def __init__(self, areas: Sequence[str]) -> None:
        self.heard: dict[str, list[str]] = {area: [] for area in areas}
        self._news = asyncio.Event()

    @property
    def total(self) -> int:
        """How many commands came."""
        return sum(map(len, self.heard.values()))

    async def until(self, count: int, within_s: float) -> None:
        """Return when so many commands came, or after some seconds."""
        try:
            async with asyncio.timeout(within_s):
                while self.total < count:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return

    @asynccontextmanager
    async def living(self, url: str) -> AsyncIterator[None]:
        """Announce the lamps on a broker, and answer, for the length of the block."""
        import aiomqtt

        place = urlsplit(url)
        async with aiomqtt.Client(place.hostname or "", place.port or 1883) as client:
            await client.subscribe(f"{TOPIC}/+/set", qos=1)
            for number, area in enumerate(self.heard):
                config = {
                    "name": "Lamp",
                    "unique_id": f"bench{number}",
                    "command_topic": f"{TOPIC}/{number}/set",
                    "state_topic": f"{TOPIC}/{number}/state",
                    "device": {"identifiers": [f"bench{number}"], "name": "Lamp", "suggested_area": area},
                }
                await client.publish(f"homeassistant/light/bench{number}/config", json.dumps(config), 1, retain=True)
                await client.publish(f"{TOPIC}/{number}/state", "OFF", 1, retain=True)
            answering = asyncio.create_task(self._answer(client))
            try:
                yield
            finally:
                answering.cancel()
                await asyncio.wait([answering])

    async def _answer(self, client: aiomqtt.Client) -> None:
        areas = list(self.heard)
        async for message in client.messages:
            number, command = str(message.topic).split("/")[1], bytes(message.payload or b"").decode()
            self.heard[areas[int(number)]].append(command)
            self._news.set()
            await client.publish(f"{TOPIC}/{number}/state", command, 1, retain=True)
