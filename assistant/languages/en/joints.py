"""Where a sentence that asks for several things may be parted: "turn on the light and set a timer"."""

from __future__ import annotations

import re

_JOINT = re.compile(
    r"(?:\s*[,;]|[.!?](?=\s))?\s+(?:and then|and also|and|then|also|plus|after that)\b,?\s+|\s*[,;]\s+|[.!?]\s+",
    re.IGNORECASE,
)


def segments_of(text: str, most: int) -> list[tuple[int, int]]:
    """Return from where to where the stretches between its joints go; one for the whole where there are too many."""
    found, start = [], 0
    for joint in _JOINT.finditer(text):
        if joint.start() > start:
            found.append((start, joint.start()))
            start = joint.end()
    found.append((start, len(text)))
    return found if len(found) <= most and start < len(text) else [(0, len(text))]
