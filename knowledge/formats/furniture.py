"""Heads and feet of printed pages: what stands at the edge of most pages alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.formats.printed import Line, Page

#: Sizes of type that much above the body's make a heading.
LARGER = 1.12
#: What stands within this share of the page's height from its edge, on several pages alike, is its head or foot.
_EDGE = 0.12
_ALIKE = 3
_LONGEST_NUMBER = 6  # digits
_DIGITS = re.compile(r"\d+")


def furniture(pages: Sequence[Page], body: float) -> list[set[int]]:
    """Return the lines of each page, by number, that stand at its edge and on most pages alike, numbers apart.

    A heading at the upper edge that no other page has ("Day 4") is none of them, unless its number is the page's.
    """
    seen: Counter[tuple[bool, str]] = Counter()
    found: list[dict[int, tuple[bool, str]]] = []
    uppers = [{line.text for line in page.lines if _is_upper(line, page)} for page in pages]
    texts = Counter(text for upper in uppers for text in upper)
    steps = Counter(step for count, upper in enumerate(uppers) for text in upper for step in _steps(text, count))
    for count, page in enumerate(pages):
        edges = {}
        for number, line in enumerate(page.lines):
            upper = _is_upper(line, page)
            numbered = any(steps[step] > 1 for step in _steps(line.text, count))
            if (
                upper
                and texts[line.text] == 1
                and _is_own_heading(page.lines[number : number + 2], body, numbered=numbered)
            ):
                continue
            if upper or line.top > (1 - _EDGE) * page.height:
                edges[number] = upper, _DIGITS.sub("0", line.text)
        found.append(edges)
        seen.update(set(edges.values()))
    least = max(2, min(_ALIKE, len(pages)), len(pages) // 4)
    alone = re.compile(r"(?:page|seite|-)?\s*0\s*(?:(?:of|von|/)\s*0|-)?", re.IGNORECASE)

    def is_one(place: tuple[bool, str]) -> bool:
        return seen[place] >= least or bool(alone.fullmatch(place[1]))

    return [{number for number, place in edges.items() if is_one(place)} for edges in found]


def _is_upper(line: Line, page: Page) -> bool:
    return line.bottom < _EDGE * page.height


def _steps(text: str, count: int) -> set[tuple[str, int]]:
    """Return how far each number in a line is from that of its page: running heads keep it the same."""
    alike = _DIGITS.sub("0", text)
    return {(alike, int(number) - count) for number in _DIGITS.findall(text) if len(number) <= _LONGEST_NUMBER}


def _is_own_heading(lines: Sequence[Line], body: float, *, numbered: bool) -> bool:
    """Tell whether the first of two lines is a heading of what is on the page, not of the page.

    It is larger and right above the text, or large or bold without the page's number.
    """
    head = lines[0]
    larger = head.size > LARGER * body
    if not any(char.isalpha() for char in head.text) or not (larger or head.bold):
        return False
    above = len(lines) > 1 and lines[1].top - head.bottom < 1.5 * head.size
    return (larger and above) or not numbered
