"""Rows of one question and one passage, from pages and from documents."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from knowledge import rows

PAGE = """Kettle K17
The kettle holds 1.7 litres. It switches itself off.

How do I descale it?
- Fill it with water and two spoons of citric acid.
- Boil it once.

Let it stand for an hour, then rinse it."""
ANSWER = "- Fill it with water and two spoons of citric acid.\n- Boil it once."


def page_row(**other: Any) -> dict[str, Any]:
    row = {
        "question": "How is it descaled?",
        "context": PAGE,
        "answers": [ANSWER],
        "answer_start": PAGE.index(ANSWER),
        "is_impossible": False,
        "title": "K17 manual",
        "kind": "howto",
        "source": "manuals",
    }
    return row | other


def of_pages(tmp_path: Path, *pages: dict[str, Any], seed: int = 1) -> list[dict[str, Any]]:
    path = tmp_path / "manuals.jsonl"
    path.write_text("\n".join(map(json.dumps, pages)), encoding="utf-8")
    return list(rows.of_pages(path, random.Random(seed)))


def test_a_short_first_line_is_a_heading_and_a_sentence_or_an_item_is_none() -> None:
    found = [(heading, [PAGE[begin:end] for begin, end in lines]) for heading, lines in rows.sections(PAGE)]
    assert found == [
        ("Kettle K17", ["The kettle holds 1.7 litres. It switches itself off."]),
        ("How do I descale it?", ANSWER.split("\n")),
        ("", ["Let it stand for an hour, then rinse it."]),
    ]
    assert [heading for heading, _ in rows.sections("- Salt\n- Pepper\n\nAll is done.\nReally.")] == ["", ""]


def test_a_page_gives_itself_the_passage_that_answers_and_others_of_it(tmp_path: Path) -> None:
    whole, right, *others = of_pages(tmp_path, page_row())
    assert (whole["context"], whole["answers"]) == (PAGE, [ANSWER])
    assert right["heading"] == "K17 manual > How do I descale it?"
    assert (right["context"], right["answers"], right["answer_start"]) == (ANSWER, [ANSWER], 0)
    assert {each["context"] for each in others} == {
        "The kettle holds 1.7 litres. It switches itself off.",
        "Let it stand for an hour, then rinse it.",
    }
    assert all(each["is_impossible"] is None and not each["answers"] for each in others)  # only a teacher can tell
    assert len({each["group"] for each in (whole, right, *others)}) == 1


def test_of_a_question_without_an_answer_no_passage_answers(tmp_path: Path) -> None:
    nothing = page_row(answers=[], answer_start=-1, is_impossible=True, kind="unanswerable")
    assert [each["is_impossible"] for each in of_pages(tmp_path, nothing)] == [True, True, True]


def test_an_answer_points_at_its_words_in_every_row(tmp_path: Path) -> None:
    inside = "two spoons of citric acid"
    found = of_pages(tmp_path, page_row(answers=[inside], answer_start=PAGE.index(inside)))
    answering = [each for each in found if each["answers"]]
    assert len(answering) == 2
    for row in answering:
        assert row["context"][row["answer_start"] :].startswith(inside)


def test_yes_and_no_are_told_where_the_source_tells_them(tmp_path: Path) -> None:
    def told(**other: str) -> str:
        yesno: str = of_pages(tmp_path, page_row(**other))[0]["yesno"]
        return yesno

    assert told(kind="yesno", yesno="no") == "no"
    assert told(kind="yesno") == ""  # not known
    assert told(kind="fact") == "none"


def test_the_rows_of_a_page_are_kept_back_together_and_a_large_source_is_taken_less_often(tmp_path: Path) -> None:
    pages = [page_row(title=f"Manual {number // 2}", source="MedQuAD") for number in range(400)]
    found = of_pages(tmp_path, *pages)
    by_title: dict[str, set[bool]] = {}
    for row in found:
        if row["heading"]:
            by_title.setdefault(row["heading"].partition(" > ")[0], set()).add(row["held"])
    named = {title: held for title, held in by_title.items() if title.startswith("Manual")}
    assert len(named) > 190
    assert all(len(held) == 1 for held in named.values())
    assert 0.01 < sum(row["held"] for row in found) / len(found) < 0.1
    assert {row["weight"] for row in found} == {1.0}
    many = of_pages(tmp_path, *(page_row(source="other") for _ in range(1200)))
    assert {row["weight"] for row in many} == {rows.MOST_OF_ONE / 1200}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    kettle = "# Kettle\n\n## Filling\n\nThe kettle holds 1.7 litres of water.\n\n## Cord\n\nThe cord is 75 cm long.\n"
    toaster = "# Toaster\n\n## Slots\n\nThe toaster has two slots for bread.\n\n## Cord\n\nIts cord is 90 cm long.\n"
    for name, text, split, asked in (
        ("kettle", kettle, "train", [("How much water does the kettle hold?", "fact", ["1.7 litres"])]),
        ("toaster", toaster, "test", [("How long is the cord of the toaster?", "fact", ["90 cm"])]),
        ("pot", "# Pot\n\nA pot.\n", "train", [("Is the kettle made of steel?", "unanswerable", [])]),
    ):
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
        lines = [{"document": f"{name}.md", "title": name, "split": split}]
        lines += [{"question": question, "kind": kind, "answers": answers} for question, kind, answers in asked]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder


def test_documents_give_what_answers_and_what_a_search_brings_up(own: Path) -> None:
    found = list(rows.of_documents(own, random.Random(1)))
    right, *others = [row for row in found if row["group"] == "kettle.md-0"]
    assert right["heading"] == "Kettle > Filling"
    assert right["context"][right["answer_start"] :].startswith("1.7 litres")
    assert others
    assert all(row["is_impossible"] and not row["answers"] for row in others)
    assert "Kettle > Cord" in {row["heading"] for row in others}


def test_a_question_without_an_answer_brings_up_passages_that_do_not_answer(own: Path) -> None:
    found = [row for row in rows.of_documents(own, random.Random(1)) if row["group"] == "pot.md-0"]
    assert any("kettle" in row["context"] for row in found)
    assert all(row["is_impossible"] for row in found)


def test_what_another_document_says_of_a_question_that_names_none_is_left_to_a_teacher(tmp_path: Path) -> None:
    for name, length in (("kettle", "75"), ("toaster", "90")):
        text = f"# {name.title()}\n\n## Cord\n\nThe cord is {length} cm long.\n\n## Colours\n\nRed and white.\n"
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    about = {"document": "kettle.md", "title": "kettle", "split": "train"}
    asked = [
        {"question": "How long is the cord?", "kind": "fact", "answers": ["75 cm"], "unnamed": True},
        {"question": "How long is the cord of the kettle?", "kind": "fact", "answers": ["75 cm"]},
    ]
    (tmp_path / "kettle.jsonl").write_text("\n".join(map(json.dumps, [about, *asked])), encoding="utf-8")
    toaster = {"document": "toaster.md", "title": "toaster", "split": "train"}
    nothing = {"question": "What does the toaster cost?", "kind": "unanswerable"}
    (tmp_path / "toaster.jsonl").write_text("\n".join(map(json.dumps, [toaster, nothing])), encoding="utf-8")
    found = list(rows.of_documents(tmp_path, random.Random(1)))

    def told(number: int, heading: str) -> set[bool | None]:
        group = f"kettle.md-{number}"
        return {row["is_impossible"] for row in found if row["group"] == group and row["heading"] == heading}

    assert (told(0, "Kettle > Cord"), told(1, "Kettle > Cord")) == ({False}, {False})
    assert (told(0, "Toaster > Cord"), told(1, "Toaster > Cord")) == ({None}, {True})
    assert told(0, "Kettle > Colours") == {True}  # its own document is the one that is meant
    assert {row["weight"] for row in found} == {rows.OWN_WEIGHT, rows.UNNAMED_WEIGHT}


def test_a_question_of_a_page_names_it_with_a_word_of_its_title(tmp_path: Path) -> None:
    named, unnamed, untitled = (
        of_pages(tmp_path, page_row(**other))[0]["unnamed"]
        for other in ({"question": "Is the manual long?"}, {}, {"title": ""})
    )
    assert (named, unnamed, untitled) == (False, True, False)


def test_nothing_of_a_document_for_testing_is_in_the_rows(own: Path) -> None:
    found = list(rows.of_documents(own, random.Random(1)))
    assert not any("toaster" in f"{row['question']} {row['heading']} {row['context']}".lower() for row in found)


def test_the_command_writes_the_rows_of_every_source(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = tmp_path / "pages.jsonl"
    pages.write_text(json.dumps(page_row()), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["rows", str(tmp_path / "out.jsonl"), str(pages), str(own)])
    rows.main()
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["group"].partition("-")[0] for row in written} == {"pages", "kettle.md", "pot.md"}
    assert f"{own}: " in capsys.readouterr().out
