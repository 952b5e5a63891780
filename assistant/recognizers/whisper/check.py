"""Whether Whisper runs here: weights of the right contents, and a library that this processor can execute.

A library compiled for other processors ends the process that calls it, so this is found out in one of its own, once for
each weights and each version of the library.
"""

from __future__ import annotations

import hashlib
import logging
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from assistant.recognizers.whisper.weights import Weights, find, runs_here
from engines.errors import ReparteeError
from engines.processes import python_environment, python_module

logger = logging.getLogger(__name__)

LIMIT_S = 120.0  # on the busiest of machines


def works(weights: Weights, cache_dir: Path) -> bool:
    """Say whether these weights hear here; remembered in `cache_dir`. What is wrong is logged. Blocks for seconds."""
    if not runs_here():
        return False
    remembered = cache_dir / f"whisper-{_key(weights)}"
    if remembered.exists():
        return True
    problem = tried(weights.name)
    if problem:
        logger.warning("pocketsphinx hears instead of Whisper %s: %s", weights.name, problem)
        return False
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        remembered.touch()
    except OSError:
        logger.debug("%s cannot be written; Whisper is tried again at the next start.", cache_dir)
    return True


def tried(name: str) -> str:
    """Load the weights of that name in a process of its own; return what was wrong, "" for nothing."""
    command = python_module("assistant.recognizers.whisper.check", name)
    try:
        ended = subprocess.run(
            command, env=python_environment(), capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it could not be tried ({error})."
    if ended.returncode == 0:
        return ""
    lines = ended.stderr.strip().splitlines()
    return lines[-1] if lines else f"its process ended with status {ended.returncode}."


def _key(weights: Weights) -> str:
    files = [path for parts in weights.files.values() for path, _ in parts]
    facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr((facts, metadata.version("ctranslate2"))).encode()).hexdigest()[:24]


def main() -> None:
    """Load weights, hear a second of noise, and say what hears; status 1 and a sentence where that is impossible."""
    import numpy as np

    from assistant.audio.samples import RATE
    from assistant.recognizers.whisper.decoder import Decoder

    try:
        weights = find(sys.argv[1])
        Decoder(weights.read()).hear(np.random.default_rng(0).normal(0, 3000, RATE).astype(np.int16))
    except ReparteeError as error:
        sys.exit(str(error))
    print(f"Whisper {weights.name} hears here: {weights.origin}, licence {weights.licence}, {weights.megabytes} MB.")


if __name__ == "__main__":
    main()
