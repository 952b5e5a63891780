"""NeMo models that are fetched from a hub by name, and what is told where that fails."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.recognizers.nemo.archive import NemoError
from assistant.recognizers.nemo.recognizer import NemoRecognizer
from tests.assistant.recognizers.nemo.tones import SENTENCE, needs_nemo, said
from tests.conftest import Hub


@pytest.fixture
def hub(
    serve_hub: Callable[[dict[str, Path]], Hub],
    archives: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Hub]:
    """A hub with a recognizer, and a model of something else; nobody but it is asked for anything."""
    from huggingface_hub import constants

    for name in ("tones", "pictures"):
        (tmp_path / name).mkdir()
    shutil.copy(archives("ctc"), tmp_path / "tones" / "tones.nemo")
    (tmp_path / "pictures" / "model.safetensors").write_bytes(bytes(8))
    hub = serve_hub({f"acme/{name}": tmp_path / name for name in ("tones", "pictures")})
    monkeypatch.setattr(constants, "ENDPOINT", hub.url)  # what HF_ENDPOINT sets, for a process that runs already
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    asked, look_up = set(), socket.getaddrinfo

    def looked_up(host: Any, *arguments: Any, **options: Any) -> Any:
        asked.add(host)
        return look_up("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    yield hub
    assert asked <= {"127.0.0.1"}


@needs_nemo
async def test_a_model_is_fetched_from_the_hub_by_name_once(hub: Hub) -> None:
    for _ in range(2):
        recognizer = NemoRecognizer.load("acme/tones", device="cpu")
        assert (await recognizer.transcribe(said(SENTENCE))).text == SENTENCE
        await recognizer.close()
    assert hub.fetched == ["tones.nemo"]


@needs_nemo
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "acme/nothing",
            "The hub has no model acme/nothing; give it as owner/model, and set HF_TOKEN if it is private",
        ),
        ("-/-", "The hub has no model -/-; give it as owner/model, and set HF_TOKEN if it is private"),
        (
            "no/such/file",
            "no/such/file does not exist; give the path of a .nemo file, or the name of a pretrained model",
        ),
        ("acme/gated", "acme/gated asks for its terms to be accepted first; do so on its page, and set HF_TOKEN"),
        ("acme/pictures", "acme/pictures has no file pictures.nemo; choose a model that holds one"),
        ("nothing", "NeMo knows no ASRModel named nothing; give a .nemo file, or owner/model as on the hub"),
    ],
)
def test_a_name_that_is_no_model_s_is_told_in_a_sentence(hub: Hub, name: str, sentence: str) -> None:
    with pytest.raises(NemoError) as told:
        NemoRecognizer.load(name, device="cpu")
    assert str(told.value) == sentence + "."
    assert not hub.fetched


@needs_nemo
def test_a_hub_that_does_not_answer_is_told_in_a_sentence_and_soon(hub: Hub) -> None:
    hub.shutdown()
    hub.server_close()
    began = time.monotonic()
    with pytest.raises(NemoError, match=r"^acme/tones could not be fetched \(.+\); check the network and HF_ENDPOINT"):
        NemoRecognizer.load("acme/tones", device="cpu")
    assert time.monotonic() - began < 10
