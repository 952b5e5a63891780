"""A PostgreSQL database: reached, left and reached again, and what is wrong with it in one sentence without secrets."""

from __future__ import annotations

import selectors
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from knowledge.store.postgres.migrations import migrate
from knowledge.store.records import StoreError, StoreFullError

if TYPE_CHECKING:
    import psycopg

#: The name under which servers tell each other of changes (NOTIFY).
CHANNEL = "repartee"
#: Wait this long for another server that is writing, and for a connection, seconds.
BUSY_S, CONNECT_S = 15.0, 5
#: A connection that was used so long ago is tried before it is trusted, seconds.
IDLE_S = 1.0

_SCHEMES = ("postgresql://", "postgres://")
# A server whose network is gone must not keep the others waiting: neither side waits long for the other.
_SESSION = """
    SET lock_timeout = {0}; SET idle_in_transaction_session_timeout = {0}; SET tcp_user_timeout = {0};
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
"""
_PARAMETERS = {
    "client_encoding": "utf8",
    "application_name": "repartee",
    "connect_timeout": CONNECT_S,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": round(BUSY_S * 1000),
}


class DatabaseGoneError(StoreError):
    """The database cannot be reached, or was left in the middle of something."""


class Database:
    """The database of a URL. Safe to use from several threads, which take turns.

    `place` names it without its password, nor does any error. Nothing is reached before it is needed.
    Raises StoreError for a URL that is none, and where psycopg is missing.
    """

    def __init__(self, url: str) -> None:
        self._parameters = _parsed(url)
        self.place = _place(self._parameters)
        self._secrets = [str(value) for key, value in self._parameters.items() if "password" in key and value]
        self._lock = threading.RLock()
        self._connection: psycopg.Connection | None = None
        self._used = 0.0
        self._is_migrated = False

    def close(self) -> None:
        """Leave the database."""
        with self._lock:
            self._drop()

    @contextmanager
    def writing(self) -> Iterator[psycopg.Connection]:
        """A transaction; what was raised inside undoes it."""
        with self._lock, self._guard():
            connection = self._alive()
            with connection.transaction():
                yield connection
            self._used = time.monotonic()

    @contextmanager
    def asking(self) -> Iterator[psycopg.Connection]:
        """A connection for one question."""
        with self._lock, self._guard():
            yield self._alive()
            self._used = time.monotonic()

    @contextmanager
    def reading(self) -> Iterator[psycopg.Connection]:
        """A transaction that sees everything as it is at its beginning."""
        with self.writing() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextmanager
    def listening(self) -> Iterator[psycopg.Connection]:
        """A connection of its own that is told when another server has changed something."""
        with self._guard():
            connection = self._connect()
            try:
                connection.execute(f"LISTEN {CHANNEL}")
                yield connection
            finally:
                connection.close()

    def look(self) -> str:
        """Say what is there, without making tables or changing them."""
        with self._guard(), closing(self._connect()) as connection:
            version = connection.info.parameter_status("server_version") or ""
            row = connection.execute("SELECT to_regclass('repartee.documents') IS NOT NULL").fetchone()
            held = "no documents yet"
            if row and row[0]:
                row = connection.execute("SELECT count(*) FROM repartee.documents").fetchone()
                count = row[0] if row else 0
                held = "1 document" if count == 1 else f"{count} documents"
        return f"{self.place}, PostgreSQL {version.split()[0]}, {held}"

    def _alive(self) -> psycopg.Connection:
        import psycopg

        if self._connection is not None and self._is_doubtful(self._connection):
            try:
                self._connection.execute("SELECT 1")
            except psycopg.Error:
                self._drop()
        if self._connection is None:
            self._connection = self._connect()
        if not self._is_migrated:
            migrate(self._connection, self.place)
            self._is_migrated = True
        return self._connection

    def _is_doubtful(self, connection: psycopg.Connection) -> bool:
        """Tell whether a connection was idle for long, or the server has said something of its own: farewell."""
        if connection.closed or time.monotonic() - self._used > IDLE_S:
            return True
        with closing(selectors.DefaultSelector()) as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            return bool(selector.select(0))

    def _connect(self) -> psycopg.Connection:
        import psycopg

        connection = psycopg.connect(**{**_PARAMETERS, **self._parameters}, autocommit=True)
        try:
            connection.execute(_SESSION.format(round(BUSY_S * 1000)))
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn what psycopg raises into one sentence."""
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise self._problem(error) from error

    def _problem(self, error: psycopg.Error) -> StoreError:
        from psycopg import errors

        if isinstance(error, errors.DiskFull):
            return StoreFullError(f"{self.place} cannot grow, its disk is full; free some space there and try again.")
        if isinstance(error, errors.LockNotAvailable):
            return StoreError(f"{self.place} was locked by another server for {BUSY_S:g} s; try again.")
        if isinstance(error, errors.ReadOnlySqlTransaction):
            return StoreError(f"{self.place} can only be read; name the server that can be written in knowledge.store.")
        if isinstance(error, errors.InsufficientPrivilege):
            return StoreError(
                f"{self.place} may not be changed by this user; let it make the schema repartee (GRANT CREATE ON "
                "DATABASE), or make one that belongs to it."
            )
        if isinstance(error, errors.OperationalError | errors.InterfaceError):
            return DatabaseGoneError(f"{self.place} cannot be reached ({self._reason(error)}).")
        return StoreError(
            f"{self.place} could not be read or written ({self._reason(error)}); nothing in it was changed."
        )

    def _reason(self, error: psycopg.Error) -> str:
        """What the server or the network says, in a few words."""
        said = str(error).strip().rpartition(" failed: ")[2].partition("\n")[0].removeprefix("FATAL:").strip()
        for secret in self._secrets:
            said = said.replace(secret, "…")
        return said.rstrip(".") or type(error).__name__


def _parsed(url: str) -> dict[str, Any]:
    if not url.startswith(_SCHEMES):
        raise StoreError("knowledge.store must be the URL of a database, as postgresql://USER@HOST/DATABASE.")
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError as error:
        raise StoreError(
            "A store in PostgreSQL needs a package that is not here: pip install 'repartee[postgres]'."
        ) from error
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error:  # which quotes the URL
        raise StoreError(
            "knowledge.store is no URL of a database; expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with "
            "%20 and the like for signs that have a meaning in URLs."
        ) from None


def _place(parameters: dict[str, Any]) -> str:
    """The URL without passwords and options."""
    user, host, port = (str(parameters.get(name) or "") for name in ("user", "host", "port"))
    at = f"{user}@" if user else ""
    return f"postgresql://{at}{host}{f':{port}' if port else ''}/{parameters.get('dbname') or ''}"
