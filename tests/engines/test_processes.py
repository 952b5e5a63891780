import os
import subprocess
from pathlib import Path

from engines.processes import python_environment, python_module


def test_a_module_is_found_from_anywhere_and_nothing_of_the_current_folder_is(tmp_path: Path) -> None:
    for name in ("json", "engines", "assistant", "click"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()")
    environment = python_environment(os.environ | {"PYTHONPATH": f"{os.pathsep}{os.pathsep}"})
    done = subprocess.run(
        python_module("assistant", "--version"),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "ran").exists()


def test_the_environment_has_the_project_once_and_keeps_what_is_there() -> None:
    first = python_environment({"PYTHONPATH": f"/somewhere{os.pathsep}", "A": "b"})
    assert first["A"] == "b"
    entries = first["PYTHONPATH"].split(os.pathsep)
    assert entries[0] == "/somewhere"
    assert "" not in entries
    assert python_environment(first) == first
