"""The small words of English that rules are made of, once. Further forms are added where a rule needs them."""

from __future__ import annotations

from collections.abc import Iterable

QUESTION_WORDS = tuple("who whom whose what when where which why how".split())
AUXILIARIES = tuple("is are was were do does did has have had can could will would should must may".split())
REQUESTS = tuple("can could would will".split())  # "can you ..." asks for something to be done

SMALL_NUMBERS = tuple(
    (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen"
    ).split()
)
TENS = tuple("twenty thirty forty fifty sixty seventy eighty ninety".split())
#: Powers of ten with a name, the largest first.
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for any of the words: "(?:who|what)"."""
    return f"(?:{'|'.join(words)})"
