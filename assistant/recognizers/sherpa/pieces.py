"""How a model spells words in pieces, which decides whether a phrase can be favoured.

sherpa-onnx cuts a phrase so that the sum of its pieces' scores is greatest. A model was trained on words cut by merging
pairs (byte pair encoding, Sennrich et al. 2016), where the number of a piece is the order in which it was merged.
With the scores here, of the words that were tried 9 of 10 are cut the same both ways (docs/speech.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

BOUNDARY = "▁"
_SPELLABLE = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Pieces:
    """The pieces in a model's tokens, in the order of their numbers."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._scores = {
            token: -math.log(number + 3) for number, token in enumerate(tokens) if not token.startswith("<")
        }
        self._longest = max(map(len, self._scores), default=0)
        letters = "".join(self._scores)
        self._lower, self._upper = letters != letters.upper(), letters != letters.lower()

    @property
    def usable(self) -> bool:
        """Whether words are spelt in pieces that tell where one begins."""
        return BOUNDARY in "".join(self._scores)

    def vocabulary(self) -> str:
        """Return what sherpa-onnx takes for `bpe_vocab`: a line for each piece, with its score."""
        return "".join(f"{piece}\t{score:.6f}\n" for piece, score in self._scores.items())

    def spelling(self, phrase: str) -> str | None:
        """Return a phrase in the letters the model writes; None where it has others, such as figures."""
        words = [word.rstrip(".,;?!") for word in phrase.replace("’", "'").replace("-", " ").split()]
        if not words or not all(_SPELLABLE.fullmatch(word) for word in words):
            return None
        spelt = " ".join(words)
        if self._lower != self._upper:
            spelt = spelt.lower() if self._lower else spelt.upper()
        return spelt

    def cut(self, word: str) -> list[str] | None:
        """Return the pieces of a word as sherpa-onnx finds them, None where it cannot be spelt."""
        text = BOUNDARY + word
        best: list[tuple[float, int]] = [(0.0, 0)] + [(-math.inf, 0)] * len(text)
        for end in range(1, len(text) + 1):
            for start in range(max(0, end - self._longest), end):
                score = best[start][0] + self._scores.get(text[start:end], -math.inf)
                if score > best[end][0]:
                    best[end] = (score, start)
        if best[-1][0] == -math.inf:
            return None
        pieces, end = [], len(text)
        while end:
            pieces.append(text[best[end][1] : end])
            end = best[end][1]
        return pieces[::-1]

    def merged(self, word: str) -> list[str]:
        """Return the pieces of a word as the model was trained on it: the pair that was merged first, first."""
        pieces = list(BOUNDARY + word)
        while True:
            pairs = [
                (-self._scores[pair], place)
                for place in range(len(pieces) - 1)
                if (pair := pieces[place] + pieces[place + 1]) in self._scores
            ]
            if not pairs:
                return pieces
            place = min(pairs)[1]
            pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
