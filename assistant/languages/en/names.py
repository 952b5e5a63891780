"""Names in a text: capitalised words inside a sentence, alone and in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

# After a word or a comma, which is to say not at the beginning of a sentence, where every word has a capital.
_NAME = re.compile(r"(?<=[\w,;] )[A-Z][\w'’-]+(?: (?:of (?:the )?)?[A-Z][\w'’-]+){0,3}")


def names_in(text: str) -> Iterator[str]:
    """Yield the names in a text, as often as they stand there: "Marlow Point", "Bay of Biscay", "NASA"."""
    for match in _NAME.finditer(" ".join(text.split())):
        yield match.group()


def names_and_words(text: str) -> Iterator[str]:
    """Yield the names in a text, and the capitalised words of longer ones: who hears one word of a name knows it."""
    for name in names_in(text):
        yield name
        if " " in name:
            yield from (word for word in name.split() if word[0].isupper())
