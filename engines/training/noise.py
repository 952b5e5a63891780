"""Questions as a recogniser would write them: no punctuation, numbers in words, words that sound like others."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable

from engines.number_words import numbers_in_words


class SoundAlikes:
    """Words that differ from a given word by at most one phoneme, the likelier the more frequent they are."""

    def __init__(self, pronunciations: Iterable[tuple[str, tuple[str, ...]]], frequency: dict[str, int]) -> None:
        """`pronunciations` are (word, phonemes) pairs; words of no frequency are left out."""
        self._frequency = frequency
        self._sounds: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self._same: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for word, phonemes in pronunciations:
            if frequency.get(word) and len(phonemes) >= 2:
                self._sounds[word].append(phonemes)
                for key in self._keys(phonemes):
                    self._same[key].add(word)

    @staticmethod
    def _keys(phonemes: tuple[str, ...]) -> list[tuple[str, ...]]:
        return [phonemes] + [(*phonemes[:i], "*", *phonemes[i + 1 :]) for i in range(len(phonemes))]

    def pick(self, word: str, chance: random.Random) -> str:
        """A word that a recogniser might have heard for `word`, or `word` itself when nothing sounds like it."""
        near = {other for sound in self._sounds.get(word, ()) for key in self._keys(sound) for other in self._same[key]}
        near.discard(word)
        if not near:
            return word
        words = sorted(near)
        return chance.choices(words, [self._frequency[other] ** 0.5 for other in words])[0]


def as_recognised(question: str, sounds: SoundAlikes, chance: random.Random, *, swap: float = 0.08) -> str:
    """`question` without case and punctuation, digits spelt, small words lost, words misheard at rate `swap`."""
    text = numbers_in_words(question) if chance.random() < 0.7 else question
    heard = []
    for word in re.findall(r"\w+(?:'\w+)?", text.lower()):
        if word in {"a", "an", "the", "of", "to", "in", "did", "is"} and chance.random() < 0.05:
            continue
        heard.append(sounds.pick(word, chance) if chance.random() < swap else word)
    return " ".join(heard) or question
