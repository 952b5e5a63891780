"""Short-lived keys that a client's own server hands to its browsers, instead of the token: good for Realtime alone."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from assistant.channels.json import Json
from knowledge.collections import UNNAMED, Collections

PREFIX = "ek_"
MOST_KEYS = 1000  # the oldest ends first


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A key, until when it is good (unix s), the settings of the session that it opens, and what may be asked there."""

    value: str
    expires_at: int
    session: Json
    collections: Collections


class ClientKeys:
    """The keys that are good at the moment; they do not outlive the process."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._keys: OrderedDict[str, ClientKey] = OrderedDict()

    def make(self, session: Json, seconds: int, collections: Collections = UNNAMED) -> ClientKey:
        """Return a new key, good for `seconds`, any number of connections, in which `collections` may be asked."""
        key = ClientKey(PREFIX + secrets.token_urlsafe(32), int(self._now()) + seconds, session, collections)
        self._keys[key.value] = key
        while len(self._keys) > MOST_KEYS:
            self._keys.popitem(last=False)
        return key

    def find(self, value: str) -> ClientKey | None:
        """Return the key of this value while it is good."""
        key = self._keys.get(value)
        if key is not None and key.expires_at <= self._now():
            del self._keys[value]
            return None
        return key
