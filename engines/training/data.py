"""Training examples as flat arrays: a question and a range of a passage's tokens, with the answer's place in it.

Kinds of example: the passage as written (`GOLD`), a stretch of about 60 words of it as the store would cut it
(`CHUNK`), a passage that BM25 brings up for the question (`RETRIEVED`), held-out rows (`HELD`) and rows for scoring
only (`DEV`). A retrieved passage that holds none of the answers answers nothing; whether another one does, and whether
the rest of the question's own passage does, is not known: the teachers label those.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.json_lines import read_objects
from engines.training.noise import SoundAlikes, as_recognised

GOLD, CHUNK, RETRIEVED, HELD, DEV = range(5)
MAX_TOKENS = 384
MAX_QUESTION = 64
STRIDE = 128
UNKNOWN = -2  # no answer is known: a teacher's word is all there is

Ints = NDArray[np.int32]


@dataclass
class Examples:
    """Flat token arrays and one row an example. Positions count tokens; ranges are half open."""

    question_tokens: Ints
    question_starts: Ints  # [questions + 1]
    passage_tokens: Ints
    passage_starts: Ints  # [passages + 1]
    question: Ints  # [examples]
    noisy: Ints  # [examples], the same question as a recogniser would write it
    low: Ints  # [examples], into passage_tokens
    high: Ints
    start: Ints  # [examples], relative to `low`; -1: unanswerable, UNKNOWN: not known
    end: Ints  # [examples], last token of the answer
    kind: Ints
    row: Ints  # [examples], line of the source file, for scoring

    def save(self, path: Path) -> None:
        """Write everything to one `.npz`."""
        np.savez_compressed(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Examples:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})


def read_rows(path: Path) -> list[dict[str, Any]]:
    """One JSON object a line: `question`, `context`, `answers`, `answer_start`, `is_impossible`."""
    return [row for _, row in read_objects(path)]


def sentence_chunks(text: str, words: int = 60) -> list[tuple[int, int]]:
    """Character ranges of runs of whole sentences of about `words` words.

    A rule of its own and not knowledge/sentences.py: the engines know nothing of a store, and the examples that trained
    the bundled weights stay what they were when documents are cut in another way.
    """
    ends = [match.end() for match in re.finditer(r"[.!?][\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])", text)] + [len(text)]
    ranges, begin, last = [], 0, 0
    for end in ends:
        if last > begin and len(text[begin:end].split()) > words:
            ranges.append((begin, last))
            begin = last
        last = end
    return [*ranges, (begin, len(text))]


class _Builder:
    def __init__(self, encode: Callable[[Sequence[str]], list[tuple[Ints, Ints]]]) -> None:
        self.encode = encode
        self.questions: dict[str, int] = {}
        self.passages: dict[str, int] = {}
        self.rows: list[tuple[int, ...]] = []

    def question(self, text: str) -> int:
        return self.questions.setdefault(text, len(self.questions))

    def passage(self, text: str) -> int:
        return self.passages.setdefault(text, len(self.passages))

    def tokens(self) -> None:
        self.question_ids = [ids[:MAX_QUESTION] for ids, _ in self.encode(list(self.questions))]
        encoded = self.encode(list(self.passages))
        self.passage_ids = [ids for ids, _ in encoded]
        self.passage_offsets = [offsets for _, offsets in encoded]
        self.starts = np.concatenate([[0], np.cumsum([len(ids) for ids in self.passage_ids])]).astype(np.int32)

    def token_range(self, passage: int, begin: int, end: int) -> tuple[int, int]:
        """Characters [begin, end) as tokens [first, last + 1)."""
        offsets = self.passage_offsets[passage]
        first = int(np.searchsorted(offsets[:, 1], begin, side="right"))
        last = int(np.searchsorted(offsets[:, 0], end, side="left"))
        return first, max(last, first + 1)

    def add(
        self,
        question: int,
        noisy: int,
        passage: int,
        part: tuple[int, int],
        answer: tuple[int, int] | None,
        kind: int,
        row: int,
    ) -> None:
        """One example a window; `answer` in the passage's tokens, None for none, (-1, -1) where it is not known."""
        room = MAX_TOKENS - 3 - max(len(self.question_ids[question]), len(self.question_ids[noisy]))
        low, high = part
        base = int(self.starts[passage])
        while True:
            top = min(low + room, high)
            if answer == (-1, -1):
                where = (UNKNOWN, UNKNOWN)
            elif answer is None or answer[0] < low or answer[1] > top:
                where = (-1, -1)
            else:
                where = (answer[0] - low, answer[1] - 1 - low)
            self.rows.append((question, noisy, base + low, base + top, *where, kind, row))
            if top >= high:
                return
            low += STRIDE

    def finish(self) -> Examples:
        table = np.array(self.rows, np.int32)
        lengths = [len(ids) for ids in self.question_ids]
        return Examples(
            np.concatenate(self.question_ids).astype(np.int32),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
            np.concatenate(self.passage_ids).astype(np.int32),
            self.starts,
            *(np.ascontiguousarray(table[:, column]) for column in range(8)),
        )


def prepare(
    files: Sequence[Path],
    dev: Path | None,
    encode: Callable[[Sequence[str]], list[tuple[Ints, Ints]]],
    *,
    held: float = 0.03,
    negatives: int = 2,
    seed: int = 1,
    limit: int | None = None,
) -> Examples:
    """All examples of the training files (and the rows of `dev`, kind DEV, for scoring only).

    `held` of the passages go to HELD and are never trained on; `negatives` passages a question come from BM25.
    """
    chance = random.Random(seed)  # noqa: S311
    rows = [row for path in files for row in read_rows(path)[:limit]]
    dev_rows = read_rows(dev)[:limit] if dev else []
    passages = sorted({row["context"] for row in rows})
    kept_back = set(chance.sample(passages, int(held * len(passages))))
    sounds = _sound_alikes(row["question"] for row in rows)
    build = _Builder(encode)
    plan = []
    for row in rows + dev_rows:
        heard = as_recognised(row["question"], sounds, chance)
        plan.append((build.question(row["question"]), build.question(heard), build.passage(row["context"])))
    build.tokens()
    retrieve = _Retriever([text for text in passages if text not in kept_back])
    for number, (row, (question, noisy, passage)) in enumerate(zip(rows + dev_rows, plan, strict=True)):
        whole = (0, len(build.passage_ids[passage]))
        answer = None
        if not row["is_impossible"]:
            begin = row["answer_start"]
            answer = build.token_range(passage, begin, begin + len(row["answers"][0]))
        if number >= len(rows):
            build.add(question, noisy, passage, whole, answer, DEV, number - len(rows))
            continue
        if row["context"] in kept_back:
            build.add(question, noisy, passage, whole, answer, HELD, number)
            continue
        build.add(question, noisy, passage, whole, answer, GOLD, number)
        chunks = [build.token_range(passage, *part) for part in sentence_chunks(row["context"])]
        if len(chunks) > 1:
            inside = [part for part in chunks if answer and part[0] <= answer[0] and answer[1] <= part[1]]
            outside = [part for part in chunks if part not in inside]
            for part in inside:
                build.add(question, noisy, passage, part, answer, CHUNK, number)
            if outside:
                # the answer may be given again elsewhere in the passage: only the teachers can tell
                build.add(question, noisy, passage, chance.choice(outside), (-1, -1), CHUNK, number)
        for other in retrieve(row["question"], row["context"], negatives):
            found = build.passages[other]
            parts = [build.token_range(found, *part) for part in sentence_chunks(other)]
            part = chance.choice([(0, len(build.passage_ids[found])), *parts])
            known = answer is not None and not any(text.lower() in other.lower() for text in row["answers"])
            build.add(question, noisy, found, part, None if known else (-1, -1), RETRIEVED, number)
    return build.finish()


def _sound_alikes(questions: Any) -> SoundAlikes:
    import pocketsphinx

    frequency = Counter(word for question in questions for word in re.findall(r"[a-z']+", question.lower()))
    lines = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    entries = (line.split() for line in lines)
    return SoundAlikes(((re.sub(r"\(\d+\)$", "", word), tuple(sounds)) for word, *sounds in entries), dict(frequency))


class _Retriever:
    """BM25 over the training passages, in memory."""

    def __init__(self, passages: list[str]) -> None:
        import tantivy

        schema = (
            tantivy.SchemaBuilder()
            .add_text_field("text", stored=False, tokenizer_name="en_stem")
            .add_integer_field("number", stored=True)
            .build()
        )
        self._passages = passages
        self._index = tantivy.Index(schema)
        writer = self._index.writer(heap_size=100_000_000)
        for number, text in enumerate(passages):
            writer.add_document(tantivy.Document(text=[text], number=[number]))
        writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def __call__(self, question: str, own: str, count: int) -> list[str]:
        words = " ".join(re.findall(r"\w+", question.lower()))
        if not words:
            return []
        query = self._index.parse_query(words, ["text"])
        hits = self._searcher.search(query, limit=count + 1).hits
        found = [self._passages[self._searcher.doc(address)["number"][0]] for _, address in hits]
        return [text for text in found if text != own][:count]
