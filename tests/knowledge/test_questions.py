"""Questions beside documents: how they are read, and what counts as right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engines.errors import ReparteeError
from knowledge.questions import Asked, judge, places, read_folder

KETTLE = "Fill the kettle.\nPress the lever down.\nWait for the click."
FACT = Asked(question="How hot does it get?", kind="fact", answers=("94 degrees", "94"))
STEPS = Asked(
    question="How do I boil water?",
    kind="steps",
    answers=("Fill the kettle.\nPress the lever down.\nWait for the click.",),
    items=("Fill the kettle", "Press the lever down", "Wait for the click"),
)
NOTHING = Asked(question="Who made it?", kind="unanswerable")


def beside(folder: Path, name: str, *questions: dict[str, object], split: str = "train", document: str = "") -> Path:
    """Write NAME.md and its questions; give the path of the questions."""
    (folder / f"{name}.md").write_text(f"# {name}\n\n{KETTLE}\n", encoding="utf-8")
    about = {"document": document or f"{name}.md", "title": name, "split": split}
    path = folder / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in (about, *questions)), encoding="utf-8")
    return path


def test_documents_come_in_order_of_name_with_their_questions(tmp_path: Path) -> None:
    beside(tmp_path, "toaster", {"question": "How dark?", "kind": "fact", "answers": ["5"]}, split="test")
    beside(tmp_path, "kettle", {"question": "Is it loud?", "kind": "yesno", "answers": ["the click"], "yesno": "yes"})
    found = read_folder(tmp_path)
    assert [(each.path.name, each.split) for each in found] == [("kettle.md", "train"), ("toaster.md", "test")]
    assert found[0].asked == (Asked(question="Is it loud?", kind="yesno", answers=("the click",), yesno="yes"),)


def test_a_file_may_speak_of_several_documents(tmp_path: Path) -> None:
    for name, answer in (("toaster", "5"), ("kettle", "the click")):
        beside(tmp_path, name, {"question": f"The {name}?", "kind": "fact", "answers": [answer], "unnamed": name < "l"})
    files = [tmp_path / "toaster.jsonl", tmp_path / "kettle.jsonl"]
    (tmp_path / "all.jsonl").write_text("\n".join(file.read_text(encoding="utf-8") for file in files), encoding="utf-8")
    for file in files:
        file.unlink()
    assert [
        (each.path.name, [(one.question, one.unnamed) for one in each.asked]) for each in read_folder(tmp_path)
    ] == [
        ("kettle.md", [("The kettle?", True)]),
        ("toaster.md", [("The toaster?", False)]),
    ]
    (tmp_path / "all.jsonl").write_text('{"question": "Why?"}\n', encoding="utf-8")
    with pytest.raises(ReparteeError, match="cannot be read as questions"):
        read_folder(tmp_path)


def test_only_the_documents_of_a_split_are_given(tmp_path: Path) -> None:
    beside(tmp_path, "toaster", split="test")
    beside(tmp_path, "kettle")
    assert [each.path.name for each in read_folder(tmp_path, "test")] == ["toaster.md"]


@pytest.mark.parametrize(
    ("question", "document", "says"),
    [
        ({"kind": "fact", "answers": ["5"]}, "", "KeyError"),
        ({"question": "Why?", "kind": "riddle", "answers": ["5"]}, "", "'riddle' is no kind of question"),
        ({"question": "Why?", "kind": "why"}, "", "'Why?' is why and has 0 answers"),
        ({"question": "Why?", "kind": "unanswerable", "answers": ["5"]}, "", "is unanswerable and has 1 answers"),
        ({"question": "Why?", "kind": "why", "answers": ["5"]}, "lost.md", "speaks of lost.md, which is not beside it"),
    ],
)
def test_questions_that_are_not_as_they_should_be_are_refused(
    tmp_path: Path, question: dict[str, object], document: str, says: str
) -> None:
    beside(tmp_path, "kettle", question, document=document)
    with pytest.raises(ReparteeError, match=re.escape(says)):
        read_folder(tmp_path)


def test_a_line_that_is_no_json_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    beside(tmp_path, "kettle").write_text("{", encoding="utf-8")
    with pytest.raises(ReparteeError, match=r"kettle\.jsonl cannot be read as questions"):
        read_folder(tmp_path)


def test_a_folder_without_questions_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=re.escape("has no questions; a .jsonl beside each document")):
        read_folder(tmp_path)
    beside(tmp_path, "kettle")
    with pytest.raises(ReparteeError, match="has no questions of the split test"):
        read_folder(tmp_path, "test")
    with pytest.raises(ReparteeError, match="is no folder"):
        read_folder(tmp_path / "kettle.md")


def placed(asked: Asked, text: str) -> str | None:
    span = places(asked, text)
    return text[slice(*span)] if span else None


def test_an_answer_is_found_however_its_words_are_set_apart() -> None:
    assert placed(FACT, "It gets to 94\n  degrees in all.") == "94\n  degrees"
    assert placed(FACT, "It gets to 94 °C.") == "94"  # the second best, where the best one does not stand
    assert placed(FACT, "Order no. 1940 or 945") is None  # nor inside another number


def test_of_several_items_those_that_stand_there_are_taken_from_first_to_last() -> None:
    assert placed(STEPS, KETTLE) == "Fill the kettle.\nPress the lever down.\nWait for the click"
    assert (
        placed(STEPS, "1. press the lever down\n2. wait for the click") == "press the lever down\n2. wait for the click"
    )
    assert placed(STEPS, "Wait for the click, and then fill the kettle.") is None  # out of order, and no answer whole


@pytest.mark.parametrize(
    ("asked", "answer", "verdict"),
    [
        (FACT, "94 degrees", "right"),
        (FACT, "It gets to about 94 degrees when the lid is closed", "right"),  # holds the answer whole
        (FACT, f"94 {'and so on ' * 30}", "wrong"),  # but with too much around it
        (FACT, "degrees", "right"),  # half of the words: F1 of 0.67
        (FACT, "80 bar", "wrong"),
        (FACT, "49 degrees", "wrong"),  # half of the words too, and another number
        (FACT, None, "abstained"),
        (Asked(question="?", kind="fact", answers=("three cups of cold tap water",)), "cold", "cut"),
        (STEPS, "Fill the kettle. Press the lever down. Wait for the click.", "right"),
        (STEPS, "Fill the kettle. Press the lever down.", "cut"),  # two of three are fewer than seven in ten
        (STEPS, "Call a plumber.", "wrong"),
        (STEPS, None, "abstained"),
        (NOTHING, None, "right"),
        (NOTHING, "Anna", "answered though unanswerable"),
    ],
)
def test_what_an_answer_is_to_a_question(asked: Asked, answer: str | None, verdict: str) -> None:
    assert judge(asked, answer) == verdict


def test_all_items_are_the_answer_where_no_other_is_said(tmp_path):
    (tmp_path / "kettle.md").write_text("- Fill it.\n- Shut the lid.\n", encoding="utf-8")
    asked = {"question": "how do I use it", "kind": "steps", "items": ["Fill it.", "Shut the lid."]}
    rows = [{"document": "kettle.md", "split": "test"}, asked, {"question": "who made it"}]
    (tmp_path / "kettle.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ((steps, nothing),) = (each.asked for each in read_folder(tmp_path))
    assert places(steps, "- Fill it.\n- Shut the lid.\n") == (2, 26)
    assert [judge(steps, said) for said in ("Fill it. Shut the lid.", "Fill it.", "Toast bread")] == [
        "right",
        "cut",
        "wrong",
    ]
    assert (nothing.kind, nothing.answers) == ("unanswerable", ())
