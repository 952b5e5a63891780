"""The listening half of a conversation: audio in, the person's turns out, their words tried while they speak."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, assert_never

import numpy as np

from assistant.audio.samples import PER_MS
from assistant.dialogue.events import Committed, Heard, HearingFailed, Partial, SpeechStarted, SpeechStopped
from assistant.dialogue.outbox import Outbox
from assistant.dialogue.utterance import Recorded, Utterance
from assistant.dialogue.weighing import at_first
from assistant.ear.ear import Began, Continued, Ear, EarEvent, Ended, Paused, Resumed, Woke
from assistant.languages.en.completeness import Look, ends_open
from assistant.languages.en.control import is_backchannel
from assistant.turn.budget import DEFAULT_SLOTS, now_ms
from assistant.turn.events import Transcript
from engines.errors import ReparteeError

logger = logging.getLogger(__name__)

UNEXPECTED = "Something unexpected went wrong while listening; the log has the details."

if TYPE_CHECKING:
    from assistant.parts import Load
    from assistant.recognizers.recognizer import Recognizer, Speaker


@dataclass
class UserTurn:
    """A committed turn of the person: `silence_ms` was waited for, `ended_ms` is when that wait was over (`now_ms`).

    `allowed_ms` is what its words asked to be waited for: the slot of the stage "endpoint". One that is not `answered`
    by itself waits until that is asked for.
    """

    number: int
    silence_ms: float
    note: str
    allowed_ms: float
    ended_ms: float = field(default_factory=now_ms)
    transcript: Transcript = field(default_factory=lambda: Transcript(""))
    recognise_ms: float = 0.0
    answered: bool = True

    @property
    def text(self) -> str:
        """The words."""
        return self.transcript.text


class Listener(Protocol):
    """Who is told what was heard."""

    def woken(self, word: str, audio_ms: int, loudness: float) -> None:
        """A wake word was heard, so loud (dB against full scale)."""

    def speech_began(self) -> None:
        """The person began a turn; called after its SpeechStarted."""

    def speculate(self, text: str, *, pressing: bool) -> None:
        """These may become the words of the turn under way; `pressing`, they probably are."""

    def is_question(self, text: str) -> bool:
        """Whether these words are to be looked up, and neither a command nor anything else to be done."""

    def lacks_something(self, text: str) -> bool:
        """Whether these words ask for something to be done, and leave out what has to be known for that."""

    def tries(self, text: str) -> bool:
        """Whether an answer to these words is being looked for, which weigh() will know."""

    def weigh(self, text: str) -> Look:
        """How do the words at a pause look to someone who may have tried to answer them?"""

    def turn_heard(self, turn: UserTurn, last: bool) -> None:
        """A turn is over and recognised; called after its Heard. `last` if the person has not begun another one."""


class Listening:
    """Finds turns with an ear, or takes them from push-to-talk when `ear` is None."""

    def __init__(
        self,
        recognizer: Callable[[], Recognizer],
        listener: Listener,
        outbox: Outbox,
        load: Load,
        slots: Mapping[str, float] = DEFAULT_SLOTS,
    ) -> None:
        self.ear: Ear | None = None
        self.last: asyncio.Task[UserTurn | None] | None = None  # the newest committed turn
        self.committed = 0  # its number
        self.answers = True  # turns that the ear ends are answered without being asked for
        self._recognizer, self._listener, self._outbox, self._load = recognizer, listener, outbox, load
        self._slots = slots
        self._position = 0  # samples heard before the ear in use, or without one
        self._turns = 0
        self._announced = 0  # the newest turn that the ear found, and the listener was told of
        self._utterance: Utterance | None = None
        self.settled: str | None = None  # the words at the pause under way
        self.unsure = False  # they are looked at again
        self.decided = (
            asyncio.Event()
        )  # it is known how they look, as far as that is quickly found out; or there is no pause
        self.decided.set()
        self._recognising: set[Utterance | Recorded] = set()
        self._speaker: Speaker | None = None

    @property
    def waiting(self) -> int:
        """Samples of the turn under way."""
        return self._utterance.samples if self._utterance is not None else 0

    def use(self, ear: Ear) -> np.ndarray:
        """Listen with another ear from here on; a turn that one before it had begun is over.

        Returns int16[n] of what was heard since the last commit without an ear: to be fed again, since only the new one
        can tell where in it the person speaks, and whether they have finished.
        """
        if self.ear is not None:
            self.commit()
            self._position += self.ear.position
        self.ear, utterance, again = ear, self._utterance, np.zeros(0, np.int16)
        if utterance is not None:
            again = utterance.audio
            self.drop()
            self._position -= len(again)
            if utterance.turn == self._turns:  # it is begun once more, by the same number
                self._turns -= 1
        return again

    def use_none(self) -> None:
        """Take all that is heard from here on until a commit, first of it what was heard of the turn under way."""
        if self.ear is None:
            return
        utterance, rest = self._utterance, self.ear.release()
        self._position += self.ear.position
        self.ear = None
        if utterance is not None:
            self._outbox.put(SpeechStopped(utterance.turn, self._ms(0)))
        if len(rest):
            (utterance or self._begin()).feed(rest)

    def feed(self, pcm: np.ndarray) -> None:
        """Take int16[n] at 16 kHz."""
        if self.ear is not None:
            for event in self.ear.feed(pcm):
                self._on_ear(event)
            return
        self._position += len(pcm)
        (self._utterance or self._begin()).feed(pcm)

    def take_recording(self, recognizer: Recognizer, pcm: np.ndarray, tag: object = None) -> None:
        """Take int16[n] at 16 kHz for a turn of its own, recognised as a whole: better, and later, than live."""
        self._turns += 1
        turn = UserTurn(self._turns, 0.0, "", 0.0, answered=False)
        self._commit(Recorded(self._turns, recognizer, pcm), turn, tag)

    def commit(self) -> None:
        """End the turn under way, if there is one."""
        if self.ear is not None:
            for event in self.ear.finish():
                self._on_ear(event)
        elif self._utterance is not None:
            self._take(self._utterance, 0.0, "committed by hand", 0.0, answered=False)

    def drop(self) -> None:
        """Forget the turn under way."""
        self.decided.set()
        if self.ear is not None:
            self.ear.drop()
        if self._utterance is not None:
            self._utterance.cancel()
            self._utterance = None

    def sleep(self) -> None:
        """Forget the turn under way, and wait for the wake word."""
        self.drop()
        if self.ear is not None:
            self.ear.sleep()

    def judge(self, look: Look) -> None:
        """Tell the ear how the words at the pause under way look: unfinished, while the recognizer is unsure of them.

        The second look is waited for: it costs a moment, and words that are wrong cost the answer.
        """
        if self.unsure and look in {Look.COMPLETE, Look.UNCERTAIN, Look.DOUBTFUL}:
            look = Look.UNFINISHED
        if self.ear is not None and self.ear.paused:
            for event in self.ear.judge(look):
                self._on_ear(event)

    async def close(self) -> None:
        """Stop recognising."""
        # A conversation is a web of references that only the garbage collector undoes, and it comes late because it
        # does not see the megabytes of the voice activity model: they are let go here.
        self.drop()
        self.ear = None
        for utterance in list(self._recognising):
            utterance.cancel()
        if self.last is not None:
            await asyncio.wait([self.last])

    def _on_ear(self, event: EarEvent) -> None:
        utterance = self._utterance
        match event:
            case Woke():
                if utterance is not None:  # it began with the wake word, which is no part of what is said
                    utterance.cancel()
                    self._utterance = None
                self._listener.woken(event.word, self._ms(event.at), event.loudness)
            case Began():
                self._on_began(event)
            case Continued():
                if utterance is not None:
                    utterance.feed(event.audio)
            case Paused():
                # Until the words are there, the pause counts as one inside the sentence: without them there would be
                # nothing to answer either.
                self.unsure = False
                self.decided.clear()
                self.judge(Look.OPEN)
                if utterance is not None:
                    utterance.pause()
            case Resumed():
                self.settled = None
                self.decided.set()
                if utterance is not None:
                    utterance.resume()
            case Ended():
                self.decided.set()
                if utterance is not None:
                    self._outbox.put(SpeechStopped(utterance.turn, self._ms(event.at)))
                    self._take(
                        utterance,
                        event.silence_ms,
                        f"words looked {event.look.value}",
                        event.allowed_ms,
                        answered=self.answers,
                    )
            case _:
                assert_never(event)

    def _on_began(self, event: Began) -> None:
        self._begin().feed(event.audio)
        self._outbox.put(SpeechStarted(self._turns, self._ms(event.at)))
        if self._announced != self._turns:  # else another ear had found it before
            self._announced = self._turns
            self._listener.speech_began()

    def _begin(self) -> Utterance:
        self._turns += 1
        self.settled = None
        self._utterance = Utterance(
            self._turns,
            self._recognizer().stream(self._speaker),
            self._load,
            partial=lambda turn, text, appended: self._outbox.put(Partial(turn, text, appended)),
            hypothesis=self._on_hypothesis,
            settled=self._on_settled,
        )
        return self._utterance

    def _on_hypothesis(self, turn: int, text: str) -> None:
        # Where several speak at once, their recognition needs the processor more than guesses at half sentences do.
        if self._load.hearing > 1:
            return
        if turn == self._turns and not is_backchannel(text) and self._listener.is_question(text):
            self._listener.speculate(text, pressing=False)

    def _on_settled(self, turn: int, text: str, unsure: bool) -> None:
        if self._utterance is None or turn != self._utterance.turn:
            return
        self.settled, self.unsure = text, unsure
        self._judge_words(text, unsure)
        if unsure or not self._listener.tries(text):
            self.decided.set()

    def _judge_words(self, text: str, unsure: bool) -> None:
        if not self._listener.is_question(text):
            self.judge(Look.UNFINISHED if self._listener.lacks_something(text) else Look.COMPLETE)
        elif ends_open(text):
            self.judge(Look.OPEN if text else Look.UNFINISHED)
        elif unsure:
            # The reader is not asked yet: it would share the processor with the second look, and perhaps read in vain.
            self.judge(at_first(text))
        else:
            self._listener.speculate(text, pressing=True)
            self.judge(self._listener.weigh(text))

    def _take(self, utterance: Utterance, silence_ms: float, note: str, allowed_ms: float, *, answered: bool) -> None:
        """Commit the turn being heard: from here on its audio cannot grow."""
        self._utterance = None
        self._commit(utterance, UserTurn(utterance.turn, silence_ms, note, allowed_ms, answered=answered))

    def _commit(self, utterance: Utterance | Recorded, turn: UserTurn, tag: object = None) -> None:
        self.committed = turn.number
        self._outbox.put(Committed(turn.number, utterance.samples // PER_MS, tag))
        self.last = asyncio.create_task(self._finish(utterance, self.last, turn))

    async def _finish(
        self, utterance: Utterance | Recorded, before: asyncio.Task[UserTurn | None] | None, turn: UserTurn
    ) -> UserTurn | None:
        self._recognising.add(utterance)
        try:
            # Who holds a button waits for no end of speech: that slot is there for the words too.
            unspent_ms = 0.0 if turn.silence_ms else self._slots["endpoint"]
            turn.transcript = await utterance.finish(within_ms=self._slots["recognise"] + unspent_ms)
            if turn.text:  # of music nothing is learnt
                self._speaker = utterance.speaker or self._speaker
        except ReparteeError as error:
            self._outbox.put(HearingFailed(turn.number, str(error)))
            return None
        except asyncio.CancelledError:
            return None  # the conversation is closing
        except Exception:
            logger.exception("A turn was not recognised")
            self._outbox.put(HearingFailed(turn.number, UNEXPECTED))
            return None
        finally:
            self._recognising.discard(utterance)
        turn.recognise_ms = now_ms() - turn.ended_ms
        if before is not None and not before.done():
            await asyncio.wait([before])  # transcripts come in the order of their turns
        self._outbox.put(Heard(turn.number, turn.transcript))
        self._listener.turn_heard(turn, last=turn.number >= self._announced)
        return turn

    def _ms(self, sample: int) -> int:
        return (self._position + sample) // PER_MS
