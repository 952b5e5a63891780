"""From the words of a person to the question that is searched for and read: noise and politeness off."""

from __future__ import annotations

import re
import unicodedata

from engines.errors import ReparteeError

MAX_QUESTION = 1000  # characters; a spoken minute is about 900

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay)\s+)?(?:repartee[\s,.!]+)?(?:please[\s,]+)?"
    r"(?:(?:(?:can|could|would|will)\s+you\s+)?(?:please\s+)?tell\s+(?:me|us)|do\s+you\s+know|i(?:'d|\s+would)\s+like\s+to"
    r"\s+know|i\s+want\s+to\s+know|i\s+wonder)?[\s,]*(?=(?:who|whom|whose|what|when|where|which|why|how)\b)",
    re.IGNORECASE,
)


class QuestionError(ReparteeError):
    """A question that cannot be asked: empty, without a letter or digit, or longer than MAX_QUESTION characters."""


def understand(words: str) -> str:
    """Return the question in ``words``, to search for and to read against the passages. Raises QuestionError."""
    if len(words) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(words)} characters; at most {MAX_QUESTION} are accepted: ask something shorter."
        )
    cleaned = " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in words).split())
    if not any(char.isalnum() for char in cleaned):
        raise QuestionError("The question is empty; ask something, such as: When was the lighthouse built?")
    return _POLITE.sub("", cleaned, count=1)
