"""The satellites that are set up: a connection to each, kept up for as long as the service runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from assistant.audio.samples import RATE, slices
from assistant.channels.wyoming.address import Address
from assistant.channels.wyoming.framing import FramingError, pack
from assistant.channels.wyoming.protocol import Hear, Send, error_event
from assistant.channels.wyoming.satellite import Action, Announce, Listen, Pong, SatelliteProtocol, Wake
from assistant.channels.wyoming.server import events_of
from assistant.dialogue.conversation import Conversation
from assistant.dialogue.settings import ConversationSettings
from assistant.telemetry.log import session
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

    from assistant.config import SatellitesConfig
    from assistant.service import Service

log = logging.getLogger(__name__)

_SLICE = RATE // 10  # samples heard at a time, so that other sessions have their turn


@dataclass(frozen=True, kw_only=True)
class Times:
    """How a connection is kept up, in seconds."""

    connect: float = 10.0
    ping: float = 5.0  # between two pings
    silence: float = 15.0  # without a word from a satellite that is pinged, after which it is gone
    event: float = 15.0  # from the first byte of an event to its last
    send: float = 15.0  # to take what it is sent
    first_wait: float = 1.0  # before the second attempt to connect; each further one waits twice as long
    longest_wait: float = 60.0


def addresses_of(config: SatellitesConfig) -> Mapping[str, Address]:
    """Return where each satellite is. Raises ReparteeError for what is no address."""
    return {name: Address.parse(uri, f"satellites.addresses.{name}") for name, uri in config.addresses.items()}


async def keep_all(service: Service, addresses: Mapping[str, Address], *, times: Times | None = None) -> None:
    """Keep a connection to each of `addresses` until the service stops."""
    links = [asyncio.create_task(_Link(service, name, at, times or Times()).keep()) for name, at in addresses.items()]
    stopping = asyncio.create_task(service.stopping.wait())
    try:
        await asyncio.wait({*links, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*links, stopping):
            task.cancel()
        await asyncio.gather(*links, stopping, return_exceptions=True)
    for link in links:
        if not link.cancelled() and (error := link.exception()) is not None:
            raise error


class _Link:
    """The connection to one satellite."""

    def __init__(self, service: Service, name: str, address: Address, times: Times) -> None:
        self._service, self._name, self._address, self._times = service, name, address, times
        self._area = service.parts.config.satellites.areas.get(name, "")
        self._answered = 0.0  # when it last said anything, on the loop's clock

    async def keep(self) -> None:
        """Connect, again and again; the waits between attempts grow until one succeeds."""
        session.set(f"satellite {self._name}")
        wait_s, told = self._times.first_wait, False
        while True:
            try:
                async with asyncio.timeout(self._times.connect):
                    reader, writer = await asyncio.open_connection(self._address.host, self._address.port)
            except (OSError, TimeoutError) as error:
                if not told:  # once for each time it is away
                    log.warning("%s cannot be reached (%s); it is tried again", self._address, error or "no answer")
                told = True
            else:
                log.info("connected to %s", self._address)
                self._answered = 0.0
                await self._hold(reader, writer)
                if self._answered:
                    wait_s, told = self._times.first_wait, False
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, self._times.longest_wait)

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk with the satellite until either side ends."""
        config = self._service.parts.config
        settings = replace(ConversationSettings.for_client(config), echo_cancelled=False, room=self._area)
        conversation = Conversation(self._service.parts, settings=settings)
        conversation.wakes_itself = True  # or has us listen, once it says so
        protocol = SatelliteProtocol(settings, config.ear.wake_words)
        talk = _Talk(conversation, protocol, reader, writer, self._times)
        try:
            with self._service.sessions.opened(conversation, name=self._name, area=self._area, kind="satellite"):
                await talk.run()
        except (OSError, TimeoutError, FramingError) as error:
            log.info("lost: %s", error or type(error).__name__)
        except ReparteeError as error:
            log.warning("%s", error)
        finally:
            self._answered = talk.answered
            await conversation.close()
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()


class _Talk:
    """Carries events between a conversation and an open connection."""

    def __init__(
        self,
        conversation: Conversation,
        protocol: SatelliteProtocol,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        times: Times,
    ) -> None:
        self._conversation, self._protocol, self._times = conversation, protocol, times
        self._reader, self._writer = reader, writer
        self.answered = 0.0

    async def run(self) -> None:
        """Return, or raise why, when either side ends."""
        for event in self._protocol.opened():
            await self._send(event)
        tasks = [asyncio.create_task(work()) for work in (self._read, self._tell, self._ping)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        async for event in events_of(self._reader, event_s=self._times.event, idle_s=self._times.silence):
            self.answered = loop.time()
            for action in self._protocol.receive(event):
                await self._try(action)

    async def _try(self, action: Action) -> None:
        try:
            await self._do(action)
        except ReparteeError as error:
            await self._send(error_event(str(error), "failed"))

    async def _do(self, action: Action) -> None:
        match action:
            case Send(event):
                await self._send(event)
            case Listen(settings):
                await self._conversation.update(settings)
                await self._conversation.clear()
            case Hear(pcm):
                for piece in slices(pcm, _SLICE):
                    await self._conversation.hear(piece)
                    await asyncio.sleep(0)
            case Announce(text):
                await self._conversation.announce(text)
            case Wake(word):
                self._conversation.woken(word)
            case Pong():
                pass  # that it came is all
            case _:
                assert_never(action)

    async def _tell(self) -> None:
        async for event in self._conversation.events():
            for told in self._protocol.tell(event):
                await self._send(told)

    async def _ping(self) -> None:
        from wyoming.ping import Ping

        while True:
            await self._send(Ping().event())
            await asyncio.sleep(self._times.ping)

    async def _send(self, event: Event) -> None:
        self._writer.write(pack(event))
        async with asyncio.timeout(self._times.send):
            await self._writer.drain()
