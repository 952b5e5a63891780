"""What things say: their states as messages bring them, what makes them reachable, and the timers that end states.

Pure: no I/O, no clock.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.home.devices.availability import Condition, available
from assistant.home.devices.components.component import Listener
from assistant.home.devices.tasmota import Tasmota
from assistant.home.devices.templates.limits import TOOK_TOO_LONG, work
from assistant.home.devices.templates.template import Payload
from assistant.home.devices.thing import Thing, decoded, take
from assistant.home.devices.topics import Heard, Topics
from assistant.home.entities import Message, Value

MAX_PAYLOAD = 262_144  #: bytes of a state


@dataclass(slots=True)
class Changes:
    """What a message changed. Ids, in the order in which they were changed; most messages change one state.

    `changed` are entities that are announced differently (a new name, area, ...), `states` entities whose value,
    attributes or availability are others, `heard` entities that said anything, each with what it said now ("value",
    names of attributes; nothing where the broker had kept the message). `told` is the same with what the broker had
    kept and what is assumed: all that is known anew, changed or not. `subscribe` and `unsubscribe` are topics; one
    that is subscribed already is named again where its retained message is needed again. `queries` are messages to
    publish now: they ask a device for its state.
    """

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    heard: dict[str, set[str]] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    subscribe: list[str] = field(default_factory=list)
    unsubscribe: list[str] = field(default_factory=list)
    queries: list[Message] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.states or self.subscribe or self.unsubscribe)


class Reports:
    """Lets messages reach the things that listen to their topics."""

    def __init__(self, things: dict[str, Thing], topics: Topics[Thing], tasmota: Tasmota) -> None:
        self._things, self._topics, self._tasmota = things, topics, tasmota
        self._timers: list[tuple[float, str, str]] = []
        #: Counts the messages that conditions of availability were told.
        self.stamp = 0

    def tick(self, now: float) -> Changes:
        """Let time pass: sensors expire, motion ends. Call at `due`, or every second."""
        changes = Changes()
        while self._timers and self._timers[0][0] <= now:
            due, id_, kind = heapq.heappop(self._timers)
            thing = self._things.get(id_)
            if thing is None or thing.timers.get(kind) != due:
                continue  # it was put off
            del thing.timers[kind]
            if kind == "off":
                thing.report.set("off")
                thing.changed_at = now
            else:
                thing.expired = True
            thing.state = None
            changes.states.append(id_)
        return changes

    def due(self) -> float | None:
        """Return when `tick` has something to do next, in Unix seconds, or None."""
        return self._timers[0][0] if self._timers else None

    def hear(self, heard: Heard[Thing], payload: bytes, retain: bool, now: float, changes: Changes) -> None:
        """Let a message of a topic reach the things and the conditions that listen to it."""
        if len(payload) > MAX_PAYLOAD:
            return
        self._topics.keep(heard, payload, retain)
        messages: dict[str, Payload | None] = {}
        self.tell(heard.listeners, payload, messages, retain, now, changes)
        if heard.conditions:
            self.stamp += 1
            message = decoded(payload, "utf-8", messages)
            for place, condition in enumerate(heard.conditions.values()):
                if place and work.exhausted():
                    work.leave_out(TOOK_TOO_LONG, "availabilities")
                    break
                if message is not None and condition.hear(message, self.stamp):
                    self._reach(condition, changes)

    def tell(
        self,
        listeners: Sequence[tuple[Thing, Listener]],
        payload: bytes,
        messages: dict[str, Payload | None],
        retain: bool,
        now: float,
        changes: Changes,
    ) -> None:
        """Let a message reach things, as far as its time goes, and note in `changes` what it changed of them."""
        for place, (thing, listener) in enumerate(listeners):
            if place > 1 and work.exhausted():  # asking costs half of what most listeners do
                for left_out, _ in itertools.islice(listeners, place, None):
                    work.leave_out(TOOK_TOO_LONG, left_out.entity.id)
                break
            if listener.live and retain:
                continue
            message = decoded(payload, thing.component.encoding, messages)
            if message is None:
                continue
            report = thing.report
            before = report.value
            report.changed = False
            report.told.clear()
            if not take(listener, message, thing):
                continue
            id_ = thing.entity.id
            changes.heard.setdefault(id_, set()).update(() if retain else report.told)
            changes.told.setdefault(id_, set()).update(report.told)
            if thing.component.expire_after:
                report.changed |= thing.expired
                thing.expired = False
                self._set_timer(thing, "expire", now + thing.component.expire_after)
            if thing.component.off_delay and report.value == "on":
                self._set_timer(thing, "off", now + thing.component.off_delay)
            if report.changed:
                self.mark(thing, before, retain, now)
                if id_ not in changes.states:
                    changes.states.append(id_)

    @staticmethod
    def mark(thing: Thing, before: Value, retain: bool, now: float) -> None:
        """Note that what a thing is doing changed from `before`; a message the broker had kept does not say when."""
        thing.state = None
        if thing.report.value != before and not (before is None and retain):
            thing.changed_at = now

    def _reach(self, condition: Condition, changes: Changes) -> None:
        """Tell everybody who waits for a condition that it was heard."""
        for thing in condition.users:
            reached = available(thing.conditions, thing.mode)
            if reached != thing.available:
                thing.available, thing.state = reached, None
                changes.states.append(thing.entity.id)
                if reached and thing.announcement.key[0].startswith("tasmota/"):
                    self.ask(thing, changes)

    def ask(self, thing: Thing, changes: Changes) -> None:
        """Note in `changes` the message that asks a thing of Tasmota for its state."""
        query = self._tasmota.query(thing.announcement.key[0])
        if query is not None and query not in changes.queries:
            changes.queries.append(query)

    def _set_timer(self, thing: Thing, kind: str, due: float) -> None:
        known = thing.timers.get(kind)
        thing.timers[kind] = due
        if known != due:
            heapq.heappush(self._timers, (due, thing.entity.id, kind))
            if len(self._timers) > 4 * len(self._things) + 1000:  # timers that were put off, over and over
                self._timers = [
                    (when, id_, name) for id_, one in self._things.items() for name, when in one.timers.items()
                ]
                heapq.heapify(self._timers)
