"""From a stream of microphone samples to the turns in it. No clock and no tasks: time is counted in samples.

Every sample belongs to one turn at most and the order is kept: a turn begins with its pre-roll (never reaching into the
turn before), and holds everything up to its end.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assistant.audio.samples import PER_MS, RATE
from assistant.ear.endpointer import Endpointer, Waits
from assistant.ear.silero import FRAME
from assistant.ear.vad import Activity, VoiceActivity
from assistant.ear.wake import WakeWords
from assistant.languages.en.completeness import Look

WINDOW = 160  # samples; the end of speech is placed to 10 ms
ABOVE_ROOM, BELOW_PEAK = 2.0, 0.02  # speech is at least so loud against the room and the turn's loudest frame
HYSTERESIS = 0.15  # speech under way goes on at this much less probability than it needs to begin
UNKNOWN = RATE * 160 // 1000  # samples; so late the model may be to know the beginning of a word for speech
CLEARLY_LOUD, LIKELY = 6.0, 0.2  # to interrupt, a frame so many times the room needs this share of the threshold
WAKE_FRAMES = 25  # 0.8 s, as long as a wake word takes to say
BEGINNING = 3 * RATE  # samples of a turn in which the wake word still begins it anew
MAX_TURN = 30 * RATE  # samples; bounds memory, and whoever talks longer is answered in parts


@dataclass(frozen=True)
class Began:
    """A turn begins at sample `at` with `audio`, pre-roll included."""

    at: int
    audio: np.ndarray


@dataclass(frozen=True)
class Continued:
    """More audio of the turn under way."""

    audio: np.ndarray


@dataclass(frozen=True)
class Paused:
    """No speech for long enough that the words are wanted."""


@dataclass(frozen=True)
class Resumed:
    """Speech goes on after a Paused."""


@dataclass(frozen=True)
class Ended:
    """The turn's audio ends before sample `at`; its speech ended at `speech_end`.

    `silence_ms` was waited for, of `allowed_ms`, because the words looked as `look` says.
    """

    at: int
    speech_end: int
    silence_ms: float
    allowed_ms: float
    look: Look


@dataclass(frozen=True)
class Woke:
    """The wake word `word` ended at sample `at`; `loudness` is in dB against full scale."""

    word: str
    at: int
    loudness: float


EarEvent = Began | Continued | Paused | Resumed | Ended | Woke


class Ear:
    """Hears one microphone. Give it the audio with feed(); tell it with judge() how the words look."""

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        prefix_ms: float = 300.0,
        waits: Waits | None = None,
        voice: VoiceActivity | None = None,
        wake: WakeWords | None = None,
        awake_s: float = 8.0,
    ) -> None:
        self.threshold = threshold
        self.prefix = int(prefix_ms * PER_MS)
        self.interrupting = False  # a reply is playing: one frame of speech is enough, for speed
        self.deaf = False  # a reply is playing and the microphone hears it: nothing is taken for speech
        self.residue = 0.0  # level up to which what is heard may be left of the loudspeaker's sound
        self.level = 0.0  # root mean square of the last frame, for showing
        self._voice = voice or VoiceActivity()
        self._wake, self._awake_samples, self._awake_until = wake, int(awake_s * RATE), 0
        self._levels: deque[float] = deque(maxlen=WAKE_FRAMES)  # of the last frames, where a wake word is waited for
        self._endpointer = Endpointer(waits or Waits())
        self._pending = np.zeros(0, np.int16)  # less than a frame, not judged yet
        self._recent = np.zeros(0, np.int16)  # judged samples that belong to no turn yet
        self._judged = 0  # samples judged so far
        self._begun_at: int | None = None
        self._candidate = 0  # consecutive frames of speech, not yet a turn
        self._paused = False
        self._hushed = False  # it has been silent since the last speech
        self._unknown = 0  # samples of sound since then that is not known for speech
        self._peak = self._speech_end = 0.0

    @property
    def position(self) -> int:
        """Samples heard so far."""
        return self._judged + len(self._pending)

    @property
    def speaking(self) -> bool:
        """Whether a turn is under way."""
        return self._begun_at is not None

    @property
    def paused(self) -> bool:
        """Whether the person is silent inside a turn for long enough that the words are wanted."""
        return self._begun_at is not None and self._paused

    @property
    def hushed(self) -> bool:
        """Whether the last that was heard of a turn under way is silence, of whatever length."""
        return self._begun_at is not None and self._endpointer.silence_ms > 0

    @property
    def may_end(self) -> bool:
        """Whether a turn is under way that would be over if its words looked complete."""
        return self._begun_at is not None and self._endpointer.may_end

    @property
    def patience(self) -> float:
        """By how much the pauses of who speaks here are longer than usual, where the words look unfinished."""
        return self._endpointer.patience

    @patience.setter
    def patience(self, patience: float) -> None:
        self._endpointer.patience = patience

    def adjust(self, threshold: float, prefix_ms: float, waits: Waits) -> None:
        """Go on otherwise, also in the middle of a turn."""
        self.threshold, self.prefix = threshold, int(prefix_ms * PER_MS)
        self._endpointer.waits = waits

    def stay_awake(self) -> None:
        """Listen without the wake word for a while: a reply has just ended and a follow-up may come."""
        self._awake_until = self.position + self._awake_samples

    def sleep(self) -> None:
        """Forget the turn under way, and wait for the wake word, where there is one."""
        self.drop()
        self._awake_until = 0

    def feed(self, pcm: np.ndarray) -> Iterator[EarEvent]:
        """Judge int16[n] and yield what happened, in order. The generator must be used up.

        A frame is judged to its end before its first event is handed out: whoever calls judge() or finish() on an event
        finds the ear between two frames.
        """
        self._pending = np.concatenate([self._pending, pcm])
        while len(self._pending) >= FRAME:
            frame, self._pending = self._pending[:FRAME], self._pending[FRAME:]
            yield from self._frame(frame)

    def judge(self, look: Look) -> Iterator[EarEvent]:
        """Take how the words look now; ends the turn if the silence so far is enough for that."""
        self._endpointer.look = look
        if self._begun_at is not None and self._endpointer.ended:
            yield self._end()

    def finish(self) -> Iterator[EarEvent]:
        """End the turn under way now, with all that was heard."""
        if self._begun_at is None:
            return
        rest, self._pending = self._pending, self._pending[:0]
        self._judged += len(rest)
        yield Continued(rest)
        yield self._end()

    def release(self) -> np.ndarray:
        """Return int16[n] heard that is in no event yet and belongs to a turn under way, or to one that may begin."""
        if self._begun_at is None and not self._candidate:
            return self._pending[:0]
        return np.concatenate([self._recent, self._pending])

    def drop(self) -> None:
        """Forget the turn under way and the pre-roll."""
        self._begun_at, self._candidate, self._paused = None, 0, False
        self._recent = np.zeros(0, np.int16)

    def _frame(self, frame: np.ndarray) -> list[EarEvent]:
        self._judged += FRAME
        if self._wake is not None:
            self._levels.append(_level(frame))
        word = self._wake.detect(frame) if self._wake is not None else None
        if word is not None and self._may_be_called:
            self.drop()  # also a turn that began with it, while nobody had to say it
            self.stay_awake()
            return [Woke(word, self._judged, self._loudness())]
        if self.deaf or (self._wake is not None and not self.speaking and self._judged > self._awake_until):
            self.level = _level(frame)
            self._recent, self._candidate = np.zeros(0, np.int16), 0
            return []
        activity = self._voice.judge(frame)
        self.level = activity.level
        if self._begun_at is None:
            return self._idle(frame, activity)
        return [Continued(frame), *self._in_turn(frame, activity, self._begun_at)]

    @property
    def _may_be_called(self) -> bool:
        """Whether a wake word is listened for: between turns, and where one begins."""
        return self._begun_at is None or self._judged - self._begun_at <= BEGINNING

    def _loudness(self) -> float:
        """Return how loud the louder half of the last frames was: the word, and not the silence around it."""
        loud = sorted(self._levels)[len(self._levels) // 2 :]
        return 20 * math.log10(max(1.0, sum(loud) / len(loud)) / 32768)

    def _idle(self, frame: np.ndarray, activity: Activity) -> list[EarEvent]:
        self._recent = np.concatenate([self._recent, frame])
        if self._begins(activity):
            self._candidate += 1
        else:
            self._candidate = 0
        self._keep_recent()
        if self._candidate < (1 if self.interrupting else 2):
            return []
        self._begun_at = self._judged - len(self._recent)
        self._peak, self._paused = activity.level, False
        self._speech_end = float(self._judged)
        self._hushed, self._unknown = False, 0
        self._endpointer.begin()
        began = Began(self._begun_at, self._recent)
        self._recent, self._candidate = np.zeros(0, np.int16), 0
        return [began]

    def _keep_recent(self) -> None:
        # The frames of a candidate come on top of the prefix, else the start of speech would be pushed out by them.
        self._recent = self._recent[max(0, len(self._recent) - self.prefix - self._candidate * FRAME) :]

    def _begins(self, activity: Activity) -> bool:
        if activity.level < self.residue:
            return False
        if activity.probability >= self.threshold:
            return True
        loud = activity.level > CLEARLY_LOUD * max(activity.room, 20.0)
        return self.interrupting and loud and activity.probability >= LIKELY * self.threshold

    def _in_turn(self, frame: np.ndarray, activity: Activity, begun_at: int) -> list[EarEvent]:
        events: list[EarEvent] = []
        tail = self._silent_tail(frame, activity)
        if activity.probability >= self.threshold - HYSTERESIS and tail < FRAME:
            self._peak = max(activity.level, self._peak * 0.99)
            self._speech_end = float(self._judged - tail)
            self._endpointer.speech(tail / PER_MS)
            self._hushed, self._unknown = False, 0
            if self._paused:
                self._paused = False
                events.append(Resumed())
        elif tail < FRAME and self._hushed and self._unknown < UNKNOWN:
            self._unknown += FRAME  # a sound after silence, perhaps the next word: the count stands still
        else:
            self._hushed = self._hushed or tail == FRAME
            self._endpointer.silence()
        if not self._paused and self._endpointer.paused:
            self._paused = True
            events.append(Paused())
        if self._endpointer.ended or self._judged - begun_at >= MAX_TURN:
            events.append(self._end())
        return events

    def _silent_tail(self, frame: np.ndarray, activity: Activity) -> int:
        """Samples at the end of the frame that are no louder than the room or far below the turn's peak."""
        least = max(activity.room * ABOVE_ROOM, self._peak * BELOW_PEAK)
        silent = 0
        while silent + WINDOW <= len(frame):
            window = frame[len(frame) - silent - WINDOW : len(frame) - silent].astype(np.float32)
            if float(np.sqrt(np.mean(window * window))) > least:
                return silent
            silent += WINDOW
        return FRAME

    def _end(self) -> Ended:
        ended = Ended(
            at=self._judged,
            speech_end=int(self._speech_end),
            silence_ms=self._endpointer.silence_ms,
            allowed_ms=self._endpointer.allowed_ms,
            look=self._endpointer.look,
        )
        self._begun_at, self._paused, self._candidate = None, False, 0
        self.stay_awake()
        return ended


def _level(frame: np.ndarray) -> float:
    """Return the root mean square of int16[n]."""
    return float(np.sqrt(np.mean(frame.astype(np.float32) ** 2)))
