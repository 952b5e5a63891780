"""What `repartee serve` runs: long-lived tasks under one supervisor, the open sessions, and an orderly end.

A task that fails ends the process with its error; one that is told to stop has SHUTDOWN_S to finish what it does.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager

from assistant.dialogue.sessions import ANNOUNCED, RETRACTED, Sessions
from assistant.home.ourselves import Wish
from assistant.neighbours import SERVING
from assistant.parts import Parts
from assistant.skills.ringing import Ringer
from assistant.skills.stopping import stop_ringing
from assistant.turn.asked_back import Asked
from assistant.turn.turn import take
from engines.errors import ReparteeError

SHUTDOWN_S = 5.0
DASHBOARD = "MQTT"  # who asks in writing over the broker
HOME_WITHIN_S = 5.0  # for the broker to tell of every device, before the first client

log = logging.getLogger(__name__)

#: A long-lived task: runs until `Service.stopping` is set, or is cancelled SHUTDOWN_S later.
Task = Callable[[], Awaitable[None]]


class Service:
    """Runs tasks beside each other until one fails, all are done, or a signal asks for the end.

    `name` is what other processes of the home know this one by.
    """

    def __init__(self, parts: Parts, *, name: str = SERVING) -> None:
        self.parts, self.name = parts, name
        self.neighbours = parts.own_skills.agenda.memory.neighbours
        self.sessions = Sessions(parts.config.serve.sessions, self.neighbours)
        self.neighbours.on(ANNOUNCED, lambda message: self._soon(self.sessions.announce_here(message)))
        self.neighbours.on(RETRACTED, self.sessions.retract_here)
        self.stopping = asyncio.Event()
        self._wishes: set[asyncio.Task[None]] = set()
        self._asked = Asked()

    async def announce(self, text: str, *, to: str = "", urgent: bool = False) -> int:
        """Say `text` in every open conversation, or in those whose id, name or area is `to`; returns in how many."""
        return await self.sessions.announce(text, to=to, urgent=urgent)

    async def _tell(self, text: str, to: str) -> int:
        return await self.announce(text, to=to)

    async def skills(self) -> None:
        """Tell what is due, until the service stops."""
        own = self.parts.own_skills
        ring_for_s = self.parts.config.skills.ring_for_s
        ringer = Ringer(own.agenda, self._tell, self.sessions.retract, name=self.name, ring_for_s=ring_for_s)
        ringer.reload = own.reload
        self.sessions.on_change(ringer.look)
        self.parts.announce = self._tell
        own.announcements.present = lambda: [place for one in self.sessions for place in (one.name, one.area)]
        await ringer.run(self.stopping)

    async def house_known(self) -> None:
        """Wait for the devices, if there are any: who asks first is understood as well as who asks later."""
        if self.parts.home is not None:
            await self.parts.home.ready(HOME_WITHIN_S)

    async def house(self) -> None:
        """Keep the devices known, and do what a dashboard wishes of this assistant, until cancelled."""
        home = self.parts.home
        assert home is not None
        home.on_wish(self._wished)
        own = self.parts.own_skills
        home.on_skill_wish(self._skill_wished)
        own.agenda.on_change(self._show_skills)
        own.lists.on_change(self._show_skills)
        self._show_skills()
        running = asyncio.create_task(home.run())
        stopping = asyncio.create_task(self.stopping.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            await home.close()
            if running.done():
                running.result()
        finally:
            stopping.cancel()
            running.cancel()
            await asyncio.wait([running])

    def _show_skills(self) -> None:
        from assistant.home.shown_skills import ShownEntry

        own, home = self.parts.own_skills, self.parts.home
        if home is not None:
            entries = own.agenda.entries("timer", "alarm", "reminder", states=("waiting", "paused", "ringing"))
            shown = [ShownEntry(kind=e.kind, name=e.name, due_at=e.due_at, state=e.state) for e in entries]
            home.report_skills(shown, own.lists.all())

    def _skill_wished(self, name: str, items: list[str]) -> None:
        self._soon(self._set_list(name, items))

    async def _set_list(self, name: str, items: list[str]) -> None:
        """Set a list to what a dashboard says, or, without a name, stop what rings."""
        own = self.parts.own_skills
        try:
            if name:
                await own.lists.put(name, items)
            else:
                await stop_ringing(own.agenda)
        except ReparteeError as error:
            log.warning("what a dashboard wished could not be done: %s", error)

    def _wished(self, wish: Wish, words: str) -> None:
        self._soon(self._grant(wish, words))

    def _soon(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._wishes.add(task)
        task.add_done_callback(self._wishes.discard)

    async def _grant(self, wish: Wish, words: str) -> None:
        """Say or answer what came over MQTT, in every open conversation; or be silent from now on."""
        if wish in ("mute", "unmute"):
            self.parts.muted = wish == "mute"
            if self.parts.home is not None:
                self.parts.home.report_mute(self.parts.muted)
            return
        try:
            if wish == "ask":
                context = self.parts.context(self._asked.take(DASHBOARD))
                reply = await take(words, parts=self.parts, context=context)
                self._asked.note(DASHBOARD, reply)
                words = reply.spoken
            await self.announce(words)
        except ReparteeError as error:
            log.warning("what a dashboard wished could not be done: %s", error)

    def stop(self) -> None:
        """Ask every task to finish."""
        self.stopping.set()

    async def run(self, **tasks: Task) -> None:
        """Run `tasks`, by name, to the end. Raises what the first of them raised that failed."""
        running = {asyncio.create_task(_as_coroutine(task), name=name) for name, task in tasks.items()}
        stopping = asyncio.create_task(self.stopping.wait())
        try:
            with _signals(self.stop):
                await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
                self.stop()  # one that ends by itself ends them all
                _, late = await asyncio.wait(running, timeout=SHUTDOWN_S)
                for task in late:
                    log.warning("%s did not stop within %g s", task.get_name(), SHUTDOWN_S)
        finally:
            stopping.cancel()
            for task in running:
                task.cancel()
            results = await asyncio.gather(*running, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result


@asynccontextmanager
async def telling(parts: Parts, name: str) -> AsyncIterator[Service]:
    """Tell what was set in this process, which serves nobody else, for the length of the block.

    The name by which the others know it has a number where one of them has that name.
    """
    service = Service(parts, name=parts.own_skills.agenda.memory.neighbours.free(name))
    running = asyncio.create_task(service.skills())
    try:
        yield service
    finally:
        service.stop()
        await running


async def _as_coroutine(task: Task) -> None:
    await task()


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT, so that the exit status is 0."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
