"""Voice activity: how likely a frame of microphone audio is speech, and how loud it is against the room.

The model is Silero (silero.py). Frames no louder than the room's own noise are not shown to it: fifty connected but
silent microphones then cost next to nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.ear.silero import Silero

FULL_SCALE = np.float32(32768)
GATE = 1.3  # a frame below this multiple of the room's level is not speech
FALL, RISE = 0.3, 0.02  # share of the way the room's level moves towards a quieter, louder frame
MOST_LOUDER = 4.0  # a frame counts for so many times the room at most
WARM_UP = 3  # skipped frames the model is shown first once something stands out of the noise
CLEARLY_NOT_SPEECH = 0.2


@dataclass(frozen=True)
class Activity:
    """One frame: `probability` of speech 0..1; `level` and `room` as root mean square of int16 samples."""

    probability: float
    level: float
    room: float


class VoiceActivity:
    """Judges consecutive frames of one microphone. Holds the model's state: one instance a stream."""

    def __init__(self) -> None:
        self._model = Silero()
        self._room: float | None = None
        self._skipped: deque[NDArray[np.float32]] = deque(maxlen=WARM_UP)
        self._awake = True

    def judge(self, frame: np.ndarray) -> Activity:
        """Judge int16[512]; frames must come in order without gaps."""
        samples = frame.astype(np.float32)
        level = float(np.sqrt(np.mean(samples * samples)))
        if not self._awake and self._room is not None and level < self._room * GATE + 1:
            self._skipped.append(samples)
            self._hear_room(level)
            return Activity(0.0, level, self._room)
        if not self._awake:
            self._model.reset()
            for earlier in self._skipped:
                self._ask(earlier)
            self._skipped.clear()
            self._awake = True
        probability = self._ask(samples)
        if probability < CLEARLY_NOT_SPEECH:
            self._hear_room(level)
            self._awake = level >= (self._room or 0.0) * GATE + 1
        return Activity(probability, level, self._room if self._room is not None else 0.0)

    def _ask(self, samples: NDArray[np.float32]) -> float:
        return self._model.judge(samples / FULL_SCALE)

    def _hear_room(self, level: float) -> None:
        if self._room is None:
            self._room = level
        else:
            # A bang, or the beginning of a word that is not known for speech yet, is no louder room.
            level = min(level, MOST_LOUDER * max(self._room, 1.0))
            self._room += (FALL if level < self._room else RISE) * (level - self._room)
