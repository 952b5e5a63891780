"""Text as the words a person says: "In 1889" is heard as "in eighteen eighty nine".

A recognizer knows words only, and documents are written with figures: what its language model learns is verbalised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from assistant.languages.en.speakable import speakable
from engines.number_words import numbers_in_words
from knowledge.sentences import sentences as split

_BLOCK = re.compile(r"(?:[^\n]|\n(?!\n))+")  # a paragraph, a heading
_DECADE = re.compile(r"\b([12]\d\d0)[’']?s\b")
_LETTER_FIGURE = re.compile(r"(?<=\b[A-Za-z])-?(?=\d)")  # "E7" is said "E 7"
_TIME = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def spoken_words(text: str) -> list[str]:
    """Return the words of a text as they are said, in lower case without accents; figures, dates and units in words."""
    text = _LETTER_FIGURE.sub(" ", speakable(text))
    text = _TIME.sub(_say_time, _DECADE.sub(_say_decade, text))
    return _WORD.findall(_without_accents(numbers_in_words(text)).lower().replace("’", "'"))


def sentences(text: str) -> Iterator[list[str]]:
    """Yield the words of each sentence of a text."""
    for block in _BLOCK.finditer(text):
        for start, end in split(text, *block.span()):
            if words := spoken_words(text[start:end]):
                yield words


def _say_decade(match: re.Match[str]) -> str:
    year = numbers_in_words(match[1])
    return year[:-1] + "ies" if year.endswith("y") else year + "s"


def _say_time(match: re.Match[str]) -> str:
    minutes = int(match[2])
    return match[1] + ("" if not minutes else f" oh {minutes}" if minutes < 10 else f" {minutes}")


def _without_accents(text: str) -> str:
    """The recognizer's dictionary and English phones have none."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
