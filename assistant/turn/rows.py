"""An answer that is one cell of a table, where that cell of several rows was asked for: "Which courses are there?"

Every word of the question has to be understood for that: as the column's name, as what the table is about, or as a cell
that picks rows ("what is to be done by Ada?"). Others may pick rows as only a person sees: then the one cell stays.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from assistant.turn.completing import in_document, stems
from assistant.turn.denying import NOT
from assistant.turn.events import Citation

_MOST_ROWS, _MOST_WORDS = 12, 60
_THING = r"(?!(?:is|was|does|has|this|did|its|his|always)\b)[\w-]+"
_THINGS = rf"(?: {_THING}){{0,3}}? {_THING}(?<=\w[^\Wsu]s)\b"
#: Asks for several things: "which plans", "name the five sounds", "Ada's open points", "what do I have to buy".
_FOR_SEVERAL = re.compile(
    rf"\b(?:what|which)(?: all)?{_THINGS}|"
    r"\b(?:what are|name|list|tell|give|show)(?: me| us)?(?: all)?(?: of)? (?:the|my|our|your|what|which|\w+['’]s)"
    rf"{_THINGS}|"
    r"\bwhat (?:\w+ )?(?:do|must|should) (?:i|we|you) (?:have to |need to )?(?:buy|bring|pack|get|need|take)\b",
    re.IGNORECASE,
)
_FOR_ONE = re.compile(
    r"\b(?:how|when|who|whose|where|why|most|least|best|first|last|next|only|or|than|\w{3,}est)\b", re.IGNORECASE
)


def _words(text: str) -> set[str]:
    """Words that say something, numbers too; without the end that "keys" has before "key"."""
    words = (word[:-1] if len(word) == 4 and word[-1] == "s" else word.removesuffix("e") for word in stems(text))
    return {*words, *re.findall(r"[^\W_]*\d[^\W_]*", text.lower())}


_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
#: Says nothing about which rows are meant.
_OF_ANY = _words(
    f"kinds sorts types run have offer need buy bring get take available exist choose use {' '.join(_NUMBERS)}"
)
#: A cell that says of a row whether something is so, and what a question may call it.
_YES = re.compile(r"(?:yes|[✓✔x])$", re.IGNORECASE)
_IS_SO = re.compile(rf"{_YES.pattern}|(?:closed|shut|open|free)$", re.IGNORECASE)
_BE_SO = _words("away closed shut open free available absent present offered allowed included")
_NOT_PLAIN = re.compile(r"(?!(?:yes|no|none|[-–—✓✔✗x]?)$)", re.IGNORECASE)
_CELL = re.compile(r"(?:^|(?<=; ))([^:;\n]{1,80}): (?=\S)")

#: The cells of a row by their columns, "" for one without a name: where the words of each are in a document.
_Row = dict[str, tuple[int, int]]


def may_ask_for_rows(question: str) -> bool:
    """Whether a question asks for several things, whichever they are."""
    return bool(_FOR_SEVERAL.search(question)) and not _FOR_ONE.search(question) and not NOT.search(question)


def with_all_rows(question: str, cited: Citation, text: str) -> Citation:
    """A citation of a table's cell in the document `text`, with the same cell of all rows that were asked for.

    Cited are the rows from the first to the last of them; said are the cells alone.
    """
    if "\n" in cited.text or text[cited.start : cited.end] != cited.text:
        return cited
    above, rows, own = _table(text, cited.start)
    column = next((name for name, (start, end) in own.items() if start <= cited.start and cited.end <= end), None)
    if column is None or not 1 < len(rows) <= 2 * _MOST_ROWS:
        return cited
    asked, about = _words(question), _words(" ".join((cited.title, *cited.headings, above)))
    if column and "" in own and not asked & _words(column) and not asked - _OF_ANY - about:
        # what the reader finds below "Plans" is no first cell: the columns are the plans, whose names it cannot find
        told, chosen = [name for name in own if name], [own]
    else:
        chosen = [row for row in _chosen(asked, about, text, rows, own, column) if column in row]
        told = list(dict.fromkeys(text[slice(*row[column])].strip() for row in chosen))
    if not 1 < len(told) <= _MOST_ROWS or len(" ".join(told).split()) > _MOST_WORDS:
        return cited
    start = text.rfind("\n", 0, min(chosen[0].values())[0]) + 1
    return replace(in_document(cited, text, start, max(chosen[-1].values())[1]), said="; ".join(told))


def _chosen(asked: set[str], about: set[str], text: str, rows: list[_Row], own: _Row, column: str) -> list[_Row]:
    """The rows that a question of the words `asked` asks for; none where that is not sure."""

    def cell(row: _Row, name: str) -> str:
        return text[slice(*row.get(name, (0, 0)))].strip()

    is_counted = any(_words(number) <= asked for number in _NUMBERS[len(rows) - 1 : len(rows)])
    open_words = asked - _OF_ANY - about - _words(column)
    by_value = [name for name in own if name != column and _words(cell(own, name)) and _words(cell(own, name)) <= asked]
    says_so = _IS_SO if asked & _BE_SO else _YES
    by_yes = [name for name in own if says_so.match(cell(own, name)) and open_words & _words(name)]
    if len(by_value) + len(by_yes) > 1:
        return []
    chosen = rows
    for name in by_value:
        wanted = _words(cell(own, name))
        chosen = [row for row in rows if wanted <= _words(cell(row, name))]
        open_words -= wanted | _words(name)
    for name in by_yes:
        if _YES.match(cell(own, name)) and any(_NOT_PLAIN.match(cell(row, name)) for row in rows):
            return []
        chosen = [row for row in rows if cell(row, name).lower() == cell(own, name).lower()]
        open_words -= _words(name) | _BE_SO
    is_named = column == next(iter(own)) or is_counted or bool(by_value) or bool(asked & _words(column))
    return chosen if is_named and (is_counted or not open_words) else []


def _table(text: str, at: int) -> tuple[str, list[_Row], _Row]:
    """The line above the table in which character `at` of a document stands, its rows, and the one of `at`."""
    from engines.reader.layout import cells

    begin = text.rfind("\n", 0, at) + 1
    named = cells(text, at)
    if not named:
        return "", [], {}
    first, start, _ = named[0]
    is_labelled = start - len(first) - 2 > begin
    is_row = re.compile((r"[^:\n]*; " if is_labelled else "") + re.escape(first) + r": .*\n?")
    top = close = begin
    while top and is_row.match(text, before := text.rfind("\n", 0, top - 1) + 1):
        top = close = before
    lines = []
    while row := is_row.match(text, close):
        lines.append((close, row[0].rstrip()))
        close = row.end()
    counts = Counter(name for _, line in lines for name in set(_CELL.findall(line)))
    rows: dict[int, _Row] = {}
    for number, line in lines:
        found = [cell for cell in _CELL.finditer(line) if counts[cell[1]] > 1]
        ends = [*(cell.start() - 2 for cell in found[1:]), len(line) - line.endswith(".")]
        label = {"": (number, number + found[0].start() - 2)} if is_labelled and found else {}
        cells_of_it = zip(found, ends, strict=False)
        rows[number] = label | {cell[1]: (number + cell.end(), number + end) for cell, end in cells_of_it}
    return text[:top].rstrip().rpartition("\n")[2], list(rows.values()), rows.get(begin, {})
