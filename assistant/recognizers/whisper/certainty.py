"""How sure the ear is of the words that it decoded: by how much each is likelier than another one in its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.recognizers.whisper.repetition import bare
from assistant.recognizers.whisper.vocabulary import Vocabulary

RIVALS = 5  # likeliest tokens of a place that are looked at
SURE_OF_A_WORD = 3.0  # natural logarithm, from which on a word is taken for no other one that sounds like it


@dataclass(frozen=True)
class Certainty:
    """How sure the ear is of its first choice: `least` is by how much a word of it is likelier than another one, in
    natural logarithms, and `sure` are the words that are likelier by SURE_OF_A_WORD."""

    least: float = 0.0
    sure: frozenset[str] = frozenset()


def certainty(vocabulary: Vocabulary, decoded: Sequence[int], logits: Sequence[Any]) -> Certainty:
    """Return how sure a model is of the tokens that it decoded.

    `logits` has float32[tokens] for each of them. Capitals and punctuation make no other word.
    """
    margins: list[tuple[int, float]] = []
    for token, scores in zip(decoded, logits, strict=False):
        if vocabulary.seconds(token) is not None:
            continue
        row = np.array(scores, np.float32).reshape(-1)
        own, word = float(row[token]), bare(vocabulary.text([token]))
        row[token] = -np.inf
        margin = math.inf
        for _ in range(RIVALS):
            rival = int(row.argmax())
            if bare(vocabulary.text([rival])) != word:
                margin = own - float(row[rival])
                break
            row[rival] = -np.inf
        margins.append((token, margin))
    return Certainty(min((margin for _, margin in margins), default=math.inf), sure_words(vocabulary, margins))


def sure_words(vocabulary: Vocabulary, margins: Sequence[tuple[int, float]]) -> frozenset[str]:
    """Return the words of which every token is sure, and that were not said another time with less certainty."""
    words: list[tuple[list[int], float]] = []
    for token, margin in margins:
        if words and not vocabulary.begins_word(token):
            tokens, least = words[-1]
            words[-1] = ([*tokens, token], min(least, margin))
        else:
            words.append(([token], margin))
    told = [(bare(vocabulary.text(tokens)), least) for tokens, least in words]
    return frozenset(word for word, _ in told) - {word for word, least in told if least < SURE_OF_A_WORD}
