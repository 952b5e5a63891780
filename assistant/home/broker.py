"""The connection to an MQTT broker: one coroutine that connects, subscribes, hands over what comes, and comes back.

A thin shell around aiomqtt (MQTT 3.1.1: OASIS standard of 29 October 2014; MQTT 5: of 7 March 2019). Every connection
has a client of its own with a clean session, so nothing that was under way when one ended is sent again by the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, cast

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from assistant.home.entities import Message
from assistant.home.mqtt.address import Address
from assistant.home.mqtt.client import HUNG_UP, KEEPALIVE_S, SLICE_S, TIMEOUT_S, TOGETHER, Client, tls_context
from assistant.home.mqtt.inbox import MAX_PAYLOAD, Inbox
from assistant.home.mqtt.packets import Arrived
from assistant.home.mqtt.subscriptions import Subscriptions
from assistant.home.settings import HomeConfig
from engines.errors import ReparteeError

#: The wait before the next attempt doubles from the first to the second, and is shortened by chance by up to a half.
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0
TOGETHER_S = 0.003  # messages that follow one another faster are handled together
AHEAD = 2_000  # messages read before any is handled, while the broker sends without a pause
COMMAND_EXPIRES_S = 10  # MQTT 5: the broker forgets a command that the device did not fetch

_log = logging.getLogger(__name__)


class NotSentError(ReparteeError):
    """A message of which it is not known that the broker took it; it is never sent again."""


class Broker:
    """The connection to one broker.

    `receive(topic, payload, retained)` is called for every message, `linked(up)` when a connection begins and when
    it ends. All of it happens on the event loop that runs `run`.
    """

    def __init__(
        self,
        settings: HomeConfig,
        url: str,
        *,
        receive: Callable[[str, bytes, bool], None],
        linked: Callable[[bool], None] = lambda _: None,
        will: Message | None = None,
    ) -> None:
        """Read the URL, certificates and key. Raises ReparteeError for what cannot be used."""
        self.address = Address.parse(url)
        self.problem = f"there is no connection to the broker {self.address} yet"
        self._tls = tls_context(settings) if self.address.tls else None
        # With MQTT 5 a command that a device did not fetch expires; what speaks only 3.1.1 says so, or hangs up.
        self._versions = {
            "5": [aiomqtt.ProtocolVersion.V5],
            "3.1.1": [aiomqtt.ProtocolVersion.V311],
        }.get(settings.protocol, [aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311])
        self._receive, self._linked, self._will = receive, linked, will
        self._client: Client | None = None
        self._lost: asyncio.Future[None] | None = None
        self._up = asyncio.Event()
        self._subscriptions = Subscriptions()
        self._work = asyncio.Event()
        self._idle = asyncio.Event()
        self._slots = asyncio.Semaphore(TOGETHER)
        self._mark_topic = f"repartee/{secrets.token_hex(8)}/mark"
        self._marks: dict[bytes, asyncio.Future[None]] = {}
        self._handled = 0  # messages
        self._asked = 0  # filters

    @property
    def connected(self) -> bool:
        """Whether there is a connection now; `problem` says why not."""
        return self._client is not None

    async def wait_idle(self, timeout_s: float) -> None:
        """Wait until everything that was asked for is subscribed to, no longer than `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout_s)

    async def wait_connected(self, timeout_s: float) -> bool:
        """Wait for a connection; return whether there is one."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._up.wait(), timeout_s)
        return self.connected

    def subscribe(self, filters: Iterable[str]) -> None:
        """Ask for topics, now and after every reconnection; filters that MQTT does not allow are left out.

        For a topic that is asked for again, the broker sends again what it has kept.
        """
        self._subscriptions.add(filters)
        self._wake()

    def unsubscribe(self, filters: Iterable[str]) -> None:
        """Ask for topics no longer."""
        self._subscriptions.remove(filters)
        self._wake()

    def _wake(self) -> None:
        if self._subscriptions:
            self._idle.clear()
            self._work.set()

    async def publish(
        self, message: Message, *, retain: bool = False, expires_s: int | None = None, timeout_s: float = 1.0
    ) -> None:
        """Send a message once. Raises NotSentError when it is not known that the broker took it.

        With QoS 0 that is when it was handed to the connection, with QoS 1 when the broker said so.
        """
        client, lost = self._client, self._lost
        if client is None or lost is None:
            raise NotSentError(f"Nothing was sent: {self.problem}.")
        try:
            async with asyncio.timeout(timeout_s):
                await self._slots.acquire()
        except TimeoutError:
            raise NotSentError(f"Nothing was sent: too much is under way to {self.address}.") from None
        try:
            if self._client is not client:
                raise NotSentError(f"Nothing was sent: {self.problem}.")
            properties = _expiring(expires_s) if client.speaks_5 and expires_s is not None else None
            sending = asyncio.ensure_future(
                client.publish(
                    message.topic, message.payload, message.qos, retain, properties=properties, timeout=timeout_s
                )
            )
            try:
                await asyncio.wait({sending, lost}, return_when=asyncio.FIRST_COMPLETED)
                if not sending.done():
                    raise NotSentError(f"The connection to {self.address} broke while a message was being sent.")
                await sending
            except (aiomqtt.MqttError, ValueError) as error:
                raise NotSentError(f"{self.address} did not take a message: {error}.") from error
            finally:
                sending.cancel()
        finally:
            self._slots.release()

    async def settle(self, timeout_s: float = 10.0) -> bool:
        """Wait until all that the broker keeps for what is subscribed to has been handled; False after `timeout_s`.

        A message to ourselves marks the end: the broker sends it after all that it had to send before.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    await self._idle.wait()
                    before = self._asked
                    await self._marked()
                    if self._idle.is_set() and self._asked == before:
                        return True
        except TimeoutError:
            return False

    async def _marked(self) -> None:
        """Send a mark and wait until it comes back, or, where that is not allowed, until nothing more comes."""
        token = secrets.token_hex(8).encode()
        came = self._marks[token] = asyncio.get_running_loop().create_future()
        try:
            await self.publish(Message(self._mark_topic, token.decode()))
            await asyncio.wait_for(asyncio.shield(came), 1.0)
        except (NotSentError, TimeoutError):
            handled = -1
            while handled != self._handled:
                handled = self._handled
                await asyncio.sleep(0.3)
        finally:
            del self._marks[token]

    async def run(self) -> None:
        """Keep a connection until cancelled. Each new problem is logged once."""
        attempt, told = 0, ""
        while True:
            try:
                async with self._connection() as client:
                    attempt, told = 0, ""
                    await self._talk(client)
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                _still_wanted()
                self.problem = self._sentence(error)
                if _speaks_another(error):
                    self._versions.reverse()
                    if attempt == 0 and len(self._versions) > 1:
                        attempt = 1
                        continue  # at once, with the other
            if self.problem != told:
                told = self.problem
                _log.warning("%s; trying again.", told[:1].upper() + told[1:])
            await asyncio.sleep(wait_s(attempt))
            attempt += 1

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Client]:
        """Connect; whatever ends the connection, nothing of it stays."""
        client = self._new_client()
        try:
            async with client:
                _still_wanted()
                self._versions = [client.version]  # the one that works
                self._client, self._lost = client, asyncio.get_running_loop().create_future()
                self._subscriptions.begin(self._mark_topic)
                self._wake()
                self._up.set()
                _log.info("Connected to %s with MQTT %s.", self.address, "5" if client.speaks_5 else "3.1.1")
                try:
                    self._linked(True)
                    yield client
                finally:
                    self._client = None
                    self._up.clear()
                    self._idle.clear()
                    self.problem = f"the connection to the broker {self.address} is lost"
                    if not self._lost.done():
                        self._lost.set_result(None)
                    self._linked(False)
        finally:
            client.abandon()

    def _new_client(self) -> Client:
        version = self._versions[0]
        properties = None
        if version == aiomqtt.ProtocolVersion.V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = MAX_PAYLOAD + 128 * 1024
        return Client(
            self.address.host,
            self.address.port,
            username=self.address.username,
            password=self.address.password,
            identifier=f"repartee-{secrets.token_hex(6)}",
            queue_type=Inbox,
            protocol=version,
            will=self._will and aiomqtt.Will(self._will.topic, self._will.payload, 1, retain=True),
            timeout=TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            properties=properties,
            tls_context=self._tls,
            logger=_log.getChild("mqtt"),
        )

    async def _talk(self, client: Client) -> None:
        """Receive and subscribe until the connection ends."""
        tasks = {asyncio.create_task(self._take(client)), asyncio.create_task(self._subscribe(client))}
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            await _end(tasks)

    async def _take(self, client: Client) -> None:
        """Hand over what comes: reading first, so that no broker has to drop what it cannot send, then in slices.

        What follows closely is waited for, so that a slice is worth its while; never where something waits already.
        """
        inbox = client.inbox
        last = 0.0
        async for message in client.messages:
            if inbox.empty() and time.perf_counter() - last < TOGETHER_S:
                await asyncio.sleep(TOGETHER_S)
            waiting = -1
            while waiting < inbox.qsize() < AHEAD:
                waiting = inbox.qsize()
                await asyncio.sleep(0)
            self._handle(cast("Arrived", message))  # it comes from our inbox
            until = time.perf_counter() + SLICE_S
            while not inbox.empty() and time.perf_counter() < until:
                self._handle(inbox.get_nowait())
            last = time.perf_counter()

    def _handle(self, message: Arrived) -> None:
        self._handled += 1
        topic = message.topic
        if topic == self._mark_topic:
            if (came := self._marks.get(message.payload)) and not came.done():
                came.set_result(None)
            return
        try:
            self._receive(topic, message.payload, message.retain)
        except Exception:  # what a stranger sends must not end the connection
            _log.exception("%s: a message could not be handled.", topic)

    async def _subscribe(self, client: Client) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._subscriptions:
                if gone := self._subscriptions.next_unwanted():
                    await client.unsubscribe(gone)
                    continue
                batch = self._subscriptions.next_wanted()
                self._asked += len(batch)
                codes = await client.subscribe([(each, 0) for each in batch])
                refused = [each for each, code in zip(batch, codes, strict=False) if _number(code) >= 128]
                if refused:
                    _log.warning("%s refuses %d subscriptions, such as %s.", self.address, len(refused), refused[0])
            self._idle.set()

    def _sentence(self, error: Exception) -> str:
        """Say why there is no connection, without a full stop."""
        code = _number(error.rc) if isinstance(error, aiomqtt.MqttCodeError) else None
        if isinstance(error, MqttConnectError) and code in (4, 5, 134, 135):
            return f"the broker {self.address} refuses the user name or the password (home.broker)"
        if self.connected or "during message iteration" in str(error):
            return f"the connection to the broker {self.address} is lost"
        # Without the number of an OSError, and the file and line of OpenSSL.
        reason = re.sub(r"^\[[^\]]*\] | \(_ssl\.c:\d+\)$", "", str(error)).rstrip(".") or type(error).__name__
        if "certificate required" in reason:
            return f"the broker {self.address} wants to see a certificate (home.certificate, home.key)"
        return f"the broker {self.address} cannot be reached ({reason})"


def wait_s(attempt: int) -> float:
    """Return the seconds before the attempt after `attempt` failed ones (0 for none): doubling, with jitter."""
    longest: float = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(attempt, 16))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)


def _speaks_another(error: Exception) -> bool:
    """Say whether a broker may refuse the version of MQTT: it said so, or was reached and said nothing."""
    if isinstance(error, MqttConnectError):
        return _number(error.rc) in (1, 132)
    return str(error) in ("Operation timed out", HUNG_UP)


def _still_wanted() -> None:
    """Raise CancelledError in a task whose cancelling was swallowed, as `asyncio.wait_for` may (Python 3.11)."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _end(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they have ended, for the same reason."""
    while left := {task for task in tasks if not task.done()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=0.05)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # is told where the first to end is looked at


def _number(code: Any) -> int:
    return int(getattr(code, "value", code))


def _expiring(seconds: int) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = seconds
    return properties
