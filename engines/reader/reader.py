"""The reader: a question and passages → answer spans, verbatim, with one score scale across all passages."""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from math import ceil, exp
from pathlib import Path

import numpy as np

from engines.checkpoint import Calibration, Checkpoint, default_checkpoint_path
from engines.reader import spans
from engines.reader.cost import CostModel
from engines.reader.late import TokenVectors
from engines.reader.layout import Layout
from engines.reader.spans import Candidate
from engines.reader.windows import (
    QUESTION_TOKENS,
    WINDOW_TOKENS,
    Batch,
    Ids,
    Window,
    likely_stretch,
    pad,
    window,
    windows,
    word_weights,
)
from engines.runtimes.runtime import Runtime, load_runtime
from engines.tokenize import Tokenizer, Tokens

#: Spans a reading lists at most.
SPANS = 5

#: In a slot, windows are run together only if that costs at most this share of running them one by one.
WORTH_BATCHING = 0.75

#: Tokens of a passage and its context worth reading; so many of the best one are read even if they do not fit.
FEWEST_TOKENS = 24

#: Of what is left in a slot, the title and headings take at most one part in so many when the passage is cut.
CONTEXT_SHARE = 4

#: Characters of a word that are taken along, at most, on each side of a span.
LONGEST_REST = 40

#: What a number at the end of a span is a number of, where that is a sign and no word.
_UNIT = re.compile(
    r" ?(?:%|°[CF]?|[kKMGT]i?B(?:/s|ps)?|[kMG]?Hz|[kmcµn]?[mgl]|[kM]?Wh?|m?Ah?|k?V|dB|km/h|rpm|"
    r"ms|min|h|s|°|€|£|\$)(?!\w)"
)

_LETTER = r"[^\W\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]"  # of a script with spaces between its words
_JOINT = re.compile(
    rf"(?<={_LETTER})(?={_LETTER}|[.@]{_LETTER})|(?<={_LETTER}[.@])(?={_LETTER})|(?<=\d)(?=[,:]\d)|(?<=\d[,:])(?=\d)"
)

#: Passages that the rarity of the question's words is counted in.
WEIGHED = 10

WARM_STEP = 32
#: Single rows up to this length, or this cost, run at load: a shape's first run inside a slot would break it.
WARM_TOKENS, WARM_MS = 192, 8.0
#: What is read at load, so often: the first question is read like any other.
WARM_WORDS, WARM_READINGS = ("A passage of a few words, as documents have them; this one answers nothing.",) * 4, 4


@dataclass(frozen=True)
class ReadablePassage:
    """A passage with its token ids from ingestion. `context` (title > heading) is read, never answered from."""

    text: str
    tokens: Tokens
    context: str = ""


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
    threshold. `note`: what was cut to fit the slot.
    """

    spans: tuple[Span, ...]
    null_score: float
    confidence: float
    abstained: bool
    passages_read: int
    passages_given: int
    note: str = ""
    spent_ms: float = 0.0


@dataclass
class _Found:
    """What the windows read so far hold."""

    spans: list[Candidate] = field(default_factory=list)
    #: Passage → tokens read from its beginning on without a gap.
    reached: dict[int, int] = field(default_factory=dict)
    #: Rows of the last run, when it ended, what it took, and what it and its decoding were to take at most.
    rows: int = 0
    ended: float = 0.0
    spent_ms: float = 0.0
    bound_ms: float = 0.0


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
        self.calibration = checkpoint.calibration or Calibration()
        self.fallback_note = runtime.note
        compiles = runtime.compiles
        self.cost = CostModel.load(cost_file, compiles=compiles) if cost_file else CostModel(compiles=compiles)
        self._cost_file = cost_file
        self._longest = max((each for each in runtime.buckets if each <= WINDOW_TOKENS), default=runtime.buckets[0])
        self._context = lru_cache(maxsize=4096)(self._context_tokens)
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

    def close(self) -> None:
        """Keep what was learned about costs and release the runtime."""
        if self._cost_file:
            self.cost.save(self._cost_file)
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
    ) -> Reading:
        """Read `passages` (best first) for the answer to `question`.

        `slot_ms`: read only what the measured costs say fits, the best passages first, and say so in `note`; None
        reads everything. `threshold`: the confidence (0..1) below which it abstains; default 0.5, the point
        calibrated on held-out questions. Blocking; the GIL is released while the runtime computes.
        """
        return self._read(question, passages, slot_ms, threshold)

    def _read(
        self,
        question: str,
        passages: Sequence[ReadablePassage],
        slot_ms: float | None = None,
        threshold: float | None = None,
    ) -> Reading:
        began = time.perf_counter()
        notes = []
        ids = self.tokenizer.encode(question[: 64 * QUESTION_TOKENS]).ids
        if len(ids) > (most := min(QUESTION_TOKENS, self._longest // 2)):
            ids = ids[:most]
            notes.append(f"read the first {most} words or word pieces of the question")
        found = _Found()
        if len(ids):
            if slot_ms is None:
                self._read_all(ids, passages, found)
            else:
                self._read_within(ids, passages, found, began + slot_ms / 1000)
        lengths = [len(passage.tokens) for passage in passages]
        whole = sum(found.reached.get(number, 0) >= length for number, length in enumerate(lengths))
        if whole < len(passages):
            partly = sum(reached < lengths[number] for number, reached in found.reached.items())
            part = f" and part of {partly}" if partly else ""
            why = f"{max(0.0, slot_ms or 0.0):.1f} ms slot" if len(ids) else "the question has no words"
            notes.append(f"read {whole}{part} of {len(passages)} passages: {why}")
        reading = self._reading(found, passages, whole, threshold, "; ".join(notes), began)
        if found.rows:
            decoding_ms = (time.perf_counter() - found.ended) * 1000
            self.cost.observe_reading(found.rows, decoding_ms, over=found.spent_ms + decoding_ms > found.bound_ms)
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
            start, end = verbatim(passage, each.start, each.end)
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

    def _confidence(self, score: float) -> float:
        above = (score - self.calibration.null_threshold) / self.calibration.temperature
        return 1 / (1 + exp(min(max(-above, -80.0), 80.0)))

    def _context_tokens(self, context: str) -> Ids:
        return self.tokenizer.encode(f"{context.replace(' > ', ', ')}:" if context else "").ids

    def _read_all(self, question: Ids, passages: Sequence[ReadablePassage], found: _Found) -> None:
        todo = [each for number in range(len(passages)) for each in self._windows(question, passages, number)]
        todo.sort(key=lambda each: len(each.ids))
        while todo:
            bucket = self._bucket(len(todo[0].ids))
            fits = sum(len(each.ids) <= bucket for each in todo[: self.runtime.max_batch])
            group = todo[: 1 << fits.bit_length() - 1]  # few batch sizes: each new shape costs a runtime time
            del todo[: len(group)]
            self._run(group, bucket, passages, found)

    def _read_within(self, question: Ids, passages: Sequence[ReadablePassage], found: _Found, deadline: float) -> None:
        """Read window after window, best passage first, while the bound of the next run fits before `deadline`.

        What time is left then goes to a part of the next window, and of those behind it. On a machine too slow for its
        slot, a part of the best passage is read all the same: a late answer is marked as over its budget, and better
        than none.
        """
        coming = (each for number in range(len(passages)) for each in self._windows(question, passages, number))
        todo: list[Window] = []
        while True:
            left = (deadline - time.perf_counter()) * 1000
            todo += islice(coming, max(self._worth_laying_out(len(question), left) - len(todo), 0))
            if not todo:
                return
            if plan := self._plan(todo, left):
                count, bucket = plan
                self._run(todo[:count], bucket, passages, found)
                del todo[:count]
                continue
            room = self._longest_within(left) - len(question) - 3
            if not found.reached:  # nothing of any passage
                room = max(room, FEWEST_TOKENS)
            if room < FEWEST_TOKENS:
                return
            cut = self._cut(question, passages, todo.pop(0), room)
            bucket = self._affordable(1, len(cut.ids), left) or self._bucket(len(cut.ids))
            self._run([cut], bucket, passages, found)

    def _worth_laying_out(self, question: int, left: float) -> int:
        """How many windows to have ready: on a processor, no more than could be run one by one in `left` ms."""
        shortest, most = self._bucket(min(question + FEWEST_TOKENS, self._longest)), self.runtime.max_batch
        alone = self.cost.typical(1, shortest)
        if self.cost.typical(most, shortest) < WORTH_BATCHING * alone * most:
            return most
        return max(1, min(ceil(max(left, 0.0) / alone), most))

    def _plan(self, todo: Sequence[Window], left: float) -> tuple[int, int] | None:
        """How many of the next windows to run at once, and at which bucket; None if not even one fits in `left` ms.

        One at a time keeps the clock in view; a batch is taken only where it is clearly cheaper, as on a GPU.
        """
        single = self._affordable(1, len(todo[0].ids), left)
        if single is None:
            return None
        alone = self.cost.bound(1, single)
        for power in range(len(todo).bit_length() - 1, 0, -1):
            count = 1 << power
            bucket = self._affordable(count, max(len(each.ids) for each in todo[:count]), left)
            if bucket is not None and self.cost.bound(count, bucket) < WORTH_BATCHING * alone * count:
                return count, bucket
        return 1, single

    def _affordable(self, batch: int, tokens: int, left: float) -> int | None:
        """The cheapest bucket for `tokens` if its bound fits in `left` (a longer one may be, if it was compiled)."""
        fitting = self.runtime.buckets[bisect_left(self.runtime.buckets, tokens) :]
        costs = {each: self.cost.bound(batch, each) for each in (fitting if self.runtime.compiles else fitting[:1])}
        best = min(costs, key=costs.__getitem__, default=None)
        return best if best is not None and costs[best] <= left else None

    def _longest_within(self, left: float) -> int:
        """The longest bucket whose bound fits in `left` ms; 0 if none does."""
        buckets = self.runtime.buckets
        if self.runtime.compiles:  # a longer one that was compiled may be cheaper than a shorter one that was not
            return max((each for each in buckets if self.cost.bound(1, each) <= left), default=0)
        fitting = bisect_right(buckets, left, key=lambda each: self.cost.bound(1, each))
        return buckets[fitting - 1] if fitting else 0

    def _cut(self, question: Ids, passages: Sequence[ReadablePassage], wanted: Window, room: int) -> Window:
        """As much of a window as `room` tokens hold: the stretch likeliest to answer, behind less of the context."""
        tokens = passages[wanted.passage].tokens.ids
        context = wanted.ids[wanted.segment : wanted.begin][: max(room - wanted.count, room // CONTEXT_SHARE)]
        count = min(room - len(context), wanted.count)
        weights = word_weights(question, (each.tokens.ids for each in passages[:WEIGHED]))
        first = wanted.first + likely_stretch(weights, tokens[wanted.first : wanted.first + wanted.count], count)
        return window(question, context, tokens, wanted.passage, self.tokenizer, first, count)

    def _windows(self, question: Ids, passages: Sequence[ReadablePassage], number: int) -> list[Window]:
        passage = passages[number]
        if not len(passage.tokens):
            return []
        context = self._context(passage.context)
        return windows(question, context, passage.tokens.ids, number, self.tokenizer, self._longest)

    def _run(self, group: Sequence[Window], bucket: int, passages: Sequence[ReadablePassage], found: _Found) -> None:
        found.rows, found.bound_ms = len(group), self.cost.bound(len(group), bucket)
        began = time.perf_counter()
        logits = self.runtime.run(*pad(group, bucket))
        found.ended = time.perf_counter()
        found.spent_ms = (found.ended - began) * 1000
        self.cost.observe(len(group), bucket, found.spent_ms)
        asked = group[0].ids[1 : group[0].segment - 1]
        for each, row in zip(group, logits, strict=True):
            own = row[each.begin : each.begin + each.count]
            passage = passages[each.passage]
            yesno = spans.polarity(row[each.segment - 1]) if self.calibration.tells_yes_no else ""
            candidates = spans.candidates(
                own, each.passage, each.first, spans.null_score(row), Layout(passage.text, passage.tokens), yesno
            )
            found.spans += spans.without_repeats(candidates, passage.tokens.ids, asked)
            reached = found.reached.setdefault(each.passage, 0)
            if each.first <= reached:
                found.reached[each.passage] = max(reached, each.first + each.count)

    def _bucket(self, tokens: int) -> int:
        return next(each for each in self.runtime.buckets if each >= tokens)

    def _warm_up(self) -> None:
        """Run the short shapes: the runtime compiles them, and the cost model learns what they cost.

        Of a runtime that does not compile some are enough: what lies between costs what lies between.
        """
        buckets = self.runtime.buckets
        if not self.runtime.compiles:
            buckets = tuple(each for each in buckets if each % WARM_STEP == 0 or each == buckets[0])
            self.runtime.run(*self._blank(buckets[0]))  # memory is made ready, for all shapes
        for bucket in buckets:
            if bucket <= WARM_TOKENS or self.cost.typical(1, bucket) <= WARM_MS:
                spent = []
                for _ in range(2 if self.cost.measured(1, bucket) else 4):
                    began = time.perf_counter()
                    self.runtime.run(*self._blank(bucket))
                    spent.append((time.perf_counter() - began) * 1000)
                if not self.runtime.compiles:
                    spent.sort()
                    spent.insert(0, spent.pop(len(spent) // 2))  # what is learned first counts most: no unlucky run
                for ms in spent:
                    self.cost.observe(1, bucket, ms)
        words = " ".join(WARM_WORDS)
        passages = [ReadablePassage(words, self.tokenize(words))] * 2
        for _ in range(WARM_READINGS):  # the rest of a reading is made ready as well, and its cost learned
            self._read(WARM_WORDS[0], passages, WARM_MS)
        if self._cost_file:
            self.cost.save(self._cost_file)

    def _blank(self, tokens: int) -> Batch:
        return pad([Window(np.full(tokens, self.tokenizer.sep, np.int32), tokens, tokens, 0, 0, 0)], tokens)


def verbatim(passage: ReadablePassage, first: int, last: int) -> tuple[int, int]:
    """Characters [start, end) of a passage's text that its tokens `first` to `last` stand for.

    The tokenizer drops accents and invisible signs that follow a letter; they belong to it and are taken along, and so
    is the rest of a word, a number or an address of which the tokens are a part.
    """
    text = passage.text
    start, end = int(passage.tokens.offsets[first, 0]), int(passage.tokens.offsets[last, 1])
    while end < len(text) and unicodedata.category(text[end]) in ("Mn", "Mc", "Me"):
        end += 1
    farthest = end + LONGEST_REST
    while end < min(len(text), farthest) and _goes_on(text, end):
        end += 1
    if end and text[end - 1].isdigit() and (unit := _UNIT.match(text, end)):
        end = unit.end()
    farthest = start - LONGEST_REST
    while start > max(0, farthest) and _goes_on(text, start):
        start -= 1
    return start, end


def _goes_on(text: str, at: int) -> bool:
    """Whether the characters on both sides of `at` are of one word: "Åker|blom", "10|.5", "me@home|.example"."""
    return _JOINT.match(text, at) is not None
