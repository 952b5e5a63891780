"""What several skills do with words before they look at them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assistant.languages.en.numbers import said_words
from assistant.languages.en.politeness import without_request

MOST_WORDS = 40  #: whoever says more tells something and asks for nothing that a skill does


def request(words: str) -> list[str]:
    """Return the words of a sentence without politeness around it; none for a long one."""
    return list(_request(words))


@lru_cache(maxsize=8)  # each skill asks about the same sentence
def _request(words: str) -> tuple[str, ...]:
    said = said_words(words)
    if len(said) > MOST_WORDS:
        return ()
    return tuple(without_request(" ".join(said)).split())


def enumerated(items: Sequence[str], joint: str = "and") -> str:
    """Return a list as it is said: "milk, eggs and bread"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}" if items else ""
