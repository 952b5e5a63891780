"""Print the lowest version of each package that pyproject.toml allows, as constraints for pip: make test-lowest."""

import re

import tomllib

from tests.paths import ROOT

project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
for requirement in project["dependencies"]:
    name, version = re.match(r"([\w.-]+)>=([\w.]+)", requirement).groups()
    print(f"{name}=={version}")
