"""What recognizers that work in one process have in common: it starts when it is needed, and is replaced if it died."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod

from assistant.recognizers.worker_process import RecognizerError, WorkerDiedError, WorkerProcess

logger = logging.getLogger(__name__)


class OneProcess(ABC):
    """Owns the process that runs `module`; `_load` makes a new one ready."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._worker: WorkerProcess | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @abstractmethod
    async def _load(self, worker: WorkerProcess) -> None:
        """Have a new process load what it needs. Raises WorkerDiedError, and RecognizerError for what is unusable."""

    async def worker_for(self) -> WorkerProcess:
        """Return the process with the model loaded; one that died is replaced. Raises RecognizerError."""
        async with self._starting:
            if self._closed:
                raise RecognizerError("The speech recogniser is closed; open it again to use it.")
            if self._worker is None or not self._worker.alive:
                self._worker = await self._another()
            return self._worker

    async def _another(self) -> WorkerProcess:
        before, self._worker = self._worker, None
        if before is not None:
            logger.warning("The speech recogniser ended (%s) and is replaced.", before.last_words())
            await before.close()
        worker = await WorkerProcess.start(self._module)
        try:
            await self._load(worker)
        except WorkerDiedError as death:
            reason = worker.last_words()
            await worker.close()
            raise RecognizerError(f"The speech recogniser could not start: {reason}.") from death
        except BaseException:
            await worker.close()
            raise
        return worker

    async def _end(self) -> None:
        """End the process and start no other; safe to call twice."""
        self._closed = True
        async with self._starting:
            worker, self._worker = self._worker, None
            if worker is not None:
                await worker.close()
