"""Recorded turns with a known end of speech, set into a quiet room; a sound server of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engines.reader.reader import Reader
from tests.paths import TURNS

MODULES = (
    "module-null-sink sink_name=spk rate=16000 channels=1",
    "module-null-sink sink_name=micbus rate=16000 channels=1",
    "module-remap-source source_name=mic master=micbus.monitor",
)


#: Before a command whose sound must not wait for other tests; only root may put one process before others.
FIRST = ["nice", "-n", "-15"] if os.geteuid() == 0 and shutil.which("nice") else []


class SoundServer:
    """Starts and stops the daemon; `environment` makes ALSA, PortAudio and the Pulse tools use it and nothing else."""

    def __init__(self, folder: Path) -> None:
        missing = [tool for tool in ("pulseaudio", "pactl", "paplay", "parecord") if shutil.which(tool) is None]
        if missing:
            pytest.skip(f"needs {', '.join(missing)}: apt-get install pulseaudio pulseaudio-utils libasound2-plugins")
        alsa = folder / "asound.conf"
        alsa.write_text("</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n")
        self.socket = folder / "pulse.socket"
        self.environment = os.environ | {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
            "PULSE_SERVER": f"unix:{self.socket}",
            "ALSA_CONFIG_PATH": str(alsa),
        }
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when the devices are there."""
        loads = [argument for module in MODULES for argument in ("-L", module)]
        call = [*FIRST, "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit=no"]
        call += ["-L", f"module-native-protocol-unix socket={self.socket} auth-anonymous=1", *loads]
        environment = {name: value for name, value in self.environment.items() if name != "PULSE_SERVER"}
        self._daemon = subprocess.Popen(call, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1200):
            if self.control("set-default-sink", "spk").returncode == 0:
                break
            time.sleep(0.05)
        assert self.control("set-default-source", "mic").returncode == 0

    def control(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run pactl."""
        return subprocess.run(["pactl", *arguments], env=self.environment, capture_output=True, check=False)

    def stop(self) -> None:
        """Take every device away."""
        if self._daemon is not None:
            self._daemon.terminate()
            self._daemon.wait(60)
            self._daemon = None
        self.socket.unlink(missing_ok=True)

    def speak(self, wav: Path) -> None:
        """Play a WAV file into the microphone, in real time."""
        subprocess.run([*FIRST, "paplay", "--device=micbus", str(wav)], env=self.environment, check=True)

    def record(self, wav: Path) -> subprocess.Popen[bytes]:
        """Begin to record what the loudspeaker plays; terminate the process to end it."""
        call = [
            *FIRST,
            "parecord",
            "--device=spk.monitor",
            "--file-format=wav",
            "--rate=16000",
            "--channels=1",
            str(wav),
        ]
        return subprocess.Popen(call, env=self.environment)


@pytest.fixture
def sound_server(tmp_path: Path) -> Iterator[SoundServer]:
    """Return a sound server that is not started."""
    server = SoundServer(tmp_path)
    yield server
    server.stop()


@dataclass(frozen=True)
class Recording:
    text: str
    answer: str
    pcm: np.ndarray  # int16 at 16 kHz
    begin: int  # first sample of speech in pcm
    end: int  # one past the last
    pauses_ms: tuple[int, ...]


@pytest.fixture(scope="session")
def recording() -> Callable[..., Recording]:
    """Return a function that loads recorded turn `number` with silence of a room before and after it."""
    lines = [json.loads(line) for line in (TURNS / "turns.jsonl").read_text(encoding="utf-8").splitlines()]

    def load(number: int, *, before_ms: int = 1000, after_ms: int = 1200, room: float = 10.0) -> Recording:
        line = lines[number]
        speech, rate = soundfile.read(TURNS / line["file"], dtype="int16")
        assert rate == 16_000
        rng = np.random.default_rng(number)
        before, after = (rng.normal(0, room, ms * 16).astype(np.int16) for ms in (before_ms, after_ms))
        pcm = np.concatenate([before, speech, after])
        return Recording(
            line["text"], line["answer"], pcm, len(before), len(before) + line["speech_end"], tuple(line["pauses_ms"])
        )

    return load


@pytest.fixture(scope="session")
def loaded_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader.load(cache_dir=tmp_path_factory.mktemp("reader"), threads=1)
    yield reader
    reader.close()


@pytest.fixture
def one_reader(loaded_reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every `Parts` of a test read with one reader that is loaded and stays so: for what is not about readers."""
    monkeypatch.setattr(Reader, "load", lambda *_, **__: loaded_reader)
    monkeypatch.setattr(loaded_reader, "close", lambda: None)
