"""Recognised words, written as the documents write them: "fault code e seven" becomes "fault code E7".

A recognizer hears "nineteen oh eight"; a retriever and a reader look for "1908". What is written with figures or
capitals is therefore collected from the documents, and put where it was said. Other numbers stay in words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from engines.number_words import number_words

LONGEST = 8  # words said for one written form
_FIGURES = re.compile(r"(?<![\w.,])[A-Za-z]?\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?(?![\w]|[.,]\d)")
_LOWER = re.compile(r"\b[a-z][a-z'’]+\b")


def written_forms(texts: Iterable[str]) -> dict[str, str]:
    """Return how the texts write what is said: {"nineteen oh eight": "1908", "marlow point": "Marlow Point"}."""
    from assistant.languages.en.names import names_in
    from assistant.languages.en.spoken_words import spoken_words  # heavy, and not needed to write

    figures: dict[str, Counter[str]] = {}
    names: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for text in texts:
        for token in _FIGURES.findall(text):
            words = spoken_words(token)
            if 0 < len(words) <= LONGEST:
                figures.setdefault(" ".join(words), Counter())[token.rstrip(",")] += 1
        if text.rstrip()[-1:] in ".!?":  # headings capitalise what sentences do not
            names.update(names_in(text))
        lower.update(_LOWER.findall(text))
    forms = {said: tokens.most_common(1)[0][0] for said, tokens in figures.items()}
    # A number that the texts also spell out, such as "ten", may be either.
    forms = {said: token for said, token in forms.items() if " " in said or lower[said] == 0}
    for name, _ in names.most_common():
        said = " ".join(spoken_words(name))
        if said and (" " in said or lower[said] == 0):
            forms.setdefault(said, name)
    return forms


def write(words: Sequence[str], forms: Mapping[str, str]) -> str:
    """Return recognised words as a text, the longest written forms first."""
    text: list[str] = []
    place = 0
    while place < len(words):
        for length in range(min(LONGEST, len(words) - place), 0, -1):
            form = forms.get(" ".join(words[place : place + length]))
            if form is not None and not _within_number(words, place, place + length):
                text.append(form)
                place += length
                break
        else:
            text.append(words[place])
            place += 1
    return " ".join(text)


def _within_number(words: Sequence[str], start: int, end: int) -> bool:
    """Say whether a number goes on before `start` or after `end`: in "one hundred six" there is no "100"."""
    numbers = number_words()
    before = words[start - 1] in numbers and words[start] in numbers if start else False
    after = words[end] in numbers and words[end - 1] in numbers if end < len(words) else False
    return before or after
