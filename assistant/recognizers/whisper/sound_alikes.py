"""What else may have been said: words of the documents that sound like those that were heard.

A recognizer writes down the words it knows: "the evil peak" for "the Eagle Peak". Here such stretches are replaced by
words that stand in the documents just so, if they sound alike; which of the sentences was said, the ear decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.languages.en.sounding import Sounding
from assistant.languages.en.sounds import distance, sound
from assistant.languages.en.spoken_words import spoken_words

if TYPE_CHECKING:
    from assistant.recognizers.whisper.decoder import Likelihood

MOST_TERMS = 30_000  # words of the documents first, then pairs and threes of them
LONGEST = 3  # words that are replaced, and that replace them
LEAST_ALIKE, NEAREST, LENGTHS = 0.62, 6, 3  # 0 to 1; of a stretch; classes of sounds
FEWEST_SOUNDS = 3  # of what is replaced: "a" sounds like much
MOST_WORDS = 24  # of a sentence that is looked at
MOST_RIVALS = 6  # the likeliest by their words
WEIGHT, UNLIKENESS = 0.5, 6.0  # of the words and of the sound, where it is chosen which those are
_OTHER = re.compile(r"[^\w']")
_NGRAMS = re.compile(r"\\\d-grams:")


@dataclass(frozen=True)
class Rival:
    """Another sentence, and how far its sound is from that of what was heard (`sounds.distance`)."""

    text: str
    distance: float


class SoundAlikes:
    """The words of the documents by their sound."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = set(islice(terms, MOST_TERMS))
        self._sounding = Sounding(self._terms, least=LEAST_ALIKE, lengths=LENGTHS)

    @classmethod
    def of_model(cls, path: Path) -> SoundAlikes:
        """Return those of a language model of the documents, an ARPA file. Raises OSError."""
        with path.open(encoding="utf-8") as lines:
            return cls(_terms(lines))

    def rivals(self, text: str, likelihood: Likelihood, sure: frozenset[str] = frozenset()) -> list[Rival]:
        """Return the sentences in which some words are others, which sound alike; the likeliest by their words first.

        What stands in the documents as it was heard is not replaced, if it is more than a word; neither are words of
        which the ear is `sure`, all of them.
        """
        words = text.split()
        if len(words) > MOST_WORDS:
            return []
        plain = [_OTHER.sub("", word).lower() for word in words]
        heard = sound(" ".join(spoken_words(text)))
        before = likelihood.of(spoken_words(text))
        worth: dict[str, float] = {}
        for size in range(1, LONGEST + 1):
            for start in range(len(words) - size + 1):
                stretch = " ".join(plain[start : start + size])
                if len(sound(stretch)) < FEWEST_SOUNDS or (size > 1 and stretch in self._terms):
                    continue
                if sure.issuperset(plain[start : start + size]):
                    continue
                for term, likeness in self._sounding.near(stretch, NEAREST):
                    if term == stretch:
                        continue
                    other = _replaced(words, start, size, term)
                    gain = WEIGHT * (likelihood.of(spoken_words(other)) - before) - UNLIKENESS * (1 - likeness)
                    worth[other] = max(worth.get(other, gain), gain)
        best = sorted(worth, key=lambda other: -worth[other])[:MOST_RIVALS]
        return [Rival(other, distance(heard, sound(" ".join(spoken_words(other))))) for other in best]


def _replaced(words: list[str], start: int, size: int, term: str) -> str:
    """Return a sentence with some of its words replaced; capitals and marks stay where they were."""
    last = words[start + size - 1]
    mark = last[len(last.rstrip(".,!?;:")) :]
    kept = {_OTHER.sub("", word).lower(): word.rstrip(".,!?;:") for word in words[start : start + size]}
    new = " ".join(kept.get(word, word) for word in term.split())
    if not start:
        new = new[0].upper() + new[1:]
    return " ".join([*words[:start], new + mark, *words[start + size :]])


def _terms(lines: Iterable[str]) -> Iterator[str]:
    """Yield the words, pairs and threes of an ARPA file's lines, without the ends of sentences."""
    inside = False
    for line in lines:
        if line.startswith("\\"):
            inside = bool(_NGRAMS.match(line))
        elif inside and len(fields := line.rstrip("\n").split("\t")) > 1 and "<" not in fields[1]:
            yield fields[1]
