"""The real command on a real sound server without hardware: spoken to through its microphone, heard at its speaker."""

import asyncio
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.config import Config
from assistant.skills.agenda import Entry
from assistant.skills.choose import OwnSkills
from tests.assistant.conftest import FIRST
from tests.paths import TURNS

pytest.importorskip(
    "sounddevice", reason="needs PortAudio: apt-get install libportaudio2", exc_type=(ImportError, OSError)
)


class Listener:
    """A running `repartee listen`; what it prints can be waited for."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.printed = process, ""
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: [self._lines.put(line) for line in process.stdout], daemon=True).start()

    def until(self, words: str, *, seconds: float = 120) -> str:
        """Return what was printed from here to `words`."""
        found, give_up = "", time.monotonic() + seconds
        while words not in found:
            try:
                line = self._lines.get(timeout=max(0.01, give_up - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"{words!r} was not printed, but: {self.printed}") from None
            found += line
            self.printed += line
        return found


@contextmanager
def listening(environment: dict[str, str], home: Path, *arguments: str) -> Iterator[Listener]:
    call = [*FIRST, sys.executable, "-m", "assistant", "--home", str(home), "listen", *arguments]
    with subprocess.Popen(
        call, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Listener(process)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def test_a_question_into_the_microphone_is_answered_at_the_speaker(
    sound_server, samples_home: Path, tmp_path: Path
) -> None:
    """On a machine that is busy a recording has gaps: it is asked again then, and one has to be clean."""
    sound_server.start()
    speech, rate = soundfile.read(TURNS / "02-slt.flac", dtype="int16")  # "How many eggs can the queen lay a day?"
    question = tmp_path / "question.wav"
    soundfile.write(question, np.concatenate([np.zeros(8000, np.int16), speech, np.zeros(16_000, np.int16)]), rate)
    told = [answered_aloud(sound_server, samples_home, question, tmp_path / "0.wav")]
    while not ("thousand" in told[-1] or "2,000" in told[-1]) and len(told) < ATTEMPTS:
        told.append(answered_aloud(sound_server, samples_home, question, tmp_path / f"{len(told)}.wav"))
    assert "thousand" in told[-1] or "2,000" in told[-1], told


ATTEMPTS = 3


def answered_aloud(sound_server, home: Path, question: Path, answer: Path) -> str:
    """Return the words that a recogniser hears of the answer, which is printed rightly every time."""
    with listening(sound_server.environment, home, "--turns", "1") as listener:
        listener.until("Listening.")
        recording = sound_server.record(answer)
        sound_server.speak(question)
        printed = listener.until("first_audio")
        assert listener.process.wait(60) == 0
        recording.terminate()
        recording.wait(60)
    assert "2,000" in printed
    assert "eggs" in printed
    heard, _ = soundfile.read(answer, dtype="int16")
    assert np.abs(heard.astype(int)).max() > 3000
    return asyncio.run(recognised(heard, home))


def test_an_alarm_that_was_set_here_rings_here_until_it_is_stopped_from_elsewhere(
    sound_server, samples_home: Path, tmp_path: Path, repartee
) -> None:
    sound_server.start()
    home = Path(shutil.copytree(samples_home, tmp_path / "home"))
    agenda = OwnSkills(Config(home)).agenda
    asyncio.run(agenda.add(Entry(kind="alarm", name="early", due_at=time.time(), asker="desk")))
    with listening(sound_server.environment, home, "--name", "desk") as listener:
        listener.until("Your early alarm: it is")
        stopped = repartee(home, "ask", "stop")
        assert "The alarm is off." in stopped.stdout
        listener.process.send_signal(signal.SIGINT)
        listener.process.wait(60)
    agenda.reload()
    assert agenda.entries(states=("waiting", "ringing", "ended")) == []


async def recognised(pcm: np.ndarray, home: Path) -> str:
    from assistant.config import Config
    from assistant.parts import Parts

    assistant = Parts.open(Config.load(home))
    try:
        return (await (await assistant.recognizer()).transcribe(pcm)).text
    finally:
        await assistant.close()


def test_devices_may_be_missing_come_and_go(sound_server: Callable, samples_home: Path) -> None:
    with listening(sound_server.environment, samples_home) as listener:
        listener.until("There is no microphone; plug one in, I wait for it.")
        sound_server.start()
        listener.until("Listening.")
        sound_server.stop()
        listener.until("The microphone is gone; plug it in again, I wait for it.")
        sound_server.start()
        listener.until("Listening.")
        assert listener.process.poll() is None
    assert "Traceback" not in listener.printed


def test_a_reply_that_the_microphone_hears_is_not_taken_for_speech(
    sound_server, samples_home: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pywebrtc_audio", reason="needs pip install 'repartee[audio]'")
    sound_server.start()
    # The loudspeaker's sound goes into the microphone, 60 ms later.
    loop = ["module-loopback", "source=spk.monitor", "sink=micbus", "latency_msec=60"]
    assert sound_server.control("load-module", *loop).returncode == 0
    speech, rate = soundfile.read(TURNS / "02-slt.flac", dtype="int16")
    question = tmp_path / "question.wav"
    soundfile.write(question, np.concatenate([np.zeros(8000, np.int16), speech, np.zeros(16_000, np.int16)]), rate)
    for attempt in range(3):
        with longest_stall() as stall_ms:
            said = conversation(sound_server, samples_home, question)
        assert "2,000" in said
        # Loudspeaker and microphone that stood still for longer than the way between them say nothing of the canceller.
        if attempt == 2 or (max(stall_ms) < 60 and "underrun" not in said):
            break
    assert "interrupted" not in said
    assert said.count("first_audio") == 1  # it did not answer itself


@contextmanager
def longest_stall() -> Iterator[list[float]]:
    """How late a thread that wakes every 10 ms woke, in ms, each time."""
    late, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.is_set():
            began = time.perf_counter()
            time.sleep(0.01)
            late.append((time.perf_counter() - began) * 1000 - 10)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield late
    finally:
        over.set()
        watching.join()


def conversation(sound_server, home: Path, question: Path) -> str:
    """Ask, let the reply be played, and return all that was printed."""
    with listening(sound_server.environment, home) as listener:
        listener.until("Listening.")
        sound_server.speak(question)
        listener.until("first_audio")
        time.sleep(6)  # while the reply is played, and after it
        listener.process.send_signal(signal.SIGINT)
        listener.process.wait(60)
    rest = listener.printed
    while not listener._lines.empty():
        rest += listener._lines.get_nowait()
    return rest
