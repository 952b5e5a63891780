"""Starts `repartee` as a fork of a process that has its modules loaded.

Starting Python and importing is most of what a short command costs, and a third of a server's start. Whatever else may
differ from a command typed in a terminal keeps it from being started so: see `Forkserver.suits`.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.paths import ROOT

#: The ear of tests that are not about ears: it is there without any download, and its words depend neither on what is
#: there nor on how busy the processor is. And the reader of tests that are not about its threads has one: where every
#: core is busy with tests, several only wait for each other.
SETTINGS = {
    "REPARTEE_SPEECH_RECOGNIZER": "pocketsphinx",
    "POCKETSPHINX_EFFORT": "fixed",
    "REPARTEE_READER_THREADS": "1",
}

#: What most commands import, and a server, some of it only when it is needed.
LOADED = (
    "assistant.cli",
    "assistant.channels.web.server",
    "assistant.channels.wyoming.tasks",
    "assistant.commands.ask",
    "assistant.commands.knowledge",
    "assistant.commands.serve",
    "assistant.home.understanding.grammar",
    "assistant.library",
    "engines.reader.reader",
    "engines.runtimes.cpu.runtime",
    "knowledge.library",
    "knowledge.spelling",
    "num2words",
    "plugins.bert_cuda",
    "rich.progress",
    "rich.table",
    "safetensors",
    "tantivy",
    "uvicorn.lifespan.on",
)

#: Names of variables, and beginnings of them, that modules do not look at when they are imported.
HARMLESS = ("COLUMNS", "HOME", "PATH", "POCKETSPHINX_EFFORT", "REPARTEE_")

_MOST_BYTES = 1 << 16
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2): tests that are killed leave no server behind

Finished = subprocess.CompletedProcess[str]


class Process:
    """A command that was started, like `subprocess.Popen`."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self.pid = int(channel.recv(64))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, minus the signal's number where one ended it; None while it runs."""
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("repartee", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _status(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._channel], [], [], timeout)[0]:
            self.returncode = int(self._channel.recv(64))
            self._channel.close()
        return self.returncode


class Forkserver:
    """One process that others are forked from; started when first needed."""

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    @staticmethod
    def suits(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
        """Whether a command with these arguments in this environment, started here, may be a fork."""
        short = len(_request(arguments, environment)) < _MOST_BYTES
        return short and Path.cwd() == ROOT and all(name.startswith(HARMLESS) for name in environment)

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], stdin: int, stdout: int, stderr: int
    ) -> Process:
        """Start `repartee` with these arguments, environment and file descriptors."""
        if self._control is None:
            self._control = self._open()
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            handles = [theirs.fileno(), stdin, stdout, stderr]
            socket.send_fds(self._control, [_request(arguments, environment)], handles)
        return Process(mine)

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], given: str = "") -> Finished:
        """Run `repartee` to its end; `given` is its standard input."""
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            files[0].write(given.encode())
            files[0].seek(0)
            process = self.start(arguments, environment, *(file.fileno() for file in files))
            try:
                status = process.wait()  # as long as a test may take
            except BaseException:
                process.kill()
                raise
            for file in files:
                file.seek(0)
            _, output, errors = (file.read().decode() for file in files)
            return subprocess.CompletedProcess(["repartee", *arguments], status, output, errors)

    def close(self) -> None:
        """End the process; those that were forked from it run on."""
        if self._control is not None and self._server is not None:
            self._control.close()
            self._server.wait(60)
            self._control = None

    def _open(self) -> socket.socket:
        atexit.register(self.close)
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.forkserver", str(theirs.fileno())],
                cwd=ROOT,
                # With threads for its arithmetic a fork would lose them.
                env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        return mine


#: That of this process of tests.
FORKSERVER = Forkserver()


def start_server(
    home: Path, *arguments: str, env: Mapping[str, str], log: Path
) -> tuple[Process | subprocess.Popen[bytes], str]:
    """Run `repartee serve` with `env` beside what every command gets; return when it listens, with its URL."""
    given = ["--home", str(home), "serve", *arguments]
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(home.parent), **SETTINGS, **env}
    process: Process | subprocess.Popen[bytes]
    with log.open("wb") as output, Path(os.devnull).open("r+b") as nothing:
        if FORKSERVER.suits(given, clean):
            process = FORKSERVER.start(given, clean, nothing.fileno(), nothing.fileno(), output.fileno())
        else:
            process = subprocess.Popen([sys.executable, "-m", "assistant", *given], stderr=output, env=clean)
    deadline = time.monotonic() + 120  # on a busy machine
    while not (ready := re.search(r"^Listening on (\S+)$", log.read_text(), re.MULTILINE)):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(log.read_text())
        time.sleep(0.02)
    return process, ready[1]


def _request(arguments: Sequence[str], environment: Mapping[str, str]) -> bytes:
    return json.dumps([list(arguments), dict(environment)]).encode()


def _arguments(control: socket.socket) -> list[str]:
    """Fork for every request; returns in the forks only, with their arguments."""
    wake, woken = socket.socketpair()
    for end in (wake, woken):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno())
    running: dict[int, socket.socket] = {}
    libc = ctypes.CDLL(None)
    while True:
        for ready in select.select([control, wake], [], [])[0]:
            if ready is wake:
                wake.recv(4096)
                while running and (ended := os.waitpid(-1, os.WNOHANG))[0]:
                    with running.pop(ended[0]) as channel, contextlib.suppress(OSError):  # nobody may be waiting
                        channel.send(str(os.waitstatus_to_exitcode(ended[1])).encode())
                continue
            request, handles, _, _ = socket.recv_fds(control, _MOST_BYTES, 4)
            if not request:
                os._exit(0)
            channel = socket.socket(fileno=handles[0])
            if pid := os.fork():
                running[pid] = channel
                channel.send(str(pid).encode())
                for handle in handles[1:]:
                    os.close(handle)
                continue
            libc.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, handle in enumerate(handles[1:]):
                os.dup2(handle, number)
                os.close(handle)
            for each in (control, wake, woken, channel, *running.values()):
                each.close()
            arguments, environment = json.loads(request)
            os.environ.clear()
            os.environ.update(environment)
            random.seed()
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (it stays open)
            return list(arguments)


def _share_reader() -> None:
    """Load the reader as most commands do, and let that be the one that they load: its weights are in memory once.

    With one thread it has none that a fork would lose. What it costs, a command writes down where it always does.
    """
    from engines.reader.cost import CostModel
    from engines.reader.reader import Reader

    load, usual = Reader.load, {"runtime": "auto", "threads": int(SETTINGS["REPARTEE_READER_THREADS"]), "isa": ""}
    with tempfile.TemporaryDirectory() as folder:
        ready = [load(cache_dir=Path(folder), **usual)]
    if ready[0].runtime_name != "cpu":  # OpenVINO has threads of its own
        return

    def shared(path: str | None = None, *, cache_dir: Path, **options: object) -> Reader:
        if path is not None or options != usual or not ready:
            return load(path, cache_dir=cache_dir, **options)
        reader = ready.pop()
        for way in reader._ways:
            way._cost_file = cache_dir / "cost" / way._cost_file.name
            if way._cost_file.exists():
                way.cost = CostModel.load(way._cost_file, compiles=way.runtime.compiles)
            way.save()
        return reader

    Reader.load = shared


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    importlib.import_module("assistant.home.understanding.shared_sentences").load()  # once in a process
    _share_reader()
    gc.collect()
    gc.freeze()  # memory that forks share is not written to
    given = _arguments(socket.socket(fileno=int(sys.argv[1])))
    sys.argv = ["repartee", *given]
    from assistant.cli import main

    main(prog_name="repartee")
