"""Text as the words a person says: "In 1889" is heard as "in eighteen eighty nine".

A recognizer knows words only, and documents are written with figures: what its language model learns is verbalised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.languages.en.speakable import speakable
from knowledge.sentences import sentences as split

_BLOCK = re.compile(r"(?:[^\n]|\n(?!\n))+")  # a paragraph, a heading
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def spoken_words(text: str) -> list[str]:
    """Return the words of a text as they are said, in lower case without accents; figures, dates and units in words."""
    return _WORD.findall(speakable(text).lower())


def sentences(text: str) -> Iterator[list[str]]:
    """Yield the words of each sentence of a text."""
    for block in _BLOCK.finditer(text):
        for start, end in split(text, *block.span()):
            if words := spoken_words(text[start:end]):
                yield words
