"""Clauses that state something: a subject, a finite verb, and no word that could change the command beside them.

"Lock the back door, the fox came in last winter" is locked: what states something is no part of the command, whatever
nouns it has. A clause that orders, excepts, sets a condition or another time, corrects, quotes or asks is none.
"""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re
from collections.abc import Container

from assistant.home.understanding.names.noun_phrases import COMMANDING
from assistant.home.understanding.wording.asides import SAID_OR_MEANT
from assistant.home.understanding.wording.english import EVERYTHING, GENERIC
from assistant.home.understanding.wording.words import singular

LONGEST_STATEMENT = 26  #: words

#: Idioms whose words are not meant as they stand: they name nothing of the house and nobody speaks.
_IDIOMS = (
    (re.compile(r"\b(?:(?:from )?next door|(?:across|over|down|up) the (?:road|street|way|hall)|round the corner)\b"), "nearby"),
    (re.compile(r"\b(?:at|by|to|on|knocking on|out|out of|through|behind) the (?:\w+ )?(?:door|window|gate|light)\b"), "there"),
    (re.compile(r"\b(?:never )?(?:hear|heard|hears) (?:the end|the last) of it\b"), "suffered"),
    (re.compile(r"\b(?:telling|tell|reading|read) (?:each other )?(?:(?:ghost|scary|bedtime|spooky) )?(?:stories|tales)\b"), "sitting"),
    (re.compile(r"\b(?:am|are|is) (?:still )?reading\b"), "is sitting"),
    (re.compile(r"\b(?:checked|worn|run|ran|sold|passed|burnt|burned|knocked|eaten|dining|eating) out\b"), "done"),
    (re.compile(r"\b(?:at|for) once\b|\bof course\b|\bafter all\b"), ""),
    (re.compile(r"\bno one\b"), "nobody"),
)  # fmt: skip
#: What comes before the subject: why it is said, or when it was.
_LEAD = (
    r"(?:(?:because|cause|since|as|so|and|for|now|oh|well|look|apparently|honestly|seriously|you see|turns out|it seems(?: that)?) )*"
    r"(?:(?:last|the other) (?:time|day|night|week|month|year|morning|evening|summer|winter) |this (?:morning|time) |yesterday |without (?:it|them|that) )?"
)
_NOT_YET = r"(?!(?:is|are|was|were|has|have|had|will|would|can|could|does|do|did|not)\b)"
_PRONOUN = r"(?:i|we|he|she|it|they|there|everyone|everybody|nobody|somebody|someone|something|people|you)"
_NP = (
    r"(?:all (?:of )?)?(?:the|my|our|his|her|their|your|a|an|some|old|poor|these|those|both|certain|half)(?: (?:of )?(?:the )?"
    + _NOT_YET
    + r"\w+){1,5}?"
)
_NAME = rf"(?:{_NOT_YET}\w+)(?: {_NOT_YET}\w+){{0,3}}?"
_NOW = r"(?:(?:just|nearly|almost|never|always|still|already|really|finally|also|even|all|both|usually|often|sometimes|probably|actually|certainly|simply|absolutely|ever) )*"
_AUXILIARY = r"(?:is|are|am|was|were|has|have|had|will|would|can|could|does|do|did|might|may|must)(?: not)?"
#: Verbs of the past that do not end in "ed".
_PAST = frozenset(
    (
        "got went came left lost found bought brought broke fell felt fed ate drank drove flew forgot froze gave grew hid "
        "hit hurt kept knew lay let made met paid put ran rang rose sat saw sent shook shone slept slid spent spilt split "
        "spoke stole stood stuck stank swam swept threw took tore trod wore won woke blew bit built burnt caught cost cut "
        "dug dealt dropt drew fought bled became began chose did heard held leapt lit meant shot smelt spoilt spread sprang "
        "taught trod understood crept bent spat strode swung"
    ).split()
)
#: Verbs that stand as they are with several, and with "I".
_PRESENT = frozenset(
    (
        "love like hate need want feel get go come sleep eat drink smell look sound live work play make take suffer start "
        "leave see fear enjoy fancy miss owe run sit stand stay hurt ache head prefer bite bark ring knock rent own cook "
        "care mind cry wake arrive visit study train practise swear reckon have beg"
    ).split()
)
#: Verbs that end in "s" of somebody else, beside the same of "they".
_OF_HIM = frozenset(
    "seem mean give bother drive blind wake scare annoy remind help suit stink reek itch glare shine blow rain pour snow leak drip squeak "
    "rattle buzz hum roast boil freeze matter swallow cost hate bring belong let tend forget lose spill show finish begin use snore moan "
    "charge expect hold dazzle".split()
)
#: "He goes" is said of what somebody says.
_THIRD = {f"{verb[:-1]}ies" if verb[-2:] in ("dy", "ry") else f"{verb}es" if verb[-1] in "hsxo" else f"{verb}s" for verb in _PRESENT | _OF_HIM} - {
    "means", "goes"
}  # fmt: skip
_VERB = "|".join(sorted({*_PAST, *_PRESENT, *_THIRD} - COMMANDING | {"put", "shut"}))
_STATEMENT = re.compile(
    rf"{_LEAD}(?:(?P<pronoun>{_PRONOUN})|(?P<np>{_NP})|(?P<name>{_NAME})) {_NOW}"
    rf"(?:(?P<auxiliary>{_AUXILIARY})(?= \w|$)|(?P<verb>\w{{3,}}ed|{_VERB})(?!\w))(?: \w+)*"
)
#: With one of these a clause could change the command, take it back or make it somebody else's.
_NEVER = (SAID_OR_MEANT - {"added", "explained", "reads", "rules", "called", "movie"}) | frozenset(
    (
        "if unless when whenever once whether until till after before while whilst later tomorrow soon then "
        "except but apart besides excluding only without leave keep keeps kept stays staying remain remains alone "
        "sorry actually rather instead wrong mistake oops nope nah mistaken correction changed mind decided decide voted "
        "against whoever whatever whichever should shall shouldnt ought "
        "think thinks thinking thought guess suppose supposed wonder wondering wondered wishing wished hoping hoped imagine imagined "
        "dreamed dreaming maybe perhaps alexa siri google cortana bixby jarvis jest laugh laughs laughed fun funny prank "
        "name named names lines quote verse poem band play plays episode chapter novel text email letter message note advert ad "
        "podcast script idea plan trick example answer test tested advice order ordered orders heard what who whom whose which how why "
        "myself yourself himself herself themselves ourselves mine yours hers theirs ours one ones too also please"
    ).split()
)
#: The same, of what is said last: it goes on, or stands for the command.
_NEVER_LAST = frozenset(
    "with by as of to is was are were be like from about at for than and so my your a an the that this those these goes go "
    "went do did not his i we he she they know knows asking see".split()
)
#: What would be a part of the command: what is wanted, how a thing shall be, or what "that" was.
_A_WISH = re.compile(
    r"\b(?:want|wants|need|needs|would like|would love|prefer|prefers|like|likes|fancy|fancies) (?:to have |to see )?"
    r"(?:(?:it|them|that|this|those|him|her|us) (?!(?:in|on|so|very|here|there|a|all|every|really)\b)\w|both|more|less|fewer|some (?:more|less))"
    r"|\b(?:can|could|would|will) you\b|\byou (?:can|could|should|must|may|might)\b"
    r"|\b(?:do|does|did|doing|done|make|made|making|hear|heard|know|knows|knew|see|try|trying|meant|wanted|want) (?:that|this|it)(?: up| now| myself| later| too)?$"
    r"|\b(?:do|did|doing|make|made) (?:that|this)\b|\bgoing to (?:do|turn|switch|open|close|shut|lock)\b"
    r"|\b(?:that|this)(?: (?:is|was|up|down|on|off|to|way)\b|$)|\b(?:not|no) (?:the|in|on|that|those|these|yet|now)\b"
    r"|\b(?:it|them|mine|that|those) (?:(?:still|all|back) )?(?:on|off|closed|shut|locked|unlocked|at|to) ?(?:\d|half|$)"
    r"|\bhear (?:him|her|them|it|someone|somebody)\b|\b(?:a|the|this|my) (?:joke|line|song|quote)\b|\bat \d|\bin (?:\d+|a|an|half an|a few) (?:minutes?|hours?|seconds?|bit|while|moment)\b|\b(?:a|the) (?:bit|little|touch|tad) (?:brighter|dimmer|warmer|cooler|more|less)\b"
)
#: How long somebody is somewhere, which is no time for the command: "we will be in the shed until late tonight".
_UNTIL = re.compile(
    r"^(?P<so>(?:(?:because|since|as) )?(?:i|we|he|she|they) (?:is|am|are|will be|have to|has to|need to|needs to|had to|stay|stays) .*?\w) (?:until|till) (?:late|early|midnight|dawn|noon|lunch|dinner|\w+day)(?: tonight| tomorrow| in the morning| night)?$"
)
#: How often it was so: "..., third time this week".
_AGAIN = re.compile(
    r"(?:for )?(?:the )?(?:second|third|fourth|fifth|\w+th|\d+) time (?:this (?:week|month|year|morning)|in a row|today|already|running)"
)
#: How a thing of the house may be.
_HOW = frozenset(
    "on off open opened closed shut locked unlocked percent degrees kelvin half halfway full dim dimmed bright brighter dimmer "
    "warmer cooler higher lower".split()
)
#: After these a number counts what is told of.
_COUNTING = frozenset("for with of has have had got another all are by did over the us".split())
_UNITS = frozenset("percent degrees degree kelvin minute minutes hour hours second seconds am pm oclock".split())


def states(clause: str, of_house: Container[str], *, first: bool) -> bool:
    """Say whether a clause beside a command states something that changes nothing of it.

    `of_house` are the words that name things and places, `first` where it comes before the command.
    """
    clause = until["so"] if (until := _UNTIL.match(clause)) else clause
    for idiom, plainly in _IDIOMS:
        clause = idiom.sub(plainly, clause)
    clause = " ".join(clause.split())
    words = clause.split()
    if _AGAIN.fullmatch(clause):
        return not first
    if not 3 <= len(words) <= LONGEST_STATEMENT or "," in words or words[-1] in _NEVER_LAST:
        return False
    if words[0] in COMMANDING or not _NEVER.isdisjoint(words) or _A_WISH.search(clause):
        return False
    if first and words[-1] in ("says", "asks", "thinks", "is", "reads"):
        return False
    said = _STATEMENT.fullmatch(clause)
    return (
        said is not None
        and _is_finite(said, of_house)
        and not _is_of_things(words, of_house)
        and all(_counts(words, place) for place, word in enumerate(words) if word[0].isdigit())
    )


def _is_finite(said: re.Match[str], of_house: Container[str]) -> bool:
    """Say whether the verb of a clause is one, and no noun that looks like it: "the kitchen lights in here"."""
    verb = said["verb"]
    if verb is None:
        return True
    if {verb, singular(verb)} & GENERIC or verb in of_house or singular(verb) in of_house:
        return False
    return verb not in _PRESENT or not said["name"]


def _is_of_things(words: list[str], of_house: Container[str]) -> bool:
    """Say whether a clause may say how a thing of the house shall be: a kind or a name of one beside "on" or "off"."""
    kinds = (
        GENERIC
        - EVERYTHING
        - {
            "power",
            "heat",
            "water",
            "gas",
            "smoke",
            "motion",
            "movement",
            "presence",
            "security",
            "cover",
            "shade",
            "drape",
        }
    )
    things = [place for place, word in enumerate(words) if singular(word) in kinds]
    if not _HOW.isdisjoint(words) and (things or any(word in of_house for word in words if word not in _HOW)):
        return True
    ways = {"up", "down", "out", "in"}
    return any(not ways.isdisjoint(words[place + 1 : place + 2]) for place in things)


def _counts(words: list[str], place: int) -> bool:
    """Say whether a number counts what is told of, and is no value: "i did a roast for 12"."""
    before, behind = words[place - 1] if place else "", words[place + 1 : place + 2]
    return before in _COUNTING and _UNITS.isdisjoint(behind) if behind else before in ("for", "with", "of")
