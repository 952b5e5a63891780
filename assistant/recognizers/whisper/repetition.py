"""Words that are repeated: a model that lost its way goes round in circles, and who sings has syllables for words."""

from __future__ import annotations

import zlib
from collections import Counter

#: Syllables of a word and how often one of them may be in it: "T-T-T-T" and "Buh-da-buh-dee-buh" are sung, or laughed.
SYLLABLES, THE_SAME = 4, 2
LOOPED = 2.4  # times that a text which goes round in circles can be compressed (Radford et al. 2022, section 4.5)
LONGEST_LOOP, ROUNDS = 8, 3  # words, and how often they may be said in a row


def is_twice(text: str) -> bool:
    """Say whether a text is a sentence of three or more words and the same once more."""
    words = _keys(text)
    half = len(words) // 2
    return half > 2 and len(words) % 2 == 0 and words[:half] == words[half:]


def is_loop(text: str) -> bool:
    """Say whether a text goes round in circles."""
    content = text.encode()
    return without_loops(text) != text or len(content) > LOOPED * len(zlib.compress(content))


def is_syllables(text: str) -> bool:
    """Say whether at least half of the words are the same few syllables again and again, with hyphens between them."""
    words = text.split()
    parts = [[bare(part) for part in word.split("-") if bare(part).isalpha()] for word in words]
    sung = [len(each) >= SYLLABLES and max(Counter(each).values()) > THE_SAME for each in parts]
    return bool(words) and 2 * sum(sung) >= len(words)


def without_loops(text: str) -> str:
    """Return a text that says nothing more than ROUNDS times in a row: of what does, the first time is left."""
    words, keys = text.split(), _keys(text)
    place = 0
    while place < len(words):
        for size in range(1, LONGEST_LOOP + 1):
            phrase, end = keys[place : place + size], place + size
            while keys[end : end + size] == phrase:
                end += size
            if end - place > ROUNDS * size:
                # What is left of a last round is as little meant as the others were.
                while end < len(words) and keys[end] == keys[end - size]:
                    end += 1
                del words[place + size : end], keys[place + size : end]
                break
        place += 1
    return " ".join(words)


def bare(word: str) -> str:
    """Return a word without capitals and punctuation, which make no other word of it."""
    return word.strip(".,!?").lower()


def _keys(text: str) -> list[str]:
    return [bare(word) for word in text.split()]
