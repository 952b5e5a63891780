"""How the formal, the young and the curt put a plain command or question: "I should be obliged if ...", "bit dimmer"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.needed import Rewriting
from assistant.home.understanding.wording.spoken_around import VERB

#: What somebody wants done, and the command for it.
_DONE = {
    "set": "set", "put": "put", "turned": "turn", "switched": "switch", "dimmed": "dim", "opened": "open",
    "closed": "close", "shut": "shut", "drawn": "close", "locked": "lock", "unlocked": "unlock", "lowered": "lower",
    "raised": "raise", "started": "start", "stopped": "stop", "armed": "arm",
    "disarmed": "disarm", "extinguished": "turn off", "lit": "turn on",
}  # fmt: skip
_NP = r"(?:(?:the|my|our|both|all) )+(?:(?!,|and\b|but\b|was\b|were\b|is\b|are\b|if\b)\S+ ){1,6}?"
_GLAD = r"(?:i|we) (?:would|should) (?:be (?:(?:most|very|so|much) )*(?:grateful|obliged|glad|pleased)|(?:much )?appreciate it)"


def _done(said: re.Match[str]) -> str:
    """Return the command for what is to be done with something: "I wish to have the shed locked"."""
    return f"{_DONE[said['done']]} {said['np'].strip()}{said['more']}"


#: Return a plain sentence with the command or the question that it is, in place of a manner of putting it.
plainly_mannered = Rewriting((
    (re.compile(rf"^(?:(?:{_GLAD}) if (?P<were>)|(?:i|we) (?:wish|want|would like|should like) (?:to (?:have|see) )?)(?P<np>{_NP})(?(were)(?:(?:was|were|could|would|might|may|to) )+(?:be )?|(?:to be )?)(?P<done>{'|'.join(_DONE)})(?P<more>(?: (?!if\b|when\b|unless\b|before\b|by\b|that\b|because\b)[^ ,]+)*?(?: , please| please)?)$"), _done),
    (re.compile(r"^(?:might|may|could|can) i (?:trouble|bother|ask|beg) you to (?=\w)"), "could you "),
    (re.compile(r"^(?:(?:might|may|could|can) i (?:enquire|inquire|ask)|i (?:wish|want|would like|should like) to (?:know|enquire|inquire|ask)) (?:whether|if) (?P<np>(?:(?!,|is\b|are\b)\S+ )+?)(?P<is>is|are) (?P<so>[^,]+)$"), r"\g<is> \g<np>\g<so>"),
    (re.compile(r"(?P<to>\bto (?:a |1 )?(?:quarter|half|third|\d+ percent)) of (?:its|their) (?:full |total |usual )?(?:brightness|strength|power|speed|output)\b"), r"\g<to>"),
    (re.compile(r"^what (?P<what>temperature|humidity|level|mode|speed) (?P<has>has|have) (?P<np>(?:the|my|our|\w+s) [^,]+?) been set (?:to|at)\b"), lambda said: f"what {said['what']} {'is' if said['has'] == 'has' else 'are'} {said['np']} set to"),
    (re.compile(r"^(?P<asked>(?:is|are) (?:the|my|our|\w+s) (?:(?!,|or\b)\S+ ){1,4}?(?:locked|unlocked|open|closed|shut|on|off|armed))(?: ,)? or (?:are|am|do|should|shall) (?:we|you|i) [^,]+$"), r"\g<asked>"),
    (re.compile(r"^(?:is|are) there (?:a |any )?(?:water |more )?(?:leaks?|leaking|leakage|water) (?:coming )?(?:under(?:neath)?|beneath|below|behind|by|near|from|around) (?P<np>(?:the|my|our) [^,]+)$"), r"is \g<np> leaking"),
    (re.compile(r"\bhow much leccy\b"), "how much electricity"),
    (re.compile(r"^(?:(?:bruh|bro|brah|dude|fam|ngl|tbh|lowkey|highkey|low key|high key) (?:, )?)+(?=\w+ \w)"), ""),
    (re.compile(r"(?<=\w) , (?:bruh|bro|brah|dude|fam|ngl|fr)$"), ""),
    (re.compile(r"^(?:gis|giz|gizza|gissa|gimme) (?:us )?(?=(?:a|some|more|the|my)\b)"), "give me "),
    (re.compile(r"^(?P<bit>bit|tad|touch|smidge|little bit) (?=(?!better\b|after\b|over\b|never\b)\w+er(?: please| now| than that)?$)"), r"a \g<bit> "),
    (re.compile(r"^(?:(?:ok|okay|right|whoa|woah) (?:, )?)*(?:that is )?enough(?: now)? , (?=stop\b)"), ""),
    (re.compile(rf"^(?P<told>who left (?:the|my|our) (?:(?!,)\S+ )+?(?:on|open|running|unlocked)(?: again)?) , never mind , (?:just |please )*(?={VERB}\b)"), r"\g<told> , "),
    (re.compile(r"^tell (?P<who>(?!me\b|us\b|them\b)\w+) to (?:get (?:back )?to work|get cracking|get to it|get busy|get a move on|get on with it|earn (?:its|his|her) keep)(?=$| ,| please)"), r"tell \g<who> to get going"),
    (re.compile(r"(?<=\w) , (?:shocker|typical|classic|surprise surprise|as per usual|mind|let us go)$"), ""),
    (re.compile(r"\b(?P<a>\w{3})\w* no (?=(?P=a)\w)"), ""),
    (re.compile(r"(?P<all>\w+s (?:on|off|up|down)) , (?:both|all) of them(?= , and (?:the|my|our)\b)"), r"\g<all>"),
    (re.compile(r"\bindoors(?= (?:on|off)\b| ,|$| except| apart| but)"), "inside"),
))  # fmt: skip
