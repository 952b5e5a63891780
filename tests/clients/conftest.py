"""Real third-party clients, each in an environment of its own, against the real server."""

import functools
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import soxr

from assistant.audio.files import load_audio

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TURNS = ROOT / "tests" / "data" / "turns"
QUESTION, OTHER = "00-slt", "05-rms"  # how tall is the lighthouse at Marlow Point; when did the railway open


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> Callable[[str], Path]:
    """The path of a recorded question as raw int16 at 24 kHz: `clip("00-slt")`."""
    folder = tmp_path_factory.mktemp("clips")

    def convert(name: str) -> Path:
        path: Path = folder / f"{name}.pcm"
        if not path.exists():
            path.write_bytes(soxr.resample(load_audio(TURNS / f"{name}.flac"), 16_000, 24_000).astype("<i2").tobytes())
        return path

    return convert


def python_of(edition: str) -> Path:
    """The interpreter of the environment that has the Python clients of an edition."""
    return installed(ROOT / ".venv-clients" / edition / "bin" / "python")


def node_modules() -> Path:
    """The folder of the clients in JavaScript."""
    return installed(HERE / "agents" / "node_modules" / "ai").parent


def installed(path: Path) -> Path:
    """Where a client is not installed, the test is skipped, except in CI, where it must be."""
    if not path.exists() and not os.environ.get("CI"):
        pytest.skip(f"{path.relative_to(ROOT)} is not there; run make test-clients")
    return path


def command_of(client: str, edition: str) -> list[str]:
    """How to run a client's script."""
    if client in ("agents", "ai"):
        script = node_modules().parent / ("ai.mjs" if client == "ai" else "certify.mjs")
        packages = {"newest": "@openai/agents/realtime", "older": "@openai/agents-realtime-older"}
        return ["node", str(script), *([packages[edition]] if client == "agents" else [])]
    return [str(python_of(edition)), str(HERE / client / "certify.py")]


@pytest.fixture(scope="session")
def certify(served, clip) -> Callable[..., dict[str, Any]]:
    """Return what a client saw in a scenario: `certify("openai", "spoken")`. Each client runs once, all scenarios."""

    @functools.cache
    def run(client: str, edition: str) -> dict[str, dict[str, Any]]:
        call = [*command_of(client, edition), served.url, str(clip(QUESTION)), str(clip(OTHER))]
        done = subprocess.run(call, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stderr[-4000:] + "\nserver: " + served.log.read_text()[-2000:]
        seen: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
        return seen

    def scenario(client: str, name: str, edition: str = "newest") -> dict[str, Any]:
        seen = run(client, edition)[name]
        assert "failed" not in seen, seen["failed"]
        return seen

    return scenario
