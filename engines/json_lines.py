"""Files of JSON lines: one object a line. Questions, manifests of recordings and sentence sets come as such."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engines.errors import ReparteeError


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the object of each line that is not blank, with the number of the line.

    Raises:
        ReparteeError: the file cannot be read, or the line, which is named, is no JSON object.
    """
    # Not str.splitlines: JSON may hold U+2028 as it is, which is the end of a line to that.
    for number, line in enumerate(read_text(path, "a file of JSON lines").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ReparteeError(f"{path}, line {number}: is no JSON ({error}); expected one object a line.") from error
        if not isinstance(row, dict):
            raise ReparteeError(f"{path}, line {number}: expected an object, not {type(row).__name__}.")
        yield number, row


def read_text(path: Path, expected: str) -> str:
    """Return a file of UTF-8. Raises ReparteeError, which says what was `expected`, where it is none."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ReparteeError(f"{path} cannot be read ({error.strerror}); expected {expected}.") from error
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
        raise ReparteeError(f"{path} cannot be read ({reason}); expected {expected}.") from error
