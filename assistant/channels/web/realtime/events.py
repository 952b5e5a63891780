"""What an event is on the wire."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from dataclasses import dataclass
from typing import ClassVar, Self

from assistant.channels.json import ApiError, Json, checked


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
        """Return the event; unknown fields are ignored, as the API does. Raises ApiError naming the field."""
        values: Json = {}
        for name, kind, required in _fields(cls):  # type: ignore[arg-type]
            value = data.get(name)
            if value is None:
                if required:
                    raise ApiError("missing_required_parameter", f"{cls.type} needs the field '{name}'.", param=name)
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
