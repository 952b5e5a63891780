"""What is said beside a command of things that it is not for: "..., the pump can stay on", "..., not the other one".

Each is taken off, or said as "leave ... alone", so that a command for all of them leaves it out.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.english import GENERIC
from assistant.home.understanding.wording.needed import Sparing
from assistant.home.understanding.wording.spoken_around import VERB
from assistant.home.understanding.wording.words import singular

_NP = r"(?:the|my|our|his|her|their|that|mine|hers|(?!is\b|this\b|was\b|has\b|does\b|us\b|yes\b|as\b)\w+s)(?: (?!(?:is|are|can|stays?|was|has|to|the|my|our|all)\b)[^ ,]+){0,4}?"
_PAUSE = r"(?: ,)?(?: (?:and|but|so|because|as|since|though|while|only|just|please))*"
_WAYS = r"(?:(?:how|the way) (?:it is|they are)|where (?:it is|they are)|as (?:it is|they are)|on|off|up|down|open|closed|shut|locked|unlocked|lit|running|going|alone|out)"
#: What somebody saw to: "i already did the front one myself", "the left one is already down".
_SEEN_TO = Sparing(
    rf"{_PAUSE} (?:(?:i|we) (?:have )?(?:already |just )*(?:did|done|closed|shut|locked|opened|turned|switched|put|dimmed)(?: (?:on|off|down|up))? {_NP}(?: (?:on|off|down|up))? (?:myself|ourselves|already|earlier|just now|a minute ago)"
    rf"|\w+ (?:has|is) (?:already|just) (?:did|done|closed|shut|locked|opened|turned|switched|put|dimmed)(?: (?:on|off|down|up))? {_NP}"
    rf"|(?:i|we) (?:have (?:already |just )|already |just )(?:did|done|closed|shut|locked|opened|turned|switched|put|dimmed)(?: (?:on|off|down|up))? {_NP}(?: (?:on|off|down|up))?"
    rf"|{_NP} (?:is|are) already (?:(?:turned|switched|all|half) )?(?:{_WAYS}|done|there|in|gone|dimmed|drawn|set)(?: already)?|{_NP} (?:is|are) {_WAYS} already)$"
)
#: What is well as it is.
_FINE = Sparing(
    rf"{_PAUSE} {_NP} (?:is|are) (?:fine|ok|okay|all right|alright|good|perfect|lovely|great|just right)(?: (?:like that|the way (?:it is|they are)|{_WAYS}))?(?= ,|$)"
)
#: What stays: "the fan can stay off", "ruby's stays on".
_STAYS = Sparing(
    rf"(?<! in)(?<! at)(?<! of){_PAUSE} (?P<np>{_NP}(?: (?:in|at) (?:the|my|our) \w+(?: (?!can\b|stays?\b)\w+)?)?) (?:(?:can|could|may|should|must|has to|have to|needs to|need to) (?:all )?(?:stay|remain|be left|keep going|keep running|carry on)|stays?|remains?)(?: {_WAYS})?(?: (?:a (?:while|bit) longer|for (?:now|a while|a bit)))?(?= ,|$)"
)
#: What is not meant, or not wanted; "any more" says that it was.
_NOT_MEANT = Sparing(
    rf"(?: ,)?(?: (?:and|but))? (?:i|we) (?:(?:do not|did not) (?:mean|need|want)|still (?:need|want)|(?:am|are) still using) (?P<np>{_NP})(?! (?:any ?more|now|today|tonight|on|off|open|closed|so|too|to)\b)(?= ,|$)"
)
_UNTOUCHED = Sparing(
    rf"{_PAUSE} (?:do not|never|not) (?:touch|change|move|alter|bother|mess with|adjust) (?P<np>{_NP})(?= ,|$)"
)
#: What is said once more of what was named: "..., just the lamp", "..., all three of them".
_JUST = Sparing(
    r"(?: ,)?(?: and)? (?:just|only) (?:the|that|his|hers|her|their|my|this)(?: (?P<noun>\w+))?(?: one)?(?= ,|$)"
)
_ALL_THREE = Sparing(r" , all (?:[2-9]|of them|[2-9] of (?:them|those))(?= ,|$)")
_NOTHING_ELSE = Sparing(r"(?: ,)? (?:and|but) nothing else(?= ,|$)")
#: The rest of what nothing else was said of.
_THE_REST = Sparing(
    rf"{_PAUSE} (?:leave|keep) (?:all )?(?:the )?(?:rest|others?|other [2-9])(?: of (?:the|my|our|them)(?: \w+)?)?(?: {_WAYS})?$"
)
_ORDERS = re.compile(rf"(?:(?:please|can you|could you|would you|just) )*{VERB}\b")
_ALL = frozenset("all every everything each both whole except".split())
#: What goes on when it no longer swings.
_SWING = Sparing(r"\b(?:oscillat\w*|swing\w*|swivel\w*|rotat\w*|turning from|going from)\b")
_KEPT_GOING = Sparing(
    r"(?: ,)?(?: (?:and|but|just))* (?:keep|leave) it (?:on|running|going|spinning|blowing)(?: though)?(?= ,|$)"
)
#: Not this but that: "do not turn off the strip , turn off the fan".
_NOT_THIS = re.compile(
    rf"(?:no (?:, )?)?(?:please )?do not (?:{VERB}|(?:bother|worry) (?:with|about)) (?:(?!,|\band\b).)+? , (?:just |but |instead |only |rather |please )*(?P<now>{VERB} (?!.*\b(?:it|them|that)\b).+)"
)
#: "The patio lights on , but not the tree ones".
_NOT_ONES = Sparing(
    r"(?P<not> (?:not|except) (?:the |my |our )?(?!(?:that|this|those|these|the|any|every|each|other|good|bad|only|a)\b)\w+) ones?(?= ,|$)"
)
#: Who is on the phone calls nothing by a name: "mum is calling , turn the radio down".
_CALLING = Sparing(r" (?:is|are) (?:calling|ringing)(?: me| us)?(?= ,| so | and |$)")
#: How long something is left as it is: "..., but leave the fan going until the steam has cleared".
_LEFT_UNTIL = Sparing(
    rf" , (?:but )?(?P<left>(?:leave|keep) {_NP} {_WAYS})(?: (?:for \w+$|until|till|for now|for a (?:bit|while)|a (?:bit|while) longer|while|because|as|so)\b.*)?$"
)
#: Who wants nothing of theirs: "..., Tom doesn't want his tonight".
_NOT_THEIRS = Sparing(
    rf"{_PAUSE} \w+ (?:does not|will not|did not) (?:want|need|like|use) (?:his|hers|theirs|one)(?: \w+)?$"
)
_LET = Sparing(rf"{_PAUSE} let (?P<np>{_NP}) (?:finish|run|be|carry on|keep going|stay(?: {_WAYS})?)(?= ,|$)")
#: What stays as it is, said first: "the roof window stays open , just switch off the fan".
_STAYS_FIRST = re.compile(
    rf"^(?P<np>(?:the|my|our) (?:(?!,)\S+ ){{1,4}}?)(?:stays?|can stay|should stay) {_WAYS} , (?:just |only |but |please |so )*(?P<command>{VERB}\b.+)"
)
#: How another thing is: "turn off the light , the desk lamp is on".
_IS_SO = Sparing(rf"(?<=\w) , (?:{_NP}|\w+ \d) (?:is|are) (?:still |now |left |on )?{_WAYS}$")
_ADDED = (_SEEN_TO, _NOT_THEIRS, _FINE, _NOTHING_ELSE)


def without_contrasts(text: str) -> str:
    """Return a plain sentence in which what is not meant is left alone in so many words, or is not said."""
    if " " not in text or text.startswith(("is ", "are ", "what ", "which ", "did ", "has ", "have ")):
        return text
    said = text
    text = _LEFT_UNTIL.sub(r" but \g<left>", text)
    text = _CALLING.sub(" is on the phone", text)
    for added in _ADDED:
        text = added.sub("", text)
    if _ORDERS.match(text):
        text = _IS_SO.sub("", text)
    if (all_of := _ALL_THREE.search(text)) and not _ALL.isdisjoint(text[all_of.start() :].split()):
        text = _ALL_THREE.sub("", text)
    if _SWING.search(text):
        text = _KEPT_GOING.sub("", text)
    text = _JUST.sub(lambda just: "" if _is_named(text[: just.start()], just["noun"]) else just[0], text)
    if _ALL.isdisjoint(text.split()):
        text = _THE_REST.sub("", text)
    text = _NOT_ONES.sub(_not_those, text)
    if first := _STAYS_FIRST.fullmatch(text):
        text = f"{first['command']} but leave {first['np'].strip()} alone"
    for left in (_STAYS, _NOT_MEANT, _UNTOUCHED, _LET):
        text = left.sub(_left, text)
    return text if text.strip() else said


def instead_of(text: str) -> str:
    """Return what is wanted in the place of what is not: "do not turn off the strip , turn off the fan"."""
    return said["now"] if (said := _NOT_THIS.fullmatch(text)) else text


def _not_those(said: re.Match[str]) -> str:
    """Return "not the tree lights" for "not the tree ones", behind lights."""
    before = said.string[: said.start()].split()
    nouns = [word for word in before if singular(word) in GENERIC and singular(word) != "one"]
    noun = nouns[-1] if len({*map(singular, nouns)}) == 1 else ""  # of blinds and curtains it may be either
    return f"{said['not']} {noun}" if noun else said[0]


def _left(said: re.Match[str]) -> str:
    """Return "leave ... alone" for what stays as it is; nothing for his, whose is not said."""
    np, before = said["np"], said.string[: said.start()].rpartition(" ")[2]
    if before in ("the", "my", "our", "all", "a"):
        return said[0]  # "the guests can stay": it has no beginning
    return "" if np in ("his", "hers", "mine", "that", "their", "her") or not said.start() else f" but leave {np} alone"


def _is_named(before: str, noun: str | None) -> bool:
    return noun is None or singular(noun) in map(singular, before.split())
