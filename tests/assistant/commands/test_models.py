"""Recognizers pulled from a hub of the tests' own: a model of tones under the name of a published one."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'repartee[asr]'")

from assistant.recognizers.catalogue import STREAMING
from tests.assistant.recognizers.sherpa.tones import make_zipformer

NAME = "zipformer-en"
MODEL = next(model for model in STREAMING if model.name == NAME)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository as the hub has them: weights in two kinds."""
    folder = make_zipformer(tmp_path_factory.mktemp("hub") / "model")
    for name in ("encoder", "joiner", "decoder"):
        content = (folder / f"{name}.onnx").read_bytes()
        (folder / f"{name}.onnx").unlink()
        (folder / f"{name}-epoch-99.onnx").write_bytes(content)
        (folder / f"{name}-epoch-99.int8.onnx").write_bytes(content)
    return folder


@pytest.fixture
def environment(serve_hub, published: Path) -> dict[str, str]:
    return {"HF_ENDPOINT": serve_hub({MODEL.repository: published}).url, "REPARTEE_SPEECH_RECOGNIZER": "auto"}


def test_a_recognizer_is_pulled_tried_listed_and_then_hears(
    repartee: Callable, tmp_path: Path, environment: dict[str, str]
) -> None:
    home = tmp_path / "home"
    refused = repartee(home, "models", "pull", NAME, env=environment)
    assert refused.returncode == 2
    assert "licence Apache-2.0" in refused.stdout
    assert "--accept-licence" in refused.stderr.splitlines()[-1]
    assert not (home / "models").exists()

    done = repartee(home, "models", "pull", NAME, "--accept-licence", env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith(f"{NAME} hears here, with 0.0")
    files = sorted(path.name for path in (home / "models" / NAME).iterdir())
    assert files == [
        "decoder-epoch-99.onnx",
        "encoder-epoch-99.int8.onnx",
        "joiner-epoch-99.int8.onnx",
        "pulled.json",
        "tokens.txt",
    ]
    record = json.loads((home / "models" / NAME / "pulled.json").read_text())
    assert (record["licence"], record["revision"]) == ("Apache-2.0", "c" * 40)
    assert record["accepted"].endswith("+00:00")

    row = json.loads(repartee(home, "models", "list", "--json", env=environment).stdout)[-1]
    assert (row["name"], row["licence"], row["problem"]) == (f"sherpa:{NAME}", "Apache-2.0", "")
    found = json.loads(repartee(home, "models", "recommend", "--json", env=environment).stdout)
    assert found["hears"] == f"sherpa:{NAME}", "a model that was pulled is what auto takes"
    assert "is here" in repartee(home, "models", "pull", NAME, env=environment).stdout
    report = json.loads(repartee(home, "doctor", "--json", env=environment).stdout)["findings"]
    ear = next(finding for finding in report if finding["name"] == "recognizer")
    assert ear["detail"].startswith(f"{NAME}: streaming k2 transducer")


def test_a_model_that_was_changed_on_disk_does_not_hear(
    repartee: Callable, tmp_path: Path, environment: dict[str, str]
) -> None:
    home = tmp_path / "home"
    assert repartee(home, "models", "pull", NAME, "--accept-licence", env=environment).returncode == 0
    joiner = home / "models" / NAME / "joiner-epoch-99.int8.onnx"
    joiner.write_bytes(joiner.read_bytes() + b"\x0a\x00")
    done = repartee(home, "models", "recommend", "--json", env=environment)
    assert json.loads(done.stdout)["hears"] != f"sherpa:{NAME}"
    assert "its SHA-256 differs" in done.stderr
    (joiner.parent / "tokens.txt").unlink()
    assert "tokens.txt" in repartee(home, "models", "list", env=environment).stdout


def test_a_mirror_is_named_by_option_or_setting(
    repartee: Callable, tmp_path: Path, environment: dict[str, str], published: Path
) -> None:
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    pull = ("models", "pull", NAME, "--accept-licence")
    assert repartee(tmp_path / "one", *pull, "--from", published, env=nowhere).returncode == 0
    mirror = {"REPARTEE_SPEECH_MIRROR": str(tmp_path / "one" / "models")}
    assert repartee(tmp_path / "two", *pull, env=nowhere | mirror).returncode == 0
    failed = repartee(tmp_path / "three", *pull, env=nowhere)
    assert failed.returncode == 2
    assert "could not be fetched" in failed.stderr.splitlines()[-1]


def test_where_the_licence_is_not_clear_it_says_so_and_another_is_recommended(
    repartee: Callable, tmp_path: Path
) -> None:
    refused = repartee(tmp_path / "home", "models", "pull", "kroko-en")
    assert "It is not clear: its pages disagree" in refused.stdout
    found = json.loads(repartee(tmp_path / "home", "models", "recommend", "--json").stdout)
    assert found["recommended"] in {row["name"] for row in found["recognizers"]} - {"kroko-en"}
    assert found["machine"]["cores"] >= 1
    assert all(row["licence"] and row["megabytes"] and row["speed"] for row in found["recognizers"])
    assert found["voice"]["licence"]


def test_whisper_weights_that_are_not_known_are_named(repartee: Callable, tmp_path: Path) -> None:
    done = repartee(tmp_path / "home", "models", "pull", "whisper:huge")
    assert done.returncode == 2
    assert "expected one of whisper:base, whisper:tiny" in done.stderr


def test_where_only_pocketsphinx_hears_it_is_said_once_a_home(tmp_path: Path) -> None:
    from assistant.recognizers.choose import hint_once

    assert "repartee models recommend" in hint_once(tmp_path / "cache")
    assert hint_once(tmp_path / "cache") == ""
    assert "better ear" in hint_once(tmp_path / "other"), "another home, another person"


@pytest.mark.parametrize("answers", [True, False])
def test_the_demo_offers_the_recommended_ear_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], answers: bool
) -> None:
    """Whoever agrees, and accepts the licence, is heard by it; whoever does not is heard by pocketsphinx."""
    import io
    import sys

    import click
    from rich.console import Console

    from assistant.commands.demo import with_an_ear
    from assistant.config import Config, SpeechConfig
    from assistant.recognizers import choose, recommending

    def best(cache_dir: Path, models_dir: Path) -> str:
        return f"sherpa:{NAME}" if (models_dir / NAME).is_dir() else choose.POCKETSPHINX

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(choose, "best_installed", best)
    monkeypatch.setattr(recommending, "recommendation", lambda config: {"recommended": NAME})
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    asked = []
    monkeypatch.setattr(click, "confirm", lambda text, default: asked.append(text) or answers)
    shown = Console(file=io.StringIO(), width=200)
    config = with_an_ear(Config(home=tmp_path, speech=SpeechConfig(recognizer="auto")), shown)
    assert asked[0] == f"Get {NAME} now?"
    assert "several times the words wrong" in shown.file.getvalue()
    expected = f"sherpa:{tmp_path / 'models' / NAME}" if answers else choose.POCKETSPHINX
    assert config.speech.recognizer == expected
    assert len(asked) == 1 + answers, "the licence is asked for on its own"
