"""The asyncio shell around the protocol: connections, what each may send and how long it may take."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.channels.listener import Place
from assistant.channels.wyoming.address import Address, Allowed
from assistant.channels.wyoming.framing import Framer, FramingError, pack
from assistant.channels.wyoming.info import describe
from assistant.channels.wyoming.protocol import Action, Protocol, Send, error_event
from assistant.channels.wyoming.services import House, Services
from assistant.telemetry.log import session
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from wyoming.event import Event

    from assistant.config import Config
    from assistant.service import Service

log = logging.getLogger(__name__)

READ_BYTES = 64 * 1024
MOST_WAITING = 256  # actions of a connection that wait to be done; the client is not read meanwhile
MISSING = "Wyoming needs the package wyoming; install it with: pip install 'repartee[wyoming]'."


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one client may take. Seconds."""

    connections: int = 100
    event_s: float = 15.0  # from the first byte of an event to its last
    idle_s: float = 600.0  # between two events
    send_s: float = 15.0  # to read what it is sent


def require() -> None:
    """Raise ReparteeError where the library is not installed."""
    if importlib.util.find_spec("wyoming") is None:
        raise ReparteeError(MISSING)


def place_of(config: Config, *, insecure: bool = False) -> tuple[Place, Allowed]:
    """Return where `serve.wyoming` is, and who may come.

    Raises ReparteeError for no address of this machine, one that others can reach while none of them is allowed, and
    where the library is not installed.
    """
    require()
    address = Address.parse(config.serve.wyoming, "serve.wyoming")
    allowed = Allowed(config.serve.wyoming_allow, anybody=insecure)
    place = Place.of(address.host, address.port, "serve.wyoming")
    if not place.loopback and not allowed:
        raise ReparteeError(
            f"Others can reach {address.host} and Wyoming knows no token; name their networks in serve.wyoming_allow, "
            "or say --insecure to let anybody in."
        )
    return place, allowed


def bind(config: Config, *, insecure: bool = False) -> tuple[socket.socket, Allowed]:
    """Return a socket that listens at `serve.wyoming`, and who may come. Raises ReparteeError as `place_of` does."""
    place, allowed = place_of(config, insecure=insecure)
    return place.listen("choose another address with --wyoming"), allowed


async def serve(
    service: Service,
    listener: socket.socket,
    allowed: Allowed,
    *,
    limits: Limits | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until the service stops; `ready` is called when connections are accepted."""
    parts = service.parts
    limits = limits or Limits(connections=parts.config.serve.sessions)
    recognizer, voice = await asyncio.gather(parts.recognizer(), parts.synthesizer())
    info = describe(
        parts.config, recognizer=recognizer, voice=voice, voice_name=voice.name, at_home=parts.home is not None
    )
    house = House(parts=parts, info=info)
    await service.house_known()
    open_now: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        connection = Connection(house, reader, writer, limits)
        session.set(f"wyoming {peer}")
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if peer not in allowed:
                log.warning("%s is not of serve.wyoming_allow and was turned away", peer)
                await connection.refuse("This address may not use Wyoming here; serve.wyoming_allow says who may.")
            elif len(open_now) >= limits.connections:
                await connection.refuse(f"All {limits.connections} connections are taken; try again later.")
            else:
                open_now.add(task)
                task.add_done_callback(open_now.discard)
                await connection.run()

    server = await asyncio.start_server(accept, sock=listener, limit=READ_BYTES)
    async with server:
        ready()
        await service.stopping.wait()
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)


class Connection:
    """One client: reads it, does what it asks in order, and writes to it. A `ping` is answered while others wait."""

    def __init__(
        self, house: House, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits
    ) -> None:
        self._reader, self._writer, self._limits = reader, writer, limits
        self._protocol = Protocol(house.info)
        self._services = Services(house, self._post, self._send)
        self._work: asyncio.Queue[Action | None] = asyncio.Queue(MOST_WAITING)

    async def refuse(self, sentence: str) -> None:
        """Say why not, and close."""
        self._post(error_event(sentence, "refused"))
        await self._close()

    async def run(self) -> None:
        """Serve the client until it has left and all that it asked for is done, or it is too slow."""
        working = asyncio.create_task(self._do_all())
        reading = asyncio.create_task(self._read_all())
        try:
            await asyncio.wait({working, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():  # the client has said all; what it asked for is still done
                await asyncio.wait({working})
        finally:
            for task in (working, reading):
                task.cancel()
            results = await asyncio.gather(working, reading, return_exceptions=True)
            self._services.close()
            await self._close()
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, OSError):
                log.error("a connection failed", exc_info=result)

    async def _read_all(self) -> None:
        try:
            async for event in events_of(self._reader, event_s=self._limits.event_s, idle_s=self._limits.idle_s):
                for action in self._protocol.receive(event):
                    if isinstance(action, Send) and action.event.type in ("pong", "info"):
                        await self._send(action.event)
                    else:
                        await self._work.put(action)
        except FramingError as error:
            log.info("what came is no event: %s", error)
            await self._work.put(Send(error_event(str(error), "bad-event")))
        except TimeoutError:
            log.info("nothing came in time")
        await self._work.put(None)

    async def _do_all(self) -> None:
        while (action := await self._work.get()) is not None:
            await self._services.do(action)

    def _post(self, event: Event) -> None:
        self._writer.write(pack(event))

    async def _send(self, event: Event) -> None:
        """Send an event. Raises OSError where the client is gone or does not read."""
        self._post(event)
        try:
            async with asyncio.timeout(self._limits.send_s):
                await self._writer.drain()
        except TimeoutError:
            self._writer.transport.abort()
            raise OSError("the client does not read") from None

    async def _close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        self._writer.transport.abort()


async def events_of(reader: asyncio.StreamReader, *, event_s: float, idle_s: float) -> AsyncIterator[Event]:
    """Yield the events that come until the end of the stream.

    Raises FramingError for bytes that are none, TimeoutError where one is not complete `event_s` seconds after it
    began, or nothing comes for `idle_s`. Half an event before the end of the stream is none.
    """
    framer, loop = Framer(), asyncio.get_running_loop()
    due = loop.time() + idle_s
    while True:
        async with asyncio.timeout_at(due):
            data = await reader.read(READ_BYTES)
        if not data:
            return
        begins = not framer.within
        for event in framer.feed(data):
            begins = True
            yield event
        if not framer.within:
            due = loop.time() + idle_s
        elif begins:
            due = loop.time() + event_s
