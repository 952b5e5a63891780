"""Fixtures that every room's tests share."""

import contextlib
import gc
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, settings

from tests.forkserver import FORKSERVER, SETTINGS, Process, start_server
from tests.paths import SAMPLES
from tests.postgres import Database, database

# However slow the machine is, no example fails for it; and CI tries the same ones each time.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("tests")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell starts what runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)


PAGE = "tests/assistant/channels/web/page/"

#: Files that take long, the longest first. They begin first, so that at the end no process works on one of them alone.
LONG = (
    PAGE,
    "tests/assistant/recognizers/sphinx/test_recognizer.py",
    "tests/assistant/benches/",
    "tests/assistant/dialogue/test_conversation.py",
    "tests/assistant/channels/web/test_server.py",
    "tests/assistant/commands/test_demo.py",
    "tests/assistant/commands/test_listen.py",
    "tests/assistant/commands/test_ask.py",
    "tests/assistant/channels/web/http/test_leaving.py",
    "tests/assistant/voices/test_voice.py",
    "tests/plugins/test_sanitizers.py",
    "tests/assistant/commands/",
    "tests/assistant/recognizers/sphinx/",
    "tests/engines/benches/",
    "tests/plugins/",
    "tests/assistant/recognizers/",
    "tests/assistant/home/",
    "tests/assistant/channels/",
    "tests/test_house.py",
    "tests/assistant/audio/",
    "tests/knowledge/",
    "tests/engines/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((at for at, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG)))


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, not among thousands of tests and the modules they need."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Of several processes each takes whole files, and one of them all of the page's: they share a browser."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return PAGE if file.startswith(PAGE) else file

    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def plain_ear() -> Iterator[None]:
    """Let "auto" be pocketsphinx, and one thread read, in this process and in those that inherit its environment."""
    from assistant.recognizers import choose

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choose, "best_installed", lambda *_: choose.POCKETSPHINX)
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def repartee() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real command: `repartee(home, "ask", "Why?", env={...}, before=["setpriv", ...])`."""

    def run(home: Path, *arguments: object, env: dict[str, str] | None = None, before: tuple[str, ...] = (), **options):
        given = ["--home", str(home), *map(str, arguments)]
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(home.parent), "COLUMNS": "100"} | SETTINGS | (env or {})
        if not before and options.keys() <= {"input"} and FORKSERVER.suits(given, clean):
            return FORKSERVER.run(given, clean, options.get("input", ""))
        call = [*before, sys.executable, "-m", "assistant", *given]
        options = {"stdin": subprocess.DEVNULL} | options if "input" not in options else options
        return subprocess.run(call, capture_output=True, text=True, env=clean, check=False, **options)

    return run


@pytest.fixture(scope="session")
def samples_home(tmp_path_factory, repartee) -> Path:
    """A home that knows the bundled documents, with warm caches; read it, do not change it."""
    home = tmp_path_factory.mktemp("samples") / "home"
    added = repartee(home, "knowledge", "add", SAMPLES)
    assert added.returncode == 0, added.stderr
    return home


@pytest.fixture
def own_home(samples_home, tmp_path) -> Path:
    """A copy of `samples_home` that a test may change."""
    return Path(shutil.copytree(samples_home, tmp_path / "home"))


@pytest.fixture
def shared() -> Iterator[Database]:
    """A database of PostgreSQL for stores that a test's servers share."""
    with database() as made:
        yield made


@pytest.fixture
def no_rest(monkeypatch) -> None:
    """Let a bench neither warm up nor wait for rest: whoever asks for this looks at rows, not at figures."""
    from engines.benches import engine as bench

    monkeypatch.setattr(bench, "SETTLE_S", 0.0)
    monkeypatch.setattr(bench, "REST_S", 0.0)
    monkeypatch.setattr(bench, "WARM_UP", 1)


@dataclass
class Served:
    """A running `repartee serve`."""

    url: str
    process: Process | subprocess.Popen[bytes]
    log: Path

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/v1/realtime"

    def memory_mb(self) -> float:
        """Resident memory of the server alone, without the recognizer's workers."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@pytest.fixture(scope="session")
def serve(tmp_path_factory) -> Callable[..., contextlib.AbstractContextManager[Served]]:
    """Run the real server on a free port: `with serve(home, "--insecure", env={...}) as served:`."""

    @contextlib.contextmanager
    def run(home: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[Served]:
        log = tmp_path_factory.mktemp("serve") / "log"
        process, url = start_server(home, "--port", "0", *arguments, env=env or {}, log=log)
        try:
            yield Served(url, process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    return run


#: Four passages, and slots in which all of them are read however busy the machine is. A turn that runs out of its slot
#: reads fewer, and may then quote "41 metres" where another quotes "41 metres tall".
UNHURRIED = {
    "REPARTEE_BUDGET_RETRIEVE": "60000",
    "REPARTEE_BUDGET_READ": "60000",
    "REPARTEE_READER_PASSAGES": "4",
}


@pytest.fixture(scope="session")
def served(serve, samples_home) -> Iterator[Served]:
    """A server that knows the bundled documents and takes its time to read, shared by all tests that do not hurt it."""
    with serve(samples_home, env=UNHURRIED) as running:
        yield running


class Hub(ThreadingHTTPServer):
    """A small Hugging Face hub. `models`: name → folder; `fetched`: the files whose contents were sent.

    `cuts`: files whose next transfer breaks off, and after how many bytes; `starts`: where each transfer began.
    """

    daemon_threads = True

    def __init__(self, models: dict[str, Path]) -> None:
        super().__init__(("127.0.0.1", 0), HubRoutes)
        self.models, self.fetched = models, []
        self.cuts: dict[str, int] = {}
        self.starts: list[tuple[str, int]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class HubRoutes(BaseHTTPRequestHandler):
    """Model information, file heads and file contents, as the hub serves them."""

    server: Hub
    protocol_version = "HTTP/1.1"
    COMMIT = "c" * 40

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, *, body):
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/api/models/"):
            name, _, rest = path.removeprefix("/api/models/").partition("/revision/")
            if rest.startswith("tree") or "/tree/" in name:
                name = name.partition("/tree/")[0]
                return self.send(200, json.dumps(self.tree(name)).encode(), body, {})
            if problem := self.problem(name, rest or "main"):
                return self.send(*problem, body, {"X-Error-Code": problem[1].decode()})
            files = [self.sibling(name, file["path"]) for file in self.tree(name)]
            info = {"id": name, "modelId": name, "sha": self.COMMIT, "private": False, "tags": [], "siblings": files}
            return self.send(200, json.dumps(info).encode(), body, {})
        name, _, rest = path.removeprefix("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        if problem := self.problem(name, revision):
            return self.send(*problem, body, {"X-Error-Code": problem[1].decode()})
        if not (self.server.models[name] / file).is_file():
            return self.send(404, b"EntryNotFound", body, {"X-Error-Code": "EntryNotFound"})
        return self.send_file(self.server.models[name] / file, body)

    def send_file(self, path, body):
        content, file = path.read_bytes(), path.name
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": self.COMMIT}
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        if body:
            self.server.fetched.append(file)
            self.server.starts.append((file, start))
            if (cut := self.server.cuts.pop(file, None)) is not None:
                self.send(206 if start else 200, content[start:], False, headers)
                self.wfile.write(content[start : start + cut])
                self.close_connection = True
                return None
        return self.send(206 if start else 200, content[start:], body, headers)

    def sibling(self, name, file):
        content = (self.server.models[name] / file).read_bytes()
        row = {"rfilename": file, "size": len(content)}
        row["blobId"] = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
        if file.endswith(".onnx"):
            row["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
        return row

    def problem(self, name, revision):
        if name == "acme/gated":
            return 403, b"GatedRepo"
        if name not in self.server.models:
            return 404, b"RepoNotFound"
        return None if revision in ("main", self.COMMIT) else (404, b"RevisionNotFound")

    def tree(self, name):
        files = sorted(path for path in self.server.models[name].iterdir() if path.is_file())
        return [{"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0" * 40} for file in files]

    def send(self, status, content, body, headers):
        self.send_response(status)
        for key, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def serve_hub() -> Iterator[Callable[[dict[str, Path]], Hub]]:
    """Run a hub on a free port that has these models: `serve_hub({"owner/name": folder})`."""
    with contextlib.ExitStack() as running:

        def run(models: dict[str, Path]) -> Hub:
            hub = running.enter_context(Hub(models))
            running.callback(hub.shutdown)
            threading.Thread(target=hub.serve_forever, daemon=True).start()
            return hub

        yield run
