"""What was said in at most 30 s of sound, and when there is nothing to be written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from assistant.audio.samples import RATE, Pcm
from assistant.recognizers.loudness import depth, end_of_speech
from assistant.recognizers.whisper.certainty import Certainty
from assistant.recognizers.whisper.features import HOP
from assistant.recognizers.whisper.hypothesis import Hypothesis
from assistant.recognizers.whisper.likelihood import Likelihood
from assistant.recognizers.whisper.model import Model
from assistant.recognizers.whisper.repetition import without_loops
from assistant.recognizers.whisper.rescoring import Doubt, Rescorer
from assistant.recognizers.whisper.sound_alikes import SoundAlikes
from assistant.recognizers.whisper.vocabulary import ENGLISH
from assistant.recognizers.whisper.window import LONGEST_S, SHORTEST_S, in_a_room, window_s
from assistant.recognizers.worker_process import RecognizerError

SHALLOW = 0.4  # `loudness.depth`, below which a sound is as even as that of several voices
#: From this probability on there is no speech in a sound of whose words the model finds no end: "Aaaa", sung, had 0.27.
ENDLESS = 0.25
TOKENS, TOKENS_A_SECOND, MOST_TOKENS = 8, 6, 200  # people say 3 to 5 a second
#: Where at each place the next likeliest word is so much less likely, in natural logarithms, the ear is sure, and
#: nothing decides: docs/speech.md has how many are, and what it costs.
SURE = 1.0
#: A sure ear looks again, too, where the documents find a sentence so much likelier that sounds nearly the same.
PLAINLY_LIKELIER = 0.0
WARM_TOKENS = 4
END_S = 0.15  # before the end of speech, after which a text has come to its end


@dataclass(frozen=True)
class Heard:
    """The ear's first choice of words, "" for sounds that are no speech; `doubt` is None where it is sure of them."""

    text: str
    doubt: Doubt | None = None


class Decoder:
    """A Whisper model that writes down what is said, and looks again where it is not sure.

    `language` is what a multilingual model hears, "auto" for whatever is spoken.
    Raises RecognizerError where CTranslate2 cannot be used, the files are not a model it reads, or it does not know the
    language.
    """

    def __init__(self, files: Mapping[str, bytes], *, threads: int = 1, language: str = ENGLISH) -> None:
        self._model = Model(files, threads=threads, language=language)
        self._rescorer = Rescorer(self._model)
        #: What decides between hypotheses; without it the ear's first choice is kept, and no other is looked for.
        self.likelihood: Likelihood | None = None
        #: What sounds like what was heard; without it only what the model itself thought of is held against each other.
        self.sound_alikes: SoundAlikes | None = None

    @property
    def device(self) -> str:
        """Where the model is computed, "CPU" or "GPU"."""
        return self._model.device

    def warm_up(self) -> None:
        """Do once what will be done while somebody waits: the first time of each takes half as long again.

        Raises as `hear`.
        """
        with _told():
            encoded = self._model.encode(np.zeros(RATE, np.int16), SHORTEST_S)
            opening = self._model.opening(encoded)
            self._model.generate(encoded, opening, WARM_TOKENS, 0.0, beam=1, measured=self.likelihood is not None)
            self._rescorer.warm_up(encoded, opening, WARM_TOKENS)

    def hear(self, pcm: Pcm) -> str:
        """Return what is said in int16[samples] at 16 kHz, at most 30 s; "" for sounds that are no speech.

        Raises RecognizerError where the model fails.
        """
        heard = self.first_choice(pcm)
        return heard.text if heard.doubt is None else self.reconsider(heard.doubt)

    def first_choice(self, pcm: Pcm) -> Heard:
        """Return what is probably said, as `hear`, in half of the time where the ear is not sure."""
        pcm = in_a_room(pcm)
        with _told():
            hypothesis, doubt = self._decode(pcm, window_s(len(pcm) / RATE))
            if hypothesis.is_speech and hypothesis.is_doubtful:
                hypothesis, doubt = self._decode(pcm, LONGEST_S)  # as it was trained
                if not hypothesis.finished and hypothesis.no_speech >= ENDLESS:
                    return Heard("")
        return Heard(without_loops(hypothesis.text), doubt) if hypothesis.is_speech else Heard("")

    def reconsider(self, doubt: Doubt) -> str:
        """Return what is said after a second look at more hypotheses, between which the documents decide.

        Raises as `hear`.
        """
        if self.likelihood is None:  # nothing decides any more
            return without_loops(doubt.first.text)
        with _told():
            return self._rescorer.best(doubt, self.likelihood, self.sound_alikes)

    def _decode(self, pcm: Pcm, length_s: float) -> tuple[Hypothesis, Doubt | None]:
        said_s = len(pcm) / RATE
        most = MOST_TOKENS if length_s >= LONGEST_S else TOKENS + int(TOKENS_A_SECOND * said_s)
        end_s = end_of_speech(pcm) / RATE - END_S
        encoded = self._model.encode(pcm, length_s)
        opening = self._model.opening(encoded)
        measured = self.likelihood is not None
        (first, *_), certainty = self._model.generate(encoded, opening, most, end_s, beam=1, measured=measured)
        first = replace(first, shallow=depth(pcm) < SHALLOW)
        if self.likelihood is None or not first.is_speech or first.is_doubtful:
            return first, None
        if certainty.least >= SURE and not self._is_plainly_likelier(first.text, certainty, self.likelihood):
            return first, None
        return first, Doubt(
            first=first,
            encoded=encoded,
            opening=opening,
            most=most,
            end_s=end_s,
            frames=int(said_s * RATE) // HOP,
            sure=certainty.sure,
        )

    def _is_plainly_likelier(self, text: str, certainty: Certainty, likelihood: Likelihood) -> bool:
        """Say whether the documents find something that sounds nearly the same plainly likelier than a text."""
        if self.sound_alikes is None or not self._model.aligns:
            return False
        rivals = self.sound_alikes.rivals(text, likelihood, certainty.sure)
        return any(rival.gain > PLAINLY_LIKELIER for rival in rivals)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what the library raises, which has classes for everything, in a sentence."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise RecognizerError(f"Whisper failed: {error}") from error
