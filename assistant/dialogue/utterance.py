"""One turn of the person being recognised while it is spoken, so that only its tail is left to do at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.audio.samples import PER_MS, RATE, from_first_sound
from assistant.ear.speech import STRETCH_S, Evidence, evidence_of
from assistant.recognizers.recognizer import UNSURE, SecondLook
from assistant.recognizers.recordings import NOBODY, stands, words_in
from assistant.turn.budget import now_ms
from assistant.turn.events import Transcript
from engines.errors import ReparteeError

if TYPE_CHECKING:
    from assistant.parts import Load
    from assistant.recognizers.recognizer import Recognizer, RecognizerStream, Speaker


#: Samples for which a word and all before it must have stood before it is a partial. A recognizer that searches again
#: at the end may change its mind even then: of the recorded questions, 24 of 30 that have partials end as they began,
#: and 17 of 35 without this.
STEADY = 600 * PER_MS
#: Samples more than half as much again, before it is asked once more whether somebody speaks in all of it.
LISTEN_AGAIN = 500 * PER_MS
#: Samples after which it is settled that somebody does: of a song, less may be taken for speech.
SETTLED = STRETCH_S * RATE


class Utterance:
    """Feeds a recognizer's stream from a task of its own; feed() and pause() return at once.

    `partial(turn, text, appended)` is called with words that will hardly change: the recognizer calls them stable and
    has not thought otherwise for STEADY samples, or it finds them again at a pause. `hypothesis(turn, text)` with
    everything the recognizer thinks it heard so far, after each feed; `settled(turn, text, unsure)` the same at a
    pause, when all of the audio up to it has been decoded, and once more after a second look where it was unsure.
    Where nobody speaks there are no words; `evidence` is what is known of that beforehand.
    """

    def __init__(
        self,
        turn: int,
        stream: RecognizerStream,
        load: Load,
        *,
        partial: Callable[[int, str, str], None],
        hypothesis: Callable[[int, str], None],
        settled: Callable[[int, str, bool], None],
        evidence: Evidence = Evidence.NONE,
    ) -> None:
        load.hearing += 1
        self._load = load
        self.turn = turn
        self.samples = 0
        self._heard: list[np.ndarray] = []
        self._silent = True  # no sound yet
        self._said: list[str] = []  # partial words
        self._stable: list[str] = []  # words that the recognizer calls so
        self._thought: deque[tuple[int, list[str]]] = deque()  # samples decoded, and the hypothesis then
        self._decoded = 0
        self._evidence = evidence
        self._clear = evidence is Evidence.PLAIN  # for good
        self._unclear: list[
            np.ndarray
        ] = []  # what was decoded, until somebody plainly speaks, and does for long enough
        self._listened = 0  # samples, when it was last asked whether somebody does
        self._so_far = False  # whether that was of what may go on
        self._stream, self._partial, self._hypothesis, self._settled = stream, partial, hypothesis, settled
        self._audio: list[np.ndarray] = []
        self._silence: list[np.ndarray] | None = None  # heard since pause()
        self._paused = self._ended = False
        self._until_s: float | None = None  # to when a second look may last at the end
        self._looking: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(self._over)

    def feed(self, pcm: np.ndarray) -> None:
        """Take the next audio of the turn: int16[n] at 16 kHz.

        Digital silence before its first sound is left out: recognizers learn the room from what comes first, and hear
        worse after it (of 18 recorded questions 13.8 % of the words were wrong after a second of it, 8.6 % without).
        """
        self.samples += len(pcm)
        self._heard.append(pcm)
        if self._silent:
            pcm = from_first_sound(pcm)
            self._silent = not len(pcm)
            if self._silent:
                return
        if self._silence is not None:
            self._silence.append(pcm)
            return
        self._audio.append(pcm)
        self._changed.set()

    def pause(self) -> None:
        """Ask for settled() as soon as the audio so far is decoded.

        The silence from here on is kept back: it is decoded if the person goes on, and not if the turn is over.
        """
        self._paused, self._silence = True, []
        self._changed.set()

    def resume(self) -> None:
        """Withdraw pause(): the person went on speaking."""
        self._audio += self._silence or []
        self._paused, self._silence = False, None
        self._look_no_more()
        self._changed.set()

    @property
    def speaker(self) -> Speaker | None:
        """What the recognizer learnt of the voice, after finish()."""
        return self._stream.speaker

    @property
    def audio(self) -> np.ndarray:
        """All that it took: int16[samples] at 16 kHz."""
        return np.concatenate([np.zeros(0, np.int16), *self._heard])

    async def finish(self, *, within_ms: float | None = None) -> Transcript:
        """End the turn and return its words. Raises ReparteeError where the recognizer failed.

        Words of which the recognizer is unsure are looked at again only if that ends within so many milliseconds.
        """
        self._ended = True
        self._until_s = None if within_ms is None else (now_ms() + within_ms) / 1000
        self._changed.set()
        return await self._task

    def cancel(self) -> None:
        """Drop the turn; safe at any time."""
        self._task.cancel()
        self._look_no_more()
        self._stream.cancel()

    def _over(self, _task: asyncio.Task[Transcript]) -> None:
        self._load.hearing -= 1

    async def _run(self) -> Transcript:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._audio:
                pcm, self._audio = np.concatenate(self._audio), []
                if not self._clear:
                    self._unclear.append(pcm)
                appended = await self._stream.feed(pcm)
                self._decoded += len(pcm)
                self._stable += (appended or "").split()
                await self._tell_steady()
                self._hypothesis(self.turn, self._stream.hypothesis)
            if self._audio:
                self._changed.set()
            elif self._ended:
                note = await self._end_doubts()
                said, speaks = await asyncio.gather(self._stream.finish(), self._somebody_speaks())
                if not speaks:
                    return Transcript("", NOBODY)
                return replace(said, note=note or said.note)
            elif self._paused:
                text, speaks = await asyncio.gather(self._stream.settle(), self._somebody_speaks())
                text = text if speaks else ""
                words = text.split()
                self._tell(words[: _agreed(words, self._stream.hypothesis.split())])
                if self._audio:  # the person went on meanwhile, and may have paused again: these are not all words
                    self._changed.set()
                elif self._paused:
                    self._paused = False
                    self._settle(text)

    def _settle(self, text: str) -> None:
        """Tell the words at a pause, and begin to look again at those that the recognizer is unsure of."""
        stream = self._stream
        doubting = stream if text and isinstance(stream, SecondLook) and stream.unsure else None
        self._settled(self.turn, text, doubting is not None)
        if doubting is not None and self._silence is not None and not self._ended:
            self._looking = asyncio.create_task(self._look_again(doubting))

    async def _look_again(self, stream: SecondLook) -> None:
        with contextlib.suppress(ReparteeError):  # whatever comes next raises it
            text = await stream.reconsider()
            if not self._ended:
                self._settled(self.turn, text, False)

    def _look_no_more(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _end_doubts(self) -> str:
        """Wait for a second look as long as there is time for it, and return what to note."""
        stream = self._stream
        self._look_no_more()
        if self._until_s is None or not isinstance(stream, SecondLook):
            return ""
        await self._stream.settle()
        if stream.unsure:
            try:
                await asyncio.wait_for(stream.reconsider(), max(0.0, self._until_s - now_ms() / 1000))
            except TimeoutError:
                stream.rest()
                return UNSURE
        return ""

    async def _somebody_speaks(self, *, so_far: bool = False) -> bool:
        """Return whether somebody speaks in what was decoded, so that words stand; `so_far`, whether that is plain."""
        known = self._listened * 3 // 2 + LISTEN_AGAIN if so_far and self._listened else self._listened
        if not self._clear and (self._decoded > known or (self._so_far and not so_far)):
            self._listened, self._so_far = self._decoded, so_far
            self._evidence = await asyncio.to_thread(evidence_of, np.concatenate(self._unclear), over=not so_far)
            self._clear = self._evidence is Evidence.PLAIN and self._decoded >= SETTLED
            if self._clear:
                self._unclear.clear()
        return self._evidence is Evidence.PLAIN if so_far else stands(self._evidence, self._stream)

    async def _tell_steady(self) -> None:
        """Tell the words that have stood long enough."""
        now = self._stream.hypothesis.split()
        self._thought.append((self._decoded, now))
        while len(self._thought) > 1 and self._thought[1][0] <= self._decoded - STEADY:
            self._thought.popleft()
        if self._thought[0][0] <= self._decoded - STEADY:
            steady = now[: min(_agreed(now, words) for words in (self._stable, *(w for _, w in self._thought)))]
            if len(steady) > len(self._said) and await self._somebody_speaks(so_far=True):
                self._tell(steady)

    def _tell(self, words: list[str]) -> None:
        """Tell those of the words that were not told yet, unless they go on from other ones."""
        new = words[len(self._said) :]
        if new and words[: len(self._said)] == self._said:
            self._said += new
            self._partial(self.turn, " ".join(self._said), " ".join(new))


def _agreed(one: list[str], other: list[str]) -> int:
    """Return how many words both begin with."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


class Recorded:
    """One turn that was over before it came here: recognised as a whole."""

    speaker = None

    def __init__(self, turn: int, recognizer: Recognizer, pcm: np.ndarray) -> None:
        self.turn = turn
        self.samples = len(pcm)
        self._task = asyncio.create_task(words_in(recognizer, pcm))

    async def finish(self, *, within_ms: float | None = None) -> Transcript:  # noqa: ARG002 - all of it is taken
        """Return the words. Raises ReparteeError where the recognizer failed."""
        return await self._task

    def cancel(self) -> None:
        """Drop the turn; safe at any time."""
        self._task.cancel()
