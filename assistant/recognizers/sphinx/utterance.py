"""One utterance through a decoder while its audio arrives: the cepstral mean, the words that became stable, the end.

pocketsphinx subtracts a running mean from the cepstra, and begins with one that fits nobody. What is heard at first is
therefore held back for `LEAD`, so that the search begins with a mean of this voice, room and level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.audio.samples import PER_MS
from assistant.recognizers.loudness import depth
from assistant.recognizers.sphinx.library import CEPSTRA, MEAN_WEIGHT, SHIFT, Decoder, Effort

USUAL_MEAN = (55.0, 3.0, 0.0, 9.0, -7.0, *[0.0] * (CEPSTRA - 5))
LEAD = 400 * PER_MS  # samples
USUAL_WEIGHT, CARRIED_WEIGHT = 30.0, 100.0  # frames that the usual mean, the speaker's earlier mean count for
ADAPT = 2 * 30 * SHIFT  # bytes from one change of the mean to the next, 300 ms
BEFORE = 100 * PER_MS  # samples kept before the first sound
LEAST = 100 * PER_MS  # samples; less is no word
LOUD_FRAMES = 4  # of 10 ms after the words settled: the person goes on
SETTLED_FRAMES = 20  # since a word's end, before it may be called stable
#: Words that fit worse (`Decoder.fit`) are babble's: in the search, or in its mean with the last pass. 3 to 8 voices at
#: once have a mean of -5.8 to -5.06, clips of people -4.98 (one word, far away) to -2.0; of 52 made worse (`eval speech
#: --noise`) those below had a third of the words at most.
BABBLE, BABBLE_AT_LAST = -5.1, -5.0
#: Of many words the mean is a better measure: for each beyond FEW the bound is higher, up to the last of these, which
#: five words have. docs/speech.md has what it brings and costs.
FEW, MORE_A_WORD, MOST_AT_LAST = 2, 0.1, -4.7
#: Where the loudness is as even as of several voices (`loudness.depth`), many words have to fit better still.
EVEN, MANY, LEAST_OF_EVEN = 0.5, 5, -4.4
_PRONUNCIATION = re.compile(r"\(\d+\)$")


class Utterance:
    """Feed int16 samples at 16 kHz as they come, then finish. `mean` is that of the speaker's earlier utterances."""

    def __init__(self, decoder: Decoder, mean: Sequence[float] | None = None) -> None:
        self._decoder = decoder
        self._sum = [value * (CARRIED_WEIGHT if mean else USUAL_WEIGHT) for value in mean or USUAL_MEAN]
        self._weight = CARRIED_WEIGHT if mean else USUAL_WEIGHT  # frames in the sum
        self._new_frames = 0.0  # frames that went into the decoder's mean since it was told ours
        self._audio = bytearray()  # from the beginning
        self._waiting = 0  # bytes at the end of it that the decoder has not been fed
        self._learnt = 0  # bytes at the beginning of it that are in the mean
        self._searching = False
        self._settled: list[str] | None = None  # the words, while what came after them is quiet
        self._previous: list[str] = []
        self._stable = 0

    @property
    def mean(self) -> list[float]:
        """The mean cepstrum so far, to carry to the speaker's next utterance."""
        return [value / self._weight for value in self._sum]

    def prime(self, pcm: bytes) -> None:
        """Learn the voice from samples that will be fed: the search then begins with the first of them."""
        self._tell()
        voice = pcm[_quiet_at_first(pcm) :]  # the room before the first word tells nothing of the voice
        self._decoder.listen(voice)
        self._new_frames = len(voice) / 2 / SHIFT
        self._adapt()
        self._learnt = len(pcm)

    def feed(self, pcm: bytes) -> None:
        """Decode more samples."""
        self._audio += pcm
        self._waiting += len(pcm)
        if self._settled is not None:
            if self._quiet_since_settled():
                return
            self._settled = None  # the person goes on: search again from the beginning, which is quicker than speech
            self._search()
        elif self._searching:
            self._decode()
        elif self._learnt or self._waiting >= 2 * LEAD:
            self._search()

    def restart(self, effort: Effort) -> None:
        """Search all the audio so far again, and what follows, with another effort."""
        self.abandon()
        self._decoder.search(effort)
        self._search()

    def words(self) -> tuple[list[str], list[str]]:
        """Return the words that became stable since the last call, and all words of the best hypothesis so far.

        A word is stable once it ended a while ago and two hypotheses in a row agree on it and on all before it.
        """
        if not self._searching:
            return [], self._settled or self._previous
        found = [(_PRONUNCIATION.sub("", word), last) for word, _, last in self._decoder.words() if word[0] not in "<["]
        if self._decoder.fit() < BABBLE:
            found = []
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

    def settle(self) -> list[str]:
        """Return the words so far after the last pass, as `finish` would; more may be fed."""
        if self._settled is None:
            if not self._searching:
                if len(self._audio) < 2 * LEAST:
                    return []
                self._search()
            self._adapt()
            first_pass, fit = self._decoder.hypothesis()[0].split(), self._decoder.fit()
            self._decoder.end()
            self._searching = False
            # Where what was searched does not reach the end of a sentence there is no best path, nor how well it fits.
            last_pass = self._decoder.hypothesis()[0].split()
            words, mean = (last_pass, (fit + self._decoder.fit()) / 2) if last_pass else (first_pass, fit)
            self._settled = [] if fit < BABBLE or mean < self._least_fit(len(words)) else words
        return self._settled

    def _least_fit(self, words: int) -> float:
        even = words >= MANY and depth(np.frombuffer(self._audio, np.int16).copy()) < EVEN
        return LEAST_OF_EVEN if even else least_fit(words)

    def finish(self) -> list[str]:
        """End the utterance; return its words."""
        return self.settle()

    def abandon(self) -> None:
        """Leave the decoder ready for another utterance."""
        if self._searching:
            self._searching = False
            self._decoder.end()

    def _search(self) -> None:
        """Begin to search, with all the audio there is."""
        if not self._learnt:
            self.prime(bytes(self._audio[: 2 * LEAD]))
        self._tell()
        self._decoder.start()
        self._searching, self._waiting = True, len(self._audio)
        self._decode()

    def _decode(self) -> None:
        """Search what waits. The mean changes at the same places however the audio came, and so the words do not."""
        while self._waiting:
            start = len(self._audio) - self._waiting
            end = min(start + ADAPT - start % ADAPT, len(self._audio))
            if start < self._learnt < end:
                end = self._learnt
            self._decoder.feed(bytes(self._audio[start:end]))
            self._waiting -= end - start
            if end <= self._learnt:
                self._tell()  # this audio went into the decoder's mean a second time
                continue
            self._new_frames += (end - start) / 2 / SHIFT
            if end % ADAPT == 0:
                self._adapt()

    def _quiet_since_settled(self) -> bool:
        """Say whether nothing after the settled words is as loud as speech: neither in itself nor beside the words."""
        loudness = _loudness(bytes(self._audio))
        after = -(-self._waiting // (2 * SHIFT))
        floor, peak = np.percentile(loudness, (10, 95))
        return bool(np.count_nonzero(loudness[-after:] > max(3 * floor, 0.06 * peak)) < LOUD_FRAMES)

    def _tell(self) -> None:
        self._told, self._new_frames = self.mean, 0.0
        self._decoder.cepstral_mean = self._told

    def _adapt(self) -> None:
        """Take the frames that went into the decoder's mean into ours, and tell it to the decoder."""
        count, self._learnt = self._new_frames, max(self._learnt, len(self._audio) - self._waiting)
        for place, (told, moved) in enumerate(zip(self._told, self._decoder.cepstral_mean, strict=True)):
            # moved = (500 told + sum of the new) / (500 + count), written so that a small error in count does no harm
            self._sum[place] += (moved - told) * (MEAN_WEIGHT + count) + told * count
        self._weight += count
        self._tell()


def least_fit(words: int) -> float:
    """Return how well so many words have to fit to be one voice's."""
    return min(MOST_AT_LAST, BABBLE_AT_LAST + MORE_A_WORD * max(0, words - FEW))


def _loudness(pcm: bytes) -> NDArray[np.float32]:
    """Return the root mean square of each 10 ms up to the end of int16 samples."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float32)
    frames = samples[len(samples) % SHIFT :].reshape(-1, SHIFT)
    loudness: NDArray[np.float32] = np.sqrt(np.square(frames).mean(axis=1))
    return loudness


def _quiet_at_first(pcm: bytes) -> int:
    """Return how many bytes there are before the first sound but for BEFORE, 0 where nothing stands out."""
    loudness = _loudness(pcm)
    if not len(loudness):
        return 0
    loud = loudness > max(2 * float(np.percentile(loudness, 10)), 0.05 * float(loudness.max()))
    return max(0, 2 * (int(np.argmax(loud)) * SHIFT - BEFORE))
