"""What changed in the house and when: a bounded table in the home folder, written off the event loop in batches.

A state counts only while the assistant watched: a *watch* lasts from a connection's beginning to its end, and what
happened outside of one is not guessed.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from assistant.home.entities import State
from engines.errors import ReparteeError
from engines.files import private_folder

FILE_NAME = "home-history.db"
MAX_ROWS = 500_000  #: about 40 MB
MAX_PENDING = 20_000  # changes not yet written
FLUSH_S = 1.0
NUMBER_EVERY_S = 60.0  #: of a number that keeps changing, one value in this time is kept
MAX_TEXT = 200  #: characters kept of a text
KEPT = frozenset({"value", "action"})  #: what is kept of a state: the value, and the attribute of what a heater does
_DAY_S = 86_400.0
_PRUNE_EVERY = 600  # flushes
_TABLES = """
CREATE TABLE changes (
    id INTEGER PRIMARY KEY, entity TEXT NOT NULL, at REAL NOT NULL, value TEXT, seen INTEGER NOT NULL
);
CREATE INDEX changes_of ON changes (entity, at);
CREATE TABLE watches (id INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL NOT NULL);
PRAGMA user_version = 1;
"""

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Moment:
    """When something became so. `seen` is False where only the result was found, by `at` at the latest."""

    entity_id: str
    at: float
    seen: bool


class History:
    """Changes of state, kept for some days. The event loop records; the file belongs to a thread of its own."""

    def __init__(self, database: sqlite3.Connection, days: int, *, recording: bool = True) -> None:
        self._database, self._days, self._recording = database, days, recording
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="home-history")
        self._last: dict[str, tuple[str | None, float]] = {}  # what this watch knows: the value, and when it was kept
        self._told: set[str] = set()  # what was told in this watch, also of things that could not be reached
        self._pending: list[tuple[str, float, str | None, int]] = []
        self._dropped = 0
        self._watch: int | None = None
        self._flushes = 0
        self._watching = False

    @classmethod
    def open(cls, folder: Path, days: int, *, recording: bool = True) -> History:
        """Open or make the file in `folder`, readable by its owner only; not `recording`, only to ask it.

        A file that is no longer a database is put aside. Raises ReparteeError where none can be made.
        """
        file = folder / FILE_NAME
        try:
            private_folder(folder)
            file.touch(mode=0o600, exist_ok=True)
            file.chmod(0o600)
            try:
                database = _open(file)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                broken = file.with_suffix(".broken")
                file.replace(broken)
                for suffix in ("-wal", "-shm"):
                    file.with_name(file.name + suffix).unlink(missing_ok=True)
                _log.warning("%s is no database (%s); it is now %s, and a new one is begun.", file, error, broken.name)
                os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
                database = _open(file)
        except (OSError, sqlite3.Error) as error:
            raise ReparteeError(f"{file}: the history of the house cannot be opened ({error}).") from error
        return cls(database, days, recording=recording)

    def watch(self, watching: bool, now: float) -> None:
        """Say that a connection began or ended at `now`, Unix seconds."""
        if watching == self._watching or not self._recording:
            return
        self._watching = watching
        if watching:
            self._last.clear()
            self._told.clear()
            self._submit(self._begin, now)
        else:
            self._submit(self._write, self._taken(), now)
            self._submit(self._end)

    def record(self, entity_id: str, state: State, now: float, *, told: Collection[str] = KEPT) -> None:
        """Remember what an entity is doing now; a value that has not changed, and most of a sensor's, cost nothing.

        `told`: what of `state` it said just now ("value", names of attributes). The rest counts if it was told in this
        watch: what is left from an earlier one may have changed since.
        """
        if not self._recording or not self._watching:
            return
        working = f"{entity_id}#action"
        if "value" in told:
            self._told.add(entity_id)
        if "action" in told:
            self._told.add(working)
        if entity_id in self._told:
            self._note(entity_id, state.value if state.available else None, now)
        action = state.attributes.get("action") if state.available else None
        if isinstance(action, str) and working in self._told:
            self._note(working, action, now)

    def _note(self, key: str, value: str | float | None, now: float) -> None:
        text = value[:MAX_TEXT] if isinstance(value, str) else None if value is None else f"{value:g}"
        known = self._last.get(key)
        if known is not None:
            if known[0] == text or (isinstance(value, float | int) and now - known[1] < NUMBER_EVERY_S):
                return
        elif text is None:
            return
        self._last[key] = (text, now)
        if len(self._pending) >= MAX_PENDING:
            self._dropped += 1
            return
        self._pending.append((key, now, text, int(known is not None)))

    async def run(self) -> None:
        """Write what was recorded, once a second, until cancelled or closed."""
        with contextlib.suppress(RuntimeError):  # the thread has ended
            while True:
                await asyncio.sleep(FLUSH_S)
                await self.flush()

    async def flush(self) -> None:
        """Write what was recorded; when this returns it survives a crash of the process."""
        await self._in_thread(self._write, self._taken(), time.time())
        if self._dropped:
            _log.warning("%d changes of state came too fast to be remembered.", self._dropped)
            self._dropped = 0

    async def last(self, entity_ids: Collection[str], values: Collection[str]) -> Moment | None:
        """Return when one of the entities last came to have one of `values` (any value if there are none)."""
        await self.flush()
        return await self._in_thread(self._last_of, tuple(entity_ids), tuple(values))

    async def duration(self, entity_ids: Collection[str], values: Collection[str], since: float, until: float) -> float:
        """Return for how many seconds any of the entities had one of `values` between two moments, while watched."""
        await self.flush()
        return await self._in_thread(self._duration_of, tuple(entity_ids), tuple(values), since, until)

    async def value_at(self, entity_id: str, at: float) -> str | None:
        """Return the value that an entity had at a moment, None where nobody watched or it was unknown."""
        await self.flush()
        return await self._in_thread(self._value_of, entity_id, at)

    async def began(self) -> float | None:
        """Return when the oldest watch that is remembered began."""
        row = await self._in_thread(lambda: self._database.execute("SELECT min(began) FROM watches").fetchone())
        return None if row is None or row[0] is None else float(row[0])

    async def close(self) -> None:
        """Write what is left and close the file; safe to call twice."""
        with contextlib.suppress(RuntimeError):  # the thread has ended
            self.watch(False, time.time())
            await self.flush()
            await self._in_thread(self._database.close)
        self._thread.shutdown(wait=False)

    def _taken(self) -> list[tuple[str, float, str | None, int]]:
        taken, self._pending = self._pending, []
        return taken

    async def _in_thread(self, work: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _submit(self, work: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):
            self._thread.submit(work, *args)

    # What follows runs on the thread.

    def _begin(self, now: float) -> None:
        with self._database:
            made = self._database.execute("INSERT INTO watches (began, ended) VALUES (?, ?)", (now, now))
        self._watch = made.lastrowid

    def _end(self) -> None:
        self._watch = None

    def _write(self, rows: Sequence[tuple[str, float, str | None, int]], now: float) -> None:
        if not self._recording:
            return
        try:
            with self._database:
                self._database.executemany("INSERT INTO changes (entity, at, value, seen) VALUES (?, ?, ?, ?)", rows)
                if self._watch is not None:
                    self._database.execute("UPDATE watches SET ended = max(ended, ?) WHERE id = ?", (now, self._watch))
                if self._flushes % _PRUNE_EVERY == 0:
                    self._prune(now)
            self._flushes += 1
        except sqlite3.Error as error:  # a full disk
            _log.warning("%d changes of state could not be written (%s).", len(rows), error)

    def _prune(self, now: float) -> None:
        oldest = now - self._days * _DAY_S
        newest = self._database.execute("SELECT max(id) FROM changes").fetchone()[0] or 0
        self._database.execute("DELETE FROM changes WHERE at < ? OR id <= ?", (oldest, newest - MAX_ROWS))
        self._database.execute("DELETE FROM watches WHERE ended < ?", (oldest,))

    def _last_of(self, keys: tuple[str, ...], values: tuple[str, ...]) -> Moment | None:
        found: list[Moment] = []
        for key in keys:
            before: str | None = None  # the value before this one, when it was last known
            known = True
            for at, value, seen in self._database.execute(
                "SELECT at, value, seen FROM changes WHERE entity = ? ORDER BY at, id", (key,)
            ):
                if value is not None and value != before and (not values or value in values):
                    found.append(Moment(key.partition("#")[0], at, bool(seen) and known))
                before, known = before if value is None else value, value is not None
        return max(found, key=lambda moment: moment.at, default=None)

    def _value_of(self, key: str, at: float) -> str | None:
        row = self._database.execute(
            "SELECT value FROM changes WHERE entity = ? AND at <= ? AND at >= (SELECT max(began) FROM watches"
            " WHERE began <= ? AND ended >= ?) ORDER BY at DESC, id DESC LIMIT 1", (key, at, at, at),
        ).fetchone()  # fmt: skip
        return None if row is None else row[0]

    def _duration_of(self, keys: tuple[str, ...], values: tuple[str, ...], since: float, until: float) -> float:
        watches = self._database.execute("SELECT began, ended FROM watches ORDER BY began").fetchall()
        spans: list[tuple[float, float]] = []
        for key in keys:
            rows = self._database.execute(
                "SELECT at, value FROM changes WHERE entity = ? AND at < ? ORDER BY at, id", (key, until)
            ).fetchall()
            for (at, value), (following, _) in itertools.pairwise([*rows, (until, None)]):
                if value in values:
                    watched = max((ended for began, ended in watches if began <= at <= ended), default=at)
                    start, end = max(at, since), min(following, watched, until)
                    if end > start:
                        spans.append((start, end))
        return _covered(spans)


def _covered(spans: list[tuple[float, float]]) -> float:
    """Return the length of the union of some intervals."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        if database.execute("PRAGMA user_version").fetchone()[0] == 0:
            database.executescript(_TABLES)
        database.execute("SELECT count(*) FROM watches").fetchone()
    except BaseException:
        database.close()
        raise
    return database
