"""The house: every device that was announced, what it last said, and how to tell it what to do. Pure: no I/O, no clock.

    house = House()
    changes = house.receive(topic, payload, retain, now)   # every message that arrives
    house.encode(Act("light.sofa_lamp", "turn_on"))        # the messages to publish, never retained
    house.settled(act, house.state("light.sofa_lamp"))     # does the device confirm it?

Messages find their entities by topic; nothing is searched.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from assistant.home.confirming import Compared, compare, under_way
from assistant.home.devices import discovery, telling
from assistant.home.devices.announcement import AnnouncementError, Keys
from assistant.home.devices.availability import Condition, available, conditions
from assistant.home.devices.components.component import CommandError, Component
from assistant.home.devices.describing import Describing
from assistant.home.devices.discovery import Announcement, Found
from assistant.home.devices.naming import Identity, Ids, identity_of
from assistant.home.devices.reports import Changes, Reports
from assistant.home.devices.tasmota import FILTERS as TASMOTA_FILTERS
from assistant.home.devices.tasmota import Tasmota
from assistant.home.devices.templates.limits import work
from assistant.home.devices.thing import Thing, decoded
from assistant.home.devices.topics import MAX_TOPICS, Heard, Topics
from assistant.home.entities import Act, Entity, Message, Names, State
from assistant.home.listing import listed

MAX_ENTITIES = 20_000  #: entities in a house
MAX_COMPLAINTS = 100  #: topics of which it is told that a message was not taken by all
_MAX_WAITING = 1000  # announcements of a unique id that is taken

_log = logging.getLogger(__name__)


class House:
    """The devices of one broker."""

    def __init__(
        self,
        prefix: str = "homeassistant",
        *,
        areas: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
        floors: Mapping[str, Sequence[str]] | None = None,
        codes: Mapping[str, str] | None = None,
        ids: Mapping[str, str] | None = None,
    ) -> None:
        """Start with an empty house.

        `areas` maps names of devices that announce no area to theirs, `aliases` what people say to the name of a
        device or area, `floors` a floor to its areas, `codes` the names of locks and alarm panels to the codes that
        they want. `ids` is what `ids` returned the last time, so that entities keep theirs.
        """
        self.prefix = prefix
        #: Counts the changes of names and areas.
        self.version = 0
        self._describing = Describing(areas or {}, aliases or {}, floors or {}, codes or {})
        self._ids = Ids(ids or {}, 2 * MAX_ENTITIES)
        self._things: dict[str, Thing] = {}
        self._by_identity: dict[Identity, Thing] = {}
        self._by_topic: dict[str, dict[str, Thing]] = {}  # discovery topic, part
        self._waiting: dict[Identity, Announcement] = {}  # for a unique id that another announcement has
        self._announced: dict[str, bytes] = {}  # a digest of what each topic announced last
        self._topics: Topics[Thing] = Topics()
        self._names: Names | None = None
        self._tasmota = Tasmota()
        self._reports = Reports(self._things, self._topics, self._tasmota)
        self._full = False
        self._complained: set[str] = set()  # topics

    # What is in the house

    def entities(self) -> list[Entity]:
        """Return every entity, in the order of their ids."""
        return [self._things[id_].entity for id_ in sorted(self._things)]

    def entity(self, entity_id: str) -> Entity | None:
        """Return one entity, or None where there is none of that id."""
        thing = self._things.get(entity_id)
        return thing.entity if thing else None

    def state(self, entity_id: str) -> State:
        """Return what an entity is doing. Raises KeyError where there is none of that id."""
        thing = self._things[entity_id]
        if thing.state is None:
            thing.state = State(
                value=thing.report.value,
                attributes=MappingProxyType(dict(thing.report.attributes)),
                available=thing.available and not thing.expired,
                changed_at=thing.changed_at,
            )
        return thing.state

    def states(self) -> dict[str, State]:
        """Return what every entity is doing."""
        return {id_: self.state(id_) for id_ in self._things}

    def devices(self) -> list[dict[str, object]]:
        """Return the list that `home list --json` prints; a device that cannot be reached has an unknown state."""
        return [listed(entity, self.state(entity.id)) for entity in self.entities()]

    def names(self) -> Names:
        """Return every name people may say. The same object until `version` changes."""
        if self._names is None or self._names.version != self.version:
            self._names = self._describing.names(self.version, self.entities())
        return self._names

    def ids(self) -> dict[str, str]:
        """Return which id each entity has, to be given to the next house."""
        return self._ids.known()

    def subscriptions(self) -> list[str]:
        """Return all topics and filters to subscribe to, as after a reconnection."""
        return [*discovery.filters(self.prefix), *TASMOTA_FILTERS, *self._topics]

    # What arrives

    def receive(self, topic: str, payload: bytes, retain: bool, now: float) -> Changes:
        """Take a message; return what it changed. Nothing that arrives raises.

        `retain`: the broker had kept it. `now`: Unix seconds.
        """
        changes = Changes()
        work.topic = topic
        try:
            heard = self._topics.get(topic)
            if heard is not None:
                self._reports.hear(heard, payload, retain, now, changes)
            if topic.startswith("tasmota/discovery/"):
                self._discover_tasmota(topic, payload, now, changes)
            elif topic.endswith("/config") and topic.startswith(self.prefix + "/"):
                self._discover(topic, payload, now, changes)
        finally:
            left_out = work.end_message()
        if left_out:
            self._log_left_out(topic, payload, left_out)
        return changes

    def tick(self, now: float) -> Changes:
        """Let time pass: sensors expire, motion ends. Call at `due`, or every second."""
        return self._reports.tick(now)

    def due(self) -> float | None:
        """Return when `tick` has something to do next, in Unix seconds, or None."""
        return self._reports.due()

    # What is told to the devices

    def resolve(self, act: Act) -> Act:
        """Return `act` with a service that its entity has (`toggle` by what it does now). Raises CommandError."""
        return telling.resolve(self._thing(act), act)

    def encode(self, act: Act) -> list[Message]:
        """Return the messages that carry out `act`, in their order; none of them is to be retained.

        Raises CommandError where there is no such entity, or it cannot do that; the message is one sentence.
        """
        return telling.plan(self._thing(act), act).messages

    def assume(self, act: Act, now: float) -> Changes:
        """Take what was commanded for the state, where a device never reports it. Call when `act` was published."""
        thing = self._thing(act)
        before = thing.report.value
        changes = Changes()
        thing.report.told.clear()
        if telling.assume(thing, act):
            self._reports.mark(thing, before, False, now)
            changes.states.append(thing.entity.id)
        if thing.report.told:
            changes.told[thing.entity.id] = set(thing.report.told)
        return changes

    def compared(self, act: Act, state: State) -> Compared:
        """Return how `state` compares with what `act` should lead to."""
        thing = self._thing(act)
        return compare(thing.component, telling.plan(thing, act).expects, state)

    def under_way(self, act: Act, state: State) -> bool:
        """Return whether `state` says that the device is on its way to what `act` wants."""
        return under_way(telling.plan(self._thing(act), act).expects, state)

    def _thing(self, act: Act) -> Thing:
        thing = self._things.get(act.entity_id)
        if thing is None:
            raise CommandError(f"There is no device {act.entity_id} in the house.")
        return thing

    # Announcements

    def _discover(self, topic: str, payload: bytes, now: float, changes: Changes) -> None:
        if self._known(topic, payload):
            return
        found = discovery.read(topic, self.prefix, payload)
        if found is not None:
            self._apply(topic, found, now, changes)

    def _discover_tasmota(self, topic: str, payload: bytes, now: float, changes: Changes) -> None:
        if self._known(topic, payload):
            return
        found = self._tasmota.read(topic, payload)
        if found is None:
            return
        key, announced = found
        self._apply(key, announced, now, changes)
        for thing in self._by_topic.get(key, {}).values():
            if thing.available or not thing.conditions:
                self._reports.ask(thing, changes)

    def _known(self, topic: str, payload: bytes) -> bool:
        """Return whether a topic announces what it did before, as devices do whenever they wake up."""
        digest = hashlib.blake2b(payload, digest_size=16).digest()
        if self._announced.get(topic) == digest:
            return True
        if not payload:
            self._announced.pop(topic, None)
        elif len(self._announced) < 2 * MAX_ENTITIES or topic in self._announced:
            self._announced[topic] = digest
        return False

    def _apply(self, topic: str, found: Found, now: float, changes: Changes) -> None:
        announced = self._by_topic.get(topic, {})
        if found.released:
            for thing in announced.values():
                thing.released = True
            return
        kept = {announcement.key[1] for announcement in found.announcements}
        gone = {part for _, part in found.removed}
        if found.everything:
            gone |= announced.keys() - kept
        if self._waiting:
            self._waiting = {
                identity: one
                for identity, one in self._waiting.items()
                if one.key[0] != topic or (one.key[1] in kept if found.everything else one.key[1] not in gone)
            }
        for thing in [announced[part] for part in announced if part in gone]:
            self._remove(thing, changes, now)
        for announcement in found.announcements:
            self._announce(announcement, now, changes)

    def _announce(self, announcement: Announcement, now: float, changes: Changes) -> None:
        topic, part = announcement.key
        before = self._by_topic.get(topic, {}).get(part)
        try:
            keys = Keys(announcement.values)
            if not keys.flag("enabled_by_default", True):
                if before is not None:
                    self._remove(before, changes, now)
                return
            component = discovery.build(announcement)
            found = conditions(keys)
            mode = keys.choice("availability_mode", "latest", ("all", "any", "latest"))
            identity = identity_of(announcement, component, keys)
            entity = self._describing.describe(announcement, component, keys)
            wanted = keys.text("default_entity_id", "").rpartition(".")[2] or keys.text("object_id", "")
        except AnnouncementError as error:
            discovery.refuse(announcement, error)
            return
        if before is not None and before.identity != identity:
            self._remove(before, changes, now)
        thing = self._by_identity.get(identity)
        if thing is not None and thing.announcement.key != announcement.key and not thing.released:
            if self._waiting.get(identity) != announcement:
                if len(self._waiting) < _MAX_WAITING:
                    self._waiting[identity] = announcement
                discovery.refuse(announcement, AnnouncementError("unique_id", f"is that of {thing.entity.id}"))
        elif thing is not None:
            self._renew(thing, announcement, component, entity, changes)
            self._attach(thing, found, mode, now, changes)
            changes.told.pop(thing.entity.id, None)  # it said so before, perhaps before a reconnection
        elif len(self._things) < MAX_ENTITIES and len(self._topics) < MAX_TOPICS:
            thing = self._add(identity, announcement, component, entity, wanted)
            changes.added.append(thing.entity.id)
            self._attach(thing, found, mode, now, changes)
        else:
            self._announced.pop(topic, None)  # it may be announced again when there is room
            self._log_full(topic)

    def _log_left_out(self, topic: str, payload: bytes, left_out: Mapping[str, Sequence[str]]) -> None:
        """Say once for each topic, and for MAX_COMPLAINTS of them, who did not take a message, and why."""
        if topic in self._complained or len(self._complained) >= MAX_COMPLAINTS:
            return
        self._complained.add(topic)
        told = "; ".join(f"{len(whom)} entities, such as {whom[0]}: {why}" for why, whom in left_out.items())
        _log.warning("%.200s: a message of %d bytes was not taken by all: %s.", ascii(topic), len(payload), told)

    def _log_full(self, topic: str) -> None:
        if not self._full:
            self._full = True
            _log.warning(
                "Announcements skipped, from %.200s on: the house is full, with %d", ascii(topic), MAX_ENTITIES
            )

    def _add(
        self, identity: Identity, announcement: Announcement, component: Component, entity: Entity, wanted: str
    ) -> Thing:
        wishes = (wanted, entity.name, announcement.object_id)
        id_ = self._ids.id_of(identity, entity.domain, wishes, self._by_identity)
        thing = Thing(identity, announcement, component, replace(entity, id=id_))
        for name, value in component.initial.items():
            thing.report.put(name, value)
        self._things[id_] = self._by_identity[identity] = thing
        self._by_topic.setdefault(announcement.key[0], {})[announcement.key[1]] = thing
        self.version += 1
        return thing

    def _renew(
        self, thing: Thing, announcement: Announcement, component: Component, entity: Entity, changes: Changes
    ) -> None:
        """Give an entity its new announcement; what it last said stays."""
        if thing.announcement.key != announcement.key:
            self._by_topic[thing.announcement.key[0]].pop(thing.announcement.key[1], None)
            self._by_topic.setdefault(announcement.key[0], {})[announcement.key[1]] = thing
        thing.announcement, thing.component, thing.released = announcement.read(), component, False
        entity = replace(entity, id=thing.entity.id)
        if entity != thing.entity:
            before, thing.entity = thing.entity, entity
            changes.changed.append(entity.id)
            if (before.name, before.area, before.aliases, before.device) != (
                entity.name,
                entity.area,
                entity.aliases,
                entity.device,
            ):
                self.version += 1

    def _remove(self, thing: Thing, changes: Changes, now: float) -> None:
        id_ = thing.entity.id
        del self._things[id_], self._by_identity[thing.identity]
        parts = self._by_topic[thing.announcement.key[0]]
        parts.pop(thing.announcement.key[1], None)
        if not parts:
            del self._by_topic[thing.announcement.key[0]]
        self._detach(thing)
        self._tidy(thing.topics, changes)
        changes.removed.append(id_)
        self.version += 1
        self._full = False
        waiting = self._waiting.pop(thing.identity, None)
        if waiting is not None:
            self._announce(waiting, now, changes)

    def _attach(self, thing: Thing, found: list[Condition], mode: str, now: float, changes: Changes) -> None:
        """Let an entity hear its topics, instead of those it heard before."""
        before = thing.topics
        self._detach(thing)
        thing.mode, thing.topics, thing.conditions = mode, [], []
        for listener in thing.component.listeners:
            for topic in (listener.topic, *thing.announcement.also.get(listener.topic, ())):
                heard = self._listen(thing, topic, changes)
                heard.listeners.append((thing, listener))
                if heard.last is not None and not listener.live:
                    payload, retain = heard.last
                    self._reports.tell([(thing, listener)], payload, {}, retain, now, changes)
        for condition in found:
            heard = self._listen(thing, condition.topic, changes)
            shared = heard.conditions.setdefault(condition.key, condition)
            shared.users.add(thing)
            thing.conditions.append(shared)
            if shared is condition and heard.last is not None:
                message = decoded(heard.last[0], "utf-8", {})
                if message is not None:
                    condition.hear(message, self._reports.stamp)
        reached = available(thing.conditions, thing.mode)
        if reached != thing.available:
            thing.available, thing.state = reached, None
        self._tidy(before, changes)

    def _listen(self, thing: Thing, topic: str, changes: Changes) -> Heard[Thing]:
        heard, wanted = self._topics.open(topic)
        if wanted and topic not in changes.subscribe:
            changes.subscribe.append(topic)
        thing.topics.append(topic)
        return heard

    def _detach(self, thing: Thing) -> None:
        for topic in thing.topics:
            self._topics.leave(thing, topic)
        for condition in thing.conditions:
            condition.users.discard(thing)
            if not condition.users:
                self._topics.forget(condition)

    def _tidy(self, topics: Iterable[str], changes: Changes) -> None:
        changes.unsubscribe += [topic for topic in topics if self._topics.close(topic)]
