"""The virtual house in a terminal: Ctrl-C, which every process of the terminal gets, ends it in order."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from assistant.home import demo as module
from assistant.home.broker import NotSentError
from assistant.home.demo import Demo
from assistant.home.settings import HomeConfig
from tests.assistant.home.conftest import MOSQUITTO


@pytest.mark.skipif(MOSQUITTO is None, reason="needs the broker Mosquitto: apt-get install mosquitto")
def test_ctrl_c_ends_the_house_and_leaves_nothing(tmp_path):
    call = [sys.executable, "-m", "assistant", "--home", str(tmp_path), "home", "demo"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as demo:
        try:
            assert b"A virtual house lives at" in demo.stdout.readline()
            assert json.loads((tmp_path / "home-demo.json").read_text())
            began = time.monotonic()
            os.killpg(demo.pid, signal.SIGINT)
            _, errors = demo.communicate(timeout=60)
            assert (demo.returncode, errors) == (0, b"")
            assert time.monotonic() - began < 30
            assert not (tmp_path / "home-demo.json").exists()
        finally:
            demo.kill()


async def test_what_a_busy_broker_did_not_take_is_told_again(monkeypatch):
    monkeypatch.setattr(module, "STEP_S", 0.001)
    demo = Demo(HomeConfig(), "mqtt://127.0.0.1:1")
    taken, refused = set(), 0

    async def publish(message, *, retain):
        nonlocal refused
        if message not in taken and refused < 3 and len(taken) > 10:  # in the middle of the announcement
            refused += 1
            raise NotSentError("Nothing was sent: too much is under way.")
        taken.add(message)

    monkeypatch.setattr(demo.broker, "publish", publish)
    demo._linked(True)
    whole = {message.topic for message in demo.house.announcement()}
    living = asyncio.create_task(demo._live())
    async with asyncio.timeout(60):
        while {message.topic for message in taken} != whole:
            await asyncio.sleep(0.001)
    living.cancel()
    assert refused == 3
