"""The phrases that one utterance is decoded with, as sherpa-onnx takes them: "A B :1.5/C :2.0".

It adds a phrase's score for each piece that fits. Above 2 a phrase is heard where it was not said: the bonus of one
that was half said is not taken back at the end of an utterance.
"""

from __future__ import annotations

from collections.abc import Iterable

from assistant.recognizers.sherpa.pieces import Pieces

MOST = 100  # phrases of an utterance; 4 ms to set up, and more would cost words that nobody said
SHORT = 3  # pieces of a name that needs a stronger push
COMMON = 2  # pieces of a word that the model knows well enough, and would hear everywhere
PLAIN, SHORT_PHRASE, SHORT_NAME = 1.0, 1.5, 2.0


def hotwords(phrases: Iterable[str], pieces: Pieces) -> str:
    """Return phrases with their scores; those that the model cannot spell are left out, "" for none."""
    spelt = dict.fromkeys(filter(None, map(pieces.spelling, phrases)))
    return "/".join(f"{phrase} :{score}" for phrase in spelt if (score := _score(phrase, pieces)))


def _score(spelt: str, pieces: Pieces) -> float:
    """Return what a phrase is worth, 0.0 for one to leave out.

    A word that the library cuts in other pieces than the model was trained on would never be complete.
    """
    words = spelt.split()
    cuts = [cut for word in words if (cut := pieces.cut(word)) is not None and cut == pieces.merged(word)]
    if len(cuts) < len(words):
        return 0.0
    count = sum(map(len, cuts))
    if count <= COMMON and len(cuts) == 1:
        return 0.0
    if count > SHORT:
        return PLAIN
    return SHORT_NAME if len(cuts) == 1 else SHORT_PHRASE
