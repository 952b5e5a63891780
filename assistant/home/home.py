"""The door of this room: the house that a turn asks and commands, and the connection that keeps it true."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.home.acting import Acting, action
from assistant.home.broker import Broker, NotSentError
from assistant.home.compiling import MANY, Compiling, keep_for_long
from assistant.home.devices.house import House
from assistant.home.devices.reports import Changes
from assistant.home.entities import Act, Entity, HomeIntent, Message, Names, Query, State
from assistant.home.ids import IDS_FILE, read_ids, write_ids
from assistant.home.listing import detailed
from assistant.home.mqtt.address import broker_url
from assistant.home.ourselves import Ourselves, TurnReport, Wish, discovery_topic, known_node, node_id
from assistant.home.outcome import Outcome
from assistant.home.settings import HomeConfig
from assistant.home.shown_skills import ShownEntry
from assistant.home.understanding.acts import confirm, intent_name, the, verb
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.home.history import History
    from assistant.home.understanding.grammar import Context

FIRST_NAMES_S = 10.0  #: for how long a turn waits for the first names after a start, on a machine that is busy
TELL_AFTER_S = 0.05  #: changes of state that come in a row are told together
ANSWER_BIRTH_S = 1.0  #: after Home Assistant's birth, devices announce themselves again
NO_BROKER = (
    'No devices are set up: write broker = "mqtt://host" under [home] in repartee.toml, '
    "or try a virtual house with: repartee home demo"
)

_log = logging.getLogger(__name__)


class Home:
    """Every device of one broker. All methods are for the event loop that runs `run`."""

    def __init__(
        self,
        settings: HomeConfig,
        folder: Path,
        url: str,
        *,
        history: History | None = None,
        ourselves: Ourselves | None = None,
    ) -> None:
        self.settings = settings
        self._ids_file = folder / IDS_FILE if settings.broker else None
        self.house = House(
            settings.prefix,
            areas=settings.area_of(),
            aliases=dict(settings.aliases),
            floors=dict(settings.floors),
            codes=dict(settings.codes),
            ids=read_ids(self._ids_file),
        )
        self._history, self._ourselves = history, ourselves
        self._broker = Broker(
            settings,
            url,
            receive=self._receive,
            linked=self._linked,
            will=ourselves.will if ourselves else None,
        )
        self._acting = Acting(self.house, self._broker, published=self._assume)
        self._status_topic = f"{settings.prefix}/status"
        node = known_node(folder)
        self._own_topic = None if node is None else discovery_topic(settings.prefix, node)
        self._broker.subscribe(self.house.subscriptions())
        if ourselves is not None:
            self._broker.subscribe([*ourselves.subscriptions, self._status_topic])
        self._compiling = Compiling(self.house, self._broker, settings.aliases)
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._dirty: set[str] = set()
        self._telling: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._running = False
        self._grown = 0  # entities that came since what there is was last kept for long

    @classmethod
    def open(cls, settings: HomeConfig, folder: Path, *, serving: bool = False, stages: Iterable[str] = ()) -> Home:
        """Make the home of the configured broker, or of the demo that runs in `folder`; `run` connects it.

        `serving`: by the process that stays, which keeps the history and publishes the assistant as a device, with
        the latency of each of `stages`. Raises ReparteeError where no broker is set up, or for an unusable setting.
        """
        url = broker_url(settings, folder)
        if url is None:
            raise ReparteeError(NO_BROKER)
        history, ourselves = None, None
        if settings.history_days:
            from assistant.home.history import FILE_NAME, History

            if serving or (folder / FILE_NAME).exists():
                history = History.open(folder, settings.history_days, recording=serving)
        if serving and settings.publish:
            ourselves = Ourselves(settings.name, node_id(folder), settings.prefix, stages=stages, area=settings.room)
        return cls(settings, folder, url, history=history, ourselves=ourselves)

    # The connection

    async def run(self) -> None:
        """Keep the house true until cancelled."""
        work = [self._broker.run(), self._tick(), self._compiling.run(), self._keep_ids()]
        if self._history is not None:
            work.append(self._history.run())
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)

    @property
    def connected(self) -> bool:
        """Whether the broker is there now; `problem` says why not."""
        return self._broker.connected

    @property
    def problem(self) -> str:
        """Why there is no connection, without a full stop."""
        return self._broker.problem

    async def ready(self, timeout_s: float = 10.0) -> bool:
        """Wait until every device that the broker knows was found and its names are understood; False after that."""
        until = time.monotonic() + timeout_s
        if not await self._broker.wait_connected(timeout_s):
            return False
        settled = await self._broker.settle(max(0.0, until - time.monotonic()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + max(0.0, until - time.monotonic())):
                while self._compiling.built != self.house.version:
                    self._compiling.compiled.clear()
                    await self._compiling.compiled.wait()
        return settled and self._compiling.built == self.house.version

    async def named(self) -> None:
        """Wait until the names of the devices that were found are understood for the first time, at most FIRST_NAMES_S.

        Who speaks in the first moments after a start is not told that nothing is known; later this returns at once.
        """
        if self._compiling.built == -1 and self.connected and self.house.entities():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_NAMES_S):
                    await self._compiling.compiled.wait()

    async def close(self) -> None:
        """Say goodbye as a device, keep what is to be kept, and let go; cancel `run` afterwards."""
        if self._ourselves is not None and self.connected:
            with contextlib.suppress(NotSentError):
                await self._broker.publish(self._ourselves.will, retain=True)
        for task in list(self._tasks):
            task.cancel()
        if self._history is not None:
            await self._history.close()
        await self._write_ids()

    # What a turn asks

    def context(
        self,
        *,
        room: str | None = None,
        last: Sequence[str] = (),
        before: str = "",
        pending: HomeIntent | None = None,
    ) -> Context:
        """Return what surrounds a sentence: `room` of the speaker (else the configured one), what "it" means, the
        sentence before, a question that waits for its answer; the live states are this home's."""
        from assistant.home.understanding.grammar import Context

        return Context(
            room=room or self.settings.room or None,
            last=tuple(last),
            before=before,
            pending=pending,
            states=self.state,
            unconfirmed=frozenset(self.settings.unconfirmed),
        )

    def understand(self, words: str, context: Context | None = None) -> HomeIntent | None:
        """Return what a sentence means for the house, None where it is about something else. Nothing is done."""
        if self._compiling.grammar is None:
            return None
        return self._compiling.grammar.understand(words, context or self.context())

    async def carry_out(self, intent: HomeIntent) -> Outcome:
        """Do what is wanted, or answer what is asked. Commands are sent once and take at most a second to confirm."""
        if intent.kind in ("ask_back", "refuse"):
            kind = "asked_back" if intent.kind == "ask_back" else "failed"
            return Outcome(kind=kind, spoken=intent.question, action=action(intent))  # type: ignore[arg-type]
        if not self.connected:
            problem = self.problem
            return Outcome(kind="failed", spoken=f"I cannot reach the devices: {problem}.", action=action(intent))
        if intent.kind == "query" and intent.query is not None:
            return Outcome(kind="answered", spoken=await self._answer(intent.query), action=action(intent))
        outcome = await self._acting.carry_out(intent)
        return replace(outcome, spoken=" ".join((outcome.spoken, *intent.besides))) if intent.besides else outcome

    async def _answer(self, query: Query) -> str:
        if query.kind in ("last", "duration", "was"):
            if self._history is None:
                return "I keep no history of the house."
            from assistant.home.asking.recalling import recall

            entities = [entity for each in query.entities if (entity := self.house.entity(each)) is not None]
            states = [self.house.state(entity.id) for entity in entities]
            return await recall(query, entities, states, self._history, time.time())
        from assistant.home.asking.answers import answer

        return answer(query, self.entity, self.state)

    def entities(self) -> list[Entity]:
        """Return every entity, in the order of their ids."""
        return self.house.entities()

    def entity(self, entity_id: str) -> Entity | None:
        """Return one entity."""
        return self.house.entity(entity_id)

    def state(self, entity_id: str) -> State | None:
        """Return what an entity is doing, None where there is none of that id."""
        return self.house.state(entity_id) if self.house.entity(entity_id) is not None else None

    def names(self) -> Names:
        """Return every name that people may say; the recogniser's lexicon and the grammar are made of them."""
        return self.house.names()

    def devices(self, *, detail: bool = False) -> list[dict[str, object]]:
        """Return the list of `repartee home list --json`; without a connection nothing is available.

        With `detail`, every device is as `device` tells it.
        """
        listed = [self.device(entity) for entity in self.entities()] if detail else self.house.devices()
        if not self.connected:
            for device in listed:
                device |= {"available": False, "state": None}
        return listed

    def device(self, entity: Entity) -> dict[str, object]:
        """Return what a panel needs to show one device and to let it be touched: see `listing.detailed`."""
        return detailed(entity, self.house.state(entity.id), frozenset(self.settings.unconfirmed))

    def intend(self, act: Act) -> HomeIntent:
        """Return the intent of one act that was chosen, not said: to do it, or to ask back first where it is risky.

        Raises ReparteeError where there is no such device, it has no such service, or not with these values.
        """
        act = self.house.resolve(act)
        self.house.encode(act)
        entity = self.house.entity(act.entity_id)
        assert entity is not None  # it was resolved
        wanted = HomeIntent(
            kind="act", intent=intent_name((act,)), acts=(act,), entities=(act.entity_id,), slots=act.values
        )
        if entity.domain in self.settings.unconfirmed or not confirm(entity, act):
            return wanted
        return replace(
            wanted,
            kind="ask_back",
            acts=(),
            question=f"{verb(act).capitalize()} {the([entity.name])}?",
            pending=replace(wanted, confirm_needed=True),
            confirm_needed=True,
        )

    def on_change(self, callback: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        """Call `callback` with the ids whose state, name or presence changed, soon after; return what ends that.

        An empty set says that the connection came or went.
        """
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback) if callback in self._listeners else None

    # Repartee as a device

    def on_wish(self, callback: Callable[[Wish, str], None]) -> None:
        """Call `callback` with what a dashboard wishes: "say" or "ask" and the words, "mute" or "unmute"."""
        if self._ourselves is not None:
            self._ourselves.wished = callback

    def report_turn(self, report: TurnReport) -> None:
        """Publish what was heard, what was said and how long it took; does not wait."""
        if self._ourselves is not None and self.connected:
            self._soon(self._publish_all(self._ourselves.turn(report)))

    def report_mute(self, muted: bool) -> None:
        """Publish the position of the mute switch; does not wait."""
        if self._ourselves is not None:
            messages = self._ourselves.mute(muted)
            if self.connected:
                self._soon(self._publish_all([(message, True) for message in messages]))

    def on_skill_wish(self, callback: Callable[[str, list[str]], None]) -> None:
        """Call `callback` with a list's name and the items it is set to, or with "" to stop what rings."""
        if self._ourselves is not None:
            self._ourselves.skill_wished = callback

    def report_skills(self, entries: Sequence[ShownEntry], lists: Mapping[str, Sequence[str]]) -> None:
        """Publish the timers and lists there are now; does not wait."""
        if self._ourselves is None:
            return
        shown = self._ourselves.skills
        changed = shown.update(entries, lists)
        if self.connected:
            messages = self._ourselves.announcement() if changed else shown.states()
            self._soon(self._publish_all([(message, True) for message in messages]))

    # What comes

    def _receive(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic == self._own_topic:
            return  # another process of this home may have announced it: it is none of the house's devices
        if self._ourselves is not None:
            if self._ourselves.receive(topic, payload, retained):
                return
            if topic == self._status_topic:
                if payload == b"online" and not retained:
                    self._soon(self._announce(ANSWER_BIRTH_S))
                return
        self._apply(self.house.receive(topic, payload, retained, time.time()))

    def _apply(self, changes: Changes) -> None:
        if changes.unsubscribe:
            self._broker.unsubscribe(changes.unsubscribe)
        if changes.subscribe:
            self._broker.subscribe(changes.subscribe)
        if changes.added or changes.removed or changes.changed:
            self._compiling.changed.set()
            self._grown += len(changes.added)
            if self._grown >= MANY:
                self._grown = 0
                keep_for_long()
            self._tell((*changes.added, *changes.removed, *changes.changed))
        for entity_id, told in changes.heard.items():
            self._acting.changed(entity_id, told)
        if changes.states:
            for entity_id in changes.states:
                self._acting.changed(entity_id)
            self._tell(changes.states)
        if self._history is not None:
            self._remember(changes, self._history)
        for query in changes.queries:
            self._soon(self._publish_all([(query, False)]))

    def _remember(self, changes: Changes, history: History) -> None:
        now = time.time()
        # Also what was told unchanged: a reconnection makes it unknown until it is told again.
        for entity_id in dict.fromkeys((*changes.told, *changes.states)):
            if self.house.entity(entity_id) is not None:
                history.record(entity_id, self.house.state(entity_id), now, told=changes.told.get(entity_id, ()))

    def _assume(self, act: Act) -> None:
        self._apply(self.house.assume(act, time.time()))

    def _linked(self, up: bool) -> None:
        if self._history is not None:
            self._history.watch(up, time.time())
        if up and self._ourselves is not None:
            self._soon(self._announce(0.0, birth=True))
        if not up:
            self._acting.disconnected()
        self._tell(())

    async def _announce(self, after_s: float, *, birth: bool = False) -> None:
        """Announce ourselves; after a connection began also say so, that devices which wait for it do the same."""
        if self._ourselves is None:
            return
        await asyncio.sleep(after_s)
        messages = [(message, True) for message in self._ourselves.announcement()]
        if birth:
            messages.append((Message(self._status_topic, "online"), False))
        await self._publish_all(messages)

    async def _publish_all(self, messages: Sequence[tuple[Message, bool]]) -> None:
        with contextlib.suppress(NotSentError):  # the next connection announces everything again
            for message, retain in messages:
                await self._broker.publish(message, retain=retain)

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= 1000:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self, ids: Iterable[str]) -> None:
        if not self._listeners:
            return
        self._dirty.update(ids)
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_AFTER_S, self._told)

    def _told(self) -> None:
        self._telling = None
        ids, self._dirty = frozenset(self._dirty), set()
        for callback in tuple(self._listeners):
            callback(ids)

    # What goes on beside

    async def _tick(self) -> None:
        while True:
            due = self.house.due()
            await asyncio.sleep(1.0 if due is None else min(max(due - time.time(), 0.01), 1.0))
            self._apply(self.house.tick(time.time()))

    async def _keep_ids(self) -> None:
        kept = self.house.version
        while True:
            await asyncio.sleep(10)
            if kept != self.house.version:
                kept = self.house.version
                await self._write_ids()

    async def _write_ids(self) -> None:
        if self._ids_file is not None:
            await asyncio.to_thread(write_ids, self._ids_file, dict(self.house.ids()))
