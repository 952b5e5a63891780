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
