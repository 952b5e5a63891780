"""What every recognizer offers: a whole recording at once, or an utterance decoded while it is spoken."""

from __future__ import annotations

from typing import Literal, NewType, Protocol, runtime_checkable

from assistant.audio.samples import RATE, Pcm
from assistant.turn.events import Transcript

#: Seconds that recognising a recording may take for each of its own, and before that: then passes are left out.
RECORDING_SLOT, RECORDING_LEAST_S = 0.5, 1.0
UNSURE = "unsure of the words, no time for a second look"
#: What a recognizer learnt of somebody's voice. Only the recognizer that made it knows what it is.
Speaker = NewType("Speaker", object)


def recording_slot_s(pcm: Pcm) -> float:
    """Return the slot of int16[samples] at 16 kHz, in seconds."""
    return RECORDING_LEAST_S + RECORDING_SLOT * len(pcm) / RATE


class RecognizerStream(Protocol):
    """One utterance, decoded while it is spoken. Made by `Recognizer.stream`; ends with `finish` or `cancel`."""

    @property
    def speaker(self) -> Speaker | None:
        """What was learnt of the speaker's voice, once finished; None where nothing is."""

    @property
    def hypothesis(self) -> str:
        """The whole best hypothesis so far, unstable words included: to speculate on, never to show as heard."""

    async def feed(self, pcm: Pcm) -> str | None:
        """Take the next int16[samples] at 16 kHz; return words that newly became stable, to append, or None.

        Raises ReparteeError where the recognizer is lost.
        """

    async def settle(self) -> str:
        """Return the hypothesis once everything fed has been decoded; more may be fed afterwards. Raises as `feed`."""

    async def finish(self) -> Transcript:
        """End the utterance and return all its words."""

    def cancel(self) -> None:
        """Drop the utterance; safe at any time, also after `finish`."""


@runtime_checkable
class SecondLook(Protocol):
    """What a stream offers that may find better words after a second look, for which there is not always time."""

    @property
    def unsure(self) -> bool:
        """Whether `reconsider` may find better words for what was decoded last."""

    async def reconsider(self) -> str:
        """Return the hypothesis after a second look; whoever ceases to wait does not end it. Raises as `feed`."""

    def rest(self) -> None:
        """Let the words stand as they are: `finish`, which else would look again, returns them."""


@runtime_checkable
class Guessing(Protocol):
    """What a recognizer and its streams have that finds words in music too, however badly they fit.

    They stand only where somebody plainly speaks.
    """

    guesses: Literal[True]


class Recognizer(Protocol):
    """Turns speech into words. Several utterances may be under way at once."""

    async def prepare(self) -> None:
        """Load now what live speech needs, so that the first who speaks waits no longer than the second."""

    async def transcribe(self, pcm: Pcm) -> Transcript:
        """Recognise int16[samples] at 16 kHz. Raises ReparteeError where the recognizer cannot be used."""

    def stream(self, speaker: Speaker | None = None) -> RecognizerStream:
        """Begin an utterance whose audio is still to come. Costs nothing until it is fed.

        `speaker` is the `RecognizerStream.speaker` of the same person's last utterance.
        """

    async def close(self) -> None:
        """Stop what runs and free it; safe to call twice."""
