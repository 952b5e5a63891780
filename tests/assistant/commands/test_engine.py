"""`repartee engine` through the real command line, with a tiny reader."""

import json
import re

import pytest
from click.testing import CliRunner

from assistant import cli
from assistant.commands.engine import _show
from engines.benches.engine import ReadingRow
from engines.quantize import write_int8
from engines.runtimes.transformers_eager import installed
from plugins.bert_cpu import INSTRUCTIONS, here, missing
from tests.engines.small_bert import random_checkpoint


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    write_int8(random_checkpoint(), path)
    return path


@pytest.fixture
def engine(tmp_path):
    return lambda *arguments: CliRunner().invoke(cli.main, ["--home", str(tmp_path), "engine", *map(str, arguments)])


def test_runtimes_are_listed_with_whether_they_work(engine):
    listed = json.loads(engine("list", "--json").stdout)
    by_name = {each["name"]: each for each in listed}
    assert by_name["openvino"]["available"]
    assert all(each["reason"].endswith(".") for each in listed)
    assert "✓ openvino " in engine("list").stdout


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_the_kernels_that_will_read_are_named(engine, monkeypatch):
    for isa in here():
        monkeypatch.setenv("REPARTEE_READER_ISA", isa.name)
        assert f" for {INSTRUCTIONS[isa.name]} ({isa.name}) are built" in engine("list").stdout
    monkeypatch.setenv("REPARTEE_READER_ISA", "mmx")
    assert "✗ cpu            There are no kernels named 'mmx'" in engine("list").stdout


def test_an_engine_is_built_once_and_listed(engine, model):
    built = json.loads(engine("build", "--from", model, "--runtime", "openvino", "--json").stdout)
    assert built["runtime"] == "openvino"
    assert built["buckets"] == [32, 48, 64]
    assert "openvino" in engine("list").stdout.partition("built:")[2]
    assert engine("build", "--from", model, "--runtime", "openvino").stdout.startswith("Ready in ")


@pytest.mark.usefixtures("no_rest")
def test_the_bench_times_runs_and_readings(engine, model):
    result = engine(
        "bench", "--model", model, "--runtime", "openvino,openvino-f32", "--seq", "32,64", "--rounds", "10", "--json"
    )
    assert result.exit_code == 0, result.stderr
    table = json.loads(result.stdout)
    shapes = [(row["runtime"], row["batch"], row["tokens"]) for row in table["runs"]]
    assert shapes == [(name, 1, tokens) for tokens in (32, 64) for name in ("openvino", "openvino-f32")]
    assert all(0 < row["median_ms"] <= row["p99_ms"] for row in table["runs"])
    assert [row["slot_ms"] for row in table["readings"]] == [None, 10.0, None, 10.0]
    assert all(max(row["read"], row["read_median"]) <= row["passages"] for row in table["readings"])
    assert [row["read_median"] for row in table["readings"] if row["slot_ms"] is None] == [1, 1]


def test_people_are_told_how_many_passages_were_read_on_average_and_at_the_median(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    times = {"median_ms": 8.25, "p99_ms": 9.5, "over": 0.01}
    _show([], [ReadingRow("tiny", "cpu", passages=8, slot_ms=10.0, **times, read=1.25, read_median=1.0)])
    assert "│ 1.2 / 1 │" in re.sub(" +", " ", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bench", "--seq", "many"], "'many' is no length in tokens"),
        (["bench", "--runtime", "abacus"], "The runtime 'abacus' does not work here; choose from"),
        (["bench", "--model", "/nowhere", "--runtime", "openvino"], "There is no model at /nowhere"),
        (["build", "--from", "/nowhere"], "There is no model at /nowhere"),
        (["build", "--runtime", "abacus"], "There is no runtime 'abacus'"),
    ],
)
def test_bad_input_is_one_sentence(engine, arguments, words):
    result = engine(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr.splitlines()[-1]


@pytest.mark.skipif(installed(), reason="about machines without transformers; it is installed here")
@pytest.mark.usefixtures("no_rest")
def test_the_missing_baseline_is_told_in_one_sentence(engine, model):
    asked = engine("bench", "--model", model, "--runtime", "transformers")
    assert asked.exit_code == 2
    assert "pip install 'repartee[train]'" in asked.stderr
    result = engine("bench", "--model", model, "--seq", "32", "--rounds", "10")
    assert result.exit_code == 0
    assert "no ratio is shown" in result.stderr


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_runtime_that_does_not_know_the_sizes_of_a_model_is_told_and_left_out(engine, model):
    alone = engine("bench", "--model", model, "--runtime", "cpu", "--seq", "32", "--rounds", "10")
    assert (alone.exit_code, alone.stdout) == (2, "")
    assert "tiny on cpu is left out: " in alone.stderr
    assert "None of the runtimes asked for runs tiny" in alone.stderr.splitlines()[-1]
