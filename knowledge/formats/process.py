"""Converts documents in a limited process of its own: a document that crashes, hangs or explodes costs one sentence."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from knowledge.formats import worker
from knowledge.text import DocumentError, DocumentText, Section

#: What is started.
PROGRAM = Path(worker.__file__).absolute()

_TOO_SLOW = "takes more than {} s to read; split it, or convert it to .txt."
_TOO_LARGE = "needs more than {} MB of memory to be read; split it, or convert it to .txt."
_CRASHED = "crashes the program that reads it ({}); save it again, or convert it to .txt."


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one document may use, and what every MiB of it adds to that."""

    cpu_s: float = 10.0
    cpu_s_per_mb: float = 5.0
    #: A process that waits for something uses no processor, and on a loaded machine it waits for that.
    wall_s_per_cpu_s: float = 4.0
    memory_mb: int = 512
    memory_mb_per_mb: int = 96

    def seconds(self, size: int) -> float:
        """Processor time for a document of `size` bytes."""
        return self.cpu_s + self.cpu_s_per_mb * size / 2**20

    def megabytes(self, size: int) -> int:
        """Address space for a document of `size` bytes, MiB."""
        return self.memory_mb + self.memory_mb_per_mb * -(-size // 2**20)


class Converter:
    """One process that converts document after document; it is started when first needed, and again after a crash.

    Use it as a context manager, from one thread.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.started = 0
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def convert(self, content: bytes, suffix: str, name: str) -> DocumentText:
        """Turn a document into plain text. Raises DocumentError, whose sentence lacks the document's path."""
        seconds, megabytes = self.limits.seconds(len(content)), self.limits.megabytes(len(content))
        request = {"suffix": suffix, "name": name, "size": len(content), "cpu_s": seconds}
        request["memory_bytes"] = megabytes * 2**20
        process = self._running()
        with self._deadline(process, seconds * self.limits.wall_s_per_cpu_s) as expired:
            answer = _exchange(process, request, content)
        if answer is None:
            raise DocumentError(self._cause_of_death(process, seconds, megabytes, late=expired.is_set()))
        if expired.is_set():
            self.close()
        if "error" in answer:
            raise DocumentError(str(answer["error"]))
        return _checked(answer)

    def close(self) -> None:
        """End the process; safe to call twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not written yet has nowhere to go
                    pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        # The folder is one from which nobody imports anything, also through a relative entry of PYTHONPATH.
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        self.started += 1
        return self._process

    @contextmanager
    def _deadline(self, process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(seconds, expire)
        timer.start()
        try:
            yield expired
        except BaseException:
            self.close()  # it is in the middle of a document
            raise
        finally:
            timer.cancel()
            timer.join()

    def _cause_of_death(self, process: subprocess.Popen[bytes], seconds: float, megabytes: int, *, late: bool) -> str:
        status = process.wait()
        self.close()
        if late or status == -signal.SIGXCPU:
            return _TOO_SLOW.format(f"{seconds * self.limits.wall_s_per_cpu_s if late else seconds:.3g}")
        if status == worker.OUT_OF_MEMORY or status == -signal.SIGKILL:  # the system's own guard kills
            return _TOO_LARGE.format(megabytes)
        with suppress(ValueError):
            return _CRASHED.format(signal.Signals(-status).name)
        return _CRASHED.format(f"status {status}")


def _exchange(process: subprocess.Popen[bytes], request: dict[str, Any], content: bytes) -> dict[str, Any] | None:
    """Return the answer, or None if the process ended or said something else instead."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.write(content)
        process.stdin.flush()
        size = int(process.stdout.readline(32))
        answer = json.loads(process.stdout.read(min(size, request["memory_bytes"])))
    except (OSError, ValueError):
        process.kill()
        return None
    return answer if isinstance(answer, dict) else None


def _checked(answer: dict[str, Any]) -> DocumentText:
    """Return the document of an answer. What read it may be in anybody's hands, so nothing of it is taken on trust."""
    try:
        title, text = answer["title"], answer["text"]
        sections = tuple(
            Section(tuple(map(str, headings)), tuple((int(start), int(end)) for start, end in blocks))
            for headings, blocks in answer["sections"]
        )
        pages = tuple((int(start), int(number)) for start, number in answer["pages"])
        # A lone surrogate cannot be stored.
        document = DocumentText(_unicode(title), _unicode(text), sections, pages=pages)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise DocumentError(_CRASHED.format("an answer that makes no sense")) from error
    if not all(0 <= start < end <= len(text) for section in sections for start, end in section.blocks):
        raise DocumentError(_CRASHED.format("an answer that makes no sense"))
    return document


def _unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
