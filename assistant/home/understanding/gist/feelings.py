"""What people feel, and what is wanted then: "it's a bit gloomy in the hall", "I can't see a thing in here"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.home.understanding.gist.words import ASIDES, FEELING_SOFT, FEELINGS, NEVER, TOO_MUCH
from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.wording.words import singular

_CAN_NOT_SEE = re.compile(
    r"(?:(?:i|we|you|one) )?(?:can (?:not|hardly|barely|scarcely)(?: \w+ly)?|could (?:not|hardly|barely)) (?:really |even |quite )?(?:see|make out|read|find)"
    r"(?P<what> (?:a thing|anything|much|a lot|my (?:own )?(?:hand|feet|book|keys|shoes|food|face)|what (?:i|we) (?:am|are) \w+ing|where i am going|the (?:steps?|floor|way)))?(?: (?:much|well|properly|at all))*"
)
_SEEING_IN = frozenset("in on at over around here down up out through upstairs downstairs outside".split())
_NEED_NOT = re.compile(
    r"it (?:need not|does not (?:need|have) to|must not|should not) be (?:so|that|this|quite so|as) "
)
_OF_PEOPLE = frozenset("i we my it me us".split())
#: With one of these it is sure that something is wanted; without, it may only be told.
_SURELY = frozenset("too here i we my me us".split())
#: The same of the dark, where a room is told: "awfully dark on the landing", "a bit dark in the hall"; not "gloomy".
_DARK_INDEED = frozenset(
    "so awfully terribly really very dreadfully horribly completely totally absolutely pitch".split()
)
_SOMEWHAT = frozenset("bit little rather quite pretty".split())


class Feeling(NamedTuple):
    """What is wanted ("brighter", "warmer", ...; "" for nothing), where ("here", a room, words of a name), and
    whether that is sure."""

    wish: str = ""
    place: str = ""
    sure: bool = False


def feeling(directory: Directory, text: str) -> Feeling:
    """Return what a plain clause feels: "it's too gloomy in the hall" is ("brighter", "hall", True)."""
    text = _NEED_NOT.sub("it is too ", ASIDES.sub("", f"{text} ").strip())
    if seen := _CAN_NOT_SEE.match(text):
        left = text[seen.end() :].split()
        place = _place_of(directory, left) if not left or seen["what"] or left[0] in _SEEING_IN else None
        return Feeling("brighter", place, sure=True) if place is not None else Feeling()
    words = text.split()
    felt = {word for word in words if word in FEELINGS}
    wishes = {FEELINGS[word] for word in felt}
    if len(wishes) != 1 or not NEVER.isdisjoint(words):
        return Feeling()
    if felt <= TOO_MUCH and not {"too", "so"} & set(words):
        return Feeling()
    place = _place_of(directory, [word for word in words if word not in FEELINGS])
    if place is None or (not place and "here" not in words and _OF_PEOPLE.isdisjoint(words)):
        return Feeling()
    if words[:2] in (["is", "it"], ["is", "the"]):
        return Feeling()  # that is asked
    wish = wishes.pop()
    dark = (
        wish == "brighter"
        and "gets" not in words
        and (not _DARK_INDEED.isdisjoint(words) or (bool(place) and "dark" in felt and not _SOMEWHAT.isdisjoint(words)))
    )
    return Feeling(wish, place or ("here" if "here" in words else ""), dark or not _SURELY.isdisjoint(words))


def _place_of(directory: Directory, words: list[str]) -> str | None:
    """Return the room that words name beside those that say nothing, or else words that are all of names.

    "On the stairs" is "stairs" where there is a Stair Light. None where a word is left over.
    """
    places: list[str] = []
    left: list[str] = []
    start = 0
    while start < len(words):
        length = next(
            (
                length
                for length in range(min(directory.longest, len(words) - start), 0, -1)
                if tuple(words[start : start + length]) in directory.places
            ),
            0,
        )
        if length:
            places.append(" ".join(words[start : start + length]))
        elif words[start] not in FEELING_SOFT:
            left.append(words[start])
        start += length or 1
    if left or len(places) > 1:
        named = [*" ".join(places).split(), *left]
        return " ".join(named) if all(singular(word) in directory.vocabulary() for word in named) else None
    return places[0] if places else ""
