"""Numbers that a question has in words, as figures: "code e four" may be E4 in documents, "nineteen oh eight" 1908."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import NamedTuple

from engines.number_words import cardinal, year

#: Smaller numbers stand in words in most texts, too; they are figures behind a letter only.
LEAST = 10
_YEARS = range(1100, 2100)
_LONGEST = 4
#: Of a question only so many words are looked at, and so many numbers taken.
_WORDS_LOOKED_AT, _MOST = 64, 8
_WORD = re.compile(r"(?<!['’])\b[^\W\d_]+")  # not the "m" of "I'm twenty"
_BETWEEN = re.compile(r"[\s-]+")
#: A number goes on behind these: "ten thousand", "twenty point five".
_GOES_ON = frozenset("hundred thousand million billion point half".split())
#: A letter that is a word of its own: "a four hour walk", "am I three hours late?".
_WORDS_OF_A_LETTER = frozenset("ai")


class Said(NamedTuple):
    """Characters `start`..`end` of a question, and how they may be written; `is_code`: a letter and figures."""

    start: int
    end: int
    figures: str
    is_code: bool


@lru_cache(64)
def figures_said(question: str) -> tuple[Said, ...]:
    """Return the numbers and codes that a question has in English words, from the left."""
    return tuple(islice(_found(question), _MOST))


def _found(question: str) -> Iterator[Said]:
    words = list(islice(_WORD.finditer(question), _WORDS_LOOKED_AT))
    known, place = _known(), 0
    while place < len(words):
        letter = words[place][0].lower()
        is_code = len(letter) == 1 and letter not in _WORDS_OF_A_LETTER
        size, figures = _number(question, words, place + is_code, known)
        if figures and (is_code or int(figures) >= LEAST):
            last = words[place + is_code + size - 1]
            yield Said(words[place].start(), last.end(), letter.upper() + figures if is_code else figures, is_code)
            place += is_code
        place += max(size, 1)


def _number(question: str, words: list[re.Match[str]], place: int, known: dict[str, str]) -> tuple[int, str]:
    """How many words from `place` on are a number, and its figures; 0 and "" where none begins there."""
    run: list[str] = []
    best = 0, ""
    for word in words[place : place + _LONGEST]:
        if word is not words[place] and not _BETWEEN.fullmatch(
            question, words[place + len(run) - 1].end(), word.start()
        ):
            break
        run.append(word[0].lower())
        if (figures := known.get(" ".join(run))) is not None:
            best = len(run), figures
        elif run[-1] in _GOES_ON:
            return 0, ""
    return best


@cache
def _known() -> dict[str, str]:
    said = {year(number): str(number) for number in _YEARS}
    return said | {cardinal(number): str(number) for number in range(101)}
