"""Who listens to which topic, and what was last said there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from assistant.home.devices.availability import Condition
from assistant.home.devices.components.component import Listener

MAX_TOPICS = 200_000  #: topics that entities listen to
_KEPT = 8192  # bytes of a last message
_KEPT_IN_ALL = 33_554_432  # bytes of all last messages

#: Whose listeners they are.
Owner = TypeVar("Owner")


@dataclass(slots=True)
class Heard(Generic[Owner]):
    """One topic: its listeners and conditions, and its last message (payload, whether the broker had kept it).

    `missed`: there was a last message, but it was too long to be kept.
    """

    listeners: list[tuple[Owner, Listener]] = field(default_factory=list)
    conditions: dict[tuple[str, str | None, str, str], Condition] = field(default_factory=dict)
    last: tuple[bytes, bool] | None = None
    missed: bool = False


class Topics(Generic[Owner]):
    """All topics that anybody listens to."""

    def __init__(self) -> None:
        self._heard: dict[str, Heard[Owner]] = {}
        self._kept = 0  # bytes of all last messages

    def __len__(self) -> int:
        return len(self._heard)

    def __iter__(self) -> Iterator[str]:
        return iter(self._heard)

    def get(self, topic: str) -> Heard[Owner] | None:
        """Return a topic, or None where nobody listens to it."""
        return self._heard.get(topic)

    def open(self, topic: str) -> tuple[Heard[Owner], bool]:
        """Return a topic to listen to, and whether its retained message is needed: subscribe to it, or do so again."""
        heard = self._heard.get(topic)
        if heard is None:
            heard = self._heard[topic] = Heard()
            return heard, True
        return heard, heard.missed

    def keep(self, heard: Heard[Owner], payload: bytes, retain: bool) -> None:
        """Keep the last message of a topic for those who will listen to it later, unless it is long."""
        if heard.last is not None:
            self._kept -= len(heard.last[0])
        heard.missed = len(payload) > _KEPT or self._kept + len(payload) > _KEPT_IN_ALL
        heard.last = None if heard.missed else (payload, retain)
        self._kept += 0 if heard.missed else len(payload)

    def leave(self, owner: Owner, topic: str) -> None:
        """Take the listeners of `owner` from a topic."""
        heard = self._heard[topic]
        heard.listeners = [(one, listener) for one, listener in heard.listeners if one is not owner]

    def forget(self, condition: Condition) -> None:
        """Take a condition that nobody waits for from its topic."""
        self._heard[condition.topic].conditions.pop(condition.key, None)

    def close(self, topic: str) -> bool:
        """Drop a topic that nobody listens to any more; return whether it was dropped."""
        heard = self._heard.get(topic)
        if heard is None or heard.listeners or heard.conditions:
            return False
        if heard.last is not None:
            self._kept -= len(heard.last[0])
        del self._heard[topic]
        return True
