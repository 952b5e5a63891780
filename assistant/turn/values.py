"""Answers that are one value: an amount, a time, a date, a price, a code or a number to ring."""

from __future__ import annotations

import re

_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty hundred "
    "thousand million half quarter dozen"
)
_UNITS = (
    "second sec minute min hour hr h day night week fortnight month year mm cm m metre meter km mile yard foot feet ft "
    "inch in mg g gram kg kilo t tonne stone lb oz ml cl l litre pint cup tsp tbsp teaspoon tablespoon degree c f k w "
    "kw kwh v volt a amp watt hz bar psi percent euro eur gbp usd chf pound dollar pence p pm am o'clock time person "
    "people piece"
)
_BETWEEN = (
    "a an the and or to of at by from until till up least most about around approximately approx ca over under above "
    "below between within after before no not more less than later only per each every in on for max min exactly "
    "nearly almost"
)
_NUMBER_WORDS = frozenset(_NUMBERS.split())
_KNOWN = frozenset(f"{_MONTHS} {_DAYS} {_NUMBERS} {_UNITS} {_BETWEEN}".split())
_SHORT = frozenset(word[:3] for word in f"{_MONTHS} {_DAYS}".split()) | {"sept", "tues", "thur", "thurs"}
_WORD = re.compile(r"[^\W_](?:[^\W_]|['’](?=\w))*")
_CODE = re.compile(r"[A-Z]{1,5}[-/ ]?\d[\dA-Z/-]{0,11}")
_MOST_WORDS = 10


def is_value(text: str) -> bool:
    """Whether a text is a value and nothing else: "105 °C", "by 12 May", "£36 a year", "ten metres", "KT-4"."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    if not 0 < len(words) <= _MOST_WORDS or "\n" in text.strip():
        return False
    has_number = any(word in _NUMBER_WORDS or any(map(str.isdigit, word)) for word in words)
    return has_number and (_CODE.fullmatch(text.strip()) is not None or all(map(_is_of_a_value, words)))


def _is_of_a_value(word: str) -> bool:
    return any(map(str.isdigit, word)) or word in _KNOWN or word in _SHORT or word.removesuffix("s") in _KNOWN
