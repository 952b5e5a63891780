"""What is installed: the lock that the containers use fits what the project asks for, and every file has its hash."""

import re

import tomllib
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
#: Containers hear well, read what people have, take what phones record, and speak with Home Assistant.
IN_CONTAINERS = ("asr", "documents", "media", "wyoming")
#: Name and version; some packages are there twice, for different versions of Python.
PINS = re.findall(r"^([\w.-]+)==([\w.+!-]+)", LOCK, re.MULTILINE)


def test_every_dependency_is_locked_within_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [project["optional-dependencies"][name] for name in IN_CONTAINERS]
    for text in sum(extras, project["dependencies"]):
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


def test_every_kernel_is_compiled_and_a_change_of_any_header_compiles_them_again():
    (extension,) = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "ext-modules"
    ]
    folder = ROOT / "plugins" / "kernels" / "cpu"
    for named, kind in (("sources", "*.c"), ("depends", "*.h")):
        assert {ROOT / each for each in extension[named]} == set(folder.glob(kind)), f"{named} in pyproject.toml"


def test_what_reads_without_our_kernels_is_no_part_of_the_core():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    heavy = {"openvino", "onnx"}
    assert not heavy & {Requirement(each).name for each in project["dependencies"]}
    assert not heavy & {name for name, _ in PINS}
    assert heavy == {Requirement(each).name for each in project["optional-dependencies"]["openvino"]}
