"""Reading apart: what the lower layers make of a passage is made at ingestion, of a question once a turn.

In the lower layers the question and a passage do not see each other, so that what these give for a passage is the same
for every question; the upper layers see both (as PreTTR does: MacAvaney et al. 2020). In a turn a passage then costs
the upper layers alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.checkpoint import Checkpoint
from engines.errors import ReparteeError
from engines.reader.states import Floats, pack, unpack
from engines.reader.way import Logits, Ran, Shorten, Way
from engines.reader.windows import CONTEXT_TOKENS, Ids, Window, context_tokens, window
from engines.runtimes.runtime import SplitRuntime, load_runtime, runtimes
from engines.tokenize import Tokenizer

#: A passage with more tokens, its context and [SEP] counted, has no states and is read whole.
MOST_TOKENS = 256

#: What a question's part is run with at load, in tokens, and how often.
WARM_QUESTION, WARM_RUNS = 14, 4

#: Questions whose part is remembered: a turn's readings, and what was asked while the person still spoke.
REMEMBERED = 8

#: Layers of the last step of a run in a slot, before which it may be cut. A step more would cost 0.15 ms.
LAST_LAYERS = 1

#: Weight of the newest question in the moving average of what its part costs.
ASKING_STEP = 0.1


class Foreground:
    """Who reads because somebody waits for it, so that what is made ahead gives way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readings = 0

    def __enter__(self) -> None:
        with self._changed:
            self._readings += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._readings -= 1
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until nobody reads."""
        with self._changed:
            self._changed.wait_for(lambda: not self._readings)


class Apart(Way):
    """Makes the states of passages, and reads them. `digest`: of all that the states depend on."""

    runtime: SplitRuntime

    def __init__(
        self, runtime: SplitRuntime, checkpoint: Checkpoint, tokenizer: Tokenizer, cost_file: Path | None = None
    ) -> None:
        if checkpoint.apart is None:
            raise ReparteeError("These weights were not trained to be read apart; take some that were.")
        super().__init__(runtime, checkpoint.apart.calibration, cost_file)
        self._how, self._tokenizer = checkpoint.apart, tokenizer
        self._hidden, self._positions = checkpoint.config.hidden_size, checkpoint.config.max_positions
        begin, end = self._how.layers, checkpoint.config.layers
        cut = max(begin, end - LAST_LAYERS)
        self._steps = [(begin, cut), (cut, end)] if cut > begin else [(begin, end)]
        self._shares = [(last - first) / (end - begin) for first, last in self._steps]
        self.digest = f"{checkpoint.digest[:32]} apart {self._how.layers} {self._how.position}"
        self.foreground = Foreground()
        #: What a question's part takes here, ms: a moving average.
        self.asking_ms = 0.0
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._question_part)

    @classmethod
    def load(
        cls, checkpoint: Checkpoint, *, runtime: str, cache_dir: Path, threads: int | None = None, isa: str = ""
    ) -> Apart | None:
        """Load what makes states as a reader would (`Reader.load`); None where that reader would read whole alone."""
        if checkpoint.apart is None:
            return None
        best = next((each.name for each in runtimes() if each.available), "") if runtime == "auto" else runtime
        if isa or best == "cpu":
            loaded = load_runtime("cpu", checkpoint, cache_dir=cache_dir, threads=threads, isa=isa)
            return cls(loaded, checkpoint, Tokenizer(checkpoint.vocab, checkpoint.lower_case))  # type: ignore[arg-type]
        return None

    def passages(self, texts: Sequence[tuple[str, Ids]]) -> list[bytes]:
        """States of passages, each given by its context (title > headings) and its tokens; b"" for too long a one.

        One after the other, and none while somebody waits for an answer: a turn is held up by one at most.
        """
        made = []
        for context, tokens in texts:
            head = context_tokens(context, self._tokenizer)[:CONTEXT_TOKENS]
            row = np.concatenate([head, tokens, [self._tokenizer.sep]]).astype(np.int32)
            if len(row) > min(MOST_TOKENS, self._positions - self._how.position):
                made.append(b"")
                continue
            self.foreground.wait()
            made.append(pack(self._lower(row, 1, self._how.position)))
        return made

    def window(self, question: Ids, context: Ids, tokens: Ids, states: bytes, passage: int) -> Window | None:
        """Lay out a passage that has `states`; None if these are not its, or it is too long beside this question."""
        known = unpack(states, self._hidden, len(tokens))
        context = context[:CONTEXT_TOKENS]
        if known is None or known.context != len(context):
            return None
        if len(question) + len(context) + len(tokens) + 3 > self.longest:
            return None
        return window(question, context, tokens, passage, self._tokenizer, 0, len(tokens), known)

    def ask(self, question: Ids) -> Floats:
        """States of `[CLS] question [SEP]`: float32 [tokens, hidden]. What was asked just now is remembered."""
        return self._remembered(tuple(question.tolist()))

    def run(self, asked: Floats, group: Sequence[Window], bucket: int) -> Iterable[Logits]:
        """Run windows, all of which have states; see `Way`."""
        del bucket  # nothing is padded
        if len(group) == 1:
            rows, wanted = self._fill_in_order(asked, group[0]), _unanswering(group[0])
            lengths = np.array([len(rows)])
            return [_logits(group[0], self.runtime.upper(rows, lengths, self._how.layers, None, wanted))]
        lengths = np.array([len(each.ids) for each in group])
        rows = np.empty((lengths.sum(), self._hidden), np.float32)
        ends = np.cumsum(lengths)
        for end, each in zip(ends, group, strict=True):
            row = rows[end - len(each.ids) : end]
            row[: each.segment] = asked
            assert each.states is not None
            each.states.fill(row[each.segment :], each.begin - each.segment, each.first, each.count)
        return np.split(self.runtime.upper(rows, lengths, self._how.layers), ends[:-1])

    def run_within(
        self, asked: Floats, group: Sequence[Window], bucket: int, deadline: float, shorten: Shorten
    ) -> Ran | None:
        """Run windows, a single one in two steps; see `Way`."""
        if len(group) > 1:
            return super().run_within(asked, group, bucket, deadline, shorten)
        (window,) = group
        began = now = time.perf_counter()
        rows = self._fill_in_order(asked, window)
        usual, expected, bound = self.cost.typical(1, bucket), 0.0, 0.0
        shorter: Window | None = window
        for (first, last), share in zip(self._steps, self._shares, strict=True):
            if first > self._how.layers:
                now = time.perf_counter()
                left = (deadline - now) * 1000
                if self.affordable(1, len(window.ids), window.segment, left, share) is None:
                    shorter = shorten(window, self.longest_within(left, window.segment, share))
                    if shorter is None:
                        break
                    rows, window = rows[_places(window, shorter)], shorter
            tokens = self.bucket(len(window.ids))
            bound = self.cost.bound(1, tokens, share)
            expected += self.cost.typical(1, tokens) * share
            wanted = _unanswering(window) if last == self._steps[-1][1] else 0
            rows = self.runtime.upper(rows, np.array([len(rows)]), first, last, wanted)
        ended = time.perf_counter()
        self.cost.observe(1, bucket, (ended - began) * 1000 * usual / expected)
        if shorter is None:
            return None
        logits = [_logits(window, rows)]
        return Ran(windows=[window], logits=logits, ended=ended, spent_ms=(ended - now) * 1000, bound_ms=bound)

    def needed(self, rows: int, tokens: int, fewest: int, share: float = 1.0) -> float:
        """Give what `Way` says; of a single row with what may be cut off it on the way."""
        if rows > 1:
            return super().needed(rows, tokens, fewest, share)
        if share < 1 or len(self._steps) == 1:
            return self.cost.bound(1, tokens, share)
        return self.cost.bound_in_two(tokens, fewest, self._shares[1])

    def run_blank(self, tokens: int) -> None:
        """Run one window; see `Way`."""
        rows, lengths = np.zeros((tokens, self._hidden), np.float32), np.array([tokens])
        for step in self._steps:
            rows = self.runtime.upper(rows, lengths, *step)

    def warm_up(self) -> None:
        """Run what `Way` says, and a question's part."""
        super().warm_up()
        for _ in range(WARM_RUNS):
            self._question_part((self._tokenizer.sep,) * (min(WARM_QUESTION, self.longest) - 2))

    def close(self) -> None:
        """Release the runtime, where it is not the reader's."""
        self.runtime.close()

    def _fill_in_order(self, asked: Floats, window: Window) -> Floats:
        """States of a window in another order, float32 [tokens, hidden]: those that no logits are wanted of come first.

        So it is question, context, passage, [SEP], and then [CLS] and the question's [SEP]. Attention knows no order.
        """
        assert window.states is not None
        rows = np.empty((len(window.ids), self._hidden), np.float32)
        question = window.segment - 2
        rows[:question], rows[-2], rows[-1] = asked[1:-1], asked[0], asked[-1]
        window.states.fill(rows[question:-2], window.begin - window.segment, window.first, window.count)
        return rows

    def _question_part(self, question: tuple[int, ...]) -> Floats:
        row = np.array([self._tokenizer.cls, *question, self._tokenizer.sep], np.int32)
        began = time.perf_counter()
        states = self._lower(row, 0, 0)
        took = (time.perf_counter() - began) * 1000
        self.asking_ms += ASKING_STEP * (took - self.asking_ms) if self.asking_ms else took
        return states

    def _lower(self, row: Ids, segment: int, position: int) -> Floats:
        places = np.arange(position, position + len(row), dtype=np.int32)
        return self.runtime.lower(row, np.full(len(row), segment, np.int32), places, self._how.layers)


def _unanswering(window: Window) -> int:
    """How many tokens no answer is looked for at, and nothing else: those of the question's words and the context."""
    return window.begin - 2


def _places(window: Window, part: Window) -> NDArray[np.intp]:
    """Where the tokens of `part`, fewer of the context and the passage, lie in `window`, in the order they are run."""
    passage = _unanswering(window)
    first = passage + part.first - window.first
    end = passage + window.count
    return np.concatenate(
        [np.arange(_unanswering(part)), np.arange(first, first + part.count), np.arange(end, end + 3)]
    )


def _logits(window: Window, found: Logits) -> Logits:
    """Put logits that are wanted, in the order in which they are run, in the order of the window; 0 are the others."""
    logits = np.zeros((len(window.ids), 2), np.float32)
    logits[window.begin : -1], logits[0], logits[window.segment - 1] = found[:-3], found[-2], found[-1]
    return logits
