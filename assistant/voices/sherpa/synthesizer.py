"""A voice of sherpa-onnx (extra `[voices]`) behind the `Synthesizer` protocol; it speaks in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from assistant.turn.budget import DEFAULT_SLOTS
from assistant.voices.sherpa.model import read_voice
from assistant.voices.sherpa.worker import DONE, FAILED, HEADER, READY, SOUND
from assistant.voices.voice import SpeakingThread, VoiceError
from engines.processes import python_environment, python_module

logger = logging.getLogger(__name__)

PATIENCE_S = 60.0  # with a process that has a clause to speak and sends nothing
TRIED = "Yes, it is."  # about as long as a reply's first clause
MOST_THREADS = 4
MISSING = "Voices of sherpa-onnx need it; install it with: pip install 'repartee[voices]'."


class _DiedError(Exception):
    """The process ended; its last words."""


class SherpaVoice:
    """A piper, VITS, Matcha, Kokoro or Kitten voice in a folder. Made by `load`."""

    name = "sherpa"

    def __init__(self, folder: Path, *, speed: float = 1.0, speaker: int = 0) -> None:
        self._folder, self._speed, self._speaker = folder, speed, speaker
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: Any = None
        self._closed = False
        model = read_voice(folder)
        self.rate = model.rate
        if not 0 <= speaker < model.speakers:
            raise VoiceError(f"The voice in {folder} has no speaker {speaker}; expected 0 to {model.speakers - 1}.")
        self._thread = SpeakingThread()

    @classmethod
    def load(cls, folder: Path, *, speed: float = 1.0, speaker: int = 0) -> SherpaVoice:
        """Return the voice in a folder, as sherpa-onnx publishes it, ready to speak. Blocking, a second or so.

        Says in the log where this machine cannot keep the slot of the first sound. Raises VoiceError where the extra
        is missing, a file is missing or damaged, or it does not run here.
        """
        if find_spec("sherpa_onnx") is None:
            raise VoiceError(MISSING)
        voice = cls(folder, speed=speed, speaker=speaker)
        try:
            took_ms = voice._first_sound_ms()
        except BaseException:
            voice._end()
            raise
        slot_ms = DEFAULT_SLOTS["first_audio"]
        if took_ms > slot_ms:
            logger.warning(
                "The voice in %s takes %.0f ms to its first sound on this machine, and the slot is %.0f ms.",
                *(folder, took_ms, slot_ms),
            )
        return voice

    def stream(self, text: str, *, speed: float = 1.0) -> AsyncGenerator[bytes, None]:
        """Yield int16 mono PCM at `rate` Hz, clause by clause."""
        return self._thread.stream(text, partial(self._speak, speed=speed), self.rate)

    async def close(self) -> None:
        """End the process; safe to call twice."""
        await asyncio.to_thread(self._end)

    def _first_sound_ms(self) -> float:
        """Speak a short clause, once to warm up; return how long its first sound took the second time."""
        sounded_s = 0.0

        def sink(_pcm: bytes) -> bool:
            nonlocal sounded_s
            sounded_s = sounded_s or time.perf_counter()
            return True

        self._speak(TRIED, sink)
        sounded_s, before_s = 0.0, time.perf_counter()
        self._speak(TRIED, sink)
        return 1000 * (sounded_s - before_s)

    def _speak(self, clause: str, sink: Callable[[bytes], bool], *, speed: float = 1.0) -> None:
        with self._lock:
            try:
                self._speak_once(clause, sink, speed)
            except _DiedError:
                logger.warning("The process of the voice in %s died and is replaced.", self._folder)
                try:
                    self._speak_once(clause, sink, speed)
                except _DiedError as again:
                    raise VoiceError(f"The voice in {self._folder} does not run here: {again}.") from again

    def _speak_once(self, clause: str, sink: Callable[[bytes], bool], speed: float) -> None:
        """Speak a clause. What was heard of it before its process died is not taken back: it begins again."""
        process = self._started()
        assert process.stdin is not None
        self._send({"text": clause, "speed": self._speed * speed, "speaker": self._speaker})
        wanted = True
        while True:
            kind, payload = self._receive()
            if kind == DONE:
                return
            if kind == FAILED:
                raise VoiceError(payload.decode())
            if kind == SOUND and wanted and not sink(payload):
                wanted = False
                with contextlib.suppress(OSError):
                    process.stdin.write(b"\n")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise VoiceError("The voice was closed; load it again.")
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._end_process()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        try:
            self._process = subprocess.Popen(
                python_module("assistant.voices.sherpa.worker"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                bufsize=0,
                env=python_environment() | {"OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise VoiceError(f"The voice's process could not be started ({error.strerror}).") from error
        threads = max(1, min(MOST_THREADS, (os.cpu_count() or 1) // 2))
        self._send({"folder": str(self._folder), "threads": threads})
        kind, payload = self._receive()
        if kind != READY:
            raise VoiceError(payload.decode())
        return self._process

    def _send(self, line: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
        except OSError as error:
            raise _DiedError(self._last_words()) from error

    def _receive(self) -> tuple[int, bytes]:
        kind, size = HEADER.unpack(self._exactly(HEADER.size))
        return kind, self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        data = b""
        while len(data) < size:
            if not select.select([self._process.stdout], [], [], PATIENCE_S)[0]:
                self._end_process()
                raise _DiedError(f"it sent nothing for {PATIENCE_S:.0f} s")
            piece = self._process.stdout.read(size - len(data))
            if not piece:
                raise _DiedError(self._last_words())
            data += piece
        return data

    def _last_words(self) -> str:
        """Return the last line that the process wrote to its standard error."""
        assert self._process is not None
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300].rstrip(".") if lines else f"its process ended with status {self._process.returncode}"

    def _end(self) -> None:
        with self._lock:
            self._closed = True
            self._end_process()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, self._errors):
                assert stream is not None
                with contextlib.suppress(OSError):
                    stream.close()
