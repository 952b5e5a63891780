"""One person talking with Repartee over one connection. No transport in here: audio and text in, events out.

Listening finds the person's turns, TurnTaking decides which words are answered, Replying answers them, Speculation
tries the words while they are still spoken, and everything leaves through the Outbox. Every reply has a generation;
interrupting it makes the generation stale, and nothing stale is handed out.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.samples import RATE, slices
from assistant.dialogue.announcements import Announcements
from assistant.dialogue.events import Cleared, ConversationEvent, Overheard, Reason, Woken
from assistant.dialogue.history import Exchange, History
from assistant.dialogue.listening import Listening, UserTurn
from assistant.dialogue.outbox import Outbox
from assistant.dialogue.own_words import is_echo
from assistant.dialogue.playback import Playback
from assistant.dialogue.replying import Replying
from assistant.dialogue.settings import ConversationSettings
from assistant.dialogue.speculation import Speculation
from assistant.dialogue.turn_taking import SAME_SENTENCE_MS, Answer, GoOn, TurnTaking
from assistant.dialogue.weighing import at_first, weigh
from assistant.ear.ear import Ear
from assistant.ear.wake import WakeWords
from assistant.languages.en.completeness import Look, ends_open, is_fragment, is_lone_question
from assistant.languages.en.control import is_backchannel
from assistant.skills.skill import SkillCall
from assistant.turn.budget import now_ms
from assistant.turn.events import Reply
from assistant.turn.follow_up import asks_on
from assistant.turn.turn import foresee
from assistant.turn.understanding import Question, QuestionError, understand
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.dialogue.waking import Wakes
    from assistant.parts import Parts
    from assistant.recognizers.recognizer import Recognizer

LEAST_COMMIT = 1_600  # samples, 100 ms
LONGEST_COMMIT = 60 * RATE
ROOM_ECHO_MS = 250.0  # a half-duplex microphone stays shut for so long after the loudspeaker
OWN_WORDS_MS = 700.0  # speech is noticed so long after the loudspeaker's last word at most, if it is its echo
PONDER_S = 3.0  # to find out how the words at a pause look, while audio waits
NO_AUDIO_S = 3.0  # a turn under way ends when its channel sends nothing for so long
AGAIN_S = 0.25  # and then so long again: after a stall of this process its audio waits to be taken
GREETING = "Greet the user."  # what a channel wants that asks for a reply before anybody said anything


class NothingToCommitError(ReparteeError):
    """commit() came with less than 100 ms of audio heard since the last commit."""


class TooMuchAudioError(ReparteeError):
    """More than a minute of audio was heard without a commit."""


class UnknownReplyError(ReparteeError):
    """truncate() named a generation that this conversation never spoke, or has forgotten."""


class Conversation:
    """A conversation: hears, answers, can be interrupted, remembers what was said and what of it was heard."""

    def __init__(self, parts: Parts, *, settings: ConversationSettings | None = None) -> None:
        self.settings = settings or ConversationSettings()
        self._parts = parts
        self._outbox = Outbox()
        self._history = History(self.settings.expires_s)
        self.speculation = Speculation(self._answer_in_silence, self._foreseen, parts.load)
        self._taking = TurnTaking()
        self._replying = Replying(parts, self._outbox, self._history, self.speculation, self._taking)
        self._replying.room, self._replying.tools = self.settings.room, self.settings.tools
        self._replying.collections = self.settings.collections
        self._recognizer: Recognizer | None = None
        slots = parts.config.budget.slots()
        self._listening = Listening(self._loaded_recognizer, self, self._outbox, parts.load, slots)
        self._ear_made_for: tuple[str, ...] | None = None  # wake words; None without an ear
        self._starving: asyncio.TimerHandle | None = None
        self._own_words = ""  # what the loudspeaker was saying when the turn under way began
        self._heard_ms = -math.inf  # when the words of the newest turn were there
        self.wakes: Wakes | None = None  # who else may hear a wake word, where anybody may
        self.wakes_itself = False  # its channel listens for a wake word of its own
        self.id = secrets.token_hex(8)
        self._announcements = Announcements(lambda: self._busy, self._announce)
        self._voice_task: asyncio.Task[object] | None = None
        self._closed = False
        self._listening.answers = self._answers

    async def update(self, settings: ConversationSettings) -> None:
        """Take new settings at once. A turn under way goes on, and nothing that was heard is lost.

        Turn detection that changes in the middle of a turn, and what becomes of its words:

        | from | to | when | the words |
        |---|---|---|---|
        | on | other values | any time | one turn; the silence so far counts, how much is waited for is as now set |
        | on | off | while they speak | begin what the next commit takes; one turn, answered when that is asked for |
        | on | off | in a pause | wait: for their end, which is answered as before, or for speech, and are as above |
        | on | off | nothing is sent any more | are a turn after NO_AUDIO_S, answered as before |
        | off | on | any time | what is not committed is heard once more, by the ear: one turn with what follows |
        | off, on | on, off | nothing was sent in between | as if nothing had been changed |
        | any | any | it is committed, its words are not there yet | are answered as was set when it ended |
        """
        self.settings = settings
        self._history.expires_s = settings.expires_s
        self._replying.speak_with(settings.voice, settings.speed)
        self._replying.room, self._replying.tools = settings.room, settings.tools
        self._replying.collections = settings.collections
        ear, detection = self._listening.ear, settings.turn_detection
        if detection is None:
            return  # what the ear is waiting for is answered as before
        self._listening.answers = detection.create_response
        if ear is not None:
            ear.adjust(detection.threshold, detection.prefix_padding_ms, detection.waits)
        elif self._listening.waiting:
            with contextlib.suppress(ReparteeError):  # the next audio raises it
                await self.hear(np.zeros(0, np.int16))

    async def hear(self, pcm: np.ndarray, *, residue: float = 0.0) -> None:
        """Take microphone audio: int16[n] at 16 kHz, mono, chunks of any size. Returns without waiting for words.

        What is no louder than `residue`, a root mean square, may be left of an echo and begins no turn.

        A second of audio keeps the event loop for some 10 ms: a channel that gets longer ones feeds them in pieces.
        Waits where the channel does not take its events. Raises ReparteeError where the recognizer or the wake words
        cannot be loaded, TooMuchAudioError in push-to-talk.
        """
        await self._outbox.ready()
        if self._recognizer is None:
            self._recognizer = await self._parts.recognizer()
            self._voice_task = asyncio.create_task(self._load_voice())
        await self._choose_ear()
        await self._pondered()
        ear = self._listening.ear
        if ear is None and self._listening.waiting + len(pcm) > LONGEST_COMMIT:
            raise TooMuchAudioError("More than 60 seconds of audio wait for a commit; commit or clear them first.")
        if ear is not None:
            self._prepare_ear(ear)
            ear.residue = residue
        self._listening.feed(pcm)
        if self._starving is not None:
            self._starving.cancel()
        self._starving = None
        if ear is not None and ear.speaking:
            self._starving = self._later(lambda: self._later(self._listening.commit, AGAIN_S), NO_AUDIO_S)

    async def hear_recording(self, pcm: np.ndarray, *, tag: object = None) -> None:
        """Take int16[n] at 16 kHz for one whole turn, already over; respond() answers it. Its Committed carries `tag`.

        Raises ReparteeError where the recognizer cannot be loaded.
        """
        recognizer = await self._parts.recognizer(live=False)
        self._history.touch(now_ms() / 1000)
        self._listening.take_recording(recognizer, pcm, tag)

    async def commit(self) -> None:
        """Take the audio since the last commit for a turn. Raises NothingToCommitError."""
        if self._listening.waiting < LEAST_COMMIT:
            raise NothingToCommitError(
                f"There are {self._listening.waiting // 16} ms of audio to commit, expected at least 100; send audio "
                "before committing it."
            )
        await self._outbox.ready()
        self._history.touch(now_ms() / 1000)
        self._listening.answers = self._answers
        self._listening.commit()

    async def clear(self) -> None:
        """Throw away the audio that is not committed."""
        self._listening.drop()
        self._outbox.put(Cleared())

    async def respond(self, text: str | None = None, *, speak: bool | None = None, tag: object = None) -> int:
        """Answer `text`, or the last committed turn; returns the reply's generation.

        Where no turn waits for an answer, the last is answered again; where there was none, the reply is a greeting.
        A reply under way is cancelled first ("superseded"). The events ReplyStarted and ReplyDone carry `tag`.
        """
        await self._outbox.ready()
        aloud = self.settings.speak if speak is None else speak
        under_way = self._replying.turn_under_way
        self._make_way()
        if text is not None:
            self._history.touch(now_ms() / 1000)
            return self._replying.start(text, turn=None, speak=aloud, tag=tag)
        asked = self._taking.asked(self._listening.committed, under_way=under_way)
        if self._listening.last is None or asked is None:
            return self._replying.start(self._taking.question or GREETING, turn=None, speak=aloud, tag=tag)
        return self._replying.start(self._listening.last, turn=asked.turn, speak=aloud, tag=tag)

    async def respond_aside(self, text: str, *, alone: bool, speak: bool, tag: object = None) -> int:
        """Answer `text` from the documents, outside the conversation; returns the reply's generation.

        Nothing is done, and nothing is remembered; `alone`, what was said before plays no part either.
        """
        await self._outbox.ready()
        self._make_way()
        return self._replying.look_up(text, alone=alone, speak=speak, tag=tag)

    async def say(self, reply: Reply, *, speak: bool | None = None, tag: object = None) -> int:
        """Give a reply that the channel has from elsewhere; returns its generation."""
        await self._outbox.ready()
        self._make_way()
        self._history.touch(now_ms() / 1000)
        return self._replying.give(reply, speak=self.settings.speak if speak is None else speak, tag=tag)

    async def announce(self, text: str, *, urgent: bool = False) -> None:
        """Say something that nobody asked for, as soon as nobody speaks and nothing is said; `urgent`, at once."""
        if urgent:
            self._make_way()
            self._announce(text)
        else:
            self._announcements.add(text)

    def _make_way(self) -> None:
        """Cut off what is being said for a reply that is wanted now; an announcement is made again after it."""
        if notice := self._replying.notice:
            self._announcements.add(notice, first=True)
        self._replying.cut_off(None, "superseded")

    def retract(self, text: str) -> None:
        """Take back an announcement that waits to be said."""
        self._announcements.remove(text)

    def known_as(self, asker: str) -> None:
        """Take the id or name by which this conversation can be told something later."""
        self._replying.asker = asker

    @property
    def waits_for_a_word(self) -> bool:
        """Whether it may hear a wake word, by itself or through its channel."""
        return bool(self.settings.wake_words) or self.wakes_itself

    async def interrupt(self, *, heard_ms: float | None = None, reason: Reason = "client_cancelled") -> None:
        """Stop the reply: nothing of it is emitted afterwards but its ReplyDone.

        `heard_ms` is how much of it was played; None takes the playback clock's estimate.
        """
        self._taking.withdrawn(self._replying.cut_off(heard_ms, reason))

    def truncate(self, generation: int, heard_ms: float) -> str:
        """Cut the history to what was heard of a reply; returns the text kept. Raises UnknownReplyError.

        A reply that is still being made is made on, and its ReplyDone says the same.
        """
        kept = self._replying.truncate(generation, heard_ms)
        if kept is None:
            raise UnknownReplyError(f"This conversation remembers no spoken reply {generation}; nothing was cut.")
        return kept

    def remember(self, question: str, answer: str, generation: int) -> None:
        """Take an exchange from elsewhere for one of this conversation; forget() it by `generation`, a negative one."""
        self._history.touch(now_ms() / 1000)
        self._history.add(generation, Exchange(Reply.recalled(question, answer), Playback()))

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
        if self.wakes is not None:
            self.wakes.forget(self.id)
        self._outbox.close()
        self.speculation.forget()
        if self._starving is not None:
            self._starving.cancel()
        await self._announcements.close()
        await self._listening.close()
        await self._replying.close()
        if self._voice_task is not None:
            await asyncio.gather(self._voice_task, return_exceptions=True)

    # What Listening tells

    def woken(self, word: str, audio_ms: int = 0, loudness: float | None = None) -> None:
        """Take that a wake word was heard, also by a channel that listens for its own.

        Be quiet: the person wants something. Where another conversation heard it better, this one is Overheard.
        """

        def decided(answers: bool) -> None:
            if self._closed:
                return
            self._outbox.put(Woken(word, audio_ms) if answers else Overheard(word))
            if answers:
                self._replying.cut_off(None, "turn_detected")
            else:
                self._listening.sleep()

        if self.wakes is None:
            decided(True)
        else:
            self.wakes.claim(self.id, word, loudness, decided)

    def speech_began(self) -> None:
        """Stop talking, and see whether this goes on with a sentence that was answered too soon."""
        self.speculation.forget()
        self._history.touch(now_ms() / 1000)
        self._own_words = self._replying.said(now_ms() - OWN_WORDS_MS)
        detection = self.settings.turn_detection
        interrupts = detection is not None and detection.interrupt_response
        cut = self._replying.cut_off(None, "turn_detected") if interrupts else None
        self._taking.began(cut, soon=now_ms() - self._heard_ms < SAME_SENTENCE_MS)

    def speculate(self, text: str, *, pressing: bool) -> None:
        """Try to answer words that may not be final."""
        if self.settings.speculate:
            self.speculation.consider(self._taking.sentence(text), pressing=pressing)

    def is_question(self, text: str) -> bool:
        """Whether the words would be looked up; without words there is nothing else to do either."""
        try:
            return isinstance(understand(self._taking.sentence(text), self._replying.context()), Question)
        except QuestionError:
            return True

    def lacks_something(self, text: str) -> bool:
        """Whether more has to be said: for how long, after "set a timer"."""
        understood = understand(self._taking.sentence(text), self._replying.context())
        return isinstance(understood, SkillCall) and understood.asks

    def tries(self, text: str) -> bool:
        """Whether an answer is being looked for; where none is found, that is told too late to be waited for."""
        return self.speculation.tries(self._taking.sentence(text))

    def weigh(self, text: str) -> Look:
        """Judge a sentence that could be whole; one that is still being read is waited for."""
        if not self.settings.speculate:
            return at_first(text)
        return self._weigh_with(text, self.speculation.found(self._taking.sentence(text)))

    def _weigh_with(self, text: str, reply: Reply | None) -> Look:
        """Judge a sentence that has been tried, and have the voice begin with what would be said."""
        if reply is not None and self._replying.speaker is not None and self.settings.speak:
            self._replying.speaker.prepare(reply.spoken)
        return weigh(text, reply)

    def turn_heard(self, turn: UserTurn, last: bool) -> None:
        """Answer the turn, unless the channel does that, the person speaks on, or there is nothing to answer."""
        self._heard_ms = now_ms()
        decision = self._taking.heard(
            turn.number,
            turn.text,
            last=last,
            says_nothing=self._says_nothing(turn.text),
            begins=is_lone_question(turn.text),
            answer=turn.answered,
        )
        match decision:
            case Answer():
                self._replying.cut_off(None, "superseded")
                self._replying.start(turn, turn=turn.number, speak=self.settings.speak)
            case GoOn():
                self._replying.go_on(decision.generation, turn=turn.number, speak=self.settings.speak)

    def _says_nothing(self, text: str) -> bool:
        """Whether nothing is asked: a cough, a listener's "uh-huh", babble that names nothing, our own words.

        "Who", in which babble often is heard, is a question after another one only.
        """
        context = self._replying.context()
        try:
            asks = isinstance(understand(text, context), Question)
        except QuestionError:
            asks = True
        if not asks:
            return False
        lone = is_lone_question(text) and not asks_on(text, context.history)
        return lone or is_backchannel(text) or is_fragment(text) or is_echo(text, self._own_words)

    @property
    def _busy(self) -> bool:
        """Whether somebody speaks: the person, whose words may have to be answered first, or the voice."""
        recognising = self._listening.last is not None and not self._listening.last.done()
        replying = self._replying.under_way is not None or self._replying.playing(now_ms())
        return self._listening.waiting > 0 or recognising or replying

    def _announce(self, text: str) -> None:
        self._replying.announce(text, speak=self.settings.speak)

    async def _load_voice(self) -> None:
        with contextlib.suppress(ReparteeError):  # the first reply says why there is none
            await self._replying.load_speaker()

    def _later(self, do: Callable[[], object], after_s: float) -> asyncio.TimerHandle:
        self._starving = asyncio.get_running_loop().call_later(after_s, do)
        return self._starving

    def _loaded_recognizer(self) -> Recognizer:
        assert self._recognizer is not None
        return self._recognizer

    @property
    def _answers(self) -> bool:
        """Whether a turn that ends now is answered without being asked for."""
        detection = self.settings.turn_detection
        return detection is not None and detection.create_response

    async def _choose_ear(self) -> None:
        """Take an ear that finds turns as the settings say, or none for push-to-talk."""
        detection, ear = self.settings.turn_detection, self._listening.ear
        wanted = self.settings.wake_words if detection is not None else None
        if wanted == self._ear_made_for or (detection is None and ear is not None and ear.hushed):
            return
        if detection is None:
            self._listening.use_none()
        else:
            ear = Ear(
                threshold=detection.threshold,
                prefix_ms=detection.prefix_padding_ms,
                waits=detection.waits,
                wake=await asyncio.to_thread(WakeWords, wanted) if wanted else None,
            )
            for pcm in slices(self._listening.use(ear), RATE // 10):
                self._prepare_ear(ear)
                self._listening.feed(pcm)
                await asyncio.sleep(0)
        self._ear_made_for = wanted

    async def _pondered(self) -> None:
        """Wait until it is known how the words at a pause look, once that may end the turn.

        So only silence counts, and not the time that it took: however busy the machine is, a turn ends after as much
        audio. What was sent meanwhile is taken at once then.
        """
        ear = self._listening.ear
        if self._listening.decided.is_set() or ear is None or not ear.may_end:
            return
        try:
            async with asyncio.timeout(PONDER_S):
                await self._listening.decided.wait()
        except TimeoutError:
            self._listening.decided.set()  # and of this pause no more is waited for

    def _prepare_ear(self, ear: Ear) -> None:
        """Tell the ear whether a reply is playing: it interrupts then, or must not hear itself."""
        playing = self._replying.playing(now_ms())
        busy = playing or self._replying.under_way is not None
        ear.interrupting = busy
        ear.patience = self._taking.patience
        ear.deaf = not self.settings.echo_cancelled and self._replying.playing(now_ms() - ROOM_ECHO_MS)
        if busy:
            ear.stay_awake()

    async def _answer_in_silence(self, text: str) -> Reply | None:
        return await foresee(text, parts=self._parts, context=self._replying.context())

    def _foreseen(self, text: str, reply: Reply) -> None:
        """Tell the ear about an answer found during the pause under way."""
        settled = self._listening.settled
        if settled is None or self._taking.sentence(settled) != text:
            return
        if not ends_open(settled):
            self._listening.judge(self._weigh_with(settled, reply))
        self._listening.decided.set()
