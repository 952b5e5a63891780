"""The reader: a question and passages → answer spans, verbatim, with one score scale across all passages."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, takewhile
from math import exp, inf
from pathlib import Path
from typing import Any, Literal

from engines.checkpoint import Calibration, Checkpoint, default_checkpoint_path
from engines.reader import spans
from engines.reader.amounts import asks_for_things, is_duration
from engines.reader.apart import REMEMBERED, Apart, Foreground
from engines.reader.late import TokenVectors
from engines.reader.layout import Layout, empty_tokens
from engines.reader.spans import Candidate
from engines.reader.verbatim import verbatim
from engines.reader.way import FEWEST_TOKENS, WARM_MS, Ran, Way, Whole
from engines.reader.windows import (
    CONTEXT_TOKENS,
    QUESTION_TOKENS,
    Ids,
    Window,
    context_tokens,
    likely_stretch,
    window,
    windows,
    word_weights,
)
from engines.runtimes.runtime import Runtime, SplitRuntime, load_runtime
from engines.tokenize import Tokenizer, Tokens

#: Spans a reading lists at most.
SPANS = 5

#: Of what is left in a slot, the title and headings take at most one part in so many when the passage is cut.
CONTEXT_SHARE = 4

#: Passages that whole reading, the more accurate way, must get through for it to be preferred to reading apart.
ENOUGH_WHOLE = 2

#: A question is prepared where so many times what that usually takes is left.
PREPARING = 1.5

#: Passages that the rarity of the question's words is counted in.
WEIGHED = 10

#: What is read at load, so often: the first question is read like any other.
WARM_WORDS, WARM_READINGS = ("A passage of a few words, as documents have them; this one answers nothing.",) * 4, 4


@dataclass(frozen=True)
class ReadablePassage:
    """A passage with its token ids from ingestion. `context` (title > heading) is read, never answered from.

    `states`: what `Apart.passages` made of it, b"" if nothing.
    """

    text: str
    tokens: Tokens
    context: str = ""
    states: bytes = b""


@dataclass(frozen=True)
class Span:
    """`text` is `passages[passage].text[start:end]`.

    `score`: logits above "no answer", comparable between passages. `probability`: its share of the confidence.
    `yesno`: "yes" or "no" if the question asks for that, and then the span is what says so; else "".
    """

    passage: int
    start: int
    end: int
    text: str
    score: float
    probability: float
    yesno: str = ""


@dataclass(frozen=True)
class Reading:
    """What was read.

    `null_score`: "no answer" where the best span was read, in logits. `confidence`: calibrated, 0.5 at the null
    threshold. `note`: what was cut to fit the slot. `hardly_read`: it was too short to read one passage whole.
    """

    spans: tuple[Span, ...]
    null_score: float
    confidence: float
    abstained: bool
    passages_read: int
    passages_given: int
    note: str = ""
    spent_ms: float = 0.0
    hardly_read: bool = False


@dataclass
class _Found:
    """What the windows read so far hold."""

    spans: list[Candidate] = field(default_factory=list)
    #: Passage → tokens read from its beginning on without a gap.
    reached: dict[int, int] = field(default_factory=dict)
    #: Way → what it wants to know of the question.
    asked: dict[Way, Any] = field(default_factory=dict)
    #: The last run, and its way; None where nothing is to be learned from its end.
    way: Way | None = None
    ran: Ran | None = None


class Reader:
    """A loaded reader. Every method may be called from several threads."""

    def __init__(
        self,
        runtime: Runtime,
        checkpoint: Checkpoint,
        cost_file: Path | None = None,
        vectors: TokenVectors | None = None,
    ) -> None:
        self.runtime = runtime
        #: Makes the token vectors that rank passages; None where the weights have none.
        self.vectors = vectors
        self.tokenizer = Tokenizer(checkpoint.vocab, checkpoint.lower_case)
        self._empty = empty_tokens(self.tokenizer, len(checkpoint.vocab))
        self.fallback_note = runtime.note
        self.whole = Whole(runtime, checkpoint.calibration or Calibration(), cost_file)
        #: Reads passages whose states were made at ingestion, and makes these; None where weights or runtime cannot.
        self.apart: Apart | None = None
        if checkpoint.apart is not None and isinstance(runtime, SplitRuntime):
            beside = cost_file.with_stem(f"{cost_file.stem}-apart") if cost_file else None
            self.apart = Apart(runtime, checkpoint, self.tokenizer, beside)
        self._lately_apart = False
        self._foreground = self.apart.foreground if self.apart else Foreground()
        self._question_tokens = lru_cache(maxsize=REMEMBERED)(self._tokens_of_question)
        self._context = lru_cache(maxsize=4096)(lambda context: context_tokens(context, self.tokenizer))
        self._warm_up()

    @classmethod
    def load(
        cls,
        path: Path | str | None = None,
        *,
        runtime: str = "auto",
        cache_dir: Path,
        threads: int | None = None,
        isa: str = "",
    ) -> Reader:
        """Load a checkpoint (default: the bundled weights) into a runtime (default: the best that works here).

        Raises:
            ReparteeError: the checkpoint is unusable or has no span head, or the runtime does not work here.
        """
        checkpoint = Checkpoint.load(path or default_checkpoint_path())
        loaded = load_runtime(runtime, checkpoint, cache_dir=cache_dir, threads=threads, isa=isa)
        about = f"{checkpoint.digest} {loaded.name} {loaded.device} {threads}"
        key = hashlib.sha256(about.encode()).hexdigest()[:16]
        vectors = TokenVectors.load(checkpoint, cache_dir=cache_dir, threads=threads)
        return cls(loaded, checkpoint, cache_dir / "cost" / f"{key}.json", vectors)

    @property
    def runtime_name(self) -> str:
        """The runtime in use."""
        return self.runtime.name

    def tokenize(self, text: str) -> Tokens:
        """Tokens of a passage, for `ReadablePassage`."""
        return self.tokenizer.encode(text)

    def ready(self, text: str, context: str = "") -> ReadablePassage:
        """Give a passage as a turn has it after ingestion: with tokens, and states where it can be read apart."""
        tokens = self.tokenize(text)
        states = self.apart.passages([(context, tokens.ids)])[0] if self.apart is not None else b""
        return ReadablePassage(text, tokens, context, states)

    def close(self) -> None:
        """Keep what was learned about costs and release the runtime."""
        for way in self._ways:
            way.save()
        self.runtime.close()
        if self.vectors is not None:
            self.vectors.close()

    def read(
        self,
        question: str,
        passages: Sequence[ReadablePassage],
        *,
        slot_ms: float | None = None,
        threshold: float | None = None,
        way: Literal["", "whole", "apart"] = "",
    ) -> Reading:
        """Read `passages` (best first) for the answer to `question`.

        `slot_ms`: read only what the measured costs say fits, the best passages first, and say so in `note`; None
        reads everything. `threshold`: the confidence (0..1) below which it abstains; default 0.5, the point
        calibrated on held-out questions. `way`: read passages that have states "apart", or all of them "whole"; by
        default whole, and apart where the slot is too short for that. Blocking; the GIL is released while the runtime
        computes.
        """
        with self._foreground:
            return self._read(question, passages, slot_ms, threshold, way)

    def prepare(self, question: str, *, within_ms: float = inf) -> None:
        """Do what can be done for a question before its passages are known, if it usually takes less than `within_ms`.

        That is its part where passages are read apart, as they lately were. `read` does what was not prepared.
        """
        if self.apart is not None and self._lately_apart and PREPARING * self.apart.asking_ms < within_ms:
            with self._foreground:
                self.apart.ask(self._question_tokens(question)[0])

    def _tokens_of_question(self, question: str) -> tuple[Ids, bool]:
        """Tokens of a question, and whether some more were cut."""
        ids = self.tokenizer.encode(question[: 64 * QUESTION_TOKENS]).ids
        most = min(QUESTION_TOKENS, self.whole.longest // 2)
        return ids[:most], len(ids) > most

    def _read(
        self,
        question: str,
        passages: Sequence[ReadablePassage],
        slot_ms: float | None,
        threshold: float | None,
        way: str,
    ) -> Reading:
        began = time.perf_counter()
        notes = []
        ids, is_cut = self._question_tokens(question)
        if is_cut:
            notes.append(f"read the first {len(ids)} words or word pieces of the question")
        found = _Found()
        if len(ids):
            is_apart = way == "apart"
            if way == "" and slot_ms is not None:
                is_apart = self._lately_apart = self._apart_pays(ids, passages, slot_ms)
            coming = (
                each
                for number in range(len(passages))
                for each in self._windows(ids, passages, number, is_apart=is_apart)
            )
            if slot_ms is None:
                self._read_all(ids, list(coming), passages, found)
            else:
                self._read_within(ids, coming, passages, found, began + slot_ms / 1000)
        lengths = [len(passage.tokens) for passage in passages]
        whole = sum(found.reached.get(number, 0) >= length for number, length in enumerate(lengths))
        if whole < len(passages):
            partly = sum(reached < lengths[number] for number, reached in found.reached.items())
            part = f" and part of {partly}" if partly else ""
            why = f"{max(0.0, slot_ms or 0.0):.1f} ms slot" if len(ids) else "the question has no words"
            notes.append(f"read {whole}{part} of {len(passages)} passages: {why}")
        if asks_for_things(question):
            found.spans = [each for each in found.spans if not is_duration(self._text(each, passages[each.passage]))]
        reading = self._reading(found, passages, whole, threshold, "; ".join(notes), began)
        if len(ids) and passages and not whole:
            reading = replace(reading, hardly_read=True)
        if found.way is not None and (ran := found.ran) is not None:
            decoding_ms = (time.perf_counter() - ran.ended) * 1000
            is_over = ran.spent_ms + decoding_ms > ran.bound_ms
            found.way.cost.observe_reading(len(ran.windows), decoding_ms, over=is_over)
        return reading

    def _reading(
        self,
        found: _Found,
        passages: Sequence[ReadablePassage],
        whole: int,
        threshold: float | None,
        note: str,
        began: float,
    ) -> Reading:
        best = spans.distinct(found.spans, SPANS)
        confidence = self._confidence(best[0].score) if best else 0.0
        total = sum(exp(each.score - best[0].score) for each in found.spans)
        shown = []
        for each in best:
            passage = passages[each.passage]
            start, end = verbatim(passage.text, passage.tokens.offsets, each.start, each.end)
            probability = confidence * exp(each.score - best[0].score) / total
            text = passage.text[start:end]
            shown.append(Span(each.passage, start, end, text, each.score, probability, each.yesno))
        return Reading(
            spans=tuple(shown),
            null_score=best[0].null if best else 0.0,
            confidence=confidence,
            abstained=not shown or confidence <= (0.5 if threshold is None else threshold),
            passages_read=whole,
            passages_given=len(passages),
            note=note,
            spent_ms=(time.perf_counter() - began) * 1000,
        )

    def _text(self, found: Candidate, passage: ReadablePassage) -> str:
        start, end = verbatim(passage.text, passage.tokens.offsets, found.start, found.end)
        return passage.text[start:end]

    def _confidence(self, score: float) -> float:
        above = (score - self.whole.calibration.null_threshold) / self.whole.calibration.temperature
        return 1 / (1 + exp(min(max(-above, -80.0), 80.0)))

    @property
    def _ways(self) -> list[Way]:
        return [self.whole, self.apart] if self.apart else [self.whole]

    def _way(self, window: Window) -> Way:
        return self.apart if self.apart is not None and window.states is not None else self.whole

    def _apart_pays(self, question: Ids, passages: Sequence[ReadablePassage], left: float) -> bool:
        """Whether whole reading would not get through the first passages in `left` ms."""
        if self.apart is None:
            return False
        for passage in passages[:ENOUGH_WHOLE]:
            tokens = len(question) + 3 + min(len(self._context(passage.context)), CONTEXT_TOKENS) + len(passage.tokens)
            bucket = self.whole.bucket(min(tokens, self.whole.longest))
            left -= self.whole.cost.typical(1, bucket) + self.whole.cost.decoding(1)
        return left < 0

    def _read_all(self, question: Ids, todo: list[Window], passages: Sequence[ReadablePassage], found: _Found) -> None:
        todo.sort(key=lambda each: (each.states is None, len(each.ids)))
        while todo:
            way = self._way(todo[0])
            bucket = way.bucket(len(todo[0].ids))
            fits = sum(len(each.ids) <= bucket for each in _alike(todo[: self.runtime.max_batch]))
            group = todo[: 1 << fits.bit_length() - 1]  # few batch sizes: each new shape costs a runtime time
            del todo[: len(group)]
            if way not in found.asked:
                found.asked[way] = way.ask(question)
            self._decode(way, question, way.run_timed(found.asked[way], group, bucket), passages, found)

    def _read_within(
        self,
        question: Ids,
        coming: Iterator[Window],
        passages: Sequence[ReadablePassage],
        found: _Found,
        deadline: float,
    ) -> None:
        """Read window after window, best passage first, while the bound of the next run fits before `deadline`.

        What time is left then goes to a part of the next window, and of those behind it. On a machine too slow for its
        slot, a part of the best passage is read all the same: a late answer is marked as over its budget, and better
        than none.
        """

        def shorten(wanted: Window, tokens: int) -> Window | None:
            room = tokens - len(question) - 3
            if not found.reached:  # nothing of any passage
                room = max(room, FEWEST_TOKENS)
            return self._cut(question, passages, wanted, room) if room >= FEWEST_TOKENS else None

        todo = list(islice(coming, 1))
        while todo:
            way = self._way(todo[0])
            if way not in found.asked:
                found.asked[way] = way.ask(question)
            left = (deadline - time.perf_counter()) * 1000
            todo += islice(coming, max(way.worth_laying_out(len(question)) - len(todo), 0))
            if plan := way.plan(_alike(todo), left):
                count, bucket = plan
                group = todo[:count]
                del todo[:count]
            else:
                cut = shorten(todo.pop(0), way.longest_within(left, len(question) + 2))
                if cut is None:
                    return
                group = [cut]
                bucket = way.affordable(1, len(cut.ids), cut.segment, left) or way.bucket(len(cut.ids))
            ran = way.run_within(found.asked[way], group, bucket, deadline, shorten)
            if ran is None:
                found.way = None  # what is left to do is no measure of what decoding takes
                return
            self._decode(way, question, ran, passages, found)
            if not todo and self._goes_on(len(question) + 2, (deadline - time.perf_counter()) * 1000):
                todo = list(islice(coming, 1))

    def _goes_on(self, segment: int, left: float) -> bool:
        """Whether any window behind a question could be begun in `left` ms: if not, none is laid out."""
        shortest = self.whole.bucket(segment + 2)
        return any(way.needed(1, shortest, shortest) <= left for way in self._ways)

    def _cut(self, question: Ids, passages: Sequence[ReadablePassage], wanted: Window, room: int) -> Window:
        """As much of a window as `room` tokens hold: the stretch likeliest to answer, behind less of the context."""
        tokens = passages[wanted.passage].tokens.ids
        context = wanted.ids[wanted.segment : wanted.begin][: max(room - wanted.count, room // CONTEXT_SHARE)]
        count = min(room - len(context), wanted.count)
        weights = word_weights(question, (each.tokens.ids for each in passages[:WEIGHED]))
        first = wanted.first + likely_stretch(weights, tokens[wanted.first : wanted.first + wanted.count], count)
        return window(question, context, tokens, wanted.passage, self.tokenizer, first, count, wanted.states)

    def _windows(
        self, question: Ids, passages: Sequence[ReadablePassage], number: int, *, is_apart: bool
    ) -> list[Window]:
        passage = passages[number]
        tokens, context = passage.tokens.ids, self._context(passage.context)
        if not len(tokens):
            return []
        if is_apart and self.apart is not None and passage.states:
            laid_out = self.apart.window(question, context, tokens, passage.states, number)
            if laid_out is not None:
                return [laid_out]
        return windows(question, context, tokens, number, self.tokenizer, self.whole.longest)

    def _decode(self, way: Way, question: Ids, ran: Ran, passages: Sequence[ReadablePassage], found: _Found) -> None:
        found.way, found.ran = way, ran
        for each, row in zip(ran.windows, ran.logits, strict=True):
            own = row[each.begin : each.begin + each.count]
            passage = passages[each.passage]
            yesno = spans.polarity(row[each.segment - 1]) if way.calibration.tells_yes_no else ""
            candidates = spans.candidates(
                own,
                each.passage,
                each.first,
                spans.null_score(row),
                Layout(passage.text, passage.tokens, self._empty),
                yesno,
            )
            kept = spans.without_repeats(candidates, passage.tokens.ids, question)
            found.spans += kept if way is self.whole else self._comparable(kept, way.calibration)
            reached = found.reached.setdefault(each.passage, 0)
            if each.first <= reached:
                found.reached[each.passage] = max(reached, each.first + each.count)

    def _comparable(self, found: list[Candidate], own: Calibration) -> list[Candidate]:
        """Put scores that were found in another way, which `own` calibrates, on the scale of whole reading."""
        known = self.whole.calibration
        factor = known.temperature / own.temperature
        return [
            Candidate(passage, start, end, (score - own.null_threshold) * factor + known.null_threshold, null, yesno)
            for passage, start, end, score, null, yesno in found
        ]

    @contextmanager
    def practising(self) -> Iterator[None]:
        """Take what is read meanwhile for no measure of how long a reading may last."""
        with ExitStack() as stack:
            for way in self._ways:
                stack.enter_context(way.cost.practising())
            yield

    def _warm_up(self) -> None:
        """Run what will be run: the runtime compiles it, memory is made ready, and what it costs is learned."""
        for way in self._ways:
            way.warm_up()
        passages = [self.ready(" ".join(WARM_WORDS))] * 2
        with self.practising():
            for _ in range(WARM_READINGS):
                self._read(WARM_WORDS[0], passages, WARM_MS, None, "whole")
                if self.apart is not None:
                    self._read(WARM_WORDS[0], passages, WARM_MS, None, "apart")
        for way in self._ways:
            way.save()


def _alike(todo: Sequence[Window]) -> list[Window]:
    """The next windows that are read in the same way."""
    first = todo[0].states is None
    return list(takewhile(lambda each: (each.states is None) == first, todo))
