"""Wake words: microWakeWord models that come inside the wheel of pymicro-wakeword (extra `wake`)."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np

from engines.errors import ReparteeError

WAKE_WORDS = ("okay_nabu", "hey_jarvis", "hey_mycroft", "alexa")


class WakeWordError(ReparteeError):
    """A wake word that is not known, or whose detector is not installed."""


def check_words(words: Sequence[str]) -> None:
    """Raise WakeWordError unless all of `words`, and one at least, can be listened for here."""
    unknown = [word for word in words if word not in WAKE_WORDS]
    if unknown or not words:
        raise WakeWordError(
            f"There is no wake word {', '.join(unknown) or 'given'}; choose from {', '.join(WAKE_WORDS)}."
        )
    if importlib.util.find_spec("pymicro_wakeword") is None:
        raise WakeWordError(
            "Wake words need the package pymicro-wakeword; install it with: pip install 'repartee[wake]'."
        )


class WakeWords:
    """Listens for several words at once on one microphone; costs about 2 ms CPU a word and second of audio."""

    def __init__(self, words: Sequence[str]) -> None:
        check_words(words)
        from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

        self._features = MicroWakeWordFeatures()
        self._models = {word: MicroWakeWord.from_builtin(Model(word)) for word in words}

    def detect(self, pcm: np.ndarray) -> str | None:
        """Take the next int16[n] at 16 kHz, n of any size; returns the word that ended in it, if one did."""
        found = None
        for features in self._features.process_streaming(pcm.tobytes()):
            for word, model in self._models.items():
                if model.process_streaming(features):
                    found = word
        if found is not None:
            self.reset()
        return found

    def reset(self) -> None:
        """Forget what was heard, so that one utterance is found once."""
        self._features.reset()
        for model in self._models.values():
            model.reset()
