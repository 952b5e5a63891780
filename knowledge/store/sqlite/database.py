"""The database of a store: its file opened or made, and the locks and transactions in which it is used."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from knowledge.migrations import TABLES, VERSION, migrate
from knowledge.store.records import StoreError
from knowledge.store.sqlite import file

#: Written to the file's header, so that another program's database is not taken for a store.
APPLICATION_ID = 0x52505254


class DatabaseFile:
    """The database in a file. Safe to use from several threads, which take turns, and several processes.

    A database of an older format is brought to today's; where it cannot be written, a copy of it in memory is. Where
    the disk is full or has no locks, one that is there is opened for reading, which `tell` hears, and `refusal` makes
    what to raise for more. Raises StoreError for a file that cannot be used.
    """

    def __init__(self, path: Path, *, readonly: bool, tell: Callable[[str], None]) -> None:
        self.path, self.readonly = path, readonly
        self.refusal: Callable[[], StoreError] | None = None
        self.is_new = False
        self._tell = tell
        self._lock = threading.RLock()
        self._latest = self._changing = 0  # change numbers: of the last commit, and of what is being written
        with self._guard(self._lock):
            self._connection = self._connect()
            try:
                self._prepare()
                # A search does not wait for a document that is being added: it reads through a connection of its own.
                self._reader = self._connection if self.readonly else file.connect(self.path, "ro")
            except BaseException:
                self._connection.close()
                raise
        self._reading = self._lock if self._reader is self._connection else threading.RLock()

    def close(self) -> None:
        """Close the file. Everything that was committed is already in it."""
        with self._lock, self._reading:
            self._reader.close()
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction; what was raised inside undoes it. Raises StoreError where the file can only be read."""
        with self._guard(self._lock), self._transaction():
            yield self._connection

    @contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """The connection that writes, for questions about what is known at this moment."""
        with self._guard(self._lock):
            yield self._connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that does not wait for what is being written, and does not know of it."""
        with self._guard(self._reading):
            yield self._reader

    def check_writable(self) -> None:
        """Raise StoreError where the file can only be read."""
        if self.refusal is not None:
            raise self.refusal()
        if self.readonly:
            raise StoreError(f"{self.path} is open for reading only; choose a writable home with --home.")

    def fact(self, name: str) -> int | str:
        """A value of the table of facts; call it while writing or asking."""
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise sqlite3.DatabaseError(f"no {name}")
        value: int | str = row[0]
        return value

    def renumbered(self) -> None:
        """Take that what is being written changed the fact "sequence", which `glance` tells once it is committed."""
        self._changing = int(self.fact("sequence"))

    def glance(self) -> int:
        """The number of the latest change; while another thread is in the store, of the latest one that is known here.

        So what was changed through this object counts always, and what another process changed as soon as nobody waits.
        """
        if self._lock.acquire(blocking=False):
            try:
                with self.asking():
                    self._latest = int(self.fact("sequence"))
            except StoreError:  # who reads what is in it is told
                pass
            finally:
                self._lock.release()
        return self._latest

    def _connect(self) -> sqlite3.Connection:
        if not self.readonly:
            file.create(self.path)
            try:
                return file.connect(self.path, "rwc")
            except sqlite3.OperationalError as error:
                if not self.path.stat().st_size or not (why := self._why_readonly(error)):
                    raise
                self.readonly = True
                self.refusal = why
        try:
            return file.connect(self.path, "ro")
        except sqlite3.OperationalError:
            # WAL needs its side files even to read, and locks; where they cannot be had, nobody writes either.
            log = self.path.with_name(f"{self.path.name}-wal")
            if log.exists() and log.stat().st_size:
                self._tell(
                    f"{self.path} can only be read without what was added last; open it where it can be written."
                )
            return file.connect(self.path, "ro&immutable=1")

    def _why_readonly(self, error: sqlite3.OperationalError) -> Callable[[], StoreError] | None:
        """What keeps a store that is there from being written but not from being read, which is told."""
        if file.is_full(error, self.path):
            self._tell(f"{self.path} can only be read, the disk is full; free some space to add documents.")
            return partial(file.full, self.path)
        if file.is_busy(error) and not file.has_locks(self.path.parent):
            self._tell(
                f"{self.path} can only be read, files cannot be locked there; to add documents choose a home on a disk "
                "of this machine with --home."
            )
            return partial(file.no_locks, self.path)
        return None

    def _prepare(self) -> None:
        run = self._connection.execute
        tables = run("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0 and not self.readonly:
            run("PRAGMA journal_mode = WAL")
            with self._transaction():
                # Another process may have made the tables while this one waited for its turn.
                if run("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
                    self._make_tables()
        if run("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError(f"{self.path} is not a store of Repartee; move it away or choose another home.")
        if (version := self._format()) > VERSION:
            raise StoreError(
                f"{self.path} has format {version}, of a newer version of Repartee; this one reads up to {VERSION}: "
                "update Repartee, or choose another home."
            )
        if version < VERSION:
            self._migrate()
        run = self._connection.execute
        run("PRAGMA foreign_keys = ON")
        # A commit survives a killed process. `Store.flush` makes it survive a power cut, too: to wait for the disk
        # after every document would make adding many of them several times slower.
        run("PRAGMA synchronous = NORMAL")
        self.identity = str(self.fact("store"))
        self._latest = int(self.fact("sequence"))

    def _make_tables(self) -> None:
        self.is_new = True
        for statement in TABLES:
            self._connection.execute(statement)
        # Starting from the clock, a store that was made anew never repeats an older one's numbers.
        now = time.time_ns() // 10**6
        facts = {"store": uuid.uuid4().hex, "sequence": now, "tokenizer": "", "indexed": 0, "forgotten": 0}
        self._connection.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
        self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def _format(self) -> int:
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version < 1:
            raise sqlite3.DatabaseError("it names no format")
        return version

    def _migrate(self) -> None:
        if self.readonly:
            copy = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            copy.text_factory = file.lenient
            self._connection.backup(copy)
            self._connection.close()
            self._connection = copy
            migrate(copy, self._format())
            return
        with self._transaction():
            if (version := self._format()) < VERSION:  # another process may have been quicker
                migrate(self._connection, version)
        with suppress(OSError):
            self.path.chmod(0o600)  # as stores have been made since

    @contextmanager
    def _guard(self, lock: threading.RLock) -> Iterator[None]:
        """Hold the lock of a connection, and turn what SQLite raises into one sentence."""
        with lock:
            try:
                yield
            except sqlite3.Error as error:
                raise file.problem(error, self.path, readonly=self.readonly) from error
            except (zlib.error, ValueError) as error:  # of what was unpacked
                raise file.damaged(error, self.path) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.check_writable()
        self._connection.execute("BEGIN IMMEDIATE")
        self._changing = self._latest
        try:
            yield
            self._connection.execute("COMMIT")
            self._latest = self._changing
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
