"""What every recognizer offers: a whole recording at once, or an utterance decoded while it is spoken."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.events import Transcript


class RecognizerStream(Protocol):
    """One utterance, decoded while it is spoken. Made by `Recognizer.stream`; ends with `finish` or `cancel`."""

    @property
    def hypothesis(self) -> str:
        """The whole best hypothesis so far, unstable words included: to speculate on, never to show as heard."""

    async def feed(self, pcm: NDArray[np.int16]) -> str | None:
        """Take the next int16[samples] at 16 kHz; return words that newly became stable, to append, or None.

        Raises ReparteeError where the recognizer is lost.
        """

    async def finish(self) -> Transcript:
        """End the utterance and return all its words."""

    def cancel(self) -> None:
        """Drop the utterance; safe at any time, also after `finish`."""


class Recognizer(Protocol):
    """Turns speech into words. Several utterances may be under way at once."""

    async def transcribe(self, pcm: NDArray[np.int16]) -> Transcript:
        """Recognise int16[samples] at 16 kHz. Raises ReparteeError where the recognizer cannot be used."""

    def stream(self) -> RecognizerStream:
        """Begin an utterance whose audio is still to come. Costs nothing until it is fed."""

    async def close(self) -> None:
        """Stop what runs and free it; safe to call twice."""
