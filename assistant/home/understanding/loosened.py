"""A command without what is only said along with it: a reason, a curse, for whom it is, what it is for.

The strict ways are tried first; only a sentence that they do not know is loosened, and what is left of it has to be
understood strictly again. What may go is told by its kind: a clause that tells how things are, an adjective that names
no thing, an adjunct of purpose. A clause with a word of saying, of jest, of a condition or of another time is never
passed over, for then the command beside it may be no command.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.reasons import LONGEST_REASON, NEVER_A_REASON, is_reason
from assistant.home.understanding.statements import states
from assistant.home.understanding.wording.colloquial import reworded
from assistant.home.understanding.wording.english import GENERIC
from assistant.home.understanding.wording.politeness import stripped
from assistant.home.understanding.wording.words import IT, singular

_MOST = 10  #: ways to loosen one sentence that are tried

#: How a thing is to be, said after a pause: "the pendants on, low and warm". That is no reason.
_HOW = re.compile(
    r"(?:(?:and|but|nice|very|really|quite|just|a bit|not too) )*(?:low|dim|dimmed|warm|cool|bright|soft|high|dark|cosy|gentle|full|slow|fast|quiet)"
    r"(?: (?:and|but|,)(?: (?:nice|very|really|quite|not too))? (?:low|dim|dimmed|warm|cool|bright|soft|high|dark|cosy|gentle|full|slow|fast|quiet))*(?: please)?"
)
#: Where a reason may begin without a pause: only with what can be no part of a name or a relative clause.
_BEGINS = re.compile(
    r" (?=(?:because |cause |since |as )?(?:it is|it has|there is|there are|he is|she is|i am|we are|i have|we have|i can not|we can not|i can hardly|i need to|i want to|we need to|we want to|i have to) \w+)"
)
#: The same of something that is nothing of the house: "close the gate the goats are out".
_RUNS_ON = re.compile(
    r" (?=the (?P<who>[a-z]+) (?:is|are) (?!on\b|off\b|open\b|closed\b|shut\b)\w+(?: \w+){0,3}$)(?<!,.)(?<!and.)(?<!but.)(?<!except.)(?<!or.)"
)
#: What a reason says of somebody where nothing parts it from the command: no verb that takes the thing before it.
_OF_ITSELF = re.compile(
    r"(?:because |cause |since |as )?(?:it|there|he|she|i|we) (?:is|are|am|has|have|can not|can hardly|need to|want to|have to) "
    r"(?:(?:so|too|very|really|quite|rather|a bit|a little|all|just|off|getting|going|far|way|nearly|almost|trying to|about to|not) )*"
    r"(?!(?:using|needing|watching|wanting|having|holding|buying|getting|leaving|left|bought|got|on|off|open|closed|reading|playing|seeing)(?: |$)(?!(?:in|to|for|a|an|the|dark|cold|hot|late|my|our|home|now)\b))"
    r"\w+(?: \w+)*"
)
#: A reason before the command, with the word that says so and without a pause.
_BECAUSE = re.compile(
    r"(?:because|since|as) (?P<reason>.+?) (?=(?:let us|can you|could you|would you|will you|please|turn|switch|put|set|make|open|close|shut|dim|lock)\b)"
)
_SO = re.compile(r"(?: ,)? so (?:(?:please|just|can you|could you|would you|will you|now|go ahead and) )*")
#: What parts clauses: a pause, and a "please" before the next one.
_PAUSE = re.compile(r" , | please (?=(?:i|we|he|she|it|they|there|the|my|our|\w+s) (?!and\b))")
#: What a command is for, at its end.
_FOR = re.compile(r"(?: ,)? for (?P<what>(?:(?:the|my|our|his|her|your|a|an|some) )?\w+(?: \w+){0,2})$")
#: Words that a clause beside a command does not have where it only goes along with it.
_NO_ASIDE = frozenset(
    (
        "not no never none nothing neither nor without only else other others another both all every each rest on off open close "
        "closed shut up down out in half full more less brighter dimmer warmer cooler higher lower percent degrees degree "
        "minute minutes hour hours second seconds week weeks month months oclock noon midnight sunset sunrise dawn dusk monday "
        "tuesday wednesday thursday friday saturday sunday morning evening afternoon night weekend today soon next once note self "
        "step recipe record example chapter episode instance french spanish german english language alexa siri google cortana "
        "jarvis bixby hey it them that this those these one ones here there is"
    ).split()
)
#: Who spoke: "..., he complained", "..., the old man sighed".
_TAG = re.compile(r"(?:i|he|she|they|we|it|(?:the|my|our|his|her) (?:\w+ )?\w+|\w+) \w+ed\b")
#: What ends in one of these goes on after the pause: "the play starts with, ...".
_UNENDED = frozenset("with by as of to is was are be like from about at for than and so my your a the when".split())
#: Verbs with which a clause is a command too, and not to be passed over.
_ORDERING = frozenset(
    (
        "increase decrease reduce boost bump crank knock nudge drop pop stick kill get give take bring push move send return "
        "pause resume press ring sound disarm lift slow speed brighten warm heat cool roll wind change adjust keep leave let "
        "do does did go call ask tell play say sing read write remind show find check look add order buy book"
    ).split()
)
_LEADING = frozenset("and then also please".split())
#: Adjectives and adverbs that say nothing of which thing is meant.
_EMPTY = re.compile(
    r"(?<!\S)(?:bloody|damn(?:ed)?|flipping|flippin|freaking|freakin|frigging|stupid|horrible|wretched|ruddy|blasted|infernal|awful|annoying|"
    r"absolutely|literally|totally|seriously|honestly|basically|simply|kindly|swiftly|lovely|beautiful|dear old|good old|(?<!rid of the )(?<!rid of that )(?<!rid of my )old|(?:out|over)(?= (?:in|at|on|by)\b)|"
    r"silly|wee|poor|nice|crappy|goddamn|god damn|blooming|trusty|some|a bit of|a spot of|kids(?! (?:next|upstairs|downstairs|from|are|in)\b)|childrens) (?=\w)"
)
_THAT = re.compile(
    r"(?<!\S)(?:that|this|those|these|them) (?=\w)(?!(?:is|are|was|one|ones|thing|on|off|up|down|to|please|now|and|in|for|at|too|again|all|off)\b)"
)
_FOR_WHOM = (
    r"(?:the |my |our |your |his |her |a |an |some |little )*(?:(?:little|wee|young) (?:ones?|man|lad|lady)|kids?|children|baby|babies|dog|dogs|cat|cats|pets?|plants?|tomatoes|flowers|guests?|visitors?|mum|mom|dad|grandma|grandpa|gran|nan|wife|husband|"
    r"son|daughter|girls|boys|family|everyone|everybody|us|me|him|her|them|people|friends?|night|evening|day|afternoon|morning|time being|minute|moment|bit|sec|second|lunch|dinner|tea|"
    r"supper|breakfast|bed|bedtime|work|school|reading|cooking|sleeping|sleep|eating|party|film|movie|show|match|(?:\w+ )?(?:game|match|final|race|fight|concert)|atmosphere|ambience|ambiance|safety|comfort|company|warmth|"
    r"fresh air|some air|light|goodness sake|gods sake|heavens sake|once|a change|good|real|test|laugh)"
)
#: What goes on with another command is no part of what the one before it is for.
_NO_MORE = r"(?!.*\b(?:and|then|,) (?:please |also )?(?:turn|switch|put|set|open|close|shut|lock|unlock|send|start|stop|make|dim|bring|get|let|leave|keep|raise|lower)\b)"
#: For whom, what for and how, at the end of a command.
_ADJUNCT = re.compile(
    rf"(?: ,)? (?:(?:for {_FOR_WHOM}(?: next door| from school| upstairs| downstairs)?|behind (?:me|us|you)|after (?:me|us)|with you|on (?:my|our) way (?:out|in|home|up|down)|"
    rf"so (?:that )?(?:i|we|it|he|she|they|nobody|no one|everyone|(?:the|my|our) \w+)(?: all| both)? (?:can|get|could|do not|does not|will not|may|am|is|are|gets?|stays?|has|have)(?: not)? {_NO_MORE}.+|"
    rf"(?:in order )?to (?:save|let|help|keep|see|cool|warm|wake|dry|watch|read|cook|work|sleep|eat|study|relax|air|freshen|chill|clear|do|clean|hoover|vacuum|mop|sweep|mow|have|show|stop|block|welcome|impress)(?: (?!.*\d){_NO_MORE}.+)?|"
    r"while (?:you are|i am|we are) (?:at it|on it|here)|while (?:i|we) (?:shave|wash|dress|change|pack|unpack|paint|draw|write|type|knit|stretch|exercise|bake|get dressed|get ready|wash up|cook|eat|read|work|study|sleep|shower|bathe|tidy|clean|iron|play|relax|am cooking|am eating|am reading|am working|are eating|watch .+|make .+|do .+|have .+)|as (?:usual|always|normal)|"
    r"any ?more|any longer|as well as you can|like (?:usual|always|before|normal)|if you (?:would|could|can|will|please|do not mind|fancy|get a (?:chance|minute|sec(?:ond)?))|(?:my|your) (?:friend|dear)|"
    r"would you be so kind|there is a (?:dear|love|good \w+)|for (?:crying out loud|pitys sake)|at last|finally|properly|nicely|gently|quickly|quick|smartish|sharpish|sharp|pronto|ta|bro|mate|boss|chief|pal|dearie|my love|my dear|honey|hun|buddy|folks|guys|kids|children|everyone|everybody|lads|darling|babe|dude|sweetie))$"
)


def loosened(text: str, of_house: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield what is left of a plain sentence without what may go, at most a few ways, the most cautious first.

    Each is the clause that is kept, and the command that it stands for. `of_house` are the words that name things and places: what holds one of them goes only where it plainly tells.
    """
    tried = {text}
    count = 0
    for clause, command in _ways(text, of_house):
        if command and command not in tried:
            tried.add(command)
            yield clause, command
            count += 1
            if count >= _MOST:
                return


def shortened(text: str, of_house: Container[str] = ()) -> Iterator[str]:
    """Yield a plain sentence without words that say nothing, and without what it is for."""
    lean = _THAT.sub("the ", with_less(text, of_house))
    short = lean
    while (adjunct := _ADJUNCT.search(short)) and NEVER_A_REASON.isdisjoint(_told(adjunct[0])):
        short = short[: adjunct.start()]
    if (purpose := _FOR.search(short)) and not _has(purpose["what"].split(), of_house):
        short = short[: purpose.start()]
    yield from (other for other in dict.fromkeys((lean, short)) if other and other != text)


def with_less(text: str, of_house: Container[str]) -> str:
    """Return a text without what says nothing of which thing is meant, unless that is a word of the house."""
    return _EMPTY.sub(lambda said: said[0] if said[0].strip() in of_house else "", text)


def _told(adjunct: str) -> list[str]:
    """Return the words of an adjunct but for those that lead to it: "as ..." and "if you could" are known here."""
    words = adjunct.replace(",", "").replace(" can read ", " can see ").replace(" can hear ", " can see ").split()
    return words[4:] if words[0] in ("if", "would") else words[1:]


def _ways(text: str, of_house: Container[str]) -> Iterator[tuple[str, str]]:
    for clause in (text, *reasons_off(text, of_house)):
        for one in (clause, *shortened(clause, of_house)):
            yield clause, one
            for other in reworded(stripped(one)):
                yield clause, other


def reasons_off(text: str, of_house: Container[str] = ()) -> Iterator[str]:
    """Yield what a sentence has beside its reasons: before or after a pause, after "so", or before "it is ..."."""
    parts = [part.strip() for part in _PAUSE.split(text)]
    if len(parts) > 1:
        how = [place > 0 and _HOW.fullmatch(part) is not None for place, part in enumerate(parts)]
        how = [
            wanted or (part.startswith(("and ", "then ", "also ")) and orders(part, of_house))
            for wanted, part in zip(how, parts, strict=True)
        ]
        said = [part for part, wanted in zip(parts, how, strict=True) if wanted or not is_reason(part)]
        if said and len(said) < len(parts):
            yield " , ".join(said)
        said = [
            part
            for place, (part, wanted) in enumerate(zip(parts, how, strict=True))
            if wanted or not _goes_along(part, of_house, first=place == 0)
        ]
        if len(said) == 1:
            yield said[0]
        yield from _beside_statements(parts, of_house)
    if (because := _BECAUSE.match(text)) and is_reason(because["reason"]):
        yield text[because.end() :].removeprefix("let us ").removeprefix("please ")
    for so in _SO.finditer(text):
        if is_reason(text[: so.start()]) or _goes_along(text[: so.start()], of_house, first=True):
            yield text[so.end() :]
    for begins in _BEGINS.finditer(text):
        reason = text[begins.end() :]
        if begins.start() and _OF_ITSELF.fullmatch(reason) and is_reason(reason):
            yield text[: begins.start()].strip(" ,")


def with_pause(text: str, of_house: Container[str]) -> str:
    """Return a plain sentence with a pause before what it only tells of something that is nothing of the house."""
    said = _RUNS_ON.search(text)
    words = text.split()
    if said is None or words[0] not in COMMANDING or words[-1] in _UNENDED or _has([said["who"]], of_house):
        return text
    return f"{text[: said.start()]} ,{text[said.start() :]}"


def _beside_statements(parts: list[str], of_house: Container[str]) -> Iterator[str]:
    """Yield what is left between the clauses at both ends that only state something.

    Where "it" is what a clause before the command speaks of, that clause is no aside.
    """
    first, last = 0, len(parts)
    while last - 1 > first and _is_beside(parts[last - 1], of_house, first=False):
        last -= 1
    while first + 1 < last and _is_beside(parts[first], of_house, first=True):
        first += 1
    command = " , ".join(parts[first:last])
    if last - first < len(parts) and not (first and IT.search(command)):
        yield command


def _is_beside(part: str, of_house: Container[str], *, first: bool) -> bool:
    return states(part, of_house, first=first) or _goes_along(part, of_house, first=first)


def orders(text: str, of_house: Container[str]) -> bool:
    """Say whether a clause is a thing to do, whether it can be done or not: "and warm up the towel rail"."""
    words = [word for word in text.split() if word not in _LEADING]
    return bool(words) and words[0] in COMMANDING | _ORDERING and any(word in of_house for word in words)


def _has(words: Iterable[str], of_house: Container[str]) -> bool:
    """Say whether one of some words keeps them from being passed over: it names a thing, or says when or who."""
    return any(
        word in of_house or singular(word) in of_house or f"{word}s" in of_house or word in GENERIC or singular(word) in GENERIC
        or word in NEVER_A_REASON or word in _NO_ASIDE or word[0].isdigit()
        for word in words
    )  # fmt: skip


def _goes_along(text: str, of_house: Container[str], *, first: bool) -> bool:
    """Say whether a clause beside a command has nothing in it that could change what is meant."""
    if is_reason(text):
        return True
    words = text.split()
    if not (2 + first <= len(words) <= LONGEST_REASON) or words[0] in COMMANDING or words[0] in _ORDERING:
        return False
    if _TAG.match(text):
        return False
    return words[-1] not in _UNENDED and not _has(words, of_house)
