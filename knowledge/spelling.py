"""A question as the documents write it: a reader does not take "AR7" for "AR-7", nor "e seven" for "E7"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from knowledge.figures import figures_said

#: So many parts a code has at most: "PGMP-15-B2" has four.
MOST_PARTS = 4
#: Shorter words are not taken for halves of one: "to day", "in side".
SHORTEST = 3
#: Of a question only so many parts, and so many codes that they may make up, are looked at.
_PARTS_LOOKED_AT, _CODES_LOOKED_FOR = 64, 12
#: Of the places where a number stands, only so many are compared with what was asked.
_PLACES_LOOKED_AT = 32

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PART = re.compile(rf"{_NUMBER.pattern}|[^\W\d_]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?=\.|$)")
#: Between the parts of a code: nothing, a space (of any width) or a hyphen.
_GAP = r"[\s\u00a0\u202f\u2010-\u2013-]?"
_IS_GAP = re.compile(_GAP)
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS_BETWEEN = re.compile(r"[\s-]+")


def as_written(question: str, texts: Iterable[str]) -> str:
    """Return `question` with its codes and numbers as the first of `texts` that has them writes them.

    "AR7" becomes "AR-7" where that is what is written, "5 GHz" "5GHz", "3800" "3,800", "e four" "E4" and "lady birds"
    "ladybirds". What stands somewhere as it was asked is left as it is.
    """
    written = "\n".join(texts)
    question = _in_figures(_joined(question, written.lower()), written)
    if not any(map(str.isdecimal, question)):
        return question
    parts = list(islice(_PART.finditer(question), _PARTS_LOOKED_AT))
    places: dict[str, list[tuple[int, int]]] = {}
    for number in _NUMBER.finditer(written):
        places.setdefault(_plain(number[0]), []).append(number.span())
    changed, done = [], 0
    for code in islice(_codes(question, parts), _CODES_LOOKED_FOR):
        start, end = code[0].start(), code[-1].end()
        spots = places.get(_plain(next(part[0] for part in code if part[0][0].isdigit())), ())
        if start < done or not spots:
            continue
        asked, reach = question[start:end], 2 * (end - start) + 8
        near = "\n".join(written[max(left - reach, 0) : right + reach] for left, right in spots[:_PLACES_LOOKED_AT])
        if re.search(_alone(re.escape(asked)), near, re.IGNORECASE):
            continue
        pattern = _GAP.join(_any_spelling(part[0]) for part in code)
        if (found := re.search(_alone(pattern), near, re.IGNORECASE)) is not None:
            changed += [question[done:start], found[0]]
            done = end
    return "".join([*changed, question[done:]])


def _joined(question: str, written: str) -> str:
    """Return `question` with two words as one where they are only written so. `written`: texts in lower case."""
    words = list(islice(_LETTERS.finditer(question), _PARTS_LOOKED_AT))
    for left, right in reversed(list(pairwise(words))):
        one, start = (left[0] + right[0]).lower(), left.start()
        if min(len(left[0]), len(right[0])) < SHORTEST or question[left.end() : right.start()] != " ":
            continue
        if one in written and f"{left[0]} {right[0]}".lower() not in written and re.search(rf"\b{one}", written):
            question = question[:start] + left[0] + right[0] + question[right.end() :]
    return question


def _in_figures(question: str, written: str) -> str:
    """Return `question` with those of its numbers in figures that are written so, and nowhere in words."""
    for each in reversed(figures_said(question)):
        words = r"[\s-]+".join(map(re.escape, _WORDS_BETWEEN.split(question[each.start : each.end])))
        figures = _GAP.join(part[0] for part in _PART.finditer(each.figures))
        if re.search(_alone(figures), written, re.IGNORECASE) and not re.search(_alone(words), written, re.IGNORECASE):
            question = question[: each.start] + each.figures + question[each.end :]
    return question


def _codes(question: str, parts: Sequence[re.Match[str]]) -> Iterator[Sequence[re.Match[str]]]:
    """Yield what may be the parts of a code, from the left and the longest first."""
    for first in range(len(parts)):
        for last in range(min(len(parts), first + MOST_PARTS), first, -1):
            code = parts[first:last]
            gaps = [question[left.end() : right.start()] for left, right in pairwise(code)]
            kinds = [part[0][0].isdigit() for part in code]
            # Two words, or two numbers, that stand apart are no code.
            apart = any(
                gap and ((gap.isspace() and left == right) or not _IS_GAP.fullmatch(gap))
                for gap, left, right in zip(gaps, kinds, kinds[1:], strict=False)
            )
            if any(kinds) and not apart:
                yield code


def _plain(number: str) -> str:
    return number.replace(",", "") if _THOUSANDS.match(number) else number


def _any_spelling(part: str) -> str:
    whole, point, rest = _plain(part).partition(".")
    if not whole.isdigit() or len(whole) < 4:
        return re.escape(part)
    groups = [whole[max(at - 3, 0) : at] for at in range(len(whole), 0, -3)][::-1]
    return "[,\u00a0\u202f]?".join(groups) + re.escape(point + rest)


def _alone(pattern: str) -> str:
    """What finds `pattern` where it is not a part of a longer word or number."""
    return rf"(?<![^\W_])(?<!\d[.,]){pattern}(?![^\W_])(?![.,]\d)"
