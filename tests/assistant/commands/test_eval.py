"""`repartee eval squad` through the real command line, with the bundled reader."""

import json

import pytest
from click.testing import CliRunner

from assistant import cli
from engines.errors import ReparteeError

CONTEXTS = {
    "Lighthouse": (
        "The lighthouse on Gull Rock was finished in 1871. Its keeper, Martha Hale, lived there for thirty years with "
        "two goats and a piano. The lamp could be seen from twenty miles away."
    ),
    "Bread": (
        "A sourdough loaf needs flour, water and salt. The starter is fed every morning, and the dough rests for "
        "twelve hours before it is baked at 240 degrees."
    ),
}
QUESTIONS = [
    ("a", "Lighthouse", "When was the lighthouse finished?", ["1871", "in 1871"]),
    ("b", "Lighthouse", "Who was the keeper of the lighthouse?", ["Martha Hale"]),
    ("c", "Bread", "How long does the dough rest?", ["twelve hours"]),
    ("d", "Bread", "Who was the first prime minister of Canada?", []),
]


@pytest.fixture
def squad_file(tmp_path):
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": context,
                    "qas": [
                        {
                            "id": number,
                            "question": question,
                            "is_impossible": not answers,
                            "answers": [{"text": text, "answer_start": context.index(text)} for text in answers],
                        }
                        for number, where, question, answers in QUESTIONS
                        if where == title
                    ],
                }
            ],
        }
        for title, context in CONTEXTS.items()
    ]
    (tmp_path / "dev.json").write_text(json.dumps({"version": "v2.0", "data": data}))
    return tmp_path / "dev.json"


@pytest.fixture(scope="module")
def evaluate(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return lambda *arguments: CliRunner().invoke(cli.main, ["--home", str(home), "eval", "squad", *map(str, arguments)])


@pytest.mark.parametrize("retrieve", [[], ["--open"]])
def test_the_bundled_reader_answers_easy_questions(evaluate, squad_file, retrieve):
    result = evaluate(squad_file, "--json", *retrieve)
    assert result.exit_code == 0, result.stderr
    table = json.loads(result.stdout)
    assert (table["total"], table["answerable"], table["unanswerable"]) == (4, 3, 1)
    assert table["exact"] == table["f1"] == 100
    assert 0 < table["read_p50_ms"] <= table["read_p99_ms"]
    assert table["open"] is bool(retrieve)


def test_predictions_are_what_the_official_scripts_take(evaluate, squad_file, tmp_path):
    assert evaluate(squad_file, "--predictions", tmp_path / "out.json").exit_code == 0
    predictions = json.loads((tmp_path / "out.json").read_text())
    assert predictions.keys() == {"a", "b", "c", "d"}
    assert predictions["b"] == "Martha Hale"
    assert predictions["d"] == ""


def test_a_set_without_unanswerable_questions_is_never_abstained_from(evaluate, tmp_path):
    context = CONTEXTS["Lighthouse"]
    question = {"id": "x", "question": "What is the capital of Peru?", "answers": [{"text": "1871", "answer_start": 0}]}
    data = [{"title": "", "paragraphs": [{"context": context, "qas": [question]}]}]
    for name, more in (("1.1.json", []), ("2.0.json", [{"id": "y", "question": "Why?", "answers": []}])):
        data[0]["paragraphs"][0]["qas"] = [question, *more]
        (tmp_path / name).write_text(json.dumps({"data": data}))
        assert evaluate(tmp_path / name, "--predictions", tmp_path / f"out-{name}").exit_code == 0
    assert json.loads((tmp_path / "out-1.1.json").read_text())["x"] != ""
    assert json.loads((tmp_path / "out-2.0.json").read_text())["x"] == ""


def test_int8_is_compared_with_float32(evaluate, squad_file):
    table = json.loads(evaluate(squad_file, "--json", "--against", "openvino-f32").stdout)
    assert table["against_f1"] == 100
    assert table["answers_changed"] == 0
    assert 0 < table["margin_error"] < 1


def test_a_limit_asks_fewer_and_people_get_a_page(evaluate, squad_file):
    result = evaluate(squad_file, "--limit", 2)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].split() == ["questions", "2"]


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"data": [{"paragraphs": [{"qas": 3}]}]}', None])
def test_a_bad_file_is_one_sentence(evaluate, tmp_path, content):
    if content is not None:
        (tmp_path / "bad.json").write_text(content)
    result = evaluate(tmp_path / "bad.json")
    assert (result.exit_code, result.stdout) == (2, "")
    (sentence,) = result.stderr.strip().splitlines()
    assert "bad.json" in sentence


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(evaluate, squad_file, tmp_path):
    result = evaluate(squad_file, "--predictions", tmp_path / "absent" / "out.json")
    assert result.exit_code == 2
    assert "there is no such folder" in result.stderr


def test_the_open_evaluation_reads_what_a_turn_reads(evaluate, squad_file, monkeypatch):
    from engines.reader.reader import Reader

    given = []
    usual = Reader.read

    def read(self, question, passages, **options):
        given.extend(passages)
        return usual(self, question, passages, **options)

    monkeypatch.setattr(Reader, "read", read)
    assert evaluate(squad_file, "--open", "--json").exit_code == 0
    assert {passage.context for passage in given} == set(CONTEXTS)
    assert {passage.text for passage in given} == set(CONTEXTS.values())


def test_what_an_evaluation_opened_is_closed_when_it_fails(evaluate, squad_file, monkeypatch):
    from engines.reader.reader import Reader
    from knowledge.library import Library

    closed = []
    for kind in (Reader, Library):
        usual = kind.close
        monkeypatch.setattr(kind, "close", lambda self, usual=usual: (closed.append(type(self).__name__), usual(self)))

    def read(*_, **__):
        raise ReparteeError("The reader is out of order.")

    monkeypatch.setattr(Reader, "read", read)
    result = evaluate(squad_file, "--open")
    assert (result.exit_code, result.stderr) == (2, "repartee: The reader is out of order.\n")
    assert closed == ["Library", "Reader"]


def test_predictions_are_written_whole_and_in_utf8(evaluate, squad_file, tmp_path):
    squad_file.write_text(squad_file.read_text().replace("Martha Hale", "Martha H\u00e5le"))
    out = tmp_path / "out.json"
    out.symlink_to(tmp_path / "real.json")
    assert evaluate(squad_file, "--predictions", out).exit_code == 0
    assert json.loads(out.read_bytes())["b"] == "Martha H\u00e5le"
    assert "H\u00e5le".encode() in (tmp_path / "real.json").read_bytes()
    out.unlink()
    out.mkdir()
    assert evaluate(squad_file, "--predictions", out).exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dev.json", "out.json", "real.json"]
