"""Times of day: the end of a span that is asked for ("14:00" of "8:30–14:00"), and all times of a line.

"When do they close?" asks for one, "When do the boats leave?" for all.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.turn.completing import moved
from assistant.turn.events import Citation

_TIME = r"(?:\d{1,2}(?:[:.][0-5]\d)?(?: ?[ap]\.?m\.?)?|noon|midnight)"
_SPAN = re.compile(rf"(?:from )?(?P<begin>{_TIME}) ?(?:[-–—]|to|until|till) ?(?P<end>{_TIME})", re.IGNORECASE)
#: Says of a number that it is a time of day.
_IS_TIME = re.compile(r"[:.][0-5]\d|[ap]\.?m|noon|midnight", re.IGNORECASE)
_WHEN_DOES = r"\b(?:when|what time) (?:do|does|did|will|can)\b.*\b"
_ASKS_FOR_BEGIN = re.compile(
    rf"\bhow (?:early|soon)\b|\bfrom (?:when|what time)\b|{_WHEN_DOES}(?:open|start|begin)\b", re.IGNORECASE
)
_ASKS_FOR_LAST = re.compile(r"\bhow late\b|\b(?:until|till) (?:when|what time)\b", re.IGNORECASE)
_ASKS_FOR_END = re.compile(rf"{_ASKS_FOR_LAST.pattern}|{_WHEN_DOES}(?:close|shut|finish|end|stop)\b", re.IGNORECASE)
_ASKS_FOR_ALL = re.compile(r"\b(?:when|what times?) (?:do|are)\b|\bwh(?:at|ich) times\b", re.IGNORECASE)
_TIMES = re.compile(r"\d{1,2}[:.][0-5]\d(?:(?: +|, ?| and )\d{1,2}[:.][0-5]\d)*(?!\d)")


def with_all_times(question: str, cited: Citation) -> Citation:
    """A citation of times, with the others that stand beside them: "7:05  7:35  8:10"."""
    text, (start, end) = cited.passage, cited.span_in_passage
    if not _ASKS_FOR_ALL.search(question) or not _TIMES.fullmatch(cited.text):
        return cited
    rows = _TIMES.finditer(text, text.rfind("\n", 0, start) + 1)
    return next((moved(cited, *row.span()) for row in rows if row.start() <= start and end <= row.end()), cited)


def with_its_end(question: str, cited: Citation) -> Citation:
    """A citation that is a span of times and nothing else, cut to the end of it that the question asks for."""
    begins, ends = (asks.search(question) is not None for asks in (_ASKS_FOR_BEGIN, _ASKS_FOR_END))
    span = _SPAN.fullmatch(cited.text) if begins != ends else None
    if span is None or not _IS_TIME.search(cited.text):
        return cited
    side = "begin" if begins else "end"
    if not _IS_TIME.search(span[side]) and "m" in cited.text.lower():
        return cited  # "9 to 5 pm": the one says nothing without the other's "pm"
    at = cited.span_in_passage[0]
    end = moved(cited, at + span.start(side), at + span.end(side))
    return replace(end, said=f"until {end.text}") if _ASKS_FOR_LAST.search(question) else end
