"""Time as skills see it: the wall clock, one that nobody sets, the owner's time zone, and waiting."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engines.errors import ReparteeError


class Moment:
    """The machine's clocks; `timezone` is a name such as Europe/Berlin, "" for the machine's own zone."""

    def __init__(self, timezone: str = "") -> None:
        self.zone = zone_of(timezone) if timezone else None

    def now(self) -> float:
        """Return the time of the wall clock, s since 1970."""
        return time.time()

    def steady(self) -> float:
        """Return seconds on a clock that nobody sets and that goes on while the machine sleeps, where there is one."""
        boot = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if boot is None else time.clock_gettime(boot)

    async def wait(self, woken: asyncio.Event, seconds: float | None) -> None:
        """Wait for `woken`, at most so many seconds; None for as long as it takes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await woken.wait()

    def local(self, stamp: float | None = None) -> datetime:
        """Return a time as a clock on the owner's wall shows it, without a zone; now where none is given."""
        moment = datetime.fromtimestamp(self.now() if stamp is None else stamp, UTC)
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def stamp(self, local: datetime) -> float:
        """Return when the owner's clock shows `local`. A time that summer time skips is an hour later by that clock."""
        return (local.replace(tzinfo=self.zone) if self.zone is not None else local).timestamp()


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA database. Raises ReparteeError."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ReparteeError(
            f"skills.timezone: there is no time zone '{name[:60]}'; write one such as Europe/London."
        ) from error
