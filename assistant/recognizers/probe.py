"""Whether a recognizer runs here and how fast, found out in a process of its own.

A library compiled for other processors ends the process that calls it. What was found is remembered, for as long as the
model's files and the library stay the same.
"""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from engines.files import private_folder, write_whole
from engines.processes import python_environment, python_module

logger = logging.getLogger(__name__)

LIMIT_S = 120.0  # on the busiest of machines


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of trying a recognizer: the sentence of what was wrong ("" for nothing), and what it costs.

    `cost` is in seconds of what somebody would wait for; `tried` modules say of what.
    """

    problem: str = ""
    cost: float = 0.0


def tried(module: str, name: str) -> Trial:
    """Run `module` (a check, which prints {"cost": seconds}) on a model. Blocks for seconds; raises nothing."""
    command = python_module(module, name, "--json")
    try:
        ended = subprocess.run(
            command, env=python_environment(), capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Trial(problem=f"it could not be tried ({error}).")
    lines = (ended.stderr if ended.returncode else ended.stdout).strip().splitlines()
    if ended.returncode:
        return Trial(problem=lines[-1] if lines else f"its process ended with status {ended.returncode}.")
    try:
        return Trial(cost=float(json.loads(lines[-1])["cost"]))
    except (ValueError, KeyError, IndexError, TypeError):
        return Trial(problem="its check said nothing that is understood.")


def remembered(module: str, name: str, files: list[Path], library: str, cache_dir: Path) -> Trial:
    """Return what `tried` once found, trying it now if it was not; what did not work is tried again, and logged."""
    facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    key = hashlib.sha256(repr((module, name, facts, metadata.version(library))).encode()).hexdigest()[:24]
    kept = cache_dir / f"ear-{key}.json"
    try:
        return Trial(cost=float(json.loads(kept.read_bytes())["cost"]))
    except (OSError, ValueError, KeyError, TypeError):
        trial = tried(module, name)
    if trial.problem:
        logger.warning("%s does not hear here: %s", name, trial.problem)
        return trial
    try:
        private_folder(cache_dir)
        write_whole(kept, json.dumps({"cost": trial.cost}).encode())
    except OSError:
        logger.debug("%s cannot be written; recognizers are tried again at the next start.", cache_dir)
    return trial
