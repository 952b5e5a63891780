"""Timers, alarms, reminders and the stopwatch: what there is, kept in memory and on disk.

What is asked of it is answered from memory at once, so that sentences can be understood by it; each change is written
first. Timers count by a clock that nobody sets, alarms and reminders go by the clock on the wall.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, time
from typing import Literal, get_args

from assistant.languages.en.repeats import is_kept, next_repeat, seconds_of
from assistant.skills.memory import Memory
from assistant.skills.moment import Moment
from engines.errors import ReparteeError

MOST_ENTRIES = 200
LONGEST_NAME = 80  # characters
LATEST_S = 1e11  #: since 1970, or of a length: no calendar here goes beyond the year 9999
JUMP_S = 1.0  #: the wall clock was set when it went so much further than the steady one

Kind = Literal["timer", "alarm", "reminder", "stopwatch"]
#: "ended" was not told to anybody yet.
State = Literal["waiting", "paused", "ringing", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of them. `due_at` is in s since 1970 (None while paused), `left_s` what a paused timer has left.

    Of a stopwatch `set_at` is when it was started and `left_s` what it had counted before. `asker` is the
    conversation in which it was set, by its name or id. `every` is as `languages/en/repeats.py` has it; `length_s` is
    how long a timer was set for, and of what is repeated the time of day, s since midnight.
    """

    id: int = 0
    kind: Kind
    name: str = ""
    state: State = "waiting"
    due_at: float | None = None
    left_s: float | None = None
    length_s: float = 0.0
    every: str = ""
    asker: str = ""
    set_at: float = 0.0


_COLUMNS = tuple(field.name for field in fields(Entry) if field.name != "id")


class Agenda:
    """Every entry of a home folder. `changed` is called after each change."""

    def __init__(self, memory: Memory, moment: Moment) -> None:
        self.memory, self.moment = memory, moment
        self._listeners: list[Callable[[], None]] = []
        self._entries: dict[int, Entry] = {}
        self._offset = moment.now() - moment.steady()
        self.reload()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` after each change, until what is returned is called."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def reload(self) -> None:
        """Read the file again: another process changed it."""
        none: list[Entry] = []
        found = self.memory.read(_read, none)
        self._entries = {entry.id: entry for entry in found if _is_sound(entry)}
        self.memory.left_out("timers, alarms and reminders", len(found) - len(self._entries))
        self._told()

    def _told(self) -> None:
        for callback in tuple(self._listeners):
            callback()

    def entries(self, *kinds: Kind, states: Iterable[State] = ("waiting", "paused")) -> list[Entry]:
        """Return those of some kinds (all where none is given), the next one first."""
        found = [each for each in self._entries.values() if (not kinds or each.kind in kinds) and each.state in states]
        return sorted(found, key=lambda each: (each.due_at is None, each.due_at or 0.0, each.id))

    @property
    def ringing(self) -> list[Entry]:
        """The alarms that ring now."""
        return self.entries(states=("ringing",))

    def left_s(self, entry: Entry) -> float:
        """Return the seconds until an entry is due; of a stopwatch, the seconds it has counted."""
        now = self.moment.now()
        if entry.kind == "stopwatch":
            return (entry.left_s or 0.0) + (now - entry.set_at if entry.state == "waiting" else 0.0)
        return max(0.0, entry.due_at - now) if entry.due_at is not None else entry.left_s or 0.0

    async def add(self, entry: Entry) -> Entry:
        """Write a new entry; returns it with its id. Raises ReparteeError where there are too many."""
        if len(self._entries) >= MOST_ENTRIES:
            raise ReparteeError(f"There are {MOST_ENTRIES} timers, alarms and reminders; cancel some first.")
        entry = replace(entry, name=entry.name[:LONGEST_NAME], set_at=self.moment.now())
        return (await self.put([entry]))[0]

    async def put(self, entries: Iterable[Entry], removed: Iterable[Entry] = ()) -> list[Entry]:
        """Write entries, new ones (without an id) or changed ones, and remove others, in one transaction."""
        wanted, gone = list(entries), [entry.id for entry in removed]

        def write(connection: sqlite3.Connection) -> list[Entry]:
            connection.executemany("DELETE FROM entries WHERE id = ?", [(each,) for each in gone])
            return [_write(connection, entry) for entry in wanted]

        written = await self.memory.change(write)
        for each in gone:
            self._entries.pop(each, None)
        self._entries.update({entry.id: entry for entry in written})
        self._told()
        return written

    async def remove(self, entries: Iterable[Entry]) -> None:
        """Remove entries for good."""
        await self.put((), entries)

    async def settle(self) -> None:
        """Move running timers along where the wall clock was set: ten minutes stay ten minutes."""
        offset = self.moment.now() - self.moment.steady()
        jump = offset - self._offset
        if abs(jump) < JUMP_S:
            return
        self._offset = offset
        await self.put(
            replace(entry, due_at=entry.due_at + jump)
            if entry.due_at is not None
            else replace(entry, set_at=entry.set_at + jump)
            for entry in self.entries("timer", "stopwatch", states=("waiting",))
        )

    def repeated(self, entry: Entry) -> Entry | None:
        """Return the next one of an entry that is repeated, None for others."""
        if not entry.every or entry.due_at is None:
            return None
        if (between_s := seconds_of(entry.every)) is not None:
            passed = max(0.0, self.moment.now() - entry.due_at) // between_s
            return replace(entry, id=0, state="waiting", due_at=entry.due_at + (passed + 1) * between_s)
        at = self.moment.local(entry.due_at)
        due = next_repeat(entry.every, _set_for(entry, at), max(self.moment.local(), at), at.date())
        return replace(entry, id=0, state="waiting", due_at=self.moment.stamp(due))


def _set_for(entry: Entry, shown: datetime) -> time:
    """Return the time of day that an entry was set for: the night that summer time begins may have shown another."""
    minutes = round(entry.length_s / 60) if entry.length_s else shown.hour * 60 + shown.minute
    return shown.replace(hour=minutes // 60 % 24, minute=minutes % 60, second=0, microsecond=0).time()


def _read(connection: sqlite3.Connection) -> list[Entry]:
    rows = connection.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM entries")  # noqa: S608 (names of our own)
    return [Entry(**dict(zip(("id", *_COLUMNS), row, strict=True))) for row in rows]


def _is_sound(entry: Entry) -> bool:
    """Whether a row is an entry: what damage has made of it could end whoever looks for the next one."""
    numbers = (entry.length_s, entry.set_at, *(each for each in (entry.due_at, entry.left_s) if each is not None))
    return (
        entry.kind in get_args(Kind)
        and entry.state in get_args(State)
        and all(isinstance(each, int | float) and abs(each) < LATEST_S for each in numbers)
        and all(isinstance(each, str) for each in (entry.name, entry.every, entry.asker))
        and is_kept(entry.every)
    )


def _write(connection: sqlite3.Connection, entry: Entry) -> Entry:
    values = [getattr(entry, name) for name in _COLUMNS]
    if entry.id:
        sets = ", ".join(f"{name} = ?" for name in _COLUMNS)
        connection.execute(f"UPDATE entries SET {sets} WHERE id = ?", [*values, entry.id])  # noqa: S608
        return entry
    marks = ", ".join("?" * len(_COLUMNS))
    made = connection.execute(f"INSERT INTO entries ({', '.join(_COLUMNS)}) VALUES ({marks})", values)  # noqa: S608
    return replace(entry, id=int(made.lastrowid or 0))
