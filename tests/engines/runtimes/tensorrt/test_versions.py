"""What the engines call of TensorRT, held against the Python modules that NVIDIA published, from 8.6 to 11 and RTX.

TensorRT's libraries are gigabytes and build only on a GPU; its Python modules are small, and each says what it has and
what arguments that takes. `make test` installs them; empty libraries stand in for those that they want to link to.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

VERSIONS = ROOT / ".venv-tensorrt"
SOURCES = ("api", "build", "runtime")
INSTANCES = {
    "builder": "Builder",
    "config": "IBuilderConfig",
    "network": "INetworkDefinition",
    "parser": "OnnxParser",
    "layer": "ILayer",
    "engine": "ICudaEngine",
    "context": "IExecutionContext",
    "_context": "IExecutionContext",
    ("api", "runtime"): "Runtime",
    ("api", "cache"): "ITimingCache",
    ("build", "shapes"): "IOptimizationProfile",
}
"""Names in the sources → classes of TensorRT; with a module where other modules mean something else by the name."""

FUNCTIONS = """
createInferBuilder_INTERNAL createInferRefitter_INTERNAL createInferRuntime_INTERNAL createNvOnnxParser_INTERNAL
createNvOnnxParserRefitter_INTERNAL getBuilderPluginRegistry getNvOnnxParserVersion getPluginRegistry
initLibNvInferPlugins _ZN11nvuffparser15createUffParserEv _ZN11nvuffparser8FieldMapC1EPKcPKvNS_9FieldTypeEi
_ZN14nvcaffeparser117createCaffeParserEv _ZN14nvcaffeparser123shutdownProtobufLibraryEv
"""


class Uses(ast.NodeVisitor):
    """Collect what a source uses of the module that `offer` describes, and what of it the module lacks."""

    def __init__(self, offer, name, source):
        self.offer, self.name, self.source = offer, name, source
        self.seen, self.calls, self.aliases = set(), set(), {}
        self.missing, self.function = [], ""  # of what is missing: where, and what

    def kind(self, node):
        """`("module",)`, `("class", X)` or `("instance", X)`; None for what is not TensorRT's."""
        if isinstance(node, ast.Name):
            if node.id in self.aliases:
                return self.aliases[node.id]
            known = INSTANCES.get((self.source, node.id)) or INSTANCES.get(node.id)
            return ("module",) if node.id in ("trt", "module") else ("instance", known) if known else None
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                known = INSTANCES.get(node.attr) if node.attr.startswith("_") else None
                return ("module",) if node.attr == "module" else ("instance", known) if known else None
            if self.kind(node.value) == ("module",):
                return ("class", node.attr)
        return None

    def member(self, node):
        """What an attribute is called and what the module says of it: (title, description)."""
        owner = self.kind(node.value)
        if owner is None or (node.attr.startswith("__") and node.attr != "__version__"):
            return None
        if owner == ("module",):
            return node.attr, self.offer.get(node.attr, "missing")
        return f"{owner[1]}.{node.attr}", (self.offer.get(owner[1]) or {}).get(node.attr, "missing")

    def holds(self, test):
        """Whether a condition about versions holds for this one; None for any other condition."""
        if isinstance(test, ast.UnaryOp):
            known = self.holds(test.operand)
            return None if known is None else not known
        if isinstance(test, ast.BoolOp):
            return False if False in map(self.holds, test.values) else None
        if isinstance(test, ast.Name):
            return self.name == "tensorrt_rtx" if test.id == "targets" else None
        if isinstance(test, ast.Attribute) and test.attr == "strongly_typed":
            return "FP16" not in self.offer["BuilderFlag"]
        if isinstance(test, ast.Compare) and ast.unparse(test.left) in ("self.name", "api.name"):
            return (self.name == test.comparators[0].value) == isinstance(test.ops[0], ast.Eq)
        if isinstance(test, ast.Call) and ast.unparse(test.func) == "hasattr" and (owner := self.kind(test.args[0])):
            names = self.offer if owner == ("module",) else self.offer[owner[1]]
            return test.args[1].value in names
        return None

    def visit_body(self, nodes):
        for node in nodes:
            self.visit(node)
            if isinstance(node, ast.If) and self.holds(node.test) and isinstance(node.body[-1], ast.Return):
                return

    def visit_If(self, node):
        self.choose(node.test, node.body, node.orelse)

    def visit_IfExp(self, node):
        self.choose(node.test, [node.body], [node.orelse])

    def choose(self, test, body, otherwise):
        holds = self.holds(test)
        if holds is None:
            self.visit(test)
        self.visit_body(body if holds is not False else [])
        self.visit_body(otherwise if holds is not True else [])

    def visit_FunctionDef(self, node):
        outer, self.aliases = self.function, {}
        self.function = outer or node.name
        self.visit_body(node.body)
        self.function = outer

    def visit_Assign(self, node):
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name) and (kind := self.kind(node.value)):
            self.aliases[node.targets[0].id] = kind
        self.generic_visit(node)

    def visit_Attribute(self, node):
        if found := self.member(node):
            title, description = found
            self.seen.add(title)
            if description == "missing" or (isinstance(node.ctx, ast.Store) and description != "written"):
                self.missing.append((self.function, title))
        self.generic_visit(node)

    def visit_Call(self, node):
        self.calls.add(called(node))
        found = self.member(node.func) if isinstance(node.func, ast.Attribute) else None
        if found and not any(isinstance(each, ast.Starred) for each in node.args):
            title, description = found
            overloads = description.get("__init__") if isinstance(description, dict) else description
            count = len(node.args) + len(node.keywords)
            if isinstance(overloads, list) and not any(least <= count <= most for least, most in overloads):
                self.missing.append((self.function, f"{title} with {count} arguments"))
        self.generic_visit(node)


def called(node):
    """The bare name of what a call calls."""
    return ast.unparse(node.func).rpartition(".")[2]


def uses(offer, name):
    """Every use in the engines' sources, and what of it the module lacks; functions this version never calls apart."""
    seen, missing, calls, other_calls = set(), [], set(), set()
    for source in SOURCES:
        tree = ast.parse((ROOT / "engines" / "runtimes" / "tensorrt" / f"{source}.py").read_text(encoding="utf-8"))
        visitor = Uses(offer, name, source)
        visitor.visit(tree)
        seen |= visitor.seen
        missing += visitor.missing
        calls |= visitor.calls
        other_calls |= {called(each) for each in ast.walk(tree) if isinstance(each, ast.Call)}
    never = other_calls - calls
    return seen, [title for function, title in missing if function not in never]


def offer_of(module, folder, libraries):
    """Import a module in a process of its own and give its description."""
    command = [sys.executable, str(Path(__file__).with_name("names.py")), module, folder]
    environment = os.environ | {"LD_LIBRARY_PATH": str(libraries)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def offers(tmp_path_factory):
    """Version → what its module offers; modules that are not here, or cannot be linked, are left out."""
    found = {}
    for folder in sorted(VERSIONS.glob("*/tensorrt_bindings")) if shutil.which("cc") else ():
        libraries, version = tmp_path_factory.mktemp("libraries"), folder.parent.name
        (libraries / "empty.c").write_text("".join(f"int {each}(void) {{ return 0; }}\n" for each in FUNCTIONS.split()))
        for library in ("nvinfer", "nvinfer_plugin", "nvonnxparser", "nvparsers"):
            name = f"lib{library}.so.{version.split('.')[0]}"
            command = ["cc", "-shared", "-fPIC", "-o", libraries / name, libraries / "empty.c", f"-Wl,-soname,{name}"]
            subprocess.run(command, check=True)
        found[version] = offer_of("tensorrt_bindings", str(folder.parent), libraries)
    return found


@pytest.fixture(params=["8.6.1", "10.3.0", "10.16.1.11", "11.4.0.106"])
def version(request):
    if shutil.which("cc") is None:
        pytest.skip("a C compiler makes the libraries that stand in for TensorRT's; none is here")
    if not (VERSIONS / request.param / "tensorrt_bindings").exists():
        pytest.skip(f"no module of TensorRT {request.param}; make test installs it where there is one for the system")
    return request.param


def test_each_version_has_what_the_engines_use(offers, version):
    assert offers[version]["__version__"].split(".")[:2] == version.split(".")[:2]
    seen, missing = uses(offers[version], "tensorrt")
    assert missing == []
    assert len(seen) > 40
    assert ("IExecutionContext.device_memory" in seen) == version.startswith("8.")
    assert ("IExecutionContext.set_device_memory" in seen) != version.startswith("8.")


def test_tensorrt_rtx_has_what_the_engines_use():
    pytest.importorskip("tensorrt_rtx_bindings", reason="TensorRT-RTX is not installed; make test does on x86-64 Linux")
    seen, missing = uses(offer_of("tensorrt_rtx_bindings", "", ""), "tensorrt_rtx")
    assert missing == []
    assert {"IBuilderConfig.set_compute_capability", "ComputeCapability"} <= seen


@pytest.mark.parametrize(
    ("owner", "name", "description", "problem"),
    [
        ("IExecutionContext", "execute_async_v3", None, "IExecutionContext.execute_async_v3"),
        ("IBuilderConfig", "max_aux_streams", "read", "IBuilderConfig.max_aux_streams"),
        ("IExecutionContext", "set_tensor_address", [[3, 3]], "IExecutionContext.set_tensor_address with 2 arguments"),
        ("NetworkDefinitionCreationFlag", "STRONGLY_TYPED", None, None),
    ],
)
def test_what_is_missing_is_noticed(offers, version, owner, name, description, problem):
    changed = {**offers[version], owner: {**offers[version][owner], name: description}}
    if description is None:
        changed[owner].pop(name)
    _, missing = uses(changed, "tensorrt")
    typed = "FP16" not in offers[version]["BuilderFlag"]
    if problem is None:  # only networks that are strongly typed want the flag
        assert bool(missing) == typed
    else:
        assert set(missing) == {problem}
