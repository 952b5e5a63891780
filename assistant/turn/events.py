"""The immutable events that travel along a turn: what was heard, what is cited, what is replied."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.turn.budget import Stage


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words recognised from speech. ``confidence`` is 0..1, or None where the recognizer gives none."""

    text: str
    final: bool = True
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands, verbatim.

    ``start`` and ``end`` are character offsets into the plain text of ``document`` (for a .txt file, the file itself;
    for Markdown and HTML, the text without markup), so that ``plain_text[start:end] == text``. A client checks them
    with ``repartee knowledge search --json``, whose passages carry their text and their own offsets into the same
    document: ``passage.text[start - passage.start : end - passage.start] == text``.

    ``title`` and ``headings`` of the document, ``passage`` (the text of the whole passage) and ``passage_start`` (its
    offset in the document) are for showing the span in its place and are not part of the JSON.
    """

    document: str
    passage_id: int
    start: int
    end: int
    text: str
    title: str = ""
    passage: str = ""
    passage_start: int = 0
    headings: tuple[str, ...] = ()

    @property
    def span_in_passage(self) -> tuple[int, int]:
        """Character offsets of the cited span inside ``passage``."""
        return self.start - self.passage_start, self.end - self.passage_start

    def to_json(self) -> dict[str, object]:
        """Return the citation's object in ``repartee ask --json``."""
        return {
            "document": self.document,
            "passage_id": self.passage_id,
            "start": self.start,
            "end": self.end,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """The outcome of a turn.

    ``answer`` is a verbatim span, or None when abstaining; ``confidence`` is the calibrated probability (0..1) that the
    answer is right; ``spoken`` is the sentence to say, never empty; ``total_ms`` is the wall clock of the whole turn.
    """

    question: str
    transcript: str | None
    answer: str | None
    confidence: float
    abstained: bool
    citations: tuple[Citation, ...]
    spoken: str
    stages: tuple[Stage, ...]
    total_ms: float

    @classmethod
    def recalled(cls, question: str, answer: str) -> Reply:
        """Return an exchange that somebody else remembers, such as a client that resumes a conversation."""
        return cls(question, None, answer, 1.0, False, (), answer, (), 0.0)

    def to_json(self) -> dict[str, object]:
        """Return the object that ``repartee ask --json`` prints; its keys are stable."""
        return {
            "question": self.question,
            "transcript": self.transcript,
            "answer": self.answer,
            "confidence": round(self.confidence, 4),
            "abstained": self.abstained,
            "citations": [citation.to_json() for citation in self.citations],
            "spoken": self.spoken,
            "stages": [stage.to_json() for stage in self.stages],
            "total_ms": round(self.total_ms, 3),
        }
