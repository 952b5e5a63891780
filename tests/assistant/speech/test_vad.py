import time
from collections.abc import Callable

import numpy as np

from assistant.speech.silero import FRAME
from assistant.speech.vad import VoiceActivity


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


def test_a_quiet_room_costs_next_to_nothing_after_its_level_is_known(recording: Callable) -> None:
    room, speech = np.random.default_rng(0).normal(0, 30, FRAME * 300).astype(np.int16), recording(1).pcm[16_000:48_000]

    def cost(pcm: np.ndarray) -> float:
        voice = VoiceActivity()
        for frame in frames(pcm[: FRAME * 10]):
            voice.judge(frame)
        began = time.process_time()
        for frame in frames(pcm[FRAME * 10 :]):
            voice.judge(frame)
        return (time.process_time() - began) / len(pcm)

    assert cost(room) < 0.25 * cost(speech)


def test_the_gate_opens_for_speech_a_little_louder_than_the_room(recording: Callable) -> None:
    spoken = recording(1, before_ms=3000, room=300.0)
    voice = VoiceActivity()
    judged = [voice.judge(frame).probability for frame in frames(spoken.pcm)]
    first = next(i for i, probability in enumerate(judged) if probability > 0.5)
    assert abs(first * FRAME - spoken.begin) < 16 * 150
