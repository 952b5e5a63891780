"""The file a store is kept in: made, opened, and what is wrong with it in one sentence."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from knowledge.store.records import StoreDamagedError, StoreError, StoreFullError

#: Wait this long for another process that is writing, seconds.
BUSY_S = 15.0


def create(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite's side files take over its permissions."""
    with suppress(OSError):  # what cannot be made cannot be opened either, and that is told
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file with SQLite's `mode` ("rwc", "ro", "ro&immutable=1"). Raises sqlite3.Error.

    Another process that is writing is waited for, BUSY_S long; not so where files cannot be locked, which SQLite takes
    for a lock of somebody else.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=0, check_same_thread=False, isolation_level=None)
    connection.text_factory = lenient
    try:
        try:
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or not has_locks(path.parent):
                raise
        connection.execute(f"PRAGMA busy_timeout = {round(BUSY_S * 1000)}")
        connection.execute("PRAGMA schema_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def lenient(stored: bytes) -> str:
    """Decode a column; what damage has made of it is no reason to lose the whole row, and its checksum tells."""
    return stored.decode("utf-8", "replace")


def problem(error: sqlite3.Error, path: Path, *, readonly: bool) -> StoreError:
    """Say what is wrong. Only what is surely damage is called that: who reads it moves documents away."""
    code = _code(error)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        what = "cannot be opened" if readonly else "cannot be written"
        return StoreError(f"{path} {what}; check its permissions or choose another home with --home.")
    if is_busy(error):
        if not has_locks(path.parent):
            return no_locks(path)
        return StoreError(f"{path} was locked by another process for {BUSY_S:g} s; try again when it has finished.")
    if is_full(error, path):
        return full(path)
    if not isinstance(error, sqlite3.ProgrammingError) and code in {
        None,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_ERROR,
    }:
        return damaged(error, path)
    return StoreError(
        f"{path} could not be read or written ({error}); nothing in it was changed: check the disk, its free "
        "space and whether it allows locks, and try again."
    )


def full(path: Path) -> StoreFullError:
    """What to raise where something cannot be stored because the disk is full."""
    return StoreFullError(f"{path} cannot grow, the disk is full; free some space and try again.")


def no_locks(path: Path) -> StoreError:
    """What to raise where something cannot be stored because two processes could do so at once."""
    return StoreError(
        f"{path} lies where files cannot be locked, as on some network drives; choose a home on a disk of this machine "
        "with --home."
    )


def damaged(error: Exception, path: Path) -> StoreDamagedError:
    """What to raise for a file that does not hold what was written."""
    return StoreDamagedError(f"{path} is damaged ({error}); move it away and add your documents again.")


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another process holds a lock, or seems to."""
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_full(error: sqlite3.Error, path: Path) -> bool:
    """Tell whether the disk is full; for the side files of a store SQLite only says that it could not write."""
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return True
    if code not in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}:
        return False
    try:
        status = os.statvfs(path.parent)
    except OSError:
        return False
    return not status.f_bavail or (status.f_files > 0 and not status.f_favail)


def has_locks(folder: Path) -> bool:
    """Tell whether files in `folder` can be locked, by a file of its own: to close the store's would unlock it."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            fcntl.lockf(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
    return True


def _code(error: sqlite3.Error) -> int | None:
    """The primary result code (https://www.sqlite.org/rescode.html), None for what is not SQLite's own error."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
