"""How a section of the configuration declares its fields; below assistant/config.py, so that any room can have one."""

from __future__ import annotations

import dataclasses
from typing import Any


def setting(
    default: Any,
    about: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of a section: its default, what it means, and the values it accepts.

    The default of a table, a field of type `Mapping[str, str]` or `Mapping[str, tuple[str, ...]]`, is `{}`.
    """
    metadata = {"about": about, "minimum": minimum, "maximum": maximum, "choices": choices}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
