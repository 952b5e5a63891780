"""Whether anybody speaks in a sound: music and machines have no words, whatever a recognizer makes of them."""

from __future__ import annotations

from collections import deque
from enum import IntEnum

import numpy as np

from assistant.audio.samples import Pcm
from assistant.ear.silero import FRAME, Silero

LEVEL = 0.1  # of full scale, to which a sound is brought first: speech may be quiet, or clipped
LIKELY, IN_A_ROW = 0.5, 2  # probability of speech, and so many frames of it that may be speech
SURE, FRAMES, WITHIN = 0.9, 4, 32  # and so many of a second that are: docs/speech.md tells what has them


class Evidence(IntEnum):
    """How much speaks for it that somebody speaks."""

    NONE = 0
    FAINT = 1  # nearly all speech in strong noise has more, a third of all melodies has this
    PLAIN = 2


def evidence_of(pcm: Pcm) -> Evidence:
    """Judge int16[samples] at 16 kHz; of less than a frame nothing can be said against it.

    Blocking: 4 ms for each second before the first word.
    """
    whole = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float32) / 32768
    if not len(whole):
        return Evidence.PLAIN
    loud = float(np.percentile(np.sqrt(np.mean(np.square(whole), axis=1)), 95))
    model, found, in_a_row = Silero(), Evidence.NONE, 0
    sure: deque[bool] = deque(maxlen=WITHIN)
    for frame in np.clip(whole * (LEVEL / max(loud, 1e-5)), -1.0, 1.0):
        probability = model.judge(frame)
        in_a_row = in_a_row + 1 if probability >= LIKELY else 0
        if in_a_row == IN_A_ROW:
            found = Evidence.FAINT
        sure.append(probability >= SURE)
        if sum(sure) == FRAMES:
            return Evidence.PLAIN
    return found
