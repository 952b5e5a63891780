"""What an event is on the wire, and the error that answers one that cannot be done."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from engines.errors import ReparteeError

Json = dict[str, Any]


class ProtocolError(ReparteeError):
    """Something a client sent that cannot be done; becomes an `error` event and the connection goes on.

    `code` is the API's machine-readable name, `param` the field it concerns, `event_id` the client's event.
    """

    def __init__(self, code: str, sentence: str, *, param: str | None = None, event_id: str | None = None) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.param, self.event_id = code, sentence, param, event_id

    def to_json(self) -> Json:
        """Return the `error` object of the event; `event_id` names the offending client event."""
        return {
            "type": "invalid_request_error",
            "code": self.code,
            "message": self.sentence,
            "param": self.param,
            "event_id": self.event_id,
        }


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event; `event_id` is the sender's, and may be empty on a client's."""

    type: ClassVar[str]
    event_id: str = ""

    def to_json(self) -> Json:
        """Return the JSON object; absent values are null, which the clients read as absent."""
        return {"type": self.type} | {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, data: Json) -> Self:
        """Return the event; unknown fields are ignored, as the API does. Raises ProtocolError naming the field."""
        values: Json = {}
        for name, kind, required in _fields(cls):  # type: ignore[arg-type]
            value = data.get(name)
            if value is None:
                if required:
                    raise ProtocolError(
                        "missing_required_parameter", f"{cls.type} needs the field '{name}'.", param=name
                    )
                continue
            values[name] = checked(value, kind, name)
        return cls(**values)


@functools.cache
def _fields(event: type[Event]) -> tuple[tuple[str, type, bool], ...]:
    hints = typing.get_type_hints(event)
    found = []
    for f in dataclasses.fields(event):
        kind, required = hints[f.name], f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if isinstance(kind, types.UnionType):
            kind = next(part for part in typing.get_args(kind) if part is not types.NoneType)
        found.append((f.name, typing.get_origin(kind) or kind, required))
    return tuple(found)


def checked(value: Any, kind: type, param: str) -> Any:
    """Return a JSON value as str, bool, int, float, dict or list. Raises ProtocolError with the type expected."""
    if kind in (int, float) and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        if kind is float:
            return float(value)
        if value == int(value) and abs(value) < 2**53:
            return int(value)
    if kind not in (int, float) and isinstance(value, kind):
        return value
    names = {str: "a string", int: "a whole number", float: "a number", bool: "a boolean", dict: "an object"}
    raise ProtocolError(
        "invalid_type", f"'{param}' must be {names.get(kind, 'an array')}, not {type(value).__name__}.", param=param
    )


def decode(text: str) -> object:
    """Return the JSON value of a message. Raises ProtocolError for what is not JSON, NaN and infinity included."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error).split(":")[0].lower()
        raise ProtocolError("invalid_json", f"The message is not valid JSON: {reason}.") from error


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits[:20])
