"""How many words were heard wrong."""

from __future__ import annotations

from collections.abc import Sequence


def comparable(text: str) -> list[str]:
    """Return the words of a text without case, punctuation, accents and apostrophes; figures in words."""
    from assistant.languages.en.spoken_words import spoken_words

    return [word.replace("'", "") for word in spoken_words(text)]


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the least number of words to put in, take out or replace (Levenshtein distance)."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(said, 1):
        above, row = row, [place]
        for column, other in enumerate(heard, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (word != other)))
    return row[-1]
