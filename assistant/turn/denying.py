"""An answer that its sentence denies: "theft, tyres and blades" of "It does not cover theft, tyres and blades"."""

from __future__ import annotations

import re

from assistant.turn.completing import with_its_sentence
from assistant.turn.events import Citation

NOT = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|without|forbidden|prohibited|excludes?|excluding)\b|n['’]t\b", re.IGNORECASE
)
#: What a question says that asks for what is denied, or for more than a thing that may be.
_ASKS_FOR_IT = re.compile(
    rf"{NOT.pattern}|\b(?:avoid|except|apart from|other than|exclu\w+|forb\w+|prohibit\w*|ban(?:ned)?|leave out|"
    r"left out|exempt\w*|free of|against|wrong|why|how)\b",
    re.IGNORECASE,
)
#: Behind a denial, what ends it: "does not start, press reset", "not before 9", "no dogs but cats".
_ENDS_IT = re.compile(
    r"[;:]|\b(?:but|instead|than|before|until|unless|except|only|if|when|because|since|so|to avoid)\b", re.IGNORECASE
)
_CONDITION = re.compile(r"(?:if|when|where|unless|once|while|as long as|should|in case)\b[^,]*,", re.IGNORECASE)


def with_its_denial(question: str, cited: Citation) -> Citation:
    """A citation with its sentence, where that denies what the question does not ask to hear denied.

    A long sentence is left as it is: there the denial and what is cited are mostly of different clauses.
    """
    if _ASKS_FOR_IT.search(question):
        return cited
    whole = with_its_sentence(cited)
    before = whole.text[: cited.start - whole.start]
    if condition := _CONDITION.match(before):
        before = before[condition.end() :]
    denials = list(NOT.finditer(before))
    if not denials or _ENDS_IT.search(before, denials[-1].end()):
        return cited
    return whole
