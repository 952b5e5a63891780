"""The cell of a table's row that fits what was asked: a price where one asks for a price, that of the size asked for.

The reader mostly finds the row, and sometimes another cell of it than is asked for. What is not certain is left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from assistant.turn.cells import WHEN
from assistant.turn.completing import in_document, stems
from assistant.turn.events import Citation
from assistant.turn.limits import amounts, limit
from assistant.turn.values import is_value

Cell = tuple[str, int, int]

_MOST_TOLD = 3  # cells of one kind beside each other
_FOR_MONEY = re.compile(
    r"\bhow much (?:is|are|was|were|do|does|did|will|would|for|to|have|had)\b|\b(?:costs?|prices?|fees?|"
    r"charge[ds]?|pay|paid|spend|spent|reckon(?:ed)? on|budget(?:ed)?(?: for)?)\b",
    re.IGNORECASE,
)
_FOR_MORE = re.compile(
    r"\b(?:when|who|where|why|which|how (?:do|can|long|many|often)|what time|include)\b", re.IGNORECASE
)
_FOR_PHONE = re.compile(
    r"\b(?:(?:tele)?phone|mobile) (?:number|no)\b|\bnumber (?:to (?:ring|call)|of)\b|['’]s number\b", re.IGNORECASE
)
_FOR_WHEN = re.compile(r"^(?:and )?(?:when|what (?:time|date|day)|which day|by when|on what)\b", re.IGNORECASE)
_CURRENCY = re.compile(r"[£$€]|\b(?:GBP|USD|EUR|CHF)\b")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_PHONE = re.compile(r"\+?\d(?:[ ()/-]*\d){6,14}")
#: Of amounts that were thought of and those that came of it: how one asks for them, and what their columns are called.
_SENSES = (
    (r"reckon\w*|estimat\w+|budget\w*|plan(?:ned)?|expect\w*|quot\w+", r"estimate\w*|budget|plan(?:ned)?|quote\w*"),
    (r"did|paid|spent|end(?:ed)? up|in the end|actual\w*|real\w*", r"paid|spent|real|actual|final"),
)
#: Says what is to be paid, without an amount.
_NO_AMOUNT = re.compile(
    r"\b(?:free|nothing|none|nil|ask|request|includ\w+|var(?:y|ies)|quot\w+|charge|cost|price|tbc|tba|n/a)\b|^\W*$",
    re.IGNORECASE,
)


def with_the_cell_that_fits(question: str, cited: Citation, text: str) -> Citation:
    """A citation inside a cell of a table in the document `text`, or of the cell of its row that fits the question."""
    from engines.reader.layout import cells

    if "\n" in cited.text or text[cited.start : cited.end] != cited.text:
        return cited
    row = cells(text, cited.start)
    at = next((number for number, each in enumerate(row) if each[1] <= cited.start and cited.end <= each[2]), None)
    if at is None:
        return cited
    chosen = _of_size(question, row, at) or _of_kind(question, row, at, text)
    if chosen is None:
        return cited
    return in_document(cited, text, chosen[0][1], chosen[-1][2])


def _of_size(question: str, row: Sequence[Cell], at: int) -> Sequence[Cell] | None:
    """The cell below the size that a question names, where cells beside the one found are below other sizes."""
    sizes = [(size, cell) for cell in row if (size := limit(cell[0])) is not None]
    if len(sizes) < 2 or all(cell is not row[at] for _, cell in sizes):
        return None
    asked = [amount for amount, unit in amounts(question) if all(unit == size.unit for size, _ in sizes)]
    if len(asked) != 1:
        return None
    fitting = [cell for size, cell in sizes if size.holds(asked[0])]
    return fitting if len(fitting) == 1 and fitting[0] is not row[at] else None


def _of_kind(question: str, row: Sequence[Cell], at: int, text: str) -> Sequence[Cell] | None:
    """The cells of the kind that a question asks for, where the one found is of another; None where all is well."""
    found = text[row[at][1] : row[at][2]]
    is_of_kind: Callable[[str, str], bool]
    if _FOR_WHEN.search(question):
        is_other, is_of_kind = _is_money(row[at][0], found), _is_when
    elif _FOR_PHONE.search(question):
        is_other, is_of_kind = True, _is_phone
    elif _FOR_MONEY.search(question) and not _FOR_MORE.search(question):
        is_other = not _NO_AMOUNT.search(found) and (WHEN.search(found) is not None or not is_value(found))
        is_of_kind = _is_money
    else:
        return None
    if not is_other or is_of_kind(row[at][0], found) or stems(row[at][0]) & stems(question):
        return None
    fitting = [number for number, (column, start, end) in enumerate(row) if is_of_kind(column, text[start:end])]
    named = [number for number in fitting if _is_named(row[number][0], question)]
    if len(named) == 1:
        fitting = named
    is_together = all(two == one + 1 for one, two in pairwise(fitting))
    most = _MOST_TOLD if is_of_kind is _is_money else 1
    return [row[number] for number in fitting] if 0 < len(fitting) <= most and is_together else None


def _is_named(column: str, question: str) -> bool:
    """Whether a question says what a column is called, or asks for what was planned or what came of it, as it does."""
    sense = next((columns for asked, columns in _SENSES if re.search(rf"\b(?:{asked})\b", question, re.IGNORECASE)), "")
    is_meant = sense and re.search(rf"\b(?:{sense})\b", column, re.IGNORECASE)
    return bool(is_meant or stems(column) & stems(question))


def _is_money(column: str, value: str) -> bool:
    has_currency = _CURRENCY.search(value) or (_CURRENCY.search(column) and _NUMBER.fullmatch(value))
    return bool(has_currency) and (is_value(value) or _NUMBER.search(value) is not None) and len(value) < 25


def _is_phone(column: str, value: str) -> bool:
    return _PHONE.fullmatch(value.strip()) is not None and not _CURRENCY.search(column)


def _is_when(_: str, value: str) -> bool:
    return WHEN.search(value) is not None and (is_value(value) or len(value.split()) < 5)
