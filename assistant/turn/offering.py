"""What is offered where nothing is sure enough to be an answer: the words that come nearest, as a quotation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.turn.completing import MOST_WORDS, with_its_sentence
from assistant.turn.events import Citation
from assistant.turn.phrasing import OFFER_FROM, cite

if TYPE_CHECKING:
    from engines.reader.reader import Reading
    from knowledge.library import Hit


def offer(reading: Reading, hits: Sequence[Hit]) -> Citation | None:
    """Return the sentence, list item or row of the best span of a reading that abstains; None where it is too unlikely.

    Who is told the words themselves and where they stand sees whether they answer; a span alone would claim to.
    """
    if not reading.spans or not hits or reading.confidence < OFFER_FROM:
        return None
    quoted = with_its_sentence(cite(reading, hits)[0])
    return quoted if len(quoted.text.split()) <= MOST_WORDS else None
