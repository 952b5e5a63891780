"""The question of a sentence apart from what is said around it: whom it is put to, why, and what it is asked for.

"Something smells burnt. Is the smoke detector picking anything up?", "how cold is it outside, honey? I'm wondering
about my coat". What stands around it is passed over only where it plainly tells or asks something of people; what
then remains has to be understood strictly. A question moves nothing.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from assistant.home.understanding.names.names import Directory
from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.names.places_said import place_in
from assistant.home.understanding.wording.asides import SAID_OR_MEANT

_MOST = 3  #: questions of one sentence that are tried
_ASKS = (
    r"(?:is|are|was|were|did|do|does|has|have|what|which|how|when|where|who|any|anything|anyone|anybody"
    r"|(?:can|could|would|will) you (?:see|hear|tell|check))"
)
_BEGINS = re.compile(rf"(?:(?:so|and|but|then|hey|ok|okay|please|now|right|well|tell me|do you know) )*(?={_ASKS}\b)")
#: Who is asked: "is the back door locked , mum".
_WHOM = re.compile(
    r"(?:(?:my|oh|ah|sorry|hey|hi|hello|good \w+|excuse me|old|dear) ?)*(?:mum|mom|mummy|mommy|dad|daddy|gran|nan|nana|grandma|grandad"
    r"|grandpa|love|lovely|honey|hun|hon|dear|dearie|darling|sweetheart|sweetie|babe|babes|mate|pal|buddy|dude|man|bro|boss|chief|friend|petal"
    r"|duck|pet|please|thanks|thank you|ta|cheers|sorry|hey|hi|hello|then|though|again|right|repartee|folks|guys|everyone)?"
)
_WHO = r"(?:i|we|he|she|it|they|that|this|there|you|nobody|nothing|something|everything|somebody|someone|everybody|everyone|people|the|my|our|his|her|their|a|an|some)"
#: What is told behind a question, or asked of people: "..., i have got to walk the dog", "..., do i need a coat".
_BEHIND = re.compile(
    rf"(?:(?:and|but|so|or|just|only|because|cause|cos|as|since|before|or else|now|well|maybe|perhaps) )*(?:{_WHO} \w+(?: .*)?"
    rf"|(?:do|does|did|should|shall|can|could|will|would|might|must|am|is|are|was|has|have) (?:i|we|he|she|it|they|there) .+"
    r"|(?:wondering|thinking|asking|just (?:wondering|curious|checking|asking)|curious|worried|wanting|trying|hoping|going|off|heading|looking|can not|could not|not sure|no idea) ?.*)"
)
#: The same where no pause parts it: only what begins with somebody, or with a word that says why.
_ON_AND_ON = re.compile(
    r" (?=(?:(?:because|cause|cos|so|as) )?(?:i|we|he|she|they|you) (?!left |have left )\w+|(?:do|should|shall|can|could|will|must|am) (?:i|we|it|they) |(?:because|cause|cos) \w+"
    r"|(?:the|my|our) (?:\w+ ){1,2}(?:is|are|has|have|looks?|feels?|smells?) )"
)
#: Where a question begins without a pause after what was told: "i am freezing what is the temperature in here".
_GOES_ON_TO_ASK = re.compile(r" (?=(?:is|are|did|has|have|what is|what are|how \w+ is|how \w+ are|which|where is) \w+)")
#: A plain story: somebody or something, and how it is.
_TOLD = re.compile(
    r"(?:(?:so|oh|hey|well|ok|okay|and|god|gosh|ugh|sorry) )*(?:i|we|it|there|he|she|somebody|someone|something|everything|nobody|(?:the|my|our|a|an) \w+(?: \w+)?|\w+) "
    r"(?:am|is|are|was|has|have|had|can|could|do|did|need|want|feel|feels|smell|smells|stinks?|looks?|sounds?|seems?|hear|heard|thought|think|forgot|forget|keeps?|wants?|needs?|just|left|saw|see) .+"
)
#: A question with its verb and what that is of: "which program", before "did i choose", is none.
_IS_WHOLE = re.compile(
    r"(?:is|are|was|were|did|do|does|has|have|any|anything|anyone|anybody|can|could|would|will) (?:\w+ )?\w+ \w+"
    r"|(?:what|which|how|when|where|who)\b.* (?:is|are|was|were|has|have|got|much|many|set|on|using|use)\b(?! (?:the|my|our|a)$)"
    r"(?: \w+)+"
)
#: What is told to be confirmed: "the shed is locked , right".
_CONFIRMED = re.compile(
    r"(?P<told>(?:the|my|our) (?:(?!,).)+ (?:is|are) (?:(?!,).)+?)(?: ,)? (?:right|correct|yeah|yes|innit|(?:is|are) (?:it|they)(?: not)?|(?:is|are) not (?:it|they))"
)
_NOWHERE = frozenset("in on at outside upstairs downstairs here".split())


def asked_apart(directory: Directory, text: str) -> Iterator[str]:
    """Yield the questions that a plain sentence may come down to, the likeliest first; itself is none of them."""
    given = 0
    for question in dict.fromkeys(_questions(directory, text)):
        if question and question != text:
            yield question
            given += 1
            if given >= _MOST:
                return


def _questions(directory: Directory, text: str) -> Iterator[str]:
    if confirmed := _CONFIRMED.fullmatch(text):
        yield confirmed["told"]
    parts = [part for part in text.split(" , ") if not _is_whom(part, directory.vocabulary())]
    if not parts:
        return
    for place, part in enumerate(parts):
        begins = _BEGINS.match(part)
        if begins is None or not all(map(_is_told, parts[:place])):
            continue
        question = part[begins.end() :]
        behind = place + 1
        while behind < len(parts) and not _BEHIND.fullmatch(parts[behind]):
            question = f"{question} , {parts[behind]}"
            behind += 1
        if not all(_BEHIND.fullmatch(one) and _is_told(one) for one in parts[behind:]):
            continue
        yield _placed(directory, question, " ".join(parts[:place]))
        if "," in question:
            yield question.replace(" ,", "")
        if parts[behind:] and parts[behind].startswith("or "):
            yield f"{question} {parts[behind]}"
        yield from (
            whole for ends in _ON_AND_ON.finditer(question) if _IS_WHOLE.match(whole := question[: ends.start()])
        )
    for begins in _GOES_ON_TO_ASK.finditer(parts[0]):
        told = parts[0][: begins.start()]
        if _TOLD.fullmatch(told) and _is_told(told) and not _BEGINS.match(told):
            yield _placed(directory, parts[0][begins.end() :], told)
            return


def _is_told(part: str) -> bool:
    """Say whether what stands beside a question is no order, and makes the question nobody else's."""
    words = part.split()
    return SAID_OR_MEANT.isdisjoint(words) and words[0] not in COMMANDING


def _is_whom(part: str, of_house: Container[str]) -> bool:
    """Say whether a part only tells who is asked: a word for them, or a name that is none of this house."""
    return _WHOM.fullmatch(part) is not None and part not in of_house


def _placed(directory: Directory, question: str, told: str) -> str:
    """Return a question about the air with the place that was told of before it: "how is it outside , is it cold"."""
    if not question.startswith(("is it ", "is there ", "how ", "are there ")) or not told:
        return question
    place = place_in(directory, told)
    if not place or place_in(directory, question) or not _NOWHERE.isdisjoint(question.split()):
        return question
    return f"{question} {place}" if place in ("outside", "upstairs", "downstairs") else f"{question} in the {place}"
