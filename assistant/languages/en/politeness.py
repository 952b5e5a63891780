"""What stands around a question and is no part of it: "could you please tell me", "my friends, the question is"."""

from __future__ import annotations

import re

from assistant.languages.en.words import AUXILIARIES, QUESTION_WORDS, REQUESTS, any_of

_POLITE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay)\s+)?(?:repartee[\s,.!]+)?(?:please[\s,]+)?"
    rf"(?:(?:{any_of(REQUESTS)}\s+you\s+)?(?:please\s+)?tell\s+(?:me|us)|do\s+you\s+know|i(?:'d|\s+would)\s+like\s+to"
    rf"\s+know|i\s+want\s+to\s+know|i\s+wonder)?[\s,]*(?={any_of(QUESTION_WORDS)}\b)",
    re.IGNORECASE,
)

_JOINING = r"(?:(?:and|so|but|well|now|okay|ok|right|listen|look|hey|hi|hello|oh|um|uh|then|please)[\s,.:;!–—-]+)*"
_ADDRESS = (
    r"(?:(?:my\s+)?(?:dear\s+)?(?:friends?|fellows?|colleagues|people|folks|guys|children)|my\s+dear|everyone|everybody|"
    r"ladies\s+and\s+gentlemen|my\s+fellow\s+\w+)"
    rf"(?!\s+(?:{any_of(QUESTION_WORDS)}|{any_of(AUXILIARIES)})\b)"  # "people who borrow" are no address
)
_ANNOUNCED = (
    r"(?:(?:the|my|our|one|another|next|first|last|big|real|other|more|quick|short|only)\s+)+question(?:\s+for\s+you)?"
    r"(?:(?:\s+is|'s)(?:\s+(?:this|that|simple|the\s+following))?)?|"
    r"(?:here(?:\s+is|'s|\s+comes)|i\s+have|i've(?:\s+got)?)\s+(?:(?:a|the|my|one|another|more|quick)\s+)+question"
    r"(?:\s+for\s+you)?|"
    r"(?:let\s+me|(?:can|may|could)\s+i)(?:\s+just)?\s+ask(?:\s+you)?(?:\s+(?:this|something|a\s+question|one\s+thing))?|"
    r"(?:i\s+want|i'd\s+like|i\s+would\s+like)\s+to\s+ask(?:\s+you)?(?:\s+(?:this|something|a\s+question))?|"
    r"what\s+i(?:'d|\s+would)?\s+(?:want|like|need)\s+to\s+(?:know|ask)\s+is(?:\s+this)?|"
    r"i(?:'m|\s+am|\s+was|\s+have\s+been|'ve\s+been)\s+(?:just\s+)?wondering"
)
_PREAMBLE = re.compile(
    rf"^{_JOINING}(?:(?:{_ADDRESS}|{_ANNOUNCED})[\s,.:;?!–—-]+{_JOINING})+"
    rf"(?={any_of(QUESTION_WORDS)}\b|{any_of(AUXILIARIES)}\s+\w+\s+\w)",
    re.IGNORECASE,
)


def without_politeness(question: str) -> str:
    """Return a question without what only introduces it, before its question word or verb; anything else as it is."""
    return _POLITE.sub("", _PREAMBLE.sub("", question, count=1), count=1)


_BEFORE_REQUEST = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|repartee|please|now|so|then|and|um|uh|just|,)\s+)*"
    rf"(?:(?:{any_of(REQUESTS)}\s+you|i\s+want\s+you\s+to|i\s+(?:want|need)\s+to|i'd\s+like\s+(?:you\s+)?to|i\s+would\s+like"
    r"\s+(?:you\s+)?to|i\s+need\s+you\s+to|let's)\s+)?(?:(?:please|just)\s+)*(?:(?:tell\s+me|do\s+you\s+know)\s+)?"
)
_AFTER_REQUEST = re.compile(r"(?:\s+(?:please|thanks|thank\s+you|repartee|for\s+me|,))+$")


def without_request(words: str) -> str:
    """Return words (lower case, single spaces) without what only asks for something to be done: "could you please"."""
    return _AFTER_REQUEST.sub("", _BEFORE_REQUEST.sub("", words, count=1))
