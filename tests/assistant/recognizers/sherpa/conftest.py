"""The models of tones, made once, and a recognizer on one of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("sherpa_onnx", reason="needs sherpa-onnx: pip install 'repartee[asr]'")

from tests.assistant.recognizers.sherpa import tones

MAKERS: dict[str, Callable[[Path], Path]] = {
    "transducer": tones.make_zipformer,
    "ctc": lambda folder: tones.make_zipformer(folder, ctc=True),
    "nemo": tones.make_nemo,
    "slow": lambda folder: tones.make_zipformer(folder, chunk=128),  # writes down what was said each 1.28 s
}


@pytest.fixture(scope="session")
def tone_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("sherpa")
    return {name: make(folder / name) for name, make in MAKERS.items()}
