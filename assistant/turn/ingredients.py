"""The list of amounts where the ingredients are asked for and a step of the method was found."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.turn.completing import in_document, with_its_list
from assistant.turn.events import Citation

_ASKED_FOR = re.compile(r"\bingredients?\b|\bwhat (?:all )?goes in(?:to)?\b", re.IGNORECASE)
_STEP = re.compile(r"\s*\d{1,2}[.)]\s+[^\W\d]")
_MARK = r"[ \t]*(?:[-*•‣–] )"
_AMOUNT = r"(?!\d+[.)]\s)(?:[\d½¼¾]|(?:an?|half) )[^\n]*\n+"
_AMOUNTS = re.compile(rf"^{_MARK}?({_AMOUNT})(?:^{_MARK}?{_AMOUNT}){{2,}}(?:^{_MARK}[^\n]*\n+)*", re.MULTILINE)
_NEAR, _BETWEEN = 3000, 60  # characters: before the method, and between the lists for the dough and the filling


def asks_for_ingredients(question: str) -> bool:
    """Whether a question asks for what is needed, in amounts."""
    return _ASKED_FOR.search(question) is not None


def with_amounts(question: str, cited: Citation, text: str) -> Citation:
    """A citation of the amounts above the numbered step of the document `text` that is cited, or of its list."""
    line = text.rfind("\n", 0, cited.start) + 1
    if text[cited.start : cited.end] != cited.text or not _STEP.match(text, line):
        return with_its_list(question, cited, text)
    found = list(_AMOUNTS.finditer(text, text.rfind("\n", 0, max(0, line - _NEAR)) + 1, line))
    if not found:
        return with_its_list(question, cited, text)
    first = len(found) - 1
    while first and found[first].start() - found[first - 1].end() <= _BETWEEN:
        first -= 1
    start, end = found[first].start(1), len(text[: found[-1].end()].rstrip())
    lines = (line.strip(" \t-*•‣–.").replace("; ", " ") for line in text[start:end].split("\n"))
    return replace(in_document(cited, text, start, end), said=", ".join(filter(None, lines)))
