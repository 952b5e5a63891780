"""A home that is connected for as long as something lasts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from assistant.home.home import Home
from assistant.home.settings import HomeConfig
from engines.errors import ReparteeError


@contextlib.asynccontextmanager
async def connected(settings: HomeConfig, folder: Path, timeout_s: float) -> AsyncIterator[Home]:
    """Open the home, connect it and find every device, for a command that soon ends.

    Raises ReparteeError where no broker is set up, or it cannot be reached within `timeout_s`.
    """
    async with running(Home.open(settings, folder)) as home:
        if not await home.ready(timeout_s) and not home.connected:
            problem = home.problem
            raise ReparteeError(f"{problem[:1].upper()}{problem[1:]}; check home.broker and that the broker runs.")
        yield home


@contextlib.asynccontextmanager
async def running(home: Home) -> AsyncIterator[Home]:
    """Keep a home connected while this lasts, and close it."""
    task = asyncio.create_task(home.run())
    try:
        yield home
    finally:
        await home.close()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
