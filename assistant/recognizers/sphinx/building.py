"""Building the model of a lexicon's contents in a process of its own, beside the hearing."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path

from assistant.recognizers.lexicon import Contents
from assistant.recognizers.sphinx.domain import KIND, cached
from assistant.recognizers.sphinx.learning import BLOCKED, packed
from assistant.recognizers.worker_process import RecognizerError
from engines.processes import python_environment, python_module

NICENESS = 10  # of what is built beside the hearing
BUILD_LIMIT_S = 300.0  # for a language model
QUICK = 300_000  # characters that are learnt in a second or two: such a model is waited for


class Builder:
    """Builds models into `cache_dir`, or for this run elsewhere if that is read-only."""

    def __init__(self, cache_dir: Path) -> None:
        self.cache_dir = cache_dir
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    async def has(self, key: str) -> bool:
        """Say whether a model is there."""
        return await asyncio.to_thread(cached, self.cache_dir, key) is not None

    async def build(self, key: str, contents: Contents, *, awaited: bool) -> None:
        """Build the model of a lexicon's contents unless it is there. Raises RecognizerError where that fails."""
        if await self.has(key):
            return
        try:
            await build_beside(self.cache_dir, key, contents, awaited=awaited)
        except PermissionError:
            if self._temporary is None:
                self._temporary = tempfile.TemporaryDirectory(prefix="repartee-")
                self.cache_dir = Path(self._temporary.name)
            await build_beside(self.cache_dir, key, contents, awaited=awaited)

    async def language_model(self, contents: Contents, *, awaited: bool) -> Path | None:
        """Return the ARPA file of a lexicon's contents, None for nothing. Raises as `build`."""
        key = contents.key(KIND)
        await self.build(key, contents, awaited=awaited)
        domain = await asyncio.to_thread(cached, self.cache_dir, key)
        return None if domain is None else domain.language_model

    def close(self) -> None:
        """Delete what was kept for this run; safe to call twice."""
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None


async def build_beside(cache_dir: Path, key: str, contents: Contents, *, awaited: bool) -> None:
    """Build the model of a lexicon's contents in a process of its own, at low priority unless somebody waits for it.

    Raises PermissionError where `cache_dir` cannot be written, RecognizerError where the model cannot be built.
    """
    process = await asyncio.create_subprocess_exec(
        *python_module("assistant.recognizers.sphinx.learning", str(cache_dir), key, str(0 if awaited else NICENESS)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=python_environment() | {"OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(BUILD_LIMIT_S):
            _, errors = await process.communicate(await asyncio.to_thread(packed, contents))
    except TimeoutError as error:
        raise RecognizerError(f"building their model took more than {BUILD_LIMIT_S:.0f} s.") from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    lines = errors.decode(errors="replace").strip().splitlines()
    if process.returncode == BLOCKED:
        raise PermissionError(lines[-1] if lines else str(cache_dir))
    if process.returncode:
        reason = lines[-1] if lines else f"status {process.returncode}"
        raise RecognizerError(f"their model could not be built ({reason}).")
