"""Amounts that are not of what was asked for: "three weeks" does not say how many books."""

from __future__ import annotations

import re

_TIME = r"(?:second|minute|hour|day|night|week|fortnight|month|year|decade)s?|centur(?:y|ies)"
_NUMBER = (
    r"\d[\d.,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|several|few|half"
)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_OF_TIME = re.compile(rf"\b(?:{_TIME}|times?)\b", re.IGNORECASE)
_ABOUT = "up|to|at|most|least|about|around|only|just|for|within|some|nearly|almost|more|less|than|over|under|the"
_DURATION = re.compile(rf"(?:(?:{_ABOUT}) )*(?:{_NUMBER})[ -](?:{_TIME})", re.IGNORECASE)


def asks_for_things(question: str) -> bool:
    """Whether a question asks how many there are of something that is no time, and speaks of none."""
    return _HOW_MANY.search(question) is not None and _OF_TIME.search(question) is None


def is_duration(answer: str) -> bool:
    """Whether an answer is a length of time and nothing else: "up to three weeks"."""
    return _DURATION.fullmatch(" ".join(answer.split()).strip(" .,;")) is not None
