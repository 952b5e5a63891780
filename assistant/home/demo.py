"""A Mosquitto of its own and a virtual house on it, for who has neither broker nor devices."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from assistant.home.broker import Broker, NotSentError
from assistant.home.mqtt.address import DEMO_FILE
from assistant.home.settings import HomeConfig
from assistant.home.virtual_house import House
from engines.errors import ReparteeError
from engines.files import private_folder, write_whole

STEP_S = 0.25  #: how often the virtual house moves
START_S = 10.0
_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


@contextlib.contextmanager
def mosquitto(port: int = 0, *, attempts: int = 3) -> Iterator[str]:
    """Run a Mosquitto that only this machine can reach, on `port` or a free one; the value is its URL.

    Raises ReparteeError where there is none, or it does not start.
    """
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path=_PLACES)
    if program is None:
        raise ReparteeError(
            "The broker Mosquitto is not installed: apt-get install mosquitto, or name a broker of yours under [home]."
        )
    with tempfile.TemporaryDirectory(prefix="repartee-mosquitto-") as folder:
        Path(folder).chmod(0o755)  # as root, Mosquitto becomes another user before it reads
        for attempt in range(attempts):
            chosen = port or _free_port()
            settings = Path(folder, "mosquitto.conf")
            settings.write_text(
                f"listener {chosen} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n"
                "max_queued_messages 0\nlog_type error\n",
                encoding="utf-8",
            )
            with Path(folder, "log").open("wb") as log:
                process = subprocess.Popen(
                    [program, "-c", str(settings)],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for us: the house says goodbye while its broker still runs
                )
            try:
                if _answers(chosen, process):
                    yield f"mqtt://127.0.0.1:{chosen}"
                    return
            finally:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if attempt == attempts - 1:
                said = Path(folder, "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
                raise ReparteeError(f"Mosquitto does not start: {said[-1] if said else 'it says nothing'}.")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return process.poll() is None
        time.sleep(0.02)
    return False


@contextlib.contextmanager
def announced(folder: Path, url: str) -> Iterator[None]:
    """Tell the other commands of the home `folder` where the demo's broker is, while this lasts."""
    file = folder / DEMO_FILE
    private_folder(folder)
    write_whole(file, json.dumps({"url": url, "pid": os.getpid()}).encode(), private=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(file.read_text(encoding="utf-8"))["pid"] == os.getpid():
                file.unlink()


class Demo:
    """A virtual house that lives on a broker. `heard` are the last commands, the newest last."""

    def __init__(self, settings: HomeConfig, url: str, *, silent: tuple[str, ...] = ()) -> None:
        self.house = House(settings.prefix, silent=silent)
        self.heard: deque[str] = deque(maxlen=5)
        self.commands = 0
        self._status_topic = f"{settings.prefix}/status"
        self._woken = asyncio.Event()
        self._announce = False
        self.broker = Broker(settings, url, receive=self._receive, linked=self._linked, will=self.house.will)
        self.broker.subscribe(self.house.subscriptions)

    def _linked(self, up: bool) -> None:
        self._announce |= up
        self._woken.set()

    def _receive(self, topic: str, payload: bytes, retained: bool) -> None:
        text = payload[:1000].decode(errors="replace")
        if topic == self._status_topic:
            self._announce |= text == "online" and not retained
            self._woken.set()
            return
        device = self.house.receive(topic, text)
        if device is not None:
            self.commands += 1
            what = topic.split("/")[2]
            self._woken.set()
            self.heard.append(f"{device.name}: {what} {text}{'' if device.answers else '   (does not answer)'}")

    async def run(self) -> None:
        """Live until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.broker.run())
            group.create_task(self._live())

    async def _live(self) -> None:
        last = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), STEP_S)
            self._woken.clear()
            now = time.monotonic()
            self.house.tick(now - last)
            last = now
            if self._announce:
                self._announce = False
                messages = self.house.announcement()
            else:
                messages = self.house.news()
            try:
                for message in messages:
                    await self.broker.publish(message, retain=True)
            except NotSentError:  # all of it again, with the next step: else nobody would learn of it
                self._announce = True

    async def remove(self) -> None:
        """Take every trace of the house off the broker."""
        with contextlib.suppress(NotSentError):
            for message in self.house.removal():
                await self.broker.publish(message, retain=True)
