"""What `make run` shows: documents added, a spoken question heard, answered aloud and in print, then a prompt."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest
import soundfile

from assistant.recognizers.whisper.weights import installed, runs_here
from tests.conftest import UNHURRIED

#: Named, so that nothing is offered.
EAR_HERE = {"REPARTEE_SPEECH_RECOGNIZER": "whisper" if runs_here() and installed() else "pocketsphinx"}
ENV = {"PATH": "/usr/bin:/bin", "COLUMNS": "100"} | UNHURRIED


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """One home for all runs: the first makes everything, the others find it in place."""
    return tmp_path_factory.mktemp("home")


def test_without_a_terminal_it_answers_and_ends(home, repartee):
    result = repartee(home, "demo", env=ENV | {"REPARTEE_SPEECH_RECOGNIZER": "auto"})  # as after `make install`
    assert result.returncode == 0, result.stderr
    assert "13 documents, " in result.stdout
    assert "heard  " in result.stdout
    assert re.search("»41 metres(?: tall)?«", result.stdout)
    assert all(
        stage in result.stdout for stage in ("recognise", "understand", "retrieve", "read", "first_audio", "total")
    )
    assert "? " not in result.stdout.splitlines()[-1]
    pcm, rate = soundfile.read(home / "demo" / "reply.wav", dtype="int16")
    assert len(pcm) > rate
    assert not (home / "knowledge.db").exists(), "the user's own store is not touched"


def test_on_a_terminal_it_offers_a_prompt_that_understands_follow_ups(home):
    leader, follower = pty.openpty()
    call = [sys.executable, "-m", "assistant", "--home", str(home), "demo"]
    environment = ENV | EAR_HERE | {"HOME": str(home), "TERM": "xterm"}
    process = subprocess.Popen(call, stdin=follower, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    screen = Screen(leader)
    try:
        shown = screen.until("an empty line leaves.")
        assert all(words in shown for words in ("13 documents, ", "heard  ", "41 metres"))
        os.write(leader, b"When did the Eagle Peak Railway open?\n")
        assert "1893" in screen.until("total")
        os.write(leader, b"?!\n")
        screen.until("The question is empty")
        os.write(leader, b"Where does it start?\n")
        screen.until("taken as: Where does ")
        screen.until("total")
        screen.until("\n? ")
        # readline may miss the first: it is deaf between printing its prompt and waiting for keys. One that comes while
        # Python ends kills it, which takes more than a second on a busy machine.
        for _ in range(6):
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                assert process.wait(timeout=20) == 0
                break
        assert process.returncode == 0
    finally:
        process.kill()
        os.close(leader)


def test_an_interrupted_start_is_quiet(home):
    call = [sys.executable, "-m", "assistant", "--home", str(home), "demo"]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENV) as process:
        assert process.stdout.readline().startswith("1 Loading the reader")
        time.sleep(0.7)  # until the reader is waited for
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1].strip() == ""
    assert process.returncode == 130


class Screen:
    """What a terminal shows, read up to one awaited text after the other."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor, self.unread = descriptor, ""

    def until(self, awaited: str) -> str:
        """Return what was shown up to `awaited`, waiting two minutes at most."""
        deadline = time.monotonic() + 120
        while awaited not in self.unread:
            ready, _, _ = select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"waited for {awaited!r}, saw {self.unread!r}"
            self.unread += os.read(self.descriptor, 4096).decode(errors="replace")
        shown, _, self.unread = self.unread.partition(awaited)
        return shown
