"""A thread that hears of what other servers change, and reaches the database again when it was gone."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from knowledge.store.postgres.database import Database, DatabaseGoneError
from knowledge.store.records import StoreError

if TYPE_CHECKING:
    import psycopg

#: Look without being told this often, which also shows that the database is still there, seconds.
LOOK_S = 30.0
#: Try to reach it again after so long, and then ever less often, seconds.
FIRST_TRY_S, LAST_TRY_S = 0.25, 15.0
#: Rest so many times as long as taking up took: while another server adds thousands, this one goes on answering.
RESTS = 3.0
#: Who closes it waits so long for a network, seconds.
LEAVE_S = 2.0


class Follower:
    """Calls `pull` at the beginning and whenever another server has changed something, and `changed` if it took any.

    `tell` hears in a sentence that the database is gone, and that it is back. What servers tell under the name
    `ourselves` is known here already.
    """

    def __init__(
        self,
        database: Database,
        ourselves: str,
        pull: Callable[[], bool],
        changed: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._ourselves = ourselves
        self._database, self._pull, self._changed, self._tell = database, pull, changed, tell
        self._stop = threading.Event()
        self._taking_up = threading.Lock()
        self._wake, self._woken = socket.socketpair()
        self._problem = ""
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; returns when `changed` is not running. A network that does not answer is not waited for."""
        self._stop.set()
        self._wake.send(b"x")
        self._thread.join(LEAVE_S)
        with self._taking_up:
            self._wake.close()
            if not self._thread.is_alive():
                self._woken.close()

    def _run(self) -> None:
        wait_s = FIRST_TRY_S
        while (problem := self._follow()) is not None:
            was_there = not self._problem
            gone = isinstance(problem, DatabaseGoneError)
            self._say(f"{problem} Until it is back, answers come from what is here." if gone else str(problem))
            wait_s = FIRST_TRY_S if was_there else min(2 * wait_s, LAST_TRY_S)
            if self._stop.wait(wait_s):
                return

    def _follow(self) -> StoreError | None:
        """Take up every change until there is a problem, which is returned, or nobody wants more: None."""
        try:
            with self._database.listening() as connection:
                while not self._stop.is_set():
                    took = self._pull()
                    self._say("")
                    if took:
                        self._take_up()
                    self._hear(connection)
        except StoreError as error:
            return error
        return None

    def _take_up(self) -> None:
        began = time.monotonic()
        with self._taking_up:
            if self._stop.is_set():
                return
            try:
                self._changed()
            except StoreError as error:
                self._tell(str(error))
        self._stop.wait(RESTS * (time.monotonic() - began))

    def _hear(self, connection: psycopg.Connection) -> None:
        """Wait until another server has changed something, or LOOK_S."""
        with contextlib.closing(selectors.DefaultSelector()) as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stop.is_set():
                is_quiet = not selector.select(LOOK_S)
                told = [notice.payload for notice in connection.notifies(timeout=0)]
                if is_quiet or any(name != self._ourselves for name in told):
                    return

    def _say(self, problem: str) -> None:
        """Tell of a problem once, however often it is met."""
        if problem and not self._problem:
            self._tell(problem)
        if self._problem and not problem:
            self._tell(f"{self._database.place} is there again.")
        self._problem = problem
