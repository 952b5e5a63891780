"""Whether anybody speaks in a recording: music and machines have no words, whatever a recognizer makes of them."""

from __future__ import annotations

import numpy as np

from assistant.audio.samples import Pcm
from assistant.ear.silero import FRAME, Silero

LEVEL = 0.1  # of full scale, to which a recording is brought first: speech may be quiet, or clipped
SPEECH, FRAMES = 0.5, 2  # probability, and frames of it in a row; docs/speech.md tells what has them


def holds_speech(pcm: Pcm) -> bool:
    """Say whether somebody speaks in int16[samples] at 16 kHz. Blocking: 4 ms for each second before the first word."""
    whole = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float32) / 32768
    if not len(whole):
        return True  # too short to say
    loud = float(np.percentile(np.sqrt(np.mean(np.square(whole), axis=1)), 95))
    model, found = Silero(), 0
    for frame in np.clip(whole * (LEVEL / max(loud, 1e-5)), -1.0, 1.0):
        found = found + 1 if model.judge(frame) >= SPEECH else 0
        if found == FRAMES:
            return True
    return False
