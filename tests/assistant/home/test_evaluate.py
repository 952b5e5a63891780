"""The evaluation of sentences: its verdicts, its files, and what the project's own set scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import main
from assistant.commands.eval_home import SAMPLES
from assistant.home.entities import Act, HomeIntent
from assistant.home.evaluate import ASKED, MISSED, RIGHT, WRONG, evaluate, judge, read_sentences
from assistant.home.house_file import HouseFileError, read_house
from engines.errors import ReparteeError

ON = {
    "sentence": "x",
    "kind": "act",
    "acts": [{"entity": "light.a", "service": "turn_on", "values": {"brightness": 33}}],
}


def acting(*acts: Act, kind: str = "act", pending: HomeIntent | None = None) -> HomeIntent:
    return HomeIntent(kind=kind, intent="x", acts=acts, pending=pending)  # type: ignore[arg-type]


def test_only_the_right_devices_with_the_right_values_are_right() -> None:
    assert judge(ON, acting(Act("light.a", "turn_on", {"brightness": 33}))) == RIGHT
    assert judge(ON, acting(Act("light.b", "turn_on", {"brightness": 33}))) == WRONG
    assert judge(ON, acting(Act("light.a", "turn_on", {"brightness": 50}))) == WRONG
    assert judge(ON, acting(Act("light.a", "turn_on", {"brightness": 33}), Act("light.b", "turn_on"))) == WRONG
    assert judge(ON, acting(kind="ask_back")) == ASKED
    assert judge(ON, None) == MISSED


def test_acting_where_nothing_or_a_question_is_expected_is_wrong() -> None:
    for kind in ("nothing", "ask", "confirm", "query"):
        assert judge({"sentence": "x", "kind": kind}, acting(Act("light.a", "turn_on"))) == WRONG
    assert judge({"sentence": "x", "kind": "nothing"}, None) == RIGHT


def test_a_question_back_counts_where_yes_does_the_right_thing() -> None:
    asked = acting(kind="ask_back", pending=acting(Act("light.a", "turn_on", {"brightness": 33})))
    assert judge(ON, asked) == ASKED
    assert judge({**ON, "may_ask": True}, asked) == RIGHT
    assert judge({**ON, "kind": "confirm"}, asked) == RIGHT
    other = acting(kind="ask_back", pending=acting(Act("light.b", "turn_on")))
    assert judge({**ON, "may_ask": True}, other) == ASKED


@pytest.mark.parametrize("name", ["commands.jsonl", "held_out.jsonl"])
def test_the_projects_own_sentences_are_right_and_none_acts_wrongly(name: str) -> None:
    rows = read_sentences(Path(SAMPLES) / name)
    score = evaluate(rows, read_house(Path(SAMPLES) / "house.json"))
    assert [each.sentence for each in score.verdicts if each.result == WRONG] == []
    assert score.count(RIGHT) >= 0.95 * len(rows)


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    file.write_text('{"sentence": "a", "kind": "act"}\n{"sentence": "b", "kind": "song"}\n{"kind": "act"}\n')
    with pytest.raises(ReparteeError, match="line 2: expected a sentence"):
        read_sentences(file)
    with pytest.raises(ReparteeError, match="cannot be read"):
        read_sentences(tmp_path / "none.jsonl")


def test_a_sentence_with_acts_does_them_and_one_without_does_nothing(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    file.write_text(
        '{"sentence": "a", "acts": [{"entity": "light.a", "service": "turn_on"}]}\n{"sentence": "b"}\n'
        '{"sentence": "c", "kind": "confirm", "acts": [{"entity": "lock.a", "service": "unlock"}]}'
    )
    assert [row["kind"] for row in read_sentences(file)] == ["act", "nothing", "confirm"]


def test_several_that_do_the_same_are_one_act(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    file.write_text(
        '{"sentence": "a", "kind": "act", "acts": [{"entity": ["light.a", "light.b"], "service": "turn_on"}]}'
    )
    (row,) = read_sentences(file)
    assert judge(row, acting(Act("light.b", "turn_on"), Act("light.a", "turn_on"))) == RIGHT
    assert judge(row, acting(Act("light.a", "turn_on"))) == WRONG
    for acts in ('[{"service": "turn_on"}]', '[{"entity": ["light.a"]}]', "[7]"):
        file.write_text(f'{{"sentence": "a", "kind": "act", "acts": {acts}}}')
        with pytest.raises(ReparteeError, match="line 1: each of its acts needs an entity and a service"):
            read_sentences(file)


def test_a_house_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "house.json"
    for text in ("{}", "[1", '{"entities": [{"name": "x"}]}', '{"entities": [3]}'):
        file.write_text(text)
        with pytest.raises(HouseFileError):
            read_house(file)


def test_the_command_prints_the_figures(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(
        '{"sentence": "turn on the desk lamp", "kind": "act",'
        ' "acts": [{"entity": "light.desk_lamp", "service": "turn_on"}]}\n'
        '{"sentence": "turn on the sofa lamp", "kind": "nothing"}\n'
    )
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "eval", "home", str(file), "--json"])
    assert result.exit_code == 0, result.output
    table = json.loads(result.output)
    assert (table["sentences"], table["right"], table["wrong"]) == (2, 1, 1)
    assert table["acted_wrongly"][0]["sentence"] == "turn on the sofa lamp"
