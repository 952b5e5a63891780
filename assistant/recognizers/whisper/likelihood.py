"""What is likely to be said, as far as Whisper asks: `sphinx.likelihood.Likelihood` knows it of the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Likelihood(Protocol):
    """Knows how probable words are."""

    def of(self, words: Sequence[str]) -> float:
        """Return the natural logarithm of the probability that a sentence is these words, in lower case."""

    def of_next(self, before: Sequence[str], word: str | None) -> float:
        """Return the same of a word after the last two of a sentence, or all that it begins with; None is its end."""
