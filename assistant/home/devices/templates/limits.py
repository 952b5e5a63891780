"""What a rendering may cost: steps, processor time, and sizes, measured before anything is made.

All renderings that one message brings about share a budget of time as well (`MESSAGE_SECONDS`).
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import threading
import time
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import Any

MAX_OUTPUT = 16_384  #: characters that a template may render
MAX_LENGTH = 65_536  #: characters or items of any value on the way
MAX_STEPS = 10_000  #: rounds of loops, filters and calls in one rendering
MAX_SECONDS = 0.04  #: processor time of one rendering
MESSAGE_SECONDS = 0.08  #: processor time of all that one message is taken into
MAX_RANGE = 1000  #: items of a `range`
MAX_BITS = 1024  #: of a whole number
REGEX_SECONDS = 0.01  #: for one regular expression
_MAX_EXPRESSION = 500  # characters of a regular expression
_MAX_REPEATS = 20_000  # of all its {repeats} inside each other
_REPEATS = re.compile(r"\{(\d{0,9})(?:,(\d{0,9}))?\}")


class OverLimitError(Exception):
    """A rendering that went beyond one of the limits above."""


class OverTimeError(OverLimitError):
    """A rendering that took too long, which may once be the machine's fault: a search for garbage, another program."""


class LeftOutError(Exception):
    """A rendering that was left out or given up through no fault of its template; the message says why."""


class Work(threading.local):
    """The steps and the processor time that the rendering at hand, and the message at hand, have left."""

    left = MAX_STEPS
    until = math.inf
    message_until = math.inf
    topic: str | None = None  # of the message at hand, which may be set; `end_message` ends it
    left_out: dict[str, list[str]] | None = None

    def end_message(self) -> dict[str, list[str]] | None:
        """End the budget of a message; return who was left out, by reasons, or None where nobody was."""
        self.topic, self.message_until = None, math.inf
        left_out = self.left_out
        if left_out is not None:
            self.left_out = None
        return left_out

    def exhausted(self) -> bool:
        """Return whether the message at hand has had its time, which starts with the first who asks."""
        return self._now() > self.message_until

    def _now(self) -> float:
        now = time.thread_time()
        if self.message_until == math.inf and self.topic is not None:
            self.message_until = now + MESSAGE_SECONDS
        return now

    def leave_out(self, reason: str, whom: str) -> None:
        """Note who does not take the message at hand, and why."""
        if self.topic is None:
            return
        if self.left_out is None:
            self.left_out = {}
        self.left_out.setdefault(reason, []).append(whom)

    def begin(self) -> None:
        """Start a rendering. Raises LeftOutError where the message at hand has had its time."""
        self.left = MAX_STEPS
        now = self._now()
        if now > self.message_until:
            raise LeftOutError(TOOK_TOO_LONG)
        self.until = min(now + MAX_SECONDS, self.message_until)

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises OverLimitError where there were too many, or where they took too long, and LeftOutError where it was
        others that took the time of the message.
        """
        self.left -= steps
        if self.left < 0:
            raise OverLimitError(f"takes more than {MAX_STEPS} steps")
        if time.thread_time() > self.until:
            if self.until == self.message_until:
                raise LeftOutError(TOOK_TOO_LONG)
            raise OverTimeError(f"takes more than {MAX_SECONDS * 1000:.0f} ms")


TOOK_TOO_LONG = f"those before them took more than {MESSAGE_SECONDS * 1000:.0f} ms"

work = Work()


def sized(length: float) -> None:
    """Refuse a value of `length` characters or items that is about to be made."""
    if length > MAX_LENGTH:
        raise OverLimitError(f"makes a value of more than {MAX_LENGTH} characters or items")


def weight(value: Any) -> int:
    """Return how many values a value holds, those held twice counted twice; 64 characters or bits count as one.

    So much work is to write it out or to compare it: a list of ten times a list of ten times a list and so on is made
    in a few steps, and would fill the memory. Raises OverLimitError beyond MAX_LENGTH.
    """
    count = 0
    left: list[Iterator[Any]] = [iter((value,))]
    while left:
        for item in left[-1]:
            count += 1
            if isinstance(item, str | bytes):
                count += len(item) // 64
            elif isinstance(item, _HOLDING):
                count += len(item)  # so that a long one is refused before it is gone through
                sized(count)
                count -= len(item)
                left.append(itertools.chain(item, item.values()) if isinstance(item, dict) else iter(item))
                break
            elif isinstance(item, int):
                count += item.bit_length() // 64
            sized(count)
        else:
            left.pop()
    return count


_HOLDING = (list, tuple, dict, set, frozenset, KeysView, ValuesView, ItemsView)


def weighed(value: Any) -> Any:
    """Return a value that a template made, or refuse it where it holds too much."""
    if isinstance(value, _HOLDING):
        work.spend(1 + weight(value) // 64)
    return value


def stepped(value: Any) -> Any:
    """Return a value that is about to be compared, which is a step."""
    work.spend()
    return value


def rounds(items: Iterable[Any], steps: int = 1) -> Iterator[Any]:
    """Yield the items of a loop, each a step, or several."""
    for item in items:
        work.spend(steps)
        yield item


def concatenate(parts: list[Any]) -> str:
    """Join what `~` joins."""
    texts = [str(part) for part in parts]
    sized(sum(map(len, texts)))
    return "".join(texts)


#: Filters that do something with every item, where nobody would look at the clock.
_BY_ITEM = frozenset("dictsort groupby list map max min reject rejectattr select selectattr sort sum unique".split())


def measured(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that counts as a step, as more of them for a long value, and by items where it works so."""
    position = 1 if hasattr(function, "jinja_pass_arg") else 0
    by_item = name in _BY_ITEM

    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        value: Any = args[position] if len(args) > position else None
        if by_item:
            steps = _parts(*args[position + 1 :], *kwargs.values())
            if isinstance(value, str):
                work.spend(1 + len(value) * steps)
            elif isinstance(value, list | dict | tuple):
                work.spend(1 + max(len(value) * steps, weight(value) // 4))
            else:
                args = (*args[:position], rounds(value, steps), *args[position + 1 :])
        else:
            work.spend(1 + len(value) // 64 if isinstance(value, str | list | dict | tuple) else 1)
        return weighed(function(*args, **kwargs))

    return counted


def _parts(*args: Any) -> int:
    """Return how many parts "an.attribute,and another" has, which every item is asked for."""
    return 1 + sum(arg.count(".") + arg.count(",") for arg in args if isinstance(arg, str))


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
        measure_format(left, right)


def _bits(count: int) -> None:
    if count > MAX_BITS:
        raise OverLimitError(f"makes a whole number of more than {MAX_BITS} bits")


def measure_format(pattern: str, *values: Any) -> None:
    """Refuse a format with a width or a precision beyond 3 digits, or taken from a value, or that makes too much."""
    sized((pattern.count("%") + pattern.count("{")) * sum(map(weight, values)) * 64)
    if re.search(r"\d{4}|%[^a-zA-Z%]*\*|\{[^{}]*\{", pattern):
        raise OverLimitError("formats with a width that is too large")


#: Methods of text that cannot make much of little.
_TEXT_METHODS = frozenset(
    "capitalize casefold count decode encode endswith find index isalnum isalpha isdecimal isdigit islower isnumeric "
    "isspace istitle isupper is_integer lower lstrip partition removeprefix removesuffix rfind rindex rpartition "
    "rsplit rstrip split splitlines startswith strip swapcase title upper".split()
)


def measure_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse a method of text or of a number that would make too much."""
    function = getattr(function, "__wrapped__", function)  # Jinja wraps str.format
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, str | bytes | int | float):
        return
    name = function.__name__
    if name in _TEXT_METHODS:
        work.spend(len(owner) // 64 if isinstance(owner, str | bytes) else 1)
    elif name == "format":
        measure_format(str(owner), *args, *kwargs.values())
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
