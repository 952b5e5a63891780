"""Fixtures that every room's tests share."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "assistant" / "samples"


@pytest.fixture(scope="session")
def repartee() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real command: ``repartee(home, "ask", "Why?", env={...}, before=["setpriv", ...])``."""

    def run(home: Path, *arguments: object, env: dict[str, str] | None = None, before: tuple[str, ...] = (), **options):
        call = [*before, sys.executable, "-m", "assistant", "--home", str(home), *map(str, arguments)]
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(home), "COLUMNS": "100"} | (env or {})
        options = {"stdin": subprocess.DEVNULL} | options if "input" not in options else options
        return subprocess.run(call, capture_output=True, text=True, env=clean, timeout=120, check=False, **options)

    return run


@pytest.fixture(scope="session")
def samples_home(tmp_path_factory, repartee) -> Path:
    """A home that knows the bundled documents, with warm caches; read it, do not change it."""
    home = tmp_path_factory.mktemp("samples") / "home"
    added = repartee(home, "knowledge", "add", SAMPLES)
    assert added.returncode == 0, added.stderr
    return home


@pytest.fixture
def own_home(samples_home, tmp_path) -> Path:
    """A copy of ``samples_home`` that a test may change."""
    return Path(shutil.copytree(samples_home, tmp_path / "home"))
