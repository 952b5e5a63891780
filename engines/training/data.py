"""Training examples as flat arrays: a question and a range of a passage's tokens, with the answer's place in it.

Kinds of example: the passage as written (`GOLD`), a stretch of about 60 words of it as the store would cut it
(`CHUNK`), a passage that BM25 brings up for the question (`RETRIEVED`), held-out rows (`HELD`) and rows for scoring
only (`DEV`). A retrieved passage that holds none of the answers answers nothing; whether another one does, and whether
the rest of the question's own passage does, is not known: the teachers label those.

A row may come from a document as a turn reads it (`knowledge.rows`): it then has a `heading` (title and headings) that
is read before the passage, a `weight` (how often an epoch takes it), `yesno` ("yes", "no", "none" for a question of
another kind, "" where it is not known), `group` (rows of one question share it), `held` (kept back) and `unnamed`
(other documents may answer it as well), and is one passage already. A row without a heading gets one that its document
might have (`titles`); teachers do not see it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.json_lines import read_objects
from engines.training.noise import SoundAlikes, as_recognised
from engines.training.titles import Titles

GOLD, CHUNK, RETRIEVED, HELD, DEV = range(5)
MAX_TOKENS = 384
MAX_QUESTION = 64
STRIDE = 128
UNKNOWN = -2  # no answer is known: a teacher's word is all there is
#: Tokens of the title and headings that are read at most; as in a turn (`engines.reader.windows`).
MAX_CONTEXT = 32
#: Titles made up for a passage that has none; each of its examples has one of them.
TITLES = 8
#: What a question is told at its [SEP]: nothing, yes or no; -1 where it is not known.
POLARITY = {"none": 0, "yes": 1, "no": 2, "": -1}

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
    context: Ints  # [examples], into context_starts: the title and headings before the passage; 0 is none
    polarity: Ints  # [examples], see POLARITY
    weight: Ints  # [examples], thousandths: how often an epoch takes it
    group: Ints  # [examples]; those of one question share a number
    made_up: Ints  # [examples], 1 where the row had no heading: what `context` says is a title of our own
    context_tokens: Ints
    context_starts: Ints  # [contexts + 1]

    def untitled(self) -> Examples:
        """The same examples without the titles that were made up."""
        return replace(self, context=np.where(self.made_up, 0, self.context).astype(np.int32))

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


@lru_cache(maxsize=65536)
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
        self.contexts: dict[str, int] = {"": 0}
        self.rows: list[tuple[int, ...]] = []

    def question(self, text: str) -> int:
        return self.questions.setdefault(text, len(self.questions))

    def passage(self, text: str) -> int:
        return self.passages.setdefault(text, len(self.passages))

    def context(self, heading: str) -> int:
        text = f"{heading.replace(' > ', ', ')}:" if heading else ""
        return self.contexts.setdefault(text, len(self.contexts))

    def tokens(self) -> None:
        self.context_ids = [ids[:MAX_CONTEXT] for ids, _ in self.encode(list(self.contexts))]
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
        context: int = 0,
        polarity: int = 0,
        weight: int = 1000,
        group: int = -1,
        made_up: bool = False,
    ) -> None:
        """One example a window; `answer` in the passage's tokens, None for none, (-1, -1) where it is not known."""
        room = MAX_TOKENS - 3 - max(len(self.question_ids[question]), len(self.question_ids[noisy]))
        room -= len(self.context_ids[context])
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
            about = (kind, row, context, polarity, weight, group if group >= 0 else row, made_up)
            self.rows.append((question, noisy, base + low, base + top, *where, *about))
            if top >= high:
                return
            low += STRIDE

    def finish(self) -> Examples:
        table = np.array(self.rows, np.int32)
        lengths = [len(ids) for ids in self.question_ids]
        before = [len(ids) for ids in self.context_ids]
        columns = [
            np.concatenate(self.question_ids).astype(np.int32),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32),
            np.concatenate(self.passage_ids).astype(np.int32),
            self.starts,
            *np.ascontiguousarray(table.T),
            np.concatenate(self.context_ids).astype(np.int32),
            np.concatenate([[0], np.cumsum(before)]).astype(np.int32),
        ]
        return Examples(*columns)


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
    untitled = list(dict.fromkeys(row["context"] for row in rows if "heading" not in row))
    kept_back = set(chance.sample(sorted(untitled), int(held * len(untitled))))
    sounds = _sound_alikes(row["question"] for row in rows)
    build = _Builder(encode)
    made_up = _in_processes(_Titling(Titles(untitled), seed), untitled)
    titled = {text: [*map(build.context, some)] for text, some in zip(untitled, made_up, strict=True)}
    plan = []
    everything = rows + dev_rows
    heard_as = _in_processes(_Hearing(sounds, seed), list(enumerate(row["question"] for row in everything)))
    for row, heard in zip(everything, heard_as, strict=True):
        numbers = (build.question(row["question"]), build.question(heard), build.passage(row["context"]))
        plan.append((*numbers, build.context(row.get("heading", ""))))
    build.tokens()
    groups: dict[str, int] = {}
    pool = {(row.get("heading", ""), row["context"]) for row in rows if not _is_held(row, kept_back)}
    wanted = [(row["question"], row["context"], negatives) for row in rows if _brings_up(row)]
    brought_up = iter(_in_processes(_Retriever(sorted(pool)), wanted))
    for number, (row, (question, noisy, passage, context)) in enumerate(zip(everything, plan, strict=True)):
        near = next(brought_up) if number < len(rows) and _brings_up(row) else []
        whole = (0, len(build.passage_ids[passage]))
        answer = None
        if row["is_impossible"] is None:
            answer = (-1, -1)
        elif not row["is_impossible"]:
            begin = row["answer_start"]
            answer = build.token_range(passage, begin, begin + len(row["answers"][0]))
        if number >= len(rows):
            build.add(question, noisy, passage, whole, answer, DEV, number - len(rows))
            continue
        polarity = POLARITY[row.get("yesno", "none")] if answer and answer[0] >= 0 else -1
        weight = round(1000 * row.get("weight", 1.0))
        group = len(rows) + groups.setdefault(row["group"], len(groups)) if "group" in row else number
        plain = "heading" not in row
        before = chance.choice(titled[row["context"]]) if plain else context
        kind = HELD if _is_held(row, kept_back) else GOLD
        build.add(question, noisy, passage, whole, answer, kind, number, before, polarity, weight, group, plain)
        if kind == HELD:
            continue
        chunks = [build.token_range(passage, *part) for part in sentence_chunks(row["context"])]
        if len(chunks) > 1 and plain:
            texts = titled[row["context"]]
            inside = [part for part in chunks if answer and part[0] <= answer[0] and answer[1] <= part[1]]
            outside = [part for part in chunks if part not in inside]
            for part in inside:
                before = chance.choice(texts)
                build.add(question, noisy, passage, part, answer, CHUNK, number, before, made_up=True)
            if outside:
                # the answer may be given again elsewhere in the passage: only the teachers can tell
                part, before = chance.choice(outside), chance.choice(texts)
                build.add(question, noisy, passage, part, (-1, -1), CHUNK, number, before, made_up=True)
        for heading, other in near:
            found = build.passages[other]
            parts = [build.token_range(found, *part) for part in sentence_chunks(other)]
            part = chance.choice([(0, len(build.passage_ids[found])), *parts])
            known = answer is not None and not row.get("unnamed")
            known = known and not any(text.lower() in other.lower() for text in row["answers"])
            none = None if known else (-1, -1)
            bare = other in titled and not heading
            before = chance.choice(titled[other]) if bare else build.context(heading)
            build.add(question, noisy, found, part, none, RETRIEVED, number, before, -1, weight, group, bare)
    return build.finish()


def _brings_up(row: dict[str, Any]) -> bool:
    """Of a row of one passage that does not answer, others were chosen when it was made."""
    return "heading" not in row or bool(row["answers"])


class _Hearing:
    """Questions as a recogniser would write them."""

    def __init__(self, sounds: SoundAlikes, seed: int) -> None:
        self._sounds, self._seed = sounds, seed

    def __call__(self, numbered: tuple[int, str]) -> str:
        number, question = numbered
        return as_recognised(question, self._sounds, random.Random(self._seed * 10_000_019 + number))  # noqa: S311


class _Titling:
    """Titles that the document of a passage might have."""

    def __init__(self, titles: Titles, seed: int) -> None:
        self._titles, self._seed = titles, seed

    def __call__(self, passage: str) -> list[str]:
        chance = random.Random(f"{self._seed} {passage}")  # noqa: S311
        return [self._titles(passage, chance) for _ in range(TITLES)]


_at_work: Any = None


def _work(item: Any) -> Any:
    return _at_work(item)


def _in_processes(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """`work` on every item, in as many processes as there are cores; they inherit `work` as it is."""
    global _at_work
    import multiprocessing

    _at_work = work
    with multiprocessing.get_context("fork").Pool() as processes:
        return processes.map(_work, items, chunksize=500)


def _is_held(row: dict[str, Any], kept_back: set[str]) -> bool:
    return bool(row["held"]) if "held" in row else row["context"] in kept_back


def _sound_alikes(questions: Any) -> SoundAlikes:
    import pocketsphinx

    frequency = Counter(word for question in questions for word in re.findall(r"[a-z']+", question.lower()))
    lines = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text(encoding="utf-8").splitlines()
    entries = (line.split() for line in lines)
    return SoundAlikes(((re.sub(r"\(\d+\)$", "", word), tuple(sounds)) for word, *sounds in entries), dict(frequency))


class _Retriever:
    """BM25 over the training passages (heading, text), in memory."""

    def __init__(self, passages: list[tuple[str, str]]) -> None:
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
        for number, (heading, text) in enumerate(passages):
            writer.add_document(tantivy.Document(text=[heading, text], number=[number]))
        writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def __call__(self, asked: tuple[str, str, int]) -> list[tuple[str, str]]:
        question, own, count = asked
        words = " ".join(re.findall(r"\w+", question.lower()))
        if not words:
            return []
        query = self._index.parse_query(words, ["text"])
        hits = self._searcher.search(query, limit=count + 5).hits
        found = [self._passages[self._searcher.doc(address)["number"][0]] for _, address in hits]
        return [each for each in found if own not in each[1] and each[1] not in own][:count]
