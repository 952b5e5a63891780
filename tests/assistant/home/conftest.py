"""A Mosquitto of the test's own, a witness that sees every message on it, and the grammar of a module's house."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from assistant.home.house_file import HouseFile
from assistant.home.understanding.grammar import Grammar
from tests.ports import free_port

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Mosquitto:
    """A broker on a port of its own. `extra` are lines of its configuration."""

    def __init__(self, folder: Path, *extra: str, scheme: str = "mqtt") -> None:
        if MOSQUITTO is None:
            pytest.skip("needs the broker Mosquitto: apt-get install mosquitto")
        self.port = free_port()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._folder = folder
        folder.mkdir(exist_ok=True)
        lines = [f"listener {self.port} 127.0.0.1", "set_tcp_nodelay true", "user root", *extra]
        if not any("password_file" in line for line in extra):
            lines.append("allow_anonymous true")
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", self._folder / "mosquitto.conf"], stderr=log)
        for _ in range(6000):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert self._process.poll() is None, self.log()
            time.sleep(0.01)
        raise AssertionError(self.log())

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        """End it as an operating system does, with time to write what it keeps."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(60)
        self._process = None

    def kill(self) -> None:
        """End it without a goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return (self._folder / "log").read_text()


class Witness:
    """A client that is not ours: it keeps every message it sees and may answer some, on a thread of its own.

    `answers` maps a topic to what is published (topic, payload) when something comes on it.
    """

    def __init__(self, broker: Mosquitto, *, persistent: bool = False) -> None:
        self.seen: list[tuple[str, str, bool]] = []
        self.answers: dict[str, Callable[[str], tuple[str, str] | None]] = {}
        self._came = threading.Condition()
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id="witness" if persistent else None,
            clean_session=not persistent,
        )
        self._client.reconnect_delay_set(0.05, 0.2)
        self._client.on_message = self._keep
        subscribed = threading.Event()
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        assert subscribed.wait(60)

    def _keep(self, client, _, message) -> None:
        text = message.payload.decode(errors="replace")
        with self._came:
            self.seen.append((message.topic, text, message.retain))
            self._came.notify_all()
        answer = self.answers.get(message.topic)
        if answer and (reply := answer(text)):
            client.publish(*reply, retain=True)

    def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        """Publish and wait until the broker has it."""
        self._client.publish(topic, payload, 1, retain).wait_for_publish(60)

    def on(self, topic: str) -> list[str]:
        with self._came:
            return [payload for each, payload, _ in self.seen if each == topic]

    def wait_for(self, topic: str, count: int = 1, timeout: float = 60) -> list[str]:
        """Wait until `count` messages came on a topic, and return all of them."""
        with self._came:
            enough = self._came.wait_for(lambda: sum(each == topic for each, _, _ in self.seen) >= count, timeout)
        assert enough, f"{topic}: {self.on(topic)}"
        return self.on(topic)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def make_mosquitto(tmp_path) -> Iterator[Callable[..., Mosquitto]]:
    """Start a broker with these lines in its configuration: `make_mosquitto("persistence true")`."""
    with contextlib.ExitStack() as running:

        def make(*extra: str, **options) -> Mosquitto:
            broker = Mosquitto(tmp_path / f"broker-{free_port()}", *extra, **options)
            broker.start()
            running.callback(broker.kill)
            return broker

        yield make


@pytest.fixture
def mosquitto(make_mosquitto) -> Mosquitto:
    """A broker that anybody may use."""
    return make_mosquitto()


@pytest.fixture
def make_witness() -> Iterator[Callable[..., Witness]]:
    """Watch a broker: `make_witness(broker)`."""
    with contextlib.ExitStack() as watching:

        def make(broker: Mosquitto, **options) -> Witness:
            witness = Witness(broker, **options)
            watching.callback(witness.close)
            return witness

        yield make


@pytest.fixture
def witness(make_witness, mosquitto) -> Witness:
    """A witness of `mosquitto`."""
    return make_witness(mosquitto)


@pytest.fixture(scope="module")
def grammar(house: HouseFile) -> Grammar:
    """The grammar of the house that a test module gives as its own fixture `house`."""
    return Grammar.build(house.entities, house.areas, house.floors, house.aliases)
