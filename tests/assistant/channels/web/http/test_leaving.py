"""Clients that leave, or stay and do not read, over the real server: nobody else waits for them."""

import contextlib
import io
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import soundfile

from tests.assistant.channels.web.http.test_http import call, form
from tests.paths import SPEECH

SHORT = {"input": "Next.", "response_format": "pcm"}
LONG = "The lighthouse is forty one metres tall, and it has one hundred and ninety six steps. " * 47


@pytest.fixture(scope="module")
def own(serve, samples_home) -> Iterator:
    """A server for these tests alone, which measure what it works."""
    with serve(samples_home) as served:
        yield served


def post(served, path: str, body: bytes, kind: str) -> socket.socket:
    """Send a request and read nothing of the answer."""
    address = urlsplit(served.url)
    line = socket.create_connection((address.hostname, address.port), timeout=60)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    head = f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    line.sendall(f"{head}\r\n".encode() + body)
    return line


def speech(served, **options: str) -> socket.socket:
    return post(served, "/v1/audio/speech", json.dumps({"input": LONG} | options).encode(), "application/json")


def ticks(served) -> int:
    """Processor time that the server and its recognizers have used, in ticks of 10 ms."""
    pids = [served.process.pid]
    children = Path(f"/proc/{served.process.pid}/task").glob("*/children")
    pids += [int(pid) for file in children for pid in file.read_text().split()]
    used = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used += int(fields[11]) + int(fields[12])
    return used


def rests(served, seconds: float) -> bool:
    """Whether the server has nothing to do any more within a time: half a second with a tenth of a processor."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        before = ticks(served)
        time.sleep(0.5)
        if ticks(served) - before < 5:
            return True
    return False


@pytest.mark.parametrize("wanted", ["mp3", "pcm"])
def test_nothing_more_is_spoken_for_clients_that_left(own, wanted: str) -> None:
    assert len(call(f"{own.url}/v1/audio/speech", SHORT)[2]) > 5_000  # the voice is loaded
    assert rests(own, 120)
    before = ticks(own)
    lines = [speech(own, response_format=wanted) for _ in range(6)]
    time.sleep(0.3)
    for line in lines:
        line.close()
    assert len(call(f"{own.url}/v1/audio/speech", SHORT)[2]) > 5_000
    assert rests(own, 120)
    assert ticks(own) - before < 600  # six such texts take the voice for more than half a minute
    assert "Traceback" not in own.log.read_text()


def test_nothing_more_is_recognised_for_clients_that_left(own) -> None:
    clip, _ = soundfile.read(SPEECH / "railway-rms.flac", dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, np.tile(clip, 40), 16_000, format="FLAC")
    body, kind = form("long.flac", file.getvalue())
    assert rests(own, 120)
    before = ticks(own)
    lines = [post(own, "/v1/audio/transcriptions", body, kind) for _ in range(4)]
    give_up = time.monotonic() + 60
    while ticks(own) - before < 50:  # they are being recognised
        assert time.monotonic() < give_up
        time.sleep(0.05)
    for line in lines:
        line.close()
    assert rests(own, 120)
    assert ticks(own) - before < 3_000  # these fourteen minutes take the recognizers for several
    assert call(f"{own.url}/health")[0] == 200
    assert "Traceback" not in own.log.read_text()


def test_who_does_not_listen_keeps_the_voice_from_nobody_and_the_server_from_no_end(own) -> None:
    """The last one here: it ends the server."""
    lines = [speech(own, response_format="wav") for _ in range(8)]
    for line in lines:
        assert line.recv(12) == b"HTTP/1.1 200"
    assert len(call(f"{own.url}/v1/audio/speech", SHORT)[2]) > 5_000
    for line in lines[:4]:
        line.close()
    own.process.send_signal(signal.SIGTERM)
    assert own.process.wait(60) == 0
    for line in lines[4:]:
        line.close()
    assert "Traceback" not in own.log.read_text()
    assert "already running" not in own.log.read_text()
