"""One person talking with Repartee over one connection. No transport in here: audio and text in, events out.

Listening finds the person's turns, Replying answers them, Speculation tries the words while they are still spoken, and
everything leaves through the Outbox. Every reply has a generation; interrupting it makes the generation stale, and
nothing stale is handed out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.samples import RATE
from assistant.dialogue.events import Cleared, ConversationEvent, Reason
from assistant.dialogue.history import Exchange, History
from assistant.dialogue.listening import HeardTurn, Listening
from assistant.dialogue.outbox import Outbox
from assistant.dialogue.playback import Playback
from assistant.dialogue.replying import Replying
from assistant.dialogue.speculation import Speculation
from assistant.ear.ear import Ear
from assistant.ear.endpointer import SILENCE_MS, Waits
from assistant.languages.en.completeness import Look, ends_open, look_of, names_nothing, words_of
from assistant.languages.en.control import is_backchannel
from assistant.turn.budget import now_ms
from assistant.turn.events import Reply
from assistant.turn.turn import foresee
from assistant.turn.understanding import Question, QuestionError, understand
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.config import Config
    from assistant.parts import Parts
    from assistant.recognizers.recognizer import Recognizer

SLICE = 2048  # samples judged before other conversations get their turn
LEAST_COMMIT = 1_600  # samples, 100 ms
LONGEST_COMMIT = 60 * RATE
SURE = 0.5  # confidence in a foreseen answer at which words look complete
FIRM = 0.7  # and at which a few words do: to the beginning of a question there often is some answer
ROOM_ECHO_MS = 250.0  # a half-duplex microphone stays shut for so long after the loudspeaker
LONG_SENTENCE = 5  # words
NOT_LISTENED_MS = 350.0  # who speaks on before hearing so much of a reply had not finished
SAME_SENTENCE_MS = 1200.0  # nor had they if they do before hearing so much of one that did not answer


class NothingToCommitError(ReparteeError):
    """commit() came with less than 100 ms of audio heard since the last commit."""


class TooMuchAudioError(ReparteeError):
    """More than a minute of audio was heard without a commit."""


class NothingToAnswerError(ReparteeError):
    """respond() came without text while no user turn waits for an answer."""


class UnknownReplyError(ReparteeError):
    """truncate() named a generation that this conversation never spoke, or has forgotten."""


@dataclass(frozen=True)
class TurnDetection:
    """How the end of a person's turn is found.

    With `adaptive`, the silence waited for is shorter than `silence_ms` where the words look complete and longer where
    they look unfinished; without, it is always `silence_ms`.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_ms: int = SILENCE_MS
    adaptive: bool = True
    create_response: bool = True
    interrupt_response: bool = True


@dataclass(frozen=True)
class ConversationSettings:
    """What a client may change while it is connected. `turn_detection` None is push-to-talk.

    `echo_cancelled` False means that the microphone hears the loudspeaker: then what is heard during a reply is not
    taken for speech (half duplex). `expires_s` is the silence after which earlier turns are forgotten. With
    `wake_words`, speech counts only after one of them, or soon after a reply.
    """

    turn_detection: TurnDetection | None = field(default_factory=TurnDetection)
    speak: bool = True
    speculate: bool = True
    echo_cancelled: bool = True
    expires_s: float = 300.0
    wake_words: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: Config) -> ConversationSettings:
        """Return what the configuration says for this machine's own microphone."""
        ear = config.ear
        detection = TurnDetection(
            threshold=ear.threshold,
            prefix_padding_ms=ear.prefix_ms,
            silence_ms=round(config.budget.endpoint),
            adaptive=ear.adaptive,
        )
        return cls(
            turn_detection=detection,
            speculate=config.conversation.speculate,
            echo_cancelled=ear.echo_cancelled,
            expires_s=config.conversation.expires_s,
            wake_words=ear.wake_words,
        )


class Conversation:
    """A conversation: hears, answers, can be interrupted, remembers what was said and what of it was heard."""

    def __init__(self, parts: Parts, *, settings: ConversationSettings | None = None) -> None:
        self.settings = settings or ConversationSettings()
        self._parts = parts
        self._outbox = Outbox()
        self._history = History(self.settings.expires_s)
        self.speculation = Speculation(self._answer_in_silence, self._foreseen, parts.load)
        self._replying = Replying(parts, self._outbox, self._history, self.speculation)
        self._recognizer: Recognizer | None = None
        self._listening = Listening(self._loaded_recognizer, self, self._outbox, parts.load)
        self._ear_made_for: tuple[TurnDetection | None, tuple[str, ...]] | None = (None, ())
        self._recalled = 0  # generations of exchanges from elsewhere count down from -1
        self._answered = 0  # number of the newest turn that was answered or needs no answer
        self._replied = ""  # the words that the latest reply to a spoken turn answers
        self._carried = ""  # words of the turn before that turned out to begin the sentence under way
        self._interrupted: int | None = None  # generation that the turn under way cut off
        self._voice_task: asyncio.Task[object] | None = None
        self._closed = False

    def update(self, settings: ConversationSettings) -> None:
        """Take new settings at once; a turn under way is dropped only when the way of finding its end changes."""
        self.settings = settings
        self._history.expires_s = settings.expires_s

    async def hear(self, pcm: np.ndarray) -> None:
        """Take microphone audio: int16[n] at 16 kHz, mono, chunks of any size. Returns without waiting for words.

        Raises ReparteeError where the recognizer cannot be loaded, TooMuchAudioError in push-to-talk.
        """
        if self._recognizer is None:
            self._recognizer = await self._parts.recognizer()
            self._voice_task = asyncio.create_task(self._replying.load_speaker())
        self._choose_ear()
        if self._listening.ear is None and self._listening.waiting + len(pcm) > LONGEST_COMMIT:
            raise TooMuchAudioError("More than 60 seconds of audio wait for a commit; commit or clear them first.")
        for start in range(0, len(pcm), SLICE):
            if self._listening.ear is not None:
                self._prepare_ear(self._listening.ear)
            self._listening.hear(pcm[start : start + SLICE])
            if start + SLICE < len(pcm):
                await asyncio.sleep(0)

    async def hear_recording(self, pcm: np.ndarray) -> None:
        """Take int16[n] at 16 kHz for one whole turn, already over; respond() answers it.

        Raises ReparteeError where the recognizer cannot be loaded.
        """
        recognizer = await self._parts.recognizer(live=False)
        self._history.touch(now_ms() / 1000)
        self._listening.take_recording(recognizer, pcm)

    async def commit(self) -> None:
        """Take the audio since the last commit for a turn. Raises NothingToCommitError."""
        if self._listening.waiting < LEAST_COMMIT:
            raise NothingToCommitError(
                f"There are {self._listening.waiting // 16} ms of audio to commit, expected at least 100; send audio "
                "before committing it."
            )
        self._history.touch(now_ms() / 1000)
        self._listening.commit()

    async def clear(self) -> None:
        """Throw away the audio that is not committed."""
        self._listening.drop()
        self._outbox.put(Cleared())

    async def respond(self, text: str | None = None, *, speak: bool | None = None) -> int:
        """Answer `text`, or the last committed turn; returns the reply's generation. Raises NothingToAnswerError.

        A reply under way is cancelled first ("superseded"); `replying` tells whether there is one.
        """
        aloud = self.settings.speak if speak is None else speak
        if text is not None:
            self._replying.cut_off(None, "superseded")
            self._history.touch(now_ms() / 1000)
            return self._replying.start(text, turn=None, speak=aloud)
        turn = self._listening.last
        if turn is None or self._listening.committed <= self._answered:
            raise NothingToAnswerError("There is nothing to answer; send a text, or audio and a commit, first.")
        self._answered = self._listening.committed
        self._replying.cut_off(None, "superseded")
        return self._replying.start(turn, turn=self._answered, speak=aloud)

    async def announce(self, text: str) -> int:
        """Say something that nobody asked for, cutting off a reply under way; returns its generation."""
        self._replying.cut_off(None, "superseded")
        return self._replying.announce(text, speak=self.settings.speak)

    async def interrupt(self, *, heard_ms: float | None = None, reason: Reason = "client_cancelled") -> None:
        """Stop the reply: nothing of it is emitted afterwards but its ReplyDone.

        `heard_ms` is how much of it was played; None takes the playback clock's estimate.
        """
        self._replying.cut_off(heard_ms, reason)

    def truncate(self, generation: int, heard_ms: float) -> str:
        """Cut the history to what was heard of a reply; returns the text kept. Raises UnknownReplyError."""
        kept = self._replying.truncate(generation, heard_ms)
        if kept is None:
            raise UnknownReplyError(f"This conversation remembers no spoken reply {generation}; nothing was cut.")
        return kept

    def remember(self, question: str, answer: str) -> int:
        """Take an exchange from elsewhere for one of this conversation; returns a generation to forget() it by."""
        self._history.touch(now_ms() / 1000)
        self._recalled -= 1
        self._history.add(self._recalled, Exchange(Reply.recalled(question, answer), Playback()))
        return self._recalled

    def forget(self, generation: int) -> None:
        """Take a reply out of the history, as if it had never been given."""
        self._history.forget(generation)

    def current(self, generation: int) -> bool:
        """Whether audio of this generation may still be played: a channel asks just before it writes."""
        return generation > self._replying.stale and not self._closed

    @property
    def replying(self) -> int | None:
        """The generation of the reply that is being made or sent, None when there is none."""
        return self._replying.under_way

    @property
    def pausing(self) -> str:
        """The words before the pause under way, "" while there is none or they are still being recognised."""
        return self._listening.settled or ""

    @property
    def level(self) -> float:
        """Loudness of the last 32 ms heard: root mean square of int16 samples."""
        return self._listening.ear.level if self._listening.ear is not None else 0.0

    def events(self) -> AsyncIterator[ConversationEvent]:
        """All events in order until close(); one consumer. Audio of a stale generation is never handed out."""
        return self._outbox.events()

    def end(self) -> None:
        """Let events() end once what is queued has been handed over."""
        self._outbox.close()

    async def close(self) -> None:
        """Cancel everything under way; events() ends. Safe to call twice."""
        self._closed = True
        self._outbox.close()
        self.speculation.forget()
        await self._listening.close()
        await self._replying.close()
        if self._voice_task is not None:
            await asyncio.wait([self._voice_task])

    # What Listening tells

    def woken(self) -> None:
        """Be quiet: the person wants something."""
        self._replying.cut_off(None, "turn_detected")

    def speech_began(self) -> None:
        """Stop talking, and see whether this goes on with a sentence that was answered too soon."""
        self.speculation.forget()
        self._history.touch(now_ms() / 1000)
        self._interrupted, self._carried = None, ""
        if self.settings.turn_detection is None or not self.settings.turn_detection.interrupt_response:
            return
        played_ms = self._replying.played_ms(now_ms())
        self._interrupted = self._replying.cut_off(None, "turn_detected")
        if self._interrupted is not None and played_ms < SAME_SENTENCE_MS:
            exchange = self._history.get(self._interrupted)
            unanswered = exchange is None or exchange.reply.abstained
            if played_ms < NOT_LISTENED_MS or unanswered or look_of(self._replied) is Look.UNFINISHED:
                self._carried = self._replied

    def speculate(self, text: str, *, pressing: bool) -> None:
        """Try to answer words that may not be final."""
        if self.settings.speculate:
            self.speculation.consider(f"{self._carried} {text}".strip(), pressing=pressing)

    def is_question(self, text: str) -> bool:
        """Whether the words would be looked up; without words there is nothing else to do either."""
        try:
            return isinstance(understand(f"{self._carried} {text}".strip(), self._replying.context()), Question)
        except QuestionError:
            return True

    def weigh(self, text: str) -> Look:
        """Judge a sentence that could be whole; one that is still being read is waited for."""
        if not self.settings.speculate:
            return look_of(text)
        reply = self.speculation.found(f"{self._carried} {text}".strip())
        return Look.UNFINISHED if reply is None else self._weigh_with(text, reply)

    def _weigh_with(self, text: str, reply: Reply) -> Look:
        """Judge a sentence by its word order and by how sure the reader is of an answer to it."""
        if self._replying.speaker is not None and self.settings.speak:
            self._replying.speaker.prepare(reply.spoken)
        if names_nothing(text):
            return Look.UNFINISHED  # even after an answer, "what is that" more often means what comes next
        sure = not reply.abstained and reply.confidence >= SURE
        if look_of(text) is Look.UNFINISHED:
            # A long sentence that a sure answer fits was misheard in a small word; a short one is a beginning.
            return Look.UNCERTAIN if sure and len(words_of(text)) >= LONG_SENTENCE else Look.UNFINISHED
        if reply.abstained or (reply.confidence < FIRM and len(words_of(text)) < LONG_SENTENCE):
            return Look.DOUBTFUL
        return Look.COMPLETE if sure else Look.UNCERTAIN

    def turn_heard(self, turn: HeardTurn, last: bool) -> None:
        """Answer the turn, unless the channel does that, the person speaks on, or there is nothing to answer."""
        detection = self.settings.turn_detection
        if detection is None or not detection.create_response or turn.number <= self._answered:
            return
        if not last:
            self._carried = f"{self._carried} {turn.text}".strip()
            return
        carried, self._carried = self._carried, ""
        interrupted, self._interrupted = self._interrupted, None
        self._answered = turn.number
        if not is_backchannel(turn.text):
            self._replied = f"{carried} {turn.text}".strip()
            self._replying.cut_off(None, "superseded")
            self._replying.start(turn, turn=turn.number, speak=self.settings.speak, carried=carried)
        elif interrupted is not None:
            # A cough, or a listener's "uh-huh": the reply goes on where it was.
            self._replying.go_on(interrupted, turn=turn.number, speak=self.settings.speak)

    def _loaded_recognizer(self) -> Recognizer:
        assert self._recognizer is not None
        return self._recognizer

    def _choose_ear(self) -> None:
        """Take an ear that finds turns as the settings say, or none for push-to-talk."""
        wanted = (self.settings.turn_detection, self.settings.wake_words)
        if wanted == self._ear_made_for:
            return
        self._ear_made_for = wanted
        detection, words = wanted
        if detection is None:
            self._listening.use(None)
            return
        from assistant.ear.wake import WakeWords

        self._listening.use(
            Ear(
                threshold=detection.threshold,
                prefix_ms=detection.prefix_padding_ms,
                waits=Waits.around(detection.silence_ms, adaptive=detection.adaptive),
                wake=WakeWords(words) if words else None,
            )
        )

    def _prepare_ear(self, ear: Ear) -> None:
        """Tell the ear whether a reply is playing: it interrupts then, or must not hear itself."""
        playing = self._replying.playing(now_ms())
        busy = playing or self._replying.under_way is not None
        ear.interrupting = busy
        ear.deaf = not self.settings.echo_cancelled and self._replying.playing(now_ms() - ROOM_ECHO_MS)
        if busy:
            ear.stay_awake()

    async def _answer_in_silence(self, text: str) -> Reply | None:
        return await foresee(text, parts=self._parts, context=self._replying.context())

    def _foreseen(self, text: str, reply: Reply) -> None:
        """Tell the ear about an answer found during the pause under way."""
        settled = self._listening.settled
        if settled is None or f"{self._carried} {settled}".strip() != text:
            return
        if not ends_open(settled):
            self._listening.judge(self._weigh_with(settled, reply))
