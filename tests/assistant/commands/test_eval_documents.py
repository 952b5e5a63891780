"""`repartee eval documents` through the real command line, with the bundled reader."""

import json

import pytest
from click.testing import CliRunner

from assistant import cli

GULL_ROCK = "# Gull Rock\n\n## The lamp\n\nThe lamp can be seen from twenty miles away. It was lit in 1871.\n"
QUESTIONS = [
    {"document": "rock.md", "title": "Gull Rock", "split": "test"},
    {"question": "When was the lamp of Gull Rock lit?", "kind": "fact", "answers": ["1871", "in 1871"]},
    {"question": "What is the price of a ticket to Canada?", "kind": "unanswerable"},
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rock.md").write_text(GULL_ROCK)
    (tmp_path / "rock.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    return tmp_path


def ask(home, *arguments):
    result = CliRunner().invoke(cli.main, ["--home", str(home), "eval", "documents", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_questions_are_asked_as_in_a_turn_and_counted_by_kind(folder, tmp_path):
    result = ask(tmp_path / "home", folder, "--slot", "5000", "--json")
    assert result.exit_code == 0, result.output
    table = json.loads(result.stdout)
    assert (table["questions"], table["answerable"], table["unanswerable"]) == (2, 1, 1)
    assert table["kinds"] == {"fact": {"right": 1}, "unanswerable": {"right": 1}}
    assert table["right_percent"] == 100.0
    (fact, _) = table["rows"]
    assert "1871" in fact["answer"]
    assert fact["cited_right"] is True


def test_a_table_is_printed_and_a_split_without_documents_is_told(folder, tmp_path):
    assert "of answerable" in ask(tmp_path / "home", folder, "--slot", "5000", "--split", "test", "--wrong").output
    wrong = ask(tmp_path / "home", folder, "--split", "train")
    assert wrong.exit_code == 2
    assert "has no questions of the split train" in wrong.output


def test_questions_that_do_not_name_their_document_are_asked_apart_and_quotations_counted(folder, tmp_path):
    none = ask(tmp_path / "home", folder, "--unnamed")
    assert none.exit_code == 2
    assert "has no questions that do not name their document" in none.output
    rows = [*QUESTIONS, {"question": "When was it lit?", "kind": "fact", "answers": ["1871"], "unnamed": True}]
    (folder / "rock.jsonl").write_text("\n".join(map(json.dumps, rows)))
    table = json.loads(ask(tmp_path / "home", folder, "--slot", "5000", "--json", "--unnamed").stdout)
    (row,) = table["rows"]
    assert (table["questions"], row["question"]) == (1, "When was it lit?")
    told = row["answer"] or row["offered"]
    assert "1871" in told
    assert table["offered_percent"] == (0.0 if row["answer"] else 100.0)
    assert table["offered_right_percent"] == table["offered_percent"]
