"""A scene, what something could do, or a question of two, said as one plain command."""

# ruff: noqa: E501 (a way of saying something is one line)

from __future__ import annotations

import re

from assistant.home.understanding.wording.english import GENERIC
from assistant.home.understanding.wording.values import is_value
from assistant.home.understanding.wording.words import singular

#: "Not the ceiling light , the reading lamp , switch that on please".
_NOT_THE = re.compile(
    r"(?:no (?:, )?)?not (?P<other>(?:the|my|that|our) (?!,)\S+(?: (?!,)\S+){0,6}) , (?P<np>(?:the|my|our) (?!,)\S+(?: (?!,)\S+){0,3}) , (?:(?:can|could|would|will) you |please |just )*(?P<verb>turn|switch|put) (?:that|it|that one) (?P<way>on|off)(?: please| instead| now)*"
)
#: Two things and a value for each: "the pendants and the spots at 20 and 60".
_IN_TURN = re.compile(
    r"(?:(?:set|put|turn|dim|make) )?(?P<a>(?!,|\b(?:to|at|and|all)\b)\S+(?: (?!,|\b(?:to|at|and|all)\b)\S+)*?) and (?P<b>(?!,|\b(?:to|at|and)\b)\S+(?: (?!,|\b(?:to|at|and)\b)\S+)*?) (?:to|at) (?P<x>\d+)(?P<first> percent| degrees)? and (?P<y>\d+)(?P<unit> percent| degrees)?(?: please)?"
)
#: What may go so far: "ella and max's radiators can both go down to 17".
_CAN_GO_TO = re.compile(
    r"(?P<np>(?:(?!,|\b(?:can|you|i|we)\b)\S+ )+)can (?:both |all |now )?go (?:back )?(?P<way>up|down) to (?P<value>(?:(?!,).)+?)(?: please| now)?"
)
#: "Is it the left lamp that is on , or the right one".
_WHICH_OF_TWO = re.compile(
    r"is it (?P<one>.+?) that is (?P<so>\w+)(?: ,)? or (?:is it )?(?P<other>.+)|(?P<is>(?:is|are) (?P<first>.+?) (?P<both>on|off|open|closed|shut|locked|unlocked))(?: ,)? and what about (?P<second>.+)"
)
#: "Radiators to 18 except Theo's , make that one 20".
_THAT_ONE = re.compile(
    r"(?P<main>.+?)(?: ,)? (?:except|but|apart from|other than) (?:for )?(?P<np>(?:(?!,).)+?) , (?:(?:and|so|please|just) )*(?:make|set|put|turn) (?:that one|that|those|it) (?:to |at )?(?P<value>(?!on\b|off\b)(?:(?!,).)+)"
)
#: A scene that is to be: "do the bedtime scene", "bedtime scene for theo please".
_SCENE = re.compile(
    r"(?:(?:(?:can|could|will|would) (?:you|we) )?(?:please )?(?:do|have) (?:the |our |my )?(?P<done>(?:(?!,|\b(?:in|on)\b)\S+ ){1,4}?)scene|(?:the |our |my )?(?P<asked>(?:(?!,|\b(?:in|on|the|a|what|which)\b)\S+ ){1,4}?)scene(?= (?:for \w+ )?please))"
    r"(?: for \w+)?(?: now)?(?: please)?(?: (?:would|will|could|can) you)?"
)
#: What something may do is wanted: "can the bar lights go red", "could the fan go down to 35 percent".
_COULD_GO = re.compile(
    r"(?:can|could) (?P<np>(?:the|my|our|\w+s) (?:(?!,|\b(?:go|be|on|off|you|i|we)\b)\S+ )*?)(?:go|be(?: (?:turned|set|put))?)(?P<way> (?:up|down))? (?:to |at )?(?P<value>(?:(?!,).)+?)(?P<for> for (?:the |a |\w+s )?\w+(?: \w+)?)?(?: please)?"
)


def said_in_one(text: str) -> str:
    """Return a plain sentence as one command or question where it is put in two steps."""
    head, pause, rest = text.partition(" , ")
    if scene := _SCENE.fullmatch(head):
        return f"activate the {scene['done'] or scene['asked']}scene{pause}{rest}"
    if (go := _COULD_GO.fullmatch(text)) and is_value(go["value"]):
        way = go["way"].strip() + " " if go["way"] else ""
        return f"{'turn' if way else 'set'} {go['np']}{way}to {go['value']}"
    if turn := _IN_TURN.fullmatch(text):
        unit = turn["unit"] or turn["first"] or ""
        whole, other = _with_noun(turn["a"], turn["b"]), turn["b"]
        noun = next((word for word in map(singular, whole.split()) if word in GENERIC), "")
        other = f"{noun} {other}" if other.isdigit() and noun else _one_of(other)
        return f"set {_one_of(whole)} to {turn['x']}{unit} and {other} to {turn['y']}{unit}"
    if meant := _NOT_THE.fullmatch(text):
        return f"{meant['verb']} {meant['way']} {_with_noun(meant['np'], meant['other'])}"
    if (go := _CAN_GO_TO.fullmatch(text)) and is_value(go["value"]):
        return f"turn {go['np']}{go['way']} to {go['value']}"
    if two := _WHICH_OF_TWO.fullmatch(text):
        return _asked_of_both(two)
    if (one := _THAT_ONE.fullmatch(text)) and is_value(one["value"]):
        return f"{one['main']} and {_with_noun(one['np'], one['main'])} to {one['value']}"
    return text


def _one_of(np: str) -> str:
    """Return a name with its kind in the singular: "felixs lamps" of which one is meant, "lights 1"."""
    return " ".join(one if (one := singular(word)) in GENERIC and word == f"{one}s" else word for word in np.split())


def _asked_of_both(two: re.Match[str]) -> str:
    """Return the question whether one or the other is so."""
    if two["is"]:
        return f"{two['is']} and {_with_noun(two['second'], two['first'])}"
    return f"is {two['one']} or {_with_noun(two['other'], two['one'])} {two['so']}"


def _with_noun(np: str, other: str) -> str:
    """Return "the right one" and "theos" with the noun of the thing that they are beside: "the right lamp"."""
    noun = next((word for word in map(singular, reversed(other.split())) if word in GENERIC), "")
    if not noun or noun == "one" or any(singular(word) in GENERIC - {"one"} for word in np.split()):
        return np
    return f"{np.removesuffix(' one')} {noun}"
