"""A text in the clauses in which it is said: the first one short, so that it is heard soon; the others flow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.languages.en.abbreviations import POINT_INSIDE

LONGEST_CLAUSE = 120  # letters; a voice can be interrupted, and says the next thing, after a clause at the latest
DIGIT = 5  # letters that a digit takes as long to say as
_SHORTEST_FIRST, _SHORTEST = 8, 32  # letters

# A clause ends at punctuation that is followed by space; figures such as 1,000 and 3.5 are left alone.
_BOUNDARY = re.compile(r"(?<=[.!?…;:,])[\"'’”)\]]*\s+(?!\s|\d{4}\b)|(?<![\s\d])\s+[–—-]\s+(?![\s\d])|(?<!\s)\s+(?=\()")


def clauses_of(text: str) -> list[str]:
    """Split at punctuation followed by space, and long stretches between words; joined the clauses are `text` again."""
    found: list[str] = []
    pending, position = "", 0
    for boundary in _BOUNDARY.finditer(text):
        pending, position = pending + text[position : boundary.end()], boundary.end()
        said = pending.strip()
        if len(said) >= (_SHORTEST if found else _SHORTEST_FIRST) and not POINT_INSIDE.search(said[-8:]):
            found += _cut(pending)
            pending = ""
    return [*found, *_cut(pending + text[position:])]


#: The end of a sentence, and not the point of a figure or of a single letter, of which more may come.
_WHOLE = re.compile(r"(?:\w\w[\"'’”)\]]*[.]|[!?…])[\"'’”)\]]*\s*$")


def is_whole(text: str) -> bool:
    """Whether a text that comes in pieces ends with a sentence, after which nothing can belong to it."""
    said = text.strip()
    return bool(_WHOLE.search(said)) and not re.search(r"\d[.]$", said) and not POINT_INSIDE.search(said[-8:])


def _cut(clause: str) -> Iterator[str]:
    """Cut what takes too long to say at spaces, and where there are none, anywhere."""
    start = weight = 0
    for place, letter in enumerate(clause):
        weight += DIGIT if letter.isdigit() else 1
        if weight > LONGEST_CLAUSE and place > start:
            cut = clause.rfind(" ", start, place) + 1 or place
            yield clause[start:cut]
            start = cut
            weight = sum(DIGIT if letter.isdigit() else 1 for letter in clause[start : place + 1])
    if start < len(clause):
        yield clause[start:]
