"""Runs `wyoming_openai`, unmodified where it can be: launch.py OPTIONS

It is written for Python 3.12, of which it uses functions with type parameters (PEP 695) and nothing else. Before that
version they are left out while its modules are loaded: they are for type checkers.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import re
import runpy
import sys
from types import CodeType

PACKAGE = "wyoming_openai"
_TYPE_PARAMETERS = re.compile(rb"^(\s*def \w+)\[[^\]]+\]", re.MULTILINE)


class _Loader(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data: bytes, path: str, *_: object, **__: object) -> CodeType:
        # What the parameters stand for is named in annotations, which are not looked at.
        code = b"from __future__ import annotations\n" + _TYPE_PARAMETERS.sub(rb"\1", data)
        return compile(code, path, "exec", dont_inherit=True)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if not name.startswith(PACKAGE):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.origin:
            spec.loader = _Loader(name, spec.origin)
        return spec


if sys.version_info < (3, 12):
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _Finder())
runpy.run_module(PACKAGE, run_name="__main__", alter_sys=True)
