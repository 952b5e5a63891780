"""Irish and other homely ways to ask and to tell: "would you ever ...", "he is only after coming in"."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.needed import Rewriting

_VERBS = {"closed": "close", "shut": "close", "open": "open", "on": "turn on", "off": "turn off"}


def _so(said: re.Match[str]) -> str:
    """Return a wish for how a thing shall be somewhere as a command."""
    return f"{said['lead']}{_VERBS[said['so']]} {said['np']}{said['at']}"


#: Each way, and what is said elsewhere for it.
as_elsewhere = Rewriting((
    (re.compile(r"\b(is|are|am|was|were) (?:only |just )*after (?=\w+ing\b)"), r"\1 "),
    (re.compile(r"\b(would|could|will) you ever (?:just |go and |think of )?(?=\w)"), r"\1 you "),
    (re.compile(r"^(?P<lead>(?:(?:so|and|now|well|please) (?:, )?)*)(?P<who>i|we) (?:would|will|do) be (?:wanting|needing|liking) (?=\w)"), r"\g<lead>\g<who> want "),
    (re.compile(r"^(?P<lead>(?:(?:so|and|now|well) (?:, )?)*)(?:i|we) (?:want|would (?:like|love)) (?P<np>(?:the|my|our) (?:(?!,)\S+ ){1,4}?)(?P<so>closed|shut|open|on|off)(?: now)? (?P<at>in (?:(?:the|my|our) )?\w+(?: \w+)?)(?= ,|$)"), _so),
    (re.compile(r" , like(?= ,)"), ""),
    (re.compile(r"(?<= , )(?:very|really|quite|(?:nice|lovely) and) (?=(?:warm|cool|bright|dim|low|soft)(?: please)?$)"), ""),
    (re.compile(r"\b((?:will|can|would) not) (?:go|get|settle) (?:down )?to (?:sleep|bed|roost|rest)\b"), r"\1 sleep"),
    (re.compile(r"\b(on|off) their(?=$| ,| please)"), r"\1 there"),
    (re.compile(r"\bshes (?=asleep|sleeping|away|out|in|cold|freezing|here|home|coming|gone|not|up|too)"), "she is "),
    (re.compile(r" , let (?:her|him|them|me|us) in(?: and| ,)(?= (?:unlock|open)\b)"), " ,"),
    (re.compile(r"\blocked out of (?:his|her|their) "), "locked out of the "),
    (re.compile(r"^(?:no , )?a (?:bit|little|touch) (?:more|less|higher|lower|warmer|cooler|brighter) , (?:say|like|make it|around|about) (?=\d+(?: percent| degrees)?$)"), "make it "),
    (re.compile(r"\bwith the (?P<np>lights?|lamp|fan|heater|heating|door|gate) (?P<so>on|open|running)(?: ,)? so (?P<asked>(?:(?:please|just|can you|could you) )*)(?P<verb>turn|switch|close|shut) it\b"), r"with the \g<np> \g<so> , so \g<asked>\g<verb> the \g<np>"),
    (re.compile(r"^(?P<np>(?:all )?(?:the|my|our) (?:(?!,)\S+ )+), (?:all(?: of them)?|every one(?: of them)?) (?:but|except(?: for)?|apart from) (?P<but>(?:(?!,)\S+ )+), (?P<so>on|off)(?=$| ,| please)"), r"turn \g<so> all \g<np>except \g<but>"),
    (re.compile(r"(?: ,)? so (?:it is|it does|i am|i do|we are|he is|she is|they are)$"), ""),
    (re.compile(r"\b(?:stick|throw|lash|bang|fire) on (?=(?:the|a|that|my|our) )"), "turn on "),
    (re.compile(r"\ba (?:small|tiny|weeny|wee) bit\b"), "a bit"),
    (re.compile(r"^(?P<lead>(?:(?:please|would you|will you|could you|can you|go and) )*)(?:pull|draw) (?P<np>(?:the|my|our) (?:\w+ )?(?:curtains|drapes|blinds)) (?:over|to|across)(?= ,|$)"), r"\g<lead>close \g<np>"),
    (re.compile(r"^(?P<lead>(?:(?:please|would you|will you|could you|can you) )*)quench (?=(?:the|that|my|our|all) )"), r"\g<lead>turn off "),
))  # fmt: skip
