"""The grammar of what there is now: built anew, on another thread, when names change."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.home.broker import Broker
from assistant.home.devices.house import House
from assistant.home.entities import Entity

if TYPE_CHECKING:
    from assistant.home.understanding.grammar import Grammar

COMPILE_AFTER_S = 0.1  #: names that change in a row are compiled once
COMPILE_LATEST_S = 3.0
MANY = 500  #: entities that a search for garbage should not have to look at again and again

_log = logging.getLogger(__name__)


class Compiling:
    """Keeps the grammar of a house up to its names; made and used on the event loop that runs `run`."""

    def __init__(self, house: House, broker: Broker, aliases: Mapping[str, str]) -> None:
        self._house, self._broker, self._aliases = house, broker, dict(aliases)
        #: The grammar of the names as they were last, None before the first.
        self.grammar: Grammar | None = None
        #: The version of the names that it was built of.
        self.built = -1
        #: Set whenever one was built.
        self.compiled = asyncio.Event()
        #: Set when names are others than those it was built of.
        self.changed = asyncio.Event()
        self.changed.set()

    async def run(self) -> None:
        """Build the grammar anew when names change, on another thread; the old one is used until then."""
        while True:
            await self.changed.wait()
            await self._names_settled()
            self.changed.clear()
            version, names, entities = self._house.version, self._house.names(), self._house.entities()
            try:
                self.grammar = await asyncio.to_thread(
                    _grammar_of, entities, names.areas, names.floors, dict(self._aliases)
                )
            except Exception:  # what devices call themselves must not end the connection
                _log.exception("The names of the devices could not be understood.")
            self.built = version
            self.compiled.set()

    async def _names_settled(self) -> None:
        """Wait until names change no longer and all devices were found, no longer than COMPILE_LATEST_S."""
        loop = asyncio.get_running_loop()
        until = loop.time() + COMPILE_LATEST_S
        changed = -1
        while changed != self._house.version and loop.time() < until:
            changed = self._house.version
            await asyncio.sleep(COMPILE_AFTER_S if self.grammar is not None else 0.01)
            await self._broker.wait_idle(max(0.0, until - loop.time()))


def _grammar_of(
    entities: Sequence[Entity],
    areas: Mapping[str, Iterable[str]],
    floors: Mapping[str, Iterable[str]],
    aliases: Mapping[str, str],
) -> Grammar:
    """Return the grammar of some names, in a thread: the first time what reads sentences has to be imported too.

    Nothing of it is garbage, and each search for that would stop every thread: there is none meanwhile.
    """
    collecting = gc.isenabled()
    gc.collect(1)
    gc.disable()
    try:
        from assistant.home.understanding.grammar import Grammar

        return Grammar.build(entities, areas, floors, aliases)
    finally:
        if len(entities) >= MANY:
            gc.freeze()
        if collecting:
            gc.enable()


def keep_for_long() -> None:
    """Spare a large house the search for garbage, which for ten thousand entities stops a turn for 0.4 s.

    They still go when nothing refers to them. Only rings that stand now and are dropped later stay: few, as
    this is done once for some hundred entities and once for each change of names.
    """
    gc.collect(1)
    gc.freeze()
