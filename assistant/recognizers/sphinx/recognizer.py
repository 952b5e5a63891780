"""The recognizer that needs nothing but pip: pocketsphinx in worker processes, biased to the documents.

Each worker decodes several utterances in turn. One that dies is replaced, and its utterances begin again with the audio
kept here. Nothing is started before the first utterance, or `prepare`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.audio.files import split_at_pauses
from assistant.recognizers.recognizer import Documents
from assistant.recognizers.sphinx.worker import HEADER, Kind, frame
from assistant.turn.events import Transcript
from engines.errors import ReparteeError

LIVES = 2  # workers that may die under one utterance
AHEAD = 4 * 32_000  # bytes that may wait in a worker for one utterance, 4 s; then `feed` waits
WORKERS = 4
LONGEST_PIECE = 32_000
_ROOT = str(Path(__file__).resolve().parents[3])  # where a worker finds this package, installed or not


class RecognizerError(ReparteeError):
    """The recognizer cannot be used."""


class _WorkerDiedError(Exception):
    """The process behind an utterance ended."""


class SphinxRecognizer:
    """Recognises English speech.

    Args:
        cache_dir: where language models built from the documents are kept; elsewhere for this run if it is read-only.
        documents: what the recognizer is biased to; None for general English.
        workers: processes at most; as many as cores, up to 4, by default.
    """

    def __init__(self, cache_dir: Path, documents: Documents | None = None, *, workers: int = 0) -> None:
        self._cache_dir, self._documents = cache_dir, documents
        self._limit = workers or min(os.cpu_count() or 1, WORKERS)
        self._workers: list[_Worker] = []
        self._starting = asyncio.Lock()
        self._texts_of: tuple[int, str, list[str]] | None = None  # version, key, texts
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._spare: asyncio.Task[None] | None = None
        self._closed = False

    async def prepare(self) -> None:
        """Start a worker and load its models now rather than when somebody speaks."""
        await self._worker(live=True)

    async def transcribe(self, pcm: NDArray[np.int16]) -> Transcript:
        """Recognise a whole recording, int16[samples] at 16 kHz.

        Raises RecognizerError where the worker dies twice or cannot be started.
        """
        texts = await asyncio.gather(*(self._whole(piece) for piece in split_at_pauses(pcm)))
        return Transcript(" ".join(filter(None, texts)))

    async def _whole(self, pcm: NDArray[np.int16]) -> str:
        stream = SphinxStream(self, whole=True)
        try:
            await stream.feed(pcm)
            return (await stream.finish()).text
        finally:
            stream.cancel()

    def stream(self, mean: list[float] | None = None) -> SphinxStream:
        """Begin an utterance; `mean` is the `SphinxStream.mean` of the same speaker's last one, for a better start."""
        return SphinxStream(self, mean=mean)

    async def close(self) -> None:
        """End the workers."""
        self._closed = True
        if self._spare is not None:
            self._spare.cancel()
            await asyncio.wait([self._spare])
        workers, self._workers = self._workers, []
        await asyncio.gather(*(worker.close() for worker in workers))
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    async def _worker(self, *, live: bool = False) -> _Worker:
        """Return the least busy worker, with the documents as they are now.

        Another is started, without waiting for it, while all are busy; and for people who speak, one ahead of need.
        """
        async with self._starting:
            if self._closed:
                raise RecognizerError("The speech recogniser is closed; open it again to use it.")
            self._workers = [worker for worker in self._workers if worker.alive]
            worker = min(self._workers, key=lambda worker: len(worker.utterances), default=None)
            if worker is None:
                worker = await _Worker.start()
                self._workers.append(worker)
            await self._teach(worker, live=live)
            if (live or worker.utterances) and len(self._workers) < self._limit and self._spare is None:
                self._spare = asyncio.create_task(self._start_spare())
            return worker

    async def _start_spare(self) -> None:
        try:
            worker = await _Worker.start()
            self._workers.append(worker)  # before it is taught, so that close() ends it
            async with self._starting:
                await self._teach(worker, live=True)
        except RecognizerError:
            pass  # whoever needs it is told
        finally:
            self._spare = None

    async def _content(self) -> tuple[str, list[str]]:
        from assistant.recognizers.sphinx.domain import fingerprint

        if self._documents is None:
            return "", []
        version = self._documents.version
        if self._texts_of is None or self._texts_of[0] != version:
            key, texts = await asyncio.to_thread(
                lambda: fingerprint(self._documents.texts() if self._documents else ())
            )
            self._texts_of = version, key, texts
        return self._texts_of[1:]

    async def _teach(self, worker: _Worker, *, live: bool) -> None:
        """Load the model of the documents into a worker; it builds the model if the cache does not hold it.

        What live speech needs is loaded first, or what recordings need; the other when it is needed.
        """
        key, texts = await self._content()
        if worker.key == key:
            return
        for attempt in (None, texts):
            request = {"cache_dir": str(self._cache_dir), "key": key, "texts": attempt, "live": live}
            try:
                if not (await worker.ask(Kind.DOMAIN, request))["missing"]:
                    worker.key = key
                    return
            except _WorkerDiedError as death:
                raise RecognizerError(f"The speech recogniser could not start: {worker.last_words()}.") from death
            except RecognizerError:
                if self._temporary is not None:
                    raise
                self._temporary = tempfile.TemporaryDirectory(prefix="repartee-")
                self._cache_dir = Path(self._temporary.name)
                await self._teach(worker, live=live)
                return


class SphinxStream:
    """One utterance. See `RecognizerStream`."""

    def __init__(self, recognizer: SphinxRecognizer, *, mean: list[float] | None = None, whole: bool = False) -> None:
        self.mean = mean  # the speaker's mean cepstrum, once finished: give it to `SphinxRecognizer.stream`
        self.hypothesis = ""
        self._recognizer, self._whole = recognizer, whole
        self._audio = bytearray()  # everything fed, for another worker should this one die
        self._sent = self._decoded = 0
        self._worker: _Worker | None = None
        self._number = 0
        self._lives = LIVES
        self._stable: list[str] = []
        self._told = self._restated = 0
        self._settled = False
        self._news = asyncio.Event()
        self._final: dict[str, Any] | None = None
        self._failure = ""
        self._over = False

    async def feed(self, pcm: NDArray[np.int16]) -> str | None:
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
        self._over, self.mean = True, final["mean"]
        self.hypothesis = final["text"]
        return Transcript(self.hypothesis)

    def cancel(self) -> None:
        """Drop the utterance."""
        self._over = True
        self._detach(tell=True)

    def _check_open(self) -> None:
        if self._over:
            raise RecognizerError("This utterance is over; begin another with stream().")

    async def _surviving(self, work: Any) -> Any:
        """Do `work`; if the worker dies meanwhile, do it again on another."""
        while True:
            try:
                if self._worker is None:
                    await self._attach()
                return await work()
            except _WorkerDiedError as death:  # noqa: PERF203 - costs nothing beside decoding
                self._detach(tell=False)
                self._lives -= 1
                if not self._lives:
                    self._over = True
                    raise RecognizerError(
                        "The speech recogniser stopped twice while it worked on this recording; try a shorter one."
                    ) from death
            except asyncio.CancelledError:
                self.cancel()
                raise

    async def _attach(self) -> None:
        worker = await self._recognizer._worker(live=not self._whole)
        self._worker, self._number = worker, worker.register(self._receive)
        self._sent = self._decoded = self._restated = 0
        await worker.send(Kind.OPEN, self._number, json.dumps({"mean": self.mean, "whole": self._whole}).encode())

    def _detach(self, *, tell: bool) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.forget(self._number, tell=tell and self._final is None)

    async def _push(self) -> None:
        worker = self._attached()
        while self._sent < len(self._audio):
            while not self._whole and self._sent - self._decoded > AHEAD:
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

    def _attached(self) -> _Worker:
        if self._failure:
            self._over = True
            self._detach(tell=False)
            raise RecognizerError(self._failure)
        if self._worker is None or not self._worker.alive:
            raise _WorkerDiedError
        return self._worker

    async def _news_of(self, worker: _Worker) -> None:
        self._news.clear()
        if not worker.alive:
            raise _WorkerDiedError
        await self._news.wait()
        self._attached()

    def _receive(self, kind: Kind | None, payload: bytes) -> None:
        """Take a frame of the worker; None says that it died."""
        if kind is Kind.HEARD:
            heard = json.loads(payload)
            self._decoded += heard["bytes"]
            self._settled = self._settled or heard["settled"]
            self.hypothesis = heard["text"] or self.hypothesis
            # After a worker's death its successor says the first words once more.
            fresh = heard["stable"]
            repeated = min(max(len(self._stable) - self._restated, 0), len(fresh))
            self._restated += len(fresh)
            self._stable += fresh[repeated:]
        elif kind is Kind.FINAL:
            self._final = json.loads(payload)
        elif kind is Kind.FAILED:
            self._failure = payload.decode()
        self._news.set()


class _Worker:
    """One process, and the utterances in it."""

    def __init__(self, process: asyncio.subprocess.Process, errors: Any) -> None:
        self.key: str | None = None
        self.utterances: dict[int, Any] = {}
        self._process, self._errors = process, errors
        self._numbers = 0
        self._lost = False
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls) -> _Worker:
        """Start a process. Raises RecognizerError where that is impossible."""
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        path = os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH")]))
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "assistant.recognizers.sphinx.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                # Its arithmetic in numpy is small: threads for it would only take memory.
                env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            errors.close()
            raise RecognizerError(f"The speech recogniser could not be started ({error.strerror}).") from error
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
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"its process ended with status {self._process.returncode}"

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
        """Send a frame. Raises _WorkerDiedError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(frame(kind, number, payload))
            await self._process.stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            self._lost = True
            raise _WorkerDiedError from error

    async def ask(self, kind: Kind, content: dict[str, Any]) -> dict[str, Any]:
        """Send a request and return its answer. Raises _WorkerDiedError, or RecognizerError with what it says."""
        answered: asyncio.Future[tuple[Kind | None, bytes]] = asyncio.get_running_loop().create_future()

        def answer_with(kind: Kind | None, payload: bytes) -> None:
            if not answered.done():
                answered.set_result((kind, payload))

        number = self.register(answer_with)
        try:
            await self.send(kind, number, json.dumps(content).encode())
            answer, payload = await answered
        finally:
            self.forget(number, tell=False)
        if answer is None:
            raise _WorkerDiedError
        if answer is Kind.FAILED:
            raise RecognizerError(payload.decode())
        result: dict[str, Any] = json.loads(payload)
        return result

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
        self._errors.close()

    async def _read(self) -> None:
        """Hand out frames until the process ends."""
        assert self._process.stdout is not None
        try:
            while True:
                size, kind, number = HEADER.unpack(await self._process.stdout.readexactly(HEADER.size))
                payload = await self._process.stdout.readexactly(size)
                if receive := self.utterances.get(number):
                    receive(Kind(kind), payload)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._lost = True
            await self._process.wait()
            asyncio.get_running_loop().call_soon(self._announce_death)

    def _announce_death(self) -> None:
        for receive in list(self.utterances.values()):
            receive(None, b"")
