"""A sentence that mends itself: "set the bedroom to 19, actually make that 20", "the fan, no sorry, the desk light"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = (
    r"(?:no(?! (?:ones?|body|more|need|longer|way|rush|hurry|point|idea|problem|worries|matter)\b)|nope|wait|sorry|oops|hang on|hold on|scratch that|correction|i mean|i meant|i meant to say|or rather|rather|actually"
    r"|make (?:that|it)|make (?:that|it) rather|not that(?: one)?|wrong one|no hang on|no not that(?: one)?|oh|hmm|um|er)"
)
#: A pause and words that take back, of which one at least says so.
_MENDING = re.compile(rf"(?: ,)?(?P<marks>(?: {_MARK}(?: ,)?(?= |$))+) (?P<other>(?:the |my |our |to |at )?\S.*)")
_CERTAIN = re.compile(
    r"(?<=\w)(?: ,)? (?:(?:no |oh )?(?:sorry|wait)(?: ,)? i mean|i mean(?:t)?|scratch that|make that|or rather|no sorry|no wait|wait no|correction)(?= \S)"
)
_SURE = re.compile(
    r"\b(?:no|nope|wait|sorry|oops|hang on|hold on|scratch that|correction|i mean|i meant|or rather|make (?:that|it)|not that|wrong one|actually)\b"
)
#: What is put right, said last: "the hall light , er , the porch light i mean".
_MEANT = re.compile(r"(?: ,)? (?:i mean(?:t)?|i meant to say|rather)$")


def amended(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a plain sentence said first, and what it put in the place of some of that; the last mending first."""
    yield from reversed(list(_found(text)))


def _found(text: str) -> Iterator[tuple[str, str]]:
    start = 0
    while match := _MENDING.search(text, start):
        before, other = (
            text[: match.start()].strip(" ,"),
            re.sub(r"(?: ,)? (?:please|instead|then|rather)$", "", match["other"]),
        )
        rest = ""
        if " , " in other:
            other, _, rest = other.partition(" , ")
        if rest:
            before = f"{before} , {rest}"
        meant = _MEANT.sub("", other)
        if before and meant and (meant != other or _SURE.search(match["marks"])):
            yield before, meant
        start = match.start("other")


def takes_back(text: str) -> bool:
    """Say whether a plain sentence takes back for certain some of what it said."""
    return _CERTAIN.search(text) is not None
