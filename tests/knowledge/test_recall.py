"""The measurement of retrieval reads both formats and counts what it says it counts."""

import json
import sys

import numpy as np
import pytest

from engines.errors import ReparteeError
from knowledge import recall

ROWS = [
    {"question": "How tall is the tower?", "context": "The tower is 41 metres tall.", "answers": ["41 metres"]},
    {"question": "Who keeps bees?", "context": "Bees are kept by Martha in the orchard.", "answers": ["Martha"]},
    {"question": "When did the owl hoot?", "context": "Bees are kept by Martha in the orchard.", "answers": []},
    {"question": "Who brews it?", "context": "Henry brews green tea.", "answers": ["Henry"]},
]


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


def test_both_formats_are_the_same_questions(rows, tmp_path):
    paragraphs = [
        {
            "context": row["context"],
            "qas": [
                {
                    "id": row["question"],
                    "question": row["question"],
                    "answers": [{"text": text} for text in row["answers"]],
                }
            ],
        }
        for row in ROWS
    ]
    squad = tmp_path / "squad.json"
    squad.write_text(json.dumps({"data": [{"paragraphs": paragraphs}]}))
    data = recall.read_questions(rows)
    assert recall.read_questions(squad) == data
    assert (len(data.contexts), data.gold) == (3, [0, 1, 2])
    assert len(recall.read_questions(rows, limit=2).questions) == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{}", "is not in the SQuAD format"),
        ("no json", "is not in the SQuAD format"),
        (
            '{"data": [{"paragraphs": [{"context": "c", "qas": [{"id": "1", "question": "q?", "answers": []}]}]}]}',
            "has no answerable",
        ),
    ],
)
def test_another_file_is_refused(tmp_path, content, sentence):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(ReparteeError, match=sentence):
        recall.read_questions(path)


def test_recall_counts_the_rank_of_the_right_text():
    assert recall.recall([[3, 1], [9, 8, 7, 6, 5, 2], [4]], [3, 2, 1]) == pytest.approx((100 / 3, 100 / 3, 200 / 3))


def test_fusion_prefers_what_both_sides_found():
    assert recall.fuse_ranks([1, 2, 3], [2, 4], weight=1)[0] == 2
    cosines = np.array([0.1, 0.2, 0.9, 0.3], np.float32)
    assert recall.fuse_scores([(1, 10.0), (2, 9.0)], cosines)[0] == 2
    assert recall.fuse_scores([], cosines)[0] == 2


def test_a_misspelt_question_has_the_same_letters():
    import random

    wrong = recall.misspelt("Where does the lighthouse stand?", random.Random(3))
    assert wrong != "Where does the lighthouse stand?"
    assert sorted(wrong) == sorted("Where does the lighthouse stand?")


def test_the_table_is_printed(rows, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["recall", str(rows), "--ablate"])
    recall.main()
    printed = capsys.readouterr().out
    assert printed.startswith("3 contexts, 3 questions\n")
    assert "BM25, contexts                    100.0  100.0  100.0" in printed
    assert "library of 3: words and vectors   100.0" in printed
    assert "without similar words" in printed
