"""Python processes that this project starts: nothing in the current folder is ever imported by them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

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
