"""Notes at the foot of a printed page, told where the sentence that they are of has their number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.formats.printed import Line, Run, flowed, follows

#: Notes are smaller than the text, and their numbers in it much smaller than its letters.
_NOTE, _NUMBER = 0.9, 0.75
_BEGINS = re.compile(r"(\d{1,2})[.)]?\s*(?=[^\W\d_]|[\"“'‘(])")


def place_notes(lines: Sequence[Line], body: float) -> list[Line]:
    """Return the lines of a page with its notes in the places of their numbers, where each has one; `body`: points."""
    begin = len(lines)
    while begin and lines[begin - 1].table is None and lines[begin - 1].size < _NOTE * body:
        begin -= 1
    notes: list[list[Line]] = []
    first = 0
    kept: list[Line] = []  # small lines that are of no note
    for line in lines[begin:]:
        number = _BEGINS.match(line.text)
        if number is not None and (not notes or int(number[1]) == first + len(notes)):
            first = first or int(number[1])
            notes.append([line])
        elif notes and not kept and follows(notes[-1][-1], line):
            notes[-1].append(line)
        else:
            kept.append(line)
    said = {str(number): _BEGINS.sub("", flowed(note), count=1) for number, note in enumerate(notes, first)}
    marks = [run.text for line in lines[:begin] for run in line.runs if _is_mark(run, line)]
    if not notes or sorted(marks) != sorted(said):
        return list(lines)
    return [Line(_with_notes(line, said)) for line in lines[:begin]] + kept


def _is_mark(run: Run, line: Line) -> bool:
    return run.text.isdecimal() and run.size < _NUMBER * line.size and line.runs[0] is not run


def _with_notes(line: Line, said: dict[str, str]) -> list[Run]:
    """Return the runs of a line, a note behind the end of a sentence as one of its own, another in brackets."""
    runs: list[Run] = []
    for run in line.runs:
        if not _is_mark(run, line):
            runs.append(run)
            continue
        note = said[run.text]
        ends = runs[-1].text.endswith((".", "!", "?"))
        runs.append(replace(run, text=f" {note}" if ends else f" ({note.rstrip('.')}) ", size=line.size))
    return runs
