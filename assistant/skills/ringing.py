"""What speaks first: one task that waits for the next timer, alarm or reminder, and has it told.

What has ended is written down before it is told, and forgotten after somebody was told: a process that is killed in
between tells it again, and none is lost. Where nobody is there, it waits for the first who comes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache
from math import inf

from assistant.languages.en.durations import say_duration, say_length
from assistant.languages.en.moments import say_moment
from assistant.neighbours import SERVING
from assistant.skills.agenda import Agenda, Entry, Kind, State
from engines.errors import ReparteeError

RING_EVERY_S = 15.0
LATE_S = 60.0  #: what ended so long ago is told with how long ago
STALE_S = 1800.0  #: an alarm that should have rung so long ago is told and does not ring
TOLD: tuple[Kind, ...] = ("timer", "alarm", "reminder")
LOOK_AGAIN_S = 30.0  #: while something waits: a clock that was set, or a machine that slept, is noticed within this

log = logging.getLogger(__name__)

#: Says a sentence in a conversation ("" for all); returns in how many.
Announce = Callable[[str, str], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rang:
    """How an alarm rang: since when and when last (s on the steady clock), and whether anybody was told."""

    since: float
    last: float | None = None
    told: bool = False


class Ringer:
    """Tells what is due. `announce` speaks; `retract` takes back a sentence that waits to be said.

    An alarm rings until it is stopped, `ring_for_s` at most; one that nobody was there to hear gives up after STALE_S.

    Of several processes of a home, `name` is this one: each tells what was set in it, and the one that serves the rest.
    """

    def __init__(
        self,
        agenda: Agenda,
        announce: Announce,
        retract: Callable[[str], None] = lambda _: None,
        *,
        name: str = SERVING,
        ring_for_s: float = inf,
    ) -> None:
        self._ring_for_s = ring_for_s
        self._agenda, self._announce, self._retract = agenda, announce, retract
        self._name = name
        self.reload: Callable[[], None] = agenda.reload  # called when another process changed what is remembered
        self._woken = asyncio.Event()
        self._rang: dict[int, _Rang] = {}
        self._sentences: dict[int, str] = {}
        agenda.on_change(self._woken.set)

    def look(self) -> None:
        """Look again now: somebody came."""
        self._woken.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell what is due until `stopping` is set."""
        stop = asyncio.create_task(stopping.wait())
        stop.add_done_callback(lambda _: self._woken.set())
        try:
            with self._agenda.memory.watched(self.reload, self._name):
                while not stopping.is_set():
                    self._woken.clear()
                    try:
                        wait_s = await self._tell_due()
                    except ReparteeError as error:  # a full disk: what is due stays due
                        log.error("timers: %s", error)  # noqa: TRY400 (the sentence says it all)
                        wait_s = LOOK_AGAIN_S
                    await self._agenda.moment.wait(self._woken, wait_s)
        finally:
            stop.cancel()

    async def _tell_due(self) -> float | None:
        """Tell what is due now; return the seconds to wait, None where nothing waits."""
        agenda = self._agenda
        await agenda.settle()
        now = agenda.moment.now()
        for entry in self._ours("waiting"):
            if entry.due_at is not None and entry.due_at <= now:
                await self._end(entry, now - entry.due_at)
        for entry in self._ours("ended"):
            if await self._say(entry, _sentence(entry, agenda, now)):
                await agenda.remove([entry])
        # Also for what is another's: it may be gone before it told it.
        waits = [LOOK_AGAIN_S] * bool(agenda.entries(*TOLD, states=("waiting", "ringing")))
        ringing = self._ours("ringing")
        for entry in ringing:
            waits.append(await self._ring(entry, now))
        for gone in self._rang.keys() - {entry.id for entry in ringing if entry in agenda.ringing}:
            del self._rang[gone]
            self._retract(self._sentences.pop(gone, ""))
        now = agenda.moment.now()
        waits += [entry.due_at - now for entry in self._ours("waiting") if entry.due_at is not None]
        return max(0.0, min(waits)) if waits else None

    def _ours(self, state: State) -> list[Entry]:
        """Return what this process has to tell."""
        is_mine = cache(self._agenda.memory.neighbours.is_mine)
        return [entry for entry in self._agenda.entries(*TOLD, states=(state,)) if is_mine(entry.asker)]

    async def _end(self, entry: Entry, late_s: float) -> None:
        rings = entry.kind == "alarm" and late_s < STALE_S
        ended = replace(entry, state="ringing" if rings else "ended")
        following = self._agenda.repeated(entry)
        await self._agenda.put([ended] if following is None else [ended, following])

    async def _ring(self, entry: Entry, now: float) -> float:
        """Ring if it is time again; return the seconds until then."""
        steady = self._agenda.moment.steady()  # the wall clock may be set back while it rings
        rang = self._rang.get(entry.id) or _Rang(since=steady - max(0.0, now - (entry.due_at or now)))
        if steady - rang.since > (self._ring_for_s if rang.told else min(self._ring_for_s, STALE_S)):
            self._rang.pop(entry.id, None)
            self._retract(self._sentences.pop(entry.id, ""))
            if rang.told:
                await self._agenda.remove([entry])
            else:
                await self._agenda.put([replace(entry, state="ended")])
            return 0.0
        if rang.last is not None and steady - rang.last < RING_EVERY_S:
            return RING_EVERY_S - (steady - rang.last)
        self._sentences[entry.id] = sentence = _sentence(entry, self._agenda, now)
        told = await self._say(entry, sentence) or rang.told
        self._rang[entry.id] = replace(rang, last=steady, told=told)
        return RING_EVERY_S

    async def _say(self, entry: Entry, sentence: str) -> bool:
        """Say it where it was set, and everywhere where nobody is there any more; whether anybody was."""
        return bool((entry.asker and await self._announce(sentence, entry.asker)) or await self._announce(sentence, ""))


def _sentence(entry: Entry, agenda: Agenda, now: float) -> str:
    """Return what is said of an entry that is due."""
    due = entry.due_at if entry.due_at is not None else now
    late = now - due >= LATE_S and entry.state == "ended"
    ago = f" {say_duration((now - due) // 60 * 60)} ago" if late else ""
    name = f"{entry.name} " if entry.name else ""
    if entry.kind == "timer":
        which = entry.name or say_length(entry.length_s)
        return f"Your {which} timer {f'ended{ago}' if late else 'is done'}."
    if entry.kind == "reminder":
        return f"A reminder from{ago}: {entry.name}." if late else f"A reminder: {entry.name}."
    if late or entry.state == "ended":
        at = say_moment(agenda.moment.local(due), agenda.moment.local(now))
        return f"Your {name}alarm was {at}{f',{ago}' * late}."
    return f"Your {name}alarm: it is {agenda.moment.local(now):%H:%M}."
