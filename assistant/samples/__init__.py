"""Documents, questions and a recording that come with Repartee: for the demo, the benchmarks and the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engines.json_lines import read_objects

SAMPLES = Path(__file__).parent


def bundled_questions() -> dict[str, tuple[str, ...]]:
    """Return the questions about the bundled documents, each with what its answer must contain; () for no answer."""
    return {row["question"]: tuple(row["answers"]) for _, row in read_objects(SAMPLES / "questions.jsonl")}


def is_right(answer: str | None, expected: Sequence[str]) -> bool:
    """Say whether an answer contains one of the `expected` texts; with none expected, abstaining is right."""
    if not expected:
        return answer is None
    return answer is not None and any(text.lower() in " ".join(answer.lower().split()) for text in expected)
