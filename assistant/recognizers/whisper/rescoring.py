"""A second look at words that the ear is not sure of: more hypotheses, between which the documents decide.

First they decide between what the model thought of itself; then between that and sentences that sound like it, each of
which is held against the sound once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.audio.samples import RATE
from assistant.languages.en.spoken_words import spoken_words
from assistant.recognizers.whisper.features import HOP, Floats
from assistant.recognizers.whisper.hypothesis import Hypothesis
from assistant.recognizers.whisper.likelihood import Likelihood
from assistant.recognizers.whisper.model import STEP, Model
from assistant.recognizers.whisper.repetition import without_loops
from assistant.recognizers.whisper.sound_alikes import Rival, SoundAlikes
from assistant.recognizers.whisper.window import SHORTEST_S, in_a_room

#: Hypotheses among which the documents decide, what the likelihood of their words weighs beside the ear's own, and how
#: much better, in natural logarithms, another has to be than the ear's first choice: docs/speech.md has what was tried.
BEAM, WEIGHT, MARGIN = 5, 0.5, 1.0
#: The same between what was heard and what sounds like it in the documents; what another sound costs; and what a word
#: gains, since more words are always less likely.
HEARD_WEIGHT, HEARD_MARGIN, OTHER_SOUND, ANOTHER_WORD = 1.3, 2.0, 3.0, 1.0
#: What the model finds likely without hearing anything is no evidence of what was said: so much of that is taken off.
#: It is found out for the FINALISTS alone, the best otherwise: hearing UNHEARD positions of a quiet room.
HABIT, FINALISTS, UNHEARD = 0.6, 5, 50
AFTER = 25  # positions of the encoder after what was said, of which sentences are held against it


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What the ear has to know to look again at words that it is not sure of."""

    first: Hypothesis
    encoded: Any
    opening: list[int]
    most: int
    end_s: float
    frames: int
    sure: frozenset[str]


class Rescorer:
    """Looks again at what a model has heard."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._nothing: Floats | None = None  # what the encoder makes of a quiet room

    def warm_up(self, encoded: Any, opening: list[int], most: int) -> None:
        """Do once what will be done while somebody waits, with a sound that was encoded."""
        self._model.generate(encoded, opening, most, 0.0, beam=BEAM)
        if self._model.aligns:
            self._model.log_probabilities([" ."], self.quiet(), opening, HOP)

    def best(self, doubt: Doubt, likelihood: Likelihood, sound_alikes: SoundAlikes | None) -> str:
        """Return what was said: the first choice, unless another hypothesis or what sounds alike is plainly better."""
        others, _ = self._model.generate(doubt.encoded, doubt.opening, doubt.most, doubt.end_s, beam=BEAM)
        found = without_loops(likeliest(doubt.first, others, likelihood).text)
        if sound_alikes is None or not self._model.aligns:
            return found
        thought_of = [other.text for other in others if other.text and not other.is_doubtful]
        rivals = [Rival(text, 0.0) for text in dict.fromkeys(thought_of) if text != found]
        rivals += sound_alikes.rivals(found, likelihood, doubt.sure)
        return self.best_sounding(found, rivals, doubt, likelihood) if rivals else found

    def best_sounding(self, found: str, rivals: Sequence[Rival], doubt: Doubt, likelihood: Likelihood) -> str:
        """Return which of several sentences was said, by their sound and their words: `found`, or one that is better
        by a margin."""
        encoded = np.array(doubt.encoded)
        encoded = np.ascontiguousarray(encoded[:, : (doubt.frames * HOP) // STEP + AFTER])
        texts = [found, *(rival.text for rival in rivals)]
        heard = self._model.log_probabilities(texts, encoded, doubt.opening, doubt.frames)
        first, *others = (
            _Sentence(rival, sound + _of_words(rival, likelihood))
            for rival, sound in zip([Rival(found, 0.0), *rivals], heard, strict=True)
        )
        best = sorted(others, key=lambda other: -other.worth)[:FINALISTS]
        texts = [first.rival.text, *(other.rival.text for other in best)]
        habits = self._model.log_probabilities(texts, self.quiet(), doubt.opening, 2 * UNHEARD)
        bar = first.worth - HABIT * habits[0] + HEARD_MARGIN
        worths = [other.worth - HABIT * habit for other, habit in zip(best, habits[1:], strict=True)]
        likeliest = max(range(len(best)), key=worths.__getitem__)
        return best[likeliest].rival.text if worths[likeliest] > bar else found

    def quiet(self) -> Floats:
        """Return a quiet room as the encoder hears it, float32[1, UNHEARD, size]."""
        if self._nothing is None:
            room = in_a_room(np.zeros(RATE // 2, np.int16))
            encoded = np.array(self._model.encode(room, SHORTEST_S))
            self._nothing = np.ascontiguousarray(encoded[:, :UNHEARD])
        return self._nothing


def likeliest(first: Hypothesis, others: Sequence[Hypothesis], likelihood: Likelihood) -> Hypothesis:
    """Return which of several hypotheses is what was said: `first`, unless another is likelier by a margin."""

    def worth(hypothesis: Hypothesis) -> float:
        return hypothesis.total + WEIGHT * likelihood.of(spoken_words(hypothesis.text))

    sound = [other for other in others if other.text and not other.is_doubtful]
    best = max(sound, key=worth, default=first)
    return best if worth(best) > worth(first) + MARGIN else first


@dataclass(frozen=True)
class _Sentence:
    """What may have been said, and its worth but for the model's habits."""

    rival: Rival
    worth: float


def _of_words(sentence: Rival, likelihood: Likelihood) -> float:
    """Return what the words of a sentence are worth, less what its sounds cost that are others than were heard."""
    words = HEARD_WEIGHT * likelihood.of(spoken_words(sentence.text)) + ANOTHER_WORD * len(sentence.text.split())
    return words - OTHER_SOUND * sentence.distance
