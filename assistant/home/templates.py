"""Templates that devices announce, rendered as Home Assistant does, in a sandbox bounded in time and in output.

What a device announces is hostile input. Jinja's sandbox keeps a template from Python's internals; it does not bound
the work, so this module does:

- long and deep templates, macros, includes and recursive loops are refused when the template is read: what is left ends
  after as many steps as its loops have;
- loops, filters and calls count steps (:data:`MAX_STEPS`) and look at the clock of the thread (:data:`MAX_SECONDS`);
- no value grows beyond :data:`MAX_LENGTH`: products, powers, sums, joins, padding and formats are measured before they
  are made;
- regular expressions have a time limit of their own;
- a template that went over a limit is never rendered again.

Most templates only pick a value out of a JSON object (``{{ value_json.state }}``): those never reach Jinja.
"""

from __future__ import annotations

import base64
import functools
import json
import logging
import math
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_SOURCE = 4096  #: characters of a template
MAX_DEPTH = 40  #: nodes inside nodes of a template
MAX_NODES = 600  #: of a template
MAX_OUTPUT = 16_384  #: characters that a template may render
MAX_LENGTH = 65_536  #: characters or items of any value on the way
MAX_STEPS = 10_000  #: rounds of loops, filters and calls in one rendering
MAX_SECONDS = 0.05  #: processor time of one rendering
MAX_RANGE = 1000  #: items of a ``range``
MAX_BITS = 1024  #: of a whole number
REGEX_SECONDS = 0.01  #: for one regular expression
_CACHED = 4096  # templates, by source: devices of one maker share theirs
_COMPILED = 2048  # templates that are compiled

_log = logging.getLogger(__name__)

#: What a rendering may fail with that is not the template's own limit: any error of any filter or operator.
_UNREADABLE = object()


class TemplateError(ValueError):
    """A template that cannot be read, or is not allowed here; the message says why, without the source."""


class OverLimitError(Exception):
    """A rendering that went beyond one of the limits above."""


class Payload:
    """One message as templates see it: its text, and its JSON, read once for all who listen to its topic."""

    __slots__ = ("_json", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._json: Any = None if text else _UNREADABLE

    def json(self) -> Any:
        """Return the JSON value of the text. Raises ValueError where it is none."""
        if self._json is None:
            try:
                self._json = (json.loads(self.text),)
            except (ValueError, RecursionError):
                self._json = _UNREADABLE
        if self._json is _UNREADABLE:
            raise ValueError("not JSON")
        return self._json[0]

    def json_object(self) -> dict[str, Any] | None:
        """Return the JSON object of the text, or None where it is none."""
        try:
            value = self.json()
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


_STEP = r"""(?:\.[A-Za-z_]\w*|\[\s*(?:'[^'\\]*'|"[^"\\]*"|\d{1,6})\s*\])"""
_PATH = re.compile(rf"\{{\{{-?\s*value_json((?:{_STEP})+)\s*-?\}}\}}", re.ASCII)
_ONE_STEP = re.compile(r"""\.(\w+)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]""", re.ASCII)
_ABOUT = re.compile(r"\b(?:entity_id|this|name|is_state|states|state_attr)\b")
_PLAIN = re.compile(r"\s*\{\{-?\s*value\s*-?\}\}\s*")


class Template:
    """One announced template. Made by :func:`read`; compiled when it is rendered."""

    __slots__ = ("_path", "asks_about_itself", "broken", "source")

    def __init__(self, source: str) -> None:
        if len(source) > MAX_SOURCE:
            raise TemplateError(f"has {len(source)} characters; at most {MAX_SOURCE} are read")
        self.source = source
        self.broken = False  #: it went over a limit
        #: It names its entity, so that :func:`about` is wanted among its variables.
        self.asks_about_itself = bool(_ABOUT.search(source))
        self._path = _path_of(source)
        if self._path is None:
            _parse(source)

    def value(self, payload: Payload, variables: Mapping[str, Any] | None = None) -> str | None:
        """Return what the template makes of a message, without white space around it, or None where it fails."""
        if self._path is None:
            values: dict[str, Any] = {**(variables or {}), "value": payload.text}
            with suppress(ValueError):
                values["value_json"] = payload.json()
            return self._render(values)
        try:
            found: Any = payload.json() if self._path else payload.text
        except ValueError:
            return None
        for step in self._path:
            if isinstance(found, dict):
                found = found.get(step, "")
            elif isinstance(found, list) and isinstance(step, int):
                found = found[step] if step < len(found) else ""
            else:
                return None
        text = str(found).strip()
        return text if len(text) <= MAX_OUTPUT else None

    def command(self, value: object, variables: Mapping[str, Any] | None = None) -> str | None:
        """Return the payload for a command that sets ``value``, or None where the template fails."""
        return self._render({**(variables or {}), "value": value})

    def _render(self, values: dict[str, Any]) -> str | None:
        if self.broken:
            return None
        try:
            pieces = _compile(self.source)(values)
            _work.begin()
            return "".join(pieces).strip()
        except OverLimitError as error:
            _log.warning("A template is not rendered any more: it %s: %.80r", error, self.source)
            self.broken = True
            return None
        except Exception as error:  # whatever a filter or operator raises on what a device sent
            _log.debug("A template failed: %s: %.80r", error, self.source)
            return None


def about(entity_id: str, name: str, state: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a template may know of its own entity, and of no other: Home Assistant's names for it."""

    def state_of(asked: str) -> str:
        return state if asked == entity_id else "unknown"

    return {
        "entity_id": entity_id,
        "name": name,
        "this": {"entity_id": entity_id, "state": state, "attributes": attributes, "name": name},
        "states": state_of,
        "is_state": lambda asked, wanted: state_of(asked) == str(wanted),
        "state_attr": lambda asked, attribute: attributes.get(attribute) if asked == entity_id else None,
    }


@functools.lru_cache(maxsize=_CACHED)
def read(source: str) -> Template:
    """Return the template of ``source``. Raises TemplateError where it cannot be read or is not allowed."""
    return Template(source)


def _path_of(source: str) -> tuple[str | int, ...] | None:
    """Return the keys that a template only follows into ``value_json``, () for ``{{ value }}``, None for any other."""
    if _PLAIN.fullmatch(source):
        return ()
    found = _PATH.fullmatch(source.strip())
    if not found:
        return None
    steps: list[str | int] = []
    for attribute, single, double, index in _ONE_STEP.findall(found[1]):
        if attribute and hasattr(dict, attribute):
            return None  # to Jinja, value_json.items is a method
        steps.append(int(index) if index else attribute or single or double)
    return tuple(steps)


class _Work(threading.local):
    """The steps and the processor time that the rendering at hand has left."""

    left = MAX_STEPS
    until = math.inf

    def begin(self) -> None:
        self.left = MAX_STEPS
        self.until = time.thread_time() + MAX_SECONDS

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise OverLimitError(f"takes more than {MAX_STEPS} steps")
        if time.thread_time() > self.until:
            raise OverLimitError(f"takes more than {MAX_SECONDS * 1000:.0f} ms")


_work = _Work()


def _sized(length: float) -> None:
    if length > MAX_LENGTH:
        raise OverLimitError(f"makes a value of more than {MAX_LENGTH} characters or items")


def _rounds(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _work.spend()
        yield item


def _concatenate(parts: list[Any]) -> str:
    texts = [str(part) for part in parts]
    _sized(sum(map(len, texts)))
    return "".join(texts)


def _parse(source: str) -> nodes.Template:
    import jinja2
    from jinja2 import nodes

    environment = _environment()
    try:
        tree = environment.parse(source)
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
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            raise TemplateError(f"uses the filter {node.name!r}, which is not known")
        if isinstance(node, nodes.Test) and node.name not in environment.tests:
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
def _compile(source: str) -> Callable[[dict[str, Any]], Iterator[str]]:
    """Return what renders a template in pieces: its loops count their rounds, its ``~`` measures what it joins."""
    import jinja2
    from jinja2 import nodes

    environment = _environment()

    class Guard(jinja2.visitor.NodeTransformer):
        def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            node.iter = nodes.Filter(node.iter, "rounds", [], [], None, None)
            return node

        def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's name
            self.generic_visit(node)
            return nodes.Filter(nodes.List(node.nodes), "concatenate", [], [], None, None)

    guarded = Guard().visit(_parse(source))
    guarded.set_environment(environment)
    names = {name.name for name in guarded.find_all(nodes.Name)}
    compiled = environment.from_string(guarded)
    known = {name: value for name, value in environment.globals.items() if name in names}

    def render(values: dict[str, Any]) -> Iterator[str]:
        size = 0
        # Only the globals that the template names: copying all of them would take longer than most renderings.
        context = jinja2.runtime.Context(environment, known | values, None, compiled.blocks)
        for piece in compiled.root_render_func(context):
            size += len(piece)
            if size > MAX_OUTPUT:
                raise OverLimitError(f"renders more than {MAX_OUTPUT} characters")
            yield piece

    return render


@functools.lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    """Return Jinja's sandbox with Home Assistant's filters and with every operation measured."""
    from jinja2 import Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"+", "*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            _measure(operator, left, right)
            return super().call_binop(context, operator, left, right)

        def call(__self, __context: Any, __obj: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's names
            _work.spend()
            _measure_call(__obj, args)
            return super().call(__context, __obj, *args, **kwargs)

    class Missing(Undefined):
        """A value that is not there: no number, so that ``float(0)`` gives its default."""

        def _no_number(self) -> NoReturn:
            raise TypeError("there is no such value")

        __float__ = __int__ = _no_number

    # Unoptimized: constants are not folded, so that no operation happens outside a rendering.
    environment = Sandbox(undefined=Missing, optimized=False)
    builtin = environment.filters
    environment.filters = {name: _measured(function) for name, function in {**_allowed(builtin), **_FILTERS}.items()}
    environment.filters.update(rounds=_rounds, concatenate=_concatenate)
    environment.tests.update(
        is_number=_is_number, match=_regex_match, search=_regex_search, contains=lambda items, item: item in items
    )
    for name in ("lipsum",):
        del environment.globals[name]
    environment.globals.update(_GLOBALS)
    environment.globals["range"] = _range
    return environment


def _allowed(filters: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return Jinja's filters without those that make much of little, or markup."""
    refused = {"center", "indent", "wordwrap", "urlize", "xmlattr", "batch", "slice", "pprint", "truncate", "format"}
    return {name: function for name, function in filters.items() if name not in refused}


def _measured(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that counts as a step, and as more of them for a long value."""
    position = 1 if hasattr(function, "jinja_pass_arg") else 0

    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        value = args[position] if len(args) > position else None
        _work.spend(1 + len(value) // 64 if isinstance(value, str | list | dict | tuple) else 1)
        return function(*args, **kwargs)

    return counted


def _measure(operator: str, left: Any, right: Any) -> None:
    """Refuse an operation whose result would be too large."""
    _work.spend()
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        _sized(len(left) + len(right))
    elif operator == "*":
        for one, other in ((left, right), (right, left)):
            if isinstance(one, str | list | tuple | bytes) and isinstance(other, int):
                _sized(len(one) * other)
        if isinstance(left, int) and isinstance(right, int):
            _bits(left.bit_length() + right.bit_length())
    elif operator == "**" and isinstance(left, int) and isinstance(right, int):
        _bits(left.bit_length() * abs(right))
    elif operator == "%" and isinstance(left, str):
        _measure_format(left)


def _bits(count: int) -> None:
    if count > MAX_BITS:
        raise OverLimitError(f"makes a whole number of more than {MAX_BITS} bits")


def _measure_format(pattern: str) -> None:
    """Refuse a format with a width or a precision beyond 3 digits, or taken from a value."""
    if re.search(r"\d{4}|%[^a-zA-Z%]*\*|\{[^{}]*\{", pattern):
        raise OverLimitError("formats with a width that is too large")


#: Methods of text that cannot make much of little.
_TEXT_METHODS = frozenset(
    "capitalize casefold count decode encode endswith find index isalnum isalpha isdecimal isdigit islower isnumeric "
    "isspace istitle isupper is_integer lower lstrip partition removeprefix removesuffix rfind rindex rpartition "
    "rsplit rstrip split splitlines startswith strip swapcase title upper".split()
)


def _measure_call(function: Any, args: tuple[Any, ...]) -> None:
    """Refuse a method of text or of a number that would make too much."""
    function = getattr(function, "__wrapped__", function)  # Jinja wraps str.format
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, str | bytes | int | float):
        return
    name = function.__name__
    if name in _TEXT_METHODS:
        _work.spend(len(owner) // 64 if isinstance(owner, str | bytes) else 1)
    elif name == "format":
        _measure_format(str(owner))
    elif name == "replace" and isinstance(owner, str) and len(args) >= 2:
        _sized(len(owner) + owner.count(str(args[0])) * len(str(args[1])))
    elif name == "join" and isinstance(owner, str) and args and isinstance(args[0], list | tuple):
        _sized(sum(len(str(item)) for item in args[0]) + len(owner) * len(args[0]))
    elif name in ("zfill", "rjust", "ljust") and args and isinstance(args[0], int):
        _sized(args[0] * 64)
    else:
        raise OverLimitError(f"calls {name}, which is not allowed in an announcement")


def _range(*args: int) -> range:
    numbers = range(*args)
    if len(numbers) > MAX_RANGE:
        raise OverLimitError(f"counts to more than {MAX_RANGE}")
    return numbers


# Home Assistant's filters and functions ("Templating"), as far as they need no house around them.

_NEEDED: Any = object()


def _float(value: Any, default: Any = _NEEDED) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        if default is _NEEDED:
            raise
        return default


def _int(value: Any, default: Any = _NEEDED, base: int = 10) -> Any:
    try:
        if isinstance(value, str) and base != 10:
            return int(value, base)
        return int(value) if isinstance(value, int) else int(float(value))
    except (TypeError, ValueError, OverflowError):
        if default is _NEEDED:
            raise
        return default


def _bool(value: Any, default: Any = _NEEDED) -> Any:
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on", "enable"):
        return True
    if text in ("0", "false", "no", "off", "disable"):
        return False
    if default is _NEEDED:
        raise ValueError(f"{text!r} is neither true nor false")
    return default


def _round(value: Any, precision: int = 0, method: str = "common", default: Any = _NEEDED) -> Any:
    number = _float(value, default)
    if not isinstance(number, float) or abs(precision) > 20:
        return number
    scale = 10.0**precision
    if method == "ceil":
        number = math.ceil(number * scale) / scale
    elif method == "floor":
        number = math.floor(number * scale) / scale
    elif method == "half":
        number = round(number * 2) / 2
    else:
        number = round(number, precision)
    return number if precision > 0 or method == "half" else int(number)


def _is_number(value: Any) -> bool:
    number = _float(value, None)
    return number is not None and math.isfinite(number)


def _arithmetic(function: Callable[[float], float]) -> Callable[..., Any]:
    def apply(value: Any, default: Any = _NEEDED) -> Any:
        try:
            return function(float(value))
        except (TypeError, ValueError, OverflowError):
            if default is _NEEDED:
                raise
            return default

    return apply


def _add(value: Any, amount: Any, default: Any = _NEEDED) -> Any:
    number = _float(value, default)
    return number + float(amount) if isinstance(number, float) else number


def _multiply(value: Any, amount: Any, default: Any = _NEEDED) -> Any:
    number = _float(value, default)
    return number * float(amount) if isinstance(number, float) else number


def _logarithm(value: Any, base: float = math.e, default: Any = _NEEDED) -> Any:
    return _arithmetic(lambda number: math.log(number, float(base)))(value, default)


def _iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = _NEEDED) -> Any:
    if value is None and if_none is not _NEEDED:
        return if_none
    return if_true if value else if_false


def _replace(value: Any, old: Any, new: Any, count: int = -1) -> str:
    text, old, new = str(value), str(old), str(new)
    _sized(len(text) + text.count(old) * len(new))
    return text.replace(old, new, count)


def _join(items: Iterable[Any], separator: str = "", attribute: str | int | None = None) -> str:
    texts = [str(item if attribute is None else _attribute(item, attribute)) for item in _rounds(items)]
    _sized(sum(map(len, texts)) + len(separator) * len(texts))
    return str(separator).join(texts)


def _attribute(item: Any, name: str | int) -> Any:
    return item.get(name) if isinstance(item, dict) else item[name]


def _format(pattern: Any, *args: Any, **kwargs: Any) -> str:
    text = str(pattern)
    _measure_format(text)
    return text % (kwargs or args)


def _truncate(value: Any, length: int = 255, _killwords: bool = False, end: str = "...") -> str:
    text = str(value)
    return text if len(text) <= length else text[: max(0, int(length) - len(end))] + end


def _from_json(value: Any, default: Any = _NEEDED) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        if default is _NEEDED:
            raise
        return default


def _to_json(value: Any, *_args: Any, **_kwargs: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    _sized(len(text))
    return text


def _expression(pattern: Any, ignorecase: bool) -> Any:
    import regex

    return regex.compile(str(pattern)[:500], regex.IGNORECASE if ignorecase else 0)


def _regex_match(value: Any, find: Any = "", ignorecase: bool = False) -> bool:
    return bool(_limited(_expression(find, ignorecase).match, str(value)))


def _regex_search(value: Any, find: Any = "", ignorecase: bool = False) -> bool:
    return bool(_limited(_expression(find, ignorecase).search, str(value)))


def _regex_replace(value: Any = "", find: Any = "", replace: Any = "", ignorecase: bool = False) -> str:
    text = str(value)
    _sized(len(text) * (1 + len(str(replace))))
    return str(_limited(functools.partial(_expression(find, ignorecase).sub, str(replace)), text))


def _regex_findall(value: Any, find: Any = "", ignorecase: bool = False) -> list[Any]:
    return list(_limited(_expression(find, ignorecase).findall, str(value)))


def _regex_findall_index(value: Any, find: Any = "", index: int = 0, ignorecase: bool = False) -> Any:
    return _regex_findall(value, find, ignorecase)[index]


def _limited(function: Callable[..., Any], text: str) -> Any:
    try:
        return function(text, timeout=REGEX_SECONDS)
    except TimeoutError:
        raise OverLimitError(f"searches for more than {REGEX_SECONDS * 1000:.0f} ms") from None


def _time(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    when = datetime.fromisoformat(str(value))
    return when if when.tzinfo else when.astimezone()


def _as_timestamp(value: Any, default: Any = _NEEDED) -> Any:
    try:
        return _time(value).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        if default is _NEEDED:
            raise
        return default


def _timestamp_custom(value: Any, pattern: str = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = None) -> Any:
    try:
        when = datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return default
    return (when.astimezone() if local else when).strftime(str(pattern)[:100])


def _timestamp_local(value: Any, default: Any = None) -> Any:
    try:
        return datetime.fromtimestamp(float(value), UTC).astimezone().isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return default


def _timestamp_utc(value: Any, default: Any = None) -> Any:
    try:
        return datetime.fromtimestamp(float(value), UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return default


def _strptime(text: Any, pattern: str, default: Any = _NEEDED) -> Any:
    try:
        return datetime.strptime(str(text), str(pattern)[:100])  # noqa: DTZ007 - the template says the zone, or none
    except ValueError:
        if default is _NEEDED:
            raise
        return default


def _numbers(items: Any) -> list[float]:
    return [float(item) for item in _rounds(items)]


def _slugify(value: Any, separator: str = "_") -> str:
    return re.sub(r"[^a-z0-9]+", str(separator)[:3], str(value).lower()).strip(str(separator)[:3])


_FILTERS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "add": _add,
    "as_datetime": _time,
    "as_timestamp": _as_timestamp,
    "average": lambda items: statistics.fmean(_numbers(items)),
    "base64_decode": lambda value: base64.b64decode(str(value)).decode(),
    "base64_encode": lambda value: base64.b64encode(str(value).encode()).decode(),
    "bitwise_and": lambda one, other: int(one) & int(other),
    "bitwise_or": lambda one, other: int(one) | int(other),
    "bitwise_xor": lambda one, other: int(one) ^ int(other),
    "bool": _bool,
    "contains": lambda items, item: item in items,
    "cos": _arithmetic(math.cos),
    "float": _float,
    "format": _format,
    "from_json": _from_json,
    "iif": _iif,
    "int": _int,
    "is_defined": lambda value: value,
    "is_number": _is_number,
    "join": _join,
    "log": _logarithm,
    "median": lambda items: statistics.median(_numbers(items)),
    "multiply": _multiply,
    "ord": ord,
    "regex_findall": _regex_findall,
    "regex_findall_index": _regex_findall_index,
    "regex_match": _regex_match,
    "regex_replace": _regex_replace,
    "regex_search": _regex_search,
    "replace": _replace,
    "round": _round,
    "sin": _arithmetic(math.sin),
    "slugify": _slugify,
    "sqrt": _arithmetic(math.sqrt),
    "tan": _arithmetic(math.tan),
    "timestamp_custom": _timestamp_custom,
    "timestamp_local": _timestamp_local,
    "timestamp_utc": _timestamp_utc,
    "to_json": _to_json,
    "tojson": _to_json,
    "truncate": _truncate,
}

_GLOBALS: dict[str, Any] = {
    "as_datetime": _time,
    "as_timestamp": _as_timestamp,
    "average": lambda *items: statistics.fmean(_numbers(items if len(items) > 1 else items[0])),
    "bool": _bool,
    "cos": _arithmetic(math.cos),
    "e": math.e,
    "float": _float,
    "iif": _iif,
    "int": _int,
    "is_number": _is_number,
    "log": _logarithm,
    "max": lambda *items: max(_rounds(items if len(items) > 1 else items[0])),
    "median": lambda *items: statistics.median(_numbers(items if len(items) > 1 else items[0])),
    "min": lambda *items: min(_rounds(items if len(items) > 1 else items[0])),
    "now": lambda: datetime.now().astimezone(),
    "pi": math.pi,
    "sin": _arithmetic(math.sin),
    "slugify": _slugify,
    "sqrt": _arithmetic(math.sqrt),
    "strptime": _strptime,
    "tan": _arithmetic(math.tan),
    "tau": math.tau,
    "timestamp_custom": _timestamp_custom,
    "utcnow": lambda: datetime.now(UTC),
}
