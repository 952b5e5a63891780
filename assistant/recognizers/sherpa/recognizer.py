"""A streaming model behind the `Recognizer` protocol, run by sherpa-onnx in a process of its own.

A model writes words down a chunk at a time, up to 1.3 s of sound. What is left of the last one is brought out at a
pause (`settle`), by quiet that only the process hears, so that nothing is left to do at the end. If the person goes on,
the utterance begins again in a fresh stream, in which that quiet never was.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from assistant.audio.files import is_silent, split_at_pauses
from assistant.audio.samples import RATE, Pcm
from assistant.recognizers.expected import Expected
from assistant.recognizers.frames import Kind
from assistant.recognizers.lexicon import Contents, Follower, Lexicon
from assistant.recognizers.loudness import FRAME, end_of_speech
from assistant.recognizers.one_process import OneProcess
from assistant.recognizers.recognizer import Speaker
from assistant.recognizers.sherpa.hotwords import MOST, hotwords
from assistant.recognizers.sherpa.model import read_model
from assistant.recognizers.sherpa.pieces import Pieces
from assistant.recognizers.worker_process import WorkerProcess
from assistant.recognizers.worker_stream import WorkerStream
from assistant.turn.events import Transcript

WORKER = "assistant.recognizers.sherpa.worker"
LARGE_MB = 300  # from which a model takes two threads; a smaller one only loses by them
LEARNT_S = 1.0  # that the first recording waits for phrases to expect; who speaks waits for none
RECORDINGS = 2  # pieces of them that are decoded at a time
SHORTEST_CUT_S, LONGEST_CUT_S = 15.0, 26.0  # of a longer recording
AGAIN_S = 1.0  # that beginning again after a pause may take; a dearer utterance goes on with the pause in it
REMEMBERED = 4  # utterances of a person, whose words say which phrases to expect


@dataclass(frozen=True)
class _Spoken:
    """What a person said lately, the newest last: what `SherpaStream.speaker` is."""

    texts: tuple[str, ...] = ()


class SherpaRecognizer(OneProcess):
    """Recognises speech in whatever language the model knows.

    Args:
        model: a folder with a streaming transducer or CTC model.
        lexicon: whose phrases a transducer favours; None for none.
        threads: of the processor; one, and two for a large model, by default.

    Raises RecognizerError for a folder that holds no such model.
    """

    def __init__(self, model: Path, lexicon: Lexicon | None = None, *, threads: int = 0) -> None:
        super().__init__(WORKER)
        self.model = read_model(model)
        self._threads = threads or 1 + (self.model.megabytes > LARGE_MB)
        self._pieces = Pieces(self.model.tokens)
        biased = lexicon is not None and self.model.is_transducer and self._pieces.usable
        self._follower = Follower(lexicon, self._learn) if biased and lexicon is not None else None
        self._expected, self._informed = Expected(Contents()), False
        self.cost = 0.0  # of decoding, seconds a second of sound; known once the model is loaded
        self._recordings = asyncio.Semaphore(RECORDINGS)

    async def prepare(self) -> None:
        """Start the process, load the model, and learn what to expect. Raises RecognizerError for an unusable one."""
        if self._follower is not None:
            self._follower.look()
        await self.worker_for()

    async def caught_up(self) -> None:
        """Return when the phrases favoured are those of the lexicon as it is now."""
        if self._follower is not None:
            await self._follower.caught_up()

    async def transcribe(self, pcm: Pcm) -> Transcript:
        """Recognise a whole recording, int16[samples] at 16 kHz; a long one in pieces. Raises RecognizerError."""
        if self._follower is not None and not self._informed:
            await asyncio.wait([self._follower.look()], timeout=LEARNT_S)
        texts = []
        for piece in split_at_pauses(pcm, shortest_s=SHORTEST_CUT_S, longest_s=LONGEST_CUT_S):
            if is_silent(piece):
                continue
            async with self._recordings:
                stream = SherpaStream(self, whole=True)
                try:
                    await stream.feed(piece)
                    texts.append((await stream.finish()).text)
                finally:
                    stream.cancel()
        return Transcript(" ".join(filter(None, texts)))

    def stream(self, speaker: Speaker | None = None) -> SherpaStream:
        """Begin an utterance; `speaker` is the `SherpaStream.speaker` of the same person's last one."""
        return SherpaStream(self, speaker=speaker)

    async def close(self) -> None:
        """End the process; safe to call twice."""
        await self._end()
        if self._follower is not None:
            await self._follower.close()

    def hotwords(self, spoken: _Spoken) -> str:
        """Return the phrases to favour in an utterance of somebody who lately spoke so."""
        if self._follower is None:
            return ""
        self._follower.look()
        return hotwords(self._expected.choose(spoken.texts, MOST), self._pieces)

    async def _load(self, worker: WorkerProcess) -> None:
        request = {"model": str(self.model.folder), "threads": self._threads, "biased": self._follower is not None}
        self.cost = (await worker.ask(Kind.DOMAIN, request))["cost"]

    async def _learn(self, contents: Contents) -> None:
        """Expect other phrases, from the next utterance on."""
        self._expected, self._informed = await asyncio.to_thread(Expected, contents), True


class SherpaStream(WorkerStream):
    """One utterance. See `RecognizerStream`."""

    def __init__(self, recognizer: SherpaRecognizer, *, speaker: Speaker | None = None, whole: bool = False) -> None:
        super().__init__(recognizer.worker_for)
        self.speaker = speaker
        self._recognizer, self._whole = recognizer, whole
        self._settled_at: int | None = None  # bytes of which `hypothesis` is, while what came after them is quiet

    def opening(self) -> dict[str, Any]:
        """Begin with phrases to favour."""
        spoken = cast("_Spoken", self.speaker or _Spoken())
        return {"hotwords": self._recognizer.hotwords(spoken), "whole": self._whole}

    async def feed(self, pcm: Pcm) -> str | None:
        """Take int16[samples] at 16 kHz; return words that became stable since the last call, or None."""
        if self._settled_at is not None:
            self._check_open()
            if end_of_speech(self._sound(pcm)) <= self._settled_at // 2 + FRAME:  # the pause goes on
                self._audio += pcm.astype("<i2", copy=False).tobytes()
                return None
            self._go_on()
        return await super().feed(pcm)

    async def settle(self) -> str:
        """Return the hypothesis once everything fed has been decoded, the words at its very end included."""
        self._check_open()
        if self._settled_at is None and not self._nothing():
            await super().settle()
            self._settled_at = len(self._audio)
        return self.hypothesis

    async def finish(self) -> Transcript:
        """Return all words."""
        self._check_open()
        if self._nothing():
            self.hypothesis = ""
        elif self._settled_at is None:
            return await super().finish()
        self.cancel()
        self.ended({})
        return Transcript(self.hypothesis)

    def ended(self, final: dict[str, Any]) -> None:  # noqa: ARG002 - the process knows nothing of the person
        """Remember what was said."""
        spoken = cast("_Spoken", self.speaker or _Spoken())
        self.speaker = Speaker(_Spoken((*spoken.texts, self.hypothesis)[-REMEMBERED:]))

    def _go_on(self) -> None:
        """Forget the pause: the process is to hear the utterance again from its beginning, if that is quick enough."""
        self._settled_at = None
        if self._recognizer.cost * len(self._audio) / 2 / RATE <= AGAIN_S:
            self._detach(tell=True)

    def _nothing(self) -> bool:
        """Whether there is no sound at all, of which models make words."""
        return is_silent(self._sound())

    def _sound(self, more: Pcm | None = None) -> Pcm:
        sound = np.frombuffer(bytes(self._audio), "<i2")
        return sound if more is None else np.concatenate([sound, more.astype(np.int16, copy=False)])
