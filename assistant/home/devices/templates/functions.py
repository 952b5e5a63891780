"""Home Assistant's filters and functions ("Templating"), as far as they need no house around them."""

from __future__ import annotations

import base64
import functools
import json
import math
import re
import statistics
import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from assistant.home.devices.templates.limits import (
    REGEX_SECONDS,
    OverLimitError,
    expression,
    measure_format,
    rounds,
    sized,
    work,
)

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


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number, or the text of one."""
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
    sized(len(text) + text.count(old) * len(new))
    return text.replace(old, new, count)


def _join(items: Iterable[Any], separator: str = "", attribute: str | int | None = None) -> str:
    texts = [str(item if attribute is None else _attribute(item, attribute)) for item in rounds(items)]
    sized(sum(map(len, texts)) + len(separator) * len(texts))
    return str(separator).join(texts)


def _attribute(item: Any, name: str | int) -> Any:
    return item.get(name) if isinstance(item, dict) else item[name]


def _format(pattern: Any, *args: Any, **kwargs: Any) -> str:
    text = str(pattern)
    measure_format(text, *args, *kwargs.values())
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
    sized(len(text))
    return text


def regex_match(value: Any, find: Any = "", ignorecase: bool = False) -> bool:
    """Return whether a value starts with a regular expression."""
    return bool(_limited(expression(find, ignorecase).match, str(value)))


def regex_search(value: Any, find: Any = "", ignorecase: bool = False) -> bool:
    """Return whether a regular expression is anywhere in a value."""
    return bool(_limited(expression(find, ignorecase).search, str(value)))


def _regex_replace(value: Any = "", find: Any = "", replace: Any = "", ignorecase: bool = False) -> str:
    text = str(value)
    sized(len(text) * (1 + len(str(replace))))
    return str(_limited(functools.partial(expression(find, ignorecase).sub, str(replace)), text))


def _regex_findall(value: Any, find: Any = "", ignorecase: bool = False) -> list[Any]:
    return list(_limited(expression(find, ignorecase).findall, str(value)))


def _regex_findall_index(value: Any, find: Any = "", index: int = 0, ignorecase: bool = False) -> Any:
    return _regex_findall(value, find, ignorecase)[index]


def _limited(function: Callable[..., Any], text: str) -> Any:
    work.spend(1 + len(text) // 64)
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


def _as_local(when: datetime) -> datetime:
    return when.astimezone()


def _today_at(text: str = "00:00") -> datetime:
    return datetime.combine(datetime.now().astimezone().date(), time.fromisoformat(str(text))).astimezone()


def _unpack(value: Any, pattern: str, offset: int = 0) -> Any:
    """Return the first value of raw bytes (`encoding: ""`), or of the bytes of a text."""
    raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    if struct.calcsize(pattern) > 64:
        raise OverLimitError("unpacks too much")
    return struct.unpack_from(pattern, raw, int(offset))[0]


class _Dict:
    """Jinja's `dict`, with what Home Assistant adds to it."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    @staticmethod
    def from_keys(pairs: Iterable[Any]) -> dict[Any, Any]:
        """Return an object of pairs."""
        return dict(rounds(pairs))


def _flatten(items: Any, levels: int | None = None) -> list[Any]:
    flat: list[Any] = []
    for item in rounds(items):
        if isinstance(item, list | tuple) and (levels is None or levels > 0):
            flat += _flatten(item, None if levels is None else levels - 1)
        else:
            flat.append(item)
        sized(len(flat))
    return flat


def _combine(*objects: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for one in objects for key, value in rounds(one.items())}


def _clamp(value: Any, low: Any, high: Any) -> float:
    return min(max(float(value), float(low)), float(high))


def _zip(*columns: Iterable[Any]) -> list[tuple[Any, ...]]:
    return list(rounds(zip(*columns, strict=False)))


def _numbers(items: Any) -> list[float]:
    return [float(item) for item in rounds(items)]


def _slugify(value: Any, separator: str = "_") -> str:
    return re.sub(r"[^a-z0-9]+", str(separator)[:3], str(value).lower()).strip(str(separator)[:3])


FILTERS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "add": _add,
    "as_datetime": _time,
    "as_local": _as_local,
    "as_timestamp": _as_timestamp,
    "average": lambda items: statistics.fmean(_numbers(items)),
    "base64_decode": lambda value: base64.b64decode(str(value)).decode(),
    "base64_encode": lambda value: base64.b64encode(str(value).encode()).decode(),
    "bitwise_and": lambda one, other: int(one) & int(other),
    "bitwise_or": lambda one, other: int(one) | int(other),
    "bitwise_xor": lambda one, other: int(one) ^ int(other),
    "bool": _bool,
    "clamp": _clamp,
    "combine": _combine,
    "contains": lambda items, item: item in items,
    "cos": _arithmetic(math.cos),
    "flatten": _flatten,
    "float": _float,
    "format": _format,
    "from_json": _from_json,
    "iif": _iif,
    "int": _int,
    "is_defined": lambda value: value,
    "is_number": is_number,
    "join": _join,
    "log": _logarithm,
    "median": lambda items: statistics.median(_numbers(items)),
    "multiply": _multiply,
    "ord": ord,
    "regex_findall": _regex_findall,
    "regex_findall_index": _regex_findall_index,
    "regex_match": regex_match,
    "regex_replace": _regex_replace,
    "regex_search": regex_search,
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
    "unpack": _unpack,
}

GLOBALS: dict[str, Any] = {
    "as_datetime": _time,
    "as_timestamp": _as_timestamp,
    "average": lambda *items: statistics.fmean(_numbers(items if len(items) > 1 else items[0])),
    "bool": _bool,
    "clamp": _clamp,
    "combine": _combine,
    "cos": _arithmetic(math.cos),
    "dict": _Dict(),
    "e": math.e,
    "float": _float,
    "iif": _iif,
    "int": _int,
    "is_number": is_number,
    "log": _logarithm,
    "max": lambda *items: max(rounds(items if len(items) > 1 else items[0])),
    "median": lambda *items: statistics.median(_numbers(items if len(items) > 1 else items[0])),
    "min": lambda *items: min(rounds(items if len(items) > 1 else items[0])),
    "now": lambda: datetime.now().astimezone(),
    "pi": math.pi,
    "sin": _arithmetic(math.sin),
    "slugify": _slugify,
    "sqrt": _arithmetic(math.sqrt),
    "strptime": _strptime,
    "tan": _arithmetic(math.tan),
    "tau": math.tau,
    "timedelta": timedelta,
    "timestamp_custom": _timestamp_custom,
    "today_at": _today_at,
    "unpack": _unpack,
    "utcnow": lambda: datetime.now(UTC),
    "zip": _zip,
}
