"""Politeness around a question, which is no part of it: "hey, could you please tell me ..."."""

from __future__ import annotations

import re

from assistant.languages.en.words import QUESTION_WORDS, REQUESTS, any_of

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay)\s+)?(?:repartee[\s,.!]+)?(?:please[\s,]+)?"
    rf"(?:(?:{any_of(REQUESTS)}\s+you\s+)?(?:please\s+)?tell\s+(?:me|us)|do\s+you\s+know|i(?:'d|\s+would)\s+like\s+to"
    rf"\s+know|i\s+want\s+to\s+know|i\s+wonder)?[\s,]*(?={any_of(QUESTION_WORDS)}\b)",
    re.IGNORECASE,
)


def without_politeness(question: str) -> str:
    """Return a question without the politeness before its question word; anything else as it is."""
    return _POLITE.sub("", question, count=1)


_BEFORE_REQUEST = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|repartee|please|now|so|then|and|um|uh|just|,)\s+)*"
    rf"(?:(?:{any_of(REQUESTS)}\s+you|i\s+want\s+you\s+to|i\s+(?:want|need)\s+to|i'd\s+like\s+(?:you\s+)?to|i\s+would\s+like"
    r"\s+(?:you\s+)?to|i\s+need\s+you\s+to|let's)\s+)?(?:(?:please|just)\s+)*(?:(?:tell\s+me|do\s+you\s+know)\s+)?"
)
_AFTER_REQUEST = re.compile(r"(?:\s+(?:please|thanks|thank\s+you|repartee|for\s+me|,))+$")


def without_request(words: str) -> str:
    """Return words (lower case, single spaces) without what only asks for something to be done: "could you please"."""
    return _AFTER_REQUEST.sub("", _BEFORE_REQUEST.sub("", words, count=1))
