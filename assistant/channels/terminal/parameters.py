"""Types of command-line parameters, where click's own let bad values through."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click


class GivenPath(click.Path):
    """A path as given, that need not exist; an empty one, as an unset shell variable leaves it, is refused."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, readable=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Fails for an empty one, which would be the current folder."""
        if str(value) == "":
            self.fail("the path is empty; give a file or a folder, or . for this one.", param, ctx)
        return super().convert(value, param, ctx)


class FiniteRange(click.FloatRange):
    """A number within limits; NaN, which click takes for within any, and infinity are refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number. Fails for one that is not finite or out of the limits."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number
