from __future__ import annotations

import pytest

from knowledge.figures import figures_said


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("what does code e four mean", ["E4"]),
        ("is it B one, or k twenty-one?", ["B1", "K21"]),
        ("who came in nineteen oh eight and in twenty twenty", ["1908", "2020"]),
        ("Eighteen sixty six, or page one hundred", ["1866", "100"]),
        ("twelve volts", ["12"]),
        ("one of the two of us, a four hour walk, am I three hours late", []),
        ("if I'm twenty, he'd be k", ["20"]),
        ("ten thousand, two hundred and eleven thousand", []),
        ("eighteen, sixty six", ["18", "66"]),
        ("", []),
    ],
)
def test_numbers_and_codes_in_words_have_figures(question: str, figures: list[str]) -> None:
    assert [said.figures for said in figures_said(question)] == figures


def test_a_number_knows_where_it_stands() -> None:
    question = "what does code e four mean in nineteen oh eight"
    assert [question[said.start : said.end] for said in figures_said(question)] == ["e four", "nineteen oh eight"]


def test_of_a_long_question_a_few_numbers_are_taken() -> None:
    assert len(figures_said("e four " * 30)) == 8
