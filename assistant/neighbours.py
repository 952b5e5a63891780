"""The other processes of one home (`serve`, `listen`), and how one tells the others something short, at once.

Each that listens has a datagram socket of its own in the runtime or temporary folder, named for the home and for
itself; who sends needs none. Nothing is kept: what matters longer stands in the home's files.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

LONGEST = 64 * 1024  #: bytes of a message
LONGEST_NAME = 30  #: bytes of a process's name: the path of a socket may have 107
SERVING = "serve"  #: the process that answers for what is nobody else's

Take = Callable[[str], None]

log = logging.getLogger(__name__)


class Neighbours:
    """The processes of the home `folder`, by their names. Messages have a kind, a word, and a text."""

    def __init__(self, folder: Path) -> None:
        named = hashlib.sha256(str(folder.absolute()).encode(errors="surrogateescape")).hexdigest()[:16]
        self._place = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        self._prefix = f"repartee-{named}."
        self._takers: dict[str, Take] = {}
        self.name = ""  # of this process, while it listens

    def on(self, kind: str, take: Take) -> None:
        """Call `take` with the text of each message of this kind, while this process listens."""
        self._takers[kind] = take

    def names(self) -> list[str]:
        """Return the names of all that listen now, this process included."""
        return sorted(name for name, path in self._sockets() if self._send(path, b""))

    def others(self) -> list[str]:
        """Return the names of the others that listen now."""
        return [name for name in self.names() if name != self.name]

    def free(self, name: str) -> str:
        """Return `name`, with a number where another process has it."""
        others = self.others()
        return next(each for n in range(1, len(others) + 2) if (each := f"{name} {n}" if n > 1 else name) not in others)

    def tell(self, kind: str, text: str = "") -> int:
        """Send a message to all others; returns how many got it. One that is too long is not sent."""
        message = f"{kind} {text}".encode()
        if len(message) > LONGEST:
            return 0
        return sum(self._send(path, message) for name, path in self._sockets() if name != self.name)

    def is_mine(self, asker: str) -> bool:
        """Whether this process answers for what `asker` set.

        What was set in a process that is there is its own; anything else is that of the one that serves, or of the
        first by name where none does.
        """
        if asker == self.name:
            return True
        there = self.names() if self.name else []
        if asker in there or not there:
            return not there
        return self.name == min([name for name in there if name.startswith(SERVING)] or there)

    @contextmanager
    def known_as(self, name: str) -> Iterator[None]:
        """Listen on the running loop under `name`, or that and a number where it is taken, until the block ends."""
        bound = self._bound(name)
        if bound is None:
            yield
            return
        own, self.name = bound
        loop = asyncio.get_running_loop()
        loop.add_reader(own, self._taken, own)
        path = self._path(self.name)
        try:
            yield
        finally:
            loop.remove_reader(own)
            own.close()
            self.name = ""
            with contextlib.suppress(OSError):
                path.unlink()

    def _taken(self, own: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                kind, _, text = own.recv(LONGEST).decode(errors="replace").partition(" ")
                if take := self._takers.get(kind):
                    take(text)

    def _bound(self, name: str) -> tuple[socket.socket, str] | None:
        name = self.free(name)
        path = self._path(name)
        try:
            own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            own.setblocking(False)
            with contextlib.suppress(FileNotFoundError):
                path.unlink()  # of a process that was killed: nobody answers there
            try:
                own.bind(str(path))
            except OSError:
                own.close()
                raise
            path.chmod(0o600)
        except (OSError, AttributeError) as error:  # systems without such sockets have no name for them
            log.warning("what other commands of this home do is noticed at the next start only: %s", error)
            return None
        return own, name

    def _sockets(self) -> list[tuple[str, Path]]:
        found = sorted(self._place.glob(f"{self._prefix}*"))
        return [(unquote(path.name.removeprefix(self._prefix)), path) for path in found]

    def _path(self, name: str) -> Path:
        return self._place / f"{self._prefix}{quote(name, safe='')[:LONGEST_NAME]}"

    @staticmethod
    def _send(path: Path, message: bytes) -> bool:
        """Send, if somebody is there; who is there and full will look anyway."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.setblocking(False)
                line.connect(str(path))
                if message:
                    line.send(message)
        except BlockingIOError:
            return True
        except (OSError, AttributeError):
            return False
        return True
