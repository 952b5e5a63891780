"""Questions beside documents: how they are read, and what counts as right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engines.errors import ReparteeError
from knowledge.questions import Asked, judge, places, read_folder

SOAK = Asked(question="What do I need?", kind="list", answers=("oats\n- figs\n- rye",), items=("oats", "figs", "rye"))


def write(folder: Path, *rows: dict[str, object], split: str = "test") -> None:
    (folder / "oven.md").write_text("# Oven\n\nBake it for 40 minutes.\n")
    about = {"document": "oven.md", "title": "Oven", "split": split}
    (folder / "oven.jsonl").write_text("\n".join(map(json.dumps, [about, *rows])))


def test_questions_are_read_with_their_document_and_its_split(tmp_path: Path) -> None:
    write(tmp_path, {"question": "How long?", "kind": "fact", "answers": ["40 minutes"]})
    (document,) = read_folder(tmp_path, "test")
    assert document.path == tmp_path / "oven.md"
    assert document.asked == (Asked(question="How long?", kind="fact", answers=("40 minutes",)),)
    with pytest.raises(ReparteeError, match="no questions of the split train"):
        read_folder(tmp_path, "train")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"question": "How long?", "kind": "riddle", "answers": ["x"]}, "no kind of question"),
        ({"question": "How long?", "kind": "fact", "answers": []}, "has 0 answers"),
        ({"question": "How long?", "kind": "unanswerable", "answers": ["x"]}, "has 1 answers"),
        ({"kind": "fact"}, "cannot be read as questions"),
    ],
)
def test_a_question_that_makes_no_sense_is_named(tmp_path: Path, row: dict[str, object], problem: str) -> None:
    write(tmp_path, row)
    with pytest.raises(ReparteeError, match=problem):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("40 minutes", "right"),
        ("for 40 minutes", "right"),
        ("Bake the loaf on the middle shelf for 40 minutes, then turn the oven off and wait", "right"),
        ("40", "right"),
        ("minutes of rest", "wrong"),
        (None, "abstained"),
    ],
)
def test_an_answer_is_judged_by_its_words(answer: str | None, verdict: str) -> None:
    asked = Asked(question="How long?", kind="fact", answers=("40 minutes", "Bake it for 40 minutes."))
    assert judge(asked, answer) == verdict


def test_a_list_is_right_when_most_of_its_items_are_said() -> None:
    assert judge(SOAK, "oats\n- figs\n- rye") == "right"
    assert judge(SOAK, "oats") == "cut"
    assert judge(SOAK, "a bowl") == "wrong"


def test_what_has_no_answer_is_right_only_when_none_is_given() -> None:
    asked = Asked(question="How heavy is it?", kind="unanswerable")
    assert judge(asked, None) == "right"
    assert judge(asked, "40 minutes") == "answered though unanswerable"


def test_an_answer_is_found_however_its_words_are_set_apart() -> None:
    asked = Asked(question="How long?", kind="fact", answers=("40 minutes",))
    assert places(asked, "Bake 140 minutes, no: 40\nminutes.") == (22, 32)
    assert places(SOAK, "1. oats\n2. figs\n3. rye") == (3, 22)
    assert places(SOAK, "nothing of it") is None
