"""Whisper behind the `Recognizer` protocol: sentences as they are written, heard where pocketsphinx guesses.

Whisper takes a sound as a whole. An utterance is therefore decoded again as it grows: while nobody else needs the
process, for the words that two successive hypotheses agree on; when it falls quiet, so that nothing is left to do at
its end. The model runs in a process of its own, and not in a thread: a library that hangs, crashes or eats its memory
can be ended and replaced, and what it computes with (OpenMP) does not share its threads with the reader's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from enum import IntEnum
from pathlib import Path

import numpy as np

from assistant.audio.files import is_silent, split_at_pauses
from assistant.audio.samples import RATE, Pcm
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Contents, Follower, Lexicon
from assistant.recognizers.loudness import end_of_speech
from assistant.recognizers.one_process import OneProcess
from assistant.recognizers.recognizer import UNSURE, Speaker, recording_slot_s
from assistant.recognizers.sphinx.building import QUICK, Builder
from assistant.recognizers.whisper.model import threads_here
from assistant.recognizers.whisper.turns import Turns
from assistant.recognizers.whisper.vocabulary import ENGLISH
from assistant.recognizers.whisper.weights import find
from assistant.recognizers.worker_process import RecognizerError, WorkerDiedError, WorkerProcess
from assistant.turn.events import Transcript

logger = logging.getLogger(__name__)

WORKER = "assistant.recognizers.whisper.worker"
LIVES = 2  # processes that may die of one sound
SHORTEST_CUT_S, LONGEST_CUT_S = 15.0, 26.0  # of a longer recording; 30 s are a model's most, and some silence is needed
AGAIN_S = 1.0  # of new sound, after which an utterance under way is decoded again,
PATIENT = 4.0  # but not before so many times what decoding took last: whoever ends meanwhile has to wait for it
PAUSE_S = 0.12  # of quiet, after which it is decoded because it may be over


class Rank(IntEnum):
    """Who is decoded first."""

    ENDING = 0  # somebody waits for an answer
    DOUBTING = 1  # who has words, and waits for better ones
    SPEAKING = 2
    RECORDING = 3


class WhisperRecognizer(OneProcess):
    """Recognises speech, in English or another language that the weights know.

    Args:
        weights: "tiny", "base", a folder, or "" for the best that are installed. Raises RecognizerError for others.
        threads: for one sound; by default as many as cores, or half of them for small weights, and 4 at most.
        language: as "en" or "de", or "auto" for whatever is spoken.
        cache_dir: where language models built from the documents are kept; elsewhere for this run if it is read-only.
        lexicon: what decides where the ear is unsure; English only. None for nothing, as without a `cache_dir`.
    """

    def __init__(
        self,
        weights: str = "",
        *,
        threads: int = 0,
        language: str = ENGLISH,
        cache_dir: Path | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        super().__init__(WORKER)
        self.weights = find(weights)
        self._named = weights or self.weights.name
        self._threads, self._language = threads or threads_here(self.weights.megabytes), language
        self._turns = Turns()
        self._attempt: asyncio.Task[None] | None = None
        self.took_s = 0.0  # to decode the newest sound
        self._prepared = False
        self._builder: Builder | None = None
        self._follower: Follower | None = None
        if lexicon is not None and cache_dir is not None and language == ENGLISH:
            self._builder = Builder(cache_dir)
            self._follower = Follower(lexicon, self._learn)
        self._documents: Path | None = None  # the language model in use
        self._informed = asyncio.Event()  # there is one, or it is not waited for

    async def prepare(self) -> None:
        """Start the process, load the model and use it once. Raises RecognizerError for weights that cannot be used."""
        self._prepared = True
        await self._look()
        await self.worker_for()

    async def caught_up(self) -> None:
        """Return when the documents as they are now decide between words."""
        if self._follower is not None:
            await self._follower.caught_up()

    async def transcribe(self, pcm: Pcm) -> Transcript:
        """Recognise a whole recording, int16[samples] at 16 kHz; a long one in pieces, so that others are not kept."""
        if not is_silent(pcm):
            await self._look()
            await self.worker_for()  # what it takes to load a model is not the recording's
        until_s = time.perf_counter() + recording_slot_s(pcm)
        texts, note = [], ""
        for piece in split_at_pauses(pcm, shortest_s=SHORTEST_CUT_S, longest_s=LONGEST_CUT_S):
            text, doubt = await self.first_choice(piece, Rank.RECORDING)
            if doubt is not None:
                left_s = max(0.0, until_s - time.perf_counter())
                try:
                    again = await asyncio.wait_for(self.reconsider(doubt, Rank.RECORDING), left_s)
                except TimeoutError:
                    note = UNSURE
                else:
                    text = again or text
            texts.append(text)
        return Transcript(" ".join(filter(None, texts)), note)

    def stream(self, speaker: Speaker | None = None) -> WhisperStream:  # noqa: ARG002 - it needs no voice to start from
        """Begin an utterance."""
        return WhisperStream(self)

    async def close(self) -> None:
        """End the process; safe to call twice."""
        await self._end()
        if self._follower is not None:
            await self._follower.close()
        if self._builder is not None:
            self._builder.close()

    @property
    def idle(self) -> bool:
        """Whether nothing is being decoded, or about to be."""
        return self._turns.idle and (self._attempt is None or self._attempt.done())

    def attempt(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin to decode what nobody waits for yet; only while `idle`."""
        self._attempt = asyncio.create_task(work)
        return self._attempt

    async def decode(self, pcm: Pcm, rank: Rank) -> str:
        """Return what is said in at most 30 s of int16[samples]; whoever gives up waiting leaves the line.

        Raises RecognizerError where it cannot be decoded.
        """
        text, doubt = await self.first_choice(pcm, rank)
        return text if doubt is None else await self.reconsider(doubt, Rank.DOUBTING) or text

    async def first_choice(self, pcm: Pcm, rank: Rank) -> tuple[str, int | None]:
        """Return what is probably said, as `decode`, and a number to `reconsider` with, None where the ear is sure."""
        if is_silent(pcm):
            return "", None
        await self._look()
        sound = np.ascontiguousarray(pcm, "<i2").tobytes()
        async with self._turns.take(rank):
            for _ in range(LIVES):
                worker = await self.worker_for()
                with contextlib.suppress(WorkerDiedError):
                    started_s = time.perf_counter()
                    heard = await worker.ask(Kind.DECODE, {}, sound)
                    self.took_s = time.perf_counter() - started_s
                    return str(heard["text"]), heard["doubt"]
        raise RecognizerError(
            "The speech recogniser stopped twice while it worked on this recording; try a shorter one."
        )

    async def reconsider(self, doubt: int, rank: Rank) -> str | None:
        """Return what is said after a second look, None where the process knows no more what was in doubt.

        Raises RecognizerError where the second look fails.
        """
        async with self._turns.take(rank):
            with contextlib.suppress(WorkerDiedError):
                looked = await (await self.worker_for()).ask(Kind.DECODE, {"doubt": doubt})
                return None if looked["text"] is None else str(looked["text"])
        return None

    async def _load(self, worker: WorkerProcess) -> None:
        request = {"weights": self._named, "threads": self._threads, "language": self._language}
        await worker.ask(Kind.DOMAIN, request | {"live": self._prepared})
        await self._teach(worker)

    async def _look(self) -> None:
        """See to it that changes of the documents are learnt; only the first model of few documents is waited for."""
        if self._follower is not None and not self._closed:
            self._follower.look().add_done_callback(lambda _: self._informed.set())
            await self._informed.wait()

    async def _learn(self, contents: Contents) -> None:
        """Build the language model of the documents beside the hearing, and load it when nobody speaks."""
        assert self._builder is not None
        if contents.characters > QUICK and self._prepared:
            self._informed.set()
        self._documents = await self._builder.language_model(contents, awaited=not self._informed.is_set())
        self._informed.set()
        async with self._turns.take(Rank.RECORDING):
            if self._worker is not None and self._worker.alive:
                await self._teach(self._worker)

    async def _teach(self, worker: WorkerProcess) -> None:
        """Have a process decide by the documents; a model that cannot be loaded is left out."""
        if self._documents is None:
            return
        try:
            await worker.ask(Kind.DOMAIN, {"documents": str(self._documents)})
        except RecognizerError as problem:
            logger.warning("%s Whisper hears without them.", problem)
        except WorkerDiedError:
            logger.warning("Whisper hears without the words of the documents, over which its process ended.")
            self._documents = None


class WhisperStream:
    """One utterance. See `RecognizerStream`."""

    speaker: Speaker | None = None  # nothing is learnt of the voice

    def __init__(self, recognizer: WhisperRecognizer) -> None:
        self._recognizer = recognizer
        self._sound = np.zeros(0, np.int16)  # of the window under way
        self._past: list[str] = []  # words of windows before it
        self._words: list[str] = []  # the newest hypothesis of the window
        self._agreed = 0  # of its words, how many are stable
        self._fresh: list[str] = []  # stable words that were not given out
        self._decoded = 0  # samples of which `_words` are
        self._doubt: int | None = None  # by which the recognizer can look at them again
        self._looking: asyncio.Task[None] | None = None
        self._tried = 0  # samples when it was last decoded or begun to be
        self._trying: asyncio.Task[None] | None = None
        self._failure: RecognizerError | None = None
        self._over = False

    @property
    def hypothesis(self) -> str:
        """The best words so far."""
        return " ".join([*self._past, *self._words])

    async def feed(self, pcm: Pcm) -> str | None:
        """Take int16[samples] at 16 kHz; return words that became stable since the last call, or None."""
        self._check_open()
        self._sound = np.concatenate([self._sound, pcm.astype(np.int16, copy=False)])
        while len(self._sound) > LONGEST_CUT_S * RATE:
            await self._cut()
        self._try()
        fresh, self._fresh = self._fresh, []
        return " ".join(fresh) or None

    async def settle(self) -> str:
        """Return the hypothesis once everything fed has been decoded."""
        self._check_open()
        await self._catch_up()
        return self.hypothesis

    @property
    def unsure(self) -> bool:
        """Whether `reconsider` may find better words."""
        return self._doubt is not None

    async def reconsider(self) -> str:
        """Return the hypothesis after a second look at what was decoded last."""
        self._check_open()
        if self._doubt is not None and self._looking is None:
            self._looking = asyncio.create_task(self._look_again(self._doubt))
        if self._looking is not None:
            await asyncio.wait([self._looking])
            self._check_open()
        return self.hypothesis

    def rest(self) -> None:
        """Let the words stand as they are."""
        self._doubt = None
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def finish(self) -> Transcript:
        """Return all words."""
        self._check_open()
        await self._catch_up()
        await self.reconsider()
        self.cancel()
        return Transcript(self.hypothesis)

    def cancel(self) -> None:
        """Drop the utterance."""
        self._over = True
        self.rest()
        if self._trying is not None:
            self._trying.cancel()
            self._trying = None

    def _check_open(self) -> None:
        if self._over:
            raise RecognizerError("This utterance is over; begin another with stream().")
        if self._failure is not None:
            self._over = True
            raise self._failure

    def _try(self) -> None:
        """Begin to decode what is there, if nobody else needs the process and it is worth it."""
        if self._trying is not None or not self._recognizer.idle or self._hushed_since(self._tried):
            return
        quiet = len(self._sound) - int(PAUSE_S * RATE)
        again = max(AGAIN_S, PATIENT * self._recognizer.took_s) * RATE
        paused = quiet > self._tried and self._hushed_since(quiet)
        if paused or len(self._sound) - self._tried >= again:
            self._tried = len(self._sound)
            self._trying = self._recognizer.attempt(self._attempt())

    async def _attempt(self) -> None:
        try:
            await self._decode(Rank.SPEAKING)
        except RecognizerError as failure:
            self._failure = failure
        finally:
            self._trying = None

    async def _catch_up(self) -> None:
        """Decode what was said since it was last decoded."""
        if self._trying is not None:
            if self._hushed_since(self._tried):
                await asyncio.wait([self._trying])
            else:
                self._trying.cancel()  # it would be of no use any more
                self._trying = None
        if not self._hushed_since(self._decoded):
            await self._decode(Rank.ENDING)

    async def _decode(self, rank: Rank) -> None:
        sound = self._sound
        self._tried = len(sound)
        text, doubt = await self._recognizer.first_choice(sound, rank)
        self.rest()  # whatever was in doubt, there is more to know now
        self._take(text.split())
        self._decoded, self._doubt = len(sound), doubt

    async def _look_again(self, doubt: int) -> None:
        with contextlib.suppress(RecognizerError):  # there are words already
            text = await self._recognizer.reconsider(doubt, Rank.DOUBTING)
            if text is not None:
                self._words = text.split()
        self._doubt = self._looking = None

    def _take(self, words: list[str]) -> None:
        """Know of another hypothesis of the window: what it has in common with the one before is stable."""
        common = 0
        for old, new in zip(self._words, words, strict=False):
            if _bare(old) != _bare(new):
                break
            common += 1
        self._fresh += words[self._agreed : common]
        self._agreed = max(self._agreed, common)
        self._words = words

    async def _cut(self) -> None:
        """Leave a window behind: a model hears 30 s at most."""
        if self._trying is not None:
            self._trying.cancel()
            self._trying = None
        piece = next(split_at_pauses(self._sound, shortest_s=SHORTEST_CUT_S, longest_s=LONGEST_CUT_S))
        words = (await self._recognizer.decode(piece, Rank.SPEAKING)).split()
        self._fresh += words[self._agreed :]
        self._past += words
        self.rest()
        self._words, self._agreed, self._decoded, self._tried = [], 0, 0, 0
        self._sound = self._sound[len(piece) :]

    def _hushed_since(self, place: int) -> bool:
        """Say whether nothing was said after so many samples: nothing came, or nothing loud enough."""
        return place >= len(self._sound) or (place > 0 and end_of_speech(self._sound) <= place)


def _bare(word: str) -> str:
    return word.strip(".,!?;:\"'").lower()
