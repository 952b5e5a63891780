"""Collections: documents that only some may ask. A document is in one, or in the unnamed one that everybody may ask."""

from __future__ import annotations

import re

from engines.errors import ReparteeError

#: The collections somebody may ask; None for all of them.
Collections = frozenset[str] | None
#: What everybody who is let in may ask.
UNNAMED: frozenset[str] = frozenset({""})

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def check_name(name: str) -> str:
    """Return the name of a collection. Raises ReparteeError for one that is none; "" is the unnamed one's."""
    if name and not _NAME.fullmatch(name):
        raise ReparteeError(
            f"{name[:40]!r} is no name for a collection; expected small letters, digits and hyphens, 32 at most, "
            "such as work."
        )
    return name


def may_ask(collections: Collections, name: str) -> bool:
    """Whether somebody who may ask `collections` may ask the one of this name."""
    return collections is None or name in collections
