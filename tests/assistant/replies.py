"""Replies to make tests of."""

from typing import Any

from assistant.turn.events import Answer, Citation, Reply


def answered(question: str, answer: str | None, *citations: Citation, **values: Any) -> Reply:
    """Return a reply with this answer, None for an abstention."""
    return Reply(
        question=question,
        outcome="abstained" if answer is None else "answered",
        answer=None if answer is None else Answer(answer, citations),
        **{"spoken": answer or "I don't know.", "confidence": 0.9, "total_ms": 1.0} | values,
    )
