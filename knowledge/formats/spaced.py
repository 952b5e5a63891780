"""Tables in plain text, whose columns are parted by spaces: each row becomes a line that names its columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median

from knowledge.formats.html import html_document
from knowledge.formats.markup import guessed_table

_LEAST_ROWS = 3
_MOST_LINES, _LONGEST_LINE = 400, 300  # of a table; larger ones stay as they are
#: Longer cells in two columns are text in columns, characters.
_LONGEST_CELL = 40
_APART = re.compile(r"(?<=\S)(?: {2,}|\t+ *)(?=\S)")
_MARK = re.compile(r"[ \t]*(?:[-*•]|\(?\w{1,3}[.)])[ \t]+\S")
_RULE = re.compile(r"[\s=+|-]*(?:-{3}|={3})[\s=+|-]*")
#: A line whose dots lead to an amount.
_LEADER = re.compile(r"[ \t]*(\S.{0,80}?[^\s.])[ \t]?\.{4,}[ \t]?([£$€]?\d.{0,60})")
_Cells = list[str]


def with_rows(text: str) -> str:
    """Return plain text with a paragraph for each row of a table in it. All else stays as it is."""
    if "...." not in text and not _APART.search(text):
        return text
    made: list[str] = []
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        end = place
        if led := _led(lines, place):
            is_before = any(map(str.strip, lines[place + len(led) : place + len(led) + 1]))
            made += _apart(led, after=bool(made and made[-1].strip()), before=is_before)
            place += len(led)
            continue
        while end < len(lines) and lines[end].strip() and end - place < _MOST_LINES and _may_be_row(lines, end, place):
            end += 1
        table = _rows([line.expandtabs() for line in lines[place:end]]) if end - place >= _LEAST_ROWS else None
        if table is None:
            made += lines[place : max(end, place + 1)]
        else:
            made += _apart(
                table, after=bool(made and made[-1].strip()), before=any(map(str.strip, lines[end : end + 1]))
            )
        place = max(end, place + 1)
    return "\n".join(made)


def _led(lines: Sequence[str], place: int) -> list[str]:
    """Return the rows from a line on whose dots lead to amounts; none where there are fewer than two."""
    rows = []
    for line in lines[place:]:
        if not (found := _LEADER.fullmatch(line.rstrip())):
            break
        rows.append(f"{found[1]}: {found[2]}" + "." * (not found[2].endswith(".")))
    return rows if len(rows) > 1 else []


def _may_be_row(lines: Sequence[str], number: int, first: int) -> bool:
    """Tell whether a line has words apart, or stands further in than the one above it, or is a rule between rows."""
    line = lines[number]
    if _MARK.match(line) or len(line) > _LONGEST_LINE:
        return False
    return bool(_APART.search(line)) or (number > first and (_RULE.fullmatch(line) is not None or line[:4].isspace()))


def _rows(lines: Sequence[str]) -> list[str] | None:
    """Return lines of a table as rows that name their columns, None where no columns are plain."""
    ruled = len(lines) > 1 and _RULE.fullmatch(lines[1]) is not None
    words = [line for line in lines if not _RULE.fullmatch(line)]
    columns = _columns(words)
    if len(columns) < 2:
        return None
    rows: list[_Cells] = []
    for line in words:
        cells = [line[left:right].strip() for left, right in columns]
        if rows and not cells[0]:  # cells go on
            rows[-1] = [f"{above} {below}".strip() for above, below in zip(rows[-1], cells, strict=True)]
        else:
            rows.append(cells)
    if len(rows) < _LEAST_ROWS or any(sum(map(bool, cells)) < 2 for cells in rows):
        return None
    if sum(median(len(cells[place]) for cells in rows) > _LONGEST_CELL for place in range(len(columns))) > 1:
        return None
    return html_document(guessed_table(rows, marked=ruled or None), "").text.split("\n")


def _columns(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the columns that at least two spaces part on every line: from which character to which."""
    width = max(map(len, lines), default=0)
    blank = [all(line[place : place + 1] in ("", " ") for line in lines) for place in range(width)]
    starts = [
        place
        for place in range(width)
        if not blank[place] and (place < 2 or (blank[place - 1] and blank[place - 2]) or all(blank[:place]))
    ]
    starts = [place for number, place in enumerate(starts) if number == 0 or blank[place - 1]]
    return list(zip(starts, [*starts[1:], width], strict=True))


def _apart(rows: Sequence[str], *, after: bool, before: bool) -> Iterator[str]:
    """Yield rows as paragraphs, apart from the words above and below them."""
    for number, row in enumerate(rows):
        if number or after:
            yield ""
        yield row
    if before:
        yield ""
