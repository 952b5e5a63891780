"""A command that names several things of which a house has only some, without those that it has not."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.home.english import GENERIC
from assistant.home.noun_phrases import COMMANDING, LEAVING_OUT, LISTING, UNFINISHED
from assistant.home.words import singular

LONGEST_NAME = 5  #: words of what is left out, with its article
_ARTICLES = frozenset("the my our".split())
_NO_NAME = (
    COMMANDING | LEAVING_OUT | (UNFINISHED - _ARTICLES) | frozenset("off up down shut closed , or then it".split())
)


def without_one(text: str) -> Iterator[tuple[str, str]]:
    """Yield a command without one thing of its list, and what that is called: "turn on the lamp", "the disco ball"."""
    words = text.split()
    for place, word in enumerate(words):
        if word not in LISTING:
            continue
        for length in range(LONGEST_NAME, 0, -1):
            end = place + 1 + length
            if end <= len(words) and _is_name(words[place + 1 : end]):
                yield " ".join([*words[:place], *words[end:]]), " ".join(words[place + 1 : end])
            start, behind = place - length, place + 1 + (words[place : place + 2] == [",", "and"])
            if start > 0 and _is_name(words[start:place]):
                yield " ".join([*words[:start], *words[behind:]]), " ".join(words[start:place])


def _is_name(words: list[str]) -> bool:
    """Say whether words may be the name of a thing and no more: "the disco ball", "party lights"."""
    said = words[1:] if words[0] in _ARTICLES else words
    if not said or not _NO_NAME.isdisjoint(said) or not _ARTICLES.isdisjoint(said):
        return False
    return said is not words or singular(words[-1]) in GENERIC
