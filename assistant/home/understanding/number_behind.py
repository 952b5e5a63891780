"""A number with a word behind it that makes another: "twenty too" is 22 as a recogniser writes it."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

_ONES = {
    "won": 1, "too": 2, "to": 2, "tree": 3, "for": 4, "fore": 4, "fife": 5, "sicks": 6, "sics": 6, "sick": 6,
    "sticks": 6, "ate": 8, "nein": 9,
}  # fmt: skip
#: What begins anew, so that "for" and "to" before it lead to nothing.
_ANEW = r"(?:it|i|he|she|they|we|there|that) (?:is|am|are|has|have|can not|feels?|looks?)|its|please|now|and|so|because|then|percent|degrees?"
_BEHIND = re.compile(
    rf"(?<= )(?P<tens>[2-9]0) (?P<ones>won|tree|fore|fife|sicks|sics|sticks|sick|ate|nein|(?:too|to|for(?! now))(?= (?:(?:{_ANEW})\b|,)))\b"
)
#: What is so "too" as something else is: "and the study to 20 too please".
_ALSO = re.compile(r"(?:and|also|now|then) .*|.*(?P<tens> [2-9]0)\b.*(?P=tens) too\b.*|.* too(?: ,)? please")


def with_number_behind(words: str, text: str) -> tuple[str, int] | None:
    """Return a sentence with the number that was probably said, and that number; None where none is heard so.

    `words` is the sentence as it was written, `text` the plain one: of "20 too", in figures, the last may be "as well".
    """
    said = _BEHIND.search(text)
    if said is None or (said["ones"] == "too" and said["tens"] in words and _ALSO.fullmatch(text)):
        return None
    number = int(said["tens"]) + _ONES[said["ones"]]
    return f"{text[: said.start()]}{number}{text[said.end() :]}", number
