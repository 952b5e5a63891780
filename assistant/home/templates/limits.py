"""What a rendering may cost: steps, processor time, and sizes, measured before anything is made."""

from __future__ import annotations

import functools
import math
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

MAX_OUTPUT = 16_384  #: characters that a template may render
MAX_LENGTH = 65_536  #: characters or items of any value on the way
MAX_STEPS = 10_000  #: rounds of loops, filters and calls in one rendering
MAX_SECONDS = 0.05  #: processor time of one rendering
MAX_RANGE = 1000  #: items of a `range`
MAX_BITS = 1024  #: of a whole number
REGEX_SECONDS = 0.01  #: for one regular expression
_MAX_EXPRESSION = 500  # characters of a regular expression
_MAX_REPEATS = 20_000  # of all its {repeats} inside each other
_REPEATS = re.compile(r"\{(\d{0,9})(?:,(\d{0,9}))?\}")


class OverLimitError(Exception):
    """A rendering that went beyond one of the limits above."""


class Work(threading.local):
    """The steps and the processor time that the rendering at hand has left."""

    left = MAX_STEPS
    until = math.inf

    def begin(self) -> None:
        """Start a rendering."""
        self.left = MAX_STEPS
        self.until = time.thread_time() + MAX_SECONDS

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises OverLimitError where there were too many, or where they took too long."""
        self.left -= steps
        if self.left < 0:
            raise OverLimitError(f"takes more than {MAX_STEPS} steps")
        if time.thread_time() > self.until:
            raise OverLimitError(f"takes more than {MAX_SECONDS * 1000:.0f} ms")


work = Work()


def sized(length: float) -> None:
    """Refuse a value of `length` characters or items that is about to be made."""
    if length > MAX_LENGTH:
        raise OverLimitError(f"makes a value of more than {MAX_LENGTH} characters or items")


def rounds(items: Iterable[Any]) -> Iterator[Any]:
    """Yield the items of a loop, each a step."""
    for item in items:
        work.spend()
        yield item


def concatenate(parts: list[Any]) -> str:
    """Join what `~` joins."""
    texts = [str(part) for part in parts]
    sized(sum(map(len, texts)))
    return "".join(texts)


def measured(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that counts as a step, and as more of them for a long value."""
    position = 1 if hasattr(function, "jinja_pass_arg") else 0

    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        value = args[position] if len(args) > position else None
        work.spend(1 + len(value) // 64 if isinstance(value, str | list | dict | tuple) else 1)
        return function(*args, **kwargs)

    return counted


def measure(operator: str, left: Any, right: Any) -> None:
    """Refuse an operation whose result would be too large."""
    work.spend()
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        sized(len(left) + len(right))
    elif operator == "*":
        for one, other in ((left, right), (right, left)):
            if isinstance(one, str | list | tuple | bytes) and isinstance(other, int):
                sized(len(one) * other)
        if isinstance(left, int) and isinstance(right, int):
            _bits(left.bit_length() + right.bit_length())
    elif operator == "**" and isinstance(left, int) and isinstance(right, int):
        _bits(left.bit_length() * abs(right))
    elif operator == "%" and isinstance(left, str):
        measure_format(left)


def _bits(count: int) -> None:
    if count > MAX_BITS:
        raise OverLimitError(f"makes a whole number of more than {MAX_BITS} bits")


def measure_format(pattern: str) -> None:
    """Refuse a format with a width or a precision beyond 3 digits, or taken from a value."""
    if re.search(r"\d{4}|%[^a-zA-Z%]*\*|\{[^{}]*\{", pattern):
        raise OverLimitError("formats with a width that is too large")


#: Methods of text that cannot make much of little.
_TEXT_METHODS = frozenset(
    "capitalize casefold count decode encode endswith find index isalnum isalpha isdecimal isdigit islower isnumeric "
    "isspace istitle isupper is_integer lower lstrip partition removeprefix removesuffix rfind rindex rpartition "
    "rsplit rstrip split splitlines startswith strip swapcase title upper".split()
)


def measure_call(function: Any, args: tuple[Any, ...]) -> None:
    """Refuse a method of text or of a number that would make too much."""
    function = getattr(function, "__wrapped__", function)  # Jinja wraps str.format
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, str | bytes | int | float):
        return
    name = function.__name__
    if name in _TEXT_METHODS:
        work.spend(len(owner) // 64 if isinstance(owner, str | bytes) else 1)
    elif name == "format":
        measure_format(str(owner))
    elif name == "replace" and isinstance(owner, str) and len(args) >= 2:
        sized(len(owner) + owner.count(str(args[0])) * len(str(args[1])))
    elif name == "join" and isinstance(owner, str) and args and isinstance(args[0], list | tuple):
        sized(sum(len(str(item)) for item in args[0]) + len(owner) * len(args[0]))
    elif name in ("zfill", "rjust", "ljust") and args and isinstance(args[0], int):
        sized(args[0] * 64)
    else:
        raise OverLimitError(f"calls {name}, which is not allowed in an announcement")


def expression(pattern: object, ignorecase: bool = False) -> Any:
    """Return a compiled regular expression; to be used with a `timeout` of REGEX_SECONDS.

    Raises OverLimitError where it is long or repeats so much that compiling it would take memory, ValueError where it
    is none.
    """
    import regex

    text = str(pattern)
    repeats = math.prod(max(int(low or 1), int(high or 1)) for low, high in _REPEATS.findall(text))
    if len(text) > _MAX_EXPRESSION or repeats > _MAX_REPEATS:
        raise OverLimitError("searches for something too long")
    try:
        return regex.compile(text, regex.IGNORECASE if ignorecase else 0)
    except regex.error as error:
        raise ValueError(str(error)) from None


def counted_range(*args: int) -> range:
    """Return a short range."""
    numbers = range(*args)
    if len(numbers) > MAX_RANGE:
        raise OverLimitError(f"counts to more than {MAX_RANGE}")
    return numbers
