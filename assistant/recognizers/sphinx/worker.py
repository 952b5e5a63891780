"""The process in which pocketsphinx runs: frames of bytes in on standard input, frames of bytes out on standard output.

Started by `worker_process.py`; ends at end of input, and therefore also when its parent dies, however it dies. One
thread reads, one decodes; utterances share the decoding thread in slices, those that are about to end first. Other
documents' models are loaded beside it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from assistant.languages.en.written_forms import write
from assistant.recognizers.frames import Kind, frame, read_frame, read_request
from assistant.recognizers.sphinx.domain import Domain, cached
from assistant.recognizers.sphinx.library import EVERYTHING, Decoder, Effort, SphinxError, model_path
from assistant.recognizers.sphinx.utterance import Utterance
from engines.errors import ReparteeError
from engines.processes import serve_parent

SLICE = 3200  # bytes decoded before others get their turn, 100 ms
DECODERS = 4  # people who speak at the same time to one process, about 70 MB each

DOMAIN_WEIGHT = 1.0
# Nobody waits for a recording: every word, every state, two passes. A person who speaks waits for what is left to do at
# the end, so there is one pass and then the best path through its lattice; who speaks alone is searched for with twice
# the states. docs/speech.md has what each costs and gains.
ALONE, CROWDED, HURRIED = Effort(6000, 20), Effort(3000, 10), Effort(1000, 5, path=False)
#: Whether that is too much for this processor, or for this sound, is judged after so many bytes and each time there are
#: twice as many. What is too dear is searched for again from its beginning as in a crowd, then with the least effort.
JUDGED = 32_000  # 1 s
#: Seconds of the processor for a second: of speech, which falls behind who speaks, and of a recording, of which all is
#: waited for.
TOO_DEAR, TOO_DEAR_WHOLE = 1.0, 0.7
#: Babble and music cost several times what speech does, and no effort finds words in them. A recording that costs so
#: many times what preparing it did (speech: 13 to 20, babble: 40 to 64) is too dear on a quick processor too.
DEAR, DEAR_FROM = 28.0, 3 * 32_000  # bytes; less of it tells nothing of that
#: With this in the environment nothing is judged: the words are the same however busy the processor is.
FIXED = ("POCKETSPHINX_EFFORT", "fixed")
#: A pause in more than this gets the words of the search under way, without the best path: who speaks on then need not
#: wait for all of it to be searched once more. At the end there is the best path all the same.
SEARCHED_AGAIN = 5 * 32_000  # bytes
#: What waits of live speech, or what a recording takes beyond its own duration, is too late on a machine that is too
#: busy: it is judged like what is too dear, but not where beginning again would take longer than it saves.
LATE, LATE_UNTIL = 32_000, 4 * 32_000  # bytes
BEHIND = 3 * SLICE  # bytes that wait in a process whose speakers are no longer kept up with


class _Job:
    """An utterance in this process: audio not decoded yet, and how it ends."""

    def __init__(self, mean: Sequence[float] | None, *, whole: bool, crowded: bool = False) -> None:
        self.mean, self.whole, self.crowded = mean, whole, crowded
        self.audio = bytearray()
        self.settling = self.finishing = self.cancelled = False
        self.decoder: Decoder | None = None
        self.domain: Domain | None = None
        self.utterance: Utterance | None = None
        self.fed = 0  # bytes
        self.begun_s = time.monotonic()
        self.spent_s = 0.0  # of the processor, on them
        self.prepared_s = 0.0  # of the processor, for a second of audio, before the search
        self.efforts = [EVERYTHING, CROWDED, HURRIED] if whole else [ALONE, CROWDED, HURRIED]  # the present one first
        self.judged = JUDGED  # bytes at which it is judged next
        self.note = ""

    @property
    def late(self) -> float:
        """How many bytes wait of live speech, or would have been heard of a recording by now beyond those that were."""
        return (time.monotonic() - self.begun_s) * 32_000 - self.fed if self.whole else len(self.audio)

    @property
    def ready(self) -> bool:
        return self.urgent or (bool(self.audio) and not self.whole)

    @property
    def urgent(self) -> bool:
        return self.cancelled or self.finishing or self.settling


class _Pool:
    """Decoders of one kind, made for the documents as they are now. Whoever calls holds the lock of `changed`."""

    def __init__(self, make: Callable[[Domain | None], Decoder], most: int, changed: threading.Condition) -> None:
        self._make, self._most, self._changed = make, most, changed
        self._domain: Domain | None = None
        self._idle: list[Decoder] = []
        self._making = False
        self._failure: Exception | None = None
        self.busy = 0

    @property
    def ready(self) -> bool:
        """Whether `take` returns a decoder, or raises why there is none."""
        return bool(self._idle) or self._failure is not None

    def take(self) -> Decoder:
        """Return an idle decoder. Raises what went wrong when it was to be made."""
        if not self._idle:
            failure, self._failure = self._failure, None
            raise failure or SphinxError("The speech recogniser has no decoder left.")
        self.busy += 1
        return self._idle.pop()

    def give_back(self, decoder: Decoder, domain: Domain | None) -> None:
        """Keep a decoder for the next utterance, unless the documents have changed meanwhile."""
        self.busy -= 1
        self._keep(decoder, domain)

    def another(self) -> None:
        """Begin to make a decoder in a thread, since that takes half a second, unless one is idle or they are many."""
        if not (self._idle or self._making) and self.busy < self._most:
            self._making = True
            threading.Thread(target=self._make_one, daemon=True).start()

    def renew(self, domain: Domain | None, first: Sequence[Decoder]) -> list[Decoder]:
        """Serve other documents from here on, with `first` to begin with; return what is no longer of use."""
        stale, self._domain, self._idle, self._failure = self._idle, domain, list(first), None
        return stale

    def _make_one(self) -> None:
        domain, decoder, failure = self._domain, None, None
        try:
            decoder = self._make(domain)
        except ReparteeError as error:
            failure = error
        with self._changed:
            self._making = False
            # Where others work, an utterance waits for one of them.
            self._failure = None if self.busy else failure
            if decoder is not None:
                self._keep(decoder, domain)
            self._changed.notify()

    def _keep(self, decoder: Decoder, domain: Domain | None) -> None:
        if domain is self._domain:
            self._idle.append(decoder)
        else:
            decoder.close()


class Worker:
    """Decodes what arrives on `source` and answers on `sink`."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._changed = threading.Condition()
        self._jobs: dict[int, _Job] = {}
        self._teaching, self._writing = threading.Lock(), threading.Lock()
        self._over = False
        self._judges = os.environ.get(FIXED[0]) != FIXED[1]
        self._domain: Domain | None = None
        self._live = _Pool(_live_decoder, DECODERS, self._changed)
        self._whole = _Pool(_whole_decoder, 1, self._changed)  # one after the other: there is one thread that decodes

    def run(self) -> None:
        """Work until the end of input."""
        threading.Thread(target=self._read, daemon=True).start()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or self._next() is not None)
                if self._over:
                    return
                number = self._next()
            if number is not None:
                self._guarded(number, lambda number=number: self._advance(number))

    def _read(self) -> None:
        try:
            while (received := read_frame(self._source)) is not None:
                with self._changed:
                    self._take(*received)
                    self._changed.notify()
        finally:
            with self._changed:
                self._over = True
                self._changed.notify()

    def _take(self, kind: Kind, number: int, payload: bytes) -> None:
        if kind is Kind.DOMAIN:
            request, _ = read_request(payload)
            # In a thread of its own: who speaks meanwhile is decoded with the model there is.
            threading.Thread(
                target=self._guarded, args=(number, lambda: self._set_domain(number, request)), daemon=True
            ).start()
        elif kind is Kind.OPEN:
            options = json.loads(payload)
            self._jobs[number] = _Job(options["mean"], whole=options["whole"], crowded=options["crowded"])
        elif job := self._jobs.get(number):  # one that failed here may still be fed there
            if kind is Kind.AUDIO:
                job.audio += payload
            elif kind is Kind.SETTLE:
                job.settling = True
            elif kind is Kind.FINISH:
                job.finishing = True
            elif kind is Kind.CANCEL:
                job.cancelled = True

    def _pool(self, job: _Job) -> _Pool:
        return self._whole if job.whole else self._live

    def _next(self) -> int | None:
        """Return the utterance to work on: one that is ending, else the longest waiting; recordings come last."""
        ready = []
        for number, job in self._jobs.items():
            if not job.ready:
                continue
            if job.cancelled or job.decoder or self._pool(job).ready:
                ready.append(number)
            else:
                self._pool(job).another()
        return min(ready, key=lambda number: (self._jobs[number].whole, not self._jobs[number].urgent), default=None)

    def _advance(self, number: int) -> None:
        with self._changed:
            job = self._jobs.pop(number)
            piece = bytes(job.audio[:SLICE])
            del job.audio[:SLICE]
            self._jobs[number] = job  # to the end of the line
        if job.cancelled:
            self._release(number, job)
            return
        if job.utterance is None:
            self._begin(job, piece)
        assert job.utterance is not None
        if piece:
            started_s = time.thread_time()
            job.utterance.feed(piece)
            job.spent_s += time.thread_time() - started_s
            job.fed += len(piece)
            if job.fed >= job.judged and self._judges:
                self._judge(job)
            self._tell(number, job, len(piece))
        elif job.settling and not job.finishing:
            job.settling = False
            # Others who speak cannot wait for words that may be in vain, nor can who speaks on for the search after it.
            if job.fed <= SEARCHED_AGAIN and not self._behind():
                job.utterance.settle()
            self._tell(number, job, 0, settled=True)
        elif job.finishing:
            words = job.utterance.finish()
            self._send(Kind.FINAL, number, {"text": _written(job, words), "mean": job.utterance.mean, "note": job.note})
            self._release(number, job)

    def _begin(self, job: _Job, piece: bytes) -> None:
        with self._changed:
            job.decoder, job.domain = self._pool(job).take(), self._domain
            if job.crowded and not job.whole:
                self._live.another()  # for the next who speaks at the same time, and finds no free worker
        if not job.whole and self._live.busy > 1:
            del job.efforts[0]
            job.note = "several spoke at once: searched less"
        job.decoder.search(job.efforts[0])
        job.utterance = Utterance(job.decoder, job.mean)
        if job.whole:
            audio, job.begun_s = piece + bytes(job.audio), time.monotonic()
            started_s = time.thread_time()
            job.utterance.prime(audio)
            job.prepared_s = (time.thread_time() - started_s) / max(len(audio), 1) * 32_000

    def _judge(self, job: _Job) -> None:
        """Search less from here on if what was searched so far was too dear."""
        assert job.utterance is not None
        job.judged = 2 * job.fed
        dear = too_dear(job.spent_s, job.fed, job.prepared_s, whole=job.whole)
        if len(job.efforts) > 1 and (dear or (job.late > LATE and job.fed <= LATE_UNTIL)):
            del job.efforts[0]
            job.note = "too dear for this processor: searched less" if dear else "too late: searched less"
            started_s = time.thread_time()
            job.utterance.restart(job.efforts[0])
            job.spent_s = time.thread_time() - started_s  # what it costs now

    def _behind(self) -> bool:
        with self._changed:
            return sum(len(job.audio) for job in self._jobs.values() if not job.whole) > BEHIND

    def _tell(self, number: int, job: _Job, decoded: int, *, settled: bool = False) -> None:
        assert job.utterance is not None
        stable, words = ([], []) if job.whole else job.utterance.words()
        heard = {"bytes": decoded, "stable": stable, "text": _written(job, words), "settled": settled}
        self._send(Kind.HEARD, number, heard)

    def _release(self, number: int, job: _Job) -> None:
        decoder, job.decoder = job.decoder, None
        if decoder is not None and job.utterance is not None:
            job.utterance.abandon()
        with self._changed:
            self._jobs.pop(number, None)
            if decoder is not None:
                self._pool(job).give_back(decoder, job.domain)

    def _set_domain(self, number: int, request: dict[str, Any]) -> None:
        with self._teaching:
            domain = cached(Path(request["cache_dir"]), request["key"])
            if domain is not None and domain != self._domain:
                first = _live_decoder(domain) if request["live"] else _whole_decoder(domain)
                with self._changed:
                    self._domain = domain
                    stale = self._live.renew(domain, [first] if request["live"] else [])
                    stale += self._whole.renew(domain, [] if request["live"] else [first])
                    self._changed.notify()
                for decoder in stale:
                    decoder.close()
        self._send(Kind.READY, number, {"missing": domain is None})

    def _guarded(self, number: int, work: Any) -> None:
        """Do `work`; what goes wrong is told to the parent and ends only that utterance."""
        try:
            work()
        except (ReparteeError, OSError, ValueError, KeyError) as error:
            if job := self._jobs.get(number):
                self._release(number, job)
            sentence = str(error) if isinstance(error, ReparteeError) else f"The speech recogniser failed: {error}."
            self._write(frame(Kind.FAILED, number, sentence.encode()))

    def _send(self, kind: Kind, number: int, content: dict[str, Any]) -> None:
        self._write(frame(kind, number, json.dumps(content).encode()))

    def _write(self, data: bytes) -> None:
        with self._writing:
            self._sink.write(data)
            self._sink.flush()


def too_dear(spent_s: float, fed: int, prepared_s: float, *, whole: bool) -> bool:
    """Say whether `fed` bytes cost too much processor time to go on like this; see TOO_DEAR and DEAR."""
    a_second = spent_s / fed * 32_000
    if not whole:
        return a_second > TOO_DEAR
    return a_second > TOO_DEAR_WHOLE or (fed >= DEAR_FROM and a_second > DEAR * prepared_s)


def _written(job: _Job, words: list[str]) -> str:
    return write(words, job.domain.forms if job.domain else {})


def _live_decoder(domain: Domain | None) -> Decoder:
    domain = domain or Domain.plain()
    decoder = _decoder(domain.frequent, domain.language_model, CROWDED)
    decoder.search(ALONE)  # made now, not when somebody speaks
    return decoder


def _whole_decoder(domain: Domain | None) -> Decoder:
    domain = domain or Domain.plain()
    return _decoder(domain.dictionary, domain.language_model, EVERYTHING)


def _decoder(dictionary: Path, language_model: Path | None, effort: Effort) -> Decoder:
    english = model_path()
    models = [(english / "en-us.lm.bin", 1.0)]
    if language_model is not None:
        models.append((language_model, DOMAIN_WEIGHT))
    return Decoder({"hmm": str(english / "en-us"), "dict": str(dictionary)}, models, effort)


def main() -> None:
    """Serve the parent on standard input and output."""
    serve_parent(lambda sink: Worker(sys.stdin.buffer, sink).run())


if __name__ == "__main__":
    main()
