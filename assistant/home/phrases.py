"""The names of the house for the recognizer's lexicon, read off the event loop's own copy."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.home.home import Home


class HomePhrases:
    """Every name of a device, an area or a floor; one source of a `Lexicon`, whose methods are called in threads."""

    def __init__(self, home: Home) -> None:
        """Made and told of changes on the event loop."""
        self._home = home
        self._names = home.names()
        home.on_change(self._changed)

    @property
    def version(self) -> int:
        """A number that changes with the names."""
        return self._names.version

    def phrases(self) -> Iterable[str]:
        """Return the names."""
        names = self._names
        devices = chain.from_iterable(said for _, said in names.entities)
        places = (name for named in (names.areas, names.floors) for name in named)
        return list(dict.fromkeys((*devices, *places, *chain.from_iterable(names.areas.values()))))

    def _changed(self, ids: frozenset[str]) -> None:  # noqa: ARG002
        if self._home.house.version != self._names.version:
            self._names = self._home.names()
