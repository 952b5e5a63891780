"""Recorded turns with a known end of speech, set into a quiet room."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

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
