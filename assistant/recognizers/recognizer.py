"""What every recognizer offers: a whole recording at once, or an utterance decoded while it is spoken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.turn.events import Transcript


class RecognizerStream(Protocol):
    """One utterance, decoded while it is spoken. Made by `Recognizer.stream`; ends with `finish` or `cancel`."""

    @property
    def mean(self) -> list[float] | None:
        """What was learnt of the speaker's voice, once finished; None where nothing is."""

    @property
    def hypothesis(self) -> str:
        """The whole best hypothesis so far, unstable words included: to speculate on, never to show as heard."""

    async def feed(self, pcm: NDArray[np.int16]) -> str | None:
        """Take the next int16[samples] at 16 kHz; return words that newly became stable, to append, or None.

        Raises ReparteeError where the recognizer is lost.
        """

    async def settle(self) -> str:
        """Return the hypothesis once everything fed has been decoded; more may be fed afterwards. Raises as `feed`."""

    async def finish(self) -> Transcript:
        """End the utterance and return all its words."""

    def cancel(self) -> None:
        """Drop the utterance; safe at any time, also after `finish`."""


class Recognizer(Protocol):
    """Turns speech into words. Several utterances may be under way at once."""

    async def transcribe(self, pcm: NDArray[np.int16]) -> Transcript:
        """Recognise int16[samples] at 16 kHz. Raises ReparteeError where the recognizer cannot be used."""

    def stream(self, mean: list[float] | None = None) -> RecognizerStream:
        """Begin an utterance whose audio is still to come. Costs nothing until it is fed.

        `mean` is the `RecognizerStream.mean` of the same speaker's last utterance.
        """

    async def close(self) -> None:
        """Stop what runs and free it; safe to call twice."""


class Documents(Protocol):
    """What a recognizer is biased to; `knowledge.library.Library` is one."""

    @property
    def version(self) -> int:
        """A number that changes with the content."""

    def texts(self) -> Iterable[str]:
        """Return the documents' texts; may be called in a thread."""
