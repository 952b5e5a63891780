"""The recognizer that needs nothing but pip: pocketsphinx in worker processes, biased to the documents.

Each worker decodes several utterances in turn. One that dies is replaced, and its utterances begin again with the audio
kept here. Nothing is started before the first utterance, or `prepare`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from functools import partial
from pathlib import Path
from typing import Any, Literal

from assistant.audio.files import split_at_pauses
from assistant.audio.samples import Pcm
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Contents, Follower, Lexicon
from assistant.recognizers.recognizer import Speaker
from assistant.recognizers.sphinx.building import QUICK, Builder
from assistant.recognizers.sphinx.domain import KIND
from assistant.recognizers.worker_process import RecognizerError, WorkerDiedError, WorkerProcess
from assistant.recognizers.worker_stream import AHEAD, WorkerStream
from assistant.turn.events import Transcript

logger = logging.getLogger(__name__)

WORKERS = 4
WORKER = "assistant.recognizers.sphinx.worker"


class SphinxRecognizer:
    """Recognises English speech.

    Args:
        cache_dir: where language models built from the documents are kept; elsewhere for this run if it is read-only.
        lexicon: what the recognizer is biased to; None for general English.
        workers: processes at most; as many as cores, up to 4, by default.
    """

    guesses: Literal[True] = True  # a flute's tones fit words as well as speech does

    def __init__(self, cache_dir: Path, lexicon: Lexicon | None = None, *, workers: int = 0) -> None:
        self._builder = Builder(cache_dir)
        self._limit = workers or min(os.cpu_count() or 1, WORKERS)
        self._follower = None if lexicon is None else Follower(lexicon, self._learn)
        self._key = ""  # of the model in use; "" is general English
        self._informed = asyncio.Event()  # there is a model to begin with
        self._recordings = asyncio.Semaphore(self._limit)  # pieces of them that are decoded at a time
        self._workers: list[WorkerProcess] = []
        self._starting = asyncio.Lock()
        self._spare: asyncio.Task[None] | None = None
        self._prepared = self._closed = False

    async def prepare(self) -> None:
        """Start a worker and load its models now rather than when somebody speaks.

        A library that takes long to learn is not waited for: until its model is there, general English is heard.
        """
        self._prepared = True
        await self._worker(live=True, spare=False)

    async def caught_up(self) -> None:
        """Return when the model in use is that of the lexicon as it is now."""
        if self._follower is not None:
            await self._follower.caught_up()

    async def transcribe(self, pcm: Pcm) -> Transcript:
        """Recognise a whole recording, int16[samples] at 16 kHz.

        Raises RecognizerError where the worker dies twice or cannot be started.
        """
        found: dict[int, Transcript] = {}
        pieces = enumerate(split_at_pauses(pcm))

        async def work() -> None:
            for place, piece in pieces:
                async with self._recordings:  # in turn, so that a long recording does not keep a short one waiting
                    found[place] = await self._whole(piece)

        tasks = [asyncio.create_task(work()) for _ in range(self._limit)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        texts = (found[place].text for place in sorted(found))
        return Transcript(" ".join(filter(None, texts)), next((each.note for each in found.values() if each.note), ""))

    async def _whole(self, pcm: Pcm) -> Transcript:
        stream = SphinxStream(self, whole=True)
        try:
            await stream.feed(pcm)
            return await stream.finish()
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
        self._builder.close()

    async def worker_for(self, *, live: bool) -> WorkerProcess:
        """Return the least busy worker.

        Another is started, without waiting for it, while all are busy; and for people who speak, one ahead of need.
        """
        return await self._worker(live=live, spare=live)

    @property
    def crowded(self) -> bool:
        """Whether there are as many workers as there may be, and all are busy."""
        return len(self._workers) >= self._limit and all(worker.utterances for worker in self._workers)

    async def _worker(self, *, live: bool, spare: bool) -> WorkerProcess:
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
            if (spare or worker.utterances) and len(self._workers) < self._limit and self._spare is None:
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
        if contents.characters > QUICK and self._prepared and not await self._builder.has(key):
            self._informed.set()
        await self._builder.build(key, contents, awaited=not self._informed.is_set())
        self._key = key
        self._informed.set()
        # One that dies meanwhile is replaced by one that is taught when it starts.
        teaching = (self._teach(worker, live=self._prepared) for worker in self._workers if worker.alive)
        await asyncio.gather(*teaching, return_exceptions=True)

    async def _teach(self, worker: WorkerProcess, *, live: bool) -> None:
        """Have a worker load the model in use beside the one it has; a model that cannot be loaded is left out.

        What live speech needs is loaded first, or what recordings need; the other when it is needed.
        """
        async with worker.learning:
            while worker.key != (key := self._key):
                request = {"cache_dir": str(self._builder.cache_dir), "key": key, "live": live}
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


class SphinxStream(WorkerStream):
    """One utterance. See `RecognizerStream`."""

    guesses: Literal[True] = True

    def __init__(self, recognizer: SphinxRecognizer, *, speaker: Speaker | None = None, whole: bool = False) -> None:
        super().__init__(partial(recognizer.worker_for, live=not whole), ahead=None if whole else AHEAD)
        self._recognizer = recognizer
        self.speaker = speaker  # the mean cepstrum of the voice, once finished: give it to `SphinxRecognizer.stream`
        self._whole = whole

    def opening(self) -> dict[str, Any]:
        """Begin with the voice's mean; whoever speaks next shares the worker where no other is free."""
        return {"mean": self.speaker, "whole": self._whole, "crowded": self._recognizer.crowded}

    def ended(self, final: dict[str, Any]) -> None:
        """Keep the voice's mean."""
        self.speaker = final["mean"]
        self.note = final["note"]
