"""What an answer may be in a passage of lists, table rows and paragraphs, whose text shows them as plain lines.

A list item is a line behind a mark ("- ", "3. "), a row names the column of each cell ("Tool: Rake; Price: 9 euros.").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engines.tokenize import Tokenizer, Tokens

_MARK = re.compile(r"\s*(?:[-*•‣–]|\d{1,3}[.)])\s+(?=\S)")
_CELL = re.compile(r"(?:^|(?<=; ))([^:;\n]{1,80}): (?=\S)")
_CELL_END = "; "


#: An answer is never made of these alone. "a", "in", "on" and "it" may be one: vitamin A, on or off, IT.
EMPTY_WORDS = "the that this these those its their them they which and or of is are was were be"
#: A span inside a cell takes all of it if it has at most this many tokens.
_SHORT_CELL = 8
#: At most this many tokens are added to a span that was cut.
_LONGEST_REST = 15
#: Characters on each side of a span in which its list is looked for, and those that a list has at most.
_AROUND, _LONGEST_LIST = 4_000, 1_500
_STOPS = frozenset(".,;:!?)]…")
#: 1 for the code of a letter or a digit of ASCII, else 0.
_ASCII = bytes(code < 128 and chr(code).isalnum() for code in range(256))
_NOT_ASCII = re.compile(r"[^\0-\x7f]")


class _Piece(NamedTuple):
    """A part of the text from `start` on, up to the next piece."""

    start: int
    block: int
    item: int = -1
    answers: bool = True
    is_cell: bool = False


class Layout:
    """What each token of a passage is part of.

    `block`: its paragraph, list or cell of a table, and `item`: its list item, -1 outside lists: int [n].
    `answers`: whether an answer may begin or end there; bool [n]. An answer stays inside one block; of several list
    items, and of a short cell, it takes all. `empty`: whether a token of each id says nothing alone; bool [vocabulary].
    """

    def __init__(self, text: str, tokens: Tokens, empty: NDArray[np.bool_] | None = None) -> None:
        self._text, self._offsets = text, tokens.offsets
        # Between tokens there are no letters: what lies up to the next one is a token's own.
        says = np.logical_or.reduceat(_alphanumeric(text), tokens.offsets[:, 0])
        if empty is not None:
            says &= ~empty[tokens.ids]
        pieces = list(_pieces(text)) if "\n" in text or _MARK.match(text) else [_Piece(0, 0)]
        self._is_one_block = len(pieces) == 1
        self._is_prose = all(piece.item < 0 and piece.answers and not piece.is_cell for piece in pieces)
        if self._is_one_block and self._is_prose:
            self.block = np.zeros(len(tokens), np.int32)
            self.item, self.answers, self._cell = self.block - 1, self.block == 0, self.block != 0
        else:
            table = np.array(pieces, np.int32)
            of_tokens = table.take(np.searchsorted(table[:, 0], tokens.offsets[:, 0], side="right") - 1, axis=0)
            self.block, self.item = of_tokens[:, 1], of_tokens[:, 2]
            self.answers, self._cell = of_tokens[:, 3] != 0, of_tokens[:, 4] != 0
            says &= self.answers
        self._words = np.zeros(len(tokens) + 1, np.int32)  # tokens before each that say something
        np.cumsum(says, out=self._words[1:])

    def fit(self, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether the tokens from each start to each end say something, inside one block: bool [starts, ends]."""
        fit: NDArray[np.bool_] = self._words[ends + 1] > self._words[starts][:, None]
        if not self._is_one_block:
            fit &= self.block[starts][:, None] == self.block[ends]
        return fit

    def whole(self, start: int, end: int, *, is_cut: bool) -> tuple[int, int]:
        """Tokens `start`..`end`, or all of the list items or of the short cell that they touch.

        `is_cut`: nothing behind `end` was read; the rest of its clause is taken along.
        """
        if is_cut:
            end = self._clause(end)
        if self._is_prose:
            return start, end
        first, last = self.item[start], self.item[end]
        if first != last and first >= 0 and last >= 0:
            within = np.flatnonzero((self.item >= first) & (self.item <= last) & self.answers)
        elif self._cell[start]:
            within = np.flatnonzero((self.block == self.block[start]) & self.answers)
            if len(within) > _SHORT_CELL:
                return start, end
        else:
            return start, end
        return int(within[0]), int(within[-1])

    def _clause(self, end: int) -> int:
        for after in range(end + 1, min(len(self.block), end + 1 + _LONGEST_REST)):
            if (
                self._said(after) in _STOPS
                or self.block[after] != self.block[end]
                or self.item[after] != self.item[end]
            ):
                return after - 1
        return end if end + 1 + _LONGEST_REST < len(self.block) else len(self.block) - 1

    def _said(self, token: int) -> str:
        start, end = self._offsets[token]
        return self._text[start:end]

    def allowed(self, logits: NDArray[np.float32], first: int) -> NDArray[np.float32]:
        """`logits` [n, 2] of the tokens from `first` on, without those at which no answer begins or ends.

        What is at the mark of a list item counts as a start for the item's first word, as an end for what is before.
        """
        answers = self.answers[first : first + len(logits)]
        if self._is_prose or answers.all():
            return logits
        moved = np.where(answers[:, None], logits, -np.inf)
        free = np.flatnonzero(answers)
        if not len(free):
            return moved
        items = self.item[first : first + len(logits)]
        marks = np.flatnonzero(~answers & (items >= 0))
        after = np.searchsorted(free, marks)
        for side, target in ((0, after), (1, after - 1)):
            inside = (target >= 0) & (target < len(free))
            np.maximum.at(moved[:, side], free[target[inside]], logits[marks[inside], side])
        return moved


def empty_tokens(tokenizer: Tokenizer, size: int) -> NDArray[np.bool_]:
    """Whether a token of each id of a vocabulary of this `size` says nothing alone: bool [size]."""
    empty = np.zeros(size, np.bool_)
    empty[tokenizer.encode(EMPTY_WORDS).ids] = True
    return empty


class List(NamedTuple):
    """A list of a document, from its first item's first word on: characters `start`..`end`, in `items` items.

    `first` and `last`: numbers of the items that a span touches. `lead`: the line that leads up to the list, or "".
    """

    start: int
    end: int
    items: int
    first: int
    last: int
    lead: str

    def is_told_whole(self, *, of_one: bool = False) -> bool:
        """Whether the items that a span touches stand for all, which does not take too long to say.

        A passage may end in the middle of a list, and a span is only so long: who is told the first steps needs the
        others. So several items from the first one on, or up to the last one, do; with `of_one`, so does any.
        """
        if self.end - self.start > _LONGEST_LIST:
            return False
        return of_one or (self.first != self.last and (self.first == 0 or self.last == self.items - 1))


class _Item(NamedTuple):
    """An item of a list: from its mark on, its words in characters `words`..`end`.

    `mark`: how it is marked, "1." for all numbers; `number`: which one, or 0. `heads`: it is a heading with a number,
    as prose stands below it. `closes`: another heading stands behind it, so the list ends there.
    """

    start: int
    words: int
    end: int
    mark: str
    number: int
    heads: bool
    closes: bool

    def goes_on(self, other: _Item) -> bool:
        """Whether `other`, behind this one, is of the same list."""
        return self.mark == other.mark and not self.closes and other.number == self.number + bool(self.number)


def list_around(text: str, start: int, end: int) -> List | None:
    """The list of which characters `start`..`end` of a document are a part; None if they are of none."""
    begin, shown = _around(text, start, end)
    pieces = list(_pieces(shown))
    starts = [piece.start for piece in pieces]
    first, last = (pieces[max(0, bisect_right(starts, at - begin) - 1)] for at in (start, end - 1))
    if first.item < 0 or last.item < 0 or first.block != last.block:
        return None
    items: list[_Item] = []
    touched: list[int] = []
    for number, opening in [
        (each.item, each.start) for each in pieces if each.block == first.block and not each.answers
    ]:
        close = next((each.start for each in pieces if each.start > opening and each.item != number), len(shown))
        touched += [len(items)] * (first.item <= number <= last.item)
        items.append(_item(shown, opening, close))
    low, high = touched[0], touched[-1]
    if any(item.heads for item in items[low : high + 1]):
        return None
    if not all(one.goes_on(other) for one, other in pairwise(items[low : high + 1])):
        return None
    bottom, top = low, high
    while bottom and items[bottom - 1].goes_on(items[bottom]) and not items[bottom - 1].heads:
        bottom -= 1
    while top + 1 < len(items) and items[top].goes_on(items[top + 1]) and not items[top + 1].heads:
        top += 1
    before = shown[: items[bottom].start].rstrip()
    return List(
        start=begin + items[bottom].words,
        end=begin + items[top].end,
        items=top - bottom + 1,
        first=low - bottom,
        last=high - bottom,
        lead=before[before.rfind("\n") + 1 :].strip(),
    )


def _item(text: str, start: int, end: int) -> _Item:
    """The item whose mark stands at `start` of a text, up to `end`."""
    mark = _MARK.match(text, start)
    assert mark is not None
    sign = mark[0].strip()
    lines = text[start:end].rstrip().split("\n")
    headings = [_heads(line, mark[0]) for line in lines[1:]]
    closes = bool(headings) and headings[-1] and lines[-1].strip()[-1] not in _STOPS
    heads = sign[0].isdigit() and bool(headings) and headings[0] and lines[0].rstrip()[-1] not in _STOPS
    kept = "\n".join(lines[:-1] if closes else lines).rstrip()
    is_number = sign[0].isdigit()
    kind, number = (f"1{sign[-1]}", int(sign[:-1])) if is_number else (sign, 0)
    return _Item(start, mark.end(), start + len(kept), kind, number, heads, closes)


def _heads(line: str, mark: str) -> bool:
    """Whether a line behind a list item's first is none of its own: it begins like a sentence, no further in."""
    words = line.strip()
    return bool(words) and words[0].isupper() and len(line) - len(line.lstrip()) <= len(mark) - len(mark.lstrip())


def _around(text: str, start: int, end: int) -> tuple[int, str]:
    """The lines of a document around characters `start`..`end`, and where they begin."""
    begin = text.rfind("\n", 0, max(0, start - _AROUND)) + 1
    close = text.find("\n", end + _AROUND)
    return begin, text[begin : close if close >= 0 else len(text)]


def whole_row(text: str, start: int, end: int) -> tuple[int, int]:
    """Characters `start`..`end` of a document, or all of the table's row in which they stand.

    "closed" says neither what is nor when: who asks whether something is so needs the other cells.
    """
    begin, close = text.rfind("\n", 0, start) + 1, text.find("\n", start)
    close = close if close >= 0 else len(text)
    offset, shown = _around(text, start, end)
    if end > close or not any(piece.is_cell and begin <= offset + piece.start < close for piece in _pieces(shown)):
        return start, end
    return begin, close - (text[close - 1] == ".")


def cells(text: str, at: int) -> list[tuple[str, int, int]]:
    """The cells of the table's row in which character `at` of a document stands: column, and where its words are."""
    begin, close = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    line = text[begin : close if close >= 0 else len(text)]
    names = _columns(_around(text, at, at)[1].split("\n")) if _CELL_END in line else set()
    found = [cell for cell in _CELL.finditer(line) if cell[1] in names]
    ends = [*(cell.start() - len(_CELL_END) for cell in found[1:]), len(line) - line.endswith(".")]
    return [(cell[1], begin + cell.end(), begin + end) for cell, end in zip(found, ends, strict=False)]


def whole_part(text: str, start: int, end: int) -> tuple[int, int]:
    """Characters `start`..`end` of a passage, or all of the list item, the table's row or the paragraph they are of."""
    row = whole_row(text, start, end)
    if row != (start, end):
        return row
    pieces = list(_pieces(text))
    starts = [piece.start for piece in pieces]
    first, last = (max(0, bisect_right(starts, at) - 1) for at in (start, end - 1))
    part = pieces[first][1:4]  # paragraphs of several lines are of several pieces
    if part != pieces[last][1:4]:
        return start, end
    while first and pieces[first - 1][1:4] == part:
        first -= 1
    while last + 1 < len(pieces) and pieces[last + 1][1:4] == part:
        last += 1
    after = starts[last + 1] if last + 1 < len(pieces) else len(text)
    return starts[first], starts[first] + len(text[starts[first] : after].rstrip())


def _alphanumeric(text: str) -> NDArray[np.bool_]:
    """Whether each character is a letter or a digit: bool [n]. All at once, since a slot waits for it."""
    known = bytearray(text.encode("ascii", "replace").translate(_ASCII))
    for other in _NOT_ASCII.finditer(text):
        known[other.start()] = other[0].isalnum()
    return np.frombuffer(known, bool)


def _pieces(text: str) -> Iterator[_Piece]:
    lines = text.split("\n")
    names = _columns(lines) if _CELL_END in text else set()
    at = block = item = 0
    kind = ""  # of the last list's marks
    before = ""  # what the line before was; a blank line after a list item leaves it open whether the list goes on
    for number, line in enumerate(lines):
        if not line.strip():
            before = "item, blank" if before.startswith("item") else "blank"
        elif mark := _MARK.match(line):
            sign = mark[0].strip()[:1]
            is_another = before == "item, blank" and sign.isdigit() != kind.isdigit()
            block += is_another or not before.startswith("item")
            kind = sign
            item += 1
            yield _Piece(at, block, item, answers=False)
            yield _Piece(at + mark.end(), block, item)
            before = "item"
        elif names and (cells := [cell for cell in _CELL.finditer(line) if cell[1] in names]):
            yield _Piece(at, block := block + 1)
            for cell in cells:
                yield _Piece(at + max(0, cell.start() - len(_CELL_END)), block := block + 1, answers=False)
                yield _Piece(at + cell.end(), block, is_cell=True)
            if line.endswith("."):
                yield _Piece(at + len(line) - 1, block, answers=False)
            before = "row"
        else:
            if before == "item" and _heads_next(line, lines[number + 1 : number + 2]):
                before = ""
            block += before not in ("text", "item")
            yield _Piece(at, block, item if before == "item" else -1)
            before = before if before == "item" else "text"
        at += len(line) + 1
    if not text.strip():
        yield _Piece(0, 0)


def _heads_next(line: str, following: list[str]) -> bool:
    """Whether a line behind a list item is a heading of the list that begins below it: "How to brew"."""
    return (
        line[:1].isupper()
        and line.rstrip()[-1] not in _STOPS
        and bool(following)
        and _MARK.match(following[0]) is not None
    )


def _columns(lines: list[str]) -> set[str]:
    """Names that lead cells in several lines; prose that has a colon and a semicolon names nothing twice."""
    rows = (cells for line in lines if len(cells := [cell[1] for cell in _CELL.finditer(line)]) > 1)
    return {name for name, count in Counter(name for row in rows for name in set(row)).items() if count > 1}
