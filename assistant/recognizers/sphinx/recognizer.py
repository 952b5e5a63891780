"""The recognizer that needs nothing but pip: pocketsphinx in worker processes, biased to the documents.

Each worker decodes several utterances in turn. One that dies is replaced, and its utterances begin again with the audio
kept here. Nothing is started before the first utterance, or `prepare`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

from assistant.audio.files import split_at_pauses
from assistant.audio.samples import Pcm
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Contents, Follower, Lexicon
from assistant.recognizers.recognizer import Speaker
from assistant.recognizers.sphinx.building import build_beside
from assistant.recognizers.sphinx.domain import KIND, cached
from assistant.recognizers.worker_process import RecognizerError, WorkerDiedError, WorkerProcess
from assistant.turn.events import Transcript

logger = logging.getLogger(__name__)

LIVES = 2  # workers that may die under one utterance
AHEAD = 4 * 32_000  # bytes that may wait in a worker for one utterance, 4 s; then `feed` waits
WORKERS = 4
WORKER = "assistant.recognizers.sphinx.worker"
LONGEST_PIECE = 32_000
QUICK = 300_000  # characters that are learnt in a second or two: such a model is waited for


class SphinxRecognizer:
    """Recognises English speech.

    Args:
        cache_dir: where language models built from the documents are kept; elsewhere for this run if it is read-only.
        lexicon: what the recognizer is biased to; None for general English.
        workers: processes at most; as many as cores, up to 4, by default.
    """

    def __init__(self, cache_dir: Path, lexicon: Lexicon | None = None, *, workers: int = 0) -> None:
        self._cache_dir = cache_dir
        self._limit = workers or min(os.cpu_count() or 1, WORKERS)
        self._follower = None if lexicon is None else Follower(lexicon, self._learn)
        self._key = ""  # of the model in use; "" is general English
        self._informed = asyncio.Event()  # there is a model to begin with
        self._recordings = asyncio.Semaphore(self._limit)  # pieces of them that are decoded at a time
        self._workers: list[WorkerProcess] = []
        self._starting = asyncio.Lock()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._spare: asyncio.Task[None] | None = None
        self._prepared = self._closed = False

    async def prepare(self) -> None:
        """Start a worker and load its models now rather than when somebody speaks.

        A library that takes long to learn is not waited for: until its model is there, general English is heard.
        """
        self._prepared = True
        await self._worker(live=True)

    async def caught_up(self) -> None:
        """Return when the model in use is that of the lexicon as it is now."""
        if self._follower is not None:
            await self._follower.caught_up()

    async def transcribe(self, pcm: Pcm) -> Transcript:
        """Recognise a whole recording, int16[samples] at 16 kHz.

        Raises RecognizerError where the worker dies twice or cannot be started.
        """
        texts: dict[int, str] = {}
        pieces = enumerate(split_at_pauses(pcm))

        async def work() -> None:
            for place, piece in pieces:
                async with self._recordings:  # in turn, so that a long recording does not keep a short one waiting
                    texts[place] = await self._whole(piece)

        tasks = [asyncio.create_task(work()) for _ in range(self._limit)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        return Transcript(" ".join(filter(None, (texts[place] for place in sorted(texts)))))

    async def _whole(self, pcm: Pcm) -> str:
        stream = SphinxStream(self, whole=True)
        try:
            await stream.feed(pcm)
            return (await stream.finish()).text
        finally:
            stream.cancel()

    def stream(self, speaker: Speaker | None = None) -> SphinxStream:
        """Begin an utterance; `speaker` is the `SphinxStream.speaker` of the same person's last one."""
        return SphinxStream(self, speaker=speaker)

    async def close(self) -> None:
        """End the processes."""
        self._closed = True
        if self._follower is not None:
            await self._follower.close()
        if self._spare is not None:
            self._spare.cancel()
            await asyncio.wait([self._spare])
        workers, self._workers = self._workers, []
        await asyncio.gather(*(worker.close() for worker in workers))
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    async def worker_for(self, *, live: bool) -> WorkerProcess:
        """Return the least busy worker.

        Another is started, without waiting for it, while all are busy; and for people who speak, one ahead of need.
        """
        return await self._worker(live=live)

    async def _worker(self, *, live: bool) -> WorkerProcess:
        if self._follower is not None and not self._closed:
            self._follower.look().add_done_callback(lambda _: self._informed.set())
            await self._informed.wait()
        async with self._starting:
            if self._closed:
                raise RecognizerError("The speech recogniser is closed; open it again to use it.")
            self._workers = [worker for worker in self._workers if worker.alive]
            worker = min(self._workers, key=lambda worker: len(worker.utterances), default=None)
            if worker is None:
                worker = await WorkerProcess.start(WORKER)
                self._workers.append(worker)
                await self._teach(worker, live=live)
            if (live or worker.utterances) and len(self._workers) < self._limit and self._spare is None:
                self._spare = asyncio.create_task(self._start_spare())
            return worker

    async def _start_spare(self) -> None:
        worker = None
        try:
            worker = await WorkerProcess.start(WORKER)
            await self._teach(worker, live=True)
            self._workers.append(worker)
        except RecognizerError:
            pass  # whoever needs it is told
        finally:
            self._spare = None
            if worker is not None and worker not in self._workers:
                await worker.close()

    async def _learn(self, contents: Contents) -> None:
        """Build the model of other words beside the one in use, and go on with it when every worker has loaded it."""
        key = contents.key(KIND)
        if await asyncio.to_thread(cached, self._cache_dir, key) is None:
            if contents.characters > QUICK and self._prepared:
                self._informed.set()
            await self._build(key, contents)
        self._key = key
        self._informed.set()
        # One that dies meanwhile is replaced by one that is taught when it starts.
        teaching = (self._teach(worker, live=self._prepared) for worker in self._workers if worker.alive)
        await asyncio.gather(*teaching, return_exceptions=True)

    async def _build(self, key: str, contents: Contents) -> None:
        awaited = not self._informed.is_set()
        try:
            await build_beside(self._cache_dir, key, contents, awaited=awaited)
        except PermissionError:
            if self._temporary is None:
                self._temporary = tempfile.TemporaryDirectory(prefix="repartee-")
                self._cache_dir = Path(self._temporary.name)
            await build_beside(self._cache_dir, key, contents, awaited=awaited)

    async def _teach(self, worker: WorkerProcess, *, live: bool) -> None:
        """Have a worker load the model in use beside the one it has; a model that cannot be loaded is left out.

        What live speech needs is loaded first, or what recordings need; the other when it is needed.
        """
        async with worker.learning:
            while worker.key != (key := self._key):
                request = {"cache_dir": str(self._cache_dir), "key": key, "live": live}
                try:
                    missing = (await worker.ask(Kind.DOMAIN, request))["missing"]
                except WorkerDiedError as death:
                    raise RecognizerError(f"The speech recogniser could not start: {worker.last_words()}.") from death
                except RecognizerError as problem:
                    if not key:
                        raise
                    logger.warning("%s", problem)
                    missing = True
                if not missing:
                    worker.key = key
                elif key == self._key:
                    logger.warning("The words of the documents could not be loaded; general English is heard instead.")
                    self._key = ""


class SphinxStream:
    """One utterance. See `RecognizerStream`."""

    def __init__(self, recognizer: SphinxRecognizer, *, speaker: Speaker | None = None, whole: bool = False) -> None:
        self.speaker = speaker  # the mean cepstrum of the voice, once finished: give it to `SphinxRecognizer.stream`
        self.hypothesis = ""
        self._recognizer, self._whole = recognizer, whole
        self._audio = bytearray()  # everything fed, for another worker should this one die
        self._sent = self._decoded = 0
        self._worker: WorkerProcess | None = None
        self._number = 0
        self._lives = LIVES
        self._stable: list[str] = []
        self._told = self._restated = 0
        self._settled = False
        self._news: asyncio.Future[None] | None = None
        self._final: dict[str, Any] | None = None
        self._failure = ""
        self._over = False

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
        self._over, self.speaker = True, final["mean"]
        if final["hurried"]:
            logger.debug("An utterance was searched for less than usual: it cost too much, or several spoke at once.")
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
            except WorkerDiedError as death:  # noqa: PERF203 - costs nothing beside decoding
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
        worker = await self._recognizer.worker_for(live=not self._whole)
        self._worker, self._number = worker, worker.register(self._receive)
        self._sent = self._decoded = self._restated = 0
        await worker.send(Kind.OPEN, self._number, json.dumps({"mean": self.speaker, "whole": self._whole}).encode())

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
            # After a worker's death its successor says the first words once more.
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
