"""Which topics are wanted, and which of them a connection has still to be asked for; no I/O."""

from __future__ import annotations

from collections.abc import Iterable

FILTERS_AT_ONCE = 100  # in one SUBSCRIBE packet; one that has a wildcard goes alone, for all that it may bring
BYTES_AT_ONCE = 32 * 1024


class Subscriptions:
    """The filters of all connections, in the order in which they were asked for, and what the present one lacks."""

    def __init__(self) -> None:
        self._wanted: dict[str, None] = {}
        self._pending: dict[str, None] = {}  # those that this connection has not subscribed to yet
        self._unwanted: dict[str, None] = {}  # those that it has and need not have

    def __bool__(self) -> bool:
        """Whether there is something to tell the broker."""
        return bool(self._pending or self._unwanted)

    def add(self, filters: Iterable[str]) -> None:
        """Want these, or want once more what the broker keeps for them; those that MQTT does not allow are left out."""
        for each in filters:
            if valid_filter(each):
                self._wanted[each] = None
                self._unwanted.pop(each, None)
                self._pending[each] = None

    def remove(self, filters: Iterable[str]) -> None:
        """Want these no longer."""
        for each in filters:
            if each in self._wanted:
                del self._wanted[each]
                if self._pending.pop(each, each) is not None:  # the connection has it already
                    self._unwanted[each] = None

    def begin(self, *own: str) -> None:
        """A connection begins, which has nothing yet: it lacks `own`, and all that is wanted."""
        self._pending, self._unwanted = dict.fromkeys((*own, *self._wanted)), {}

    def next_unwanted(self) -> list[str]:
        """Take what goes into the next UNSUBSCRIBE packet; [] for nothing."""
        return _batch(self._unwanted)

    def next_wanted(self) -> list[str]:
        """Take what goes into the next SUBSCRIBE packet; [] for nothing."""
        return _batch(self._pending)


def valid_filter(text: str) -> bool:
    """Say whether MQTT allows `text` as a filter (MQTT 5, section 4.7)."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return False
    levels = text.split("/")
    wild = all(level in ("+", "#") or not ("+" in level or "#" in level) for level in levels)
    return 0 < size <= 65_535 and "\0" not in text and wild and "#" not in levels[:-1]


def _batch(filters: dict[str, None]) -> list[str]:
    """Take from `filters` what goes into one packet."""
    batch: list[str] = []
    size = 0
    for each in filters:
        wild = "+" in each or "#" in each
        if batch and (wild or len(batch) >= FILTERS_AT_ONCE or size >= BYTES_AT_ONCE):
            break
        batch.append(each)
        size += len(each)
        if wild:
            break
    for each in batch:
        del filters[each]
    return batch
