"""Questions that a document invites: those it asks itself, and those that its plainest sentences answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.sentences import sentences

#: Below a heading that is a question its answer is expected within this, characters.
ANSWER_WITHIN = 800
SHORTEST, LONGEST = 12, 90  # characters of a question that is shown

_ASKS = re.compile(
    r"(?:Who|What|When|Where|Which|Why|How|Is|Are|Can|Could|Do|Does|Did|May|Must|Should|Will)\b[^?!\n]*\?"
)
_NAMED = r"(?P<who>(?:The|An?) [a-z][\w’'-]*(?: (?!that\b|which\b|who\b|and\b|or\b)[\w’'-]+){0,5}?|[A-Z][a-z]{3,}s)"
_FIGURE = r"(?:about |roughly |at least |up to )?(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_MADE = "built|opened|founded|made|invented|written|discovered|painted|closed|signed"
_TIMES = {"opens": "open", "closes": "close", "leaves": "leave", "starts": "start", "begins": "begin", "ends": "end"}
_FAR = "tall|high|long|wide|deep|thick|old|heavy"
_PLAIN = tuple(
    re.compile(rf"{_NAMED} {rest}")
    for rest in (
        rf"(?P<be>is|are|was|were) {_FIGURE} [a-z]+ (?P<far>{_FAR})\b",
        rf"(?P<be>was|were) (?P<made>{_MADE})\b[^.]*\b[12]\d\d\d\b",
        rf"(?P<time>{'|'.join(_TIMES)}) (?:at|from|on|in) ",
        rf"(?P<cost>costs?) {_FIGURE}\b",
        rf"(?P<weight>weighs?) {_FIGURE}\b",
    )
)
_SOMEBODY = re.compile(r"(?P<who>The (?:first|last|oldest|youngest) [a-z]+) was [A-Z][\w’'-]+ [A-Z][\w’'-]+\b")


@dataclass(frozen=True)
class Example:
    """A question, and the characters of the document among which its answer stands."""

    question: str
    start: int
    end: int


def examples(text: str) -> Iterator[Example]:
    """Yield what may be asked of a document, what it asks itself first."""
    for line in re.finditer(r"[^\n]+", text):
        asked = line[0].strip()
        if SHORTEST <= len(asked) <= LONGEST and _ASKS.fullmatch(asked):
            yield Example(asked, line.end(), min(len(text), line.end() + ANSWER_WITHIN))
    for block in re.finditer(r"(?:[^\n]+\n?)+", text):
        for start, end in sentences(text, block.start(), block.end()):
            question = _question(" ".join(text[start:end].split()))
            if SHORTEST <= len(question) <= LONGEST:
                yield Example(question, start, end)


def _question(sentence: str) -> str:
    """Return the question that a sentence answers, "" for a sentence that is not as plain as that."""
    if found := _SOMEBODY.match(sentence):
        return f"Who was {_inside(found['who'])}?"
    for pattern in _PLAIN:
        if found := pattern.match(sentence):
            return _asked(found.groupdict())
    return ""


def _asked(part: dict[str, str | None]) -> str:
    who = _inside(part["who"] or "")
    do = "do" if re.fullmatch(r"[a-z]+s", who) else "does"
    if far := part.get("far"):
        return f"How {far} {part['be']} {who}?"
    if made := part.get("made"):
        return f"When {part['be']} {who} {made}?"
    if time := part.get("time"):
        return f"When {do} {who} {_TIMES[time]}?"
    if part.get("weight"):
        return f"How much {do} {who} weigh?"
    return f"How much {do} {who} cost?"


def _inside(who: str) -> str:
    """Return a subject as it stands inside a sentence."""
    return who[0].lower() + who[1:]
