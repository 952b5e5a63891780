"""A clause that only tells something beside a command that is whole without it: "lamp on, I can't find my book"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.home.understanding.reasons import NEVER_A_REASON

_WHO = r"(?:i|we|he|she|it|they|there|nobody|everybody|everyone|somebody|someone|mum|mom|dad|grandma|grandpa|gran|nan|(?:the|my|our|his|her|their|that|this) (?:\w+ ){1,2}?|\w+)"
_DOES = r"(?:is|are|am|was|were|has|have|had|can not|can hardly|can barely|can|could not|can never|do not|does not|did not|will not|need to|needs to|want to|wants to|wanted to|fancy|like|likes|love|hate|heard|left|came|got|went|feel|feels|looks?|smells?|sounds?|stinks?|just|keep|keeps)"
_CLAUSE = re.compile(rf"(?:(?:because|as|since|so|and|oh|ok|well|look|hey|nah|ugh) )*{_WHO} ?{_DOES} \w+(?: \w+)*")
#: With one of these a clause is a condition, a correction, another's words, or for another time.
_NEVER = (
    NEVER_A_REASON
    - {
        "hear", "heard", "hears", "already", "last", "tonight", "ever", "never", "always", "usually", "how", "what",
        "where", "film", "book", "lines", "plan", "email", "letter", "message", "mind", "know", "sure", "but", "though",
        "later", "text", "note",
    }
) | frozenset("meant mean myself ourselves one ones would goes please it's them those joking kidding".split())  # fmt: skip
#: What takes something back, or says what is wanted.
_WANTED = re.compile(
    r"\b(?:want|need|(?<!not )like|have|had|got) (?:it|them|that|this|those|the|my|our|his|her|both|all)\b(?! to (?:dry|cool|sleep))|\b(?:to \d+|at \d+|\d+ (?:percent|degrees))$|\bdo (?:it|that)\b|\bdid (?:it|that)\b|\b(?:doing|hear|heard|know|knows|remember) (?:it|that|this|what|how|if)\b|\b(?:know|knows|that|this|to|and|with|of|by|for|is|the|a|my)$|\bdoing (?:that|this)\b"
)
_LONGEST, _MOST = 14, 4  #: words of a clause, and clauses
_SO = re.compile(r"^(?:so|and|then|please|just|can you|could you|would you|will you|you can) ")


def beside(text: str) -> Iterator[tuple[str, str]]:
    """Yield what a plain sentence has beside a clause that only tells something, and that clause, before or behind it."""
    parts = text.split(" , ")
    if not 2 <= len(parts) <= _MOST:
        return
    if _tells(parts[-1]):
        yield " , ".join(parts[:-1]), parts[-1]
    if _tells(parts[0]):
        yield " , ".join(parts[1:]), parts[0]


def _tells(clause: str) -> bool:
    clause = clause.replace("can not tell", "can not see").replace("to read", "to sit")
    words = _SO.sub("", clause).split()
    return (
        3 <= len(words) <= _LONGEST
        and _CLAUSE.fullmatch(clause) is not None
        and _NEVER.isdisjoint(words)
        and _WANTED.search(clause) is None
    )
