"""The process in which sherpa-onnx runs: frames of bytes in on standard input, frames of bytes out on standard output.

Many of the library's errors end the process, which is why it has one. One thread reads; one decodes, the streams of
several utterances in one batch, those that are about to end first.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from assistant.audio.samples import PER_MS, RATE
from assistant.recognizers.frames import Kind, frame, read_frame, read_request
from assistant.recognizers.sherpa.model import Model, read_model
from assistant.recognizers.sherpa.pieces import Pieces
from assistant.recognizers.worker_process import RecognizerError
from engines.errors import ReparteeError
from engines.processes import serve_parent

BATCH = 8  # streams decoded at a time: who ends meanwhile waits for all of them
FRAME = 10 * PER_MS  # samples between two of the frames that the model's metadata counts in
#: A streaming model writes a word down a while after it was said, and needs to hear the quiet after it.
LATE = 32  # frames
LONGEST_PADDING_S = 60.0  # a model that wants more is not what its metadata say
#: A word that begins with the sound is often lost: models were trained on recordings, which begin with a quiet room.
ROOM_S, ROOM_LEVEL = 0.3, 10.0  # and its loudness, of 32767
PATHS = 4  # of the beam search


class Recognizer:
    """A model in the library. Raises RecognizerError where it, or the library, cannot be used.

    `biased`: phrases can be favoured, which takes a search over several paths.
    """

    def __init__(self, model: Model, *, threads: int = 1, biased: bool = False) -> None:
        try:
            import sherpa_onnx
        except (ImportError, OSError) as error:
            raise RecognizerError(
                f"sherpa-onnx cannot be used ({error}); pip install sherpa-onnx sherpa-onnx-core, both of one version."
            ) from error
        self.model, self._several = model, biased and model.is_transducer
        # Files are read when the recognizer is made.
        with tempfile.TemporaryDirectory(prefix="repartee-") as folder:
            common = {"tokens": str(_tokens_file(model, Path(folder))), "num_threads": threads}
            files = {name: str(path) for name, path in model.files.items()}
            try:
                if self._several:
                    vocabulary = Path(folder) / "bpe.vocab"
                    vocabulary.write_text(Pieces(model.tokens).vocabulary(), encoding="utf-8")
                    common |= {"decoding_method": "modified_beam_search", "max_active_paths": PATHS}
                    common |= {"modeling_unit": "bpe", "bpe_vocab": str(vocabulary)}
                make = sherpa_onnx.OnlineRecognizer
                if model.is_transducer:
                    self._made: Any = make.from_transducer(**files, **common)
                elif model.family == "nemo":
                    self._made = make.from_nemo_ctc(**files, **common)
                else:
                    self._made = make.from_zipformer2_ctc(**files, **common)
            except (RuntimeError, ValueError) as error:  # what does not end the process
                reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
                raise RecognizerError(f"The streaming model in {model.folder} cannot be loaded ({reason}).") from error

    def stream(self, hotwords: str = "") -> Any:
        """Begin an utterance in which phrases are favoured, which greedy search would end the process for."""
        return self._made.create_stream(hotwords=hotwords) if hotwords and self._several else self._made.create_stream()

    def is_ready(self, stream: Any) -> bool:
        """Whether there is a whole chunk to decode; the process ends if one is decoded that is not there."""
        return bool(self._made.is_ready(stream))

    def decode(self, streams: list[Any]) -> None:
        """Decode a chunk of each."""
        self._made.decode_streams(streams)

    def text(self, stream: Any) -> str:
        """Return the best words so far."""
        text = " ".join(str(self._made.get_result(stream)).split())
        return text.lower() if self.model.is_shouting else text

    def is_final(self, words: list[str], before: list[str]) -> int:
        """Return how many words will not change: all but the last; of several paths, those that were there before."""
        most = max(0, len(words) - 1)
        if self._several:
            same = (place for place, (one, other) in enumerate(zip(words, before, strict=False)) if one != other)
            most = min(most, next(same, len(before)))
        return most

    def chunk_cost(self) -> float:
        """Return the processor's time for a second of sound, as a share of it; the first of two chunks warms up."""
        stream = self.stream()
        spent = 0.0
        for _ in range(2):
            while not self.is_ready(stream):
                stream.accept_waveform(RATE, _room(10 * FRAME, 0))
            started_s = time.thread_time()
            self.decode([stream])
            spent = time.thread_time() - started_s
        return spent * 100 / self.model.shift


class _Job:
    """An utterance in this process."""

    def __init__(self, stream: Any, *, whole: bool) -> None:
        self.stream, self.whole = stream, whole
        self.heard = 0  # samples, with what is before and after the person's
        self.chunks = 0  # decoded
        self.untold = 0  # bytes accepted and not told to be decoded
        self.goal: int | None = None  # chunks after which it has settled, or is over
        self.finishing = False
        self.quietest = 2 * ROOM_LEVEL  # of the person's sound, root mean square
        self.words: list[str] = []
        self.stable = 0

    def accept(self, samples: np.ndarray) -> None:
        """Hear float32[samples] in -1 to 1."""
        self.stream.accept_waveform(RATE, samples)
        self.heard += len(samples)

    @property
    def rank(self) -> int:
        """Who is decoded first: who waits for an answer, who speaks, recordings."""
        return 2 * self.whole + (self.goal is None)


class Worker:
    """Decodes what arrives on `source` and answers on `sink`."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._changed = threading.Condition()
        self._received: list[tuple[Kind, int, bytes]] = []
        self._over = False
        self._recognizer: Recognizer | None = None
        self._jobs: dict[int, _Job] = {}

    def run(self) -> None:
        """Work until the end of input."""
        threading.Thread(target=self._read, daemon=True).start()
        busy = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda busy=busy: busy or self._over or bool(self._received))  # type: ignore[misc]
                if self._over:
                    return
                received, self._received = self._received, []
            for each in received:
                self._guarded(*each)
            busy = self._advance()

    def _read(self) -> None:
        try:
            while (received := read_frame(self._source)) is not None:
                with self._changed:
                    self._received.append(received)
                    self._changed.notify()
        finally:
            with self._changed:
                self._over = True
                self._changed.notify()

    def _guarded(self, kind: Kind, number: int, payload: bytes) -> None:
        """Do what a frame says; what goes wrong is told to the parent and ends only that utterance."""
        try:
            self._take(kind, number, payload)
        except (ReparteeError, OSError, ValueError, KeyError, RuntimeError) as error:
            self._fail(number, error)

    def _fail(self, number: int, error: Exception) -> None:
        self._jobs.pop(number, None)
        sentence = str(error) if isinstance(error, ReparteeError) else f"The speech recogniser failed: {error}."
        self._write(frame(Kind.FAILED, number, sentence.encode()))

    def _take(self, kind: Kind, number: int, payload: bytes) -> None:
        if kind is Kind.DOMAIN:
            request, _ = read_request(payload)
            model = read_model(Path(request["model"]))
            self._recognizer = Recognizer(model, threads=request["threads"], biased=request["biased"])
            self._send(Kind.READY, number, {"cost": self._recognizer.chunk_cost()})
        elif kind is Kind.OPEN:
            if self._recognizer is None:
                raise ValueError("no model was loaded before the first utterance")
            options = json.loads(payload)
            job = self._jobs[number] = _Job(self._recognizer.stream(options["hotwords"]), whole=options["whole"])
            job.accept(_room(int(ROOM_S * RATE), 0))
        elif job := self._jobs.get(number):  # type: ignore[assignment]
            self._hear(job, number, kind, payload)

    def _hear(self, job: _Job, number: int, kind: Kind, payload: bytes) -> None:
        if kind is Kind.AUDIO:
            samples = np.frombuffer(payload, "<i2").astype(np.float32)
            if len(samples):
                job.quietest = min(job.quietest, float(np.sqrt(np.square(samples[-FRAME:]).mean())))
            job.accept(samples / 32768)
            job.untold += len(payload)
        elif kind in {Kind.SETTLE, Kind.FINISH}:
            assert self._recognizer is not None
            # Chunks begin a whole number of shifts after the first: so many of them have all that was said, and LATE.
            job.goal = -(-(job.heard // FRAME + LATE) // self._recognizer.model.shift)
            job.finishing = kind is Kind.FINISH
        elif kind is Kind.CANCEL:
            self._jobs.pop(number, None)

    def _advance(self) -> bool:
        """Decode a chunk of those that come first, and tell what was heard; say whether more is to be done."""
        due = [(number, job) for number, job in list(self._jobs.items()) if self._is_due(number, job)]
        if due:
            first = min(job.rank for _, job in due)
            due = [(number, job) for number, job in due if job.rank == first][:BATCH]
            assert self._recognizer is not None
            self._recognizer.decode([job.stream for _, job in due])
            for number, job in due:
                job.chunks += 1
                self._jobs[number] = self._jobs.pop(number)  # to the end of the line
        for number, job in list(self._jobs.items()):
            self._tell(number, job, decoded=any(job is other for _, other in due))
        return bool(due)

    def _is_due(self, number: int, job: _Job) -> bool:
        """Say whether there is a chunk to decode; at a pause one is filled up with the quiet of the room."""
        assert self._recognizer is not None
        if job.goal is not None and job.chunks >= job.goal:
            return False
        padded = 0
        while not (ready := self._recognizer.is_ready(job.stream)) and job.goal is not None:
            job.accept(_room(FRAME, padded, job.quietest))
            padded += FRAME
            if padded > LONGEST_PADDING_S * RATE:
                self._fail(number, ValueError("its model takes no chunk of what its metadata say"))
                return False
        return ready

    def _tell(self, number: int, job: _Job, *, decoded: bool) -> None:
        assert self._recognizer is not None
        settled = job.goal is not None and job.chunks >= job.goal
        caught_up = settled or not self._recognizer.is_ready(job.stream)
        if not (decoded or settled or (caught_up and job.untold)):
            return
        text = self._recognizer.text(job.stream) if decoded or settled else " ".join(job.words)
        if settled and job.finishing:
            self._jobs.pop(number)
            self._send(Kind.FINAL, number, {"text": text})
            return
        words, before = text.split(), job.words
        fresh: list[str] = []
        if decoded and job.goal is None and words[: job.stable] == before[: job.stable]:
            fresh = words[job.stable : self._recognizer.is_final(words, before)]
            job.stable += len(fresh)
        job.words = words
        told = job.untold if caught_up else 0
        job.untold -= told
        if settled:
            job.goal = None
        self._send(Kind.HEARD, number, {"bytes": told, "stable": fresh, "text": text, "settled": settled})

    def _send(self, kind: Kind, number: int, content: dict[str, Any]) -> None:
        self._write(frame(kind, number, json.dumps(content).encode()))

    def _write(self, data: bytes) -> None:
        self._sink.write(data)
        self._sink.flush()


_NOISE = np.random.default_rng(0).normal(0, 1, RATE).astype(np.float32) / 32768


def _room(samples: int, start: int, level: float = ROOM_LEVEL) -> np.ndarray:
    """Return float32[samples] of a quiet room, of a noise that goes on from `start`."""
    places = np.arange(start, start + samples) % len(_NOISE)
    return np.asarray(max(1.0, level) * _NOISE[places], np.float32)


def _tokens_file(model: Model, folder: Path) -> Path:
    """Write the tokens as they were read: what was checked is what is loaded."""
    path = folder / "tokens.txt"
    path.write_text("".join(f"{token} {number}\n" for number, token in enumerate(model.tokens)), encoding="utf-8")
    return path


def main() -> None:
    """Serve the parent on standard input and output."""
    serve_parent(lambda sink: Worker(sys.stdin.buffer, sink).run())


if __name__ == "__main__":
    main()
