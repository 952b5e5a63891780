"""Irish and older ways to ask and to tell, as others say them: "would you ever ...", "he is only after coming in"."""

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
    (re.compile(r"(?: ,)? so (?:it is|it does|i am|i do|we are|he is|she is|they are)$"), ""),
    (re.compile(r"\b(?:stick|throw|lash|bang|fire) on (?=(?:the|a|that|my|our) )"), "turn on "),
    (re.compile(r"\ba (?:small|tiny|weeny|wee) bit\b"), "a bit"),
    (re.compile(r"^(?P<lead>(?:(?:please|would you|will you|could you|can you|go and) )*)(?:pull|draw) (?P<np>(?:the|my|our) (?:\w+ )?(?:curtains|drapes|blinds)) (?:over|to|across)(?= ,|$)"), r"\g<lead>close \g<np>"),
    (re.compile(r"^(?P<lead>(?:(?:please|would you|will you|could you|can you) )*)quench (?=(?:the|that|my|our|all) )"), r"\g<lead>turn off "),
))  # fmt: skip
