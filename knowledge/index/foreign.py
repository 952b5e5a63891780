"""Terms of texts that English stems and spaces do not part: other languages by their stems, some scripts in pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from knowledge.languages import LANGUAGES, READ, UNSPACED, folded, language, number_words, stop_words

if TYPE_CHECKING:
    import tantivy

#: Of a question only so many terms are looked for.
MOST_TERMS = 128
#: Longer words are no words, characters; as for English.
LONGEST_WORD = 64

_RUN = re.compile(f"[{UNSPACED}]+|[^\\W{UNSPACED}_]+")
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")


def terms(text: str, code: str) -> Iterator[str]:
    """Yield the terms of a document's text that is in the language `code`; none of a text in English."""
    yield from pairs(text)
    if code in LANGUAGES:
        yield from (f"{code}:{stem}" for stem in _stems(code).analyze(text))


def asked(question: str) -> Iterator[str]:
    """Yield the terms of a question, each once; where its language cannot be told, those of all languages."""
    code = language(question)
    codes = [code] if code in LANGUAGES else [] if code == READ else list(LANGUAGES)
    words = _words().analyze(question)
    found = (
        f"{each}:{stem}"
        for each in codes
        for word in words
        if folded(word) not in stop_words(each)
        for stem in _stems(each).analyze(word)
    )
    yield from islice(dict.fromkeys([*pairs(question), *found]), MOST_TERMS)


def numbers(question: str) -> Iterator[str]:
    """Yield the digits of the numbers that a question in another language has as words."""
    known = number_words(language(question))
    words = [folded(word) for word in _words().analyze(question)] if known else []
    for at in range(len(words)):
        said = next(
            (" ".join(words[at : at + size]) for size in (3, 1) if " ".join(words[at : at + size]) in known), ""
        )
        if said:
            yield known[said]


def pairs(text: str) -> Iterator[str]:
    """Yield each two neighbours of scripts without spaces, and the words and codes that are written to them."""
    if _IS_UNSPACED.search(text) is None:
        return
    for run in _RUN.finditer(text):
        if _IS_UNSPACED.match(run[0]):
            yield from (run[0][at : at + 2] for at in range(max(1, len(run[0]) - 1)))
        elif len(run[0]) <= LONGEST_WORD and (
            _IS_UNSPACED.match(text, run.end()) or _IS_UNSPACED.match(text, max(run.start() - 1, 0))
        ):
            yield run[0].lower()


@cache
def _words() -> tantivy.TextAnalyzer:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.remove_long(LONGEST_WORD)).filter(tantivy.Filter.lowercase()).build()


@cache
def _stems(code: str) -> tantivy.TextAnalyzer:
    """Accents are left out after the stem is made: stemmers know them."""
    import tantivy

    filters = tantivy.Filter
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    steps = (filters.remove_long(LONGEST_WORD), filters.lowercase(), filters.stemmer(LANGUAGES[code].stemmer))
    for step in (*steps, filters.ascii_fold()):
        builder = builder.filter(step)
    return builder.build()
