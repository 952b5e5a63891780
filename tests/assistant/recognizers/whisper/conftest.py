"""The model of tones, made once."""

from pathlib import Path

import pytest

pytest.importorskip("ctranslate2", reason="needs CTranslate2: pip install 'repartee[asr]'")


@pytest.fixture(scope="session")
def tone_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.assistant.recognizers.whisper.tones import make_model

    return make_model(tmp_path_factory.mktemp("whisper") / "tones")
