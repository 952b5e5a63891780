"""What else may have been said: words of the documents that sound like those that were heard.

A recognizer writes down the words it knows: "the evil peak" for "the Eagle Peak". Here such stretches, any number of
them, are replaced by words that stand in the documents just so, if they sound alike, and a small word that begins the
sentence by those that questions begin with; which of the sentences was said, the ear decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from assistant.languages.en.sounding import Sounding
from assistant.languages.en.sounds import distance, sound
from assistant.languages.en.spoken_words import spoken_words
from assistant.languages.en.words import QUESTION_WORDS
from assistant.recognizers.whisper.likelihood import Likelihood

MOST_TERMS = 30_000  # words of the documents first, then pairs and threes of them
LONGEST = 3  # words that are replaced, and that replace them
LEAST_ALIKE, NEAREST, LENGTHS = 0.62, 8, 3  # 0 to 1; of a stretch; classes of sounds
FEWEST_SOUNDS = 2  # of what is replaced: "a" sounds like much
MOST_WORDS = 24  # of a sentence that is looked at
MOST_RIVALS = 8  # the likeliest
WAYS = 16  # to say the words so far, the likeliest, that are gone on from
#: What a sound that is another costs (`sounds.distance`) beside the logarithm of the words' probability, where it is
#: chosen which sentences those are; a stretch that is replaced costs as much as a near sound.
OTHER_SOUND, REPLACED = 6.0, 0.3
#: "You invented the tea bag": the first word is said weakly, and a question can bear its loss least. So far, in sounds,
#: those that questions begin with may be from what was heard, however few sounds that has.
OPENER = 1.1
_OTHER = re.compile(r"[^\w']")
_MARKS = ".,!?;:"
_NGRAMS = re.compile(r"\\\d-grams:")


@dataclass(frozen=True)
class Rival:
    """Another sentence, and how far its sound is from that of what was heard (`sounds.distance`).

    `gain` is by how much its words are likelier, in natural logarithms, less what its other sounds cost.
    """

    text: str
    distance: float
    gain: float = 0.0


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
        """Return the sentences in which some words are others, which sound alike; the likeliest first.

        What stands in the documents as it was heard is not replaced, if it is more than a word; neither are words of
        which the ear is `sure`, all of them.
        """
        words = text.split()
        if len(words) > MOST_WORDS:
            return []

        @cache
        def following(before: tuple[str, ...], word: str | None) -> float:
            return likelihood.of_next(before, word)

        ways: list[list[_Way]] = [[] for _ in range(len(words) + 1)]
        ways[0].append(_Way(0.0, (), ()))
        for start in range(len(words)):
            likeliest = sorted(ways[start], key=lambda way: -way.worth)[:WAYS]
            for piece in self._pieces(words, start, sure):
                for way in likeliest:
                    worth, last = way.worth - piece.cost, way.last
                    for word in piece.said:
                        worth += following(last, word)
                        last = (*last, word)[-2:]
                    ways[start + piece.size].append(_Way(worth, last, (*way.pieces, piece.text)))
        worths: dict[str, float] = {}
        for way in ways[-1]:
            other, worth = " ".join(way.pieces), way.worth + following(way.last, None)
            worths[other] = max(worths.get(other, worth), worth)
        own = worths.pop(" ".join(words), likelihood.of(spoken_words(text)))
        heard = sound(" ".join(spoken_words(text)))
        best = sorted(worths, key=lambda other: -worths[other])[:MOST_RIVALS]
        return [
            Rival(other, distance(heard, sound(" ".join(spoken_words(other)))), worths[other] - own) for other in best
        ]

    def _pieces(self, words: list[str], start: int, sure: frozenset[str]) -> Iterator[_Piece]:
        """Yield the word at `start` as it was heard, and what else the next few words may have been."""
        yield _Piece(1, words[start], tuple(spoken_words(words[start])), 0.0)
        for size in range(1, min(LONGEST, len(words) - start) + 1):
            plain = [_plain(word) for word in words[start : start + size]]
            stretch = " ".join(plain)
            sounds = sound(stretch)
            if len(sounds) < FEWEST_SOUNDS or (size > 1 and stretch in self._terms) or sure.issuperset(plain):
                continue
            # "mid-night" is no other word than "midnight", and written otherwise.
            written = " ".join(words[start : start + size]).lower().strip(_MARKS)
            for term, _ in self._sounding.near(stretch, NEAREST):
                if term != written:
                    cost = OTHER_SOUND * (distance(sounds, sound(term)) + REPLACED)
                    yield _Piece(size, _replaced(words, start, size, term), tuple(term.split()), cost)
        if not start and (first := _plain(words[0])) not in QUESTION_WORDS:
            for opener in QUESTION_WORDS:
                if (far := distance(sound(first), sound(opener))) <= OPENER:
                    yield _Piece(1, _replaced(words, 0, 1, opener), (opener,), OTHER_SOUND * (far + REPLACED))


@dataclass(frozen=True)
class _Piece:
    """Words in the place of `size` that were heard, as they are written and `said`, and what that costs."""

    size: int
    text: str
    said: tuple[str, ...]
    cost: float


@dataclass(frozen=True)
class _Way:
    """Pieces of a sentence, the `last` two words said, and how likely it is so far."""

    worth: float
    last: tuple[str, ...]
    pieces: tuple[str, ...]


def _replaced(words: list[str], start: int, size: int, term: str) -> str:
    """Return what is written in the place of some words; capitals and marks stay where they were."""
    last = words[start + size - 1]
    mark = last[len(last.rstrip(_MARKS)) :]
    heard = [word.rstrip(_MARKS) for word in words[start : start + size]]
    capital = {word.lower(): word for word in heard}
    new = " ".join(capital.get(word, word) for word in term.split())
    if not start:
        new = new[0].upper() + new[1:]
    return new + mark


def _plain(word: str) -> str:
    return _OTHER.sub("", word).lower()


def _terms(lines: Iterable[str]) -> Iterator[str]:
    """Yield the words, pairs and threes of an ARPA file's lines, without the ends of sentences."""
    inside = False
    for line in lines:
        if line.startswith("\\"):
            inside = bool(_NGRAMS.match(line))
        elif inside and len(fields := line.rstrip("\n").split("\t")) > 1 and "<" not in fields[1]:
            yield fields[1]
