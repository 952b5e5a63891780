"""The immutable events that travel along a turn: what was heard, what is cited, what was done, what is replied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.home.entities import HomeIntent
from assistant.turn.budget import Stage

#: How a turn ended. "command" is one to the voice itself ("louder"); "asked_back" waits for a yes, a no or a name.
Outcome = Literal["answered", "abstained", "acted", "asked_back", "failed", "command"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words recognised from speech; empty where there were none. `note` says what there was no time to do for them."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where an answer stands, verbatim.

    `start` and `end` are character offsets into the plain text of `document` (for a .txt file, the file itself;
    for Markdown and HTML, the text without markup), so that `plain_text[start:end] == text`. A client checks them
    with `repartee knowledge search --json`, whose passages carry their text and their own offsets into the same
    document: `passage.text[start - passage.start : end - passage.start] == text`. `page` counts from 1, None where
    the document has no pages.

    `title` and `headings` of the document, `passage` (the text of the whole passage) and `passage_start` (its
    offset in the document) are for showing the span in its place and are not part of the JSON; nor is `said`, the
    words that are told where reading `text` out says them badly.
    """

    document: str
    passage_id: int
    start: int
    end: int
    text: str
    page: int | None = None
    title: str = ""
    passage: str = ""
    passage_start: int = 0
    headings: tuple[str, ...] = ()
    said: str = ""

    @property
    def span_in_passage(self) -> tuple[int, int]:
        """Character offsets of the cited span inside `passage`."""
        return self.start - self.passage_start, self.end - self.passage_start

    def to_json(self) -> dict[str, object]:
        """Return the citation's object in `repartee ask --json`."""
        return {
            "document": self.document,
            "passage_id": self.passage_id,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "page": self.page,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A verbatim span and every place that says it, the best first; at least one.

    `yesno`: "yes" or "no" where the question asks for that, and the span says so; else "".
    """

    text: str
    citations: tuple[Citation, ...]
    yesno: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a turn did, or asked whether to do: to which entities (their ids), with which values.

    `confirmed` is whether what was changed has reported its new state; None where there is nothing to report.
    `results` says what became of each entity: done, under_way, sent, silent, unavailable, not_sent or refused.
    """

    intent: str
    entities: tuple[str, ...] = ()
    slots: Mapping[str, object] = field(default_factory=dict)
    confirmed: bool | None = None
    results: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return the action's object in `repartee ask --json`."""
        return {
            "intent": self.intent,
            "entities": list(self.entities),
            "slots": dict(self.slots),
            "confirmed": self.confirmed,
            **({"results": dict(self.results)} if self.results else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A function of the client's own code that is to be called, with arguments of plain JSON."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The outcome of a turn.

    `question` is what was said or typed, `transcript` the same where it was heard; `spoken` is the sentence to
    say, never empty, and not to be said aloud where `silent` (whoever says "stop" does not want to hear "okay").
    `confidence` (0..1) is how probable it is that the best span found is right, 1 where nothing was read.
    `intent` is what was understood of the house: what "it" and "yes" mean next. `total_ms` is the wall clock of the
    whole turn. `offer`: what an abstention quotes, since it may be the answer. With `fallback`, the documents gave no
    answer and `spoken` quotes another model, without citations.
    With `call` there is nothing to say yet: the client is to call a function of its own.
    """

    question: str
    spoken: str
    outcome: Outcome
    transcript: str | None = None
    answer: Answer | None = None
    offer: Citation | None = None
    action: Action | None = None
    intent: HomeIntent | None = None
    confidence: float = 1.0
    silent: bool = False
    fallback: bool = False
    call: ToolCall | None = None
    stages: tuple[Stage, ...] = ()
    total_ms: float = 0.0

    @classmethod
    def recalled(cls, question: str, answer: str) -> Reply:
        """Return an exchange that somebody else remembers, such as a client that resumes a conversation."""
        return cls(question=question, spoken=answer, outcome="answered", answer=Answer(answer, ()))

    @property
    def abstained(self) -> bool:
        """Whether the documents were asked and gave no answer."""
        return self.outcome == "abstained"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations of the answer, or of what is offered in place of one."""
        if self.answer is not None:
            return self.answer.citations
        return (self.offer,) if self.offer is not None else ()

    @property
    def remembered(self) -> bool:
        """Whether what is said next may refer to this: not to commands to the voice, nor to what was not understood."""
        return self.call is None and self.outcome != "command" and (self.outcome != "failed" or self.intent is not None)

    def to_json(self) -> dict[str, object]:
        """Return the object that `repartee ask --json` prints; its keys are stable."""
        return {
            "question": self.question,
            "transcript": self.transcript,
            "outcome": self.outcome,
            "answer": self.answer.text if self.answer is not None else None,
            "confidence": round(self.confidence, 4),
            "abstained": self.abstained,
            "citations": [citation.to_json() for citation in self.citations],
            "action": self.action.to_json() if self.action is not None else None,
            "spoken": self.spoken,
            "stages": [stage.to_json() for stage in self.stages],
            "total_ms": round(self.total_ms, 3),
            **({"fallback": True} if self.fallback else {}),
        }
