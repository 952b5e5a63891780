"""Whether what was heard over a reply is the reply: what an echo canceller leaves on a machine that is too busy for it.

Pure. A person who repeats a few words of a reply in a question adds some of their own.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from assistant.languages.en.completeness import words_of
from engines.number_words import numbers_in_words

FEWEST_WORDS = 3  # "two thousand" may be asked back
SAME = 0.8  # of the words heard, in the order in which they were said


def is_echo(heard: str, said: str) -> bool:
    """Whether nearly all words `heard` are words that were `said`, in that order; some may be misheard."""
    ours, theirs = words_of(numbers_in_words(heard)), words_of(numbers_in_words(said))
    if len(ours) < FEWEST_WORDS or not theirs:
        return False
    runs = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs) >= SAME * len(ours)
