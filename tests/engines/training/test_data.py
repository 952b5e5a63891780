import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from engines.training import data

PASSAGES = [
    "The mill on the river was built in 1702 by the baker Anna Holt. "
    + "It ground wheat for the villages around. " * 14
    + "In 1911 the wheel was taken out and sold to a farmer.",
    "A second mill stood on the hill. It was driven by the wind and burnt down in a storm.",
    "Bees keep the hive at thirty five degrees. They shiver to warm it and carry water to cool it.",
]


def encode(texts):
    """Words as tokens: enough to check positions."""
    out = []
    for text in texts:
        spans, at = [], 0
        for word in text.split():
            at = text.index(word, at)
            spans.append((at, at + len(word)))
            at += len(word)
        ids = [1000 + sum(map(ord, text[begin:end])) % 20000 for begin, end in spans]
        out.append((np.array(ids, np.int32), np.array(spans, np.int32).reshape(-1, 2)))
    return out


def rows_of_passages() -> list[dict]:
    rows = [
        {"question": "Who built the mill on the river?", "context": PASSAGES[0], "answers": ["Anna Holt"]},
        {"question": "To whom was the wheel sold?", "context": PASSAGES[0], "answers": ["a farmer"]},
        {"question": "How did the second mill end?", "context": PASSAGES[1], "answers": ["burnt down"]},
        {"question": "Who painted the hive?", "context": PASSAGES[2], "answers": []},
    ]
    for row in rows:
        row["is_impossible"] = not row["answers"]
        row["answer_start"] = row["context"].index(row["answers"][0]) if row["answers"] else -1
    return rows


def prepared(rows: list[dict], path: Path) -> data.Examples:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return data.prepare([path], path, encode, held=0.0)


@pytest.fixture
def examples(tmp_path: Path) -> data.Examples:
    return prepared(rows_of_passages(), tmp_path / "rows.jsonl")


def answer_tokens(examples: data.Examples, number: int) -> list[int]:
    low = examples.low[number]
    return examples.passage_tokens[low + examples.start[number] : low + examples.end[number] + 1].tolist()


def test_every_known_answer_points_at_its_words(examples: data.Examples) -> None:
    wanted = {0: "Anna Holt.", 1: "a farmer.", 2: "burnt down"}
    seen = set()
    for number in np.flatnonzero(examples.start >= 0):
        row = int(examples.row[number])
        assert answer_tokens(examples, number) == encode([wanted[row]])[0][0].tolist()
        seen.add((row, int(examples.kind[number])))
    assert {(0, data.GOLD), (0, data.CHUNK), (1, data.CHUNK), (2, data.GOLD), (0, data.DEV)} <= seen


def test_a_question_without_an_answer_points_nowhere(examples: data.Examples) -> None:
    mine = (examples.row == 3) & (examples.kind == data.GOLD)
    assert examples.start[mine].tolist() == [-1]


def test_a_retrieved_passage_without_the_answer_is_a_negative(examples: data.Examples) -> None:
    mine = (examples.row == 2) & (examples.kind == data.RETRIEVED)
    assert mine.any()
    assert (examples.start[mine] == -1).all()


def test_retrieved_passages_of_a_question_that_names_nothing_are_left_to_the_teachers(tmp_path: Path) -> None:
    rows = rows_of_passages()
    rows[2]["unnamed"] = True
    examples = prepared(rows, tmp_path / "rows.jsonl")
    mine = (examples.row == 2) & (examples.kind == data.RETRIEVED)
    assert mine.any()
    assert (examples.start[mine] == data.UNKNOWN).all()


def test_retrieved_passages_of_an_unanswerable_question_are_left_to_the_teachers(examples: data.Examples) -> None:
    mine = (examples.row == 3) & (examples.kind == data.RETRIEVED)
    assert (examples.start[mine] == data.UNKNOWN).all()


def test_chunks_are_whole_sentences_that_cover_the_text() -> None:
    parts = data.sentence_chunks(PASSAGES[0], words=60)
    assert len(parts) >= 2
    assert parts[0][0] == 0
    assert parts[-1][1] == len(PASSAGES[0])
    assert all(one[1] == two[0] for one, two in itertools.pairwise(parts))
    assert all(PASSAGES[0][begin:end].rstrip().endswith(".") for begin, end in parts)


def test_examples_survive_a_round_trip_through_a_file(examples: data.Examples, tmp_path: Path) -> None:
    examples.save(tmp_path / "examples.npz")
    again = data.Examples.load(tmp_path / "examples.npz")
    assert all((getattr(again, name) == value).all() for name, value in vars(examples).items())


@pytest.fixture
def titled(tmp_path: Path) -> data.Examples:
    """Rows of three mills without headings, and one of a document with its own."""
    rows = [
        {
            "question": f"Who built mill {number}?",
            "context": f"Overton Mill {number} was built by Anna. {PASSAGES[number]}",
        }
        for number in range(3)
    ]
    own = {"question": "Who feeds the bees?", "context": PASSAGES[2], "heading": "Bees > Food", "held": False}
    for row in [*rows, own]:
        row |= {"answers": [], "answer_start": -1, "is_impossible": True}
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows * 8, own]), encoding="utf-8")
    return data.prepare([path], None, encode, held=0.0)


def context(examples: data.Examples, number: int) -> list[int]:
    begin, end = examples.context_starts[examples.context[number] :][:2]
    return examples.context_tokens[begin:end].tolist()


def test_a_row_without_headings_is_read_under_titles_of_its_kind(titled: data.Examples) -> None:
    plain = np.flatnonzero((titled.made_up == 1) & (titled.kind == data.GOLD))
    assert len(plain) == 24
    assert len({tuple(context(titled, number)) for number in plain}) > 3
    (own,) = np.flatnonzero((titled.kind == data.GOLD) & (titled.made_up == 0))
    assert context(titled, own) == encode(["Bees, Food:"])[0][0].tolist()


def test_teachers_do_not_see_titles_that_were_made_up(titled: data.Examples) -> None:
    bare = titled.untitled()
    assert not any(context(bare, number) for number in np.flatnonzero(titled.made_up))
    kept = np.flatnonzero(titled.made_up == 0)
    assert len(kept)
    assert [context(bare, number) for number in kept] == [context(titled, number) for number in kept]
    assert any(context(titled, number) for number in np.flatnonzero(titled.made_up))  # of which nothing is lost
