"""Sentences of a piece of text, as offsets. Made for speed and for text as people write it, not for grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

#: Cut a sentence that is longer than this, in words; a text without punctuation would be one sentence otherwise.
LONGEST_WORDS = 70
#: Scripts without spaces are measured by characters: this many count as a word.
CHARACTERS_PER_WORD = 8

# Only the first mark of a row is tried, and what it took is not given back: a row that no sentence ends with (the dots
# of a table of contents) is passed over once, not once for every mark.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s|$)|[。！？]+[」』”）]*")
_CLAUSE = re.compile(r"[;:,–—)\]]\s")
_WORD = re.compile(r"\S+\s*")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]+$")

_TITLES = "mr mrs ms dr prof st mt ft gen col lt sgt capt cmdr rev hon gov sen rep pres messrs mme fr"
_OTHERS = "vs e.g i.e cf viz al ca dept univ ed eds trans jan feb mar apr jun jul aug sept sep oct nov dec"
_OF_LISTS = "approx incl excl ref refs tel encl resp qty avg p.p p.a p.w p.n"
#: Never the end of a sentence.
_ABBREVIATIONS = frozenset(f"{_TITLES} {_OTHERS} {_OF_LISTS}".split())
#: Not the end of a sentence before a number ("No. 5", "p. 12").
_NUMBERED = frozenset("no nos fig figs vol vols p pp ch chap sec art eq tab bd nr ext para rm apt".split())
#: The end of a sentence behind a number alone: "Bake for 20 min. Serve it", "20 kg max. Larger bags", "Max. Weight".
_LIMITS = frozenset(("min", "max"))
_AMOUNT = re.compile(r"\d\s?(?:[^\W\d_]{1,7}\s)?$")


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the half-open character range of every sentence of `text[start:end]`, without the space around it.

    Every character that is not white space is in exactly one range. Ranges longer than LONGEST_WORDS are cut, at a
    clause if there is one.
    """
    begin = start
    for match in _END.finditer(text, start, end):
        if match.end() < end and _ends_sentence(text, begin, match):
            yield from _pieces(text, begin, match.end())
            begin = match.end()
    yield from _pieces(text, begin, end)


def words(text: str, start: int, end: int) -> int:
    """Count the words of `text[start:end]`; long runs without spaces count by their characters."""
    return max(len(text[start:end].split()), (end - start) // CHARACTERS_PER_WORD)


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    mark = text[match.start()]
    if mark in "。！？":
        return True
    following = text[match.end() : match.end() + 80].lstrip()[:1]
    if following.islower():
        return False
    if mark != "." or match.end() - match.start() > 1:
        return True
    last = _LAST_WORD.search(text, max(begin, match.start() - 40), match.start())
    if last is None:
        return True
    word = last[0]
    if word.isdigit():
        # The number of a list item stands at the start ("3. Stir").
        return bool(text[begin : last.start()].strip())
    if word.isupper() and (len(word) == 1 or word[-2] == "."):
        return False  # an initial: "J. Smith", "U.S. Army"
    word = word.lower()
    if word in _LIMITS:
        at = last.start()
        return not following.isdigit() and bool(_AMOUNT.search(text, max(begin, at - 20), at))
    return word not in _ABBREVIATIONS and not (word in _NUMBERED and following.isdigit())


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield `text[start:end]` without surrounding space, cut into pieces of at most LONGEST_WORDS."""
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        cut = _fitting(text, start, end)
        last = cut
        while last > start and text[last - 1].isspace():
            last -= 1
        if start < last:
            yield start, last
        start = cut


def _fitting(text: str, start: int, end: int) -> int:
    """Return where to cut `text[start:end]` so that the first part is short enough."""
    limit = start + LONGEST_WORDS * CHARACTERS_PER_WORD
    if end <= limit and words(text, start, end) <= LONGEST_WORDS:
        return end
    ends = [match.end() for match in islice(_WORD.finditer(text, start, min(end, limit)), LONGEST_WORDS)]
    if len(ends) > 1 and ends[-1] == limit:
        ends.pop()  # this word goes on beyond the limit
    clauses = [match.end() for match in _CLAUSE.finditer(text, (start + ends[-1]) // 2, ends[-1])]
    return clauses[-1] if clauses else ends[-1]
