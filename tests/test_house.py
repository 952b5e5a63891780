"""The rules of the house, read off the sources: which way arrows point, no circles, and what is heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import tomllib

from assistant.turn.budget import DEFAULT_SLOTS
from tests.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ROOMS = ("assistant", "knowledge", "engines", "plugins")  # each may use those to its right
#: Imported inside the function that needs them, by nobody else: each costs a command that does not need it seconds.
HEAVY = frozenset(
    "torch nemo tensorrt tensorrt_rtx transformers openvino onnx sherpa_onnx faster_whisper ctranslate2 tantivy "
    "selectolax markdown_it soundfile sounddevice pocketsphinx rich hassil home_assistant_intents jinja2 "
    "aiomqtt wyoming zeroconf aiortc cryptography psycopg".split()
)
#: Programs of their own, and what is entered only where a broker is configured or somebody calls.
ENTERED_LATE = (
    "engines/training/",
    "engines/benches/",
    "assistant/home/",
    "assistant/benches/home",
    "assistant/channels/web/calls/peer",
)
#: What every turn needs, home or not.
ALWAYS = (
    "assistant.cli",
    "assistant.parts",
    "assistant.turn.turn",
    "assistant.dialogue.conversation",
    "assistant.service",
)


@dataclass(frozen=True)
class Import:
    """`module` imports `target`; `when` is "start", "call" (inside a function) or "types" (for the type checker)."""

    module: str
    target: str
    when: str
    line: int


def sources() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> frozenset[str]:
    return frozenset(name_of(path) for path in sources())


def _is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _walk(node: ast.AST, when: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, when
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _walk(child, "call" if when == "start" else when)
        elif isinstance(child, ast.If) and _is_for_types(child.test):
            for line in child.body:
                yield from _walk(ast.Module([line], []), "types")
            for line in child.orelse:
                yield from _walk(ast.Module([line], []), when)
        else:
            yield from _walk(child, when)


def imports_in(module: str, source: str) -> list[Import]:
    """Return every import of a source; our modules are named as far down as there is one."""
    found = []
    for node, when in _walk(ast.parse(source), "start"):
        if isinstance(node, ast.Import):
            found += [Import(module, alias.name, when, node.lineno) for alias in node.names]
            continue
        assert node.level == 0, f"{module}:{node.lineno} imports by a relative name"
        for alias in node.names:
            deeper = f"{node.module}.{alias.name}"
            found.append(Import(module, deeper if deeper in modules() else str(node.module), when, node.lineno))
    return found


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(each for path in sources() for each in imports_in(name_of(path), path.read_text(encoding="utf-8")))


def ours(imports: tuple[Import, ...]) -> list[Import]:
    return [each for each in imports if each.target.split(".")[0] in ROOMS]


def upward(imports: list[Import]) -> list[str]:
    """Return the imports of a room that stands above."""
    floor = {room: number for number, room in enumerate(ROOMS)}
    return [
        f"{each.module}:{each.line} imports {each.target}"
        for each in imports
        if floor[each.module.split(".")[0]] > floor[each.target.split(".")[0]]
    ]


def circle(arrows: set[tuple[str, str]]) -> list[str]:
    """Return names that lead back to the first, [] where there is no circle."""
    after: dict[str, list[str]] = {}
    for source, target in sorted(arrows):
        after.setdefault(source, []).append(target)
    finished: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in finished:
            return []
        for target in after.get(name, ()):
            if found := search(target, [*path, name]):
                return found
        finished.add(name)
        return []

    return next((found for name in sorted(after) if (found := search(name, []))), [])


def test_arrows_point_downhill_only() -> None:
    assert upward(ours(all_imports())) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even by imports inside functions; what only the type checker sees may."""
    assert circle({(each.module, each.target) for each in ours(all_imports()) if each.when != "types"}) == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_folders_of_a_room_import_each_other_in_a_circle(room: str) -> None:
    """Looking at what is imported at the start: a folder can be read after those that it stands on."""

    def folder(module: str) -> str:
        parts = module.split(".")
        return ".".join(parts[:2]) if f"{parts[0]}.{parts[1] if len(parts) > 1 else ''}" in packages else module

    packages = {name_of(path) for path in sources() if path.name == "__init__.py"}
    arrows = {
        (folder(each.module), folder(each.target))
        for each in ours(all_imports())
        if each.when == "start" and each.module.startswith(f"{room}.") and each.target.startswith(f"{room}.")
    }
    assert circle({(source, target) for source, target in arrows if source != target}) == []


def test_nothing_heavy_is_imported_at_the_start() -> None:
    heavy = [
        f"{each.module}:{each.line} imports {each.target}"
        for each in all_imports()
        if each.when == "start"
        and each.target.split(".")[0] in HEAVY
        and not each.module.replace(".", "/").startswith(ENTERED_LATE)
    ]
    assert heavy == []


@pytest.mark.parametrize("module", ALWAYS)
def test_what_every_turn_needs_loads_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}\nprint(*{sorted(HEAVY)!r} & sys.modules.keys())".replace("*[", "*{").replace(
        "] &", "} &"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert shown.split() == []


def test_every_stage_has_a_slot_and_every_slot_a_stage() -> None:
    entered = set()
    for path in sorted((ROOT / "assistant").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("slot", "record")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                entered.add(node.args[0].value)
    assert entered == set(DEFAULT_SLOTS)


def searching_here(source: str) -> list[int]:
    """Return the lines that start Python in a way in which it first looks for modules in the current folder."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.List | ast.Tuple)
        and node.elts
        and ast.unparse(node.elts[0]) == "sys.executable"
        and not (len(node.elts) > 1 and isinstance(node.elts[1], ast.Constant) and node.elts[1].value == "-P")
    ]


def test_no_process_that_is_started_looks_for_modules_in_the_current_folder() -> None:
    found = {name_of(path): searching_here(path.read_text(encoding="utf-8")) for path in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert searching_here("run([sys.executable, '-m', 'pip'])\nrun((sys.executable, '-P', 'a.py'))") == [1]


def test_whoever_is_told_of_a_conversation_is_held_to_every_event() -> None:
    """By the tests of tests/assistant/dialogue/test_events.py; a bench takes what it measures."""
    told = {
        name_of(path)
        for path in (ROOT / "assistant").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.AsyncFor) and ast.unparse(node.iter).endswith("onversation.events()")
    }
    assert {name for name in told if ".benches." not in name} == {
        "assistant.channels.terminal.recordings",
        "assistant.channels.web.realtime.connection",
        "assistant.channels.wyoming.satellites",
        "assistant.commands.listen",
    }


def test_every_package_says_what_it_holds() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_a_broken_rule_is_noticed() -> None:
    planted = imports_in("engines.reader.spans", "def f():\n    from knowledge import library\n")
    assert upward(planted) == ["engines.reader.spans:2 imports knowledge.library"]
    assert circle({("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")}) == ["a", "b", "c", "a"]
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\nelse:\n    import onnx\n"
    assert [(each.target, each.when) for each in imports_in("m", typed)][1:] == [("torch", "types"), ("onnx", "start")]


@pytest.mark.parametrize("room", ROOMS)
def test_the_types_of_a_room_are_there_for_those_who_use_it(room: str) -> None:
    assert (ROOT / room / "py.typed").is_file()
    assert "py.typed" in PROJECT["tool"]["setuptools"]["package-data"]["*"]


def test_whoever_gets_the_package_is_told_its_licences() -> None:
    project = PROJECT["project"]
    assert project["license"] == "Apache-2.0 AND CC-BY-SA-4.0"
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert all((ROOT / name).is_file() for name in project["license-files"])
    assert "NOTICE" in project["license-files"]
    for weights in (ROOT / "engines" / "weights").glob("*.safetensors"):
        assert weights.relative_to(ROOT).as_posix() in notice
    under_gpl = [name for name in project["dependencies"] if name.startswith("espeakng-loader")]
    assert not under_gpl or "espeakng-loader" in notice
    for recipe in ("Dockerfile", "Dockerfile.gpu"):
        assert "NOTICE" in (ROOT / recipe).read_text(encoding="utf-8")


def unlike(source: str) -> list[str]:
    """Return where a source is written in another style: constants told by a string, and names in double backticks."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        for number, child in enumerate(
            getattr(node, "body", []) if not isinstance(node, ast.Lambda | ast.IfExp) else []
        ):
            if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
                continue
            told = child.value.value
            if number and isinstance(told, str):
                found.append(f"{child.lineno}: a constant is told by a comment, #: before it or # behind it")
            if isinstance(told, str) and re.search(r"(?<!`)``(?!`)|:\w+:`", told):
                found.append(f"{child.lineno}: names stand in single backticks, without roles")
    return found


def test_sources_are_written_in_one_style() -> None:
    found = {name_of(path): unlike(path.read_text(encoding="utf-8")) for path in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source", ['A = 1\n"""What A is."""\n', '"""See ``b``."""\n', 'def f():\n    """See :func:`g`."""\n']
)
def test_another_style_is_noticed(source: str) -> None:
    assert unlike(source)
    assert not unlike('"""See `b`; fences are ```."""\n#: What A is.\nA = "``"\n')
