"""From the words of a person to the question that is searched for and read: politeness off, follow-ups completed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.events import Reply
from engines.errors import ReparteeError

MAX_QUESTION = 1000  # characters; a spoken minute is about 900

_ASKING = r"(?:who|whom|whose|what|when|where|which|why|how)"
_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay)\s+)?(?:repartee[\s,.!]+)?(?:please[\s,]+)?"
    r"(?:(?:(?:can|could|would|will)\s+you\s+)?(?:please\s+)?tell\s+(?:me|us)|do\s+you\s+know|i(?:'d|\s+would)\s+like\s+to"
    r"\s+know|i\s+want\s+to\s+know|i\s+wonder)?[\s,]*(?=" + _ASKING + r"\b)",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"^{_ASKING}(?:\s+(?:many|much|long|tall|high|old|far|big|often|deep|heavy|wide))?\s+"
    r"(?:(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\s+)?",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:(its|their|his|her(?=\s+\w{3}))|it|they|them|he|him|she|her)\b", re.IGNORECASE)
# "When was the mill built, and who owned it?" needs no conversation: "it" points into its own sentence.
_INNER = re.compile(r"\b(?:the|an?)\s+\w+\b.*\b(?:and|when|if|because|after|before|that)\b", re.IGNORECASE)
_SMALL = frozenset({"a", "an", "the", "of", "at", "in", "on", "to", "for", "and", "or", "is", "are", "was", "were"})


class QuestionError(ReparteeError):
    """A question that cannot be asked: empty, without a letter or digit, or longer than MAX_QUESTION characters."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """``question`` is read against the passages, ``query`` is searched for; ``note`` tells how it was completed."""

    question: str
    query: str
    note: str = ""


def understand(words: str, history: Sequence[Reply] = ()) -> Understanding:
    """Return the question in ``words``; ``history`` holds the conversation's earlier replies, oldest first.

    Raises QuestionError.
    """
    if len(words) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(words)} characters; at most {MAX_QUESTION} are accepted: ask something shorter."
        )
    cleaned = " ".join("".join(char if unicodedata.category(char)[0] != "C" else " " for char in words).split())
    if not any(char.isalnum() for char in cleaned):
        raise QuestionError("The question is empty; ask something, such as: When was the lighthouse built?")
    question = _POLITE.sub("", cleaned, count=1)
    pointing = _POINTING.search(question)
    topic = _topic(history) if pointing and not _INNER.search(question[: pointing.start()]) else ""
    if not pointing or not topic:
        return Understanding(question, question)
    owner = "'s" if pointing[1] else ""
    completed = f"{question[: pointing.start()]}{topic}{owner}{question[pointing.end() :]}"
    return Understanding(completed, completed, f"taken as: {completed}")


def _topic(history: Sequence[Reply]) -> str:
    """Return what the conversation is about: the cited document's title where the question named it, else its words."""
    for reply in reversed(history):
        if _POINTING.search(reply.question):
            continue  # a follow-up itself; what it points at was named earlier
        named = _LEADING.sub("", _POLITE.sub("", reply.question.strip(), count=1)).rstrip(" ?.!")
        for citation in reply.citations:
            if _content(citation.title) & _content(named):
                return citation.title
        return named
    return ""


def _content(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - _SMALL
