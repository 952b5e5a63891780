"""Finds what sounds like something that was heard, among many words and names."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from assistant.languages.en.sounds import alike, classes, sound

_ROUGHLY = 0.5  # of the classes of sounds have to be the same
_MORE_LOOKED_AT = 2  # times as many as are asked for, before it is known how alike they are


class Sounding:
    """Words and names by their sound.

    `least` is how alike they are that are found (0 to 1), and `lengths` how many classes of sounds more or fewer than
    what was heard they may have.
    """

    def __init__(self, terms: Iterable[str], *, least: float, lengths: int) -> None:
        found = ((classes(phones), term, phones) for term in terms if (phones := sound(term)))
        ordered = sorted(found, key=lambda entry: len(entry[0]))
        self._classes = [each for each, _, _ in ordered]
        self._sizes = [len(each) for each in self._classes]
        self._terms = [(term, phones) for _, term, phones in ordered]
        self._least, self._lengths = least, lengths

    def near(self, heard: str, most: int) -> list[tuple[str, float]]:
        """Return up to `most` terms that sound like what was heard, each with how alike it is, the nearest first."""
        from rapidfuzz import process
        from rapidfuzz.distance import Levenshtein

        said = sound(heard)
        if not said:
            return []
        rough = classes(said)
        first = bisect_left(self._sizes, len(rough) - self._lengths)
        last = bisect_right(self._sizes, len(rough) + self._lengths)
        found = process.extract(
            rough,
            self._classes[first:last],
            scorer=Levenshtein.normalized_similarity,
            limit=most * _MORE_LOOKED_AT,
            score_cutoff=_ROUGHLY,
        )
        near = []
        for _, _, number in found:
            term, phones = self._terms[first + number]
            if (likeness := alike(said, phones, self._least)) >= self._least:
                near.append((term, likeness))
        return sorted(near, key=lambda entry: -entry[1])[:most]
