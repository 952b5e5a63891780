from collections.abc import Callable

import numpy as np
import pytest

from assistant.ear.silero import FRAME, Silero
from assistant.ear.vad import VoiceActivity


def frames(pcm: np.ndarray) -> list[np.ndarray]:
    return [pcm[at : at + FRAME] for at in range(0, len(pcm) - FRAME + 1, FRAME)]


def test_speech_is_told_from_the_room(recording: Callable) -> None:
    spoken, voice = recording(1), VoiceActivity()
    judged = [voice.judge(frame) for frame in frames(spoken.pcm)]
    speech = [a.probability for i, a in enumerate(judged) if spoken.begin + 3200 < i * FRAME < spoken.end - FRAME]
    silence = [a.probability for i, a in enumerate(judged) if i * FRAME < spoken.begin - FRAME]
    assert np.mean(np.array(speech) > 0.5) > 0.9
    assert max(silence) < 0.2
    assert 5 < judged[-1].room < 20


def test_the_model_is_not_asked_about_a_quiet_room_once_its_level_is_known(
    recording: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    judge = Silero.judge

    def counting(model: Silero, samples: np.ndarray) -> float:
        nonlocal asked
        asked += 1
        return judge(model, samples)

    monkeypatch.setattr(Silero, "judge", counting)
    room, voice = np.random.default_rng(0).normal(0, 30, FRAME * 300).astype(np.int16), VoiceActivity()
    for frame in frames(room):
        voice.judge(frame)
    assert asked < 10


def test_a_bang_does_not_make_the_room_louder(recording: Callable) -> None:
    quiet = np.random.default_rng(0).normal(0, 10, FRAME * 30).astype(np.int16)
    bang = np.random.default_rng(1).normal(0, 8000, FRAME * 3).astype(np.int16)
    voice = VoiceActivity()
    judged = [voice.judge(frame) for frame in frames(np.concatenate([quiet, bang, quiet[:FRAME]]))]
    assert judged[-1].room < 2 * judged[29].room


def test_the_gate_opens_for_speech_a_little_louder_than_the_room(recording: Callable) -> None:
    spoken = recording(1, before_ms=3000, room=300.0)
    voice = VoiceActivity()
    judged = [voice.judge(frame).probability for frame in frames(spoken.pcm)]
    first = next(i for i, probability in enumerate(judged) if probability > 0.5)
    assert abs(first * FRAME - spoken.begin) < 16 * 150
