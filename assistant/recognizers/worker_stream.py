"""One utterance in a worker process. Its audio is kept, so that it can begin again in another process, or anew."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from assistant.audio.samples import Pcm
from assistant.recognizers.frames import Kind
from assistant.recognizers.worker_process import RecognizerError, WorkerDiedError, WorkerProcess
from assistant.turn.events import Transcript

T = TypeVar("T")

LIVES = 2  # workers that may die under an utterance, and that may before they begin with it: what ends one ends others
AHEAD = 4 * 32_000  # bytes that may wait in a worker for one utterance, 4 s; then `feed` waits
LONGEST_PIECE = 32_000


class WorkerStream:
    """See `RecognizerStream`.

    Args:
        worker_for: returns the worker that decodes.
        ahead: bytes that may wait there; None for any.
    """

    def __init__(self, worker_for: Callable[[], Awaitable[WorkerProcess]], *, ahead: int | None = AHEAD) -> None:
        self.hypothesis = ""
        self.note = ""  # what there was no time for
        self._worker_for, self._ahead = worker_for, ahead
        self._audio = bytearray()  # everything fed, for another worker should this one die
        self._sent = self._decoded = 0
        self._worker: WorkerProcess | None = None
        self._number = 0
        self._lives = self._untried = LIVES
        self._stable: list[str] = []
        self._told = self._restated = 0
        self._settled = False
        self._news: asyncio.Future[None] | None = None
        self._final: dict[str, Any] | None = None
        self._failure = ""
        self._over = False

    def opening(self) -> dict[str, Any]:
        """Return what the worker is told when the utterance begins there."""
        raise NotImplementedError

    def ended(self, final: dict[str, Any]) -> None:
        """Know what the worker said at the end, besides the text."""

    async def feed(self, pcm: Pcm) -> str | None:
        """Take int16[samples] at 16 kHz; return words that became stable since the last call, or None."""
        self._check_open()
        self._audio += pcm.astype("<i2", copy=False).tobytes()
        await self._surviving(self._push)
        fresh, self._told = self._stable[self._told :], len(self._stable)
        return " ".join(fresh) or None

    async def settle(self) -> str:
        """Return the hypothesis once everything fed has been decoded."""
        self._check_open()
        await self._surviving(self._catch_up)
        return self.hypothesis

    async def finish(self) -> Transcript:
        """Return all words."""
        self._check_open()
        final = await self._surviving(self._pull)
        self._over, self.hypothesis = True, final["text"]
        self.ended(final)
        return Transcript(self.hypothesis, self.note)

    def cancel(self) -> None:
        """Drop the utterance."""
        self._over = True
        self._detach(tell=True)

    def _check_open(self) -> None:
        if self._over:
            raise RecognizerError("This utterance is over; begin another with stream().")

    async def _surviving(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work`; if the worker dies meanwhile, do it again on another."""
        while True:
            try:
                if self._worker is None:
                    await self._attach()
                return await work()
            except WorkerDiedError as death:  # noqa: PERF203 - costs nothing beside decoding
                self._detach(tell=False)
                if self._decoded:
                    self._lives -= 1
                else:
                    self._untried -= 1
                if not (self._lives and self._untried):
                    self._over = True
                    raise RecognizerError(
                        "The speech recogniser stopped twice while it worked on this recording; try a shorter one."
                    ) from death
            except asyncio.CancelledError:
                self.cancel()
                raise

    async def _attach(self) -> None:
        worker = await self._worker_for()
        self._worker, self._number = worker, worker.register(self._receive)
        self._sent = self._decoded = self._restated = 0
        await worker.send(Kind.OPEN, self._number, json.dumps(self.opening()).encode())

    def _detach(self, *, tell: bool) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.forget(self._number, tell=tell and self._final is None)

    async def _push(self) -> None:
        worker = self._attached()
        while self._sent < len(self._audio):
            while self._ahead is not None and self._sent - self._decoded > self._ahead:
                await self._news_of(worker)
            piece = bytes(self._audio[self._sent : self._sent + LONGEST_PIECE])
            self._sent += len(piece)
            await worker.send(Kind.AUDIO, self._number, piece)
        self._attached()

    async def _catch_up(self) -> None:
        await self._push()
        worker = self._attached()
        self._settled = False
        await worker.send(Kind.SETTLE, self._number)
        while not self._settled:
            await self._news_of(worker)

    async def _pull(self) -> dict[str, Any]:
        await self._push()
        worker = self._attached()
        await worker.send(Kind.FINISH, self._number)
        while self._final is None:
            await self._news_of(worker)
        self._detach(tell=False)
        return self._final

    def _attached(self) -> WorkerProcess:
        if self._failure:
            self._over = True
            self._detach(tell=False)
            raise RecognizerError(self._failure)
        if self._worker is None or not self._worker.alive:
            raise WorkerDiedError
        return self._worker

    async def _news_of(self, worker: WorkerProcess) -> None:
        if not worker.alive:
            raise WorkerDiedError
        self._news = asyncio.get_running_loop().create_future()
        await worker.patiently(self._news)
        self._attached()

    def _receive(self, kind: Kind | None, payload: bytes) -> None:
        """Take a frame of the worker; None says that it died."""
        if kind is Kind.HEARD:
            heard = json.loads(payload)
            self._decoded += heard["bytes"]
            self._settled = self._settled or heard["settled"]
            self.hypothesis = heard["text"] or self.hypothesis
            # Where the utterance began again its first words are said once more.
            fresh = heard["stable"]
            repeated = min(max(len(self._stable) - self._restated, 0), len(fresh))
            self._restated += len(fresh)
            self._stable += fresh[repeated:]
        elif kind is Kind.FINAL:
            self._final = json.loads(payload)
        elif kind is Kind.FAILED:
            self._failure = payload.decode()
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
