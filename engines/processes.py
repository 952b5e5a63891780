"""Python processes that this project starts: nothing in the current folder is ever imported by them."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, NoReturn

_ROOT = str(Path(__file__).resolve().parents[1])  # where the project's packages lie, installed or not


def python_module(name: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module: one of this project, or pip.

    With -P ("safe path", Python 3.11) the current folder is not searched for modules, as -m alone would do first.
    """
    return [sys.executable, "-P", "-m", name, *arguments]


def python_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return an environment in which `python_module` finds the project; an empty entry would be the current folder."""
    paths = filter(None, [*environ.get("PYTHONPATH", "").split(os.pathsep), _ROOT])
    return {**environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


def serve_parent(serve: Callable[[BinaryIO], object]) -> NoReturn:
    """End this process when it has served the one that started it; `serve` writes its answers where it is given to."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the whole group; the parent decides
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up among the answers
    with contextlib.suppress(BrokenPipeError):  # the parent is gone
        serve(sink)
    os._exit(0)  # without freeing models and decoders one by one
