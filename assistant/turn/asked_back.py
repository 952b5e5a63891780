"""Questions back where nobody sends a history: who is asked "Open the garage door?" answers with what is said next."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from assistant.turn.events import Reply

MAX_CALLERS = 1000
ANSWERED_WITHIN_S = 60.0


class Asked:
    """Questions back that wait for the next message of a caller who sends no history with it: "Open the garage door?"

    Each is good for the very next message, within ANSWERED_WITHIN_S: whoever says anything has to `take` it.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: OrderedDict[Hashable, tuple[float, Reply]] = OrderedDict()

    def note(self, caller: Hashable, reply: Reply) -> None:
        """Keep `reply` if it asks something back; what was asked before it is asked no longer."""
        self._waiting.pop(caller, None)
        if reply.outcome == "asked_back":
            self._waiting[caller] = self._now(), reply
            while len(self._waiting) > MAX_CALLERS:
                self._waiting.popitem(last=False)

    def take(self, caller: Hashable) -> list[Reply]:
        """Return what was asked of this caller last, as a history; it is asked no longer."""
        asked_s, reply = self._waiting.pop(caller, (0.0, None))
        return [reply] if reply is not None and self._now() - asked_s <= ANSWERED_WITHIN_S else []
