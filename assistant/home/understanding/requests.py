"""What is wanted of somebody after a story: "we have guests tonight, so could you put the heater on".

The story is passed over only where it plainly tells: with a word of saying, of a condition or of doubt whether it is
wanted, what follows may be no request.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.wording.asides import SAID_OR_MEANT, Aside
from assistant.home.understanding.wording.values import is_value

_VERB = (
    r"(?:turn|switch|shut|put|flip|close|open|lock|unlock|dim|make|set|start|stop|kill|brighten|pull|draw|activate|arm|disarm|run"
    r"|raise|lower|bump|crank|knock|drop|pop|stick|get|send|give|bring|take|push|cut|warm|heat|cool|roll|let|press|reduce|increase|leave|keep|pause|have|unplug|plug|fire|enable|disable|lights?)"
)
_SOFTLY = r"(?:(?:please|possibly|maybe|perhaps|kindly|just|quickly|now|then|also|for me|if you do not mind|if you would|go ahead and|be (?:a )?\w+ (?:and|enough to)|,) )*"
#: Where a request begins that is put to the assistant: what came before it only led up to it.
_PUT = re.compile(
    r"(?: ,| so| and| but| well| now| then| please)* (?P<asked>(?:can|could|would|will) you |(?:would|do) you mind |(?:i|we) (?:would like|want|need) you to )"
)
#: Where a wish begins after a pause, or what is best done: "let me see , i want the lamp at half".
_WANTED = re.compile(
    rf"(?: ,(?: so| and| but)?| so) {_SOFTLY}(?P<asked>(?:i|we) (?:want|would like|need)(?: to have)? |(?:it is )?(?:maybe )?(?:it is )?(?:time|best) to |let us |(?:i|we) (?:think (?:i|we) )?(?:should|had better) )"
)
#: Where an order begins after a pause, softened or not: "i can not find the remote , just turn the tv off".
_ORDERED = re.compile(rf"(?: ,(?: so| and| but| anyway| anyhow)*| so| anyway| anyhow) {_SOFTLY}(?={_VERB}\b)")
#: What is told has one of these, or it is a name that is called: "Jack , could you ..." is for Jack.
_TELLS = frozenset(
    (
        "i we it there he she they is are am was were has have had do does did got get getting going gone need needs want wants feel feels can "
        "will"
    ).split()
)
#: Little words that lead up to a request and tell nothing.
_LEADING_UP = frozenset(
    "hi hey hello hmm well right okay ok oh so um er look listen yeah yes please now and anyway alright dear let me see think thing".split()
)
#: With one of these what follows is somebody else's request, is for another time, or is asked about.
_NOT_BEFORE = SAID_OR_MEANT - {
    "hope",
    "hoping",
    "wish",
    "mean",
    "means",
    "movie",
    "song",
    "add",
    "reading",
    "read",
    "pretend",
    "title",
} | frozenset(
    (
        "if when whenever once unless until whether how why goes go texted texts emailed thought "
        "heard hear hears wonder wonders wondered never nobody imagine imagined suppose supposed pretended dreamed dreaming "
        "alexa siri google cortana bixby jarvis ordered orders wanted expects expected agreed reminded reminds "
        "yesterday while before after whoever recipe page chapter advert script"
    ).split()
)
#: A wish of its own, which must not be passed over.
_WISH = re.compile(
    r"(?:(?:i|we) (?:want|need|would like)|(?:can|could|would|will) you|please) (?:you to |to )?(?:the|my|our|some|all|turn|switch|open|close|set|put)\b"
)
#: An ending that goes on: "the best way to , could you ...".
_UNENDED = frozenset("with by as of to is was are were be like from about at for than my your a an the that".split())
_ASKING = frozenset("what which who whose whom where".split())
_MOST = 4  #: requests in one sentence that are tried
_LONGEST = 24  #: words of a story
#: A thing that is named before what is asked of it: "the door of the garage , is she closed".
_NAMED_FIRST = re.compile(
    r"(?:.* , )?(?P<np>(?:the|my|our) (?:(?!,).)+?) ,(?: so)? (?P<verb>is|are|was|were|has|have|did) (?:it|she|he|they|that|this) (?P<rest>.+)"
)
#: The same of a command: "the fountain , can you start it".
_NAMED_FIRST_TO_DO = re.compile(
    rf"(?:.* , )?(?:(?:oh|yes|yeah|so|like|and|um|ah|well|right|about|you know) )*(?P<np>(?:the|my|our|that) (?:(?!,).)+?)(?: , (?:the one |you know )?(?P<where>(?:in|on|at|by|near|over) (?:the |my |our )?(?:\w+ ?){{1,3}}))? ,(?: (?:well |and |but |so )?(?:it|they) (?:is|are|has|have|was|keeps?) (?:(?!,|\b(?:not|if|when|should|says?|said)\b).)+ ,)?(?: so| please| and)*(?: (?:can|could|would|will) you)? {_SOFTLY}(?P<head>{_VERB}(?: on| off| up| down)?) (?:it|them|that|those)(?P<rest> .+)?"
)


def requested(text: str) -> Iterator[Aside]:
    """Yield what a plain sentence asks for after a story, each with what was told; the plainest request first."""
    left = _MOST
    for way in (_PUT, _WANTED, _ORDERED):
        for begins in way.finditer(text):
            told = text[: begins.start()]
            if left and leads_up(told):
                left -= 1
                yield Aside(told, text[begins.end() if way is _ORDERED else begins.start("asked") :])


def leads_up(told: str) -> bool:
    """Say whether what came before a request only led up to it: nothing in it makes it somebody else's, or none."""
    words = told.replace(" ,", "").split()
    if not words or len(words) > _LONGEST or words[-1] in _UNENDED or words[0] in COMMANDING:
        return False
    if not _NOT_BEFORE.isdisjoint(words) or not _ASKING.isdisjoint((words[0], words[-1])) or _WISH.match(told):
        return False
    if "to know" in told:
        return False  # "she wants to know , could you ..."
    return set(words) <= _LEADING_UP or (len(words) > 2 and not _TELLS.isdisjoint(words))


#: A name, and after a pause what is done to it: "ev charger: enable".
_NAME_THEN_VERB = re.compile(
    r"(?P<np>(?:(?!,).)+?) , (?:please )?(?:to )?(?P<verb>enable|disable|turn on|turn off|switch on|switch off|on|off|open|close|start|stop|lock)"
)
#: And how it is to be: "veranda, forty percent".
_NAME_THEN_VALUE = re.compile(r"(?P<np>[^,]+) , (?:please )?(?:to |at |on )?(?P<value>[^,]+)")
_VALUE_THEN_NAME = re.compile(r"(?P<value>[^,]+?)(?: please)? , (?P<np>(?:the|my|our) [^,]+)")
#: The same without a pause: "the floor lamp i want warmer"; "the lamp i want is broken" tells.
_WISHED_OF = re.compile(
    r"(?P<np>(?:the|my|our|that) (?:(?!,|\b(?:i|we|is|are)\b).)+?) (?:i|we) (?:want|need|would like|would prefer|would love)(?: to be)? "
    r"(?P<rest>(?!(?:to|is|are|was|were|it|them|you|the|my|our|an?|for|in|from|some|and|or|but)\b)(?:(?!,).)+)"
)
#: And what goes a way, said of it: "stair lights , on they go", "up it comes".
_GOING = re.compile(
    r"(?P<np>(?!(?:and|so|then|here|there|off|on|up|down|in|out)\b)(?:(?!,).)+?) ,? ?(?P<way>on|off|up|down|out|in) (?:it|they|she|he) (?:go(?:es)?|comes?)"
)
#: The same with a wish: "the pump , i want it off".
_NAMED_WISH = re.compile(
    r"(?:.* , )?(?P<np>(?:the|my|our|that) (?:(?!,).)+?) ,(?: so| please| and)* (?:i|we) (?:want|need|would like) (?:it|them|that|those) (?P<rest>.+)"
)


def named_first(text: str) -> str:
    """Return a plain sentence with the thing that it names first put where "it" stands; "" where it names none."""
    if match := _NAMED_FIRST.fullmatch(text):
        return f"{match['verb']} {match['np']} {match['rest']}"
    if match := _NAMED_FIRST_TO_DO.fullmatch(text):
        where = f" {match['where']}" if match["where"] else ""
        return f"{match['head']} {match['np']}{where}{match['rest'] or ''}"
    if match := _NAMED_WISH.fullmatch(text):
        verb = "turn" if match["rest"] in ("on", "off", "up", "down") else "make"
        return f"{verb} {match['np']} {match['rest']}"
    if match := _WISHED_OF.fullmatch(text):
        verb = "turn" if match["rest"] in ("on", "off", "up", "down") else "make"
        return f"{verb} {match['np']} {match['rest']}"
    if match := _GOING.fullmatch(text):
        return f"{match['np']} {match['way']}"
    if (match := _VALUE_THEN_NAME.fullmatch(text)) and is_value(match["value"]):
        return f"make {match['np']} {match['value']}"
    if (match := _NAME_THEN_VALUE.fullmatch(text)) and is_value(match["value"]):
        return f"{match['np']} {match['value']}"
    if match := _NAME_THEN_VERB.fullmatch(text):
        return f"{match['verb']} {match['np']}"
    return ""
