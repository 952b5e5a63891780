"""Recorded turns with a known end of speech, set into a quiet room; NeMo recognizers of a language of tones."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.speech.nemo_recognizer import NemoRecognizer
from tests.assistant.speech.tones import TONES, WHOLE_UTTERANCE, built, trained

TURNS = Path(__file__).parents[2] / "data" / "turns"


@dataclass(frozen=True)
class Recording:
    text: str
    answer: str
    pcm: np.ndarray  # int16 at 16 kHz
    begin: int  # first sample of speech in pcm
    end: int  # one past the last
    pauses_ms: tuple[int, ...]


@pytest.fixture(scope="session")
def recording() -> Callable[..., Recording]:
    """Return a function that loads recorded turn `number` with silence of a room before and after it."""
    lines = [json.loads(line) for line in (TURNS / "turns.jsonl").read_text(encoding="utf-8").splitlines()]

    def load(number: int, *, before_ms: int = 1000, after_ms: int = 1200, room: float = 10.0) -> Recording:
        line = lines[number]
        speech, rate = soundfile.read(TURNS / line["file"], dtype="int16")
        assert rate == 16_000
        rng = np.random.default_rng(number)
        before, after = (rng.normal(0, room, ms * 16).astype(np.int16) for ms in (before_ms, after_ms))
        pcm = np.concatenate([before, speech, after])
        return Recording(
            line["text"], line["answer"], pcm, len(before), len(before) + line["speech_end"], tuple(line["pauses_ms"])
        )

    return load


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
