"""JSON from outside: bounded before it becomes Python objects, checked field by field, refused in one sentence."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from engines.errors import ReparteeError

Json = dict[str, Any]

#: Objects, arrays and values one message may hold: each costs up to 100 times its two characters in memory.
MAX_VALUES = 50_000
MAX_DEPTH = 64

#: A string, or one that is never closed, to the end: so that no second attempt begins inside it.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class ApiError(ReparteeError):
    """Something a client sent that cannot be done.

    `code` is the API's machine-readable name, `param` the field it concerns, `status` that of an HTTP answer, and
    `event_id` names the offending event of a Realtime client.
    """

    def __init__(
        self, code: str, sentence: str, *, param: str | None = None, status: int = 400, event_id: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.param, self.status, self.event_id = code, sentence, param, status, event_id

    def to_json(self) -> Json:
        """Return the `error` object, as HTTP answers and Realtime events have it."""
        return {
            "type": "server_error" if self.status >= 500 else "invalid_request_error",
            "code": self.code,
            "message": self.sentence,
            "param": self.param,
            "event_id": self.event_id,
        }


def checked(value: Any, kind: type, param: str) -> Any:
    """Return a JSON value as str, bool, int, float, dict or list. Raises ApiError with the type expected."""
    if kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if kind is float:
            return float(value)
        if value == int(value) and abs(value) < 2**53:
            return int(value)
    if kind not in (int, float) and isinstance(value, kind):
        return value
    names = {str: "a string", int: "a whole number", float: "a number", bool: "a boolean", dict: "an object"}
    raise ApiError(
        "invalid_type", f"'{param}' must be {names.get(kind, 'an array')}, not {type(value).__name__}.", param=param
    )


def decode(given: str | bytes) -> object:
    """Return the JSON value of a message; bytes are UTF-8.

    Raises ApiError for what is not JSON (NaN and infinity included), is nested deeper than MAX_DEPTH or holds more than
    MAX_VALUES values; the last two before anything is built.
    """
    try:
        text = given if isinstance(given, str) else given.decode()
    except UnicodeDecodeError as error:
        raise ApiError("invalid_json", "The message is not valid JSON: it is not UTF-8.") from error
    if _separators(text) > MAX_VALUES or text.count("[") + text.count("{") > MAX_DEPTH:
        _measure(_STRING.sub("", text))
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(":")[0].lower()
        raise ApiError("invalid_json", f"The message is not valid JSON: {reason}.") from error


def clean(text: str) -> str:
    """Return the text without lone surrogates, which JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _separators(text: str) -> int:
    """Return an upper bound of the values in a JSON text: each follows one of these, or is alone."""
    return sum(text.count(char) for char in ",:[{")


def _measure(bare: str) -> None:
    """Raise ApiError where a JSON text, its strings left out, holds too much or is too deep."""
    if (values := _separators(bare)) > MAX_VALUES:
        raise ApiError("invalid_json", f"The message holds {values} values, at most {MAX_VALUES} are read.")
    depth = 0
    for bracket in _BRACKET.finditer(bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise ApiError("invalid_json", f"The message is nested too deeply: more than {MAX_DEPTH} levels.")


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits[:20])
