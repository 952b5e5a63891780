"""Jinja's sandbox with Home Assistant's filters, every operation of which is measured."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.home.templates.functions import FILTERS, GLOBALS, is_number, regex_match, regex_search
from assistant.home.templates.limits import (
    MAX_OUTPUT,
    OverLimitError,
    concatenate,
    counted_range,
    measure,
    measure_call,
    measured,
    rounds,
    work,
)

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_DEPTH = 40  #: nodes inside nodes of a template
MAX_NODES = 600  #: of a template
_COMPILED = 2048  # templates that are compiled


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


def _measure_tree(tree: nodes.Node) -> None:
    depth, count, level = 0, 0, [tree]
    while level:
        depth += 1
        count += len(level)
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise TemplateError("cannot be read: it is nested too deeply, or has too many parts")
        level = [child for node in level for child in node.iter_child_nodes()]


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

        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            return nodes.Filter(nodes.List(node.nodes), "concatenate", [], [], None, None)

    guarded = Guard().visit(parse(source))
    guarded.set_environment(sandbox)
    names = {name.name for name in guarded.find_all(nodes.Name)}
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
    from jinja2 import Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"+", "*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            measure(operator, left, right)
            return super().call_binop(context, operator, left, right)

        def call(__self, __context: Any, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's names
            work.spend()
            measure_call(__obj, args)
            return super().call(__context, __obj, *args, **kwargs)

    class Missing(Undefined):
        """A value that is not there: no number, so that `float(0)` gives its default."""

        def _no_number(self) -> NoReturn:
            raise TypeError("there is no such value")

        __float__ = __int__ = _no_number

    # Unoptimized: constants are not folded, so that no operation happens outside a rendering.
    sandbox = Sandbox(undefined=Missing, optimized=False, extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"])
    builtin = sandbox.filters
    sandbox.filters = {name: measured(function) for name, function in {**_allowed(builtin), **FILTERS}.items()}
    sandbox.filters.update(rounds=rounds, concatenate=concatenate)
    sandbox.tests.update(
        is_number=is_number, match=regex_match, search=regex_search, contains=lambda items, item: item in items
    )
    del sandbox.globals["lipsum"]
    sandbox.globals.update(GLOBALS)
    sandbox.globals["range"] = counted_range
    return sandbox


def _allowed(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return Jinja's filters without those that make much of little, or markup."""
    refused = {"center", "indent", "wordwrap", "urlize", "xmlattr", "batch", "slice", "pprint", "truncate", "format"}
    return {name: function for name, function in filters.items() if name not in refused}
