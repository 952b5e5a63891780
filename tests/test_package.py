"""What is installed: the lock that the containers use fits what the project asks for, and every file has its hash."""

import re

import tomllib
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
#: Name and version; some packages are there twice, for different versions of Python.
PINS = re.findall(r"^([\w.-]+)==([\w.+!-]+)", LOCK, re.MULTILINE)


def test_every_dependency_is_locked_within_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in project["dependencies"] + project["optional-dependencies"]["asr"]:  # containers hear well
        wanted = Requirement(text)
        locked = [version for name, version in PINS if canonicalize_name(name) == canonicalize_name(wanted.name)]
        assert locked, f"{text} is not in the lock: make it anew"
        assert all(map(wanted.specifier.contains, locked)), f"{text}: make the lock anew"


def test_every_locked_package_has_hashes():
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(PINS) > 20
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)


def test_the_container_installs_by_the_lock():
    assert "--require-hashes -r requirements.lock" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
