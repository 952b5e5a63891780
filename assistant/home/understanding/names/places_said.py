"""The rooms and areas that a sentence speaks of, wherever it does, and what is inside and outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from assistant.home.entities import Entity
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.wording import english
from assistant.home.understanding.wording.words import plain, singular

#: A place before the command: "in the cellar , kill the light".
_PLACE_FIRST = re.compile(r"(?:(?:in|on|at|over in) (?:the |my |our )?)?")
#: Where somebody is about to be, or comes from: what ends then is where they still are, or now are.
_ON_THE_WAY = re.compile(
    r"\b(?:(?:going|heading|headed|off|walking|moving|popping|nipping|running|stepping|way|go|move|coming|come|back|home)"
    r"(?: (?:up|down|over|out|through|across|back|straight|right|now|off))* (?:to|into|from)"
    r"|(?:in|into|to|from) (?:the |my |our )?\S+(?: \S+)? (?:next|soon|later))\b"
)
_ENDING = re.compile(r"\b(?:off|out|kill|shut|close|closed|down|dim|stop|lock)\b")
#: Where the next clause begins, and where what is left out does.
_CLAUSES = re.compile(r"(?: ,)? (?:and then|and|then) (?!then\b)| , ")
_LEFT_OUT = re.compile(r"(?: ,)? (?:except|apart from|all but|but not|but|other than|leaving|and leave|leave|without) ")
_EXCEPTED = re.compile(r"(?: ,)? (?:except|apart from|all but|but not|other than|but (?=(?:leave|keep) )) ?")
_WITHOUT_IN = frozenset("upstairs downstairs outside inside".split())

_OUTSIDE = frozenset(("outside", "outdoors", "outdoor"))


def with_outside(entities: Iterable[Entity], floors: Mapping[str, Iterable[str]]) -> Mapping[str, Iterable[str]]:
    """Return the floors, with "outside" and "inside" where a house calls nothing so itself."""
    areas = sorted({entity.area for entity in entities if entity.area})
    named = {plain(name) for name in (*floors, *areas)}
    theirs = {area for floor, of_it in floors.items() if plain(floor) in _OUTSIDE for area in of_it}
    out = [area for area in areas if area in theirs or not english.OUTDOORS.isdisjoint(plain(area).split())]
    if out and not named & _OUTSIDE:
        floors = {**floors, "Outside": out}
    if out and "inside" not in named and (within := [area for area in areas if area not in out]):
        floors = {**floors, "Inside": within}
    return floors


def place_in(directory: Directory, told: str) -> str:
    """Return the room that a reason speaks of: "the bathroom is steamy"; "" where it speaks of none."""
    said = told.split()
    words = [singular(word) for word in said]
    for length in range(min(directory.longest, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            for place in (said[start : start + length], words[start : start + length]):  # "wills room", "the kitchens"
                if tuple(place) in directory.places:
                    return " ".join(place)
    return ""


def place_told(directory: Directory, told: str, command: str) -> str:
    """Return the room that a reason speaks of, as the one that a command beside it is for; "" where that is another.

    "I am going to the bathroom, turn the light off" is for the light of the room that is left.
    """
    return "" if is_elsewhere(told, command) else place_in(directory, told)


def is_elsewhere(told: str, command: str) -> bool:
    """Say whether a command ends something while somebody is on the way to, or from, the room they tell of."""
    return _ON_THE_WAY.search(told) is not None and _ENDING.search(command) is not None


def place_first(directory: Directory, text: str) -> tuple[str, str]:
    """Return the place that a command begins with before a pause, and what is wanted there; "" where it does not.

    "In Ben's room, the lamp on and the fan off" is of that room in each of its clauses.
    """
    match = _PLACE_FIRST.match(text)
    words = text[match.end() :].split() if match else []
    if match is None or not (match[0] or not _WITHOUT_IN.isdisjoint(words[:1])):
        return "", ""
    for length in range(min(directory.longest, len(words) - 2), 0, -1):
        if words[length] == "," and tuple(words[:length]) in directory.places:
            rest = " ".join(words[length + 1 :])
            return ("", "") if place_in(directory, rest) else (" ".join(words[:length]), rest)
    return "", ""


def placed_each(rest: str, place: str) -> Iterator[str]:
    """Yield a command with its place in each of its clauses, before what is left out."""
    at = f" {place}" if place in _WITHOUT_IN else f" in the {place}"
    main = rest[: out.start()] if (out := _LEFT_OUT.search(rest)) else rest
    yield f"{_CLAUSES.sub(lambda part: at + part[0], main)}{at}{rest[len(main) :]}"
    yield f"{main}{at}{rest[len(main) :]}"
    yield f"{rest}{at}"


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
        place, said = " ".join(words[:length]), " ".join(rest)
        main = said[: out.start()] if (out := _EXCEPTED.search(said)) else said
        return f"{main}{'' if place in _WITHOUT_IN else ' in the'} {place}{said[len(main) :]}"
    return text
