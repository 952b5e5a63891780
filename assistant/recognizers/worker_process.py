"""The recognizer's side of a process that recognises, and the utterances in it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import tempfile
from typing import Any

from assistant.recognizers.frames import HEADER, Kind, frame, request
from engines.errors import ReparteeError
from engines.processes import python_environment, python_module

logger = logging.getLogger(__name__)

PATIENCE_S = 60.0  # with a process that has work and sends nothing, on the busiest of machines
LOOKS = 20


class RecognizerError(ReparteeError):
    """The recognizer cannot be used."""


class WorkerDiedError(Exception):
    """The process behind an utterance ended."""


class WorkerProcess:
    """One process, and the utterances in it."""

    def __init__(self, process: asyncio.subprocess.Process, errors: Any) -> None:
        self.key: str | None = None
        self.learning = asyncio.Lock()
        self.utterances: dict[int, Any] = {}
        self._process, self._errors = process, errors
        self._numbers = 0
        self._lost = False
        self._kept = b""
        self._frames = 0  # that came from the process
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, module: str) -> WorkerProcess:
        """Start a process that runs a module of this project. Raises RecognizerError where that is impossible."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        try:
            process = await asyncio.create_subprocess_exec(
                *python_module(module),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                # Its arithmetic in numpy is small: threads for it would only take memory.
                env=python_environment() | {"OPENBLAS_NUM_THREADS": "1"},
            )
        except BaseException as error:
            errors.close()
            if isinstance(error, OSError):
                raise RecognizerError(f"The speech recogniser could not be started ({error.strerror}).") from error
            raise  # whoever waited for it gave up
        return cls(process, errors)

    @property
    def alive(self) -> bool:
        """Whether frames still come and go."""
        return not self._lost

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def last_words(self) -> str:
        """Return the last line that the process wrote to its standard error."""
        lines = self._said().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"its process ended with status {self._process.returncode}"

    def _said(self) -> bytes:
        """Return what the process wrote to its standard error; kept when it ended, and the file closed."""
        if not self._errors.closed:
            self._errors.seek(0)
            self._kept = self._errors.read()
            if self._process.returncode is not None:
                self._errors.close()
        return self._kept

    def register(self, receive: Any) -> int:
        """Return a number for an utterance whose frames go to `receive`."""
        self._numbers += 1
        self.utterances[self._numbers] = receive
        return self._numbers

    def forget(self, number: int, *, tell: bool) -> None:
        """Send no more frames to an utterance; `tell` the process to drop it too."""
        self.utterances.pop(number, None)
        if tell and self.alive and self._process.stdin is not None:
            self._process.stdin.write(frame(Kind.CANCEL, number))

    async def send(self, kind: Kind, number: int, payload: bytes = b"") -> None:
        """Send a frame. Raises WorkerDiedError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(frame(kind, number, payload))
            await self._process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            self._lost = True
            raise WorkerDiedError from error

    async def ask(self, kind: Kind, content: dict[str, Any], attached: bytes = b"") -> dict[str, Any]:
        """Send a request and return its answer. Raises WorkerDiedError, or RecognizerError with what it says."""
        answered: asyncio.Future[tuple[Kind | None, bytes]] = asyncio.get_running_loop().create_future()

        def answer_with(kind: Kind | None, payload: bytes) -> None:
            if not answered.done():
                answered.set_result((kind, payload))

        number = self.register(answer_with)
        try:
            await self.send(kind, number, request(content, attached))
            await self.patiently(answered)
            answer, payload = answered.result()
        finally:
            self.forget(number, tell=False)
        if answer is None:
            raise WorkerDiedError
        if answer is Kind.FAILED:
            raise RecognizerError(payload.decode())
        result: dict[str, Any] = json.loads(payload)
        return result

    async def patiently(self, news: asyncio.Future[Any]) -> None:
        """Wait for what the process is to send; end one that sends nothing to anybody for PATIENCE_S.

        It is looked at several times, since it may be this process that stood still.
        """
        idle, frames = 0, self._frames
        while not news.done():
            await asyncio.wait([news], timeout=PATIENCE_S / LOOKS)
            idle, frames = (idle + 1 if frames == self._frames else 0), self._frames
            if idle > LOOKS and not news.done():
                logger.warning("The speech recogniser (process %d) hung and is replaced.", self.pid)
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                idle = 0

    async def close(self) -> None:
        """End the process and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 2.0)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        """Hand out frames until the process ends."""
        assert self._process.stdout is not None
        try:
            while True:
                size, kind, number = HEADER.unpack(await self._process.stdout.readexactly(HEADER.size))
                payload = await self._process.stdout.readexactly(size)
                self._frames += 1
                if receive := self.utterances.get(number):
                    receive(Kind(kind), payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._lost = True
            await self._process.wait()
            self._said()
            asyncio.get_running_loop().call_soon(self._announce_death)

    def _announce_death(self) -> None:
        for receive in list(self.utterances.values()):
            receive(None, b"")
