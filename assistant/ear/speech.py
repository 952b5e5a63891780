"""Whether anybody speaks in a sound: music and machines have no words, whatever a recognizer makes of them."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from assistant.audio.samples import RATE, Pcm
from assistant.ear.silero import FRAME, Silero
from assistant.ear.singing import AGAIN, LOUD, NOTE, held

LEVEL = 0.1  # of full scale, to which a sound is brought first: speech may be quiet, or clipped
LIKELY, IN_A_ROW = 0.5, 2  # probability of speech, and so many frames of it that may be speech
SURE, FRAMES, WITHIN = 0.9, 4, 32  # and so many of a second that are: docs/speech.md tells what has them
STRETCH_S = 5  # s that are judged at a time, of less as much as there is: speech may follow after music
#: A voice sings that is held on a note (`held`) for more than so much of the share in which it is plainly speech: who
#: speaks slowly in a hard room holds it too, and is speech nearly all the time.
SINGS = 0.5


class Evidence(IntEnum):
    """How much speaks for it that somebody speaks."""

    NONE = 0
    FAINT = 1  # nearly all speech in strong noise has more, a third of all melodies has this
    PLAIN = 2


def evidence_of(pcm: Pcm, *, over: bool = True) -> Evidence:
    """Judge int16[samples] at 16 kHz; of less than a frame nothing can be said against it.

    Where it is not `over`, a note may be the first of many, and is not yet a word that is drawn out.
    Blocking: 8 ms for each second up to the first words.
    """
    whole = pcm[: len(pcm) // FRAME * FRAME].reshape(-1, FRAME)
    if not len(whole):
        return Evidence.PLAIN
    loudness = np.sqrt(np.mean(np.square(whole / 32768.0), axis=1))
    level = LEVEL / max(float(np.percentile(loudness, 95)), 1e-5)
    model, found, frames = Silero(), Evidence.NONE, STRETCH_S * RATE // FRAME
    for start in range(0, len(whole), frames):
        stretch = whole[start : start + frames]
        sound = np.clip(stretch.astype(np.float32) / 32768 * level, -1.0, 1.0)
        probabilities = np.array([model.judge(frame) for frame in sound])
        evidence = _evidence(probabilities)
        if evidence > found:
            plain = np.mean(probabilities[loudness[start : start + frames] * level > LOUD * LEVEL] >= SURE)
            if held(stretch.ravel(), least=AGAIN if over else NOTE) <= SINGS * plain:
                found = evidence
        if found is Evidence.PLAIN:
            break
    return found


def _evidence(probabilities: np.ndarray) -> Evidence:
    """Return what so many frames in a row tell, by their probability of speech."""
    if np.convolve(probabilities >= SURE, np.ones(WITHIN)).max() >= FRAMES:
        return Evidence.PLAIN
    likely = np.convolve(probabilities >= LIKELY, np.ones(IN_A_ROW)).max() >= IN_A_ROW
    return Evidence.FAINT if likely else Evidence.NONE
