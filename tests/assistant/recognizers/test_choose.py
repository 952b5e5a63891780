from pathlib import Path

import pytest

from assistant.recognizers.choose import load_recognizer
from assistant.recognizers.sphinx.recognizer import SphinxRecognizer
from engines.errors import ReparteeError


@pytest.mark.parametrize("name", ["auto", "pocketsphinx"])
def test_the_one_from_pip_needs_no_model(name: str, tmp_path: Path) -> None:
    assert isinstance(load_recognizer(name, tmp_path), SphinxRecognizer)


@pytest.mark.parametrize("name", ["pocketsphnix", "Auto", "", "whisper"])
def test_an_unknown_name_is_told_and_not_taken_for_a_model(name: str, tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=f"There is no recognizer named '{name}'; expected auto, pocketsphinx"):
        load_recognizer(name, tmp_path)


def test_what_looks_like_a_nemo_model_is_asked_of_nemo(tmp_path: Path) -> None:
    with pytest.raises(ReparteeError, match=r"model\.nemo does not exist"):
        load_recognizer(str(tmp_path / "model.nemo"), tmp_path)
