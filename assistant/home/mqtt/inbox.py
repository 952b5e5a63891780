"""Messages that came and were not looked at yet: first in, first out, bounded in number and in bytes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from aiomqtt import Message

from assistant.home.mqtt.packets import Arrived

#: Larger payloads are not looked at: no state and no announcement needs as much.
MAX_PAYLOAD = 1024 * 1024
MAX_WAITING = 50_000
MAX_WAITING_BYTES = 64 * 1024 * 1024

_log = logging.getLogger(__name__)


class Inbox(asyncio.Queue[Arrived]):
    """The queue of a connection.

    When it is full, only the latest message of each topic is kept, so that last states stay right; when even those are
    too many, the oldest half goes and one line is logged.
    """

    def _init(self, maxsize: int) -> None:  # noqa: ARG002 (asyncio.Queue calls these three)
        self._queue: deque[Arrived] = deque()
        self._bytes = 0
        self._refused: set[str] = set()

    def _get(self) -> Arrived:
        message = self._queue.popleft()
        self._bytes -= len(message.payload)
        return message

    def _put(self, message: Arrived | Message) -> None:
        if isinstance(message, Message):  # that paho read
            message = Arrived(message.topic.value, message.payload, message.retain)
        if len(message.payload) > MAX_PAYLOAD:
            self._refuse(message)
            return
        self._queue.append(message)
        self._bytes += len(message.payload)
        if len(self._queue) > MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
            self._shrink()

    def _refuse(self, message: Arrived) -> None:
        topic = message.topic
        if topic not in self._refused and len(self._refused) < 100:
            self._refused.add(topic)
            _log.warning(
                "%s: a message of %d bytes was ignored; at most %d are read.", topic, len(message.payload), MAX_PAYLOAD
            )

    def _shrink(self) -> None:
        """Keep the latest message of each topic; of those, as many of the latest as fill half of what is allowed."""
        latest: dict[str, Arrived] = {}
        for message in self._queue:
            latest.pop(message.topic, None)
            latest[message.topic] = message
        kept: deque[Arrived] = deque()
        size = 0
        for message in reversed(latest.values()):
            size += len(message.payload)
            if len(kept) >= MAX_WAITING // 2 or size > MAX_WAITING_BYTES // 2:
                size -= len(message.payload)
                _log.warning("Messages come faster than they can be read; %d were dropped.", len(latest) - len(kept))
                break
            kept.appendleft(message)
        self._queue.clear()
        self._queue.extend(kept)
        self._bytes = size
