"""The rooms and areas that a sentence speaks of, wherever it does."""

from __future__ import annotations

import re

from assistant.home.names import Directory
from assistant.home.words import singular

#: A place before the command: "in the cellar , kill the light".
_PLACE_FIRST = re.compile(r"(?:(?:in|on|at|over in) (?:the |my |our )?)?")
_WITHOUT_IN = frozenset("upstairs downstairs outside inside".split())


def place_in(directory: Directory, told: str) -> str:
    """Return the room that a reason speaks of: "the bathroom is steamy"; "" where it speaks of none."""
    words = [singular(word) for word in told.split()]
    for length in range(min(directory.longest, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if tuple(words[start : start + length]) in directory.places:
                return " ".join(words[start : start + length])
    return ""


def place_last(directory: Directory, text: str) -> str:
    """Return a command with the place that it begins with at its end: "upstairs , all the lights off"."""
    match = _PLACE_FIRST.match(text)
    if match is None:
        return text
    words = text[match.end() :].split()
    for length in range(min(directory.longest, len(words) - 1), 0, -1):
        rest = words[length:]
        paused = rest[0] == ","
        if (
            tuple(singular(word) for word in words[:length]) not in directory.places
            and tuple(words[:length]) not in directory.places
        ):
            continue
        rest = rest[1:] if paused else rest
        if not (paused or match[0]) or len(rest) < 2 or place_in(directory, " ".join(rest)):
            return text
        place = " ".join(words[:length])
        return f"{' '.join(rest)} {place}" if place in _WITHOUT_IN else f"{' '.join(rest)} in the {place}"
    return text
