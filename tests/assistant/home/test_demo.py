"""The virtual house in a terminal: Ctrl-C, which every process of the terminal gets, ends it in order."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

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
            _, errors = demo.communicate(timeout=30)
            assert (demo.returncode, errors) == (0, b"")
            assert time.monotonic() - began < 10
            assert not (tmp_path / "home-demo.json").exists()
        finally:
            demo.kill()
