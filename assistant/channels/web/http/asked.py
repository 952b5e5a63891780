"""Questions back that a client leaves hanging: who sends no history is asked "Open the garage door?" all the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request

from assistant.access import asked_by
from assistant.channels.json import Json
from assistant.channels.web.http.errors import text_field
from assistant.turn.events import Reply
from knowledge.collections import Collections

MAX_CALLERS = 1000
ANSWERED_WITHIN_S = 60.0


Caller = tuple[str, str, Collections]


def caller_of(request: Request, body: Json) -> Caller:
    """Return who asks: an address, the name that its client gives the person (`user`), and what they may ask."""
    user = text_field(body, "user", longest=200, default="")
    return request.client.host if request.client else "", user, asked_by(request.scope)


class Asked:
    """Questions back that wait for the next message of a caller who sends no history with it: "Open the garage door?"

    Each is good for one message, within ANSWERED_WITHIN_S.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: OrderedDict[Caller, tuple[float, Reply]] = OrderedDict()

    def note(self, caller: Caller, reply: Reply) -> None:
        """Keep `reply` if it asks something back."""
        if reply.outcome == "asked_back":
            self._waiting[caller] = self._now(), reply
            while len(self._waiting) > MAX_CALLERS:
                self._waiting.popitem(last=False)

    def take(self, caller: Caller) -> list[Reply]:
        """Return what was asked of this caller last, as a history; it is asked no longer."""
        asked_s, reply = self._waiting.pop(caller, (0.0, None))
        return [reply] if reply is not None and self._now() - asked_s <= ANSWERED_WITHIN_S else []
