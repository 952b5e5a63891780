"""How likely words are to be said about the documents: their model and general English, interpolated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from assistant.recognizers.sphinx.library import model_path
from assistant.recognizers.sphinx.ngram import END, START
from engines.errors import ReparteeError

DOCUMENTS = 0.5  # weight of their model; the rest is general English's
UNKNOWN = 1e-8  # probability of a word that neither knows
LOG_BASE = math.log(1.0001)  # what the library counts in


class Likelihood:
    """A trigram model of the documents (an ARPA file), interpolated with general English.

    Raises ReparteeError for a file that is no language model.
    """

    def __init__(self, documents: Path) -> None:
        import pocketsphinx

        try:
            read = pocketsphinx.NGramModel.readfile
            self._documents, self._english = read(str(documents)), read(str(model_path() / "en-us.lm.bin"))
        except (OSError, RuntimeError, ValueError) as error:
            raise ReparteeError(f"The words of the documents could not be loaded ({error}).") from error

    def of(self, words: Sequence[str]) -> float:
        """Return the natural logarithm of the probability that a sentence is these words, in lower case."""
        row = [START, *words, END]
        return sum(self._of_last(row[max(0, end - 3) : end]) for end in range(2, len(row) + 1))

    def of_next(self, before: Sequence[str], word: str | None) -> float:
        """Return the natural logarithm of the probability that `word` follows the words of a sentence; None ends it.

        Of the words `before` it the last two tell; fewer are the beginning of the sentence.
        """
        row = [START, *before, END if word is None else word]
        return self._of_last(row[-3:])

    def _of_last(self, words: Sequence[str]) -> float:
        newest_first = list(reversed(words))
        documents = math.exp(max(self._documents.prob(newest_first) * LOG_BASE, -100.0))
        english = math.exp(max(self._english.prob(newest_first) * LOG_BASE, -100.0))
        return math.log(max(DOCUMENTS * documents + (1 - DOCUMENTS) * english, UNKNOWN))
