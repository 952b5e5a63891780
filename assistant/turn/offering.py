"""What is offered where nothing is sure enough to be an answer: the words that come nearest, as a quotation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.turn.events import Citation
from assistant.turn.phrasing import OFFER_FROM, cite
from knowledge.sentences import sentences

if TYPE_CHECKING:
    from engines.reader.reader import Reading
    from knowledge.library import Hit

#: Words of a quotation at most; of a longer sentence only the span is quoted.
MOST_QUOTED = 40


def offer(reading: Reading, hits: Sequence[Hit]) -> Citation | None:
    """Return the sentence, list item or row of the best span of a reading that abstains; None where it is too unlikely.

    Who is told the words themselves and where they stand sees whether they answer; a span alone would claim to.
    """
    from engines.reader.layout import whole_part

    if not reading.spans or not hits or reading.confidence < OFFER_FROM:
        return None
    cited = cite(reading, hits)[0]
    text, (start, end) = cited.passage, cited.span_in_passage
    begin, close = whole_part(text, start, end)
    touched = [each for each in sentences(text, begin, close) if each[0] < end and start < each[1]]
    if touched and len(text[touched[0][0] : touched[-1][1]].split()) <= MOST_QUOTED:
        start, end = min(start, touched[0][0]), max(end, touched[-1][1])
    if len(text[start:end].split()) > MOST_QUOTED:
        return None
    return replace(cited, start=cited.passage_start + start, end=cited.passage_start + end, text=text[start:end])
