"""The window of sound that a model gets: what was said in a quiet room, and some silence after it."""

from __future__ import annotations

import numpy as np

from assistant.audio.samples import RATE, Pcm

#: Whisper was trained on 30 s, whose encoding takes most of the time. So much silence after what was said is enough for
#: it to notice the end, if times are decoded too: docs/speech.md has the errors with less and with more.
SHORTEST_S, MARGIN_S, LONGEST_S = 8.0, 4.0, 30.0
#: A word that begins with the sound is often misheard. A quiet room before and after it is what recordings have.
ROOM_S, ROOM_LEVEL = 0.3, 10.0  # and its loudness, of 32767


def window_s(said_s: float) -> float:
    """Return how long a window is, in which something was said for so long."""
    return min(max(SHORTEST_S, said_s + MARGIN_S), LONGEST_S)


def in_a_room(pcm: Pcm) -> Pcm:
    """Return int16[samples] with a moment of a quiet room before and after it, where there is time for that."""
    if len(pcm) > (LONGEST_S - 2 * ROOM_S) * RATE:
        return pcm
    room = np.random.default_rng(0).normal(0, ROOM_LEVEL, int(ROOM_S * RATE)).astype(np.int16)
    return np.concatenate([room, pcm, room])
