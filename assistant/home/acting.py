"""Commands carried out: sent once, and confirmed by what the devices report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.home.broker import COMMAND_EXPIRES_S, NotSentError
from assistant.home.confirming import Compared
from assistant.home.entities import Act, Entity, HomeIntent, State, Value
from assistant.home.outcome import Fate, Outcome, Result, spoken, worked
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.home.broker import Broker
    from assistant.home.devices.house import House

CONFIRM_S = 1.0  #: a device that has not reported by then did not answer
ALREADY_S = 0.2  #: for so long one that is already as it is wanted may say so again; many do not
#: Of these a command is believed to be under way when its state does not say so within a second.
SLOW = frozenset({"cover", "valve", "lock", "vacuum", "lawn_mower", "alarm_control_panel", "update"})


@dataclass(slots=True, eq=False)
class _Watch:
    """An entity that is waited for: what it told since ("value", names of attributes), and a call to look again."""

    again: asyncio.Event = field(default_factory=asyncio.Event)
    told: set[str] = field(default_factory=set)


class Acting:
    """Carries out intents over a broker. Home tells it of every change of a state, and of the end of a connection."""

    def __init__(self, house: House, broker: Broker, *, published: Callable[[Act], None] = lambda _: None) -> None:
        """`published` is called when an act was sent and before anything can have been reported."""
        self._house, self._broker, self._published = house, broker, published
        self._watched: dict[str, set[_Watch]] = {}

    def changed(self, entity_id: str, told: Collection[str] = ()) -> None:
        """Look again at a state that is waited for; `told` is what the device itself said just now."""
        for watch in self._watched.get(entity_id, ()):
            watch.told.update(told)
            watch.again.set()

    def disconnected(self) -> None:
        """Stop waiting: what has not been confirmed cannot be any more."""
        for watches in self._watched.values():
            for watch in watches:
                watch.again.set()

    async def carry_out(self, intent: HomeIntent) -> Outcome:
        """Send every act of `intent` once and wait at most CONFIRM_S for the states that confirm them.

        Acts upon different entities go out together, those upon one entity in their order.
        """
        by_entity: dict[str, list[Act]] = {}
        for act in intent.acts:
            by_entity.setdefault(act.entity_id, []).append(act)
        done = await asyncio.gather(*(self._all_of(acts) for acts in by_entity.values()))
        results = tuple(result for results in done for result in results)
        return Outcome(
            kind="acted" if worked(results) else "failed",
            spoken=spoken(results) or "There is nothing to do.",
            action=action(intent, results),
            results=results,
        )

    async def _all_of(self, acts: list[Act]) -> list[Result]:
        return [await self._one(act) for act in acts]

    async def _one(self, act: Act) -> Result:
        entity = self._house.entity(act.entity_id)
        if entity is None:
            gone = Entity(id=act.entity_id, name=act.entity_id, domain=act.entity_id.partition(".")[0])
            return Result(act=act, entity=gone, fate="refused", note="That device is no longer there.")
        if not self._house.state(entity.id).available:
            return Result(act=act, entity=entity, fate="unavailable")
        try:
            act = self._house.resolve(act)
            messages = self._house.encode(act)
        except ReparteeError as error:
            return Result(act=act, entity=entity, fate="refused", note=str(error))
        watch, untold = _Watch(), frozenset[str]()
        self._watched.setdefault(entity.id, set()).add(watch)
        try:
            for message in messages:
                await self._broker.publish(message, expires_s=COMMAND_EXPIRES_S, timeout_s=CONFIRM_S)
            self._published(act)
            fate, untold = await self._fate(act, entity, watch)
        except NotSentError as error:
            return Result(act=act, entity=entity, fate="not_sent", note=str(error))
        except ReparteeError:  # it was removed while it was waited for
            fate = "silent"
        finally:
            self._watched[entity.id].discard(watch)
            if not self._watched[entity.id]:
                del self._watched[entity.id]
        if fate in ("done", "already"):
            act = _at_its_speed(act, self._house.state(entity.id))
        broke = fate == "silent" and not self._broker.connected
        return Result(act=act, entity=entity, fate=fate, note=self._broker.problem if broke else "", untold=untold)

    async def _fate(self, act: Act, entity: Entity, watch: _Watch) -> tuple[Fate, frozenset[str]]:
        """Wait for what becomes of `act`; return it, and what it expects that no state told."""
        slow = entity.domain in SLOW or _seconds(act.values.get("transition")) > CONFIRM_S / 2
        began = time.monotonic()
        while True:
            watch.again.clear()
            if self._house.entity(entity.id) is None:
                return "silent", frozenset()
            state = self._house.state(entity.id)
            found = self._house.compared(act, state)
            if found.settled is None:
                return "sent", frozenset()
            if found.settled and found.alike & watch.told:
                return ("sent" if found.unreported else "done"), found.unreported
            if not found.settled and self._house.under_way(act, state):
                return "under_way", frozenset()
            if not self._broker.connected:
                return "silent", frozenset()
            within = min(ALREADY_S, CONFIRM_S) if found.settled and not slow else CONFIRM_S
            left = began + within - time.monotonic()
            if left <= 0:
                return _at_last(found, watch.told, slow=slow and state.available)
            try:
                await asyncio.wait_for(watch.again.wait(), left)
            except TimeoutError:
                continue


def _at_last(found: Compared, told: Collection[str], *, slow: bool) -> tuple[Fate, frozenset[str]]:
    """Return what became of an act that was not confirmed in time, and what it expects that no state told."""
    if found.settled:  # as it was before, or as far as the device tells
        return ("sent" if found.unreported else "already"), found.unreported
    if slow:
        return "under_way", frozenset()
    if "value" in found.alike and "value" in told and found.unlike.isdisjoint(told):
        return "sent", found.unlike | found.unreported
    return "silent", frozenset()


def _at_its_speed(act: Act, state: State) -> Act:
    """Return `act` with the speed that a fan has: one of few speeds goes to the next above the one that was wanted."""
    told = state.attributes.get("percentage")
    if not act.values.get("percentage") or told is None:  # one that is to stand still is off, at whatever speed
        return act
    return replace(act, values={**act.values, "percentage": told})


def action(intent: HomeIntent, results: tuple[Result, ...] = ()) -> dict[str, Any]:
    """Return the reply's `action`: {intent, entities, slots, confirmed, results}."""
    fates = {result.entity.id: result.fate for result in results}
    return {
        "intent": intent.intent,
        "entities": list(fates or dict.fromkeys(intent.entities)),
        "slots": {name: list(value) if isinstance(value, tuple) else value for name, value in intent.slots.items()},
        "confirmed": bool(results) and all(result.fate == "done" for result in results),
        "results": fates,
    }


def _seconds(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
