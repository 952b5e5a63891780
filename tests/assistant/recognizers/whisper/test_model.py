"""The real library: what it loads, and on what it computes."""

from pathlib import Path

import pytest

from assistant.recognizers.whisper.decoder import Decoder
from assistant.recognizers.whisper.model import threads_here
from assistant.recognizers.whisper.weights import CONFIG, find
from assistant.recognizers.worker_process import RecognizerError
from tests.assistant.recognizers.whisper.tones import DOOR, LAMP, MURMUR, tone


def test_files_that_the_library_refuses_are_told_in_a_sentence(tone_model: Path) -> None:
    files = find(str(tone_model)).read()
    cut = files | {"model.bin": files["model.bin"][:5000]}
    with pytest.raises(RecognizerError, match="cannot be loaded"):
        Decoder(cut)
    with pytest.raises(RecognizerError, match="cannot be loaded"):
        Decoder(files | {CONFIG: b"{"})


def test_english_weights_refuse_another_language(tone_model: Path) -> None:
    files = find(str(tone_model)).read()
    with pytest.raises(RecognizerError, match="know English alone, not 'de'"):
        Decoder(files, language="de")
    assert Decoder(files, language="auto").hear(tone(LAMP, 1.0)) == "lamp"


def test_a_gpu_whose_libraries_are_missing_leaves_the_cpu(
    tone_model: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """CTranslate2 says so when the model is made, or only when it is used."""
    import ctranslate2

    made = ctranslate2.models.Whisper

    class Lacking:
        n_mels = 80

        def encode(self, *_: object, **__: object) -> None:
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")

    def make(*arguments: object, device: str, **options: object) -> object:
        return Lacking() if device == "cuda" else made(*arguments, device=device, **options)

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda device: {"float16", "int8"})
    monkeypatch.setattr(ctranslate2.models, "Whisper", make)
    decoder = Decoder(find(str(tone_model)).read())
    assert decoder.device == "CPU"
    assert decoder.hear(tone(DOOR, 1.0)) == "door"
    assert "the GPU cannot be used (Library libcublas.so.12" in caplog.text
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda device: {"int8"})
    caplog.clear()
    assert Decoder(find(str(tone_model)).read()).device == "CPU"
    assert not caplog.text, "an old GPU is nothing to be warned of"


@pytest.mark.gpu
def test_a_gpu_writes_what_the_cpu_writes(tone_model: Path) -> None:
    decoder = Decoder(find(str(tone_model)).read())
    assert decoder.device == "GPU"
    assert [decoder.hear(tone(pitch, 1.0)) for pitch in (LAMP, DOOR, MURMUR)] == ["lamp", "door", ""]


@pytest.mark.parametrize(("cores", "small", "large"), [(None, 1, 1), (1, 1, 1), (2, 1, 2), (4, 2, 4), (16, 4, 4)])
def test_small_weights_take_half_of_the_cores(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, small: int, large: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert (threads_here(76), threads_here(146)) == (small, large)
