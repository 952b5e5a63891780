"""What an answer holds under: the condition in front of it, and the exception behind it.

"The deposit is refunded" is wrong of "Until 30 days before arrival the deposit is refunded", and "dogs are welcome" of
"Dogs are welcome. But only in the yard". A condition that the question names is not repeated.
"""

from __future__ import annotations

import re

from assistant.turn.completing import may_be_of_a_table, moved, stems
from assistant.turn.events import Citation
from knowledge.sentences import sentences

_MOST_IN_FRONT, _MOST_BEHIND = 12, 20  # words
_CLAUSE_IN_FRONT = re.compile(
    r"\W*(?:if|when|where|unless|once|while|as long as|provided|in case)\b[^,;:.]*,\s*", re.IGNORECASE
)
_PHRASE_IN_FRONT = re.compile(
    r"\W*(?:until|till|up to|before|after|from|within|during|between|outside|without|on|in|at|for|with)\s[^;:.]*\s",
    re.IGNORECASE,
)
#: A clause of its own: only before one is a phrase without a comma a condition, "in 1985 a fire" is none.
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|will|can|cannot|must|may|costs?|gets?|goes|go|closes?|opens?)\b")
_EXCEPTION = r"(?:but only|but not|only (?:if|when|with|for|on|in|after)|unless|except|excluding|provided|as long as)\b"
_BEHIND = re.compile(rf"\s*[,(–—-]?\s*(?:{_EXCEPTION}|if\b)(?:[^;:()]|:(?=\d))*\)?", re.IGNORECASE)
_NEXT = re.compile(
    r"(?:but only|unless|except|provided)\b|exceptions?\b|not (?:on|in|for|if|when|during|at)\b|"
    r"(?:this|that|it) (?:does not|doesn['’]t|is not|isn['’]t|only) (?:appl\w+|valid|so|the case)\b",
    re.IGNORECASE,
)


def with_its_condition(question: str, cited: Citation) -> Citation:
    """A citation with the condition in front of it and the exception behind it, in its sentence or in the next one."""
    from engines.reader.layout import whole_part

    if may_be_of_a_table(cited):
        return cited
    text, (start, end) = cited.passage, cited.span_in_passage
    parts = list(sentences(text, *whole_part(text, start, end)))
    number = next((at for at, each in enumerate(parts) if each[0] < end <= each[1]), None)
    if number is None:
        return cited
    begin, close = parts[number]
    if begin < start and _is_condition(text[begin:start], text[start:end]) and _is_new(question, text[begin:start]):
        start = begin
    if (behind := _BEHIND.match(text, end, close)) and _is_new(question, behind[0]):
        words = behind[0].rstrip(" .!\n")
        end += len(words) if len(words.split()) <= _MOST_BEHIND else 0
    if not text[end:close].strip(" .!)") and number + 1 < len(parts):
        following = parts[number + 1]
        is_near = "\n\n" not in text[close : following[0]]
        if is_near and _NEXT.match(text, *following) and len(text[slice(*following)].split()) <= _MOST_BEHIND:
            end = following[1]
    return moved(cited, start, end)


def _is_condition(before: str, answer: str) -> bool:
    """Whether all that stands in a sentence before its answer is a condition."""
    if len(before.split()) > _MOST_IN_FRONT:
        return False
    if _CLAUSE_IN_FRONT.fullmatch(before):
        return True
    return _PHRASE_IN_FRONT.fullmatch(before) is not None and not _VERB.search(before) and bool(_VERB.search(answer))


def _is_new(question: str, condition: str) -> bool:
    """Whether a condition says what the question does not: whoever named it need not hear it again."""
    said = stems(condition)
    return not said or 2 * len(said & stems(question)) < len(said)
