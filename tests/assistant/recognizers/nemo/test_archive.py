"""The .nemo files that are refused, among them hostile ones, and what is said then."""

from __future__ import annotations

import io
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.recognizers.nemo.archive import NemoError, archive_class, restore
from assistant.recognizers.nemo.recognizer import NemoRecognizer
from tests.assistant.recognizers.nemo.tones import INSTALLED, needs_nemo

ASR = "nemo.collections.asr.models.ASRModel"


@needs_nemo
def test_a_model_for_another_sample_rate_is_refused(archives: Callable[[str], Path]) -> None:
    with pytest.raises(NemoError, match="listens at 8000 Hz; expected one for 16000 Hz"):
        NemoRecognizer.load(archives("8khz"), device="cpu")


class _Payload:
    """What a hostile checkpoint holds: a call made while it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.file,))


def _altered(archive: Path, member: str, content: bytes, to: Path) -> Path:
    with tarfile.open(archive) as original, tarfile.open(to, "w") as changed:
        for info in original.getmembers():
            data = original.extractfile(info).read() if info.isfile() else b""
            if info.name.endswith(member):
                data = content or data.replace(b"ConformerEncoder", b"../../os.system")
            info.size = len(data)
            changed.addfile(info, io.BytesIO(data))
    return to


@needs_nemo
def test_a_pickled_call_in_the_weights_is_not_made(
    archives: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    struck = tmp_path / "struck"
    hostile = _altered(archives("ctc"), "model_weights.ckpt", pickle.dumps(_Payload(struck)), tmp_path / "hostile.nemo")
    with pytest.raises(NemoError, match="could not be restored as ASRModel"):
        restore(hostile, ASR, device="cpu")
    assert not struck.exists()


@needs_nemo
def test_a_configuration_cannot_name_what_is_not_nemo_s(archives: Callable[[str], Path], tmp_path: Path) -> None:
    with tarfile.open(archives("ctc")) as archive:
        name = next(name for name in archive.getnames() if name.endswith("model_config.yaml"))
        config = archive.extractfile(name).read().decode()
    changed = config.replace("nemo.collections.asr.modules.ConformerEncoder", "os.system")
    assert changed != config
    hostile = _altered(archives("ctc"), "model_config.yaml", changed.encode(), tmp_path / "hostile.nemo")
    with pytest.raises(NemoError, match=r"os\.system"):
        restore(hostile, ASR, device="cpu")


def _archive(path: Path, **members: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, text in members.items():
            info = tarfile.TarInfo(f"./{name.replace('__', '.')}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def test_what_is_not_a_nemo_archive_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "noise.nemo").write_bytes(b"RIFF....WAVE")
    with pytest.raises(NemoError, match="does not exist"):
        NemoRecognizer.load(tmp_path / "absent.nemo")
    with pytest.raises(NemoError, match=r"is not a \.nemo archive"):
        NemoRecognizer.load(tmp_path / "noise.nemo")
    bare = _archive(tmp_path / "bare.nemo", model_config__yaml="target: x\n")
    with pytest.raises(NemoError, match=r"without model_weights\.ckpt"):
        NemoRecognizer.load(bare)


def test_a_voice_is_not_taken_for_a_recognizer(tmp_path: Path) -> None:
    config = "sample_rate: 22050\ntarget: nemo.collections.tts.models.fastpitch.FastPitchModel\n"
    voice = _archive(tmp_path / "voice.nemo", model_config__yaml=config, model_weights__ckpt="")
    assert archive_class(voice) == "nemo.collections.tts.models.fastpitch.FastPitchModel"
    with pytest.raises(NemoError, match=r"FastPitchModel; expected one of nemo\.collections\.asr\.models"):
        NemoRecognizer.load(voice)


@pytest.mark.skipif(INSTALLED, reason="NeMo is installed here")
def test_the_missing_extra_is_named(tmp_path: Path) -> None:
    config = "target: nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE\n"
    model = _archive(tmp_path / "model.nemo", model_config__yaml=config, model_weights__ckpt="")
    with pytest.raises(NemoError, match=r"pip install 'repartee\[nemo\]'"):
        NemoRecognizer.load(model)
