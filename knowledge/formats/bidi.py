"""Words of pages in Hebrew or Arabic, in the order in which they are read, whatever their order in a file.

A PDF says where each letter stands. Files have letters in the order of reading or in that of the page from left to
right, and PDFium turns some of them round, so here only their places count: the steps of the Unicode bidirectional
algorithm (UAX #9) are taken backwards. Places become those that the words would have if everything ran from left to
right: a page that runs from right to left is mirrored, what runs the other way in it is turned back within its
own span. So whoever reads it afterwards needs to know
nothing of directions.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.formats.printed import Run

#: Letters further apart than so many sizes of type stand in two words, and words in two columns or cells.
_WORD_GAP, _CELL_GAP = 0.2, 1.2
#: What stands between the digits of one number, and what beside them.
_INSIDE, _BESIDE = frozenset(".,:/+-\u066b\u066c"), frozenset("%$€£₪°#‰\u066a")
_AFTER = frozenset("%‰\u066a")  # follows its number, which between Arabic words it stands to the left of
_BRACKETS = {char: pair for pair in ("()", "[]", "{}", "«»") for char in pair}
_ENDING = frozenset(".,;:!?\u060c\u061b\u061f")  # what follows a closing bracket without white space


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph(Run):
    """What is drawn at one place: a run of one character, with the marks on it."""

    backward: bool = False  # known once it is placed: whether brackets open to the left here

    @property
    def kind(self) -> str:
        """R for a letter of a script from right to left, L for another letter, N for a digit, "" for anything else."""
        kinds = {unicodedata.bidirectional(char) for char in self.text}
        if kinds & {"R", "AL"}:
            return "R"
        return "L" if "L" in kinds else "N" if kinds & {"EN", "AN"} else ""

    def mirrored(self, across: float) -> Glyph:
        """Return it mirrored, so that what was at 0 is at `across`."""
        return replace(self, left=across - self.right, right=across - self.left)


def read(glyphs: Sequence[Glyph], width: float) -> tuple[list[Run], bool]:
    """Return the words of a page so wide, in places as if they ran from left to right, and whether it was mirrored."""
    kinds = [glyph.kind for glyph in glyphs]
    mirrored = kinds.count("R") > kinds.count("L")
    made: list[Run] = []
    for line in _lines(glyphs):
        for part in _apart(line, _CELL_GAP):
            is_backward = _is_backward(part, mirrored=mirrored)
            found = _backward(part) if is_backward else _forward(part)
            if is_backward != mirrored:
                found = _turned(found)
            if mirrored:
                found = [each.mirrored(width) for each in reversed(found)]
            made += [_run(word) for word in _apart(_with_brackets(found), _WORD_GAP)]
    return made, mirrored


def _is_backward(part: Sequence[Glyph], *, mirrored: bool) -> bool:
    """Tell whether words run from right to left, as on most of the page or as their own letters tell."""
    letters = "".join(glyph.kind for glyph in part).replace("N", "")
    other = "L" if mirrored else "R"
    is_other = letters[:1] == letters[-1:] == other and 2 * letters.count(other) > len(letters)
    return mirrored != is_other


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return glyphs that stand beside each other, from left to right."""
    lines: list[list[Glyph]] = []
    top = bottom = 0.0
    for glyph in sorted(glyphs, key=lambda each: (each.top + each.bottom) / 2):
        if not lines or not top <= (glyph.top + glyph.bottom) / 2 <= bottom:
            lines.append([])
            top, bottom = glyph.top, glyph.bottom
        lines[-1].append(glyph)
    return [_with_marks(sorted(line, key=lambda each: each.left + each.right)) for line in lines]


def _with_marks(line: Sequence[Glyph]) -> list[Glyph]:
    """Return a line whose vowels and other marks, which stand above and below letters, follow the letters they mark."""
    letters = [each for each in line if not _is_mark(each)]
    marks = [""] * len(letters)
    for mark in filter(_is_mark, line if letters else ()):
        place = mark.left + mark.right
        nearest = min(range(len(letters)), key=lambda at: abs(letters[at].left + letters[at].right - place))
        marks[nearest] += mark.text
    return [replace(each, text=each.text + mark) for each, mark in zip(letters, marks, strict=True)]


def _is_mark(glyph: Glyph) -> bool:
    return all(unicodedata.category(char) == "Mn" for char in glyph.text)


def _apart(line: Sequence[Glyph], gap: float) -> list[list[Glyph]]:
    """Return a line in parts where there is white space of more than `gap` sizes of type."""
    parts: list[list[Glyph]] = []
    for at, glyph in enumerate(line):
        if not at or _is_apart(line, at, gap):
            parts.append([])
        parts[-1].append(glyph)
    return parts


def _is_apart(line: Sequence[Glyph], at: int, gap: float = _WORD_GAP) -> bool:
    """Tell whether there is white space before the glyph at `at`; there is at the ends of a line."""
    return not 0 < at < len(line) or line[at].left - line[at - 1].right > gap * line[at].size


def _backward(part: Sequence[Glyph]) -> list[Glyph]:
    """Return what runs from right to left with words and numbers of the other direction turned round in their span."""
    kinds = _kinds(part)
    found: list[Glyph] = []
    at = 0
    while at < len(part):
        if kinds[at] in ("L", "N"):
            end = _end_of_forward(part, kinds, at)
            found += _turned(part[at:end])
            at = end
        else:
            found.append(replace(part[at], backward=True))
            at += 1
    return found


def _forward(part: Sequence[Glyph]) -> list[Glyph]:
    """Return what runs from left to right; words of the other direction, and what is between them, are turned round."""
    kinds = _kinds(part)
    found: list[Glyph] = []
    at = 0
    while at < len(part):
        end = at
        while kinds[at] == "R" and end < len(part) and kinds[end] != "L":
            end += 1
        while end > at and kinds[end - 1] != "R":
            end -= 1
        found += _turned(_backward(part[at:end])) if end > at else [part[at]]
        at = max(end, at + 1)
    return found


def _turned(part: Sequence[Glyph]) -> list[Glyph]:
    """Return glyphs turned round; two of one place (two letters that are drawn as one) change their order too."""
    across = min(each.left for each in part) + max(each.right for each in part)
    return [each.mirrored(across) for each in reversed(part)]


def _kinds(part: Sequence[Glyph]) -> list[str]:
    """Return the kind of each glyph; what belongs to a number is N."""
    kinds = [each.kind for each in part]
    for at in range(1, len(part) - 1):
        whole = not _is_apart(part, at) and not _is_apart(part, at + 1)
        if part[at].text in _INSIDE and kinds[at - 1] == kinds[at + 1] == "N" and whole:
            kinds[at] = "N"
    for step in (1, -1):
        for at in range(len(part))[::step]:
            beside = at - step
            is_beside = 0 <= beside < len(part) and not _is_apart(part, max(at, beside))
            those = _BESIDE if step > 0 else _BESIDE - _AFTER
            if part[at].text in those and is_beside and kinds[beside] == "N":
                kinds[at] = "N"
    return kinds


def _end_of_forward(part: Sequence[Glyph], kinds: Sequence[str], start: int) -> int:
    """Return where what runs from left to right ends: a number alone, or all words up to the next of the other way."""
    end = start + 1
    while end < len(part) and kinds[end] == "N" and not _is_apart(part, end):
        end += 1
    has_letter, at = kinds[start] == "L", start + 1
    while at < len(part) and kinds[at] != "R" and (has_letter or not _is_apart(part, at)):
        has_letter = has_letter or kinds[at] == "L"
        if kinds[at] and has_letter:
            end = at + 1
        at += 1
    return end


def _with_brackets(found: Sequence[Glyph]) -> list[Glyph]:
    """Return glyphs in the order of reading with brackets that open before what they enclose.

    Where it runs from right to left they are drawn the other way round, and files and PDFium call them either way: so
    the white space beside a bracket tells which it is.
    """
    made: list[Glyph] = []
    is_open = False
    for at, glyph in enumerate(found):
        pair = _BRACKETS.get(glyph.text)
        if pair:
            begins = _is_apart(found, at)
            ends = _is_apart(found, at + 1) or found[at + 1].text in _ENDING
            told = not is_open if glyph.backward else glyph.text == pair[0]
            is_open = begins if begins != ends else told
        made.append(replace(glyph, text=pair[:1] if is_open else pair[1:]) if pair else glyph)
    return made


def _run(word: Sequence[Glyph]) -> Run:
    return Run(
        text="".join(each.text for each in word),
        left=min(each.left for each in word),
        top=min(each.top for each in word),
        right=max(each.right for each in word),
        bottom=max(each.bottom for each in word),
        size=word[0].size,
        bold=word[0].bold,
    )
