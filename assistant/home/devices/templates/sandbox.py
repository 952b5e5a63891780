"""Jinja's sandbox with Home Assistant's filters, every operation of which is measured."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.home.devices.templates.functions import FILTERS, GLOBALS, is_number, regex_match, regex_search
from assistant.home.devices.templates.limits import (
    MAX_OUTPUT,
    OverLimitError,
    concatenate,
    counted_range,
    measure,
    measure_call,
    measured,
    rounds,
    stepped,
    weighed,
    work,
)

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_DEPTH = 40  #: nodes inside nodes of a template
MAX_NODES = 600  #: of a template
_COMPILED = 4096  # templates that are compiled: as many as are kept


class TemplateError(ValueError):
    """A template that cannot be read, or is not allowed here; the message says why, without the source."""


def parse(source: str) -> nodes.Template:
    """Return the syntax tree of a template. Raises TemplateError where it cannot be read or is not allowed."""
    import jinja2
    from jinja2 import nodes

    sandbox = environment()
    try:
        tree = sandbox.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"cannot be read: {error.message}") from None
    except (RecursionError, ValueError, OverflowError):
        raise TemplateError("cannot be read: it is nested too deeply") from None
    refused = (
        nodes.Macro,
        nodes.CallBlock,
        nodes.Include,
        nodes.Import,
        nodes.FromImport,
        nodes.Extends,
        nodes.Block,
        nodes.ScopedEvalContextModifier,
    )
    _measure_tree(tree)
    for node in tree.find_all(nodes.Node):
        if isinstance(node, refused) or (isinstance(node, nodes.For) and node.recursive):
            raise TemplateError(f"uses {type(node).__name__.lower()}, which is not allowed in an announcement")
        if isinstance(node, nodes.Filter) and node.name not in sandbox.filters:
            raise TemplateError(f"uses the filter {node.name!r}, which is not known")
        if isinstance(node, nodes.Test) and node.name not in sandbox.tests:
            raise TemplateError(f"uses the test {node.name!r}, which is not known")
    return tree


def names_in(tree: nodes.Template) -> set[str]:
    """Return the names that a template mentions."""
    from jinja2 import nodes

    return {node.name for node in tree.find_all(nodes.Name)}


def _measure_tree(tree: nodes.Node) -> None:
    depth, count, level = 0, 0, [tree]
    while level:
        depth += 1
        count += len(level)
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise TemplateError("cannot be read: it is nested too deeply, or has too many parts")
        level = [child for node in level for child in node.iter_child_nodes()]


_BY_EXPRESSION = frozenset(
    "match search regex_match regex_search regex_replace regex_findall regex_findall_index".split()
)


@functools.lru_cache(maxsize=_COMPILED)
def compile_template(source: str) -> Callable[[dict[str, Any]], Iterator[str]]:
    """Return what renders a template in pieces: its loops count their rounds, its `~` measures what it joins."""
    import jinja2
    from jinja2 import nodes

    sandbox = environment()

    class Guard(jinja2.visitor.NodeTransformer):
        def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            node.iter = nodes.Filter(node.iter, "rounds", [], [], None, None)
            return node

        def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            node.expr = nodes.Filter(node.expr, "stepped", [], [], None, None)
            return node

        def visit_List(self, node: nodes.List | nodes.Tuple | nodes.Dict) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            if getattr(node, "ctx", "load") != "load" or not any(node.find_all(nodes.Name)):
                return node  # names to set, or what is written out in the template
            return nodes.Filter(node, "weighed", [], [], None, None)

        visit_Tuple = visit_Dict = visit_List  # noqa: N815 - Jinja's names

        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            return nodes.Filter(nodes.List(node.nodes), "concatenate", [], [], None, None)

    tree = parse(source)
    if any(node.name in _BY_EXPRESSION for node in tree.find_all((nodes.Filter, nodes.Test))):
        import regex  # noqa: F401 - now, as it takes longer than a rendering may
    guarded = Guard().visit(tree)
    guarded.set_environment(sandbox)
    names = names_in(guarded)
    compiled = sandbox.from_string(guarded)
    known = {name: value for name, value in sandbox.globals.items() if name in names}

    def render(values: dict[str, Any]) -> Iterator[str]:
        size = 0
        # Only the globals that the template names: copying all of them would take longer than most renderings.
        context = jinja2.runtime.Context(sandbox, known | values, None, compiled.blocks)
        for piece in compiled.root_render_func(context):
            size += len(piece)
            if size > MAX_OUTPUT:
                raise OverLimitError(f"renders more than {MAX_OUTPUT} characters")
            yield piece

    return render


@functools.lru_cache(maxsize=1)
def environment() -> ImmutableSandboxedEnvironment:
    """Return Jinja's sandbox with Home Assistant's filters and with every operation measured."""
    from jinja2 import Undefined, pass_environment
    from jinja2.filters import make_attrgetter
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from jinja2.utils import Namespace

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"+", "*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            measure(operator, left, right)
            return weighed(super().call_binop(context, operator, left, right))

        def call(__self, __context: Any, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's names
            work.spend()
            measure_call(__obj, args, kwargs)
            return weighed(super().call(__context, __obj, *args, **kwargs))

    class Missing(Undefined):
        """A value that is not there: no number, so that `float(0)` gives its default."""

        def _no_number(self) -> NoReturn:
            raise TypeError("there is no such value")

        __float__ = __int__ = _no_number

    class Unwritten(Namespace):
        """What is not written out: it may hold what holds it, many times over."""

        def __repr__(self) -> str:
            return "<Namespace>"

    @pass_environment
    def total(sandbox: Sandbox, items: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
        """Return the sum of all items, each addition of which is measured: they may be lists."""
        getter = make_attrgetter(sandbox, attribute) if attribute is not None else None
        for item in items:
            number = item if getter is None else getter(item)
            measure("+", start, number)
            start = start + number
        return start

    # Unoptimized: constants are not folded, so that no operation happens outside a rendering.
    sandbox = Sandbox(undefined=Missing, optimized=False, extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"])
    builtin = sandbox.filters
    known = {**_allowed(builtin), **FILTERS, "sum": total}
    sandbox.filters = {name: measured(name, function) for name, function in known.items()}
    sandbox.filters.update(rounds=rounds, concatenate=concatenate, stepped=stepped, weighed=weighed)
    sandbox.tests.update(
        is_number=is_number, match=regex_match, search=regex_search, contains=lambda items, item: item in items
    )
    del sandbox.globals["lipsum"]
    sandbox.globals.update(GLOBALS)
    sandbox.globals.update(range=counted_range, namespace=Unwritten)
    return sandbox


def _allowed(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return Jinja's filters without those that make much of little, or markup."""
    refused = {"center", "indent", "wordwrap", "urlize", "xmlattr", "batch", "slice", "pprint", "truncate", "format"}
    return {name: function for name, function in filters.items() if name not in refused}
