"""Skills on a memory of their own and a clock that the test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.benches.fast_clock import FastMoment
from assistant.config import Config
from assistant.skills.choose import OwnSkills
from assistant.skills.ringing import Ringer


class Listeners:
    """Stands where the open conversations are: names, and what was said in each."""

    def __init__(self, *names: str) -> None:
        self.open = list(names)
        self.heard: list[tuple[str, str]] = []

    async def announce(self, text: str, to: str) -> int:
        meant = [name for name in self.open if to in ("", name)]
        self.heard += [(name, text) for name in meant]
        return len(meant)

    def texts(self) -> list[str]:
        heard, self.heard = [text for _, text in self.heard], []
        return heard


class House:
    """The skills of one home as one process has them."""

    def __init__(self, folder: Path, moment: FastMoment, **settings: Any) -> None:
        self.moment = moment
        self.own = OwnSkills(Config(folder, **settings), moment)
        self.skills = self.own.load()
        self.agenda, self.lists = self.own.agenda, self.own.lists
        self.listeners = Listeners("kitchen")
        self.announce = self.listeners.announce
        self.serving = True

    def speaks_first(self) -> bool:
        return self.serving

    def understand(self, words: str) -> Any:
        return self.skills.understand_first(words) or self.skills.understand(words)

    async def say(self, words: str, asker: str = "") -> str:
        """Say something to the skills; return what they reply."""
        from dataclasses import replace

        call = self.understand(words)
        assert call is not None, words
        return (await self.skills.call(replace(call, asker=asker), self)).spoken

    @asynccontextmanager
    async def ringing(self, name: str = "serve", **settings: float) -> AsyncIterator[Listeners]:
        """Tell what is due, as the service does."""
        stopping = asyncio.Event()
        ringer = Ringer(self.agenda, self.listeners.announce, name=name, **settings)
        self.ringer = ringer
        task = asyncio.create_task(ringer.run(stopping))
        try:
            await self.moment.settled()
            yield self.listeners
        finally:
            stopping.set()
            async with asyncio.timeout(60):
                await task


@pytest.fixture
def moment() -> FastMoment:
    return FastMoment("Europe/Berlin")


@pytest.fixture
def open_house(tmp_path: Path, moment: FastMoment) -> Callable[..., House]:
    """Open the skills of this test's home, as a process that starts does."""
    return lambda **settings: House(tmp_path / "home", settings.pop("moment", moment), **settings)


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    return open_house()
