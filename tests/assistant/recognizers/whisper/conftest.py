"""The model of tones, made once, and what decodes with it."""

from pathlib import Path

import pytest

from assistant.recognizers.whisper.decoder import Decoder
from assistant.recognizers.whisper.weights import find

pytest.importorskip("ctranslate2", reason="needs CTranslate2: pip install 'repartee[asr]'")


@pytest.fixture(scope="session")
def tone_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.assistant.recognizers.whisper.tones import make_model

    return make_model(tmp_path_factory.mktemp("whisper") / "tones")


@pytest.fixture(scope="module")
def decoder(tone_model: Path) -> Decoder:
    return Decoder(find(str(tone_model)).read())
