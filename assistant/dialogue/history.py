"""What a conversation remembers: each reply, cut to what the person heard of it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

from assistant.dialogue.playback import Playback
from assistant.turn.events import Reply

REMEMBERED = 20  # exchanges; bounds the memory of a session that never ends


@dataclass
class Exchange:
    """A reply and its playback; `before` is what of its sentence was said by an earlier playback that was cut off."""

    reply: Reply
    playback: Playback
    before: str = ""
    heard: str | None = None  # None while all of it counts as heard
    resume_at: int = 0  # character of the sentence at which to go on after a cut

    def cut(self, heard_ms: float) -> str:
        """Keep what was heard of this playback in `heard_ms`; returns the text kept."""
        self.heard = (self.before + self.playback.heard(heard_ms)).rstrip()
        self.resume_at = len(self.before) + len(self.playback.whole_clauses(heard_ms))
        return self.heard

    def remembered(self) -> Reply:
        """Return the reply as the person knows it: an answer that was cut off before it was said is not in it."""
        if self.heard is None or self.heard == self.reply.spoken:
            return self.reply
        answer = self.reply.answer
        known = answer is not None and answer.text.casefold().strip(" .,") in self.heard.casefold()
        return replace(self.reply, spoken=self.heard, answer=answer if known else None)


class History:
    """The exchanges of one conversation, oldest first, forgotten `expires_s` seconds after the last one."""

    def __init__(self, expires_s: float) -> None:
        self.expires_s = expires_s
        self._exchanges: OrderedDict[int, Exchange] = OrderedDict()
        self._touched_s = 0.0

    def touch(self, now_s: float) -> bool:
        """Note that the person is here; returns True when what was said before had expired and is forgotten."""
        expired = bool(self._exchanges) and now_s - self._touched_s > self.expires_s
        if expired:
            self._exchanges.clear()
        self._touched_s = now_s
        return expired

    def add(self, generation: int, exchange: Exchange) -> None:
        """Remember the reply of `generation`."""
        self._exchanges[generation] = exchange
        while len(self._exchanges) > REMEMBERED:
            self._exchanges.popitem(last=False)

    def get(self, generation: int) -> Exchange | None:
        """Return what is remembered of `generation`."""
        return self._exchanges.get(generation)

    def forget(self, generation: int) -> None:
        """Remember the reply of `generation` no longer."""
        self._exchanges.pop(generation, None)

    def replies(self) -> tuple[Reply, ...]:
        """Return the replies as the person knows them."""
        return tuple(exchange.remembered() for exchange in self._exchanges.values())

    def last(self) -> Exchange | None:
        """Return the latest exchange."""
        return next(reversed(self._exchanges.values()), None)
