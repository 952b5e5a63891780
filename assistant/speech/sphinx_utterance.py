"""One utterance through a decoder while its audio arrives: the cepstral mean, the words that became stable, the end.

pocketsphinx subtracts a running mean from the cepstra, and begins with one that fits nobody. What is heard at first is
therefore held back for `LEAD`, so that the search begins with a mean of this voice, room and level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.speech.sphinx_library import CEPSTRA, MEAN_WEIGHT, SHIFT, Decoder

USUAL_MEAN = (55.0, 3.0, 0.0, 9.0, -7.0, *[0.0] * (CEPSTRA - 5))
LEAD = 16_000 * 400 // 1000  # samples
USUAL_WEIGHT, CARRIED_WEIGHT = 30.0, 100.0  # frames that the usual mean, the speaker's earlier mean count for
ADAPT_FRAMES = 30
SETTLED_FRAMES = 20  # since a word's end, before it may be called stable
_PRONUNCIATION = re.compile(r"\(\d+\)$")


class Utterance:
    """Feed int16 samples at 16 kHz as they come, then finish. `mean` is that of the speaker's earlier utterances."""

    def __init__(self, decoder: Decoder, mean: Sequence[float] | None = None) -> None:
        self._decoder = decoder
        self._sum = [value * (CARRIED_WEIGHT if mean else USUAL_WEIGHT) for value in mean or USUAL_MEAN]
        self._weight = CARRIED_WEIGHT if mean else USUAL_WEIGHT  # frames in the sum
        self._new_frames = 0.0  # frames that went into the decoder's mean since it was told ours
        self._held = b""
        self._started = False
        self._previous: list[str] = []
        self._stable = 0

    @property
    def mean(self) -> list[float]:
        """The mean cepstrum so far, to carry to the speaker's next utterance."""
        return [value / self._weight for value in self._sum]

    def feed(self, pcm: bytes) -> None:
        """Decode more samples."""
        if not self._started:
            self._held += pcm
            if len(self._held) >= 2 * LEAD:
                self._start()
            return
        self._decoder.feed(pcm)
        self._new_frames += len(pcm) / 2 / SHIFT
        if self._new_frames >= ADAPT_FRAMES:
            self._adapt()

    def words(self) -> tuple[list[str], list[str]]:
        """Return the words that became stable since the last call, and all words of the best hypothesis so far.

        A word is stable once it ended a while ago and two hypotheses in a row agree on it and on all before it.
        """
        found = [
            (_PRONUNCIATION.sub("", word), last)
            for word, _, last in (self._decoder.words() if self._started else [])
            if word[0] not in "<["
        ]
        words = [word for word, _ in found]
        settled = sum(last + SETTLED_FRAMES < self._decoder.frames for _, last in found)
        agreed = next(
            (place for place, (now, before) in enumerate(zip(words, self._previous, strict=False)) if now != before),
            min(len(words), len(self._previous)),
        )
        self._previous = words
        stable = words[self._stable : min(settled, agreed)]
        self._stable += len(stable)
        return stable, words

    def finish(self) -> list[str]:
        """End the utterance; return its words."""
        if not self._started:
            if len(self._held) < 2 * 5 * SHIFT:
                return []
            self._start()
        self._adapt()
        self._decoder.end()
        self._started = False
        return self._decoder.hypothesis()[0].split()

    def abandon(self) -> None:
        """Leave the decoder ready for another utterance."""
        if self._started:
            self._started = False
            self._decoder.end()

    def _start(self) -> None:
        self._tell()
        self._decoder.listen(self._held)
        self._new_frames = len(self._held) / 2 / SHIFT
        self._adapt()
        self._decoder.start()
        self._decoder.feed(self._held)
        # What was held back went into the decoder's mean a second time.
        self._tell()
        self._held, self._started = b"", True

    def _tell(self) -> None:
        self._told, self._new_frames = self.mean, 0.0
        self._decoder.cepstral_mean = self._told

    def _adapt(self) -> None:
        """Take the frames that went into the decoder's mean into ours, and tell it to the decoder."""
        count = self._new_frames
        for place, (told, moved) in enumerate(zip(self._told, self._decoder.cepstral_mean, strict=True)):
            # moved = (500 told + sum of the new) / (500 + count), written so that a small error in count does no harm
            self._sum[place] += (moved - told) * (MEAN_WEIGHT + count) + told * count
        self._weight += count
        self._tell()
