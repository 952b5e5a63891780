"""What skills remember: one SQLite file beside the store, whose changes one process of a home tells the others.

Every change is one transaction. A command such as `repartee ask` changes the file while `repartee serve` runs: it then
says so, and nobody has to look every second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from assistant.neighbours import SERVING, Neighbours
from engines.errors import ReparteeError

FILE_NAME = "skills.sqlite"
FORMAT = 1  #: of the tables, in SQLite's user_version
WAIT_S = 5.0  #: for another process to finish its transaction
TABLES = (
    """CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, due_at REAL,
    left_s REAL, length_s REAL NOT NULL, every TEXT NOT NULL, asker TEXT NOT NULL, set_at REAL NOT NULL)""",
    """CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL, item TEXT NOT NULL, UNIQUE (list, item))""",
)

CHANGED = "changed"  #: the kind of message that says so

T = TypeVar("T")

log = logging.getLogger(__name__)


class Memory:
    """The file of a home folder; it is made at the first change."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / FILE_NAME
        self._changing = asyncio.Lock()
        self._left_out: dict[str, int] = {}
        self.neighbours = Neighbours(folder)

    def read(self, work: Callable[[sqlite3.Connection], T], default: T) -> T:
        """Return what `work` reads, `default` where nothing was ever written; a damaged file is set aside and told."""
        if not self._file.exists():
            return default
        try:
            with self._opened() as connection:
                return work(connection)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise self._problem(error) from error
            aside = self._file.with_suffix(".damaged")
            with contextlib.suppress(OSError):
                self._file.replace(aside)
            log.warning("%s is damaged (%s) and was renamed %s; timers and lists begin anew.", self._file, error, aside)
            return default

    def left_out(self, what: str, count: int) -> None:
        """Tell, once, of rows that damage has made nonsense of; SQLite does not notice all of it."""
        if count and self._left_out.get(what) != count:
            log.warning("Of the %s in %s, %d cannot be read any more and are left out.", what, self._file, count)
        self._left_out[what] = count

    async def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction on another thread and tell other processes. Raises ReparteeError."""
        async with self._changing:
            changed = await asyncio.to_thread(self._change, work)
        self.tell()
        return changed

    def _change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._opened() as connection, connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(connection)
        except (sqlite3.Error, OSError) as error:
            raise self._problem(error) from error

    def _problem(self, error: Exception) -> ReparteeError:
        return ReparteeError(
            f"{FILE_NAME} cannot be used ({error}); check the home's folder, its permissions and its disk."
        )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.text_factory = _text
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version > FORMAT:
                raise ReparteeError(f"{self._file} was written by a newer Repartee; install that version again.")
            if version == 0:
                self._make(connection)
            yield connection

    def _make(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was quicker
                for table in TABLES:
                    connection.execute(table)
                connection.execute(f"PRAGMA user_version = {FORMAT}")

    def tell(self) -> bool:
        """Tell the processes that watch this file that it changed; returns whether there is one."""
        return self.neighbours.tell(CHANGED) > 0

    @contextmanager
    def watched(self, changed: Callable[[], None], name: str = SERVING) -> Iterator[None]:
        """Call `changed`, on the running loop, when another process changed the file; this one is called `name`."""
        self.neighbours.on(CHANGED, lambda _: changed())
        with self.neighbours.known_as(name):
            yield


def _text(stored: bytes) -> str:
    """Decode a column; one damaged letter is no reason to lose the row."""
    return stored.decode("utf-8", "replace")
