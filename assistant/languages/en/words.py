"""The small words of English that rules are made of, once. Further forms are added where a rule needs them."""

from __future__ import annotations

from collections.abc import Iterable

QUESTION_WORDS = tuple("who whom whose what when where which why how".split())
AUXILIARIES = tuple("is are was were do does did has have had can could will would should must may".split())
REQUESTS = tuple("can could would will".split())  # "can you ..." asks for something to be done


def any_of(words: Iterable[str]) -> str:
    """Return a regular expression for any of the words: "(?:who|what)"."""
    return f"(?:{'|'.join(words)})"
