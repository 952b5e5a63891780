"""From the tokens of a span to the characters of a text: whole words, numbers and addresses."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

#: Characters of a word that are taken along, at most, on each side of a span.
LONGEST_REST = 40

#: What a number at the end of a span is a number of, where that is a sign and no word.
_UNIT = re.compile(
    r" ?(?:%|°[CF]?|[kKMGT]i?B(?:/s|ps)?|[kMG]?Hz|[kmcµn]?[mgl]|[kM]?Wh?|m?Ah?|k?V|dB|km/h|rpm|"
    r"ms|min|h|s|°|€|£|\$)(?!\w)"
)

_QUOTES = (('"', '"'), ("“", "”"), ("«", "»"))
_LETTER = r"[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]"  # of a script with spaces between its words
_JOINT = re.compile(
    rf"(?<={_LETTER})(?={_LETTER}|[.@]{_LETTER})|(?<={_LETTER}[.@])(?={_LETTER})|(?<=\d)(?=[,:]\d)|(?<=\d[,:])(?=\d)"
)


def verbatim(text: str, offsets: NDArray[np.int32], first: int, last: int) -> tuple[int, int]:
    """Characters [start, end) of a text that its tokens `first` to `last` stand for. `offsets`: int32 [tokens, 2].

    The tokenizer drops accents and invisible signs that follow a letter; they belong to it and are taken along, and so
    is the rest of a word, a number or an address of which the tokens are a part.
    """
    start, end = int(offsets[first, 0]), int(offsets[last, 1])
    while end < len(text) and unicodedata.category(text[end]) in ("Mn", "Mc", "Me"):
        end += 1
    farthest = end + LONGEST_REST
    while end < min(len(text), farthest) and _goes_on(text, end):
        end += 1
    if end and text[end - 1].isdigit() and (unit := _UNIT.match(text, end)):
        end = unit.end()
    farthest = start - LONGEST_REST
    while start > max(0, farthest) and _goes_on(text, start):
        start -= 1
    return _without_a_lone_quote(text, start, end)


def _without_a_lone_quote(text: str, start: int, end: int) -> tuple[int, int]:
    """Characters `start`..`end` without a quotation mark at an end whose partner stands outside; 5" is no quotation."""
    said = text[start:end]
    for opening, closing in _QUOTES:
        opened, closed = said.count(opening), said.count(closing)
        is_odd = opened % 2 == 1 if opening == closing else opened != closed
        if is_odd and len(said) > 1 and said[-1] == closing and not said[-2].isdigit():
            return start, end - 1
        if is_odd and len(said) > 1 and said[0] == opening:
            return start + 1, end
    return start, end


def _goes_on(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` are of one word: "Åker|blom", "10|.5", "me@home|.example"."""
    return _JOINT.match(text, at) is not None
