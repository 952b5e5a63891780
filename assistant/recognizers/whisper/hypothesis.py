"""What the model may have heard, and whether it is speech."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.recognizers.whisper.repetition import is_loop, is_syllables, is_twice

NO_SPEECH = 0.5  # probability; 0.48 to 0.99 for noise, babble and music, up to 0.34 for speech
UNSURE = -0.8  # mean log probability of a token, above which words are believed although there seems to be no speech
#: From this probability on words are not believed at less than that: an organ's had 0.48 and -2.0, those of speech
#: from 0.3 on -0.8.
MAYBE_NO_SPEECH, UNLIKELY = 0.4, -1.5
#: Where there are so many words and more, the probability and a share of how unlikely they are tell several voices at
#: once (0.6 to 1.1) from one, in noise of 5 dB too (0.65 at most where its words are heard): docs/speech.md.
SEVERAL, SHARE, BABBLE = 5, 0.25, 0.66
#: The same where the loudness is as even as of several voices (`shallow`): of many words, and of few, of which speech
#: has 0.73 at most.
SHALLOW_BABBLE, SHALLOW_FEW = 0.6, 0.75


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """What was decoded. `no_speech` is a probability, `score` the mean log probability of a token, `total` of all.

    `shallow` says whether the sound is as even as that of several voices at once.
    """

    text: str
    finished: bool
    no_speech: float
    score: float
    total: float
    shallow: bool = False

    @property
    def is_speech(self) -> bool:
        """Whether somebody spoke, and not several at once, nor sang syllables."""
        unlikely, many = self.no_speech - SHARE * self.score, len(self.text.split()) >= SEVERAL
        if self.shallow and unlikely >= (SHALLOW_BABBLE if many else SHALLOW_FEW):
            return False
        if (many and unlikely >= BABBLE) or is_syllables(self.text):
            return False
        if self.no_speech < NO_SPEECH:
            return self.no_speech < MAYBE_NO_SPEECH or self.score > UNLIKELY
        return self.score > UNSURE and not is_loop(self.text)

    @property
    def is_doubtful(self) -> bool:
        """Whether the model lost its way: it found no end, says everything twice, or goes round in circles."""
        return not self.finished or is_twice(self.text) or is_loop(self.text)
