"""A Kneser-Ney trigram model from sentences of words, written as ARPA: what a recognizer expects the domain to say.

Interpolated Kneser-Ney with one discount for each order (Kneser and Ney 1995; Chen and Goodman 1999, section 2.7),
counted with sorted integer keys: a million words take a second or two.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.files import whole_file

START, END = "<s>", "</s>"

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NgramModel:
    """A trigram model with back-off.

    Words are numbered by their place in `vocabulary`. An n-gram is one integer: its words' numbers as digits in base
    `len(vocabulary)`. `keys[n - 1]` is sorted; `probabilities` and `backoffs` are parallel to it.
    """

    vocabulary: tuple[str, ...]
    keys: tuple[Ints, Ints, Ints]
    probabilities: tuple[Floats, Floats, Floats]
    backoffs: tuple[Floats, Floats]

    @classmethod
    def train(
        cls,
        sentences: Sequence[Sequence[str]],
        *,
        weights: Iterable[int] = repeat(1),
        vocabulary: Iterable[str] = (),
        most_trigrams: int = 400_000,
    ) -> NgramModel:
        """Estimate the model.

        Args:
            sentences: words in order, without START and END.
            weights: how often each sentence is counted.
            vocabulary: further words; they get the probability of a word never seen.
            most_trigrams: where there are more, those counted once are left to the back-off.
        """
        words = dict.fromkeys((START, END, *(word for sentence in sentences for word in sentence), *vocabulary))
        size, number = len(words), {word: place for place, word in enumerate(words)}
        stream = np.array([number[word] for row in sentences for word in (START, *row, END)], dtype=np.int64)
        lengths = np.array([len(row) + 2 for row in sentences], dtype=np.int64)
        times = np.repeat(np.array([w for w, _ in zip(weights, sentences, strict=False)], dtype=np.int64), lengths)
        owner = np.repeat(np.arange(len(sentences)), lengths)

        bigrams, bigram_counts = _count(stream, owner, times, size, 2)
        trigrams, trigram_counts = _count(stream, owner, times, size, 3)
        # Below the highest order an n-gram counts for its different left contexts. One that begins a sentence has
        # none, and keeps its own count.
        follows, contexts = np.unique(trigrams % size**2, return_counts=True)
        bigram_counts[np.searchsorted(bigrams, follows)] = contexts
        unigram_counts = np.bincount(bigrams % size, minlength=size).astype(np.float64)

        uniform = np.full(size, 1.0 / (size - 1))
        uniform[number[START]] = 0.0  # a history only: nothing predicts it
        everything = np.zeros(size, dtype=np.int64)  # the one, empty history
        unigram, _freed = _interpolate(everything, unigram_counts, uniform, 1)
        if not len(stream):
            unigram = uniform
        bigram, bigram_freed = _interpolate(bigrams // size, bigram_counts, unigram[bigrams % size], size)
        lower = bigram[np.searchsorted(bigrams, trigrams % size**2)]
        kept = trigram_counts > 1 if len(trigrams) > most_trigrams else np.ones(len(trigrams), dtype=bool)
        history = np.searchsorted(bigrams, trigrams // size)
        trigram, trigram_freed = _interpolate(history, trigram_counts, lower, len(bigrams), kept)
        return cls(
            tuple(words),
            (np.arange(size, dtype=np.int64), bigrams, trigrams[kept]),
            (unigram, bigram, trigram[kept]),
            (bigram_freed, trigram_freed),
        )

    def probability(self, word: str, *history: str) -> float:
        """Return P(word | up to two words before it), backing off where the n-gram was never seen."""
        size = len(self.vocabulary)
        context = 0
        for number in [self.vocabulary.index(before) for before in history[-2:]]:
            context = context * size + number
        order = len(history[-2:])
        place = _find(self.keys[order], context * size + self.vocabulary.index(word))
        if place is not None:
            return float(self.probabilities[order][place])
        seen = _find(self.keys[order - 1], context)
        return (1.0 if seen is None else float(self.backoffs[order - 1][seen])) * self.probability(word, *history[1:])

    def write_arpa(self, path: Path) -> None:
        """Write the model in the ARPA format, as pocketsphinx reads it; whole or not at all."""
        size = len(self.vocabulary)
        with whole_file(path) as binary:
            file = io.TextIOWrapper(binary, encoding="utf-8")
            file.write("\\data\\\n")
            file.writelines(f"ngram {order}={len(keys)}\n" for order, keys in enumerate(self.keys, 1))
            for order, keys in enumerate(self.keys, 1):
                file.write(f"\n\\{order}-grams:\n")
                digits = [keys // size**power % size for power in reversed(range(order))]
                grams = zip(*[[self.vocabulary[number] for number in digit.tolist()] for digit in digits], strict=True)
                chances = _log10(self.probabilities[order - 1])
                backoffs = _log10(self.backoffs[order - 1]) if order < len(self.keys) else repeat("")
                file.writelines(
                    f"{chance}\t{' '.join(gram)}\t{backoff}\n"
                    for chance, gram, backoff in zip(chances, grams, backoffs, strict=False)
                )
            file.write("\n\\end\\\n")
            file.detach()  # which flushes it


def _count(stream: Ints, owner: Ints, times: Ints, size: int, order: int) -> tuple[Ints, Floats]:
    """Return the sorted n-grams that do not cross a sentence's end, and how often each occurs."""
    count = max(len(stream) - order + 1, 0)
    keys = np.zeros(count, dtype=np.int64)
    for place in range(order):
        keys = keys * size + stream[place : place + count]
    inside = owner[:count] == owner[order - 1 :]
    unique: Ints
    unique, inverse = np.unique(keys[inside], return_inverse=True)
    return unique, np.bincount(inverse, weights=times[:count][inside], minlength=len(unique)).astype(np.float64)


def _interpolate(
    history: Ints, counts: Floats, lower: Floats, histories: int, kept: NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats]:
    """Return each n-gram's probability, and for each history the probability that it frees for the lower order."""
    ones, twos = np.count_nonzero(counts == 1), np.count_nonzero(counts == 2)
    discount = ones / (ones + 2 * twos) if ones and twos else 0.5
    totals = np.bincount(history, weights=counts, minlength=histories)
    own = np.maximum(counts - discount, 0.0) / np.maximum(totals, 1e-300)[history]
    if kept is not None:
        own = np.where(kept, own, 0.0)
    freed: Floats = 1.0 - np.bincount(history, weights=own, minlength=histories).astype(np.float64)
    return own + freed[history] * lower, freed


def _find(keys: Ints, key: int) -> int | None:
    place = int(np.searchsorted(keys, key))
    return place if place < len(keys) and keys[place] == key else None


def _log10(values: Floats) -> list[str]:
    with np.errstate(divide="ignore"):
        return [f"{value:.4f}" for value in np.maximum(np.log10(values), -99.0).tolist()]
