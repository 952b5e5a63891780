"""NeMo recognizers of a language of tones."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.recognizers.nemo.recognizer import NemoRecognizer
from tests.assistant.recognizers.nemo.tones import TONES, WHOLE_UTTERANCE, built, trained


@pytest.fixture(scope="session")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import sentencepiece

    folder = tmp_path_factory.mktemp("tokenizer")
    text = folder / "text.txt"
    text.write_text("\n".join([" ".join(TONES)] * 50))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "tokenizer"), vocab_size=48, model_type="bpe", minloglevel=2,
        hard_vocab_limit=False,
    )  # fmt: skip
    lines = (folder / "tokenizer.vocab").read_text().splitlines()
    (folder / "vocab.txt").write_text("\n".join(line.split("\t")[0] for line in lines))
    return folder


@pytest.fixture(scope="session")
def archives(tokenizer: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Returns the .nemo file of a kind of model; each is trained once."""
    folder = tmp_path_factory.mktemp("models")
    models: dict[str, Any] = {}

    def archive(kind: str) -> Path:
        path = folder / f"{kind}.nemo"
        if not path.exists():
            if kind == "hybrid":  # the RNN-T's weights; its own CTC head is not used
                archive("rnnt")
                models[kind] = built(tokenizer, kind)
                models[kind].load_state_dict(models["rnnt"].state_dict(), strict=False)
            elif kind == "offline":  # its encoder sees the whole utterance
                models[kind] = trained(tokenizer, "ctc", 150, WHOLE_UTTERANCE)
            elif kind == "8khz":
                models[kind] = built(tokenizer, "ctc", "{sample_rate: 8000, preprocessor: {sample_rate: 8000}}")
            else:
                models[kind] = trained(tokenizer, kind, {"ctc": 300, "rnnt": 500}[kind])
            models[kind].save_to(str(path))
        return path

    return archive


@pytest.fixture
def load(archives: Callable[[str], Path]) -> Iterator[Callable[..., NemoRecognizer]]:
    opened: list[NemoRecognizer] = []

    def load(kind: str, **options: Any) -> NemoRecognizer:
        opened.append(NemoRecognizer.load(archives(kind), **{"device": "cpu", **options}))
        return opened[-1]

    yield load
    for recognizer in opened:
        asyncio.run(recognizer.close())
