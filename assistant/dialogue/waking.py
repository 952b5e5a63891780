"""Who of this household's ears answers a wake word: the claims of this process, and of its neighbours, put together.

Nothing waits for it: while it is decided, all of them listen on, and those that do not answer forget what they heard.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

from assistant.dialogue.arbitration import Arbiter, Claim
from assistant.neighbours import Neighbours

WOKEN = "woken"  #: the kind of message by which a claim is told to other processes
OLD_S = 10.0  #: of a claim that is not looked at any more

Decided = Callable[[bool], None]


class Wakes:
    """The wake words heard in this process; `others` says whether anybody but `who` could hear one as well."""

    def __init__(self, others: Callable[[str], bool], neighbours: Neighbours | None = None) -> None:
        self._others, self._neighbours = others, neighbours
        self.clock: Callable[[], float] = time.monotonic  # which all processes of a machine share, s
        self._arbiter = Arbiter()
        self._waiting: dict[str, Decided] = {}
        self._timer: asyncio.TimerHandle | None = None
        if neighbours is not None:
            neighbours.on(WOKEN, self._told)

    def claim(self, who: str, word: str, loudness: float | None, decided: Decided) -> None:
        """Take that `who` heard `word`; `decided` is called with whether it answers, at once where it is alone."""
        claim = Claim(who=who, word=word, at_s=self.clock(), loudness=loudness)
        told = self._neighbours is not None and self._neighbours.tell(WOKEN, json.dumps(vars(claim))) > 0
        answer = self._arbiter.claim(claim, alone=not told and not self._others(who))
        if answer is not None:
            decided(answer)
            return
        self._waiting[who] = decided
        self._wait()

    def forget(self, who: str) -> None:
        """Take that `who` is gone."""
        self._waiting.pop(who, None)

    def _told(self, text: str) -> None:
        """Take a claim of another process, on the same clock."""
        try:
            given = json.loads(text)
            loudness = given["loudness"]
            claim = Claim(
                who=str(given["who"]),
                word=str(given["word"]),
                at_s=float(given["at_s"]),
                loudness=None if loudness is None else float(loudness),
            )
        except (ValueError, KeyError, TypeError):
            return
        if abs(claim.at_s - self.clock()) < OLD_S:
            self._arbiter.claim(claim)
            self._wait()

    def _wait(self) -> None:
        if self._timer is None and (due_s := self._arbiter.due_s) is not None:
            wait_s = max(0.0, due_s - self.clock())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._decide)

    def _decide(self) -> None:
        self._timer = None
        for claim, answers in self._arbiter.decide(self.clock()):
            if (decided := self._waiting.pop(claim.who, None)) is not None:
                decided(answers)
        self._wait()
