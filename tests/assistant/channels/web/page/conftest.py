"""A real server, a real Chromium, and a microphone that hears what a recording says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import paho.mqtt.publish as mqtt
import pytest
import pytest_asyncio
import soundfile

from assistant.benches.page import find_chromium
from assistant.home.demo import Demo
from assistant.home.settings import HomeConfig
from tests.assistant.home.conftest import Mosquitto
from tests.forkserver import Process, start_server
from tests.paths import SAMPLES, TURNS
from tests.ports import free_port

HERE = Path(__file__).parent
CHROMIUM = find_chromium()
QUIET = (
    "--no-sandbox",  # the tests may run as root
    "--disable-quic",
    "--disable-gpu",  # there is none, and to imitate one costs more than to draw without
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
)
#: How often to look whether the page has come to where it should: each look costs the browser 2 ms of the processor.
LOOK_S = 0.03
#: The browser's own words for a connection that the server refused, and for a server that is gone.
REFUSED = ("WebSocket", "401")
GONE = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "ERR_CONTENT_LENGTH_MISMATCH",
)
HOSTILE = (
    "The password of the <b>old</b> <img src=x onerror=\"document.title='struck'\"> gatehouse is swordfish, and its "
    "porter is <script>document.title='struck'</script> Ada Quill."
)
LEVEL = "document.documentElement.style.getPropertyValue('--level')"
#: Keeps, before the page's own script runs, every state that the page passes and the loudest level that it shows: on a
#: busy machine both come and go between two looks.
WATCHED = f"""
window.passed = [];
window.reached = -1;
window.loudest = 0;
new MutationObserver((changes) => {{
  for (const {{ target, attributeName, oldValue }} of changes)
    if (attributeName === "data-state" && target === document.body && oldValue) passed.push(oldValue);
  loudest = Math.max(loudest, Number({LEVEL}));
}}).observe(document, {{ subtree: true, attributeFilter: ["data-state", "style"], attributeOldValue: true }});
"""
REACHED = """(states) => {
  const now = document.body?.dataset.state;
  const at = passed.findIndex((state, place) => place > reached && states.includes(state));
  if (states.includes(now)) { reached = passed.length; return now; }
  if (at < 0) return null;
  reached = at;
  return passed[at];
}"""
SETTINGS = """
[budget]
understand = 500
retrieve = 2000
read = 5000
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in one event loop: that of the browser which they share."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Server:
    """`repartee serve` as a process of its own, which can go and come back at the same address."""

    home: Path
    token: str = ""
    sessions: int = 50
    port: int = field(default_factory=free_port)
    broker: str = ""
    process: Process | subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        environment = {"REPARTEE_SERVE_TOKEN": self.token, "REPARTEE_SERVE_SESSIONS": str(self.sessions)}
        if self.broker:
            environment |= {"REPARTEE_HOME_BROKER": self.broker, "REPARTEE_HOME_HISTORY_DAYS": "0"}
        log = self.home / f"server-{self.port}.log"
        self.process, _ = start_server(self.home, "--port", str(self.port), env=environment, log=log)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory, repartee: Callable[..., Any]) -> Path:
    """A home whose library holds the sample documents and a hostile one."""
    home = tmp_path_factory.mktemp("home")
    (home / "repartee.toml").write_text(SETTINGS)
    (home / "gatehouse.txt").write_text(HOSTILE)
    assert repartee(home, "knowledge", "add", SAMPLES, home / "gatehouse.txt").returncode == 0
    return home


@pytest.fixture(scope="session")
def server(stocked: Path) -> Iterator[Server]:
    server = Server(stocked)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def guarded(stocked: Path) -> Iterator[Server]:
    """A server that asks for the token "open-sesame", which tests share."""
    server = Server(stocked, token="open-sesame")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def other_server(stocked: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server of a test's own."""
    started: list[Server] = []

    def start(**options: Any) -> Server:
        started.append(Server(stocked, **options))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@dataclass
class Living:
    """A virtual house on a broker of its own, and the server that knows it. The landing lamp does not answer."""

    broker: Mosquitto
    demo: Demo
    server: Server

    @property
    def url(self) -> str:
        return self.server.url

    def publish(self, topic: str, payload: object) -> None:
        """Publish something retained, as a device would."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        mqtt.single(topic, text, qos=1, retain=True, hostname="127.0.0.1", port=self.broker.port)

    def device(self, name: str) -> Any:
        """The virtual device of a name."""
        return next(device for device in self.demo.house.devices if device.name == name)


@contextlib.contextmanager
def living(stocked: Path, folder: Path, **options: Any) -> Iterator[Living]:
    """Run broker, house and server; the house in a thread of its own."""
    broker = Mosquitto(folder)
    broker.start()
    begun: queue.Queue[tuple[Demo, asyncio.AbstractEventLoop, asyncio.Task[None]]] = queue.Queue()

    async def live() -> None:
        demo = Demo(HomeConfig(), broker.url, silent=("Landing Lamp",))
        running = asyncio.create_task(demo.run())
        assert await demo.broker.wait_connected(60)
        begun.put((demo, asyncio.get_running_loop(), running))
        await asyncio.wait([running])

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    demo, loop, running = begun.get(timeout=60)
    server = Server(stocked, broker=broker.url, **options)
    try:
        server.start()
        yield Living(broker, demo, server)
    finally:
        server.stop()
        loop.call_soon_threadsafe(running.cancel)
        thread.join()
        broker.kill()


@pytest.fixture(scope="session")
def at_home(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """A house that tests share: each touches devices of its own."""
    with living(stocked, tmp_path_factory.mktemp("broker")) as one:
        yield one


@pytest.fixture
def own_house(stocked: Path, tmp_path: Path) -> Iterator[Callable[..., Living]]:
    """Runs a house of a test's own: `own_house(token="open-sesame")`."""
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(living(stocked, tmp_path / "broker", **options))


@dataclass
class Visit:
    """A page that is open, and everything that came and went since."""

    page: Any
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)

    async def is_(self, *states: str, within_s: float = 120) -> str:
        """Wait until the page is, or since the last such wait was, in one of the states."""
        try:
            async with asyncio.timeout(within_s):
                while not (state := await self.page.evaluate(REACHED, list(states))):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            passed = await self.page.evaluate("[...passed, document.body.dataset.state]")
            raise AssertionError(f"The page passed {passed}, not {' or '.join(states)}.") from None
        return str(state)

    async def until(self, expression: str, *, within_s: float = 120) -> Any:
        """Wait until a JavaScript expression is true; return it. (The page's policy forbids Playwright's own way.)"""
        async with asyncio.timeout(within_s):
            while not (value := await self.page.evaluate(expression)):
                await asyncio.sleep(LOOK_S)
        return value

    async def loudest(self, at_least: float, within_s: float = 120) -> None:
        """Wait until the page has shown the microphone or the voice to be this loud."""
        await self.until(f"loudest >= {at_least}", within_s=within_s)

    async def ask(self, question: str) -> None:
        await self.page.fill("#question", question)
        await self.page.press("#question", "Enter")

    def of(self, events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
        return [event for event in events if event["type"] == kind]

    async def event(self, kind: str, *, count: int = 1, within_s: float = 120) -> dict[str, Any]:
        """Wait for the server's event of a kind."""
        async with asyncio.timeout(within_s):
            while len(found := self.of(self.received, kind)) < count:
                await asyncio.sleep(0.01)
        return found[count - 1]


async def another_tab(page: Any) -> Any:
    """Open the page in another tab of the same browser, as a person does; return it when it is ready."""
    async with page.context.expect_page() as opening:
        await page.evaluate("void window.open(location.href, '_blank', 'noopener')")
    other = await opening.value
    await other.wait_for_selector("body[data-state=ready]")
    return other


class Browsers:
    """Chromium, started once for each set of flags that tests ask for, and the driver that steers all of them."""

    def __init__(self, driver: Any) -> None:
        self._driver, self._running = driver, {}

    async def with_flags(self, *flags: str) -> Any:
        """Return the browser of these flags, which tests share: each opens a context of its own in it."""
        if flags not in self._running:
            self._running[flags] = await self.start(*flags)
        return self._running[flags]

    async def start(self, *flags: str) -> Any:
        return await self._driver.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *flags])

    async def close(self) -> None:
        for browser in self._running.values():
            await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Browsers]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; the page is tested in it: apt-get install chromium")
    playwright = pytest.importorskip(
        "playwright.async_api", reason="playwright drives Chromium: pip install playwright"
    )
    async with playwright.async_playwright() as driver:
        running = Browsers(driver)
        yield running
        await running.close()


Visitor = Callable[..., Awaitable[Visit]]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browsers: Browsers) -> AsyncIterator[Visitor]:
    """Opens a page in Chromium: `hears` is a recording for the microphone, `allowed` whether it may be used.

    `before` is JavaScript that runs before the page's own; `server_goes` is for tests that stop the server meanwhile.
    The page is the first of a context, so that nothing of the tests before is kept for it; where the microphone hears a
    recording it is the first of a browser.
    """
    visits: list[tuple[Visit, tuple[str, ...]]] = []
    async with AsyncExitStack() as stack:

        async def open_page(
            url: str,
            *,
            hears: Path | None = None,
            allowed: bool = True,
            before: str = "",
            server_goes: bool = False,
            width: int = 1100,
            height: int = 800,
            **options: Any,
        ) -> Visit:
            flags = ["--use-fake-ui-for-media-stream" + ("" if allowed else "=deny")]
            if hears is not None:
                browser = await browsers.start(*flags, f"--use-file-for-fake-audio-capture={hears}%noloop")
                stack.push_async_callback(browser.close)
            else:
                browser = await browsers.with_flags(*flags)
            context = await browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.push_async_callback(context.close)
            context.set_default_timeout(120_000)
            page = await context.new_page()
            one = Visit(page)
            visits.append((one, REFUSED + GONE if server_goes else REFUSED))
            page.on("request", lambda request: one.requests.append(request.url))
            page.on("pageerror", lambda error: one.problems.append(str(error)))
            page.on("console", lambda said: one.problems.append(said.text) if said.type == "error" else None)

            def watch(socket: Any) -> None:
                one.sockets.append(socket.url)
                socket.on("framesent", lambda data: one.sent.append(json.loads(data)))
                socket.on("framereceived", lambda data: one.received.append(json.loads(data)))

            page.on("websocket", watch)
            await page.add_init_script(WATCHED)
            if before:
                await page.add_init_script(before)
            await page.goto(url)
            return one

        yield open_page
    for one, expected in visits:
        assert [problem for problem in one.problems if not any(words in problem for words in expected)] == []


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., Path]:
    """Writes a WAV file of recorded questions, by their text, and seconds of silence between them."""
    lines = [json.loads(line) for line in (TURNS / "turns.jsonl").read_text(encoding="utf-8").splitlines()]
    files = {line["text"]: TURNS / line["file"] for line in lines}

    def record(*parts: str | float) -> Path:
        rate = 16_000
        room = np.random.default_rng(1)
        pcm = [
            soundfile.read(files[part], dtype="int16")[0]
            if isinstance(part, str)
            else room.normal(0, 10, int(part * rate)).astype(np.int16)
            for part in parts
        ]
        soundfile.write(tmp_path / "microphone.wav", np.concatenate(pcm), rate, subtype="PCM_16")
        return tmp_path / "microphone.wav"

    return record
